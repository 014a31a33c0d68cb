"""The static occupancy as a NumPy archive."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np

from astra_core.errors import MapFormatError
from astra_global.types import FREE, OCCUPIED, UNKNOWN, OccupancyMap

__all__ = ["occupancy_from_bytes", "occupancy_to_bytes"]


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
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            cells = np.array(archive["cells"])
            origin = np.array(archive["origin_m"], dtype=np.float64)
            resolution = float(archive["resolution_m"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise MapFormatError(f"{path}: not an occupancy archive: {error}") from error
    if cells.ndim != 2 or cells.dtype != np.int8 or cells.size == 0 or origin.shape != (2,):
        raise MapFormatError(f"{path}: cells must be (H, W) int8 and origin_m (2,)")
    if not np.all(np.isfinite(origin)) or not 0.0 < resolution < np.inf:
        raise MapFormatError(f"{path}: origin_m and resolution_m must be finite")
    if not np.isin(cells, (FREE, OCCUPIED, UNKNOWN)).all():
        raise MapFormatError(f"{path}: cells hold a value other than {FREE}, {OCCUPIED}, {UNKNOWN}")
    return OccupancyMap(cells, (float(origin[0]), float(origin[1])), resolution)
