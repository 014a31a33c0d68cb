"""Who is addressed by a ROS parameter file, by the rules of rcl."""

import pytest
import yaml

from astra_core.config import read_yaml
from astra_core.errors import ConfigError
from astra_core.parameter_sections import addresses, closest, read_sections


@pytest.mark.parametrize(
    ("pattern", "node", "is_meant"),
    [
        ("/astra_local", "/astra_local", True),
        ("astra_local", "/astra_local", True),
        ("/astra_local", "/r1/astra_local", False),
        ("/r1/astra_local", "/astra_local", False),
        ("/**/astra_local", "/astra_local", True),
        ("/**/astra_local", "/a/b/astra_local", True),
        ("/*/astra_local", "/astra_local", False),
        ("/*/astra_local", "/r1/astra_local", True),
        ("/**", "/r1/astra_local", True),
        ("/*", "/r1/astra_local", False),
        ("/r1/**", "/r1/astra_local", True),
        ("/r1/**", "/r2/astra_local", False),
    ],
)
def test_wildcards_are_those_of_rcl(pattern, node, is_meant):
    assert addresses(pattern, node) is is_meant


def test_sections_have_full_names_and_dotted_parameters(tmp_path):
    file = tmp_path / "robot.yaml"
    file.write_text(
        "/**:\n  ros__parameters: {use_sim_time: false}\n"
        "r1:\n  astra_guard:\n    ros__parameters:\n      guard: {max_linear_mps: 0.4}\n"
        "      rate_hz: 50.0\n"
    )
    any_node, guard = read_sections(file)
    assert any_node.is_for_any_name and any_node.names == ("use_sim_time",)
    assert guard.node == "/r1/astra_guard" and not guard.is_for_any_name
    assert guard.names == ("guard.max_linear_mps", "rate_hz")


def test_lists_that_launch_ros_has_written_are_read(tmp_path):
    file = tmp_path / "launch_params"
    values = {"cameras.names": ("front", "rear"), "use_sim_time": True}
    # As launch_ros.actions.Node does with every list of a dictionary of parameters.
    file.write_text(yaml.dump({"/**": {"ros__parameters": values}}, default_flow_style=False))
    assert "!!python/tuple" in file.read_text()
    (section,) = read_sections(file)
    assert section.names == ("cameras.names", "use_sim_time")
    assert read_yaml(file)["/**"]["ros__parameters"]["cameras.names"] == ["front", "rear"]


def test_other_tags_of_python_stay_refused(tmp_path):
    file = tmp_path / "robot.yaml"
    file.write_text("/**:\n  ros__parameters: {a: !!python/object/apply:os.getcwd []}\n")
    with pytest.raises(ConfigError, match="constructor for the tag"):
        read_sections(file)


@pytest.mark.parametrize(
    "text", ["astra_guard:\n  ros_parameters: {rate_hz: 50.0}", "rate_hz: 50.0", "- a", "a: ["]
)
def test_a_file_that_is_none_is_named(tmp_path, text):
    file = tmp_path / "robot.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"robot\.yaml"):
        read_sections(file)


def test_the_way_to_a_name_may_be_forgotten():
    known = ["guard.max_linear_mps", "rate_hz", "cameras.names"]
    assert closest("guard.max_liner_mps", known) == "guard.max_linear_mps"
    assert closest("max_linear_mps", known) == "guard.max_linear_mps"
    assert closest("planner_frequency", known) == ""
