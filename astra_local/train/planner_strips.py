"""Strips of single plans over time: three that go well where straight on touches, three that touch.

No hand chooses them: from validation states, in every scene family, the farthest way of a picked
plan that stays free where driving straight on touches a person (where none does, anything), and the
earliest touch of a picked plan where the expert touches nothing.

As in :mod:`astra_local.train.planner_pictures`; the robot drives the plan that it picks of ten, and
its disc is filled; red where it touches. Filled red discs are people where they really are then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from astra_core.errors import ConfigError
from astra_core.own_picture import save_picture
from astra_local.planner_net.heads import PlanningHead
from astra_local.planner_net.picker import PickerWeights
from astra_local.planner_record import NUM_STEPS, STEP_S
from astra_local.train.planner_picks import Answers, answers_of
from astra_local.train.planner_pictures import SCALE, pixels, seen_from_above
from astra_local.train.planner_states import PlannerBatch, PlannerDataset
from astra_local.train.planner_validate import spread_states, touching_steps
from astra_local.voxel.ego_window import WINDOW

__all__ = ["Case", "chosen_cases", "draw_strips", "straight_on"]

#: Moments of the frames, in steps of the plan; 0 is now.
_FRAMES = (0, 4, 8, 12, 16)
_PAPER, _INK = (252, 252, 250), (25, 25, 30)
_ANSWER, _PICK, _TOUCH = (170, 195, 240), (40, 90, 220), (220, 30, 40)
_EXPERT, _PERSON, _GOAL = (20, 160, 60), (240, 120, 120), (200, 0, 200)
_TITLE_PX, _GAP_PX = 26, 4
#: Matter that was believed to be farther than this from a plan was not seen.
_UNSEEN_M = 0.1


@dataclass(frozen=True)
class Case:
    """A state to show.

    Attributes:
        state: Its number in the data set.
        row: Its number among the answers.
        picked: Which of its answers is driven.
        title: What there is to see.
    """

    state: int
    row: int
    picked: int
    title: str


def draw_strips(
    head: PlanningHead,
    data: PlannerDataset,
    path: Path,
    *,
    footprint_radius_m: float,
    limit: int = 1024,
) -> list[Case]:
    """Write the picture and return what is on it.

    Raises:
        ConfigError: No state is worth showing.
    """
    known = answers_of(head, data, footprint_radius_m, 10, limit)
    cases = chosen_cases(known, data, limit, footprint_radius_m)
    if not cases:
        raise ConfigError(
            f"in {len(data)} states neither straight on nor the planner touches anything: "
            "take more, or crowded ones"
        )
    side = WINDOW.shape[0] * SCALE
    height = side + _TITLE_PX + _GAP_PX
    width = len(_FRAMES) * (side + _GAP_PX)
    sheet = Image.new("RGB", (width, height * len(cases)), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for number, case in enumerate(cases):
        batch = data.batch(np.array([case.state]))
        top = number * height
        draw.text((4, top + 5), case.title, _INK, ImageFont.load_default(15))
        for place, step in enumerate(_FRAMES):
            people = zip(
                data.arrays["people"][case.state, :, step],
                data.arrays["people_radius"][case.state],
                strict=True,
            )
            frame = _frame(batch, people, known, case, step, footprint_radius_m)
            sheet.paste(frame, (place * (side + _GAP_PX), top + _TITLE_PX))
    save_picture(sheet, path)
    return cases


def chosen_cases(
    known: Answers, data: PlannerDataset, limit: int, footprint_radius_m: float
) -> list[Case]:
    """Return a good case of every family, then a bad one of every family, where there are any."""
    states = spread_states(data, limit)
    picked = known.picked_by_rule(PickerWeights())
    rows = np.arange(len(states))
    touching: NDArray[np.bool_] = np.any(known.touching[rows, picked], axis=-1)
    straight = _straight_touching(data, states, footprint_radius_m)
    way_m = known.progress_m[rows, picked]
    touches: NDArray[np.bool_] = np.any(touching, axis=1)
    good = ~touches & np.any(straight, axis=(1, 2))
    # People are what is hard: where straight on touches nobody comes last.
    fine = way_m + 100.0 * np.any(straight[..., 1], axis=1)
    bad = touches & ~known.expert
    first = np.where(bad, touching.argmax(axis=1), NUM_STEPS)
    cases = []
    for wanted, worth in ((good, fine), (bad, -first)):
        for family in sorted(set(data.family.tolist())):
            there = np.flatnonzero(wanted & (data.family[states] == family))
            if not len(there):
                continue
            row = int(there[np.argmax(worth[there])])
            where = f"{family}, {data.conditions[states[row]]}: "
            text = (
                _good_text(straight[row], way_m[row])
                if good[row]
                else _bad_text(known, row, int(picked[row]))
            )
            cases.append(Case(int(states[row]), row, int(picked[row]), where + text))
    return cases


def straight_on(goal: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the ways ``(S, N, 2)`` straight to sub-goals ``(S, 6)`` at full speed, ego frame."""
    away_m = np.hypot(goal[:, 0], goal[:, 1])
    full_m = goal[:, 5, None] * STEP_S * np.arange(1, NUM_STEPS + 1)
    share = np.minimum(full_m / np.maximum(away_m, 1e-6)[:, None], 1.0)
    return np.asarray(share[..., None] * goal[:, None, :2])


def _straight_touching(
    data: PlannerDataset, states: NDArray[np.intp], footprint_radius_m: float
) -> NDArray[np.bool_]:
    """Return at which steps straight on touches what stands and people, ``(S, N, 2)``."""
    batch = data.batch(states)
    way = batch.expert_xy.new_tensor(straight_on(batch.inputs.goal.numpy()))
    touching = touching_steps(way[:, None], batch.around, footprint_radius_m)
    return np.stack([part[:, 0].numpy() for part in touching], axis=-1)


def _good_text(straight: NDArray[np.bool_], way_m: float) -> str:
    step = int(straight.any(axis=-1).argmax())
    what = "a person" if straight[step, 1] else "what stands"
    return (
        f"straight on would touch {what} after {STEP_S * (step + 1):.1f} s; "
        f"the pick touches nothing and comes {way_m:.1f} m nearer"
    )


def _bad_text(known: Answers, row: int, picked: int) -> str:
    touching = known.touching[row, picked]
    step = int(touching.any(axis=-1).argmax())
    at = f"after {STEP_S * (step + 1):.1f} s the pick touches "
    if touching[step, 0]:
        seen = known.standing_m[row, picked, step] <= _UNSEEN_M
        return at + ("what stands" if seen else "what stands and was not seen")
    foreseen = known.people_m[row, picked, step] <= 0.0
    return at + ("a person" if foreseen else "a person who was not seen or was to walk elsewhere")


def _frame(
    batch: PlannerBatch,
    people: Iterable[tuple[NDArray[np.floating], float]],
    known: Answers,
    case: Case,
    step: int,
    footprint_radius_m: float,
) -> Image.Image:
    image = seen_from_above(batch, 0)
    draw = ImageDraw.Draw(image)
    for xy_m, radius_m in people:
        if radius_m > 0.0:
            _disc(draw, xy_m, radius_m, fill=_PERSON)
    ways = known.xy_m[case.row]
    if step == 0:
        for way in ways:
            draw.line(pixels(_from_here(way)), fill=_ANSWER, width=1)
    draw.line(pixels(_from_here(batch.expert_xy[0].numpy())), fill=_EXPERT, width=2)
    way = _from_here(ways[case.picked])
    draw.line(pixels(way), fill=_PICK, width=2)
    touches = step > 0 and bool(known.touching[case.row, case.picked, :step].any())
    _disc(draw, way[step], footprint_radius_m, fill=_TOUCH if touches else _PICK)
    x, y = pixels(batch.inputs.goal[:, :2].numpy())[0]
    draw.line((x - 5, y - 5, x + 5, y + 5), fill=_GOAL, width=2)
    draw.line((x - 5, y + 5, x + 5, y - 5), fill=_GOAL, width=2)
    draw.text((6, 4), f"{STEP_S * step:.1f} s", _INK, ImageFont.load_default(14))
    return image


def _from_here(way_m: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.vstack([np.zeros(2), way_m])


def _disc(
    draw: ImageDraw.ImageDraw,
    xy_m: NDArray[np.floating],
    radius_m: float,
    fill: tuple[int, int, int],
) -> None:
    x, y = pixels(xy_m[None])[0]
    radius = radius_m / WINDOW.cell_m * SCALE
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill, outline=_INK)
