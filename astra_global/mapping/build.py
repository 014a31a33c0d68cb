"""From a tour to a map: the recipe (paper, section 1.3). Every stage is in a file of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from astra_core.config import to_mapping
from astra_core.errors import ConfigError
from astra_core.own_folder import place_of
from astra_core.robot_settings import require_robot
from astra_global.localize.index import INDEX_FILE
from astra_global.map.check import check_map
from astra_global.map.made_for import MapRobot
from astra_global.map.occupancy_file import occupancy_from_bytes
from astra_global.map.store import MAP, save_map
from astra_global.mapping.config import FusionConfig, MappingConfig
from astra_global.mapping.depth_fusion import occupancy_stage
from astra_global.mapping.edges import edges_stage
from astra_global.mapping.errors import SourceError, TourError
from astra_global.mapping.extent import require_extent
from astra_global.mapping.index_stage import index_stage
from astra_global.mapping.key_frames import extract_pictures, select_stage
from astra_global.mapping.placing import placing_stage, sightings_stage
from astra_global.mapping.ports import LandmarkFinder, PoseSource
from astra_global.mapping.report import BuildReport
from astra_global.mapping.stages import Progress, Stage, run_stages
from astra_global.mapping.tour_bag import TourBag, bag_fingerprint
from astra_global.mapping.tour_view import BagView, NodeView
from astra_global.mapping.visibility import visibility_stage
from astra_global.mapping.work import Work
from astra_global.mapping.work_folder import remove_work
from astra_global.types import AstraMap, MapEdge, MapNode, is_covariance

__all__ = ["build_map"]

_VERSION = 3  # raise it when a stage changes what it writes, so that old artefacts are not resumed


def build_map(
    tour: Path | str,
    out_folder: Path | str,
    *,
    poses: PoseSource,
    landmarks: LandmarkFinder,
    config: MappingConfig | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Build a map from a recorded tour.

    Artefacts lie in ``<out_folder>.building`` until the map is whole; an interrupted build goes
    on where it stopped. A map that was at ``out_folder`` stays there until then; anything else that
    lies at either place is left alone, and the build refused.

    Args:
        tour: rosbag2 folder of the tour (MCAP or SQLite).
        out_folder: Where the map goes.
        poses: Says where the robot was.
        landmarks: Says what is worth naming.
        config: Settings.
        progress: Called with the share done and what is being done.

    Returns:
        The finished map with counts, seconds and problems.

    Raises:
        TourError: The bag is damaged or lacks something.
        SourceError: Poses or landmarks cannot be had.
        ConfigError: A setting contradicts the robot that the map is for, or something that is no
            map of ours lies where it is to go.
    """
    config = config or MappingConfig()
    require_robot(config, config.robot, "map builder")
    progress = progress or (lambda share, text: None)
    # Before the work rather than after it; save_map looks again.
    tour, out_folder = Path(tour), place_of(out_folder, MAP)
    work = Work(out_folder.with_name(f"{out_folder.name}.building"))
    with TourBag(tour, config.topics) as bag:
        stages = _stages(bag, work, config, poses, landmarks)
        reports = run_stages(stages, work.folder, progress)
    counts = {stage.name: stage.counts for stage in reports}
    depth, missing = depth_provenance(counts["pictures"])
    provenance = {
        "map": "oracle" if "oracle" in (poses.provenance, landmarks.provenance) else "built",
        "poses": poses.provenance,
        "landmarks": landmarks.provenance,
        "depth": depth,
        "missing": [*work.read_json("left_out"), *missing],
        **MapRobot.of(config.robot).to_provenance(),
        "bag": tour.name,
        "counts": counts,
    }
    astra_map = save_map(_assemble(work, provenance), out_folder, assets=work.folder)
    if not config.keep_work:
        with suppress(ConfigError):  # somebody has put something into it: the map is whole anyway
            remove_work(work.folder)
    return BuildReport(astra_map, reports, check_map(out_folder))


def _stages(
    bag: TourBag,
    work: Work,
    config: MappingConfig,
    poses: PoseSource,
    landmarks: LandmarkFinder,
) -> list[Stage]:
    def text(*parts: Any) -> str:
        return json.dumps([to_mapping(part) for part in parts], sort_keys=True)

    radius_m = config.edges.robot_radius_m
    return [
        Stage("tour", "reading the tour", 4,
              f"{_VERSION}{bag_fingerprint(bag.folder)}{text(config.topics)}",
              lambda p: _read_tour(bag, work)),
        Stage("poses", "poses", 1, poses.fingerprint(),
              lambda p: _read_poses(bag, work, poses, config.fusion), ("tour",)),
        Stage("key_frames", "choosing key frames", 1, text(config.key_frames),
              lambda p: select_stage(bag, work, config.key_frames), ("poses",)),
        Stage("pictures", "pictures", 6, "",
              lambda p: extract_pictures(bag, work, p), ("key_frames",)),
        Stage("sightings", "looking for landmarks", 1, landmarks.fingerprint(),
              lambda p: sightings_stage(work, NodeView(bag, work), landmarks, p), ("pictures",)),
        Stage("landmarks", "placing landmarks", 1, text(config.placing),
              lambda p: placing_stage(work, config.placing), ("sightings",)),
        Stage("occupancy", "free space", 20, text(config.fusion) + str(radius_m),
              lambda p: occupancy_stage(work, config.fusion, radius_m, p), ("pictures",)),
        Stage("edges", "edges", 1, text(config.edges),
              lambda p: edges_stage(work, config.edges), ("occupancy",)),
        Stage("index", "localization index", 60,
              text(config.features, config.triangulation) + str(config.random_seed),
              lambda p: index_stage(
                  work, config.features, config.triangulation, config.random_seed, p),
              ("pictures",)),
        Stage("visibility", "which node sees which landmark", 5, text(config.visibility),
              lambda p: visibility_stage(work, config.visibility, p), ("landmarks", "index")),
    ]  # fmt: skip


def _read_tour(bag: TourBag, work: Work) -> dict[str, int]:
    """Write ``rig.json`` and ``image_sets.npz``."""
    stamps = bag.image_sets()
    work.write_json("rig", bag.rig.to_dict())
    work.write_json("left_out", bag.left_out)
    work.write_arrays("image_sets", stamps_ns=stamps)
    return {"cameras": len(bag.rig.cameras), "image_sets": len(stamps)}


def _read_poses(
    bag: TourBag, work: Work, source: PoseSource, fusion: FusionConfig
) -> dict[str, int]:
    """Write ``poses.npz``."""
    view = BagView(bag, work.read_arrays("image_sets")["stamps_ns"])
    track = source.poses(view)
    if len(track.t_map_base) != len(view.stamps_ns):
        raise SourceError(
            f"{type(source).__name__} gave {len(track.t_map_base)} poses for "
            f"{len(view.stamps_ns)} moments"
        )
    known = track.known
    if not known.any():
        raise TourError(f"{bag.folder}: no picture was taken while a pose is known")
    if not is_covariance(track.covariance[known]).all():
        raise SourceError(f"{type(source).__name__} gave a covariance that is none")
    places = track.t_map_base[known][:, :2, 3]
    require_extent(places, view.stamps_ns[known, 0], fusion, str(bag.folder))
    work.write_arrays(
        "poses", stamps_ns=view.stamps_ns, poses=track.t_map_base, covariance=track.covariance
    )
    return {"known": int(known.sum()), "unknown": int((~known).sum())}


def depth_provenance(pictures: Mapping[str, int]) -> tuple[str, list[str]]:
    """Return where depth came from (``sensor``, ``partly``, ``none``), and what the map lacks.

    Args:
        pictures: Counts of the stage that copies pictures.
    """
    number, with_depth = pictures["pictures"], pictures["with_depth"]
    if with_depth == number:
        return "sensor", []
    if with_depth:
        without = number - with_depth
        return "partly", [
            f"depth of {without} of {number} pictures: their features are triangulated"
        ]
    return "none", [
        "free space: without depth only the ways that the tour drove are known",
        "views: without depth, places that look alike are told apart by features and signs alone",
    ]


def _assemble(work: Work, provenance: dict[str, Any]) -> AstraMap:
    frames, links = work.key_frames(), work.read_json("visibility")
    landmarks = [
        replace(one.landmark, node_ids=tuple(links[one.landmark.id])) for one in work.landmarks()
    ]
    seen: dict[str, list[str]] = {node_id: [] for node_id in frames.ids}
    for landmark in landmarks:
        for node_id in landmark.node_ids:
            seen[node_id].append(landmark.id)
    nodes = tuple(
        MapNode(node_id, pose, tuple(seen[node_id]), covariance)
        for node_id, pose, covariance in zip(
            frames.ids, frames.poses, frames.track.covariance, strict=True
        )
    )
    edges = tuple(MapEdge(a, b, float(length)) for a, b, length in work.read_json("edges"))
    path = work.occupancy_path
    if not (work.folder / INDEX_FILE).is_file():
        raise TourError(f"{work.folder}: the localization index was removed; build again")
    return AstraMap(
        nodes,
        edges,
        tuple(landmarks),
        work.rig(),
        provenance,
        occupancy=occupancy_from_bytes(path.read_bytes(), path) if path.is_file() else None,
    )
