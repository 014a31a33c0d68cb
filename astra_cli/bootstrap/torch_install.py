"""The one pinned torch, from the index that the person chose."""

import os
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from astra_cli.bootstrap.layout import Layout
from astra_cli.bootstrap.requirements import installed_version, pins_of, pip_install
from astra_cli.bootstrap.stamps import Stamp

TORCH = "torch==2.13.0"
CUPY = "cupy-cuda13x>=13.6,<15"
"""For CUDA 13, whose libraries come with PyPI's torch. The same range is the extra `gpu`."""
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PIP_CONFIGURED = "pip"
REACH_TIMEOUT_S = 3.0


def is_reachable(url: str) -> bool:
    """Whether an index answers within a few seconds."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url + "/torch/", method="HEAD"), timeout=REACH_TIMEOUT_S
        ):
            return True
    except urllib.error.HTTPError:
        return True  # it answered; what it thinks of the question is pip's affair
    except OSError:
        return False


def choose_index(
    environ: Mapping[str, str], reachable: Callable[[str], bool] = is_reachable
) -> str:
    """Choose where torch comes from.

    ``ASTRA_TORCH_INDEX`` is a URL, ``cpu``, or ``cuda`` (PyPI's own build for Linux, with the CUDA
    libraries: several gigabytes). Unset, it is the CPU index where that answers; behind a firewall
    or a mirror it is whatever pip is configured for, which is the only other place a torch can
    come from.

    Args:
        environ: Environment variables.
        reachable: Asks whether an index answers.

    Returns:
        The address of an index, or ``pip`` for pip's own configuration.
    """
    wish = environ.get("ASTRA_TORCH_INDEX", "")
    if wish == "cuda":
        return PIP_CONFIGURED
    if wish == "cpu":
        return CPU_INDEX
    if wish:
        return wish
    return CPU_INDEX if reachable(CPU_INDEX) else PIP_CONFIGURED


def is_as_wished(stamp: Stamp | None, environ: Mapping[str, str]) -> bool:
    """Whether the recorded torch came from where ``ASTRA_TORCH_INDEX`` says; unset, any will do."""
    wish = environ.get("ASTRA_TORCH_INDEX", "")
    return not wish or (stamp is not None and stamp.result.get("wish") == wish)


def install_torch(
    layout: Layout, lock: Path, inherited: str | None, note: Callable[[str], None]
) -> dict[str, str]:
    """Install the pinned torch unless there is one; only ``ASTRA_TORCH_INDEX`` replaces one.

    It comes without a hash: every index that a person may choose has another file of that version.
    What it needs besides NVIDIA's libraries is in place already, with hashes.

    Args:
        layout: The checkout's paths.
        lock: What is installed already, and has to stay.
        inherited: Version of a system torch that the environment sees (as on a Jetson), or None.
        note: Tells the person something.

    Returns:
        The version, where it came from and the wish that it answers, for the stamp.
    """
    wish = os.environ.get("ASTRA_TORCH_INDEX", "")
    present = installed_version(layout, "torch") or inherited
    if present and not wish:
        note(f"torch {present} is there already and is kept")
        return {"version": present, "index": "kept", "wish": ""}
    index = choose_index(os.environ)
    constraints = layout.venv / "astra-pins.txt"
    constraints.write_text("\n".join(pins_of(lock)) + "\n", "utf-8")
    arguments: list[str | Path] = [TORCH, "--constraint", constraints]
    if index != PIP_CONFIGURED:
        # A build with a local version (+cpu, +cu...) outranks the plain one, so this index wins
        # over pip's own.
        arguments += ["--extra-index-url", index]
        note(f"torch from {index}")
    elif wish == "cuda":
        # Strict equality leaves out local builds such as +cpu that pip may be configured to prefer.
        arguments[0] = TORCH.replace("==", "===")
        note("torch with CUDA from pip's own index (several gigabytes)")
    else:
        note("the CPU index of torch does not answer: taking what pip is configured for")
    if present:
        arguments.append("--force-reinstall")
    pip_install(layout, arguments, "installing torch")
    if wish == "cuda":
        note("CuPy, for the kernels of Astra-Local")
        pip_install(layout, [CUPY, "--constraint", constraints], "installing CuPy")
    return {
        "version": installed_version(layout, "torch") or "unknown",
        "index": index,
        "wish": wish,
    }
