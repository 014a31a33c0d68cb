"""A sheet of planner states to look at: what the planner is given, and what the expert did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core.own_picture import save_picture
from astra_local.planner_record import FAR_M, STEP_S, PlannerStates
from astra_local.voxel.ego_window import WINDOW

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

__all__ = ["draw_state", "draw_states"]

_SCALE_PX = 5
_GAP_PX, _CAPTION_PX = 8, 30
_UNKNOWN, _FREE, _OCCUPIED = (150, 150, 155), (250, 250, 248), (25, 25, 30)
#: Occupied half a second ago and earlier, and not now.
_PAST = ((230, 120, 60), (240, 170, 120), (248, 212, 180))
_TRUE_EDGE = (120, 170, 230)
_ROUTE, _EXPERT, _GOAL = (60, 100, 230), (10, 150, 60), (200, 30, 160)
_PERSON, _MOVER, _LEAF, _INK = (220, 30, 30), (140, 0, 0), (150, 90, 20), (20, 20, 25)


def draw_states(chosen: Sequence[tuple[PlannerStates, int]], path: Path, columns: int = 6) -> None:
    """Write a PNG of some states, each with the robot looking up.

    Args:
        chosen: Shards and the number of a state in each.
        path: Where to write; an earlier sheet is replaced.
        columns: States in a row.
    """
    from PIL import Image

    tiles = [draw_state(states, index) for states, index in chosen]
    width, height = tiles[0].size
    rows = math.ceil(len(tiles) / columns)
    step_x, step_y = width + _GAP_PX, height + _GAP_PX
    sheet = Image.new("RGB", (columns * step_x, rows * step_y), (255, 255, 255))
    for number, tile in enumerate(tiles):
        sheet.paste(tile, (number % columns * step_x, number // columns * step_y))
    save_picture(sheet, path)


def draw_state(states: PlannerStates, index: int) -> Image:
    """Return the picture of one state.

    White is seen free, grey never seen, black occupied now, orange occupied until half a second,
    one and one and a half seconds ago; the light blue line is the true edge of what stands. Red
    discs are people now, thin red rings people later; dark red arrows what the robot knows of
    them; blue dots the route, purple the sub-goal, green the expert's trajectory.
    """
    from PIL import Image, ImageDraw

    pixels = _floor(states, index)
    picture = Image.fromarray(pixels).resize(
        (pixels.shape[1] * _SCALE_PX, pixels.shape[0] * _SCALE_PX), Image.Resampling.NEAREST
    )
    draw = ImageDraw.Draw(picture)
    arrays = states.arrays
    for point in arrays["route"][index]:
        _disc(draw, point, 0.03, _ROUTE, fill=True)
    for leaf in arrays["leaves"][index]:
        if leaf[0, 0, 0] != FAR_M:
            draw.line([*_pixel(leaf[0, 0]), *_pixel(leaf[0, 1])], fill=_LEAF, width=4)
    for way, radius in zip(arrays["people"][index], arrays["people_radius"][index], strict=True):
        if radius > 0.0:
            for point in way[4::4]:
                _disc(draw, point, float(radius), _PERSON)
            _disc(draw, way[0], float(radius), _PERSON, fill=True)
    for x, y, vx, vy, radius in arrays["movers"][index][: int(arrays["num_movers"][index])]:
        _disc(draw, np.array([x, y]), float(radius), _MOVER)
        draw.line([*_pixel(np.array([x, y])), *_pixel(np.array([x + vx, y + vy]))], fill=_MOVER)
    expert = np.concatenate([np.zeros((1, 3)), arrays["expert_poses"][index]])
    radius_m = float(states.meta["robot"]["footprint_radius_m"])
    draw.line([value for pose in expert for value in _pixel(pose)], fill=_EXPERT, width=3)
    for pose in (expert[0], expert[-1]):
        _disc(draw, pose, radius_m, _EXPERT)
        _heading(draw, pose, radius_m, _EXPERT)
    _disc(draw, arrays["sub_goal"][index], 0.08, _GOAL, fill=bool(arrays["is_final"][index]))
    _heading(draw, arrays["sub_goal"][index], 0.4, _GOAL)
    tile = Image.new("RGB", (picture.width, picture.height + _CAPTION_PX), (255, 255, 255))
    tile.paste(picture, (0, 0))
    _caption(ImageDraw.Draw(tile), states, index, picture.height)
    return tile


def _floor(states: PlannerStates, index: int) -> NDArray[np.uint8]:
    occupied, known = states.occupied()[index], states.known()[index]
    sdf = states.sdf_m()[index]
    cells = np.empty((*WINDOW.shape, 3), dtype=np.uint8)
    cells[:] = _UNKNOWN
    cells[known] = _FREE
    cells[np.abs(sdf) < 0.5 * WINDOW.cell_m] = _TRUE_EDGE
    for ago in range(len(occupied) - 1, 0, -1):
        cells[occupied[ago]] = _PAST[ago - 1]
    cells[occupied[0]] = _OCCUPIED
    # Ahead is up, left is left.
    return np.ascontiguousarray(cells.transpose(1, 0, 2)[::-1, ::-1])


def _pixel(point: NDArray[np.floating]) -> tuple[float, float]:
    """Return where a point of the ego frame is drawn."""
    scale = _SCALE_PX / WINDOW.cell_m
    high_y = WINDOW.low_m[1] + WINDOW.shape[0] * WINDOW.cell_m
    high_x = WINDOW.low_m[0] + WINDOW.shape[1] * WINDOW.cell_m
    return (high_y - float(point[1])) * scale, (high_x - float(point[0])) * scale


def _disc(
    draw: ImageDraw,
    point: NDArray[np.floating],
    radius_m: float,
    color: tuple[int, int, int],
    *,
    fill: bool = False,
) -> None:
    x, y = _pixel(point)
    r = radius_m * _SCALE_PX / WINDOW.cell_m
    draw.ellipse([x - r, y - r, x + r, y + r], outline=color, fill=color if fill else None)


def _heading(
    draw: ImageDraw, pose: NDArray[np.floating], length_m: float, color: tuple[int, int, int]
) -> None:
    tip = pose[:2] + length_m * np.array([np.cos(pose[2]), np.sin(pose[2])])
    draw.line([*_pixel(pose), *_pixel(tip)], fill=color, width=2)


def _caption(draw: ImageDraw, states: PlannerStates, index: int, top_px: int) -> None:
    arrays, meta = states.arrays, states.meta
    v, w = arrays["speed"][index]
    source = meta["sources"][int(arrays["expert_source"][index])]
    mean_v = float(arrays["expert_speeds"][index, :, 0].mean())
    draw.text(
        (2, top_px + 2),
        f"{meta['family']} {meta['seed']} {meta['conditions']} {meta['way']} #{index} "
        f"{'kicked ' if arrays['kicked'][index] else ''}{source}\n"
        f"v {v:.2f} w {w:.2f} to {STEP_S * 16:.1f} s: {mean_v:.2f} m/s, gaps "
        f"{arrays['expert_static_gap_m'][index]:.2f} {arrays['expert_people_gap_m'][index]:.2f}",
        fill=_INK,
    )
