"""All depth cameras of a rig: which of their images are believed, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import Camera, CameraRig
from astra_core.observation import CameraFrame
from astra_local.sight.config import SightConfig
from astra_local.sight.floor import FloorView
from astra_local.sight.frozen import FrozenWatch
from astra_local.sight.motion import MotionWatch
from astra_local.sight.problem import Problem
from astra_local.sight.stories import PoseAt, View
from astra_local.sight.trust import Trust
from astra_local.sight.ways import WayWatch
from astra_local.voxel.thinning import thin_depth

__all__ = ["SightWatch"]


class SightWatch:
    """Judges depth images before anybody uses them."""

    def __init__(self, rig: CameraRig, config: SightConfig) -> None:
        """Believe every camera until it shows something else."""
        self._sights = {camera.name: _Sight(camera, rig, config) for camera in rig.cameras}
        for sight in self._sights.values():
            sight.hear(self._sights)
        self._problems: Mapping[str, str] = {}
        self._misplaced: frozenset[str] = frozenset()
        self._ways = WayWatch(rig, config)

    @property
    def problems(self) -> Mapping[str, str]:
        """Return why each camera that is not believed is not, in rig order; never changed."""
        return self._problems

    @property
    def misplaced(self) -> frozenset[str]:
        """Return the cameras whose colour images are of another place or time, too."""
        return self._misplaced

    def believed(
        self,
        frames: Sequence[CameraFrame],
        poses_odom: Sequence[NDArray[np.float64]],
        pose_at: PoseAt,
    ) -> list[CameraFrame]:
        """Judge images and take the depth out of those that cannot be believed.

        Args:
            frames: Images of one moment; those without depth, of unknown cameras or of a wrong
                size are left to who reports that.
            poses_odom: Pose ``(3,)`` of the robot in ``odom`` at the stamp of each.
            pose_at: The same for other stamps.
        """
        result = []
        sights = [self._sights.get(frame.camera) for frame in frames]
        thinned = [
            None if sight is None else sight.thinned(frame)
            for sight, frame in zip(sights, frames, strict=True)
        ]
        shown = {
            frame.camera: depth
            for frame, depth in zip(frames, thinned, strict=True)
            if depth is not None
        }
        for frame, pose, sight, thinned_m in zip(frames, poses_odom, sights, thinned, strict=True):
            if sight is None or thinned_m is None:
                result.append(frame)
                continue
            view = View(frame.stamp_ns, pose)
            usable = sight.look(thinned_m, view, pose_at, shown)
            result.append(frame if usable else replace(frame, depth_m=None))
            if usable:
                self._ways.look(frame.camera, thinned_m, view)
        self._problems = {
            name: f"{name} camera: {sight.problem.text}"
            for name, sight in self._sights.items()
            if sight.problem is not None
        }
        self._misplaced = frozenset(
            name
            for name, sight in self._sights.items()
            if sight.problem is not None and sight.problem.is_misplaced
        )
        return result

    def take_wheel_problem(self) -> str:
        """Return what the images of several cameras say against the wheels, once; mostly empty."""
        return self._ways.take_problem()


class _Sight:
    """One camera."""

    def __init__(self, camera: Camera, rig: CameraRig, config: SightConfig) -> None:
        self._shape = camera.intrinsics.height_px, camera.intrinsics.width_px
        self._stride = config.pixel_stride
        self._floor, self._frozen = FloorView(camera, config), FrozenWatch(config)
        others = [other for other in rig.cameras if other.name != camera.name]
        self._others = [other.name for other in others]
        self._motion, self._trust = MotionWatch(camera, others, config), Trust(config)

    def hear(self, sights: Mapping[str, _Sight]) -> None:
        self._motion.hear([sights[name]._motion for name in self._others])

    @property
    def problem(self) -> Problem | None:
        return self._trust.problem

    def thinned(self, frame: CameraFrame) -> NDArray[np.float32] | None:
        """Return its depth, ``(H, W)``; ``None`` where there is none of the right size."""
        depth_m = frame.depth_m
        if depth_m is None or depth_m.shape != self._shape:
            return None
        return thin_depth(depth_m, self._stride)

    def look(
        self,
        thinned_m: NDArray[np.float32],
        view: View,
        pose_at: PoseAt,
        shown: Mapping[str, NDArray[np.float32]],
    ) -> bool:
        frozen = self._frozen.look(thinned_m, view.pose)
        floor = self._floor.read(thinned_m)
        # What one image shows says more than that it is repeated, or that it moves oddly.
        problem = floor.problem or frozen
        if problem is None:
            twins = frozenset(
                number
                for number, name in enumerate(self._others)
                if name in shown and np.array_equal(shown[name], thinned_m)
            )
            problem = self._motion.look(thinned_m, view, pose_at, floor.farthest, twins)
        return self._trust.judge(problem, view.stamp_ns)
