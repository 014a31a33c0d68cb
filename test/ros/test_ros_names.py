"""No node overwrites an attribute of rclpy's own: that breaks in places far away."""

import ast
from pathlib import Path

import pytest

pytest.importorskip("rclpy")

import rclpy
from rclpy.lifecycle import LifecycleNode

from astra_cli.node_table import NODES

ROOT = Path(__file__).resolve().parents[2]


def assigned(path):
    """Return the names of attributes that the methods of classes in a file set on ``self``."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        for target in targets:
            for part in ast.walk(target) if isinstance(target, ast.AST) else ():
                if (
                    isinstance(part, ast.Attribute)
                    and isinstance(part.value, ast.Name)
                    and part.value.id == "self"
                ):
                    names.add(part.attr)
    return names


@pytest.fixture(scope="module")
def taken():
    context = rclpy.Context()
    rclpy.init(context=context)
    node = LifecycleNode("names", context=context)
    names = set(vars(node)) | set(dir(LifecycleNode))
    node.destroy_node()
    context.try_shutdown()
    return names


@pytest.mark.parametrize("module", [spec.module for spec in NODES])
def test_attributes_of_rclpy_are_left_alone(module, taken):
    path = ROOT / (module.replace(".", "/") + ".py")
    assert "_clock" in taken
    assert assigned(path) & taken == set()
