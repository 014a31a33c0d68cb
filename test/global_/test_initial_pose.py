"""A pose given by a person: taken at once, or refused without harm."""

import numpy as np
import pytest
from toy_world import RIG, ToyLocalizer, ToyRobot, make_map

from astra_core.records import LocalizationStatus
from astra_core.stack_spec import StackSpec
from astra_global.pipeline import AstraGlobal
from astra_global.stack import build_global

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
