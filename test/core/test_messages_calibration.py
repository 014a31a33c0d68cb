"""Calibration, poses and fixed transforms in messages of ROS 2 and ROS 1, by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from astra_core.errors import AstraError
from astra_core.messages.calibration import intrinsics_of
from astra_core.messages.problem import MessageError
from astra_core.messages.transforms import StaticTree, stamped_pose

K = (300.0, 0.0, 160.0, 0.0, 310.0, 120.0, 0.0, 0.0, 1.0)


def space(**values):
    return SimpleNamespace(**values)


def info(k=K, d=(), model="plumb_bob", width=320, height=240):
    return space(
        header=space(frame_id="front"), k=k, d=d, distortion_model=model, width=width, height=height
    )


def vector(x=0.0, y=0.0, z=0.0):
    return space(x=x, y=y, z=z)


def turn(z=0.0, w=1.0):
    return space(x=0.0, y=0.0, z=z, w=w)


def test_matrix_and_lens_are_read_from_both_generations():
    lens = (0.1, 0.2, 0.3, 0.4, 0.5)
    new = intrinsics_of(info(d=lens))
    old = space(header=space(frame_id="front"), K=K, D=lens, distortion_model="plumb_bob",
                width=320, height=240)  # fmt: skip
    assert intrinsics_of(old) == new
    assert (new.fx_px, new.fy_px, new.cx_px, new.cy_px) == (300.0, 310.0, 160.0, 120.0)
    assert new.distortion == lens
    assert intrinsics_of(info(d=(0.0,) * 5)).distortion == ()
    eight = tuple(0.1 * i for i in range(1, 9))
    assert intrinsics_of(info(d=eight, model="rational_polynomial")).distortion == eight
    # A rectified picture of a fisheye has its model, and no coefficients.
    assert intrinsics_of(info(d=(0.0,) * 4, model="equidistant")).distortion == ()


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (info(k=(0.0,) * 9), "not calibrated"),
        (info(k=(300.0, 1.0, *K[2:])), "not the matrix"),
        (info(k=K[:8]), "not the matrix"),
        (info(k=(math.nan, *K[1:])), "not finite"),
        (info(k=(-300.0, *K[1:])), "not a camera"),
        (info(width=0), "empty"),
        (info(d=(0.1,) * 4, model="equidistant"), "equidistant.*rectify"),
        (info(d=(0.1,) * 8), "plumb_bob has 4 or 5 coefficients, not 8"),
    ],
)
def test_what_cannot_be_a_camera_is_one_sentence(message, words):
    with pytest.raises(AstraError, match=words):
        intrinsics_of(message)


def test_a_pose_is_found_wherever_a_message_has_it():
    pose = space(position=vector(1.0, 2.0), orientation=turn(math.sin(0.5), math.cos(0.5)))
    transform = space(translation=vector(1.0, 2.0), rotation=pose.orientation)
    for message in (space(pose=pose), space(pose=space(pose=pose)), space(transform=transform)):
        found = stamped_pose(message)
        assert found[:2, 3].tolist() == [1.0, 2.0]
        # Half the angle is in a quaternion.
        assert math.atan2(found[1, 0], found[0, 0]) == pytest.approx(1.0)
    zero = space(pose=space(position=vector(), orientation=turn(w=0.0)))
    nowhere = space(pose=space(position=vector(math.nan), orientation=turn()))
    for message, words in ((zero, "not a rotation"), (nowhere, "not finite"), (space(), "no pose")):
        with pytest.raises(MessageError, match=words):
            stamped_pose(message)


def fixed(parent, child, x):
    transform = space(translation=vector(x), rotation=turn())
    return space(header=space(frame_id=parent), child_frame_id=child, transform=transform)


def test_fixed_transforms_chain_in_both_directions_with_and_without_slashes():
    tree = StaticTree()
    bad = fixed("base_link", "broken", 0.0)
    bad.transform.rotation = turn(w=0.0)
    with pytest.raises(MessageError, match="base_link to broken"):
        tree.update(
            space(transforms=[bad, fixed("/base_link", "mast", 1.0), fixed("mast", "eye", 0.25)])
        )
    assert tree.lookup("base_link", "/eye")[0, 3] == 1.25
    assert tree.lookup("eye", "base_link")[0, 3] == -1.25
    assert tree.lookup("base_link", "broken") is None
    assert tree.frames == ("base_link", "eye", "mast")
    np.testing.assert_array_equal(tree.lookup("mast", "mast"), np.eye(4))
