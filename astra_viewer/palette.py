"""The colours of the page, and the legend that explains them.

The robot is what one looks for, so nothing else is as vivid; the map is a drawing behind it.
"""

from __future__ import annotations

__all__ = ["CHOSEN", "EDGE", "LANDMARK", "NODE", "OBSTACLE", "PLAN", "POSE", "ROBOT", "ROUTE",
           "legend", "vividness"]  # fmt: skip

Color = tuple[int, int, int]

ROBOT: Color = (255, 30, 0)
PLAN: Color = (30, 100, 220)
ROUTE: Color = (40, 170, 60)
POSE: Color = (160, 80, 180)
CHOSEN: Color = (220, 160, 40)
OBSTACLE: Color = (150, 60, 60)
LANDMARK: Color = (195, 180, 150)
NODE: Color = (150, 165, 195)
EDGE: Color = (205, 210, 218)

_MEANINGS = (
    (ROBOT, "robot"),
    (ROUTE, "route to the goal"),
    (PLAN, "next seconds"),
    (POSE, "where it may be (95 %)"),
    (CHOSEN, "chosen on the map"),
    (LANDMARK, "landmarks: click one"),
    (OBSTACLE, "obstacles it sees"),
    (NODE, "places of the tour"),
)


def legend() -> str:
    """Return HTML: a patch of each colour, and what it stands for."""
    entries = [
        '<span style="white-space:nowrap;margin-right:0.9em">'
        f'<span style="color:rgb{color}">&#9632;</span> {meaning}</span> '
        for color, meaning in _MEANINGS
    ]
    return f'<div style="font-size:0.8em;padding:0 0.75em 0.5em">{"".join(entries)}</div>'


def vividness(color: Color) -> int:
    """Return how far a colour is from grey, 0 to 255."""
    return max(color) - min(color)
