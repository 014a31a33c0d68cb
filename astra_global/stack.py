"""The factory of Astra-Global: from a :class:`StackSpec` to objects. Only here classes are named.

To put another part in: write it in a file of its own behind its port
(:mod:`astra_global.ports`), and give it a line in the table here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from astra_core.camera import CameraRig
from astra_core.device import DeviceConfig
from astra_core.loading import NO_PROGRESS, Progress
from astra_core.models import Loader, Models, load_models
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
    from astra_global.ports import CoarseStage, FrameLocalizer, GoalRanker, RoutePlanner

__all__ = [
    "LOADERS",
    "PreparedMap",
    "build_global",
    "build_goals",
    "build_localizer",
    "check_global",
    "load_global",
    "load_places",
    "prepare_map",
]

#: What can be built, by part of the spec.
_BUILT = {"coarse": ("vlad",), "goals": ("words",)}


#: Who loads the network of a part, for those that have one.
LOADERS: dict[str, dict[str, Loader]] = {"coarse": {}, "goals": {}}


@dataclass(frozen=True, eq=False)
class PreparedMap:
    """What a stack needs of one map and of its models, whatever the cameras are.

    Attributes:
        map: The map.
        models: The networks in the parts.
        places: The map with its localization index.
        coarse: Who ranks its nodes.
        goals: Who finds landmarks on it.
        routes: Who finds ways on it.
    """

    map: AstraMap
    models: Models
    places: PlaceMap
    coarse: CoarseStage
    goals: GoalRanker
    routes: RoutePlanner


def load_global(
    spec: StackSpec,
    config: AstraGlobalConfig | None = None,
    device: DeviceConfig | None = None,
    progress: Progress = NO_PROGRESS,
) -> Models:
    """Load what takes long and needs neither map nor cameras; the classical stack has nothing.

    Args:
        spec: Which parts, and their weights.
        config: Settings; ``None`` = defaults.
        device: Where the networks run; ``None`` is the CPU.
        progress: Told how far it is.

    Raises:
        ConfigError: A part is not built yet, or the device is not there.
        WeightsError: Weights cannot be used, or are for another part.
    """
    check_global(spec)
    robot = (config or AstraGlobalConfig()).robot
    return load_models(spec, LOADERS, device or DeviceConfig(), robot, progress)


def prepare_map(
    spec: StackSpec,
    map: AstraMap,
    config: AstraGlobalConfig | None = None,
    models: Models | None = None,
    progress: Progress = NO_PROGRESS,
) -> PreparedMap:
    """Do all that takes long and does not depend on the cameras.

    Args:
        spec: Which parts.
        map: The map, usually from ``astra_global.map.load_map``.
        config: Settings; ``None`` = defaults.
        models: From :func:`load_global`; ``None`` loads them now.
        progress: Told how far it is.

    Raises:
        ConfigError: A part of the spec is not built yet.
        MapFormatError: The localization index of the map is missing or damaged.
        WeightsError: Weights cannot be used, or are for another part.
    """
    from astra_global.route import GraphRoutePlanner

    config = config or AstraGlobalConfig()
    models = models or load_global(spec, config)
    places = load_places(map)
    progress(0.5)
    coarse = _coarse(spec, places, models)
    progress(0.6)
    goals = build_goals(spec, map, config.goal, models)
    progress(0.9)
    routes = GraphRoutePlanner(map, config.route)
    progress(1.0)
    return PreparedMap(map, models, places, coarse, goals, routes)


def build_global(
    spec: StackSpec,
    map: AstraMap,
    rig: CameraRig,
    config: AstraGlobalConfig | None = None,
    *,
    prepared: PreparedMap | None = None,
    localizer: FrameLocalizer | None = None,
    questions: Questions | None = None,
) -> AstraGlobal:
    """Return Astra-Global for one map and one robot; quick, where the map is prepared.

    Args:
        spec: Which parts.
        map: The map, usually from ``astra_global.map.load_map``.
        rig: The robot's cameras.
        config: Settings; ``None`` = defaults.
        prepared: The same map from :func:`prepare_map`, where that was done before.
        localizer: Who finds the robot in pictures, where it was built before.
        questions: Who answers what may take seconds; ``None`` answers at once, in the same thread.

    Raises:
        ConfigError: A part of the spec is not built yet, a setting contradicts the robot, or the
            map was made for a lower one.
        MapFormatError: The localization index of the map is missing or damaged.
        WeightsError: Weights cannot be used, or are for another part or rig.
    """
    from astra_global.pipeline import AstraGlobal
    from astra_global.route import GraphRoutePlanner

    check_global(spec)
    config = config or AstraGlobalConfig()
    require_robot(config, config.robot, "Astra-Global")
    if prepared is None and localizer is None:
        prepared = prepare_map(spec, map, config)
    if prepared is not None:
        prepared.models.check_rig(rig)
        goals, routes = prepared.goals, prepared.routes
    else:
        goals = build_goals(spec, map, config.goal)
        routes = GraphRoutePlanner(map, config.route)
    if localizer is None:
        assert prepared is not None
        localizer = build_localizer(
            spec, prepared.places, rig, config.localize, coarse=prepared.coarse
        )
    return AstraGlobal(
        map,
        rig,
        config,
        localizer=localizer,
        goals=goals,
        routes=routes,
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
    spec: StackSpec,
    places: PlaceMap,
    rig: CameraRig,
    config: LocalizeConfig | None = None,
    *,
    coarse: CoarseStage | None = None,
) -> FrameLocalizer:
    """Return who finds a robot with this rig on this map; ``coarse`` where it is there already.

    Raises:
        ConfigError: The coarse stage of the spec is not built yet, or the cameras are too coarse.
    """
    from astra_global.localize.judge import Judge
    from astra_global.localize.localizer import Localizer
    from astra_global.localize.mounting import MountingCheck
    from astra_global.localize.resolution import require_fine_enough
    from astra_global.localize.rig_comparison import with_cameras_of_map
    from astra_global.localize.search import HypothesisSearch
    from astra_global.localize.signs import Signs
    from astra_global.localize.text_reader import text_reader

    spec.check_built({"coarse": _BUILT["coarse"]})
    config = config or LocalizeConfig()
    require_fine_enough(rig, config.min_focal_px)
    rig = with_cameras_of_map(rig, places.rig)
    signs = Signs(places, rig, config, text_reader(config.signs))
    return Localizer(
        places,
        rig,
        config,
        coarse=coarse or _coarse(spec, places, _models_of(spec, "coarse")),
        fine=HypothesisSearch(places, rig, config),
        judge=Judge(places, rig, config, signs),
        mounting=MountingCheck(places, rig, config),
    )


def build_goals(
    spec: StackSpec,
    map: AstraMap,
    config: GoalConfig | None = None,
    models: Models | None = None,
) -> GoalRanker:
    """Return who finds the landmark that a sentence means; its model is loaded where none is given.

    Raises:
        ConfigError: The part of the spec is not built yet.
    """
    from astra_global.goal import GoalResolver

    spec.check_built({"goals": _BUILT["goals"]})
    del models  # only ``words`` is built, which has none
    return GoalResolver(map, config)


def _coarse(spec: StackSpec, places: PlaceMap, models: Models) -> CoarseStage:
    from astra_global.localize.coarse_vlad import VladCoarse

    del spec, models  # only ``vlad`` is built, which has none
    return VladCoarse(places)


def _models_of(spec: StackSpec, part: str) -> Models:
    """Load the model of one part, if it has one."""
    robot = AstraGlobalConfig().robot
    return load_models(spec, {part: LOADERS[part]}, DeviceConfig(), robot)
