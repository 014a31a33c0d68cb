"""Eyes as an evaluation: depth and obstacles at places of a scene, beside one frame of sensors.

The stack gets colour, and the depth of the robot's sensors with all their errors; what it makes of
them is compared with the truth. Perception by sensors lets their depth stand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraRig
from astra_core.observation import CameraFrame
from astra_core.stack_spec import DEFAULT, StackSpec
from astra_eval.metrics.eyes import cell_counts, depth_error
from astra_eval.rows import Unit
from astra_sim.scenes.seeds import stream

if TYPE_CHECKING:
    from astra_sim.sensors.depth import DepthCamera

__all__ = ["SENSOR", "EyesWork"]

#: The baseline: one frame of the depth cameras.
SENSOR = "depth"


@dataclass(frozen=True)
class EyesWork:
    """Places in one scene.

    Attributes:
        family: Scene family.
        conditions: Name of the conditions.
        per_scene: Places in each scene.
        stack: Whose perception is evaluated.
    """

    family: str
    conditions: str
    per_scene: int
    stack: StackSpec = DEFAULT

    def __call__(self, unit: Unit) -> dict[str, Any]:
        """Return the row of a scene seed: the answers at all its places."""
        from astra_data.eyes_views import truthful_depth, views_of
        from astra_data.scene_shards import SceneUnit
        from astra_local.stack import build_perception
        from astra_sim.profile import load_profile
        from astra_sim.rig import default_rig

        (seed,) = unit
        rig, profile = default_rig(), load_profile()
        perception = build_perception(self.stack, rig)
        sensors = _sensors(rig, seed)
        queries = []
        scene = SceneUnit(self.family, seed, self.conditions)
        for view in views_of(scene, rig, truthful_depth(profile), self.per_scene):
            true = _depths(view.frames)
            measured = tuple(
                replace(frame, depth_m=sensor.measure(depth))
                for frame, sensor, depth in zip(view.frames, sensors, true, strict=True)
            )
            answers = {SENSOR: _depths(measured)}
            answers[self.stack.perception] = _depths(tuple(perception.measure(measured)))
            queries.append(
                {"answers": {name: _judged(rig, said, true) for name, said in answers.items()}}
            )
        return {"queries": queries}


def _sensors(rig: CameraRig, seed: int) -> list[DepthCamera]:
    """Return depth cameras as the simulated robot has them."""
    from astra_sim.profile import load_profile
    from astra_sim.sensors.depth import DepthCamera
    from astra_sim.sensors.noise_bank import NoiseBank

    profile = load_profile().depth
    bank = NoiseBank(stream(seed, "eyes", "depth noise"), grain_px=profile.grain_px)
    return [
        DepthCamera(profile, bank, stream(seed, "eyes", "depth", number))
        for number in range(len(rig.cameras))
    ]


def _depths(frames: tuple[CameraFrame, ...]) -> list[NDArray[np.float32]]:
    """Return the depth of frames in the order of the rig; none at all is unknown everywhere."""
    return [
        np.zeros(frame.image.shape[:2], np.float32) if frame.depth_m is None else frame.depth_m
        for frame in frames
    ]


def _judged(
    rig: CameraRig, said: list[NDArray[np.float32]], true: list[NDArray[np.float32]]
) -> dict[str, Any]:
    return {
        "depth": list(depth_error(rig, said, true)),
        "cells": [list(counts) for counts in cell_counts(rig, said, true)],
    }
