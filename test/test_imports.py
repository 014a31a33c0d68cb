"""The dependency direction of the house (DESIGN section 2), read from every file's imports."""

import ast
import functools
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
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
# Who may import whom among the packages; everybody may import itself.
ALLOWED = {
    "astra_core": set(),
    "astra_global": {"astra_core"},
    "astra_local": {"astra_core"},
    "astra_sim": {"astra_core"},
    "astra_viewer": {"astra_core"},
    "astra_data": {"astra_core", "astra_global", "astra_local", "astra_sim"},
    "astra_eval": {"astra_core", "astra_data", "astra_global", "astra_local", "astra_sim"},
    "astra_cli": {
        "astra_core",
        "astra_data",
        "astra_global",
        "astra_local",
        "astra_sim",
        "astra_viewer",
        "astra_eval",
    },
}
ROS = {
    "rclpy", "astra_msgs", "tf2_msgs", "tf2_ros", "builtin_interfaces", "std_msgs", "sensor_msgs",
    "geometry_msgs", "nav_msgs", "action_msgs", "diagnostic_msgs", "visualization_msgs",
    "rosgraph_msgs", "lifecycle_msgs", "rcl_interfaces", "launch", "launch_ros", "nav2_msgs",
    "rosidl_runtime_py", "ament_index_python", "unique_identifier_msgs",
}  # fmt: skip
# Imported where they are used, never when a package is imported.
LAZY = {"torch", "cupy", "open3d", "transformers", "pycolmap", "gtsam", "mujoco", "viser"}
# Algorithms do not know the pipeline that calls them; the factory joins them.
PIPELINES = {"astra_global.pipeline", "astra_local.pipeline", "astra_local.stack"}
UPPER_FOLDERS = ("ros", "train")
# Where networks live, besides every folder called something_net: only there torch comes with the
# module, so only from there (and inside functions) may these be imported.
NET_FOLDERS = ("net", "encoder", "mllm", "train")


def sources(root=ROOT):
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if "__pycache__" not in path.parts:
                yield path


@functools.cache
def imports(path):
    """Return (line, module, at_import_time, for_typing_only) of every import of a file."""
    found = []

    def visit(node, lazy, typing_only):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                names = [alias.name for alias in child.names]
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{path}:{child.lineno}: relative import"
                # `from astra_global import pipeline` names a module too.
                names = [child.module, *(f"{child.module}.{alias.name}" for alias in child.names)]
            else:
                names = []
            found.extend((child.lineno, name, not lazy, typing_only) for name in names)
            inner = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                for part in child.body:
                    visit(ast.Module([part], []), True, True)
                for part in child.orelse:
                    visit(ast.Module([part], []), lazy, typing_only)
            else:
                visit(child, lazy or inner, typing_only)

    visit(ast.parse(path.read_text(encoding="utf-8")), False, False)
    return found


def complaints(rule, *, only_at_import_time=False, for_typing_too=True, root=ROOT):
    result = set()
    for path in sources(root):
        for line, module, at_import_time, for_typing in imports(path):
            if only_at_import_time and not at_import_time:
                continue
            if for_typing and not for_typing_too:
                continue
            if rule(path.relative_to(root), module):
                result.add(f"{path.relative_to(root)}:{line} imports {module}")
    return sorted(result)


def in_folder(path, *names):
    return any(name in path.parts[:-1] for name in names)


def test_there_is_something_to_check():
    assert len(list(sources())) > 50


def test_packages_import_only_what_lies_below_them():
    def wrong(path, module):
        package, target = path.parts[0], module.split(".")[0]
        return target in PACKAGES and target != package and target not in ALLOWED[package]

    assert complaints(wrong) == []


def test_ros_stays_in_the_ros_folders():
    def wrong(path, module):
        # The doctor imports rclpy to see whether it can be imported.
        if path.as_posix() == "astra_cli/commands/doctor.py":
            return False
        return module.split(".")[0] in ROS and not in_folder(path, "ros")

    assert complaints(wrong, for_typing_too=False) == []


def test_nobody_below_imports_the_ros_or_train_folders():
    def wrong(path, module):
        parts = module.split(".")
        if parts[0] not in PACKAGES or not set(parts[1:]) & set(UPPER_FOLDERS):
            return False
        # Commands may start nodes; `ros` may use the shared helpers in astra_core/ros.
        return path.parts[0] not in ("astra_cli", "astra_eval") and not in_folder(
            path, *UPPER_FOLDERS
        )

    assert complaints(wrong) == []


def test_ros_and_train_folders_do_not_import_each_other():
    def wrong(path, module):
        parts = set(module.split(".")[1:])
        return module.split(".")[0] in PACKAGES and (
            (in_folder(path, "ros") and "train" in parts)
            or (in_folder(path, "train") and "ros" in parts)
        )

    assert complaints(wrong) == []


def test_algorithms_do_not_import_their_pipeline():
    def wrong(path, module):
        if path.parts[0] not in ("astra_global", "astra_local") or in_folder(path, *UPPER_FOLDERS):
            return False
        return module in PIPELINES and path.name not in ("stack.py", "assembly.py")

    assert complaints(wrong) == []


def test_heavy_packages_are_imported_where_they_are_used():
    def wrong(path, module):
        return module.split(".")[0] in LAZY and (
            path.name == "__init__.py" or path.parts[0] in ("astra_core", "astra_sim")
        )

    assert complaints(wrong, only_at_import_time=True) == []


def is_net_folder(name):
    return name in NET_FOLDERS or name.endswith("_net")


def holds_nets(path):
    """Whether a file lies in a folder of networks."""
    return any(is_net_folder(name) for name in path.parts[1:-1])


def torch_outside_the_nets(path, module):
    return module.split(".")[0] == "torch" and not holds_nets(path)


def net_at_import_time(path, module):
    parts = module.split(".")
    return parts[0] in PACKAGES and any(map(is_net_folder, parts[1:])) and not holds_nets(path)


def more_than_shards_in_training(path, module):
    """Training reads shards: it knows no simulator, no episodes, no nodes and no pipeline."""
    if "train" not in path.parts[1:-1]:
        return False
    parts = module.split(".")
    above = {"astra_sim", "astra_data", "astra_eval", "astra_viewer", "astra_cli"}
    return parts[0] in above | ROS or "ros" in parts[1:] or module in PIPELINES


def test_torch_comes_with_networks_only():
    assert complaints(torch_outside_the_nets, only_at_import_time=True) == []


def test_networks_are_imported_where_they_are_used():
    assert complaints(net_at_import_time, only_at_import_time=True) == []


def test_training_reads_shards_and_nothing_else():
    assert complaints(more_than_shards_in_training) == []


@pytest.mark.parametrize(
    ("rule", "file", "text", "is_wrong"),
    [
        (torch_outside_the_nets, "astra_local/planner/mppi.py", "import torch", True),
        (torch_outside_the_nets, "astra_local/stack.py", "from torch import nn", True),
        (torch_outside_the_nets, "astra_local/network/a.py", "import torch.nn", True),
        (torch_outside_the_nets, "astra_core/net.py", "import torch", True),
        (torch_outside_the_nets, "astra_local/stack.py", "def f():\n    import torch", False),
        (torch_outside_the_nets, "astra_local/planner_net/head.py", "import torch", False),
        (torch_outside_the_nets, "astra_local/encoder/heads/sdf.py", "import torch", False),
        (torch_outside_the_nets, "astra_global/mllm/vision.py", "import torch", False),
        (net_at_import_time, "astra_local/stack.py", "import astra_local.net.ema", True),
        (
            net_at_import_time,
            "astra_local/stack.py",
            "from astra_local.planner_net.flow import sample",
            True,
        ),
        (net_at_import_time, "astra_data/some.py", "from astra_local import encoder", True),
        (net_at_import_time, "astra_cli/some.py", "from astra_global.train import sft", True),
        (
            net_at_import_time,
            "astra_local/stack.py",
            "def f():\n    from astra_local.planner_net.flow import sample",
            False,
        ),
        (
            net_at_import_time,
            "astra_global/ports.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
            "    from astra_global.mllm.types import Ask",
            False,
        ),
        (
            net_at_import_time,
            "astra_local/train/loop.py",
            "from astra_local.planner_net.flow import sample",
            False,
        ),
        (net_at_import_time, "astra_local/some.py", "import astra_local.planner.mppi", False),
        (more_than_shards_in_training, "astra_local/train/a.py", "import astra_sim.robot", True),
        (
            more_than_shards_in_training,
            "astra_local/train/a.py",
            "def f():\n    from astra_data.expert import Expert",
            True,
        ),
        (more_than_shards_in_training, "astra_global/train/a.py", "import rclpy", True),
        (
            more_than_shards_in_training,
            "astra_local/train/a.py",
            "from astra_local.stack import build_local",
            True,
        ),
        (
            more_than_shards_in_training,
            "astra_local/train/a.py",
            "from astra_core.ros import lanes",
            True,
        ),
        (
            more_than_shards_in_training,
            "astra_local/train/a.py",
            "from astra_local.planner_record import read_planner_shard",
            False,
        ),
        (more_than_shards_in_training, "astra_data/a.py", "import astra_sim.robot", False),
    ],
)
def test_the_rules_of_networks_find_what_breaks_them(tmp_path, rule, file, text, is_wrong):
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    lazily_too = rule is more_than_shards_in_training
    found = complaints(rule, only_at_import_time=not lazily_too, root=tmp_path)
    assert bool(found) == is_wrong


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import rclpy", {"rclpy"}),
        ("def f():\n    import torch", set()),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import mujoco", {"typing"}),
        ("class A:\n    import cupy", {"cupy"}),
    ],
)
def test_the_reader_sees_imports_of_import_time(tmp_path, text, expected):
    path = tmp_path / "some.py"
    path.write_text(text)
    tops = {
        module.split(".")[0] for _, module, at_import_time, _ in imports(path) if at_import_time
    }
    assert tops == expected
