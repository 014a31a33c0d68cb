"""Let pip resolve every lock file for every Python that it serves, without installing anything.

Without their hashes: with them pip would fetch every file of every Python. Whether the hashes are
those of the files is seen when CI installs them.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from astra_cli.bootstrap.requirements import pins_of  # noqa: E402

REQUIREMENTS = ROOT / "requirements"
LOCKS = (
    (("lock-numpy2.txt", "lock-ros-jazzy.txt"), ("3.11", "3.12", "3.13")),
    (("lock-numpy1.txt",), ("3.11", "3.12")),
)
# pip takes no range of platforms: name each that a wheel for glibc 2.28 may carry.
PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in range(5, 29)] + ["manylinux2014_x86_64"]


def main() -> int:
    """Resolve all and print one line for each.

    Returns:
        0 if all resolve, otherwise 1.
    """
    code = 0
    with tempfile.TemporaryDirectory() as folder:
        # The one source distribution among the pins; pip resolves for another Python from wheels.
        wheels = Path(folder, "wheels")
        pins = pins_of(REQUIREMENTS / "lock-numpy2.txt")
        empy = next(pin for pin in pins if pin.startswith("empy=="))
        subprocess.run(
            [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", wheels, empy],
            check=True,
        )
        for names, versions in LOCKS:
            for version in versions:
                code |= resolve(names, version, Path(folder), wheels)
    return code


def resolve(names: tuple[str, ...], version: str, folder: Path, wheels: Path) -> int:
    """Resolve lock files together for one Python.

    Args:
        names: Lock files.
        version: Version of Python.
        folder: Scratch folder.
        wheels: Folder of wheels built here.

    Returns:
        0 if they resolve, otherwise 1.
    """
    report = folder / "report.json"
    command = [sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed"]
    command += ["--target", str(folder / "target"), "--only-binary", ":all:"]
    command += ["--python-version", version, "--implementation", "cp"]
    command += ["--find-links", str(wheels), "--report", str(report)]
    for platform in PLATFORMS:
        command += ["--platform", platform]
    for name in names:
        pins = folder / name
        pins.write_text("\n".join(pins_of(REQUIREMENTS / name)) + "\n", "utf-8")
        command += ["-r", str(pins)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    title = f"{' + '.join(names)} on Python {version}"
    if done.returncode != 0:
        print(f"{title}: does not resolve\n{done.stderr}", flush=True)
        return 1
    packages = json.loads(report.read_text())["install"]
    versions = {item["metadata"]["name"].lower(): item["metadata"]["version"] for item in packages}
    print(f"{title}: {len(packages)} packages, numpy {versions['numpy']}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
