"""Many scenes in one picture, for people who want to see what the generators make.

``python -P -m astra_sim.scenes.contact_sheet OUT.png --family office --seeds 0:24``
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from astra_core.errors import AstraError, ConfigError
from astra_core.own_picture import save_picture
from astra_core.records import Velocity
from astra_sim.conditions import CONDITIONS, EMPTY, Conditions, named_conditions
from astra_sim.profile import load_profile
from astra_sim.scenes import FAMILIES, make_scene
from astra_sim.scenes.drawing import TopDown
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.types import Scene
from astra_sim.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["contact_sheet", "main", "scene_tile"]

_COLUMNS, _CAPTION_PX, _GAP_PX, _INSET_PX = 6, 18, 4, 88
#: Places tried for the one picture of a scene.
_VIEWS = 40
_CLEARANCE_M = 0.35
#: Seconds before the picture: people are on their way by then.
_WARM_UP_S = 2.0
#: Flat things tell less of a room than furniture does, bare walls nothing.
_FLAT = frozenset(("picture", "window", "door", "door frame", "sign"))
_BARE = frozenset(("wall", "floor", "ceiling", "threshold"))
#: A thing counts as seen from this share of the picture on, and for no more than that other one.
_LEAST_SHARE, _MOST_SHARE = 0.002, 0.04
_WALL_COST, _CLOSE_SHARE = 1.5, 0.15


def contact_sheet(scenes: Sequence[tuple[str, int]], conditions: Conditions = EMPTY) -> Image.Image:
    """Draw one tile per scene, six in a row, in the order given.

    Args:
        scenes: (family, seed) of each.
        conditions: Of the mission; the default shows the building of the tour.
    """
    tiles = []
    for number, (family, seed) in enumerate(scenes, start=1):
        print(f"[{number}/{len(scenes)}] {family} {seed}", file=sys.stderr, flush=True)
        tiles.append(scene_tile(make_scene(family, seed), conditions))
    width, height = tiles[0].size
    columns = min(_COLUMNS, len(tiles))
    rows = math.ceil(len(tiles) / columns)
    size = (columns * (width + _GAP_PX) + _GAP_PX, rows * (height + _GAP_PX) + _GAP_PX)
    sheet = Image.new("RGB", size, (255, 255, 255))
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        sheet.paste(
            tile, (_GAP_PX + column * (width + _GAP_PX), _GAP_PX + row * (height + _GAP_PX))
        )
    return sheet


def scene_tile(scene: Scene, conditions: Conditions = EMPTY) -> Image.Image:
    """Return a view through the front camera from where much is seen, with a plan and a caption."""
    plan = floor_plan(scene)
    rng = stream(scene.seed, "contact sheet")
    poses = [plan.sample_free_pose(rng, _CLEARANCE_M) for _ in range(_VIEWS)]
    with Simulator(
        scene,
        load_profile().quiet(),
        scene.seed,
        conditions=conditions,
        camera_hz=0.0,
        depth=False,
        semantics=True,
        start_pose=poses[0],
    ) as simulator:
        for _ in range(round(_WARM_UP_S / simulator.tick_s) if conditions.most_people else 0):
            simulator.step(Velocity(0.0, 0.0))
        best_pose, best = poses[0], -1.0
        for pose in poses:
            simulator.place(pose)
            score = _richness(simulator.object_image("front"), simulator.scene)
            if score > best:
                best_pose, best = pose, score
        simulator.place(best_pose)
        front = next(frame for frame in simulator.expose() if frame.camera == "front")
        return _framed(front.image, simulator.scene, best_pose)


def _richness(objects: NDArray[np.int32], scene: Scene) -> float:
    """Count the things in a picture that one would name, larger ones more."""
    numbers, counts = np.unique(objects[objects >= 0], return_counts=True)
    named = {landmark.object_id for landmark in scene.landmarks}
    score = 0.0
    for number, count in zip(numbers, counts, strict=True):
        obj, share = scene.objects[number], count / objects.size
        if obj.kind == "wall":
            score -= _WALL_COST * share
        elif obj.kind not in _BARE:
            # Too close: it hides the room.
            score -= 2.0 * max(0.0, share - _CLOSE_SHARE)
        if share >= _LEAST_SHARE and obj.kind not in _BARE:
            worth = (2.0 if obj.id in named else 1.0) * (0.4 if obj.kind in _FLAT else 1.0)
            score += worth * math.sqrt(min(share, _MOST_SHARE))
    return score


def _framed(view: NDArray[np.uint8], scene: Scene, pose: tuple[float, float, float]) -> Image.Image:
    tile = Image.new("RGB", (view.shape[1], view.shape[0] + _CAPTION_PX), (255, 255, 255))
    tile.paste(Image.fromarray(view), (0, 0))
    inset = _plan_inset(scene, pose)
    tile.paste(inset, (view.shape[1] - inset.width - 3, view.shape[0] - inset.height - 3))
    x0, y0, x1, y1 = scene.bounds_m
    text = (
        f"{scene.family} {scene.seed}   {(x1 - x0) * (y1 - y0):.0f} m2   "
        f"{len(scene.rooms)} rooms   {len(scene.landmarks)} landmarks"
    )
    font = ImageFont.load_default(12)
    ImageDraw.Draw(tile).text((4, view.shape[0] + 2), text, fill=(20, 20, 20), font=font)
    return tile


def _plan_inset(scene: Scene, pose: tuple[float, float, float]) -> Image.Image:
    x0, y0, x1, y1 = scene.bounds_m
    longest = max(x1 - x0, y1 - y0)
    # Drawn finer than shown: thin walls survive the scaling.
    top = TopDown(scene, 4.0 * _INSET_PX / longest, labels=False)
    draw = ImageDraw.Draw(top.image)
    (column, row), radius = top.to_pixels(np.asarray(pose[:2])), 0.025 * max(top.image.size)
    tip = top.to_pixels(
        np.asarray(pose[:2]) + 0.09 * longest * np.array([math.cos(pose[2]), math.sin(pose[2])])
    )
    draw.line((column, row, *tip.tolist()), fill=(220, 30, 30), width=max(2, round(radius * 0.7)))
    draw.ellipse((column - radius, row - radius, column + radius, row + radius), fill=(220, 30, 30))
    top.image.thumbnail((_INSET_PX, _INSET_PX), Image.Resampling.LANCZOS)
    return top.image


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(prog="contact_sheet", description=__doc__)
    parser.add_argument("out", type=Path, help="picture to write")
    parser.add_argument("--family", choices=(*FAMILIES, "all"), default="all")
    parser.add_argument("--seeds", default="0:8", help="A:B, half open, of every family")
    parser.add_argument("--conditions", choices=tuple(CONDITIONS), default="empty")
    options = parser.parse_args(arguments)
    families = FAMILIES if options.family == "all" else (options.family,)
    try:
        first, _, last = options.seeds.partition(":")
        if not (first.isdigit() and last.isdigit() and int(first) < int(last)):
            raise ConfigError(f"--seeds wants A:B with A below B, got {options.seeds!r}")
        seeds = range(int(first), int(last))
        scenes = [(family, seed) for family in families for seed in seeds]
        save_picture(contact_sheet(scenes, named_conditions(options.conditions)), options.out)
    except AstraError as error:
        print(f"contact_sheet: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
