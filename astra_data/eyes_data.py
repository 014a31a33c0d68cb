"""Shards of what eyes see, for the encoder; see :mod:`astra_data.scene_shards`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from astra_core.camera import CameraRig
from astra_core.robot import RobotConfig
from astra_core.seeds import split_of
from astra_data.fingerprint import code_fingerprint
from astra_data.scene_shards import SceneUnit, standing_count
from astra_local.eyes_record import KIND, SCHEMA, write_eyes_shard

__all__ = ["RIGS", "EyesData"]

#: The robot's own rig, a random one for each scene, or one scene with each in turn.
RIGS = ("default", "random", "both")


@dataclass(frozen=True)
class EyesData:
    """What is to be generated; the same settings, code and seed give the same bytes.

    Attributes:
        out: Folder of the shards; those of a family lie in a folder of its own.
        moments: Places of each scene.
        rigs: One of :data:`RIGS`.
    """

    out: Path
    moments: int = 60
    rigs: str = "both"

    def path(self, unit: SceneUnit) -> Path:
        """Return the file of a unit."""
        rig = "random" if self._is_random(unit) else "default"
        name = f"{unit.family}-{unit.seed:06d}-{unit.conditions}-{rig}.npz"
        return self.out / unit.family / name

    def rig(self, unit: SceneUnit) -> CameraRig:
        """Return what looks about in a unit."""
        from astra_sim.random_rig import random_rig
        from astra_sim.rig import default_rig
        from astra_sim.scenes.seeds import stream

        return random_rig(stream(unit.seed, "rig")) if self._is_random(unit) else default_rig()

    def header(self, unit: SceneUnit) -> dict[str, Any]:
        """Return what the shard of a unit says of itself."""
        from astra_sim.profile import load_profile

        return {
            "family": unit.family,
            "seed": unit.seed,
            "split": split_of(unit.seed),
            "conditions": unit.conditions,
            "way": "teleported",
            "asked_moments": self.moments,
            "profile": load_profile().sha256,
            "code": code_fingerprint(),
            "robot": asdict(RobotConfig()),
        }

    def standing(self, unit: SceneUnit) -> int | None:
        """Return how many moments of a unit stand on disk, ``None`` for none.

        Raises:
            ShardError: The file is damaged, or was made in another way.
        """
        told = {"schema": SCHEMA, "kind": KIND, **self.header(unit)}
        return standing_count(self.path(unit), told)

    def __call__(self, unit: SceneUnit) -> int:
        """Generate and write the shard of a unit; return how many moments it holds."""
        from astra_data.eyes_views import eyes_rig, look_about, truthful_depth
        from astra_sim.profile import load_profile

        rig = self.rig(unit)
        moments = look_about(unit, rig, truthful_depth(load_profile()), self.moments)
        write_eyes_shard(self.path(unit), moments, eyes_rig(rig), self.header(unit))
        return len(moments)

    def _is_random(self, unit: SceneUnit) -> bool:
        return self.rigs == "random" or (self.rigs == "both" and unit.seed % 2 == 1)
