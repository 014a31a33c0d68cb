"""The artefacts that stages hand to each other, and where they lie in the work folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraRig
from astra_global.map.files import write_bytes
from astra_global.mapping.images import read_color, read_depth
from astra_global.types import Landmark

__all__ = ["KeyFrames", "Work"]


@dataclass(frozen=True, eq=False)
class KeyFrames:
    """The nodes to be: ids, stamps ``(N, C)`` of their pictures, poses ``T_map_base (N, 4, 4)``.

    ``tour_index`` ``(N,)`` counts image sets of the tour, so neighbours in time can be told.
    """

    ids: tuple[str, ...]
    stamps_ns: NDArray[np.int64]
    poses: NDArray[np.float64]
    tour_index: NDArray[np.int64]


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

    def color(self, node_id: str, camera: str) -> NDArray[np.uint8]:
        """Return a node's picture ``(H, W, 3)`` RGB."""
        return read_color(self.color_path(node_id, camera))

    def depth(self, rig: CameraRig, node_id: str, camera: str) -> NDArray[np.float32]:
        """Return a node's depth ``(H, W)`` in metres."""
        return read_depth(self.depth_path(node_id, camera), rig[camera].intrinsics)

    def write_json(self, name: str, data: Any) -> None:
        """Write plain data."""
        write_bytes(self.folder / f"{name}.json", json.dumps(data).encode())

    def read_json(self, name: str) -> Any:
        """Read plain data."""
        return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))

    def write_arrays(self, name: str, **arrays: NDArray[Any]) -> None:
        """Write arrays."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{name}.npz").open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]

    def read_arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Read arrays."""
        with np.load(self.folder / f"{name}.npz", allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}

    def rig(self) -> CameraRig:
        """Return the rig of the tour."""
        return CameraRig.from_dict(self.read_json("rig"))

    def key_frames(self) -> KeyFrames:
        """Return the key frames."""
        data = self.read_arrays("key_frames")
        ids = tuple(f"n{number:04d}" for number in range(len(data["poses"])))
        return KeyFrames(ids, data["stamps_ns"], data["poses"], data["tour_index"])

    def landmarks(self) -> list[Landmark]:
        """Return the landmarks, without links before the visibility stage and with them after."""
        return [
            Landmark(
                **{
                    key: tuple(value) if isinstance(value, list) else value
                    for key, value in entry.items()
                }
            )
            for entry in self.read_json("landmarks")
        ]
