"""What a camera should see from a pose, drawn from the pictures of the map, and how well it fits.

Letters: ``H, W`` picture, ``h, w`` a grid of every fourth pixel.

The depth that the map keeps of its pictures gives the depth of the view; through it the nearest
pictures are warped into the view. What no picture shows sharply enough stays blank, and so does
what may hide behind something that no picture shows. Two pictures are compared by the correlation
of small windows, which does not care for brightness or contrast.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics
from astra_core.messages.encoded import decoded
from astra_core.messages.problem import ImageFormatError
from astra_global.localize.free_rays import free_rays, sight_of
from astra_global.localize.index import GRID_STEP_PX, grid_of
from astra_global.localize.place_map import MIN_DEPTH_M, PlaceMap

__all__ = ["PictureShelf", "View", "correlation", "predict_view", "smooth_gray"]

_MAX_REFERENCES = 10  # a near thing that the nearest pictures miss may be in the tenth
_MAX_ANGLE_RAD = 1.1
_METRES_PER_RAD = 0.7  # how far away a picture may be rather than turned, to be as good a source
_BLUR_SIGMA_PX = 0.8
_MAX_ENLARGEMENT = 1.3  # a picture from further away is blurred in the view
_SHIFTS_PX = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))  # of the seen picture: poses err a little
_SAME_DEPTH = 0.08  # relative depth difference of one surface seen twice
_MIN_SHARE = 0.8  # of a window that must be predicted
_MAX_SLOPE = 0.3  # relative depth difference between grid pixels beyond which there is an edge


@dataclass(frozen=True, eq=False)
class View:
    """A predicted picture: gray ``(H, W)`` float32, and where anything was predicted ``(H, W)``."""

    gray: NDArray[np.float32]
    valid_mask: NDArray[np.bool_]


def smooth_gray(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a picture ``(H, W, 3)`` RGB as gray float32, its noise smoothed a little."""
    import cv2

    gray = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(gray, (0, 0), _BLUR_SIGMA_PX), dtype=np.float32)


class PictureShelf:
    """The pictures of the map, the last used ones kept open."""

    def __init__(self, places: PlaceMap, size: int = 128) -> None:
        """Keep up to ``size`` pictures of 0.3 MB; a look at one place needs about 35 of them."""
        self._places = places
        self._size = size
        self._open: OrderedDict[int, NDArray[np.float32] | None] = OrderedDict()

    def gray(self, picture: int) -> NDArray[np.float32] | None:
        """Return a picture as gray ``(H, W)``, ``None`` where the map has no file of it."""
        if picture in self._open:
            self._open.move_to_end(picture)
            return self._open[picture]
        self._open[picture] = self._load(picture)
        if len(self._open) > self._size:
            self._open.popitem(last=False)
        return self._open[picture]

    def _load(self, picture: int) -> NDArray[np.float32] | None:
        import cv2

        index, astra_map = self._places.index, self._places.map
        if astra_map.folder is None:
            return None
        node = index.node_ids[int(index.picture_node[picture])]
        path = astra_map.image_path(node, index.cameras[int(index.picture_camera[picture])])
        try:
            image = decoded(path.read_bytes(), str(path), cv2.IMREAD_COLOR)
        except (OSError, ImageFormatError):
            return None
        return smooth_gray(np.asarray(image[..., ::-1], np.uint8))


def predict_view(
    camera: Camera,
    t_map_optical: NDArray[np.float64],
    nodes: NDArray[np.intp],
    places: PlaceMap,
    shelf: PictureShelf,
) -> View:
    """Draw what a camera should see.

    Args:
        camera: The camera, without lens distortion.
        t_map_optical: ``(4, 4)`` its pose.
        nodes: Nodes near by, whose features and pictures are used.
        places: The map.
        shelf: Its pictures.

    Returns:
        The view, blank where the map does not show what is there.
    """
    k = camera.intrinsics
    view = View(
        np.zeros((k.height_px, k.width_px), np.float32),
        np.zeros((k.height_px, k.width_px), dtype=bool),
    )
    references = places.pictures_along(nodes, t_map_optical[:3, 2], _MAX_ANGLE_RAD)
    if not len(references):
        return view
    effort = _effort(t_map_optical, references, places)
    references = references[np.argsort(effort, kind="stable")[:_MAX_REFERENCES]]
    inverse_depth = _drawn_depth(k, t_map_optical, references, places)
    known = inverse_depth > 0.0
    depth = 1.0 / np.where(known, inverse_depth, 1.0)
    optical = k.unproject(_grid_pixels(k).reshape(-1, 2), depth.ravel())
    points = se3.transform_points(t_map_optical, optical)
    known &= _unhidden(t_map_optical[:3, 3], points, known, references, places)
    for reference in references:
        _draw(view, k.fx_px, points, depth, known, int(reference), places, shelf)
    return view


def correlation(
    seen: NDArray[np.float32], view: View, window_px: int, *, shifted: bool = True
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Compare windows around every grid pixel of a picture and a predicted view.

    Args:
        seen: ``(H, W)`` gray.
        view: The prediction; blank pixels do not count.
        window_px: Side of the window, odd.
        shifted: Whether the picture may be shifted by a pixel, since the pose is not perfect: the
            best shift counts.

    Returns:
        Normalised correlation ``(h, w)`` in [-1, 1], NaN where too little was predicted, and the
        larger of the standard deviations of both in the windows ``(h, w)``.
    """
    import cv2

    mask = view.valid_mask.astype(np.float32)

    def blurred(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return grid_of(np.asarray(cv2.blur(values, (window_px, window_px))))

    share = blurred(mask)
    scale = 1.0 / np.maximum(share, 1e-3)
    b = view.gray * mask
    mean_b = blurred(b) * scale
    var_b = np.maximum(blurred(b * b) * scale - mean_b**2, 0.0)
    ncc = np.full(share.shape, -1.0, dtype=np.float32)
    for du, dv in _SHIFTS_PX if shifted else _SHIFTS_PX[:1]:
        a = np.roll(seen, (dv, du), axis=(0, 1)) * mask
        mean_a = blurred(a) * scale
        var_a = np.maximum(blurred(a * a) * scale - mean_a**2, 0.0)
        covariance = blurred(a * b) * scale - mean_a * mean_b
        ncc = np.maximum(ncc, covariance / np.sqrt(np.maximum(var_a * var_b, 1e-6)))
        if (du, dv) == (0, 0):
            deviation = np.sqrt(np.maximum(var_a, var_b))
    return np.where(share >= _MIN_SHARE, np.minimum(ncc, 1.0), np.nan), deviation


def _effort(
    t_map_optical: NDArray[np.float64], references: NDArray[np.intp], places: PlaceMap
) -> NDArray[np.float64]:
    """Return how far the pictures are from a view, turning counted as metres."""
    poses = places.t_map_optical[references]
    away_m = np.linalg.norm(poses[:, :3, 3] - t_map_optical[:3, 3], axis=1)
    cosine = np.clip(poses[:, :3, 2] @ t_map_optical[:3, 2], -1.0, 1.0)
    return np.asarray(away_m + _METRES_PER_RAD * np.arccos(cosine))


def _grid_pixels(k: CameraIntrinsics) -> NDArray[np.float64]:
    """Return the pixels ``(h, w, 2)`` of the grid."""
    half = GRID_STEP_PX // 2
    u = np.arange(half, k.width_px, GRID_STEP_PX, dtype=np.float64)
    v = np.arange(half, k.height_px, GRID_STEP_PX, dtype=np.float64)
    return np.stack(np.meshgrid(u, v), axis=-1)


def _drawn_depth(
    k: CameraIntrinsics,
    t_map_optical: NDArray[np.float64],
    references: NDArray[np.intp],
    places: PlaceMap,
) -> NDArray[np.float64]:
    """Return inverse depth ``(h, w)`` of a view, 0 where unknown: points drawn nearest first."""
    import cv2

    parts = []
    for reference in references:
        inverse = places.index.inverse_depth[reference].astype(np.float64)
        known = inverse > 0.0
        source = places.camera_of(int(reference)).intrinsics
        optical = source.unproject(_grid_pixels(source)[known], 1.0 / inverse[known])
        to_view = se3.inverse(t_map_optical) @ places.t_map_optical[reference]
        parts.append(se3.transform_points(to_view, optical))
    seen = np.concatenate(parts)
    seen = seen[seen[:, 2] > MIN_DEPTH_M]
    pixels = k.project(seen) if len(seen) else np.zeros((0, 2))
    cells = np.floor(pixels / GRID_STEP_PX).astype(np.intp)
    shape = _grid_pixels(k).shape[:2]
    inside = (cells >= 0).all(axis=1) & (cells < [shape[1], shape[0]]).all(axis=1)
    drawn = np.zeros(shape)
    np.maximum.at(drawn, (cells[inside, 1], cells[inside, 0]), 1.0 / seen[inside, 2])
    # Close the gaps between points; a cell that looks through a gap at something far is one too.
    around = cv2.morphologyEx(drawn, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return np.where(drawn >= (1.0 - _MAX_SLOPE) * around, drawn, around)


def _unhidden(
    origin: NDArray[np.float64],
    points: NDArray[np.float64],
    known: NDArray[np.bool_],
    references: NDArray[np.intp],
    places: PlaceMap,
) -> NDArray[np.bool_]:
    """Return which of the known points ``(h * w, 3)`` nothing can hide from the camera ``(h, w)``.

    Every fourth ray is looked at: what matters is larger than two cells.
    """
    some = np.zeros_like(known)
    some[::2, ::2] = known[::2, ::2]
    free = np.zeros_like(known)
    free[some] = free_rays(origin, points[some.ravel()], references, places)
    height, width = known.shape
    return np.repeat(np.repeat(free[::2, ::2], 2, axis=0), 2, axis=1)[:height, :width]


def _draw(
    view: View,
    focal_px: float,
    points: NDArray[np.float64],
    depth: NDArray[np.float64],
    known: NDArray[np.bool_],
    reference: int,
    places: PlaceMap,
    shelf: PictureShelf,
) -> None:
    """Add what one picture of the map shows of the points ``(h * w, 3)`` of a view."""
    import cv2

    sight = sight_of(points, reference, places)
    # Pixels per metre: in the view f / depth, in the picture of the map f' / depth'.
    enlarging = focal_px / places.camera_of(reference).intrinsics.fx_px
    good = known.ravel() & (enlarging * sight.depth_m <= _MAX_ENLARGEMENT * depth.ravel())
    # The picture shows another surface where something stands before the point.
    good &= np.abs(sight.relative_depth - 1.0) < _SAME_DEPTH
    if not (good.reshape(depth.shape) & ~grid_of(view.valid_mask)).any():
        return
    source = shelf.gray(reference)
    if source is None:
        return
    shape = view.gray.shape
    maps = _upsampled(sight.pixels.reshape(*depth.shape, 2).astype(np.float32), shape)
    mask = _upsampled(good.reshape(depth.shape).astype(np.float32), shape) > 0.99
    mask &= ~view.valid_mask
    if mask.any():
        drawn = cv2.remap(
            source, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        view.gray[mask] = drawn[mask]
        view.valid_mask[mask] = True


def _upsampled(grid: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return a grid of every fourth pixel at full size, bilinear."""
    import cv2

    height, width = shape
    # Pixel centres of the grid are at 2, 6, 10, ...: half a pixel off what resize assumes.
    u = (np.arange(width, dtype=np.float32) - GRID_STEP_PX // 2) / GRID_STEP_PX
    v = (np.arange(height, dtype=np.float32) - GRID_STEP_PX // 2) / GRID_STEP_PX
    map_u, map_v = np.meshgrid(u, v)
    return np.asarray(
        cv2.remap(grid, map_u, map_v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )
