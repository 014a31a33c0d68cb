"""The node astra_local or astra_global with a part whose model is loaded as a file says.

python learned_node.py local --ros-args -p stack:=classical,planner=flow -p weights:=planner=FILE
python learned_node.py global --ros-args -p stack:=classical,goals=embedding -p weights:=goals=FILE

What plans, and what finds goals, are the classical parts. A second line in the file moves the
camera of the rig that the model was trained with, by so many metres.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import fake_robot
import steered_loader

import astra_global.ros.node
import astra_global.stack
import astra_local.ros.node
import astra_local.stack
from astra_core.camera import CameraRig
from astra_core.models import LoadedModel
from astra_core.ros.main import run_node
from astra_core.weights import ModelCard


def load(request) -> LoadedModel:
    """Load as the file says, for a device that must be there."""
    steering = Path(request.where)
    network = (steered_loader.load(steering, request.progress), request.device.torch_device())
    moved_m = float((steering.parent / "moved_m").read_text())
    return LoadedModel(network, ModelCard("steered", "planner", "Apache-2.0", rig=_rig(moved_m)))


def _rig(moved_m: float) -> CameraRig:
    first, *others = fake_robot.make_rig().cameras
    pose = first.t_base_optical.copy()
    pose[0, 3] += moved_m
    return CameraRig((dataclasses.replace(first, t_base_optical=pose), *others))


if __name__ == "__main__":
    astra_local.stack.LOADERS["planner"]["flow"] = load
    astra_local.stack.PLANNERS["flow"] = astra_local.stack.PLANNERS["mppi"]
    astra_global.stack.LOADERS["goals"]["embedding"] = load
    astra_global.stack._BUILT["goals"] = ("words", "embedding")
    nodes = {"local": astra_local.ros.node.LocalNode, "global": astra_global.ros.node.GlobalNode}
    sys.exit(run_node(nodes[sys.argv[1]]))
