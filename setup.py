"""The ROS package `astra`: nodes in lib/astra; launch, config and weights in share/astra."""

import os
import sys
from pathlib import Path

from setuptools import find_packages, setup

NAME = "astra"
ROOT = Path(__file__).parent
PACKAGES = (
    "astra_core",
    "astra_global",
    "astra_local",
    "astra_sim",
    "astra_data",
    "astra_viewer",
    "astra_eval",
    "astra_cli",
)


def share(folder: str, pattern: str = "*") -> list[tuple[str, list[str]]]:
    """List a folder's files as data files of share/astra, one entry for each folder below it."""
    files = [
        path.relative_to(ROOT) for path in sorted((ROOT / folder).rglob(pattern)) if path.is_file()
    ]
    folders = sorted({path.parent for path in files})
    return [
        (f"share/{NAME}/{parent}", [str(f) for f in files if f.parent == parent])
        for parent in folders
    ]


def require_messages() -> None:
    """End a build that could never run: rosdep and colcon do not look inside of a package."""
    prefixes = os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)
    index = "share/ament_index/resource_index/packages/astra_msgs"
    building = {"build", "develop", "install"} & set(sys.argv)
    if building and any(prefixes) and not any(Path(p, index).is_file() for p in prefixes if p):
        sys.exit(
            f"astra needs the package astra_msgs, which lies inside of it ({ROOT / 'astra_msgs'}) "
            "and is found only beside it: in the src folder of your workspace,\n"
            f"    ln -s {ROOT.name}/astra_msgs .\n"
            "and then `colcon build` (or `--packages-up-to astra`)"
        )


require_messages()
setup(
    name=NAME,
    version="0.1.0",
    description="An open ROS 2 navigation stack for indoor wheeled robots",
    maintainer="Astra developers",
    maintainer_email="maintainers@astra-navigation.org",
    license="Apache-2.0",
    python_requires=">=3.11",
    packages=find_packages(
        include=[pattern for name in PACKAGES for pattern in (name, f"{name}.*")]
    ),
    package_data={"": ["*.yaml", "*.json", "*.txt", "*.ttf", "kernels/*.cu", "py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
        *share("launch", "*.launch.py"),
        *share("config"),
        *share("weights"),
        *share("security"),
    ],
    install_requires=["setuptools"],
    extras_require={"test": ["pytest"], "gpu": ["cupy-cuda13x>=13.6,<15"]},
    zip_safe=False,
    entry_points={
        "console_scripts": [
            "astra_global = astra_global.ros.node:main",
            "astra_local = astra_local.ros.node:main",
            "astra_guard = astra_local.ros.guard_node:main",
            "astra_sim = astra_sim.ros.node:main",
            "astra_viewer = astra_viewer.ros.node:main",
            "astra_lifecycle = astra_core.ros.lifecycle_node:main",
            "astra_recorder = astra_core.ros.recorder_node:main",
        ],
    },
)
