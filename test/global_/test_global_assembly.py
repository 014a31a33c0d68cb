"""Models, map and cameras come in any order; what is slow changes nothing until it is taken."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from toy_world import RIG, ToyLocalizer, ToyRobot, make_map

import astra_global.map
from astra_core.camera import CameraRig
from astra_core.device import DeviceConfig
from astra_core.errors import ConfigError, LoadingCancelled, MapFormatError, WeightsError
from astra_core.loading import Progress
from astra_core.models import LoadedModel
from astra_core.stack_spec import StackSpec
from astra_core.weights import ModelCard
from astra_global import assembly, stack
from astra_global.assembly import GlobalAssembly
from astra_global.config import AstraGlobalConfig
from astra_global.localize import coarse_vlad
from astra_global.questions import InlineQuestions

CLASSICAL = StackSpec()
HERE, THERE = Path("here"), Path("there")


@pytest.fixture
def toy(monkeypatch):
    """Maps by name and without pictures; who localizes on them knows the truth."""
    maps = {HERE: make_map(), THERE: make_map()}

    def load_map(folder):
        if folder not in maps:
            raise MapFormatError(f"no map in {folder}")
        return maps[folder]

    def localizer(spec, places, rig, config, *, coarse):
        assert coarse == ("coarse", places)
        return ToyLocalizer(ToyRobot((1.0, 1.0, 0.0)))

    monkeypatch.setattr(astra_global.map, "load_map", load_map)
    monkeypatch.setattr(stack, "load_places", lambda map_: SimpleNamespace(rig=map_.rig))
    monkeypatch.setattr(coarse_vlad, "VladCoarse", lambda places: ("coarse", places))
    for module in (stack, assembly):
        monkeypatch.setattr(module, "build_localizer", localizer)
    return maps


def make(spec=CLASSICAL):
    return GlobalAssembly(spec, AstraGlobalConfig(), DeviceConfig(), InlineQuestions())


def test_the_stack_is_there_when_the_last_part_comes(toy):
    first = make()
    assert first.see(RIG) is None and first.map is None
    built = first.take(first.load(HERE))
    assert built.map is toy[HERE] is first.map and built.rig is RIG

    second = make()
    assert second.take(second.load(HERE)) is None
    built = second.see(RIG)
    assert built.map is toy[HERE] and built.rig is RIG
    assert second.see(RIG) is None  # nothing new
    other = CameraRig(RIG.cameras)
    assert second.see(other).rig is other


def test_a_map_may_come_last_and_be_replaced(toy):
    whole = make()
    assert whole.take(whole.load(None)) is None
    assert whole.see(RIG) is None and whole.map is None
    built = whole.take(whole.load_map(HERE))
    again = whole.take(whole.load_map(THERE))
    assert (built.map, again.map) == (toy[HERE], toy[THERE])
    same = whole.take(whole.load_map(THERE))  # loaded once more, but the same to the toy
    assert same is None
    with pytest.raises(MapFormatError):
        whole.load_map(Path("nowhere"))
    assert whole.map is toy[THERE]


def test_what_was_loaded_changes_nothing_until_it_is_taken(toy):
    whole = make()
    whole.see(RIG)
    whole.load(HERE)
    assert whole.map is None
    with pytest.raises(ConfigError, match="before the models are loaded"):
        whole.load_map(HERE)


def test_progress_rises_to_the_end_and_may_end_it(toy):
    seen = []
    make().load(HERE, Progress(seen.append))
    assert seen == sorted(seen) and seen[-1] == 1.0 and len(seen) > 5

    def stop(fraction):
        if fraction > 0.5:
            raise LoadingCancelled("enough")

    with pytest.raises(LoadingCancelled):
        make().load(HERE, Progress(stop))


def test_a_model_of_another_rig_is_refused_and_another_rig_may_come(toy, monkeypatch):
    two = CameraRig((*RIG.cameras, type(RIG.cameras[0])("rear", *_rest(RIG.cameras[0]))))
    card = ModelCard("reader", "goals", "Apache-2.0", rig=two)
    table = {"coarse": {}, "goals": {"embedding": lambda request: LoadedModel("net", card)}}
    monkeypatch.setattr(stack, "LOADERS", table)
    monkeypatch.setitem(stack._BUILT, "goals", ("words", "embedding"))
    whole = make(StackSpec(goals="embedding"))
    whole.take(whole.load(HERE))
    with pytest.raises(WeightsError, match="camera 'rear' is missing"):
        whole.see(RIG)
    assert whole.see(two).rig is two


def _rest(camera):
    return camera.intrinsics, camera.t_base_optical
