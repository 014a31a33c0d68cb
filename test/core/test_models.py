"""Which models are loaded for a spec, in which order, and for which robot and rig."""

from dataclasses import replace

import pytest
from weights_made import CARD, rig, save

from astra_core.device import DeviceConfig
from astra_core.errors import WeightsError
from astra_core.loading import Progress
from astra_core.models import LoadedModel, Models, load_models
from astra_core.robot import RobotConfig
from astra_core.stack_spec import StackSpec
from astra_core.weights import load_weights

DEVICE = DeviceConfig("cpu", "float16")


class Loaders:
    """Tables whose loaders note how they are called."""

    def __init__(self, card=CARD):
        self.calls, self.card = [], card
        self.tables = {
            "planner": {"flow": self.loader("flow"), "act": self.loader("act")},
            "odometry": {"transformer": self.loader("transformer")},
        }

    def loader(self, name):
        def load(request):
            assert request.name == name and isinstance(request.robot, RobotConfig)
            self.calls.append((name, request.where, request.device))
            request.progress(0.5)
            return LoadedModel(name.upper(), replace(self.card, name=name))

        return load


def test_the_classical_stack_loads_nothing():
    loaders = Loaders()
    models = load_models(StackSpec(), loaders.tables, DEVICE, RobotConfig())
    assert dict(models.by_part) == {} and models.weights == {} and loaders.calls == []
    models.check_rig(rig())


def test_each_learned_part_is_loaded_once_with_what_the_spec_says():
    loaders, seen = Loaders(), []
    spec = StackSpec(odometry="transformer", planner="flow", weights=(("planner", "./mine"),))
    models = load_models(spec, loaders.tables, DEVICE, RobotConfig(), Progress(seen.append))
    assert loaders.calls == [
        ("transformer", "odometry-transformer", DEVICE),
        ("flow", "./mine", DEVICE),
    ]
    assert (models.network("planner"), models.network("odometry")) == ("FLOW", "TRANSFORMER")
    assert list(models.weights) == ["transformer", "flow"]
    assert seen == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_a_model_for_another_robot_or_rig_is_refused():
    spec = StackSpec(planner="flow")
    with pytest.raises(WeightsError, match="footprint_radius_m"):
        load_models(spec, Loaders().tables, DEVICE, RobotConfig(footprint_radius_m=0.3))
    trained = Loaders(replace(CARD, rig=rig())).tables
    models = load_models(spec, trained, DEVICE, RobotConfig())
    models.check_rig(rig())
    with pytest.raises(WeightsError, match="camera 'rear' is missing"):
        models.check_rig(type(rig())(rig().cameras[:1]))


def test_a_loader_with_weights_of_its_own(tmp_path):
    path = save(tmp_path)

    def load(request):
        weights = load_weights(request.where, request.part, on_progress=request.progress)
        return LoadedModel(weights.tensors["head.bias"], weights.card)

    seen = []
    spec = StackSpec(planner="flow", weights=(("planner", str(tmp_path)),))
    tables = {"planner": {"flow": load}}
    models = load_models(spec, tables, DEVICE, RobotConfig(), Progress(seen.append))
    assert models.weights == {"flow-tiny": load_weights(path, "planner").card.sha256}
    assert seen[0] == 0.0 and seen[-1] == 1.0 and len(seen) > 3
    assert isinstance(models, Models)
