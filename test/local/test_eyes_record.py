"""What eyes see, written and read again: sizes, codes, padding, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from astra_core.errors import ShapeError, ShardError
from astra_core.shard_file import read_shard, write_shard
from astra_data.eyes_views import eyes_rig
from astra_local.depth_code import LARGEST_M, decode_depth, encode_depth
from astra_local.eyes_record import (
    EYES_SHAPE,
    EyesMoment,
    read_eyes_shard,
    shrunk_color,
    shrunk_depth,
    write_eyes_shard,
)
from astra_sim.rig import default_rig

HEADER = {
    "family": "home", "seed": 1, "split": "train", "conditions": "standard", "way": "teleported",
    "profile": "p", "code": "c", "robot": {},
}  # fmt: skip


def moment(rng, people=1, cameras=4):
    color = np.zeros((cameras, *EYES_SHAPE, 3), np.uint8)
    color[:] = np.arange(cameras)[:, None, None, None] * 60 + np.array([0, 20, 40])
    depth = rng.uniform(0.3, 15.0, (cameras, *EYES_SHAPE)).astype(np.float32)
    depth[0, 0, 0] = 0.0
    who = np.tile([1.0, 2.0, 0.5, 0.0, 0.2], (people, 1))
    return EyesMoment(color, depth, np.array([1.0, 2.0, 0.5]), who, 3, 40)


@pytest.fixture
def shard(tmp_path):
    rng = np.random.default_rng(0)
    moments = [moment(rng), moment(rng, people=0), moment(rng, people=11)]
    write_eyes_shard(tmp_path / "a.npz", moments, eyes_rig(default_rig()), HEADER)
    return tmp_path / "a.npz", moments


def test_depth_in_a_byte():
    assert encode_depth(np.array([0.1, 0.1021, 0.0, np.nan, np.inf, -1.0])).tolist() == [
        1, 2, 0, 0, 0, 0,
    ]  # fmt: skip
    # ln(1 / 0.1) / ln(1.021) = 110.8: rounded to 111, of which code 112 tells 1.0043 m.
    assert encode_depth(np.array([1.0]))[0] == 112
    assert decode_depth(np.uint8([112]))[0] == pytest.approx(0.1 * 1.021**111)
    assert encode_depth(np.array([LARGEST_M, 25.0])).tolist() == [255, 0]
    depth = np.geomspace(0.1, LARGEST_M, 5000)
    assert np.abs(decode_depth(encode_depth(depth)) / depth - 1.0).max() < 0.0106


def test_round_trip(shard):
    path, moments = shard
    read = read_eyes_shard(path)
    assert len(read) == 3
    for row, was in enumerate(moments):
        assert np.abs(read.color[row].astype(int) - was.color).max() <= 3
        error = np.abs(read.depth_m()[row] / np.where(was.depth_m > 0, was.depth_m, 1.0) - 1.0)
        assert error[was.depth_m > 0].max() < 0.0106
        assert (read.depth_m()[row] == 0).tolist() == (was.depth_m == 0).tolist()
    assert (read.people[..., 4] > 0).sum(axis=1).tolist() == [1, 0, 8]
    assert read.people[1, 0].tolist() == [100.0, 100.0, 0.0, 0.0, 0.0]
    assert read.drive.tolist() == [3, 3, 3]
    assert read.tick.tolist() == [40, 40, 40]
    assert read.rig.cameras[1].intrinsics.width_px == 128
    assert read.meta["statistics"]["people"] == 3.0


def test_the_same_moments_give_the_same_bytes(shard, tmp_path):
    path, moments = shard
    write_eyes_shard(tmp_path / "b.npz", moments, eyes_rig(default_rig()), HEADER)
    assert (tmp_path / "b.npz").read_bytes() == path.read_bytes()


def test_pictures_shrink_by_means_and_depth_by_the_pixel_in_the_middle():
    image = np.zeros((240, 320, 3), np.uint8)
    image[::2] = 100
    assert abs(int(shrunk_color(image)[50, 60, 0]) - 50) <= 10
    depth = np.arange(240.0, dtype=np.float32)[:, None].repeat(320, axis=1)
    # The middle of the last of 96 rows lies at 95.5 x 240 / 96 = 238.75.
    small = shrunk_depth(depth)
    assert small.shape == EYES_SHAPE
    assert small[-1, 0] == 238.0
    assert small[0, 0] == 1.0


def test_the_rig_of_small_pictures_looks_the_same_way():
    """A point keeps its place in the picture, measured in picture widths from the left edge."""
    large, small = (
        default_rig().cameras[0].intrinsics,
        eyes_rig(default_rig()).cameras[0].intrinsics,
    )
    point = np.array([[0.4, -0.2, 1.0]])
    u, v = large.project(point)[0]
    u_small, v_small = small.project(point)[0]
    assert (u_small + 0.5) / 128 == pytest.approx((u + 0.5) / 320)
    assert (v_small + 0.5) / 96 == pytest.approx((v + 0.5) / 240)


def test_what_is_no_such_shard_is_refused(shard, tmp_path):
    path, moments = shard
    arrays, header = read_shard(path)

    def changed(what="x.npz", **parts):
        # A shard is never replaced.
        (tmp_path / what).unlink(missing_ok=True)
        write_shard(tmp_path / what, {**arrays, **parts.pop("arrays", {})}, {**header, **parts})
        return tmp_path / what

    with pytest.raises(ShardError, match="holds 'planner'"):
        read_eyes_shard(changed(kind="planner"))
    with pytest.raises(ShardError, match="schema 99"):
        read_eyes_shard(changed(schema=99))
    with pytest.raises(ShardError, match="rig"):
        read_eyes_shard(changed(rig=[{"name": "front"}]))
    with pytest.raises(ShardError, match="depth is"):
        read_eyes_shard(changed(arrays={"depth": arrays["depth"][:, :2]}))
    broken = arrays["color"].copy()
    broken[1, 2] = 0
    with pytest.raises(ShardError, match="damaged"):
        read_eyes_shard(changed(arrays={"color": broken}))
    with pytest.raises(ShardError, match="lacks pose"):
        write_shard(tmp_path / "y.npz", {k: v for k, v in arrays.items() if k != "pose"}, header)
        read_eyes_shard(tmp_path / "y.npz")
    large = moments[0]._replace(color=np.zeros((4, 240, 320, 3), np.uint8))
    with pytest.raises(ShapeError):
        write_eyes_shard(tmp_path / "z.npz", [large], eyes_rig(default_rig()), HEADER)
    with pytest.raises(ShardError, match="no moments"):
        write_eyes_shard(tmp_path / "z.npz", [], eyes_rig(default_rig()), HEADER)
    assert not (tmp_path / "z.npz").exists()
