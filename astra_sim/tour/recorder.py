"""Records a tour: the bag, and the list of landmarks beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import yaml

from astra_sim.profile import SensorProfile
from astra_sim.rig import default_rig
from astra_sim.scenes.types import Scene
from astra_sim.tour.bag_writer import BagWriter
from astra_sim.tour.config import TourConfig
from astra_sim.tour.driver import drive_tour
from astra_sim.tour.plan import plan_tour

__all__ = ["record_tour", "write_landmarks"]

_REPORT_EVERY_TICKS = 50


def record_tour(
    scene: Scene,
    profile: SensorProfile,
    folder: Path,
    progress: Callable[[float, str], None] | None = None,
    *,
    seed: int = 0,
    config: TourConfig | None = None,
) -> Path:
    """Drive a tour and write ``tour.mcap``, ``metadata.yaml`` and ``landmarks.yaml``.

    Args:
        scene: The building.
        profile: Sensor noise.
        folder: Appears complete or not at all; an earlier tour in it is replaced.
        progress: Called with the share done (0 to 1) and a text, about once per second of tour.
        seed: Of noise and order.
        config: Speeds and distances.

    Returns:
        The folder.

    Raises:
        BagError: The folder cannot be written or holds something else.
        RobotStuck: The tour could not be driven.
        RenderingError: No GL library.
    """
    report = progress or (lambda share, text: None)
    config = config or TourConfig()
    report(0.0, "planning the tour")
    plan = plan_tour(scene, seed, config)
    with BagWriter(folder, default_rig()) as writer:
        driven_m, last = 0.0, None
        tour = drive_tour(scene, profile, seed, config=config, plan=plan)
        try:
            for number, (observation, pose) in enumerate(tour):
                writer.write_observation(observation)
                writer.write_pose(observation.stamp_ns, pose)
                if last is not None:
                    driven_m += float(((pose[:2] - last[:2]) ** 2).sum() ** 0.5)
                last = pose
                if number % _REPORT_EVERY_TICKS == 0:
                    share = min(driven_m / plan.length_m, 1.0)
                    report(share, f"touring: {driven_m:.0f} of {plan.length_m:.0f} m")
        finally:
            # Frees the GL context at once, on Ctrl-C too.
            tour.close()
        write_landmarks(scene, writer.staging / "landmarks.yaml")
    report(1.0, f"tour of {driven_m:.0f} m recorded")
    return Path(folder)


def write_landmarks(scene: Scene, path: Path) -> None:
    """Write the landmarks of a scene as the annotation file that map building reads."""
    entries = [
        {
            "id": mark.id,
            "category": mark.category,
            "color": mark.color,
            "material": mark.material,
            "text": mark.text,
            "function": mark.function,
            "position_m": [round(float(value), 4) for value in mark.position_m],
            "size_m": [round(float(value), 4) for value in mark.size_m],
        }
        for mark in scene.landmarks
    ]
    path.write_text(yaml.safe_dump(entries, sort_keys=False, allow_unicode=True), encoding="utf-8")
