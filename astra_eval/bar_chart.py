"""A picture of times: grouped horizontal bars on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from astra_core.own_picture import save_picture

__all__ = ["draw_bars"]

_COLORS = (
    (40, 110, 200),
    (240, 140, 30),
    (60, 160, 90),
    (200, 60, 80),
    (130, 90, 190),
    (90, 90, 90),
)
_BAR_PX, _GAP_PX, _LEFT_PX, _WIDTH_PX, _TOP_PX, _RIGHT_PX = 15, 12, 260, 700, 46, 110
_INK, _FAINT = (25, 25, 30), (222, 222, 218)


def draw_bars(title: str, unit: str, groups: Mapping[str, Mapping[str, float]], path: Path) -> Path:
    """Write a PNG.

    Args:
        title: Above the chart.
        unit: Of the values, all positive.
        groups: Values by name, by group; a name has one colour throughout.
        path: Where to write; replaced when it exists.
    """
    from PIL import Image, ImageDraw

    names = list(dict.fromkeys(name for group in groups.values() for name in group))
    values = [value for group in groups.values() for value in group.values()]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    height = _TOP_PX + 18 * math.ceil(len(names) / 3) + 30
    chart_top = height
    height += sum(len(group) * _BAR_PX + _GAP_PX for group in groups.values()) + 20
    image = Image.new("RGB", (_LEFT_PX + _WIDTH_PX + _RIGHT_PX, height), (252, 252, 250))
    draw = ImageDraw.Draw(image)
    draw.text((16, 14), f"{title} ({unit}, shorter is better)", fill=_INK)
    _legend(draw, names)

    def across(value: float) -> float:
        return _LEFT_PX + _WIDTH_PX * (math.log10(value) - low) / (high - low)

    for power in range(low, high + 1):
        x = across(10.0**power)
        draw.line([(x, chart_top - 8), (x, height - 16)], fill=_FAINT)
        draw.text((x - 10, chart_top - 24), f"{10.0**power:g}", fill=_INK)
    y = chart_top
    for group, bars in groups.items():
        draw.text((16, y), group[:40], fill=_INK)
        for name, value in bars.items():
            color = _COLORS[names.index(name) % len(_COLORS)]
            draw.rectangle([_LEFT_PX, y + 1, across(value), y + _BAR_PX - 2], fill=color)
            draw.text((across(value) + 5, y + 1), f"{value:.3g}", fill=_INK)
            y += _BAR_PX
        y += _GAP_PX
    return save_picture(image, path)


def _legend(draw, names: Sequence[str]) -> None:  # type: ignore[no-untyped-def]
    for number, name in enumerate(names):
        x, y = 16 + 340 * (number % 3), _TOP_PX + 18 * (number // 3)
        draw.rectangle([x, y + 2, x + 12, y + 12], fill=_COLORS[number % len(_COLORS)])
        draw.text((x + 18, y), name, fill=_INK)
