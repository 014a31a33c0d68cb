"""A scene from above, as an architect would colour it: the background of pictures of a drive."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from scipy import ndimage

from astra_core.own_picture import save_picture
from astra_sim.scenes.floor_plan import FloorPlan, floor_plan
from astra_sim.scenes.types import Part, Scene, SceneObject

__all__ = ["TopDown"]

_PAPER = (250, 249, 246)
_WALL = (58, 62, 70)
_GLASS = (150, 196, 226)
_SMOOTH = 2
_MARGIN_M = 0.35
_SKIPPED = frozenset(("wall", "floor", "ceiling", "door", "threshold", "window", "sign", "picture"))


class TopDown:
    """A picture of a scene from above, x to the right and y up, that one can draw on.

    Attributes:
        image: The picture, RGB.
        pixels_per_metre: Its scale.
    """

    def __init__(self, scene: Scene, pixels_per_metre: float = 64.0, labels: bool = True) -> None:
        """Draw a scene.

        Args:
            scene: The building.
            pixels_per_metre: Scale.
            labels: Whether to write the names of the rooms.
        """
        x0, y0, x1, y1 = scene.bounds_m
        self.pixels_per_metre = pixels_per_metre
        self._left, self._top = x0 - _MARGIN_M, y1 + _MARGIN_M
        self._fine = pixels_per_metre * _SMOOTH
        width, height = (
            round((b - a + 2 * _MARGIN_M) * pixels_per_metre) * _SMOOTH
            for a, b in ((x0, x1), (y0, y1))
        )
        image = Image.new("RGB", (width, height), _PAPER)
        self._floors(image, scene)
        self._openings(image, scene)
        self._furniture(image, scene)
        self._walls(image, scene)
        half = (width // _SMOOTH, height // _SMOOTH)
        self.image = image.resize(half, Image.Resampling.LANCZOS)
        if labels:
            self._labels(scene)
            self._scale_bar()

    def to_pixels(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Convert points in ``map`` to pixels of :attr:`image`.

        Args:
            points_m: ``(..., 2)`` x and y, metres.

        Returns:
            ``(..., 2)`` column and row.
        """
        points = np.asarray(points_m, dtype=np.float64)
        columns = (points[..., 0] - self._left) * self.pixels_per_metre
        rows = (self._top - points[..., 1]) * self.pixels_per_metre
        return np.stack([columns, rows], axis=-1)

    def save(self, path: Path) -> None:
        """Write the picture as a PNG; an earlier drawing is replaced."""
        save_picture(self.image, path)

    def _xy(self, x: float, y: float) -> tuple[float, float]:
        return (x - self._left) * self._fine, (self._top - y) * self._fine

    def _floors(self, image: Image.Image, scene: Scene) -> None:
        for obj in scene.objects:
            if obj.kind != "floor":
                continue
            part = obj.parts[0]
            # Floors lie along the axes, some of them turned by quarters.
            quarters = round(obj.pose[2] / (math.pi / 2.0)) % 4
            width, depth = part.size_m[:2] if quarters % 2 == 0 else part.size_m[1::-1]
            left, top = self._xy(obj.pose[0] - width / 2.0, obj.pose[1] + depth / 2.0)
            right, bottom = self._xy(obj.pose[0] + width / 2.0, obj.pose[1] - depth / 2.0)
            size = (math.ceil(right - left), math.ceil(bottom - top))
            if part.texture in scene.textures:
                tile = Image.fromarray(np.rot90(scene.textures[part.texture], quarters))
                tile = tile.resize(size)
            else:
                tile = Image.new("RGB", size, (200, 190, 170))
            # Pale, so that furniture and paths stand out.
            tile = Image.blend(tile, Image.new("RGB", size, (255, 253, 248)), 0.52)
            image.paste(tile, (int(left), int(top)))

    def _openings(self, image: Image.Image, scene: Scene) -> None:
        draw = ImageDraw.Draw(image)
        for obj in scene.objects:
            if obj.kind == "threshold":
                for part in obj.parts:
                    draw.polygon(self._outline(obj, part), fill=(196, 178, 150))

    def _furniture(self, image: Image.Image, scene: Scene) -> None:
        colors = {n: _mean_color(texture) for n, texture in scene.textures.items()}
        things = [obj for obj in scene.objects if obj.kind not in _SKIPPED]
        # Rugs first: what stands on them hides them.
        things.sort(key=lambda obj: max(p.position_m[2] + p.size_m[2] / 2.0 for p in obj.parts))
        self._shadow(image, [obj for obj in things if obj.collides])
        draw = ImageDraw.Draw(image)
        for obj in things:
            parts = sorted(obj.parts, key=lambda part: part.position_m[2] + part.size_m[2] / 2.0)
            for part in parts:
                fill = colors.get(part.texture, (180, 180, 180))
                line = tuple(int(0.62 * value) for value in fill)
                draw.polygon(self._outline(obj, part), fill=fill, outline=line, width=_SMOOTH)

    def _shadow(self, image: Image.Image, things: list[SceneObject]) -> None:
        mask = Image.new("L", image.size, 0)
        draw = ImageDraw.Draw(mask)
        for obj in things:
            for part in obj.parts:
                draw.polygon(self._outline(obj, part), fill=90)
        mask = mask.filter(ImageFilter.GaussianBlur(0.06 * self._fine))
        mask = ImageChops.offset(mask, round(0.04 * self._fine), round(0.04 * self._fine))
        image.paste(Image.new("RGB", image.size, (40, 36, 30)), (0, 0), mask)

    def _walls(self, image: Image.Image, scene: Scene) -> None:
        draw = ImageDraw.Draw(image)
        for obj in scene.objects:
            if obj.kind == "wall":
                for part in obj.parts:
                    if part.position_m[2] - part.size_m[2] / 2.0 < 1.0:
                        draw.polygon(self._outline(obj, part, grow=0.004), fill=_WALL)
        # The corners, which no camera sees, are not part of any wall.
        edge, frame = 0.17 * self._fine, scene.bounds_m
        left, top = self._xy(frame[0], frame[3])
        right, bottom = self._xy(frame[2], frame[1])
        draw.rectangle((left, top, right, bottom), outline=_WALL, width=round(edge))
        for obj in scene.objects:
            if obj.kind == "window":
                width = obj.parts[0].size_m[1]
                pane = Part("box", (0.08, width, 0.1), (-0.08, 0.0, 1.0), "")
                draw.polygon(
                    self._outline(obj, pane), fill=_GLASS, outline=(240, 246, 250), width=2
                )

    def _outline(
        self, obj: SceneObject, part: Part, grow: float = 0.0
    ) -> list[tuple[float, float]]:
        """Return the outline of a part seen from above, pixels of the fine image."""
        hx, hy, hz = (value / 2.0 for value in part.size_m)
        c, s = math.cos(part.pitch_rad), math.sin(part.pitch_rad)
        lying = abs(s) > 0.7
        if part.shape != "box" and not lying:
            angles = np.linspace(0.0, 2.0 * math.pi, 24, endpoint=False)
            local = np.stack([hx * np.cos(angles), hy * np.sin(angles)], axis=1)
        else:
            hx = abs(c) * hx + abs(s) * hz + grow
            hy += grow
            local = np.asarray([(-hx, -hy), (hx, -hy), (hx, hy), (-hx, hy)])
        local = local @ _turn(part.yaw_rad).T + np.asarray(part.position_m[:2])
        world = local @ _turn(obj.pose[2]).T + np.asarray(obj.pose[:2])
        return [self._xy(float(x), float(y)) for x, y in world]

    def _labels(self, scene: Scene) -> None:
        draw = ImageDraw.Draw(self.image, "RGBA")
        font = ImageFont.load_default(size=max(10, round(0.24 * self.pixels_per_metre)))
        plan = floor_plan(scene)
        pad = 0.08 * self.pixels_per_metre
        for room in scene.rooms:
            text = room.name.upper() if len(room.name) < 12 else room.name.capitalize()
            _, _, right, bottom = draw.textbbox((0, 0), text, font=font)
            size = [(side + 2.0 * pad) / self.pixels_per_metre for side in (right, bottom)]
            place = _free_place(plan, room.bounds_m, size[0] + 0.1, size[1] + 0.1)
            column, row = self.to_pixels(np.asarray(place))
            left, top, right, bottom = draw.textbbox((column, row), text, font=font, anchor="mm")
            box = (left - pad, top - pad, right + pad, bottom + pad)
            draw.rounded_rectangle(box, radius=pad, fill=(255, 255, 255, 190))
            draw.text((column, row), text, font=font, anchor="mm", fill=(40, 44, 52, 255))

    def _scale_bar(self) -> None:
        draw = ImageDraw.Draw(self.image)
        font = ImageFont.load_default(size=max(9, round(0.16 * self.pixels_per_metre)))
        width, height = self.image.size
        right, row = width - 0.35 * self.pixels_per_metre, height - 0.14 * self.pixels_per_metre
        left = right - self.pixels_per_metre
        draw.line((left, row, right, row), fill=_WALL, width=2)
        for end in (left, right):
            draw.line((end, row - 4, end, row + 4), fill=_WALL, width=2)
        draw.text((left - 6, row), "1 m", font=font, anchor="rm", fill=_WALL)


def _free_place(
    plan: FloorPlan, bounds_m: tuple[float, float, float, float], width_m: float, height_m: float
) -> tuple[float, float]:
    """Return the place nearest to a room's middle where a label hides no furniture."""
    x0, y0, x1, y1 = bounds_m
    cells = [max(1, math.ceil(side / plan.resolution_m)) for side in (height_m, width_m)]
    taken = ndimage.maximum_filter(plan.occupied, size=cells)
    middle = ((x0 + x1) / 2.0, (y0 + y1) / 2.0)
    (row0, column0), (row1, column1) = plan.cell(x0, y0), plan.cell(x1, y1)
    rows, columns = np.nonzero(~taken[row0:row1, column0:column1])
    if rows.size == 0:
        return middle
    away = np.hypot(rows - (row1 - row0) / 2.0, columns - (column1 - column0) / 2.0)
    best = int(np.argmin(away))
    return plan.center(int(rows[best]) + row0, int(columns[best]) + column0)


def _turn(angle_rad: float) -> NDArray[np.float64]:
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    return np.asarray([[c, -s], [s, c]])


def _mean_color(texture: NDArray[np.uint8]) -> tuple[int, int, int]:
    mean = texture.reshape(-1, 3).mean(axis=0)
    return tuple(int(value) for value in np.clip(mean * 1.06 + 4.0, 0, 255))  # type: ignore
