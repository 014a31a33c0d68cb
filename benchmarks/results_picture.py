"""Draws docs/images/results.png, the percentages of docs/results.md at a glance.

    python benchmarks/results_picture.py

Reads docs/results/*.json, which results_page.py writes. A dot is the stack's value, the line
through it the 95 % interval of the page. A ring is a baseline's value, for which the page has none.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from astra_eval.shown_interval import shown_intervals

ROOT = Path(__file__).resolve().parent.parent
FAMILIES = ("home", "office", "warehouse")

#: Drawn at twice the size and shrunk, so that dots are round.
_SCALE = 2
_WIDTH_PX, _LEFT_PX, _RIGHT_PX = 1100, 330, 120
_ROW_PX, _GAP_PX, _TITLE_PX = 19, 7, 56
_PAPER, _INK, _FAINT = (252, 252, 250), (25, 25, 30), (222, 222, 218)
_ASTRA, _BASELINE = (20, 90, 200), (150, 95, 30)


@dataclass(frozen=True)
class Panel:
    """One percentage of one evaluation, for every family.

    Attributes:
        title: Above it.
        evaluation: Of the files: ``<evaluation>-<family>.json``.
        metric: Key of the percentage, 0 to 100.
        baselines: Drawn beside the stack where the file has them.
    """

    title: str
    evaluation: str
    metric: str
    baselines: tuple[str, ...] = ()


PANELS = (
    Panel("Missions that arrive, goal named plainly", "missions-named", "success_percent"),
    Panel("Missions that arrive, goal in a sentence", "missions-test", "success_percent"),
    Panel(
        "Localized within 1 m and 5 degrees, four cameras",
        "localization-rig",
        "within_1m_5deg_percent",
        ("sift_pnp", "retrieval"),
    ),
    Panel(
        "Localized within 1 m and 5 degrees, front camera only",
        "localization-front",
        "within_1m_5deg_percent",
        ("sift_pnp", "retrieval"),
    ),
    Panel(
        "Localized after having been carried elsewhere",
        "localization-carried",
        "within_1m_5deg_percent",
        ("sift_pnp", "retrieval"),
    ),
    Panel(
        "Right landmark for a sentence",
        "goals",
        "landmark_percent",
        ("sentence_embedding", "word_overlap"),
    ),
    Panel(
        "Legs driven to their end by the planner",
        "planner-closed",
        "success_percent",
        ("expert",),
    ),
)


@dataclass(frozen=True)
class _Line:
    """A value to draw; only the stack's has an interval."""

    label: str
    value: float
    interval: tuple[float, float] | None


def _lines(panel: Panel, results: Mapping[str, Any]) -> list[list[_Line]]:
    """Return a group of lines for each family that was measured."""
    groups = []
    for family in FAMILIES:
        result = results.get(f"{panel.evaluation}-{family}")
        if result is None:
            continue
        low, high = shown_intervals(result)[panel.metric]
        label = f"{family}, n = {result['n']}"
        group = [_Line(label, result["results"][panel.metric], (low, high))]
        for name in panel.baselines:
            if name in result["baselines"]:
                group.append(_Line(name, result["baselines"][name][panel.metric], None))
        groups.append(group)
    return groups


def draw(results: Mapping[str, Any], path: Path) -> None:
    """Write the PNG; panels without a result are left out.

    Raises:
        ValueError: None of the panels has a result.
    """
    panels = [(panel.title, groups) for panel in PANELS if (groups := _lines(panel, results))]
    if not panels:
        raise ValueError("none of the results has a percentage that is drawn")
    rows = sum(len(group) for _, groups in panels for group in groups)
    gaps = sum(len(groups) for _, groups in panels)
    height = 56 + rows * _ROW_PX + gaps * _GAP_PX + len(panels) * _TITLE_PX
    image = Image.new("RGB", (_WIDTH_PX * _SCALE, height * _SCALE), _PAPER)
    pen = _Pen(ImageDraw.Draw(image))
    y = 10
    for title, groups in panels:
        y = _draw_panel(pen, y, title, groups)
    pen.text(
        16, y + 14, "dot and line: the stack and its 95 % interval      ring: a baseline", _INK
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    image.resize((_WIDTH_PX, height), Image.Resampling.LANCZOS).save(path, optimize=True)


def _draw_panel(pen: _Pen, y: int, title: str, groups: list[list[_Line]]) -> int:
    """Draw one panel from ``y`` down; return where the next one begins."""
    pen.text(16, y + 12, title, _INK, bold=True)
    y += _TITLE_PX
    bottom = y + sum(len(group) * _ROW_PX + _GAP_PX for group in groups) - _GAP_PX
    for percent in range(0, 101, 20):
        x = _across(percent)
        pen.line(x, y - 4, x, bottom, _FAINT)
        pen.text(x - 8, y - 20, f"{percent} %", (130, 130, 130))
    for group in groups:
        for line in group:
            middle = y + _ROW_PX / 2
            if line.interval:
                color, indent = _ASTRA, 40
                low, high = (_across(end) for end in line.interval)
                pen.line(low, middle, high, middle, color)
            else:
                color, indent = _BASELINE, 60
            pen.text(indent, y + 2, line.label, color)
            pen.dot(_across(line.value), middle, color, filled=line.interval is not None)
            pen.text(_WIDTH_PX - _RIGHT_PX + 24, y + 2, f"{line.value:.1f} %", color)
            y += _ROW_PX
        y += _GAP_PX
    return y


def _across(percent: float) -> float:
    return _LEFT_PX + (_WIDTH_PX - _LEFT_PX - _RIGHT_PX) * percent / 100.0


class _Pen:
    """Draws in pixels of the picture as it will be shown."""

    def __init__(self, canvas: ImageDraw.ImageDraw) -> None:
        self._canvas = canvas
        self._font = ImageFont.load_default(13 * _SCALE)
        self._title = ImageFont.load_default(15 * _SCALE)

    def text(
        self, x: float, y: float, text: str, color: tuple[int, int, int], *, bold: bool = False
    ) -> None:
        at = (x * _SCALE, y * _SCALE)
        self._canvas.text(at, text, fill=color, font=self._title if bold else self._font)

    def line(self, x0: float, y0: float, x1: float, y1: float, color: tuple[int, int, int]) -> None:
        ends = [(x0 * _SCALE, y0 * _SCALE), (x1 * _SCALE, y1 * _SCALE)]
        self._canvas.line(ends, fill=color, width=2 * _SCALE)

    def dot(self, x: float, y: float, color: tuple[int, int, int], *, filled: bool) -> None:
        box = [(x - 5) * _SCALE, (y - 5) * _SCALE, (x + 5) * _SCALE, (y + 5) * _SCALE]
        self._canvas.ellipse(box, fill=color if filled else _PAPER, outline=color, width=2 * _SCALE)


def main() -> int:
    """Draw; 1 when there is nothing to draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "results")
    parser.add_argument("--png", type=Path, default=ROOT / "docs" / "images" / "results.png")
    arguments = parser.parse_args()
    results = {path.stem: json.loads(path.read_text()) for path in arguments.folder.glob("*.json")}
    try:
        draw(results, arguments.png)
    except ValueError as error:
        print(f"{arguments.folder}: {error}; run benchmarks/results_page.py first")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
