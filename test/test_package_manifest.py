"""What package.xml names: all that is imported and nothing else, and `rosdep` can install it."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
OWN = {path.parent.name for path in ROOT.glob("astra_*/__init__.py")}
KEYS = yaml.safe_load((ROOT / "test" / "rosdep_keys.yaml").read_text())
MANIFESTS = [ROOT / "package.xml", *sorted(ROOT.glob("*/package.xml"))]
# Modules whose rosdep key is not the module's own name.
KEY_OF = {
    "PIL": "python3-pil",
    "cv2": "python3-opencv",
    "hypothesis": "python3-hypothesis",
    "numpy": "python3-numpy",
    "psutil": "python3-psutil",
    "pytest": "python3-pytest",
    "rich": "python3-rich",
    "scipy": "python3-scipy",
    "setuptools": "python3-setuptools",
    "transforms3d": "python3-transforms3d",
    "typer": "python3-typer",
    "websockets": "python3-websockets",
    "yaml": "python3-yaml",
}
NO_KEY, PIP_ONLY = "rosdistro has no key", "rosdistro has it from pip only"
OPTIONAL = "optional: imported where it is, done without where it is not"
# Installed from the lock files, or by the person who wants it.
LEFT_OUT = {
    "OpenGL": "comes with mujoco",
    "cupy": OPTIONAL,
    "cupyx": OPTIONAL,
    "edt": NO_KEY,
    "huggingface_hub": OPTIONAL,
    "lz4": "comes with rosbags",
    "mujoco": PIP_ONLY,
    "nav2_msgs": OPTIONAL,
    "onnxruntime": "from the lock files; what runs ONNX models",
    "pycolmap": NO_KEY,
    "rapidocr": NO_KEY,
    "rosbags": PIP_ONLY,
    "ruamel": "comes with rosbags",
    "rustworkx": NO_KEY,
    "torch": "one pinned version from an index that the person chooses; apt's is years older",
    "transformers": OPTIONAL,
    "viser": NO_KEY,
}
# Needed, but by no import: the command `ros2 launch`.
NOT_IMPORTED = {"ros2launch"}


def depends(manifest: Path, *kinds: str) -> set[str]:
    root = ElementTree.parse(manifest).getroot()
    return {
        str(element.text) for element in root if element.tag in kinds or not kinds
        if element.tag.endswith("depend")
    }  # fmt: skip


def modules(files: list[Path]) -> set[str]:
    found = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add(str(node.module))
    return {name.split(".")[0] for name in found} - sys.stdlib_module_names - OWN


def shipped() -> list[Path]:
    folders = [ROOT / name for name in sorted(OWN)] + [ROOT / "launch"]
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


def test_everything_imported_is_named_or_left_out_for_a_reason() -> None:
    named = depends(ROOT / "package.xml", "exec_depend")
    unnamed = {
        name for name in modules(shipped()) - LEFT_OUT.keys() if KEY_OF.get(name, name) not in named
    }
    assert unnamed == set()


def test_nothing_is_named_or_left_out_in_vain() -> None:
    imported = modules(shipped())
    keys = {KEY_OF.get(name, name) for name in imported}
    assert depends(ROOT / "package.xml", "exec_depend") - keys == NOT_IMPORTED
    assert LEFT_OUT.keys() - imported == set()


def test_what_only_tests_import_is_named_for_them() -> None:
    files = sorted((ROOT / "test").rglob("*.py"))
    helpers = {path.stem for path in files}
    run = modules(shipped())
    alone = {KEY_OF.get(name, name) for name in modules(files) - run - helpers}
    assert alone == depends(ROOT / "package.xml", "test_depend")


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.parent.name)
def test_rosdep_knows_every_key(manifest: Path) -> None:
    ours = {str(ElementTree.parse(path).getroot().findtext("name")) for path in MANIFESTS}
    known = {*KEYS["released"], *KEYS["apt"], *ours}
    assert depends(manifest) - known == set()


def test_the_kept_table_holds_what_is_used_and_nothing_from_pip() -> None:
    used = set().union(*map(depends, MANIFESTS))
    assert {*KEYS["released"], *KEYS["apt"]} - used == set()
    assert not [key for key in KEYS["apt"] if key.endswith("-pip")]


def test_pytest_starts_beside_the_plugins_of_a_sourced_ros(tmp_path: Path) -> None:
    # As Jazzy has them: a hook with an argument that pytest 9 no longer has, and one on a hook of
    # the other plugin.
    plugins = {"launch_testing": "pytest_pycollect_makemodule(path, parent)"}
    plugins["launch_ros"] = "pytest_launch_collect_makemodule(path, parent, entrypoint)"
    for name, hook in plugins.items():
        (tmp_path / f"{name}_hooks.py").write_text(f"def {hook}: ...\n")
        info = tmp_path / f"{name}-3.4.3.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 3.4.3\n")
        (info / "entry_points.txt").write_text(f"[pytest11]\n{name} = {name}_hooks\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--collect-only", "test/test_package_manifest.py"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "test_pytest_starts_beside" in done.stdout, done.stdout + done.stderr
