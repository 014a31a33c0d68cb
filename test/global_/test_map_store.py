"""A map on disk: round trip, damage, hand edits, interrupted saving."""

from __future__ import annotations

import io
import json
import resource
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from astra_core import own_folder, se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.errors import ConfigError, MapFormatError
from astra_global.localize.config import FeatureConfig
from astra_global.localize.index import INDEX_FILE, LocalizationIndex, load_index, save_index
from astra_global.map import (
    FREE,
    OCCUPIED,
    UNKNOWN,
    AstraMap,
    Landmark,
    MapEdge,
    MapNode,
    OccupancyMap,
    accept_edits,
    check_map,
    draw_map,
    load_map,
    save_map,
)
from astra_global.map.occupancy_file import occupancy_from_bytes

COVARIANCE = np.array([[4e-4, 1e-4, -2e-5], [1e-4, 9e-4, 3e-5], [-2e-5, 3e-5, 1e-5]])


def _map() -> AstraMap:
    rig = CameraRig((Camera("front", CameraIntrinsics(8, 6, 5.0, 5.0, 3.5, 2.5), np.eye(4)),))
    nodes = (
        MapNode("n0", se3.from_se2((0.0, 0.0, 0.3)), ("fridge",)),
        MapNode(
            "n1",
            se3.from_xyz_rpy((1.0, 0.0, 0.02), (0.01, 0.0, -2.0)),
            ("fridge", "exit"),
            COVARIANCE,
        ),
        MapNode("n2", se3.from_se2((1.0, 1.0, 3.0))),
    )
    edges = (MapEdge("n0", "n1", 1.0), MapEdge("n1", "n2", 1.0))
    landmarks = (
        Landmark("fridge", "fridge", "white", "metal", "", "cold drinks", (1.5, 0.2, 0.9),
                 (0.6, 0.6, 1.8), ("n1", "n0")),
        Landmark("exit", "sign", "green", "white wall", "AUSGÄNGE", "the way out",
                 (0.0, 2.0, 1.5), (0.0, 0.5, 0.2), ("n1",)),
    )  # fmt: skip
    cells = np.full((40, 40), FREE, dtype=np.int8)
    cells[0] = OCCUPIED
    occupancy = OccupancyMap(cells, (-0.5, -0.5), 0.05)
    return AstraMap(nodes, edges, landmarks, rig, {"map": "oracle"}, occupancy=occupancy)


def _assets(folder: Path, size: tuple[int, int] = (8, 6)) -> Path:
    from PIL import Image

    (folder / "nodes").mkdir(parents=True)
    (folder / "index").mkdir()
    for node in ("n0", "n1", "n2"):
        Image.new("RGB", size, (10, 20, 30)).save(folder / "nodes" / f"{node}_front.jpg")
    _write_index(folder, num_features=1)
    return folder


def _write_index(folder: Path, num_features: int) -> None:
    """Write an index of three pictures; the first has all features."""
    index = LocalizationIndex(
        FeatureConfig(), ("n0", "n1", "n2"), ("front",), np.arange(3, dtype=np.int32),
        np.zeros(3, np.int32), np.array([0, *[num_features] * 3]),
        np.zeros((num_features, 128), np.uint8), np.zeros((num_features, 3), np.float32),
        np.zeros((1, 128), np.float32), np.zeros((3, 128), np.float16),
        np.zeros((3, 1, 1), np.float16),
    )  # fmt: skip
    save_index(index, folder / INDEX_FILE)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_map(_map(), tmp_path / "home", assets=_assets(tmp_path / "assets"))
    return tmp_path / "home"


def _same(a: AstraMap, b: AstraMap) -> bool:
    return (
        a.edges == b.edges
        and a.landmarks == b.landmarks
        and [n.id for n in a.nodes] == [n.id for n in b.nodes]
        and [n.landmark_ids for n in a.nodes] == [n.landmark_ids for n in b.nodes]
        and all(
            np.allclose(m.t_map_base, n.t_map_base, rtol=0, atol=1e-12)
            and np.array_equal(m.covariance, n.covariance)
            for m, n in zip(a.nodes, b.nodes, strict=True)
        )
        and a.rig.to_dict() == b.rig.to_dict()
        and dict(a.provenance) == dict(b.provenance)
        and np.array_equal(a.occupancy.cells, b.occupancy.cells)
        and a.occupancy.origin_m == b.occupancy.origin_m
        and a.occupancy.resolution_m == b.occupancy.resolution_m
    )


def test_round_trip(saved: Path) -> None:
    loaded = load_map(saved)
    assert _same(loaded, _map())
    assert loaded.image_path("n1", "front").is_file()
    assert check_map(saved) == []


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: _write_index(folder, 0), "no picture has a feature"),
        (lambda folder: (folder / INDEX_FILE).write_bytes(b"x"), "not a localization index"),
        (lambda folder: (folder / INDEX_FILE).unlink(), "there is no localization index"),
    ],
)
def test_a_map_in_which_no_robot_finds_itself_is_not_good(tmp_path: Path, damage, words) -> None:
    assets = _assets(tmp_path / "assets")
    damage(assets)
    save_map(_map(), tmp_path / "home", assets=assets)
    (problem,) = check_map(tmp_path / "home")
    assert words in problem


def test_saving_a_loaded_map_elsewhere_keeps_its_pictures(saved: Path, tmp_path: Path) -> None:
    save_map(load_map(saved), tmp_path / "copy")
    assert _same(load_map(tmp_path / "copy"), _map())
    picture = tmp_path / "copy" / "nodes" / "n2_front.jpg"
    assert picture.read_bytes() == (saved / "nodes" / "n2_front.jpg").read_bytes()


def test_saving_over_a_map_that_fails_keeps_the_old_one(saved: Path) -> None:
    good = load_map(saved)
    broken = AstraMap(good.nodes, (MapEdge("n0", "ghost", 1.0),), (), good.rig, {}, saved)
    with pytest.raises(MapFormatError, match="ghost"):
        save_map(broken, saved)
    assert _same(load_map(saved), _map())


def test_an_interrupted_save_leaves_the_old_map(saved: Path, monkeypatch) -> None:
    def fail(folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(own_folder, "_sync_tree", fail)
    with pytest.raises(KeyboardInterrupt):
        save_map(load_map(saved), saved)
    monkeypatch.undo()
    assert _same(load_map(saved), _map())
    leftovers = [path.name for path in saved.parent.iterdir()]
    assert sorted(leftovers) == ["assets", "home"]


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("graph.json", lambda t: t[:-20], "line"),
        ("graph.json", lambda t: t.replace('"b": "n2"', '"b": "n9"'), r"edges\[1\].*'n9'"),
        ("graph.json", lambda t: t.replace('["fridge"]', '["sofa"]'), r"nodes\[0\].*'sofa'"),
        ("graph.json", lambda t: t.replace('["n1", "n0"]', '["n1", "n7"]'), r"landmarks\[0\].*n7"),
        ("graph.json", lambda t: t.replace('["n1", "n0"]', '["n1"]'), "does not list this node"),
        ("graph.json", lambda t: t.replace("[1.5, 0.2, 0.9]", "[NaN, 0.2, 0.9]"), "NaN"),
        ("graph.json", lambda t: t.replace("[1.5, 0.2, 0.9]", "[1e999, 0.2, 0.9]"), "finite"),
        ("graph.json", lambda t: t.replace('"category": "sign"', '"category": 3'), "category"),
        ("graph.json", lambda t: t.replace("0.0009", "-0.0009"), r"nodes\[1\]\.covariance: is not"),
        ("graph.json", lambda t: t.replace("[0.0004, ", "[0.00001, "), r"nodes\[1\]\.covariance"),
        ("graph.json", lambda t: t.replace("[0.0004, ", "["), r"nodes\[1\]\.covariance.*6 numbers"),
        ("graph.json", lambda t: t.replace("[0.0004, ", "[1e999, "), r"nodes\[1\]\.cov.*finite"),
        ("graph.json", lambda t: t.replace("[0.0004, ", '["a", '), r"nodes\[1\]\.cov.*number"),
        ("graph.json", lambda t: t.replace('"covariance"', '"covarianc"'), r"nodes\[0\]: lacks"),
        ("graph.json", lambda t: t.replace('"id": "n2"', '"id": "n1"'), "twice"),
        ("graph.json", lambda t: t.replace("[1.5, 0.2,", "[42000.0, 0.2,"),
         r"landmarks\[0\]\.position_m: lies 42\.0 km from the middle"),
        ("graph.json", lambda t: t.replace("[1.0, 0.0, 0.02]", "[1.0, -5000.0, 0.02]"),
         r"nodes\[1\]\.position_m: lies 5\.0 km"),
        ("graph.json", lambda t: t.replace("[0.6, 0.6,", "[1e300, 0.6,"), r"s\[0\]\.size_m"),
        ("graph.json", lambda t: "[" * 100_000, "not JSON"),
        ("map.yaml", lambda t: t + "x: &x [1]\ny: &y [*x, *y]", "contains itself"),
        ("graph.json", lambda t: t.replace('"id": "n2"', '"id": "../n2"'), "letters"),
        ("map.yaml", lambda t: t.replace("schema_version: 2", "schema_version: 3"), "version"),
        ("map.yaml", lambda t: t.replace("schema_version: 2", "schema_version: true"), "version"),
        ("map.yaml", lambda t: t.replace("schema_version: 2", "schema_version: 1"), "unknown cov"),
        ("map.yaml", lambda t: t.replace("frame: map", "frame: odom"), "frame"),
        ("map.yaml", lambda t: t.replace("width_px: 8", "width_px: 9"), "is 8x6 px"),
        ("map.yaml", lambda t: t.replace("fx_px: 5.0", "fx_px: -5.0"), "rig"),
        ("map.yaml", lambda t: t.replace("nodes/n0", "../nodes/n0"), "not a file of the map"),
        ("map.yaml", lambda t: t + "\n: [", "not YAML"),
    ],
)  # fmt: skip
def test_damage_is_named_even_after_signing(saved: Path, name, change, message) -> None:
    path = saved / name
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")
    # Without signing the checksum gives it away; signing looks at the contents first.
    with pytest.raises(MapFormatError, match=name.replace(".", r"\.")):
        load_map(saved)
    with pytest.raises(MapFormatError, match=message):
        accept_edits(saved)
    assert path.read_text(encoding="utf-8") == after
    assert len(check_map(saved)) == 1


@pytest.mark.parametrize(
    "name", ["map.yaml", "graph.json", "dense/occupancy.npz", "nodes/n1_front.jpg"]
)
def test_a_missing_file_is_named(saved: Path, name: str) -> None:
    (saved / name).unlink()
    with pytest.raises(MapFormatError, match=f"{name}: missing"):
        load_map(saved)


def test_a_missing_folder_points_to_the_map_before(saved: Path) -> None:
    (saved.parent / ".home.x1").mkdir()
    saved.rename(saved.parent / ".home.x1" / "old")
    with pytest.raises(MapFormatError, match=r"the map before it is in .*\.home\.x1/old"):
        load_map(saved)


def _nav2(folder: Path) -> None:
    (folder / "map.yaml").write_text("image: map.pgm\nresolution: 0.05\n")
    (folder / "map.pgm").write_text("P5")


def _foreign_file(folder: Path) -> None:
    (folder / "nodes" / "notes.txt").write_text("mine")


def _unsigned(folder: Path) -> None:
    path = folder / "map.yaml"
    path.write_text(path.read_text("utf-8").replace("map: oracle", "map: built"), "utf-8")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (_nav2, "no map that can be told"),
        (_foreign_file, r"more than a map \(nodes/notes\.txt\)"),
        (_unsigned, "no map that can be told"),
    ],
)
def test_only_a_map_of_ours_and_nothing_else_is_replaced(saved, tmp_path, make, why) -> None:
    folder = saved
    if make is _nav2:
        folder = tmp_path / "nav2"
        folder.mkdir()
    make(folder)
    (tmp_path / f"{folder.name}.old").mkdir()
    (tmp_path / f"{folder.name}.old" / "kept").touch()
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with pytest.raises(ConfigError, match=why):
        save_map(_map(), folder)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_a_map_is_replaced_and_what_lies_beside_it_stays(saved: Path) -> None:
    (saved.parent / "home.old").mkdir()
    (saved.parent / "home.old" / "kept").touch()
    save_map(replace(_map(), provenance={"map": "built"}), saved)
    assert load_map(saved).provenance["map"] == "built"
    assert (saved.parent / "home.old" / "kept").is_file()
    names = sorted(path.name for path in saved.parent.iterdir())
    assert names == ["assets", "home", "home.old"]


def test_a_picture_of_another_size_is_named(saved: Path, tmp_path: Path) -> None:
    assets = _assets(tmp_path / "wrong", size=(6, 8))
    with pytest.raises(MapFormatError, match="is 6x8 px, camera front has 8x6"):
        save_map(_map(), tmp_path / "other", assets=assets)
    assert not (tmp_path / "other").exists()


def test_landmarks_are_edited_by_hand_and_signed(saved: Path) -> None:
    path = saved / "graph.json"
    path.write_text(path.read_text(encoding="utf-8").replace("cold drinks", "milk"), "utf-8")
    with pytest.raises(MapFormatError, match="--accept-edits"):
        load_map(saved)
    assert accept_edits(saved) == ["graph.json"]
    assert load_map(saved).landmark_by_id["fridge"].function == "milk"
    assert accept_edits(saved) == []


def test_a_changed_picture_is_never_signed(saved: Path) -> None:
    path = saved / "nodes" / "n0_front.jpg"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(MapFormatError, match=r"n0_front\.jpg.*checksum"):
        accept_edits(saved)


def test_doubtful_maps_are_described(tmp_path: Path) -> None:
    good = _map()
    cells = good.occupancy.cells.copy()
    cells[10, 10] = OCCUPIED  # (0.025, 0.025): beside n0, not under it
    cells[tuple(good.occupancy.cell_of((1.0, 1.0)))] = OCCUPIED
    occupancy = OccupancyMap(cells, good.occupancy.origin_m, 0.05)
    lonely = AstraMap(
        good.nodes, good.edges[:1],
        (*good.landmarks, Landmark("lamp", "lamp", "", "", "", "", (0, 0, 1), (0, 0, 0))),
        good.rig, {}, occupancy=occupancy,
    )  # fmt: skip
    save_map(lonely, tmp_path / "m")
    text = "\n".join(check_map(tmp_path / "m"))
    assert "2 parts of 2, 1 nodes" in text
    assert "no node sees: lamp" in text
    assert "no localization index" in text
    assert "n2" in text.split("nodes outside free space: ")[1]


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_flipped_bytes_are_noticed_or_change_nothing(saved: Path, data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from(["map.yaml", "graph.json", "dense/occupancy.npz", "nodes/n0_front.jpg"])
    )
    path, head = saved / name, saved / "map.yaml"
    original, original_head = path.read_bytes(), head.read_bytes()
    changed = bytearray(original)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(original) - 1))
        changed[at] ^= data.draw(st.integers(1, 255))
    try:
        path.write_bytes(bytes(changed))
        try:
            assert _same(load_map(saved), _map())
        except MapFormatError as error:
            assert str(saved) in str(error)
        try:
            accept_edits(saved)
            load_map(saved)
        except MapFormatError as error:
            assert str(saved) in str(error)
    finally:
        path.write_bytes(original)
        head.write_bytes(original_head)


def test_the_six_numbers_of_a_covariance_are_its_upper_triangle(saved: Path) -> None:
    nodes = json.loads((saved / "graph.json").read_text(encoding="utf-8"))["nodes"]
    assert nodes[1]["covariance"] == [4e-4, 1e-4, -2e-5, 9e-4, 3e-5, 1e-5]
    assert nodes[0]["covariance"] == [0.0] * 6


def test_a_map_of_version_1_loads_with_exact_poses(saved: Path, tmp_path: Path) -> None:
    head, graph = saved / "map.yaml", saved / "graph.json"
    data = json.loads(graph.read_text(encoding="utf-8"))
    for node in data["nodes"]:
        del node["covariance"]
    graph.write_text(json.dumps(data), encoding="utf-8")
    text = head.read_text(encoding="utf-8").replace("schema_version: 2", "schema_version: 1")
    head.write_text(text, encoding="utf-8")
    assert accept_edits(saved) == ["map.yaml", "graph.json"]  # signed as what it is
    assert "schema_version: 1\n" in head.read_text(encoding="utf-8")
    old, new = load_map(saved), _map()
    exact = [replace(node, covariance=np.zeros((3, 3))) for node in new.nodes]
    assert _same(old, replace(new, nodes=tuple(exact)))
    save_map(old, tmp_path / "new")
    assert "schema_version: 2\n" in (tmp_path / "new" / "map.yaml").read_text(encoding="utf-8")
    assert _same(load_map(tmp_path / "new"), old)


@pytest.mark.parametrize(
    "covariance",
    [
        np.diag([1.0, -1e-3, 1.0]),
        np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),  # not symmetric
        np.full((3, 3), np.nan),
        np.zeros((6, 6)),
    ],
)
def test_a_covariance_that_is_none_is_not_saved(tmp_path: Path, covariance) -> None:
    good = _map()
    nodes = (good.nodes[0], replace(good.nodes[1], covariance=covariance), *good.nodes[2:])
    with pytest.raises(MapFormatError, match=r"nodes\[1\]\.covariance: is not a covariance"):
        save_map(replace(good, nodes=nodes), tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_graph_json_has_one_record_a_line(saved: Path) -> None:
    text = (saved / "graph.json").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if '"AUSGÄNGE"' in line)
    assert json.loads(line.rstrip(","))["id"] == "exit"


def test_a_map_of_a_large_site_is_drawn_smaller(tmp_path: Path) -> None:
    """1.4 km by 1.2 km at 80 pixels a metre would be 43 gigabytes; so would cells not known."""
    from PIL import Image

    far = MapNode("n3", se3.from_se2((1400.0, 1200.0, 0.0)))
    good = _map()
    cells = np.full((6000, 6000), UNKNOWN, dtype=np.int8)
    cells[2000:2010, 3000:3010] = FREE  # the corner of the first lies at (150, 100)
    large = replace(good, nodes=(*good.nodes, far), occupancy=OccupancyMap(cells, (0.0, 0.0), 0.05))
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**30, before[1]))
    try:
        for name, astra_map in {"far": large, "near": replace(large, nodes=good.nodes)}.items():
            draw_map(astra_map, tmp_path / f"{name}.png")
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    with Image.open(tmp_path / "far.png") as picture:
        assert picture.width * picture.height <= 1.001 * 60_000_000 / 4
    with Image.open(tmp_path / "near.png") as picture:
        # From x = 0 to 150.5 and y = 0 to 100.5 (landmarks and margins besides): free is white.
        share = (150.25 + 0.6) / (150.5 - 0.025 + 1.2), (0.9 + 0.25) / (100.5 - 0.025 + 1.7)
        at = round(share[0] * picture.width), round(share[1] * picture.height)
        assert picture.getpixel(at) == (255, 255, 255)
        assert picture.getpixel((at[0] - 30, at[1] + 30)) == (226, 229, 234)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"cells": np.zeros((7000, 7000), np.int8)}, "would unpack to 47 MiB, 38 MiB are enough"),
        ({"cells": np.zeros((3, 3), np.int64)}, "int8"),
        ({"cells": np.zeros((0, 3), np.int8)}, "int8"),
        ({"cells": np.zeros((3, 3, 3), np.int8)}, "int8"),
        ({"cells": np.full((3, 3), 5, np.int8)}, "other than"),
        ({"origin_m": np.array(["a", "b"])}, "must be numbers"),
        ({"origin_m": np.array([0.0, np.inf])}, "finite"),
        ({"resolution_m": np.float64(1e-9)}, "resolution_m from 0.001 to 10"),
        ({"resolution_m": np.float64(1e9)}, "resolution_m from 0.001 to 10"),
        ({"resolution_m": np.zeros(2)}, "must be numbers"),
    ],
)
def test_an_occupancy_that_cannot_be_is_one_sentence(change, why) -> None:
    arrays = {"cells": np.zeros((3, 3), np.int8), "origin_m": np.zeros(2), "resolution_m": 0.05}
    file = io.BytesIO()
    np.savez_compressed(file, **{**arrays, **change})
    with pytest.raises(MapFormatError, match=f"occupancy.npz: .*{why}"):
        occupancy_from_bytes(file.getvalue(), Path("occupancy.npz"))


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("points", np.zeros((0, 3), np.float64), "points must be float32"),
        ("words", np.array("x"), "words must be float32"),
        ("offsets", np.zeros(0, np.int64), "do not fit"),
        ("words", np.full((2, 128), np.nan, np.float32), "do not fit"),
        ("head", np.zeros(3, np.uint8), "not JSON"),
        ("head", np.frombuffer(b"[1]", np.uint8), "not a localization index"),
    ],
)
def test_an_index_that_cannot_be_is_one_sentence(tmp_path: Path, name, value, why) -> None:
    _write_index(tmp_path, 3)
    path = tmp_path / INDEX_FILE
    with np.load(path) as archive:
        arrays = {key: archive[key] for key in archive.files}
    np.savez(path, **{**arrays, name: value})
    with pytest.raises(MapFormatError, match=why):
        load_index(path)
