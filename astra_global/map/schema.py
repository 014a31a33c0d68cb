"""The layout of ``graph.json``: records to plain data and back, with every reference checked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.errors import MapFormatError
from astra_global.types import Landmark, MapEdge, MapNode, is_covariance

__all__ = ["READABLE_VERSIONS", "SCHEMA_VERSION", "graph_from_data", "graph_to_data"]

#: 2: nodes carry the covariance of their pose. 1: they do not, poses are taken as exact.
SCHEMA_VERSION = 2
READABLE_VERSIONS = (1, 2)

#: A building is smaller; what lies farther away is a typing error or another unit, and a picture
#: of the map, or a grid over it, would take gigabytes.
_FARTHEST_M = 2000.0

_NODE_KEYS = {"id", "position_m", "quaternion_xyzw", "landmark_ids"}
_UPPER = np.triu_indices(3)  # xx, xy, x theta, yy, y theta, theta theta
_NO_COVARIANCE = "is not a covariance (symmetric, no direction with a negative variance)"
_TEXT_FIELDS = ("category", "color", "material", "text", "function")


def graph_to_data(
    nodes: Sequence[MapNode], edges: Sequence[MapEdge], landmarks: Sequence[Landmark]
) -> dict[str, Any]:
    """Return plain data for ``graph.json``; people edit the landmarks, so they come first.

    Raises:
        MapFormatError: The covariance of a node is none.
    """
    node_data = []
    for number, node in enumerate(nodes):
        if node.covariance.shape != (3, 3) or not is_covariance(node.covariance):
            # Half of it is written: what is wrong with the other half would be lost.
            raise MapFormatError(f"the map to save: nodes[{number}].covariance: {_NO_COVARIANCE}")
        position, quaternion = se3.to_position_quaternion(node.t_map_base)
        node_data.append(
            {
                "id": node.id,
                "position_m": position.tolist(),
                "quaternion_xyzw": quaternion.tolist(),
                "covariance": node.covariance[_UPPER].tolist(),
                "landmark_ids": list(node.landmark_ids),
            }
        )
    landmark_data = [
        {
            "id": landmark.id,
            **{name: getattr(landmark, name) for name in _TEXT_FIELDS},
            "position_m": list(landmark.position_m),
            "size_m": list(landmark.size_m),
            "node_ids": list(landmark.node_ids),
        }
        for landmark in landmarks
    ]
    edge_data = [{"a": edge.a, "b": edge.b, "length_m": edge.length_m} for edge in edges]
    return {"landmarks": landmark_data, "nodes": node_data, "edges": edge_data}


def graph_from_data(
    data: Any, where: str, version: int = SCHEMA_VERSION
) -> tuple[tuple[MapNode, ...], tuple[MapEdge, ...], tuple[Landmark, ...]]:
    """Build the records from plain data.

    Args:
        data: What :func:`graph_to_data` returned, possibly edited by hand.
        where: How error messages call the source, for example the file's path.
        version: Schema version of the data, one of :data:`READABLE_VERSIONS`.

    Raises:
        MapFormatError: Anything is missing, of the wrong type, not finite, double, dangling or
            kilometres away.
    """
    reader = _Reader(where)
    top = reader.mapping(data, "the file", {"landmarks", "nodes", "edges"})
    nodes = tuple(_node(reader, item, place, version) for item, place in reader.items(top, "nodes"))
    landmarks = tuple(
        _landmark(reader, item, place) for item, place in reader.items(top, "landmarks")
    )
    edges = tuple(_edge(reader, item, place) for item, place in reader.items(top, "edges"))
    _check_references(reader, nodes, edges, landmarks)
    _check_extent(reader, nodes, landmarks)
    return nodes, edges, landmarks


def _node(reader: _Reader, item: Any, place: str, version: int) -> MapNode:
    entry = reader.mapping(item, place, _NODE_KEYS | ({"covariance"} if version >= 2 else set()))
    position = reader.numbers(entry, place, "position_m", 3)
    quaternion = reader.numbers(entry, place, "quaternion_xyzw", 4)
    if abs(math.hypot(*quaternion) - 1.0) > 1e-3:
        raise reader.error(f"{place}.quaternion_xyzw", "is not a rotation (its length is not 1)")
    return MapNode(
        id=reader.identifier(entry, place),
        t_map_base=se3.from_position_quaternion(position, quaternion),
        landmark_ids=reader.texts(entry, place, "landmark_ids"),
        covariance=_covariance(reader, entry, place) if version >= 2 else np.zeros((3, 3)),
    )


def _covariance(reader: _Reader, entry: dict[str, Any], place: str) -> NDArray[np.float64]:
    matrix = np.zeros((3, 3))
    matrix[_UPPER] = reader.numbers(entry, place, "covariance", len(_UPPER[0]))
    matrix = np.triu(matrix) + np.triu(matrix, 1).T
    if not is_covariance(matrix):
        raise reader.error(f"{place}.covariance", _NO_COVARIANCE)
    return matrix


def _landmark(reader: _Reader, item: Any, place: str) -> Landmark:
    keys = {"id", "position_m", "size_m", "node_ids", *_TEXT_FIELDS}
    entry = reader.mapping(item, place, keys)
    size = reader.numbers(entry, place, "size_m", 3)
    if min(size) < 0.0:
        raise reader.error(f"{place}.size_m", f"must not be negative, got {list(size)}")
    return Landmark(
        id=reader.identifier(entry, place),
        **{name: reader.text(entry, place, name) for name in _TEXT_FIELDS},
        position_m=reader.numbers(entry, place, "position_m", 3),  # type: ignore[arg-type]
        size_m=size,  # type: ignore[arg-type]
        node_ids=reader.texts(entry, place, "node_ids"),
    )


def _edge(reader: _Reader, item: Any, place: str) -> MapEdge:
    entry = reader.mapping(item, place, {"a", "b", "length_m"})
    length = reader.number(entry["length_m"], f"{place}.length_m")
    if length < 0.0:
        raise reader.error(f"{place}.length_m", f"must not be negative, got {length}")
    return MapEdge(reader.text(entry, place, "a"), reader.text(entry, place, "b"), length)


def _check_extent(reader: _Reader, nodes: Sequence[MapNode], landmarks: Sequence[Landmark]) -> None:
    """Refuse what lies, or reaches, too far from the middle of the map."""
    places = [(node.t_map_base[:3, 3], f"nodes[{k}].position_m") for k, node in enumerate(nodes)]
    places += [
        (np.array(landmark.position_m), f"landmarks[{k}].position_m")
        for k, landmark in enumerate(landmarks)
    ]
    if not places:
        return
    middle = np.median([position for position, _ in places[: len(nodes) or None]], axis=0)
    with np.errstate(over="ignore"):
        away = np.linalg.norm([position - middle for position, _ in places], axis=1)
    for (_, place), distance in zip(places, away, strict=True):
        if not distance <= _FARTHEST_M:
            raise reader.error(
                place,
                f"lies {distance / 1e3:.1f} km from the middle of the map, which may reach "
                f"{_FARTHEST_M / 1e3:g} km: mend the number, metres are meant",
            )
    for number, landmark in enumerate(landmarks):
        if max(landmark.size_m) > _FARTHEST_M:
            raise reader.error(
                f"landmarks[{number}].size_m",
                f"is larger than {_FARTHEST_M / 1e3:g} km: mend the number, metres are meant",
            )


def _check_references(
    reader: _Reader,
    nodes: Sequence[MapNode],
    edges: Sequence[MapEdge],
    landmarks: Sequence[Landmark],
) -> None:
    node_ids = reader.unique([node.id for node in nodes], "nodes")
    landmark_ids = reader.unique([landmark.id for landmark in landmarks], "landmarks")
    for number, edge in enumerate(edges):
        for end in (edge.a, edge.b):
            if end not in node_ids:
                raise reader.error(f"edges[{number}]", f"there is no node {end!r}")
        if edge.a == edge.b:
            raise reader.error(f"edges[{number}]", f"leads from {edge.a!r} to itself")
    links = {(node.id, landmark_id) for node in nodes for landmark_id in node.landmark_ids}
    for number, node in enumerate(nodes):
        for landmark_id in node.landmark_ids:
            if landmark_id not in landmark_ids:
                place = f"nodes[{number}].landmark_ids"
                raise reader.error(place, f"there is no landmark {landmark_id!r}")
    back_links = set()
    for number, landmark in enumerate(landmarks):
        for node_id in landmark.node_ids:
            place = f"landmarks[{number}].node_ids"
            if node_id not in node_ids:
                raise reader.error(place, f"there is no node {node_id!r}")
            if (node_id, landmark.id) not in links:
                raise reader.error(
                    place, f"node {node_id!r} does not list landmark {landmark.id!r}"
                )
            back_links.add((node_id, landmark.id))
    for node_id, landmark_id in sorted(links - back_links):
        raise reader.error(f"node {node_id!r}", f"landmark {landmark_id!r} does not list this node")


class _Reader:
    """Typed access to untrusted plain data; every complaint names file and place."""

    def __init__(self, where: str) -> None:
        self.where = where

    def error(self, place: str, problem: str) -> MapFormatError:
        return MapFormatError(f"{self.where}: {place}: {problem}")

    def mapping(self, data: Any, place: str, keys: set[str]) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise self.error(place, f"must be an object, got {type(data).__name__}")
        missing, unknown = keys - data.keys(), data.keys() - keys
        if missing:
            raise self.error(place, f"lacks {', '.join(sorted(missing))}")
        if unknown:
            raise self.error(place, f"has unknown {', '.join(sorted(map(str, unknown)))}")
        return data

    def items(self, top: dict[str, Any], name: str) -> list[tuple[Any, str]]:
        if not isinstance(top[name], list):
            raise self.error(name, f"must be a list, got {type(top[name]).__name__}")
        return [(item, f"{name}[{number}]") for number, item in enumerate(top[name])]

    def text(self, entry: dict[str, Any], place: str, key: str) -> str:
        if not isinstance(entry[key], str):
            raise self.error(f"{place}.{key}", f"must be text, got {entry[key]!r}")
        return str(entry[key])

    def identifier(self, entry: dict[str, Any], place: str) -> str:
        text = self.text(entry, place, "id")
        # Ids become file names.
        if not text or not all(letter.isalnum() or letter in "._-" for letter in text):
            raise self.error(f"{place}.id", f"only letters, digits, . _ - are allowed: {text!r}")
        return text

    def texts(self, entry: dict[str, Any], place: str, key: str) -> tuple[str, ...]:
        value = entry[key]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(f"{place}.{key}", "must be a list of texts")
        if len(set(value)) != len(value):
            raise self.error(f"{place}.{key}", "names something twice")
        return tuple(value)

    def number(self, value: Any, place: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.error(place, f"must be a number, got {value!r}")
        try:
            number = float(value)
        except OverflowError as error:
            raise self.error(place, "is too large") from error
        if not math.isfinite(number):
            raise self.error(place, f"must be finite, got {value!r}")
        return number

    def numbers(self, entry: dict[str, Any], place: str, key: str, size: int) -> tuple[float, ...]:
        value = entry[key]
        if not isinstance(value, list) or len(value) != size:
            raise self.error(f"{place}.{key}", f"must be {size} numbers, got {value!r}")
        return tuple(self.number(item, f"{place}.{key}") for item in value)

    def unique(self, ids: Sequence[str], place: str) -> set[str]:
        seen: set[str] = set()
        for number, identifier in enumerate(ids):
            if identifier in seen:
                raise self.error(f"{place}[{number}]", f"the id {identifier!r} is used twice")
            seen.add(identifier)
        return seen
