"""Draw a map for people: free space, graph, landmarks with names, optionally a route."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core.own_picture import save_picture
from astra_core.robot import RobotConfig
from astra_global.map.labels import place_labels
from astra_global.map.made_for import MapRobot, map_robot
from astra_global.types import FREE, OCCUPIED, UNKNOWN, AstraMap

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

__all__ = ["draw_map"]

_COLOR = {UNKNOWN: (226, 229, 234), FREE: (255, 255, 255), OCCUPIED: (52, 60, 74)}
_EDGE = (148, 186, 232)
_NODE = (46, 108, 196)
_LANDMARK = (214, 84, 48)
_ROUTE = (38, 160, 96)
_TEXT = (28, 32, 40)
_SUPERSAMPLING = 2
#: Metres between coordinates at the edge: the least that leaves room for the numbers.
_STEPS_M = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_ROOM_PX = 44
_MOST_PIXELS = 60_000_000  # while it is drawn, three bytes each: larger maps are drawn smaller


@dataclass(frozen=True)
class _View:
    """Maps metres in ``map`` to pixels; y points up on paper as it does in the map."""

    x_min_m: float
    y_max_m: float
    scale_px_m: float

    def pixel(self, x_m: float, y_m: float) -> tuple[float, float]:
        return ((x_m - self.x_min_m) * self.scale_px_m, (self.y_max_m - y_m) * self.scale_px_m)


def draw_map(
    astra_map: AstraMap,
    path: Path | str,
    *,
    pixels_per_m: float = 80.0,
    route_m: NDArray[np.floating] | None = None,
    robot_poses: Sequence[NDArray[np.floating]] = (),
    title: str = "",
) -> Path:
    """Draw a map as a PNG.

    Args:
        astra_map: The map; works without occupancy.
        path: Where the picture goes.
        pixels_per_m: Scale; a map of a large site is drawn smaller.
        route_m: ``(N, 2)`` polyline in ``map`` to draw on top.
        robot_poses: Poses ``(3,)`` in ``map`` to draw as robots.
        title: Headline; by default counts of what the map holds.

    Returns:
        ``path``.

    Raises:
        ConfigError: Something that is no drawing of ours lies at ``path``; it stays.
    """
    from PIL import Image, ImageDraw, ImageFont

    bounds = _bounds(astra_map)
    area_m2 = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])
    scale = min(pixels_per_m * _SUPERSAMPLING, math.sqrt(_MOST_PIXELS / area_m2))
    view = _View(bounds[0], bounds[3], scale)
    size = (math.ceil((bounds[2] - bounds[0]) * scale), math.ceil((bounds[3] - bounds[1]) * scale))
    image = Image.new("RGB", size, _COLOR[UNKNOWN])
    _paint_occupancy(image, astra_map, view)
    draw = ImageDraw.Draw(image)
    unit = _SUPERSAMPLING
    _draw_graph(draw, astra_map, view, unit)
    if route_m is not None and len(route_m) > 1:
        line = [view.pixel(float(x), float(y)) for x, y in np.asarray(route_m)[:, :2]]
        draw.line(line, fill=_ROUTE, width=5 * unit, joint="curve")
    for pose in robot_poses:
        robot = map_robot(astra_map.provenance) or MapRobot.of(RobotConfig())
        _draw_robot(draw, view, np.asarray(pose, dtype=np.float64), robot.footprint_radius_m)
    font = ImageFont.load_default(size=13 * unit)
    _draw_landmarks(draw, astra_map, view, font, size, unit)
    headline = title or (
        f"{len(astra_map.nodes)} nodes, {len(astra_map.edges)} edges, "
        f"{len(astra_map.landmarks)} landmarks   map: {astra_map.provenance.get('map', '?')}"
    )
    _draw_frame(draw, headline, size, scale, ImageFont.load_default(size=15 * unit), unit)
    _draw_coordinates(draw, view, size, ImageFont.load_default(size=11 * unit), unit)
    small = image.resize((size[0] // unit, size[1] // unit), Image.Resampling.LANCZOS)
    return save_picture(small, path)


def _bounds(astra_map: AstraMap) -> tuple[float, float, float, float]:
    points = [astra_map.node_poses[:, :2]]
    if astra_map.landmarks:
        points.append(np.array([landmark.position_m[:2] for landmark in astra_map.landmarks]))
    occupancy = astra_map.occupancy
    if occupancy is not None:
        known = np.argwhere(occupancy.cells != UNKNOWN)
        points.append(occupancy.center_of(known).reshape(-1, 2))
    stacked = np.concatenate(points) if points else np.zeros((0, 2))
    if not len(stacked):
        stacked = np.zeros((1, 2))
    # Room for the headline above and the scale bar below.
    x_min, y_min = stacked.min(axis=0)
    x_max, y_max = stacked.max(axis=0)
    return float(x_min) - 0.6, float(y_min) - 0.8, float(x_max) + 0.6, float(y_max) + 0.9


def _paint_occupancy(image: object, astra_map: AstraMap, view: _View) -> None:
    from PIL import Image

    occupancy = astra_map.occupancy
    if occupancy is None:
        return
    known = np.argwhere(occupancy.cells != UNKNOWN)
    if not len(known):
        return
    # Only what is known: paper is of the colour of the rest.
    first, last = known.min(axis=0), known.max(axis=0) + 1
    cells = occupancy.cells[first[0] : last[0], first[1] : last[1]]
    colors = np.zeros((*cells.shape, 3), dtype=np.uint8)
    for value, color in _COLOR.items():
        colors[cells == value] = color
    picture = Image.fromarray(colors[::-1])
    height, width = cells.shape
    cell_px = occupancy.resolution_m * view.scale_px_m
    picture = picture.resize(
        (max(1, round(width * cell_px)), max(1, round(height * cell_px))), Image.Resampling.NEAREST
    )
    left_m = occupancy.origin_m[0] + float(first[1]) * occupancy.resolution_m
    top_m = occupancy.origin_m[1] + float(last[0]) * occupancy.resolution_m
    left, top = view.pixel(left_m, top_m)
    image.paste(picture, (round(left), round(top)))  # type: ignore[attr-defined]


def _draw_graph(draw: ImageDraw.ImageDraw, astra_map: AstraMap, view: _View, unit: int) -> None:
    for edge in astra_map.edges:
        ends = [astra_map.node_by_id[name].pose for name in (edge.a, edge.b)]
        line = [view.pixel(float(pose[0]), float(pose[1])) for pose in ends]
        draw.line(line, fill=_EDGE, width=unit)
    radius = 2.5 * unit
    for node in astra_map.nodes:
        x, y = view.pixel(float(node.pose[0]), float(node.pose[1]))
        reach = 6.5 * unit
        tip = (x + reach * math.cos(node.pose[2]), y - reach * math.sin(node.pose[2]))
        draw.line([(x, y), tip], fill=_NODE, width=unit)
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=_NODE)


def _draw_robot(
    draw: ImageDraw.ImageDraw, view: _View, pose: NDArray[np.float64], radius_m: float
) -> None:
    x, y = view.pixel(float(pose[0]), float(pose[1]))
    radius = radius_m * view.scale_px_m
    draw.ellipse(
        [x - radius, y - radius, x + radius, y + radius], outline=_ROUTE, width=_SUPERSAMPLING * 3
    )
    tip = (x + radius * math.cos(pose[2]), y - radius * math.sin(pose[2]))
    draw.line([(x, y), tip], fill=_ROUTE, width=_SUPERSAMPLING * 3)


def _draw_landmarks(
    draw: ImageDraw.ImageDraw,
    astra_map: AstraMap,
    view: _View,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    size: tuple[int, int],
    unit: int,
) -> None:
    anchors, names = [], []
    for landmark in astra_map.landmarks:
        x, y = landmark.position_m[:2]
        half_x, half_y = landmark.size_m[0] / 2, landmark.size_m[1] / 2
        corners = [view.pixel(x - half_x, y + half_y), view.pixel(x + half_x, y - half_y)]
        draw.rectangle([*corners[0], *corners[1]], outline=_LANDMARK, width=unit)
        anchors.append(view.pixel(x, y))
        names.append(
            f"{landmark.text} ({landmark.category})" if landmark.text else landmark.category
        )
    boxes = [draw.textbbox((0, 0), name, font=font) for name in names]
    extents = [(box[2] - box[0] + 8 * unit, box[3] - box[1] + 6 * unit) for box in boxes]
    for anchor, name, box, extent, corner in zip(
        anchors, names, boxes, extents, place_labels(anchors, extents, size, 6 * unit), strict=True
    ):
        far = (corner[0] + extent[0], corner[1] + extent[1])
        nearest = (min(max(anchor[0], corner[0]), far[0]), min(max(anchor[1], corner[1]), far[1]))
        draw.line([anchor, nearest], fill=_LANDMARK, width=unit)
        draw.rounded_rectangle(
            [*corner, *far], radius=4 * unit, fill=(255, 247, 240), outline=_LANDMARK, width=unit
        )
        origin = (corner[0] + 4 * unit - box[0], corner[1] + 3 * unit - box[1])
        draw.text(origin, name, fill=_TEXT, font=font)
        radius = 4 * unit
        x, y = anchor
        draw.ellipse(
            [x - radius, y - radius, x + radius, y + radius], fill=_LANDMARK, outline="white"
        )


def _draw_frame(
    draw: ImageDraw.ImageDraw,
    headline: str,
    size: tuple[int, int],
    scale_px_m: float,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    unit: int,
) -> None:
    margin = 10 * unit
    draw.text((margin, margin), headline, fill=_TEXT, font=font)
    y = size[1] - margin - 4 * unit
    draw.line([(margin, y), (margin + scale_px_m, y)], fill=_TEXT, width=3 * unit)
    draw.text((margin + scale_px_m + 6 * unit, y - 10 * unit), "1 m", fill=_TEXT, font=font)


def _draw_coordinates(
    draw: ImageDraw.ImageDraw,
    view: _View,
    size: tuple[int, int],
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    unit: int,
) -> None:
    """Write x along the top and y down the left edge: who writes landmarks reads places off."""
    width_m, height_m = (side / view.scale_px_m for side in size)
    for step in _STEPS_M:
        if step * view.scale_px_m >= _ROOM_PX * unit:
            break
    mark, below_headline = 6 * unit, 32 * unit
    for x in range(math.ceil(view.x_min_m / step), math.floor((view.x_min_m + width_m) / step) + 1):
        at = view.pixel(x * step, 0.0)[0]
        draw.line([(at, below_headline), (at, below_headline + mark)], fill=_TEXT, width=unit)
        below = (at, below_headline + 2 * mark)
        draw.text(below, f"{x * step}", fill=_TEXT, font=font, anchor="mt")
    y_min_m = view.y_max_m - height_m
    for y in range(math.ceil(y_min_m / step), math.floor(view.y_max_m / step) + 1):
        at = view.pixel(0.0, y * step)[1]
        # The headline is above, the scale bar below.
        if below_headline + 3 * mark < at < size[1] - 6 * mark:
            draw.line([(0, at), (mark, at)], fill=_TEXT, width=unit)
            beside = (2 * mark, at)
            draw.text(beside, f"{y * step}", fill=_TEXT, font=font, anchor="lm")
