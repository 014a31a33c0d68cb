"""How the nodes are, in words for the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from astra_viewer.mission_text import plain

__all__ = ["NodeHealth", "health_text"]

_SILENT_S = 5.0
_OK, _ERROR = 0, 2
_NAMES = {
    "astra_global": "Where am I",
    "astra_local": "Driving",
    "astra_guard": "Guard",
    "astra_lifecycle": "Start and stop",
    "astra_sim": "Simulator",
    "astra_viewer": "This page",
}


@dataclass(frozen=True)
class NodeHealth:
    """What a node said of itself.

    Attributes:
        name: Of the node.
        level: As in ``diagnostic_msgs/DiagnosticStatus``: 0 well, 1 warning, 2 error, 3 stale.
        message: For people.
        heard_s: When, by a steady clock.
    """

    name: str
    level: int
    message: str
    heard_s: float


def health_text(nodes: Iterable[NodeHealth], now_s: float) -> str:
    """Return Markdown: one line when all is well, otherwise one for each that is not, worst first.

    Args:
        nodes: The last word of each.
        now_s: By the clock of ``heard_s``; who has been silent for 5 s is told.
    """
    nodes = sorted(nodes, key=lambda node: (-node.level, node.name))
    if not nodes:
        return "Health: nothing heard yet."
    lines = [line for node in nodes if (line := _line(node, now_s - node.heard_s))]
    return "\n\n".join(lines) or f"Health: all {len(nodes)} parts work."


def _line(node: NodeHealth, age_s: float) -> str:
    short = node.name.rpartition("/")[2]
    name = _NAMES.get(short, plain(short))
    if age_s > _SILENT_S:
        return f"**{name}**: silent for {age_s:.0f} s"
    if node.level == _OK:
        return ""
    mark = "⛔" if node.level >= _ERROR else "⚠️"
    return f"{mark} **{name}**: {plain(node.message)}"
