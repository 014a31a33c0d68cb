"""A file of topics with other names, through the command lines of the launch to the graph."""

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

from astra_cli.node_table import commands

TOPICS = """\
cmd_vel: /base/cmd_vel
imu: /imu/data
"camera/{camera}/camera_info": /{camera}_camera/info
/tf_static: /robot/tf_static
"""


def test_nodes_are_joined_by_the_names_of_the_robot(processes, node, until, tmp_path):
    file = tmp_path / "topics.yaml"
    file.write_text(TOPICS)
    argv = {c.name: c.argv for c in commands({"topics": str(file), "rig": "front"})}
    argv["astra_lifecycle"] = (*argv["astra_lifecycle"], "-p", "nodes:=['astra_local']")
    names = ("astra_guard", "astra_local", "astra_lifecycle")
    runner = processes(*((name, argv[name]) for name in names))

    def ends(topic):
        publishers = node.get_publishers_info_by_topic(topic)
        readers = node.get_subscriptions_info_by_topic(topic)
        return {info.node_name for info in (*publishers, *readers)}

    for topic, name in (
        ("/base/cmd_vel", "astra_guard"),
        ("/imu/data", "astra_local"),
        ("/front_camera/info", "astra_local"),
        ("/robot/tf_static", "astra_local"),
    ):
        until(lambda topic=topic, name=name: name in ends(topic), topic, 60.0, runner)
    for usual in ("/cmd_vel", "/imu", "/camera/front/camera_info", "/tf_static"):
        assert not ends(usual)
