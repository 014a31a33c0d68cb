"""All cameras of the robot: clean renderings in, frames with sensor errors out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from astra_core.camera import CameraRig
from astra_core.observation import CameraFrame
from astra_sim.profile import SensorProfile
from astra_sim.sensors.camera import ColorCamera
from astra_sim.sensors.depth import DepthCamera
from astra_sim.sensors.noise_bank import NoiseBank

if TYPE_CHECKING:
    import mujoco

    from astra_sim.rendering import RigRenderer

__all__ = ["RigCameras"]


class RigCameras:
    """The colour and depth sensors of one rig; colour noise does not depend on depth."""

    def __init__(
        self,
        rig: CameraRig,
        profile: SensorProfile,
        seed: np.random.SeedSequence,
        depth: bool,
        drop_out: float = 0.0,
    ) -> None:
        """Switch the cameras on.

        Args:
            rig: The cameras.
            profile: Noise levels.
            seed: Of all their noise.
            depth: Whether they measure depth.
            drop_out: Share of images lost in addition to the profile's.
        """
        color_bank, depth_bank, *rest = (
            np.random.default_rng(child) for child in seed.spawn(2 + 2 * len(rig.cameras))
        )
        bank = NoiseBank(color_bank, channels=3)
        self._names = rig.names
        lost = min(1.0, profile.camera.drop_out_probability + drop_out)
        color = replace(profile.camera, drop_out_probability=lost)
        self._colors = [ColorCamera(color, bank, rng) for rng in rest[0::2]]
        bank = NoiseBank(depth_bank, grain_px=profile.depth.grain_px)
        self._depths = [DepthCamera(profile.depth, bank, rng) for rng in rest[1::2]]
        self._depth = depth

    def expose(
        self, renderer: RigRenderer, data: mujoco.MjData, stamp_ns: int
    ) -> tuple[CameraFrame, ...]:
        """Take one image with every camera.

        Args:
            renderer: Updated to the instant of the exposure.
            data: State of the world.
            stamp_ns: The instant.

        Returns:
            Frames in rig order; a lost image is missing.
        """
        frames = []
        for index, name in enumerate(self._names):
            clean, true_depth = renderer.draw(data, index, self._depth)
            image = self._colors[index].expose(stamp_ns, clean)
            depth = None if true_depth is None else self._depths[index].measure(true_depth)
            if image is not None:
                frames.append(CameraFrame(name, stamp_ns, image, depth))
        return tuple(frames)
