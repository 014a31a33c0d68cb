"""Matching with a pose in mind: every feature of the map is looked for where it should be seen.

All nodes near the pose speak, not only those that retrieval liked, so that look-alike places are
compared on equal terms; and a robot that knows where it should be needs no search.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import CameraRig
from astra_global.localize.config import LocalizeConfig
from astra_global.localize.features import to_float
from astra_global.localize.place_map import MIN_DEPTH_M, PlaceMap
from astra_global.localize.query import Query, QueryPicture
from astra_global.localize.rig_pose import Correspondences

__all__ = ["guided_matches"]

_MAX_ANGLE_RAD = 1.1  # between the optical axes of query and reference
_NEIGHBOURS = 6  # query features looked at around a prediction


def guided_matches(
    query: Query,
    rig: CameraRig,
    pose: NDArray[np.float64],
    t_floor_base: NDArray[np.float64],
    nodes: NDArray[np.intp],
    places: PlaceMap,
    config: LocalizeConfig,
    radius_px: float,
) -> Correspondences | None:
    """Match a query with the features that should be seen from a pose.

    Args:
        query: The pictures.
        rig: The robot's cameras, which took them.
        pose: ``(3,)`` in ``map``.
        t_floor_base: ``(4, 4)`` height, roll and pitch over the planar frame.
        nodes: Nodes whose pictures are used.
        places: The map.
        config: Settings.
        radius_px: How far from its prediction a feature is looked for.

    Returns:
        The matches; ``None`` where there are none.
    """
    t_map_base = se3.from_se2(pose) @ t_floor_base
    parts = []
    for picture in query.pictures:
        camera = rig.cameras[picture.camera]
        t_map_optical = t_map_base @ camera.t_base_optical
        references = places.pictures_along(nodes, t_map_optical[:3, 2], _MAX_ANGLE_RAD)
        if not len(references) or not len(picture.pixels):
            continue
        spans = [places.features(int(reference)) for reference in references]
        points = np.concatenate([places.index.points[span] for span in spans]).astype(np.float64)
        source = np.repeat(references, [span.stop - span.start for span in spans])
        optical = se3.transform_points(se3.inverse(t_map_optical), points)
        front = optical[:, 2] > MIN_DEPTH_M
        k = camera.intrinsics
        pixels = np.full((len(points), 2), -1.0)
        pixels[front] = k.project(optical[front])
        seen = np.flatnonzero(
            (pixels >= 0.0).all(axis=1) & (pixels < [k.width_px, k.height_px]).all(axis=1)
        )
        if not len(seen):
            continue
        rows = np.concatenate([np.arange(span.start, span.stop) for span in spans])[seen]
        query_ids, chosen = _best_in_reach(
            picture,
            pixels[seen],
            to_float(places.index.descriptors[rows]),
            radius_px,
            config.guided_similarity,
        )
        if len(query_ids):
            parts.append(
                Correspondences(
                    picture.pixels[query_ids],
                    points[seen][chosen],
                    np.full(len(query_ids), picture.camera, dtype=np.intp),
                    query_ids + picture.first_feature,
                    source[seen][chosen],
                )
            )
    return Correspondences.join(parts) if parts else None


def _best_in_reach(
    picture: QueryPicture,
    pixels: NDArray[np.float64],
    descriptors: NDArray[np.float32],
    radius_px: float,
    min_similarity: float,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return pairs (query feature, map feature) that like each other best within a radius."""
    count = min(_NEIGHBOURS, len(picture.pixels))
    _, near = picture.tree.query(pixels, k=count, distance_upper_bound=radius_px)
    near = np.asarray(near, dtype=np.intp).reshape(len(pixels), count)
    missing = near >= len(picture.pixels)
    near[missing] = 0
    similarity = np.einsum("mkd,md->mk", picture.descriptors[near], descriptors)
    similarity[missing] = -1.0
    column = similarity.argmax(axis=1)
    rows = np.arange(len(pixels))
    best, liked = similarity[rows, column], near[rows, column]
    # Of the map features that like the same query feature, the most alike takes it.
    order = np.lexsort((-best, liked))
    first = np.ones(len(order), dtype=bool)
    first[1:] = liked[order][1:] != liked[order][:-1]
    chosen = order[first]
    chosen = chosen[best[chosen] >= min_similarity]
    return liked[chosen], chosen
