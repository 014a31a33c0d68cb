"""``docs/first_hour.md``: its files and options are read by the code that it speaks of."""

from __future__ import annotations

import re
from pathlib import Path

from astra_cli.node_table import ARGUMENTS
from astra_cli.topic_names import read_topics
from astra_core.config import settings
from astra_global.mapping.config import TopicConfig
from astra_global.mapping.oracle import AnnotatedLandmarks

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/first_hour.md").read_text(encoding="utf-8")


def test_the_examples_of_files_are_read(tmp_path) -> None:
    landmarks, topics = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "landmarks.yaml").write_text(landmarks, "utf-8")
    (fridge,) = AnnotatedLandmarks(tmp_path / "landmarks.yaml").sightings(None)
    assert fridge.position_m == (3.2, -1.4, 0.9)
    (tmp_path / "none.yaml").write_text("[]", "utf-8")
    assert list(AnnotatedLandmarks(tmp_path / "none.yaml").sightings(None)) == []
    (tmp_path / "topics.yaml").write_text(topics, "utf-8")
    renamed = dict(read_topics(tmp_path / "topics.yaml", ["front"]))
    assert renamed["camera/front/camera_info"] == "/front_camera/color/camera_info"
    assert renamed["imu"] == "/imu/data"


def test_the_options_are_there() -> None:
    options = set(re.findall(r"--topic '?(\w+)=", PAGE))
    known = {setting.name for setting in settings(TopicConfig())}
    assert options == {"pose", "image", "camera_info", "depth", "cameras"}
    assert options <= known
    said = set(re.findall(r"(\w+):=", PAGE))
    assert {"map", "robot", "topics", "rig"} <= said
    assert said <= {argument.name for argument in ARGUMENTS}


def test_the_parameters_are_there() -> None:
    for node, parameter in (("astra_local", "publish_tf"), ("astra_guard", "cmd_vel_stamped")):
        assert f"{node}" in PAGE
        assert parameter in PAGE
        assert f"    {parameter}: " in (ROOT / f"config/{node}.yaml").read_text("utf-8")


def test_the_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", PAGE):
        assert (ROOT / "docs" / link).resolve().exists(), link
