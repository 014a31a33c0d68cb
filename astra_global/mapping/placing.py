"""From sightings to landmarks: place what was seen, merge what is one thing, give it a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from itertools import count

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraRig
from astra_global.mapping.bearings import Bearings, bearings_of, depth_in_box
from astra_global.mapping.config import PlacingConfig
from astra_global.mapping.errors import SourceError
from astra_global.mapping.merging import explained_by, merge_sightings
from astra_global.mapping.ports import LandmarkFinder, TourView
from astra_global.mapping.sighting import (
    Attributes,
    PlacedSighting,
    Sighting,
    sighting_from_dict,
)
from astra_global.mapping.stages import Progress
from astra_global.mapping.work import KeyFrames, PlacedLandmark, Work
from astra_global.types import Landmark

__all__ = ["place_sightings", "placing_stage", "sightings_stage"]

_REFERENCE_PIXELS = 320 * 240


def sightings_stage(
    work: Work, view: TourView, finder: LandmarkFinder, progress: Progress
) -> dict[str, int]:
    """Ask a finder; writes ``sightings.json``.

    Raises:
        SourceError: It names a node or a camera that does not exist.
    """
    found: list[Sighting | PlacedSighting] = []
    number_of = {node_id: number for number, node_id in enumerate(view.node_ids)}
    for sighting in finder.sightings(view):
        if isinstance(sighting, Sighting):
            where = f"the landmark finder has seen {sighting.attributes.category!r}"
            if sighting.node_id not in number_of:
                raise SourceError(f"{where} from node {sighting.node_id!r}, which does not exist")
            if sighting.camera not in view.rig.names:
                raise SourceError(f"{where} with camera {sighting.camera!r}, which does not exist")
            share = number_of[sighting.node_id] / len(number_of)
            progress(share, f"landmarks: {len(found) + 1} seen")
        found.append(sighting)
    work.write_json("sightings", [asdict(sighting) for sighting in found])
    return {"sightings": len(found)}


def placing_stage(work: Work, config: PlacingConfig) -> dict[str, int]:
    """Place and merge the sightings; writes ``landmarks.json``."""
    found = [sighting_from_dict(entry) for entry in work.read_json("sightings")]
    placed = [one for one in found if isinstance(one, PlacedSighting)]
    rig, frames = work.rig(), work.key_frames()
    seen = [_with_depth(work, rig, one) for one in found if isinstance(one, Sighting)]
    landmarks = place_sightings(placed, seen, rig, frames, config)
    work.write_landmarks(landmarks)
    merged = sum(one.num_sightings for one in landmarks)
    return {
        "landmarks": len(landmarks),
        "sightings_merged": merged,
        "sightings_dropped": len(seen) - merged,
    }


def place_sightings(
    placed: Sequence[PlacedSighting],
    seen: Sequence[Sighting],
    rig: CameraRig,
    frames: KeyFrames,
    config: PlacingConfig,
) -> list[PlacedLandmark]:
    """Make landmarks of sightings.

    Args:
        placed: Things whose place is known; each stays what and where it is, and takes the
            sightings of its category that agree with it.
        seen: Things in pictures, with ``depth_m`` where depth is known.
        rig: The cameras.
        frames: The nodes.
        config: Settings.

    Returns:
        First the things in ``placed``, in their order, then what was merged, by category and by
        the first node that sees it.

    Raises:
        SourceError: Two things in ``placed`` have one name.
    """
    taken = {thing.id for thing in placed}
    if len(taken) != len(placed):
        raise SourceError("the landmark finder has used an id for two things")
    number_of = {node_id: number for number, node_id in enumerate(frames.ids)}
    landmarks = {thing.id: PlacedLandmark(_landmark(thing)) for thing in placed}
    for category in sorted({sighting.attributes.category for sighting in seen}):
        mine = [sighting for sighting in seen if sighting.attributes.category == category]
        bearings = bearings_of(
            mine,
            camera_of=lambda sighting: rig[sighting.camera],
            pose_of=lambda sighting: frames.poses[number_of[sighting.node_id]],
            node_of=lambda sighting: number_of[sighting.node_id],
        )
        free = np.ones(len(mine), dtype=bool)
        for thing in (thing for thing in placed if thing.attributes.category == category):
            members = explained_by(bearings, np.array(thing.position_m), free, config)
            free[members] = False
            landmarks[thing.id] = _seen_from(landmarks[thing.id].landmark, members, bearings, mine)
        rest = np.flatnonzero(free)
        clusters = merge_sightings(bearings.only(rest), config)
        members_of = [rest[cluster.members] for cluster in clusters]
        order = [int(bearings.node[members].min()) for members in members_of]
        for number in np.argsort(order, kind="stable"):
            cluster, members = clusters[number], members_of[number]
            name = _free_name(category, taken)
            taken.add(name)
            landmark = Landmark(
                id=name,
                **asdict(_voted([mine[member] for member in members])),
                position_m=_triple(cluster.position_m),
                size_m=_triple(cluster.size_m),
            )
            landmarks[name] = _seen_from(landmark, members, bearings, mine)
    return list(landmarks.values())


def _with_depth(work: Work, rig: CameraRig, sighting: Sighting) -> Sighting:
    if sighting.depth_m is not None:
        return sighting
    depth = work.recorded_depth(rig[sighting.camera], sighting.node_id)
    if depth is None:
        return sighting
    return replace(sighting, depth_m=depth_in_box(depth, sighting.box_px))


def _landmark(thing: PlacedSighting) -> Landmark:
    return Landmark(
        id=thing.id,
        **asdict(thing.attributes),
        position_m=thing.position_m,
        size_m=thing.size_m,
    )


def _seen_from(
    landmark: Landmark, members: NDArray[np.intp], bearings: Bearings, mine: Sequence[Sighting]
) -> PlacedLandmark:
    pixels: dict[str, float] = {}
    for member in members:
        node_id = mine[member].node_id
        area = _REFERENCE_PIXELS * float(bearings.area[member])
        pixels[node_id] = pixels.get(node_id, 0.0) + area
    return PlacedLandmark(landmark, pixels, len(members))


def _voted(seen: Sequence[Sighting]) -> Attributes:
    """Return for each attribute the word that the finder was surest of, all sightings together."""
    return Attributes(
        **{
            field.name: _word((getattr(one.attributes, field.name), one.confidence) for one in seen)
            for field in fields(Attributes)
        }
    )


def _word(votes: Iterable[tuple[str, float]]) -> str:
    weight: dict[str, float] = {}
    for word, confidence in votes:
        if word:
            weight[word] = weight.get(word, 0.0) + confidence
    # Of equal ones the first that was said.
    return max(weight, key=lambda word: weight[word], default="")


def _free_name(category: str, taken: set[str]) -> str:
    # Ids become file names.
    stem = "".join(letter if letter.isalnum() else "_" for letter in category) or "thing"
    return next(name for i in count(1) if (name := f"{stem}-{i}") not in taken)


def _triple(values: NDArray[np.float64]) -> tuple[float, float, float]:
    x, y, z = (round(float(value), 4) for value in values)
    return x, y, z
