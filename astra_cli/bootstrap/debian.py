"""Debian packages: installed where set-up is root, unpacked into the checkout where it is not."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from astra_cli.bootstrap.errors import SetupError
from astra_cli.bootstrap.process import run_logged

NO_QUESTIONS = {"DEBIAN_FRONTEND": "noninteractive"}


def can_install() -> bool:
    """Whether this process may install packages with apt."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def can_unpack() -> bool:
    """Whether packages can be fetched and unpacked without root."""
    return all(shutil.which(tool) for tool in ("apt-get", "dpkg"))


def install(packages: Sequence[str], log: Path) -> None:
    """Install packages with apt; the lists are refreshed only if the first try fails.

    Raises:
        SetupError: If apt cannot install them.
    """
    env = {**os.environ, **NO_QUESTIONS}
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    purpose = f"apt-get install {' '.join(packages)}"
    try:
        run_logged(command, log, purpose=purpose, env=env)
    except SetupError:
        run_logged(["apt-get", "update"], log, purpose="apt-get update", env=env)
        run_logged(command, log, purpose=purpose, env=env)


def unpack(packages: Sequence[str], folder: Path, log: Path) -> None:
    """Fetch packages with what they need and this machine lacks, and unpack them into a folder.

    Args:
        packages: Names of Debian packages.
        folder: Where the trees go; made anew.
        log: Where apt's output goes.

    Raises:
        SetupError: If apt does not know a package or cannot fetch it.
    """
    shutil.rmtree(folder, ignore_errors=True)
    archives = folder / "archives"
    archives.mkdir(parents=True)
    options: list[str] = []
    names = _missing(packages, options)
    if names is None:
        # Nobody refreshed this machine's lists, and only root may: keep lists of our own.
        state = folder / "apt"
        (state / "lists" / "partial").mkdir(parents=True)
        (state / "cache" / "archives" / "partial").mkdir(parents=True)
        options = ["-o", f"Dir::State::lists={state}/lists", "-o", f"Dir::Cache={state}/cache"]
        run_logged(["apt-get", *options, "update"], log, purpose="apt-get update (own lists)")
        names = _missing(packages, options)
    if names is None:
        raise SetupError(f"apt knows no package {' '.join(packages)}")
    if names:
        run_logged(
            ["apt-get", *options, "download", *names],
            log,
            purpose=f"fetching {' '.join(packages)}",
            cwd=archives,
        )
    for archive in sorted(archives.glob("*.deb")):
        run_logged(["dpkg", "-x", archive, folder], log, purpose=f"unpacking {archive.name}")
    shutil.rmtree(archives)
    shutil.rmtree(folder / "apt", ignore_errors=True)


def _missing(packages: Sequence[str], options: Sequence[str]) -> list[str] | None:
    """List what apt would install for the packages, or None where it does not know them."""
    plan = subprocess.run(
        ["apt-get", *options, "--simulate", "--no-install-recommends", "install", *packages],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **NO_QUESTIONS, "LC_ALL": "C"},
    )
    if plan.returncode != 0:
        return None
    return [line.split()[1] for line in plan.stdout.splitlines() if line.startswith("Inst ")]
