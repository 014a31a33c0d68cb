"""Weights for the tests, small enough to look at every byte."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.weights import ModelCard, Port, save_weights

CARD = ModelCard(
    name="flow-tiny",
    part="planner",
    licence="Apache-2.0",
    inputs={
        "speed": Port("B 2", "float32", (-1.5, 1.5), "base_link", "m/s and rad/s"),
        "grid": Port("B C H W", "float32"),
    },
    outputs={"steps": Port("B T 3", "float32", frame="base_link")},
    data_seeds={"home": (1000, 2000)},
    commands=("./astra data generate planner --seeds 1000:2000", "./astra train local"),
    metrics={"collision_percent": 1.25},
    profile="04772684e84c",
    robot={"footprint_radius_m": 0.22, "max_linear_mps": 0.6},
)
TENSORS = {
    "head.weight": np.array([[1.5, -2.0, 0.0], [65504.0, 0.25, -0.5]], np.float16),
    "head.bias": np.array([0.1, -3.0], np.float32),
    "step": np.array(7, np.int64),
    "mask": np.array([True, False, True]),
}


def save(folder: Path, **changes: object) -> Path:
    """Save them, with changes to the card; return the path of the card."""
    return save_weights(folder, replace(CARD, **changes), TENSORS)  # type: ignore[arg-type]


def equal(tensors, expected=TENSORS) -> bool:
    """Tell whether two sets of arrays are the same to the last bit."""
    return tensors.keys() == expected.keys() and all(
        tensors[name].dtype == array.dtype
        and tensors[name].shape == array.shape
        and tensors[name].tobytes() == array.tobytes()
        for name, array in expected.items()
    )


def rig(**changes: object) -> CameraRig:
    """Return a rig of a front camera at (0.1, 0, 1.2) that looks along x, and a rear one."""
    # Columns: the optical x, y, z axes (right, down, forward) in base_link.
    forward = np.array([[0.0, 0.0, 1.0, 0.1], [-1.0, 0.0, 0.0, 0.0], [0.0, -1.0, 0.0, 1.2]])
    pose = np.vstack([forward, [0.0, 0.0, 0.0, 1.0]])
    turned = np.diag([-1.0, -1.0, 1.0, 1.0]) @ pose
    k = CameraIntrinsics(320, 240, 200.0, 200.0, 159.5, 119.5)
    front = {"intrinsics": k, "t_base_optical": pose, **changes}
    return CameraRig((Camera("front", **front), Camera("rear", k, turned)))  # type: ignore[arg-type]
