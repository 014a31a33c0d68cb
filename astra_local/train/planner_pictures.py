"""What plans look like: validation states from above, with many answers each.

White: free and known; grey: unknown; black: occupied now; light brown: what stands in truth and was
not seen. Green: the expert; blue: answers; red: people now, with where they go; a cross: the
sub-goal. The robot looks up.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from astra_core.own_picture import save_picture
from astra_local.planner_net.action import denormalized, poses_of
from astra_local.planner_net.heads import PlanningHead, Randomness
from astra_local.train.planner_states import PlannerBatch, PlannerDataset
from astra_local.voxel.ego_window import WINDOW

__all__ = ["SCALE", "draw_plans", "pixels", "seen_from_above"]

#: Pixels per cell.
SCALE = 4
_UNKNOWN, _FREE, _OCCUPIED = (200, 200, 205), (255, 255, 255), (40, 40, 40)
_UNSEEN = (222, 196, 160)


def draw_plans(
    head: PlanningHead, data: PlannerDataset, path: Path, *, columns: int = 6, rows: int = 4
) -> None:
    """Write a sheet of states that lie evenly spread in a data set."""
    index = np.linspace(0, len(data) - 1, columns * rows).astype(np.intp)
    batch = data.batch(index)
    generator = torch.Generator().manual_seed(1)
    noise = Randomness.draw(len(batch), 10, generator).noise.to(head.device)
    with torch.no_grad():
        actions = head.sample(batch.inputs.to(head.device), noise).cpu()
    plans = poses_of(denormalized(actions))[..., :2].numpy()
    side = WINDOW.shape[0] * SCALE
    sheet = Image.new("RGB", (columns * (side + 4), rows * (side + 4)), (90, 90, 90))
    for number in range(len(batch)):
        place = (number % columns * (side + 4) + 2, number // columns * (side + 4) + 2)
        sheet.paste(_picture(batch, number, plans[number]), place)
    save_picture(sheet, path)


def seen_from_above(batch: PlannerBatch, number: int) -> Image.Image:
    """Return what the robot knows of the window, and what it does not, without who walks."""
    inputs, around = batch.inputs, batch.around
    known, taken = inputs.known[number].numpy() > 0.5, inputs.occupancy[number, 0].numpy() > 0.5
    colors = np.where(known[..., None], _FREE, _UNKNOWN)
    colors = np.where((around.distance[number].numpy() < 0.0)[..., None], _UNSEEN, colors)
    colors = np.where(taken[..., None], _OCCUPIED, colors).astype(np.uint8)
    # Rows are y (left), columns x (ahead); in the picture ahead is up and left is left.
    image = Image.fromarray(np.ascontiguousarray(colors.transpose(1, 0, 2)[::-1, ::-1]))
    return image.resize((image.width * SCALE, image.height * SCALE), Image.Resampling.NEAREST)


def _picture(batch: PlannerBatch, number: int, plans: NDArray[np.float32]) -> Image.Image:
    inputs, around = batch.inputs, batch.around
    image = seen_from_above(batch, number)
    draw = ImageDraw.Draw(image)
    for plan in plans:
        draw.line(pixels(np.vstack([np.zeros(2), plan])), fill=(60, 110, 230), width=1)
    expert = np.vstack([np.zeros(2), batch.expert_xy[number].numpy()])
    draw.line(pixels(expert), fill=(20, 160, 60), width=2)
    for person in around.people[number].transpose(0, 1).numpy():
        if person[0, 2] > 0.0:
            x, y = pixels(person[:1, :2])[0]
            radius = person[0, 2] / WINDOW.cell_m * SCALE
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(220, 40, 40))
            draw.line(pixels(person[:, :2]), fill=(220, 40, 40), width=1)
    x, y = pixels(inputs.goal[number : number + 1, :2].numpy())[0]
    draw.line((x - 5, y - 5, x + 5, y + 5), fill=(200, 0, 200), width=2)
    draw.line((x - 5, y + 5, x + 5, y - 5), fill=(200, 0, 200), width=2)
    return image


def pixels(points_m: NDArray[np.floating]) -> list[tuple[float, float]]:
    """Return where points ``(*, 2)`` of the ego frame are in a picture: x, y."""
    height, width = WINDOW.shape
    column = (points_m[:, 0] - WINDOW.low_m[0]) / WINDOW.cell_m
    row = (points_m[:, 1] - WINDOW.low_m[1]) / WINDOW.cell_m
    return [((height - r) * SCALE, (width - c) * SCALE) for r, c in zip(row, column, strict=True)]
