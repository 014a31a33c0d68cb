"""Models reach the parts that they are for, once, and only with the cameras of their training."""

from __future__ import annotations

import numpy as np
import pytest
from flat_world import make_rig

from astra_core.camera import CameraRig
from astra_core.device import DeviceConfig
from astra_core.errors import ConfigError, WeightsError
from astra_core.loading import Progress
from astra_core.models import LoadedModel
from astra_core.robot import RobotConfig
from astra_core.stack_spec import StackSpec
from astra_core.weights import ModelCard
from astra_local import stack
from astra_local.config import LocalConfig

SPEC = StackSpec(planner="flow", weights=(("planner", "mine"),))


@pytest.fixture
def flow(monkeypatch):
    """A planner with a network, which is loaded and used; who plans is the classical one."""
    noted = {"loaded": [], "built": [], "rig": None, "robot": {}}

    def load(request):
        noted["loaded"].append((request.where, request.device))
        request.progress(0.5)
        card = ModelCard("mine", "planner", "none", rig=noted["rig"], robot=noted["robot"])
        return LoadedModel("the network", card)

    def build(models, config, robot):
        noted["built"].append(models.network("planner"))
        return stack.PLANNERS["mppi"](models, config, robot)

    monkeypatch.setitem(stack.LOADERS["planner"], "flow", load)
    monkeypatch.setitem(stack.PLANNERS, "flow", build)
    return noted


def test_what_was_loaded_before_the_cameras_is_used_and_not_loaded_again(flow):
    device, seen = DeviceConfig("auto", "bfloat16"), []
    models = stack.load_local(SPEC, LocalConfig(), device, Progress(seen.append))
    assert flow["loaded"] == [("mine", device)] and seen == [0.0, 0.5, 1.0]
    for _ in range(2):
        stack.build_local(SPEC, make_rig(), LocalConfig(), models)
    assert flow["built"] == ["the network"] * 2 and len(flow["loaded"]) == 1


def test_without_models_they_are_loaded_on_the_cpu(flow):
    stack.build_local(SPEC, make_rig())
    stack.build_planner(SPEC, None, np.random.default_rng(0))
    assert flow["loaded"] == [("mine", DeviceConfig())] * 2


def test_an_odometry_alone_loads_no_planner(flow):
    stack.build_odometry(SPEC, make_rig())
    assert flow["loaded"] == []


def test_an_open_loop_planner_loads_its_model_once(flow):
    planner = stack.build_open_loop_planner(SPEC)
    assert len(flow["loaded"]) == 1
    for seed in (0, 1):
        planner._fresh(np.random.default_rng(seed))
    assert len(flow["loaded"]) == 1 and flow["built"] == ["the network"] * 2


def test_models_of_another_robot_or_rig_are_refused(flow):
    flow["robot"] = {"max_linear_mps": 0.9}
    with pytest.raises(WeightsError, match=r"max_linear_mps 0.9, this one has 0.6"):
        stack.load_local(SPEC, LocalConfig())
    stack.load_local(SPEC, LocalConfig(robot=RobotConfig(max_linear_mps=0.9)))
    flow["robot"], flow["rig"] = {}, make_rig()
    models = stack.load_local(SPEC)
    with pytest.raises(WeightsError, match="is missing"):
        stack.build_local(SPEC, CameraRig(make_rig().cameras[:1]), None, models)


def test_what_is_not_built_is_said_before_anything_is_loaded(flow):
    with pytest.raises(ConfigError, match="odometry=transformer is not built yet"):
        stack.load_local(StackSpec(odometry="transformer", planner="flow"))
    assert flow["loaded"] == []


def test_the_classical_stack_has_no_models():
    assert dict(stack.load_local(StackSpec()).by_part) == {}
