"""``docs/maps.md``: its examples are read by the code that it speaks of."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from astra_core.config import load_yaml
from astra_core.observation import CameraFrame
from astra_global.map import schema
from astra_global.mapping.config import MappingConfig, TopicConfig
from astra_global.mapping.oracle import AnnotatedLandmarks
from astra_global.mapping.sighting import Attributes, Sighting

PAGE = (Path(__file__).resolve().parents[2] / "docs/maps.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_examples_of_files_are_read(tmp_path) -> None:
    annotations, settings = blocks("yaml")
    (tmp_path / "landmarks.yaml").write_text(annotations, "utf-8")
    (fridge,) = AnnotatedLandmarks(tmp_path / "landmarks.yaml").sightings(None)
    assert (fridge.id, fridge.size_m) == ("fridge-1", (0.6, 0.6, 1.8))
    (tmp_path / "build.yaml").write_text(settings, "utf-8")
    assert load_yaml(MappingConfig, tmp_path / "build.yaml").topics == TopicConfig()


def test_the_example_of_a_finder_finds() -> None:
    source = blocks("python")[0].split("\n\n\nbuild_map")[0]
    names = {"Sighting": Sighting, "Attributes": Attributes}
    exec(source, names)

    def detector(image):
        return [((1.0, 2.0, 3.0, 4.0), 0.5)] if image.any() else []

    detector.sha256 = "abc"
    pictures = [CameraFrame("front", 1, np.full((2, 2, 3), value, np.uint8)) for value in (0, 9)]
    tour = SimpleNamespace(node_ids=("n0", "n1"), frames=lambda moment: [pictures[moment]])
    doors = names["Doors"](detector)
    assert doors.fingerprint() == "doors abc"
    expected = Sighting("n1", "front", (1.0, 2.0, 3.0, 4.0), Attributes("door"), 0.5)
    assert list(doors.sightings(tour)) == [expected]


def test_the_fields_of_records_are_those_of_the_file() -> None:
    from test_map_store import _map

    astra_map = _map()
    data = schema.graph_to_data(astra_map.nodes, astra_map.edges, astra_map.landmarks)
    for record, name in (("landmark", "landmarks"), ("node", "nodes"), ("edge", "edges")):
        (row,) = re.findall(rf"^\| {record} \| (.*) \|$", PAGE, re.MULTILINE)
        assert set(re.findall(r"`(\w+)`", row)) - {"map", "base_link"} == set(data[name][0])
