"""A pose given by a person: taken at once, or refused without harm."""

import re

import numpy as np
import pytest
from toy_world import RIG, ToyLocalizer, ToyRobot, make_map

from astra_core.errors import NotLocalized
from astra_core.records import LocalizationStatus
from astra_core.stack_spec import StackSpec
from astra_global.fusion.config import ToldPoseConfig
from astra_global.fusion.told_pose import told_covariance, told_pose_problem
from astra_global.pipeline import AstraGlobal
from astra_global.stack import build_global
from astra_global.types import PoseFix

NOW_NS = 1_000_000_000
COVARIANCE = np.diag([0.25, 0.25, 0.07])


@pytest.fixture
def stack() -> AstraGlobal:
    robot = ToyRobot((1.0, 1.0, 0.0))
    made = build_global(StackSpec(), make_map(), RIG, localizer=ToyLocalizer(robot))
    made.add_odometry(robot.odometry(NOW_NS))
    return made


def test_a_pose_is_believed_at_once(stack: AstraGlobal) -> None:
    assert stack.set_pose(np.array([2.0, 3.0, 0.5]), COVARIANCE, NOW_NS)
    pose = stack.global_pose(NOW_NS)
    assert pose.status == LocalizationStatus.LOCALIZED
    np.testing.assert_allclose(pose.pose, [2.0, 3.0, 0.5], atol=1e-6)


@pytest.mark.parametrize(
    ("pose", "covariance", "stamp_ns"),
    [
        ([np.nan, 3.0, 0.5], COVARIANCE, NOW_NS),
        ([2.0, 3.0, 0.5], np.full((3, 3), np.inf), NOW_NS),
        ([2.0, 3.0, 0.5], -COVARIANCE, NOW_NS),
        ([2.0, 3.0, 0.5], COVARIANCE, NOW_NS + 60_000_000_000),
    ],
)
def test_what_cannot_be_used_does_not_lose_the_robot(
    stack: AstraGlobal, pose: list, covariance: np.ndarray, stamp_ns: int
) -> None:
    assert stack.set_pose(np.array([2.0, 3.0, 0.5]), COVARIANCE, NOW_NS)
    before = stack.map_to_odom()
    assert not stack.set_pose(np.array(pose), covariance, stamp_ns)
    np.testing.assert_array_equal(stack.map_to_odom(), before)
    assert stack.global_pose(NOW_NS).status == LocalizationStatus.LOCALIZED


def sigmas(stack: AstraGlobal) -> np.ndarray:
    return np.sqrt(np.diag(stack.global_pose(NOW_NS).covariance))


def test_zeros_mean_that_nobody_knows(stack: AstraGlobal) -> None:
    """Nav2's commander sends them; the pose is then as unsure as one from rviz2's button."""
    assert stack.set_pose(np.array([2.0, 3.0, 0.5]), np.zeros((3, 3)), NOW_NS)
    np.testing.assert_allclose(sigmas(stack), [0.5, 0.5, 0.26], rtol=0.01)


def test_an_axis_without_variance_is_unknown_and_the_others_stay(stack: AstraGlobal) -> None:
    assert stack.set_pose(np.array([2.0, 3.0, 0.5]), np.diag([0.04, 0.09, 0.0]), NOW_NS)
    np.testing.assert_allclose(sigmas(stack), [0.2, 0.3, 0.26], rtol=0.01)


def test_nobody_points_at_a_map_to_a_millimetre_or_farther_off_than_it_is_wide() -> None:
    config = ToldPoseConfig(least_m=0.1, least_rad=0.1, most_m=10.0)
    exact = told_covariance(np.diag([1e-6, 1e-6, 1e-6]), config)
    np.testing.assert_allclose(exact, np.diag([0.01, 0.01, 0.01]))
    nowhere = np.array([[1e8, 5e5, 0.0], [5e5, 1e4, 0.0], [0.0, 0.0, 1e6]])
    # 10 m, 10 m, 180 degrees; the correlation of x and y, 0.5, stays.
    expected = [[100.0, 50.0, 0.0], [50.0, 100.0, 0.0], [0.0, 0.0, np.pi**2]]
    np.testing.assert_allclose(told_covariance(nowhere, config), expected)


def test_what_is_believed_of_any_covariance_is_one() -> None:
    rng = np.random.default_rng(1)
    for _ in range(100):
        root = rng.normal(size=(3, 3)) * 10.0 ** rng.uniform(-4, 3, 3)[:, None]
        root[int(rng.integers(3))] *= rng.choice([0.0, 1.0])
        eigenvalues = np.linalg.eigvalsh(told_covariance(root @ root.T, ToldPoseConfig()))
        assert eigenvalues[0] > 0.0


@pytest.mark.parametrize(
    ("pose", "covariance", "stamp_ns", "why"),
    [
        ([np.nan, 3.0, 0.5], COVARIANCE, NOW_NS, "not finite"),
        ([2.0, 3.0, 0.5], np.full((3, 3), np.inf), NOW_NS, "not finite"),
        ([2.0, 3.0, 0.5], -COVARIANCE, NOW_NS, "negative eigenvalue"),
        (
            [2.0, 3.0, 0.5],
            np.array([[1.0, 2.0, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
            NOW_NS,
            "negative eigenvalue",
        ),
        ([2.0, 3.0, 0.5], COVARIANCE, NOW_NS + 60_000_000_000, "no odometry"),
        # The map is 10 m wide and 8 m deep.
        ([2.0, 11.0, 0.5], COVARIANCE, NOW_NS, r"\(2, 11\) is 3 m outside the map"),
        ([-1e300, 1.0, 0.0], COVARIANCE, NOW_NS, "outside the map"),
    ],
)
def test_why_a_pose_cannot_be_used(
    stack: AstraGlobal, pose: list, covariance: np.ndarray, stamp_ns: int, why: str
) -> None:
    assert re.search(why, stack.pose_problem(np.array(pose), covariance, stamp_ns))
    assert not stack.set_pose(np.array(pose), covariance, stamp_ns)


def test_a_pose_just_outside_the_walls_is_taken(stack: AstraGlobal) -> None:
    assert stack.set_pose(np.array([2.0, 8.5, 0.5]), COVARIANCE, NOW_NS)
    assert stack.pose_problem(np.array([2.0, 8.5, 0.5]), COVARIANCE, NOW_NS) == ""


def test_a_map_without_occupancy_ends_at_its_outermost_nodes() -> None:
    bare = make_map(with_occupancy=False)
    x_m = bare.node_poses[:, 0].max()
    problem = told_pose_problem(np.array([x_m + 2.5, 4.0, 0.0]), COVARIANCE, bare, ToldPoseConfig())
    assert "2.5 m outside the map" in problem
    assert not told_pose_problem(
        np.array([x_m + 1.5, 4.0, 0.0]), COVARIANCE, bare, ToldPoseConfig()
    )


def test_a_told_pose_is_settled_only_after_fixes_have_agreed(stack: AstraGlobal) -> None:
    """Until then the node localizes as often as on a mission, and searches the whole map."""
    assert not stack.is_settled
    assert stack.set_pose(np.array([2.0, 3.0, 0.5]), COVARIANCE, NOW_NS)
    assert not stack.is_settled
    for number in range(2):
        fix = PoseFix(NOW_NS, np.array([2.1, 3.1, 0.5]), COVARIANCE * 1e-4, 100, (), 0.0)
        assert stack.apply_fix(fix)
        assert stack.is_settled == (number == 1)


def test_a_way_is_told_without_driving_it(stack: AstraGlobal) -> None:
    start, goal = np.array([1.0, 1.0, 0.0]), np.array([3.0, 1.0, 0.0])
    with pytest.raises(NotLocalized, match="does not know where it is"):
        stack.path(None, goal, NOW_NS)
    told = stack.path(start, goal, NOW_NS)
    np.testing.assert_allclose(told.points_m[[0, -1]], [start[:2], goal[:2]], atol=0.1)
    assert stack.set_pose(np.array([3.0, 1.0, 0.0]), COVARIANCE, NOW_NS)
    here = stack.path(None, start, NOW_NS)
    np.testing.assert_allclose(here.points_m[[0, -1]], [goal[:2], start[:2]], atol=0.1)
    # Nobody was sent anywhere.
    assert stack.route is None and stack.step(NOW_NS).sub_goal is None
