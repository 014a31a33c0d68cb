"""The artefacts that stages hand to each other, and where they lie in the work folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import Camera, CameraRig
from astra_core.untrusted.arrays import read_arrays
from astra_core.untrusted.json_text import read_json
from astra_global.map.files import write_bytes
from astra_global.mapping.errors import TourError
from astra_global.mapping.images import read_color, read_depth, to_ideal_pinhole
from astra_global.mapping.ports import PoseTrack
from astra_global.mapping.work_folder import own_path
from astra_global.types import Landmark

__all__ = ["KeyFrames", "PlacedLandmark", "Work"]


@dataclass(frozen=True, eq=False)
class KeyFrames:
    """The nodes to be: ids, stamps ``(N, C)`` of their pictures, and where they were taken.

    ``tour_index`` ``(N,)`` counts image sets of the tour, so neighbours in time can be told.
    """

    ids: tuple[str, ...]
    stamps_ns: NDArray[np.int64]
    track: PoseTrack
    tour_index: NDArray[np.int64]

    @property
    def poses(self) -> NDArray[np.float64]:
        """Return the poses ``T_map_base`` ``(N, 4, 4)``."""
        return self.track.t_map_base


@dataclass(frozen=True)
class PlacedLandmark:
    """A landmark with its place, before it is known which nodes could see it.

    Attributes:
        landmark: Without links.
        pixels: How much of the pictures of a node the finder has seen it fill, by node, in pixels
            at 320x240; empty where the finder told the place instead.
        num_sightings: How many sightings it was made of.
    """

    landmark: Landmark
    pixels: Mapping[str, float] = field(default_factory=dict)
    num_sightings: int = 0


class Work:
    """A work folder with typed access to what stages leave in it."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``, which need not exist yet."""
        self.folder = folder

    def color_path(self, node_id: str, camera: str) -> Path:
        """Return where a node's picture lies."""
        return self.folder / "nodes" / f"{node_id}_{camera}.jpg"

    def depth_path(self, node_id: str, camera: str) -> Path:
        """Return where a node's depth lies; it does not go into the map."""
        return self.folder / "depth" / f"{node_id}_{camera}.png"

    @property
    def occupancy_path(self) -> Path:
        """Return where the fused depth lies; no file where there is no depth."""
        return self.folder / "occupancy.npz"

    def color(self, node_id: str, camera: str) -> NDArray[np.uint8]:
        """Return a node's picture ``(H, W, 3)`` RGB."""
        return read_color(self.color_path(node_id, camera))

    def recorded_depth(self, camera: Camera, node_id: str) -> NDArray[np.float32] | None:
        """Return a node's depth ``(H, W)`` in metres, ``None`` where none was recorded."""
        path = self.depth_path(node_id, camera.name)
        return read_depth(path, camera.intrinsics) if path.is_file() else None

    def depth(self, camera: Camera, node_id: str) -> NDArray[np.float32] | None:
        """Return a node's depth as a camera without distortion would have measured it."""
        recorded = self.recorded_depth(camera, node_id)
        return None if recorded is None else to_ideal_pinhole(recorded, camera.intrinsics)

    def write_json(self, name: str, data: Any) -> None:
        """Write plain data."""
        write_bytes(own_path(self.folder, f"{name}.json"), json.dumps(data).encode())

    def read_json(self, name: str) -> Any:
        """Read plain data.

        Raises:
            TourError: It is missing or damaged.
        """
        return read_json(self.folder / f"{name}.json", TourError)

    def write_arrays(self, name: str, **arrays: NDArray[Any]) -> None:
        """Write arrays."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with own_path(self.folder, f"{name}.npz").open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]

    def read_arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Read arrays.

        Raises:
            TourError: They are missing or damaged.
        """
        return read_arrays(self.folder / f"{name}.npz", TourError)

    def rig(self) -> CameraRig:
        """Return the rig of the tour."""
        return CameraRig.from_dict(self.read_json("rig"))

    def key_frames(self) -> KeyFrames:
        """Return the key frames."""
        data = self.read_arrays("key_frames")
        ids = tuple(f"n{number:04d}" for number in range(len(data["poses"])))
        track = PoseTrack(data["poses"], data["covariance"])
        return KeyFrames(ids, data["stamps_ns"], track, data["tour_index"])

    def write_landmarks(self, landmarks: Sequence[PlacedLandmark]) -> None:
        """Write the landmarks that were placed."""
        self.write_json("landmarks", [asdict(landmark) for landmark in landmarks])

    def landmarks(self) -> list[PlacedLandmark]:
        """Return the landmarks that were placed."""
        result = []
        for entry in self.read_json("landmarks"):
            fields: dict[str, Any] = entry["landmark"]
            values: dict[str, Any] = {
                k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()
            }
            placed = PlacedLandmark(Landmark(**values), entry["pixels"], entry["num_sightings"])
            result.append(placed)
        return result
