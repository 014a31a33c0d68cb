"""A mission that cannot see is told so at once, and does not look around for minutes."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import slow_global_node
from rclpy.action import ActionClient
from standing_robot import StandingRobot

from astra_global.ros.picture_watch import PictureWatch
from astra_msgs.action import Navigate
from astra_msgs.msg import GoalSpec

S = 1_000_000_000


def cameras(unfit=(), problem="", rig="a rig"):
    return SimpleNamespace(
        rig=rig, unfit=frozenset(unfit), problem=problem, where_images_come="front (/front)"
    )


def test_images_that_never_come_are_missed_with_the_name_of_their_topic():
    watch = PictureWatch(cameras(), ["front"], 5.0)
    assert watch.problem(100 * S) == watch.problem(104 * S) == ""
    assert watch.problem(105 * S) == "no image has come in 5 s of front (/front)"
    assert watch.problem(2 * S) == ""  # the clock was set back
    assert watch.problem(7 * S) != ""
    watch.see()
    assert watch.problem(8 * S) == ""


def test_only_refused_images_of_all_cameras_are_blindness():
    told = cameras(["front"], "the image of front is 64x48")
    watch = PictureWatch(told, ["front", "rear"], 5.0)
    watch.see()
    assert watch.problem(100 * S) == watch.problem(200 * S) == ""  # rear sees
    told.unfit = frozenset(["front", "rear"])
    assert watch.problem(201 * S) == watch.problem(205 * S) == ""  # one damaged image is none
    assert watch.problem(206 * S) == "the image of front is 64x48"
    told.unfit = frozenset()
    assert watch.problem(207 * S) == ""
    told.unfit = frozenset(["front", "rear"])
    assert watch.problem(208 * S) == ""  # it begins anew


def test_nothing_is_missed_before_the_cameras_are_known():
    watch = PictureWatch(cameras(rig=None), ["front"], 5.0)
    assert watch.problem(100 * S) == watch.problem(200 * S) == ""


@pytest.mark.parametrize(
    ("width_px", "words"),
    [
        (64, "the image of front is 64x24, its camera_info says 32x24"),
        (0, "no image has come in 1 s of front (/camera/front/image_raw)"),
    ],
)
def test_a_goal_without_eyes_ends_with_the_reason(
    processes, node, until, in_executor, width_px, words
):
    robot = StandingRobot(node, width_px)
    try:
        runner = processes(
            (
                "astra_global",
                (
                    *(sys.executable, str(Path(slow_global_node.__file__)), "--ros-args"),
                    *("-p", "map_folder:=toy", "-p", "cameras.names:=['front']"),
                    *("-p", "blind_patience_s:=1.0"),
                ),
            ),
            (
                "astra_lifecycle",
                (
                    *(sys.executable, "-m", "astra_core.ros.lifecycle_node"),
                    *("--ros-args", "-p", "nodes:=['astra_global']"),
                ),
            ),
        )
        runner.wait_active(timeout_s=90.0)
        log = runner.log_file("astra_global")
        until(lambda: "ready, with cameras front" in log.read_text(), "the rig", 30.0, runner)
        client = ActionClient(node, Navigate, "navigate")
        until(client.server_is_ready, "the action")
        goal = Navigate.Goal(goal=GoalSpec(kind=GoalSpec.KIND_TEXT, text="television"))
        sent = in_executor(client.send_goal_async, goal)
        until(sent.done, "the goal to be accepted")
        result = in_executor(sent.result().get_result_async)
        until(result.done, "the end of the goal", 10.0, runner)
        answer = result.result().result
        assert answer.error_code == Navigate.Result.SENSOR_TIMEOUT
        assert words in answer.error_msg
        client.destroy()
    finally:
        robot.stop()
