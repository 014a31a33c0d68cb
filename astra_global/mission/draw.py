"""The mission's tree as text, for documentation and for the log of a running mission."""

from __future__ import annotations

from py_trees.behaviour import Behaviour
from py_trees.display import unicode_tree

__all__ = ["draw_tree"]


def draw_tree(tree: Behaviour, show_status: bool = False) -> str:
    """Return a tree as indented text.

    Args:
        tree: What :func:`astra_global.mission.algorithm.navigate` returned.
        show_status: Mark what has run, and how it ended.
    """
    lines = unicode_tree(tree, show_status=show_status).splitlines()
    return "\n".join(line.rstrip() for line in lines)
