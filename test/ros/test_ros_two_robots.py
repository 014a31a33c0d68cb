"""Two robots in one ROS domain: namespaces and frame prefixes keep them apart.

Each in a simulation of its own, or both in the same one.
"""

import sys
from pathlib import Path

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import fake_robot
from tf2_msgs.msg import TFMessage

from astra_cli.node_table import commands
from astra_core.ros.qos import event, latched
from astra_core.ros.stamps import to_stamp
from astra_msgs.msg import LocalOdometry, SubGoal

FAKE = (sys.executable, str(Path(fake_robot.__file__)), "--ros-args")


def robot(name, prefix, *, sim=True):
    """Return the processes of one robot, with a simulator of its own or without."""
    given = {"sim": sim, "use_sim_time": True, "namespace": name, "frame_prefix": prefix}
    argv = {f"{name}-{item.name}": item.argv for item in commands(given)}
    if sim:
        own = argv[f"{name}-astra_sim"]
        argv[f"{name}-astra_sim"] = (*FAKE, *own[own.index("-r") :])
    return list(argv.items())


def robots(prefixes, *, one_world):
    """Return the processes of two robots."""
    found = []
    for name, prefix in zip(("r1", "r2"), prefixes, strict=True):
        found += robot(name, prefix, sim=not one_world)
    if one_world:
        found.append(("astra_sim", (*FAKE, "-p", "robots:=[r1, r2]", "-p", "use_sim_time:=true")))
    return found


class Heard:
    def __init__(self, node, name):
        self.odometry = None
        node.create_subscription(LocalOdometry, f"{name}/local/odometry", self._hear, event(50))

    def _hear(self, message):
        self.odometry = message

    @property
    def x_m(self):
        return None if self.odometry is None else self.odometry.pose.pose.position.x


def frames(node, topic, qos):
    """Return the set, growing, of (parent, child) heard on a topic."""
    pairs = set()

    def hear(message):
        pairs.update((t.header.frame_id, t.child_frame_id) for t in message.transforms)

    node.create_subscription(TFMessage, topic, hear, qos)
    return pairs


@pytest.mark.parametrize(
    ("prefixes", "one_world"),
    [(("", ""), False), (("r1/", "r2/"), False), (("r1/", "r2/"), True)],
    ids=["trees", "prefixes", "one world"],
)
def test_a_goal_for_one_moves_one(processes, node, until, prefixes, one_world):
    names = ("r1", "r2")
    runner = processes(*robots(prefixes, one_world=one_world))
    heard = [Heard(node, name) for name in names]
    shared = prefixes[0] != ""
    moving = [frames(node, "/tf" if shared else f"/{name}/tf", event(100)) for name in names]
    fixed = [
        frames(node, "/tf_static" if shared else f"/{name}/tf_static", latched(10))
        for name in names
    ]
    until(lambda: all(h.x_m is not None for h in heard), "odometry of both", 120.0, runner)
    goal = SubGoal(max_speed=0.5)
    goal.pose.position.x = 3.0
    goal.header.frame_id = heard[0].odometry.header.frame_id
    publisher = node.create_publisher(SubGoal, "r1/global/sub_goal", event())

    def driven():
        goal.header.stamp = to_stamp(0)
        publisher.publish(goal)
        return heard[0].x_m > 0.5

    until(driven, "the first robot to drive", 60.0, runner)
    assert abs(heard[1].x_m) < 0.05
    for prefix, pairs, mountings in zip(prefixes, moving, fixed, strict=True):
        until(lambda p=pairs, x=prefix: (f"{x}odom", f"{x}base_link") in p, "TF", 10.0)
        camera = (f"{prefix}base_link", f"{prefix}camera_front_optical_frame")
        until(lambda p=mountings, c=camera: c in p, "the mountings", 10.0)
    if not shared:
        assert not frames(node, "/tf", event(100))
