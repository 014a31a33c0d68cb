"""Planar and spatial transforms: numbers worked out by hand, and round trips."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_core import se2, se3
from astra_core.angles import wrap_angle
from astra_core.errors import ShapeError

coordinate = st.floats(-100.0, 100.0)
angle = st.floats(-math.pi + 1e-6, math.pi)
pose = st.tuples(coordinate, coordinate, angle)


@pytest.mark.parametrize(
    ("given_rad", "expected_rad"),
    [
        (0.0, 0.0),
        (math.pi, math.pi),
        (-math.pi, math.pi),
        (3.0 * math.pi, math.pi),
        (1.5 * math.pi, -0.5 * math.pi),
        (-1.5 * math.pi, 0.5 * math.pi),
        (math.nextafter(math.pi, 4.0), math.pi),
    ],
)
def test_wrap_angle_by_hand(given_rad: float, expected_rad: float) -> None:
    assert wrap_angle(given_rad) == pytest.approx(expected_rad)
    assert wrap_angle(np.array([given_rad]))[0] == pytest.approx(expected_rad)


@given(st.floats(-1e4, 1e4))
def test_wrap_angle_stays_in_its_interval_and_keeps_the_direction(angle_rad: float) -> None:
    wrapped = wrap_angle(angle_rad)
    assert -math.pi < wrapped <= math.pi
    assert math.cos(wrapped) == pytest.approx(math.cos(angle_rad), abs=1e-9)
    assert math.sin(wrapped) == pytest.approx(math.sin(angle_rad), abs=1e-9)


def test_compose_by_hand() -> None:
    # One metre ahead, seen from a robot at (1, 2) that looks along y, is (1, 3).
    result = se2.compose([1.0, 2.0, math.pi / 2], [1.0, 0.0, math.pi / 2])
    np.testing.assert_allclose(result, [1.0, 3.0, math.pi], atol=1e-12)


@given(pose, pose)
def test_between_undoes_compose(first: tuple, second: tuple) -> None:
    back = se2.between(first, se2.compose(first, second))
    np.testing.assert_allclose(back[:2], second[:2], atol=1e-9)
    assert abs(wrap_angle(back[2] - second[2])) < 1e-9


@given(pose)
def test_planar_and_spatial_transforms_agree(t_a_b: tuple) -> None:
    points = np.array([[1.0, 2.0], [-3.0, 0.5]])
    spatial = se3.transform_points(se3.from_se2(t_a_b), np.column_stack([points, np.zeros(2)]))
    np.testing.assert_allclose(se2.transform_points(t_a_b, points), spatial[:, :2], atol=1e-9)
    np.testing.assert_allclose(se3.to_se2(se3.from_se2(t_a_b))[:2], t_a_b[:2])


def test_accumulate_drives_a_square() -> None:
    steps = np.tile([1.0, 0.0, math.pi / 2], (4, 1))
    poses = se2.accumulate(steps)
    expected = [[1, 0, math.pi / 2], [1, 1, math.pi], [0, 1, -math.pi / 2], [0, 0, 0]]
    np.testing.assert_allclose(poses, expected, atol=1e-12)


def test_accumulate_equals_repeated_compose() -> None:
    steps = np.random.default_rng(0).normal(size=(5, 7, 3)) * 0.3
    poses = se2.accumulate(steps)
    current = np.zeros((5, 3))
    for index in range(7):
        current = se2.compose(current, steps[:, index])
        np.testing.assert_allclose(poses[:, index], current, atol=1e-9)


def test_quaternion_order_is_that_of_ros() -> None:
    # A quarter turn about z: (x, y, z, w) = (0, 0, sin 45, cos 45).
    half = math.sqrt(0.5)
    matrix = se3.from_position_quaternion([1.0, 2.0, 3.0], [0.0, 0.0, half, half])
    np.testing.assert_allclose(se3.transform_points(matrix, [1.0, 0.0, 0.0]), [1.0, 3.0, 3.0])
    position, quaternion = se3.to_position_quaternion(matrix)
    np.testing.assert_allclose(position, [1.0, 2.0, 3.0])
    np.testing.assert_allclose(quaternion, [0.0, 0.0, half, half], atol=1e-12)


@given(st.tuples(coordinate, coordinate, coordinate), st.tuples(angle, st.floats(-1.5, 1.5), angle))
def test_se3_inverse_and_euler_round_trip(xyz: tuple, rpy: tuple) -> None:
    matrix = se3.from_xyz_rpy(xyz, rpy)
    np.testing.assert_allclose(matrix @ se3.inverse(matrix), np.eye(4), atol=1e-9)
    again = se3.from_xyz_rpy(*se3.to_xyz_rpy(matrix))
    np.testing.assert_allclose(again, matrix, atol=1e-9)


@pytest.mark.parametrize("quaternion", [(0, 0, 0, 0), (math.nan, 0, 0, 1), (math.inf, 0, 0, 1)])
def test_a_quaternion_that_is_no_rotation_is_refused(quaternion: tuple) -> None:
    with pytest.raises(ValueError, match="not a rotation"):
        se3.from_position_quaternion((0, 0, 0), quaternion)


def test_wrong_shapes_say_what_was_expected() -> None:
    with pytest.raises(ShapeError, match=r"\(\*, 3\).*\(2,\)") as caught:
        se2.compose([0.0, 0.0], [0.0, 0.0, 0.0])
    assert caught.value.actual == (2,)
    with pytest.raises(ShapeError, match=r"\(4, 4\)"):
        se3.inverse(np.eye(3))
