"""Look a map over and list everything that is wrong or doubtful."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from astra_core.errors import MapFormatError
from astra_global.map.store import load_map
from astra_global.types import FREE, AstraMap

__all__ = ["check_map", "connected_parts"]


def check_map(folder: Path | str) -> list[str]:
    """Check a map folder.

    Returns:
        Problems in words, empty when the map is good. A map that cannot be loaded gives the one
        reason; a map that can be loaded may still have places that no robot reaches.
    """
    folder = Path(folder)
    try:
        astra_map = load_map(folder)
    except MapFormatError as error:
        return [str(error)]
    problems = []
    if not astra_map.nodes:
        problems.append("the map has no nodes")
    parts = connected_parts(astra_map)
    if len(parts) > 1:
        sizes = ", ".join(str(len(part)) for part in parts)
        problems.append(f"the graph falls into {len(parts)} parts of {sizes} nodes")
    unseen = [landmark.id for landmark in astra_map.landmarks if not landmark.node_ids]
    if unseen:
        problems.append(f"no node sees: {', '.join(unseen)}")
    problems += _index_problems(folder)
    # A map that was made without depth has no free space to be wrong about, and says so itself.
    blind = astra_map.provenance.get("depth") == "none"
    if astra_map.occupancy is None and not blind:
        problems.append("there is no static occupancy: goals cannot be checked for free space")
    elif astra_map.occupancy is not None and astra_map.nodes:
        values = astra_map.occupancy.value_at(astra_map.node_poses[:, :2])
        blocked = [astra_map.nodes[i].id for i in np.flatnonzero(values != FREE)]
        if blocked:
            problems.append(f"nodes outside free space: {', '.join(blocked)}")
    return problems


def _index_problems(folder: Path) -> list[str]:
    """Say what keeps a robot from finding itself."""
    from astra_global.localize.index import INDEX_FILE, load_index

    if not (folder / INDEX_FILE).is_file():
        return ["there is no localization index: the robot cannot find itself"]
    try:
        index = load_index(folder / INDEX_FILE)
    except MapFormatError as error:
        return [str(error)]
    if not len(index.points):
        return [
            "no picture has a feature whose place is known: the robot cannot find itself (are the "
            "pictures black, blurred or of blank walls?)"
        ]
    return []


def connected_parts(astra_map: AstraMap) -> list[set[str]]:
    """Return the node ids of every connected part of the graph, largest first."""
    neighbours: dict[str, set[str]] = {node.id: set() for node in astra_map.nodes}
    for edge in astra_map.edges:
        neighbours[edge.a].add(edge.b)
        neighbours[edge.b].add(edge.a)
    parts, seen = [], set[str]()
    for start in neighbours:
        if start in seen:
            continue
        part, front = {start}, [start]
        while front:
            fresh = neighbours[front.pop()] - part
            part |= fresh
            front.extend(fresh)
        parts.append(part)
        seen |= part
    return sorted(parts, key=len, reverse=True)
