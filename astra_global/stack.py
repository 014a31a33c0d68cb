"""The factory of Astra-Global: from a :class:`StackSpec` to objects. Only here classes are named.

To put another part in: write it in a file of its own behind its port
(:mod:`astra_global.ports`), and give it a line in the table here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from astra_core.camera import CameraRig
from astra_core.robot_settings import require_robot
from astra_core.stack_spec import StackSpec
from astra_global.config import AstraGlobalConfig
from astra_global.goal.config import GoalConfig
from astra_global.localize.config import LocalizeConfig
from astra_global.questions import InlineQuestions, Questions
from astra_global.types import AstraMap

if TYPE_CHECKING:
    from astra_global.localize.place_map import PlaceMap
    from astra_global.pipeline import AstraGlobal
    from astra_global.ports import CoarseStage, FrameLocalizer, GoalRanker

__all__ = ["build_global", "build_goals", "build_localizer", "check_global", "load_places"]

#: What can be built, by part of the spec.
_BUILT = {"coarse": ("vlad",), "goals": ("words",)}


def build_global(
    spec: StackSpec,
    map: AstraMap,
    rig: CameraRig,
    config: AstraGlobalConfig | None = None,
    *,
    places: PlaceMap | None = None,
    localizer: FrameLocalizer | None = None,
    questions: Questions | None = None,
) -> AstraGlobal:
    """Return Astra-Global for one map and one robot.

    Args:
        spec: Which parts.
        map: The map, usually from ``astra_global.map.load_map``.
        rig: The robot's cameras.
        config: Settings; ``None`` = defaults.
        places: The map with its localization index, where it was loaded before.
        localizer: Who finds the robot in pictures, where it was built before.
        questions: Who answers what may take seconds; ``None`` answers at once, in the same thread.

    Raises:
        ConfigError: A part of the spec is not built yet, a setting contradicts the robot, or the
            map was made for a lower one.
        MapFormatError: The localization index of the map is missing or damaged.
    """
    from astra_global.pipeline import AstraGlobal
    from astra_global.route import GraphRoutePlanner

    check_global(spec)
    config = config or AstraGlobalConfig()
    require_robot(config, config.robot, "Astra-Global")
    if localizer is None:
        localizer = build_localizer(spec, places or load_places(map), rig, config.localize)
    return AstraGlobal(
        map,
        rig,
        config,
        localizer=localizer,
        goals=build_goals(spec, map, config.goal),
        routes=GraphRoutePlanner(map, config.route),
        questions=questions or InlineQuestions(),
    )


def check_global(spec: StackSpec) -> None:
    """Refuse a spec with parts that :func:`build_global` cannot build.

    Raises:
        ConfigError: A part is not built yet; names what is.
    """
    spec.check_built(_BUILT)


def load_places(map: AstraMap) -> PlaceMap:
    """Return a map with its localization index; this takes a moment.

    Raises:
        MapFormatError: The index is missing, damaged or of another map.
    """
    from astra_global.localize.place_map import PlaceMap

    return PlaceMap(map)


def build_localizer(
    spec: StackSpec, places: PlaceMap, rig: CameraRig, config: LocalizeConfig | None = None
) -> FrameLocalizer:
    """Return who finds a robot with this rig on this map.

    Raises:
        ConfigError: The coarse stage of the spec is not built yet.
    """
    from astra_global.localize.judge import Judge
    from astra_global.localize.localizer import Localizer
    from astra_global.localize.rig_comparison import with_cameras_of_map
    from astra_global.localize.search import HypothesisSearch
    from astra_global.localize.signs import Signs
    from astra_global.localize.text_reader import text_reader

    spec.check_built({"coarse": _BUILT["coarse"]})
    config = config or LocalizeConfig()
    rig = with_cameras_of_map(rig, places.rig)
    signs = Signs(places, rig, config, text_reader(config.signs))
    return Localizer(
        places,
        rig,
        config,
        coarse=_coarse(spec, places),
        fine=HypothesisSearch(places, rig, config),
        judge=Judge(places, rig, config, signs),
    )


def build_goals(spec: StackSpec, map: AstraMap, config: GoalConfig | None = None) -> GoalRanker:
    """Return who finds the landmark that a sentence means.

    Raises:
        ConfigError: The part of the spec is not built yet.
    """
    from astra_global.goal import GoalResolver

    spec.check_built({"goals": _BUILT["goals"]})
    return GoalResolver(map, config)


def _coarse(spec: StackSpec, places: PlaceMap) -> CoarseStage:
    from astra_global.localize.coarse_vlad import VladCoarse

    del spec  # only ``vlad`` is built
    return VladCoarse(places)
