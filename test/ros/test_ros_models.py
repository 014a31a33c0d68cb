"""Models of the nodes load beside sensors, watchdog and heartbeats, over real DDS."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import learned_node
from hand import Hand
from lifecycle_msgs.msg import Transition

from astra_core.ros.qos import event
from astra_msgs.msg import Heartbeat
from astra_msgs.srv import LoadMap

CONFIGURE, CLEANUP = Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_CLEANUP
ACTIVATE = Transition.TRANSITION_ACTIVATE
STACKS = {"local": "planner=flow", "global": "goals=embedding"}
DEGRADED = Heartbeat.STATE_DEGRADED


class Learned:
    """A node with one learned part, its loader, and what is heard of it."""

    def __init__(self, which, folder, processes, node, until, *parameters):
        self.name, self._until = f"astra_{which}", until
        self.steering, self.moved_m = folder / "steering", folder / "moved_m"
        self.moved_m.write_text("0.0")
        self.say("")
        part = STACKS[which].partition("=")[0]
        argv = [sys.executable, str(Path(learned_node.__file__)), which, "--ros-args"]
        for parameter in (
            f"stack:=classical,{STACKS[which]}",
            f"weights:={part}={self.steering}",
            *parameters,
        ):
            argv += ["-p", parameter]
        self.runner = processes((self.name, tuple(argv)))
        self.heard = []
        node.create_subscription(
            Heartbeat, "heartbeat", lambda m: self.heard.append((m.state, m.reason)), event(50)
        )
        self.hand = Hand(node, self.name, until)

    def say(self, word):
        written = self.steering.with_name("written")
        written.write_text(word)
        written.replace(self.steering)

    def becomes(self, state, reason):
        def is_so():
            return bool(self.heard) and self.heard[-1] == (state, reason)

        try:
            self._until(is_so, f"{state} {reason}", runner=self.runner)
        except AssertionError as error:
            raise AssertionError(f"{error}; the last was {self.heard[-1:]}") from error

    def log(self):
        return self.runner.log_file(self.name).read_text()


@pytest.fixture
def learned(processes, node, until, tmp_path):
    return lambda which, *parameters: Learned(which, tmp_path, processes, node, until, *parameters)


def test_sensors_are_served_and_watched_while_the_model_loads(learned, drivers):
    local = learned("local")
    asked = local.hand.begin(CONFIGURE)
    local.say("40")
    local.becomes(DEGRADED, "loading 40 %")
    drivers.silent = {"imu"}
    local.becomes(DEGRADED, "loading 40 %; imu silent for more than 0.5 s")
    drivers.silent = {"wheel_odometry"}
    local.becomes(DEGRADED, "loading 40 %; wheel_odometry silent for more than 0.5 s")
    drivers.silent = set()
    local.say("70")
    local.becomes(DEGRADED, "loading 70 %")
    assert not asked.done()
    local.say("done")
    assert local.hand.end(asked)
    assert local.hand.set(ACTIVATE)
    local.becomes(Heartbeat.STATE_OK, "")  # the cameras were known before the model
    assert "Traceback" not in local.log()


def test_cameras_that_come_later_are_bound(learned, drivers):
    drivers.cameras_known = False
    local = learned("local")
    local.say("done")
    assert local.hand.set(CONFIGURE) and local.hand.set(ACTIVATE)
    local.becomes(Heartbeat.STATE_ERROR, "waiting for camera_info of front, left, rear, right")
    drivers.cameras_known = True
    local.becomes(Heartbeat.STATE_OK, "")


def test_a_loader_that_fails_is_one_sentence_and_configure_can_be_called_again(learned, drivers):
    local = learned("local")
    for _ in range(2):
        local.say("fail")
        assert not local.hand.set(CONFIGURE)
        assert local.hand.state == "unconfigured"
    said = "cannot configure: flow.safetensors is cut short: copy it again"
    assert local.log().count(said) == 2 and "Traceback" not in local.log()
    local.say("done")
    assert local.hand.set(CONFIGURE) and local.hand.set(ACTIVATE)
    local.becomes(Heartbeat.STATE_OK, "")


def test_cleaning_up_while_a_model_loads(learned, drivers):
    local = learned("local")
    local.say("20")
    asked = local.hand.begin(CONFIGURE)
    local.becomes(DEGRADED, "loading 20 %")
    local.say("deaf")
    assert local.hand.set(CLEANUP)
    assert not local.hand.end(asked)
    assert local.hand.state == "unconfigured"
    local.say("done")
    assert local.hand.set(CONFIGURE)


@pytest.mark.parametrize("cameras_first", [True, False])
def test_a_model_of_another_rig_is_one_sentence_whichever_comes_first(
    learned, drivers, until, cameras_first
):
    drivers.cameras_known = cameras_first
    local = learned("local")
    local.moved_m.write_text("0.5")
    why = "trained with another rig (camera 'front' sits 0.50 m away)"
    if cameras_first:
        asked = local.hand.begin(CONFIGURE)
        until(lambda: "the rig is known" in local.log(), "the rig")
        local.say("done")
        assert not local.hand.end(asked)
        assert local.hand.state == "unconfigured"
    else:
        local.say("done")
        assert local.hand.set(CONFIGURE) and local.hand.set(ACTIVATE)
        drivers.cameras_known = True
        until(lambda: why in local.heard[-1][1], "the rig")
        assert local.heard[-1][0] == Heartbeat.STATE_ERROR
    assert why in local.log()


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ("device:=gpu", "device must be cpu, cuda, cuda:N or auto, got 'gpu'"),
        ("device:=cuda:99", "device cuda:99 is not there"),
        ("dtype:=float8", "dtype: must be one of float32, float16, bfloat16, got 'float8'"),
    ],
)
def test_a_wrong_device_is_one_sentence_at_configure(learned, parameter, said):
    local = learned("local", parameter)
    local.say("done")
    assert not local.hand.set(CONFIGURE)
    assert local.hand.state == "unconfigured"
    log = local.log()
    assert log.count("cannot configure") == 1 and said in log and "Traceback" not in log


def test_the_global_node_loads_as_well_and_takes_no_map_meanwhile(learned, node, until):
    node_ = learned("global")
    asked = node_.hand.begin(CONFIGURE)
    node_.say("30")
    node_.becomes(DEGRADED, "loading 30 %")
    client = node.create_client(LoadMap, "load_map")
    until(client.service_is_ready, "the service")

    def send():
        answer = client.call_async(LoadMap.Request(path="/nowhere"))
        until(answer.done, "an answer")
        return answer.result()

    early = send()
    assert early.error_code and "before the models are loaded" in early.error_msg
    node_.say("done")
    assert node_.hand.end(asked)
    assert "before the models" not in send().error_msg
    assert node_.hand.set(ACTIVATE)
    node_.becomes(DEGRADED, "no map is loaded")
    assert "Traceback" not in node_.log()
