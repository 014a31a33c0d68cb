"""From a tour to a map: the recipe (paper, section 1.3). Every stage is in a file of its own."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from astra_core.config import to_mapping
from astra_global.localize.index import INDEX_FILE
from astra_global.map.check import check_map
from astra_global.map.occupancy_file import occupancy_from_bytes
from astra_global.map.store import save_map
from astra_global.mapping.config import MappingConfig
from astra_global.mapping.depth_fusion import occupancy_stage
from astra_global.mapping.edges import edges_stage
from astra_global.mapping.index_stage import index_stage
from astra_global.mapping.key_frames import extract_pictures, select_stage
from astra_global.mapping.report import BuildReport
from astra_global.mapping.sources import (
    AnnotatedLandmarks,
    LandmarkSource,
    PoseSource,
    TopicPoses,
)
from astra_global.mapping.stages import Progress, Stage, run_stages
from astra_global.mapping.tour_bag import TourBag, TourError
from astra_global.mapping.visibility import visibility_stage
from astra_global.mapping.work import Work
from astra_global.types import AstraMap, MapEdge, MapNode

__all__ = ["build_map"]

_VERSION = 1  # raise it when a stage changes what it writes, so that old artefacts are not resumed


def build_map(
    bag_folder: Path | str,
    annotations_yaml: Path | str,
    out_folder: Path | str,
    config: MappingConfig | None = None,
    progress: Progress | None = None,
    *,
    pose_source: PoseSource | None = None,
    landmark_source: LandmarkSource | None = None,
) -> BuildReport:
    """Build a map from a recorded tour.

    Artefacts lie in ``<out_folder>.building`` until the map is whole; an interrupted build goes
    on where it stopped. A map that was at ``out_folder`` stays there until then.

    Args:
        bag_folder: rosbag2 folder of the tour (MCAP or SQLite).
        annotations_yaml: List of landmarks; not read where ``landmark_source`` is given.
        out_folder: Where the map goes.
        config: Settings.
        progress: Called with the share done and what is being done.
        pose_source: Who says where the robot was; the pose topic by default.
        landmark_source: Who says what is worth naming; the annotations by default.

    Returns:
        The finished map with counts, seconds and problems.

    Raises:
        TourError: The bag is damaged or lacks something.
        SourceError: Poses or landmarks cannot be had.
    """
    config = config or MappingConfig()
    progress = progress or (lambda share, text: None)
    poses_from = pose_source or TopicPoses(config.key_frames.max_gap_s)
    landmarks_from = landmark_source or AnnotatedLandmarks(annotations_yaml)
    bag_folder, out_folder = Path(bag_folder), Path(out_folder)
    work = Work(out_folder.with_name(f"{out_folder.name}.building"))
    with TourBag(bag_folder, config.topics) as bag:
        stages = _stages(bag, work, config, poses_from, landmarks_from)
        reports = run_stages(stages, work.folder, progress)
    counts = {stage.name: stage.counts for stage in reports}
    provenance = {
        "map": "oracle" if "oracle" in (poses_from.name, landmarks_from.name) else "built",
        "poses": poses_from.name,
        "landmarks": landmarks_from.name,
        "bag": bag_folder.name,
        "counts": counts,
    }
    astra_map = save_map(_assemble(work, provenance), out_folder, assets=work.folder)
    if not config.keep_work:
        shutil.rmtree(work.folder)
    return BuildReport(astra_map, reports, check_map(out_folder))


def _stages(
    bag: TourBag,
    work: Work,
    config: MappingConfig,
    poses_from: PoseSource,
    landmarks_from: LandmarkSource,
) -> list[Stage]:
    def text(*parts: Any) -> str:
        return json.dumps([to_mapping(part) for part in parts], sort_keys=True)

    return [
        Stage("tour", "reading the tour", 4, f"{_VERSION}{_bag_inputs(bag)}{text(config.topics)}",
              lambda p: _read_tour(bag, work)),
        Stage("poses", "poses", 1, f"{poses_from.name}{config.key_frames.max_gap_s}",
              lambda p: _read_poses(bag, work, poses_from)),
        Stage("key_frames", "choosing key frames", 1, text(config.key_frames),
              lambda p: select_stage(work, config.key_frames)),
        Stage("pictures", "pictures", 6, "",
              lambda p: extract_pictures(bag, work, config.topics, p)),
        Stage("landmarks", "landmarks", 1, landmarks_from.name + landmarks_from.fingerprint(),
              lambda p: _read_landmarks(work, landmarks_from)),
        Stage("visibility", "which node sees which landmark", 5, text(config.visibility),
              lambda p: visibility_stage(work, config.visibility, p)),
        Stage("occupancy", "fusing depth", 20, text(config.fusion),
              lambda p: occupancy_stage(work, config.fusion, config.edges.robot_radius_m, p)),
        Stage("edges", "edges", 1, text(config.edges),
              lambda p: edges_stage(work, config.edges)),
        Stage("index", "localization index", 60, text(config.features) + str(config.random_seed),
              lambda p: index_stage(work, config.features, config.random_seed, p)),
    ]  # fmt: skip


def _bag_inputs(bag: TourBag) -> str:
    # Annotations may lie beside the bag; changing them must not read the tour again.
    files = [
        path
        for path in sorted(bag.folder.rglob("*"))
        if path.is_file() and path.suffix in (".mcap", ".db3", ".zstd")
    ]
    files = files or [path for path in (bag.folder,) if path.is_file()]
    return json.dumps([[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in files])


def _read_tour(bag: TourBag, work: Work) -> dict[str, int]:
    """Write ``rig.json`` and ``image_sets.npz``."""
    stamps = bag.image_sets()
    work.write_json("rig", bag.rig.to_dict())
    work.write_arrays("image_sets", stamps_ns=stamps)
    return {"cameras": len(bag.rig.cameras), "image_sets": len(stamps)}


def _read_poses(bag: TourBag, work: Work, source: PoseSource) -> dict[str, int]:
    """Write ``poses.npz``."""
    stamps = work.read_arrays("image_sets")["stamps_ns"]
    poses = source.poses(bag, stamps[:, 0])
    known = np.isfinite(poses).all(axis=(1, 2))
    if not known.any():
        raise TourError(f"{bag.folder}: no picture was taken while a pose is known")
    work.write_arrays("poses", stamps_ns=stamps, poses=poses)
    return {"known": int(known.sum()), "unknown": int((~known).sum())}


def _read_landmarks(work: Work, source: LandmarkSource) -> dict[str, int]:
    """Write ``landmarks.json``."""
    landmarks = source.landmarks(work.folder / "nodes")
    work.write_json("landmarks", [asdict(landmark) for landmark in landmarks])
    return {"landmarks": len(landmarks)}


def _assemble(work: Work, provenance: dict[str, Any]) -> AstraMap:
    frames, landmarks = work.key_frames(), work.landmarks()
    seen: dict[str, list[str]] = {node_id: [] for node_id in frames.ids}
    for landmark in landmarks:
        for node_id in landmark.node_ids:
            seen[node_id].append(landmark.id)
    nodes = tuple(
        MapNode(node_id, pose, tuple(seen[node_id]))
        for node_id, pose in zip(frames.ids, frames.poses, strict=True)
    )
    edges = tuple(MapEdge(a, b, float(length)) for a, b, length in work.read_json("edges"))
    path = work.folder / "occupancy.npz"
    if not (work.folder / INDEX_FILE).is_file():
        raise TourError(f"{work.folder}: the localization index was removed; build again")
    return AstraMap(
        nodes,
        edges,
        tuple(landmarks),
        work.rig(),
        provenance,
        occupancy=occupancy_from_bytes(path.read_bytes(), path),
    )
