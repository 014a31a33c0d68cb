"""Pictures of a drive seen from above: where the robot was, and where it believed to be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core.own_picture import save_picture
from astra_eval.drive_record import DriveRecord
from astra_eval.scoring import ROBOT_RADIUS_M, MissionScore

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

    from astra_sim.scenes.drawing import TopDown
    from astra_sim.scenes.types import Scene

__all__ = ["draw_drive"]

_TRUTH = (20, 90, 200)
_BELIEVED = (240, 120, 0)
_START = (30, 150, 60)
_END = (200, 30, 50)
_INK = (25, 25, 30)
_PAPER = (252, 252, 250)
_CAPTION_PX = 92
# Every tenth tick: 0.2 s, at most 12 cm of way.
_STRIDE = 10


def draw_drive(scene: Scene, record: DriveRecord, score: MissionScore, path: Path) -> None:
    """Write a PNG of the drive over the floor plan, with a caption that tells the story.

    Args:
        scene: Background.
        record: The drive; the wide blue line is the true path, the orange one the believed path.
        score: Goal and numbers of the caption.
        path: Where to write; replaced when it exists.
    """
    from PIL import Image, ImageDraw

    from astra_sim.scenes.drawing import TopDown

    view = TopDown(scene)
    floor = view.image
    picture = Image.new("RGB", (floor.width, floor.height + _CAPTION_PX), _PAPER)
    picture.paste(floor, (0, 0))
    draw = ImageDraw.Draw(picture)
    known = record.global_pose[np.isfinite(record.global_pose).all(axis=1)]
    for poses, color, width in ((record.truth, _TRUTH, 8), (known, _BELIEVED, 3)):
        if len(poses) > _STRIDE:
            line = [tuple(point) for point in view.to_pixels(poses[::_STRIDE, :2])]
            draw.line(line, fill=color, width=width, joint="curve")
    _mark_goal(draw, view, scene, score.goal_landmark)
    _draw_robot(draw, view, record.truth[0], _START)
    _draw_robot(draw, view, record.truth[-1], _END)
    _caption(draw, score, floor.height + 10)
    save_picture(picture, path)


def _mark_goal(draw: ImageDraw, view: TopDown, scene: Scene, landmark_id: str) -> None:
    for landmark in scene.landmarks:
        if landmark.id != landmark_id:
            continue
        half = np.asarray(landmark.size_m[:2]) / 2.0 + 0.1
        corners = np.asarray(landmark.position_m[:2]) + np.array([[-1, 1], [1, -1]]) * half
        (left, top), (right, bottom) = view.to_pixels(corners)
        draw.rounded_rectangle((left, top, right, bottom), 6, outline=_END, width=4)


def _draw_robot(
    draw: ImageDraw, view: TopDown, pose: NDArray[np.float64], color: tuple[int, int, int]
) -> None:
    x, y = view.to_pixels(pose[:2])
    radius = ROBOT_RADIUS_M * view.pixels_per_metre
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), color, (255, 255, 255), 2)
    nose = (x + radius * np.cos(pose[2]), y - radius * np.sin(pose[2]))
    draw.line([(x, y), nose], (255, 255, 255), 3)


def _caption(draw: ImageDraw, score: MissionScore, top: int) -> None:
    from PIL import ImageFont

    title, small = ImageFont.load_default(size=22), ImageFont.load_default(size=15)
    verdict = "arrived" if score.success else "failed"
    text = f'"{score.goal_text}" -> {score.goal_landmark or "nowhere"}: {verdict}'
    draw.text((14, top), text, _INK, title)
    where = score.localization
    facts = (
        f"{score.path_length_m:.1f} m in {score.sim_time_s:.0f} s, "
        f"first fix after {where['first_fix_s']:.1f} s, "
        f"median localization error {100 * where['median_error_m']:.1f} cm, "
        f"{score.collisions:.0f} collisions"
    )
    if score.causes:
        facts = "; ".join(score.causes)
    draw.text((14, top + 32), facts, _INK, small)
    x = 14.0
    for text, color in (
        ("true path", _TRUTH),
        ("believed path", _BELIEVED),
        ("start", _START),
        ("end", _END),
    ):
        draw.rectangle((x, top + 60, x + 16, top + 70), fill=color)
        draw.text((x + 22, top + 56), text, _INK, small)
        x += 46 + draw.textlength(text, small)
