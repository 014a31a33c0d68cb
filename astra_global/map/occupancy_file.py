"""The static occupancy as a NumPy archive."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from astra_core.errors import MapFormatError
from astra_core.untrusted.arrays import parse_arrays
from astra_global.types import FREE, OCCUPIED, UNKNOWN, OccupancyMap

__all__ = ["occupancy_from_bytes", "occupancy_to_bytes"]

_NAMES = ("cells", "origin_m", "resolution_m")
#: 300 m by 300 m in cells of 5 cm. Distances to walls take 40 bytes a cell while they are made.
_MOST_CELLS = 40_000_000
_HEADERS_BYTES = 10_000


def occupancy_to_bytes(occupancy: OccupancyMap) -> bytes:
    """Return the bytes of ``dense/occupancy.npz``."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        cells=occupancy.cells.astype(np.int8),
        origin_m=np.asarray(occupancy.origin_m, dtype=np.float64),
        resolution_m=np.float64(occupancy.resolution_m),
    )
    return buffer.getvalue()


def occupancy_from_bytes(data: bytes, path: Path) -> OccupancyMap:
    """Read the occupancy back.

    Raises:
        MapFormatError: The archive is damaged or holds something else.
    """
    arrays = parse_arrays(
        data, str(path), MapFormatError, names=_NAMES, most_bytes=_MOST_CELLS + _HEADERS_BYTES
    )
    cells = arrays["cells"]
    try:
        origin = arrays["origin_m"].astype(np.float64)
        resolution = float(arrays["resolution_m"])
    except (ValueError, TypeError) as error:
        raise MapFormatError(f"{path}: origin_m and resolution_m must be numbers") from error
    if cells.size > _MOST_CELLS:
        raise MapFormatError(f"{path}: has {cells.size} cells, {_MOST_CELLS} are enough")
    if cells.ndim != 2 or cells.dtype != np.int8 or cells.size == 0 or origin.shape != (2,):
        raise MapFormatError(f"{path}: cells must be (H, W) int8 and origin_m (2,)")
    if not np.all(np.isfinite(origin)) or not 1e-3 <= resolution <= 10.0:
        raise MapFormatError(
            f"{path}: origin_m must be finite and resolution_m from 0.001 to 10, got {resolution}"
        )
    if not np.isin(cells, (FREE, OCCUPIED, UNKNOWN)).all():
        raise MapFormatError(f"{path}: cells hold a value other than {FREE}, {OCCUPIED}, {UNKNOWN}")
    return OccupancyMap(cells, (float(origin[0]), float(origin[1])), resolution)
