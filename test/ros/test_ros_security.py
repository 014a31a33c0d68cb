"""The policies of SROS2 beside the tables: who may drive, who may say what."""

import sys

import pytest
import security_policy

from astra_cli.node_table import NODES, commands
from astra_cli.topic_table import CAMERA, TOPICS

#: Nodes whose names a robot and a person choose.
OTHERS = {"/astra/robot", "/astra/operator"}


def who(kind, right, name):
    rules = security_policy.rules().items()
    return {path.rpartition("/")[2] for path, allowed in rules if (kind, right, name) in allowed}


def test_every_process_has_an_enclave_and_a_node_of_its_name():
    assert set(security_policy.rules()) == {f"/astra/{spec.name}" for spec in NODES} | OTHERS


@pytest.mark.parametrize("row", TOPICS, ids=lambda row: row.name)
def test_a_topic_is_published_by_whom_the_table_names(row):
    name = "/" + row.name.replace(CAMERA, "*").lstrip("/")
    assert who("topics", "publish", name) - {"robot", "operator"} == set(row.nodes)


def test_who_may_move_the_robot():
    assert who("topics", "publish", "/cmd_vel") == {"astra_guard"}
    assert who("topics", "publish", "/cmd_vel_raw") == {"astra_local"}
    assert who("topics", "publish", "/global/sub_goal") == {"astra_global"}
    assert who("topics", "publish", "/goal_pose") == {"operator"}
    assert who("topics", "publish", "/initialpose") == {"operator"}
    assert who("services", "request", "/load_map") == {"operator"}
    assert who("services", "request", "/navigate/_action/send_goal") == {
        "operator",
        "astra_viewer",
    }
    # Nobody sets parameters of others, limits of the guard among them.
    for path, allowed in security_policy.rules().items():
        requested = {name for kind, right, name in allowed if right == "request"}
        assert not [name for name in requested if "parameters" in name], path
    for name in ("astra_local", "astra_global"):
        assert who("services", "request", f"/{name}/change_state") == {"astra_lifecycle"}


def test_the_wildcard_stands_for_cameras_only():
    for allowed in security_policy.rules().values():
        for _, _, name in allowed:
            assert name.count("*") == name.startswith("/camera/*/"), name


def test_each_process_is_told_its_enclave():
    def enclaves(given):
        for command in commands({"sim": True, "viewer": True, "map": "/m", **given}):
            at = command.argv.index("--enclave") if "--enclave" in command.argv else None
            yield command.name, at and command.argv[at + 1]

    told = dict(enclaves({"enclave": "/astra"}))
    assert told == {spec.name: f"/astra/{spec.name}" for spec in NODES}
    assert dict(enclaves({"enclave": "keys/of/astra/"}))["astra_guard"] == (
        "/keys/of/astra/astra_guard"
    )
    assert not any(dict(enclaves({})).values())


def test_ros_takes_the_enclave(domain_id, monkeypatch):
    rclpy = pytest.importorskip("rclpy")
    context = rclpy.Context()
    arguments = [sys.argv[0], "--ros-args", "--enclave", "/astra/astra_guard"]
    rclpy.init(args=arguments, context=context, domain_id=domain_id)
    node = rclpy.create_node("enclosed", context=context)
    try:
        found = node.get_node_names_and_namespaces_with_enclaves()
        assert ("enclosed", "/", "/astra/astra_guard") in found
    finally:
        node.destroy_node()
        context.try_shutdown()
