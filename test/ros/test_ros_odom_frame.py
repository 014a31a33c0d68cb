"""`map -> base_link` by TF is right whoever publishes `odom -> base_link`."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("rclpy")

from geometry_msgs.msg import TransformStamped
from tf2_msgs.msg import TFMessage

from astra_core import se2, se3
from astra_core.angles import wrap_angle
from astra_core.messages.transforms import StaticTree
from astra_core.records import LocalOdometry, Velocity
from astra_core.ros.checks import MessageError
from astra_core.ros.poses import planar_transform, rigid_transform
from astra_global.ros.odom_frame import OdomFrame

TICK_NS = 20_000_000
T_MAP_LOCAL = np.array([3.0, -2.0, 0.7])
#: Where the driver's odometry began, seen from Astra-Local's.
ORIGIN = np.array([4.0, 1.5, -2.0])


class Base:
    """A robot on an arc, its two odometries, and a TF tree of what is published."""

    def __init__(self, odom="odom", base="base_link", static=None, late_s=1.0):
        self.odom, self.base = odom, base
        self.jumps = 0
        tree = static or StaticTree()
        self.frame = OdomFrame(odom, base, tree.lookup, late_s, self._on_jump)
        self.now_ns = 1_000_000_000
        self.local = np.array([0.3, 0.2, 0.1])
        self.origin = ORIGIN

    def _on_jump(self):
        self.jumps += 1

    @property
    def driver(self):
        return se2.between(self.origin, self.local)

    def drive(self, ticks=1, tell=True, behind_ns=0, parent=None, child=None):
        for _ in range(ticks):
            self.now_ns += TICK_NS
            self.local = se2.compose(self.local, [0.012, 0.0, 0.015])
            pose = np.array([*self.local[:2], wrap_angle(float(self.local[2]))])
            self.frame.add(LocalOdometry(self.now_ns, pose, np.eye(3), Velocity()))
            if tell:
                self.tell(self.driver, self.now_ns - behind_ns, parent, child)

    def tell(self, t_odom_base, stamp_ns, parent=None, child=None):
        message = planar_transform(t_odom_base, stamp_ns, parent or self.odom, child or self.base)
        self.frame.hear(TFMessage(transforms=[message]))

    def error(self):
        """How far `map -> base_link` by TF is from the truth, metres and radians."""
        t_map_base = se2.compose(self.frame.placed(T_MAP_LOCAL), self.driver)
        away = se2.between(se2.compose(T_MAP_LOCAL, self.local), t_map_base)
        return float(np.hypot(*away[:2])), abs(float(wrap_angle(away[2])))


def test_with_a_driver_that_began_elsewhere_the_pose_on_the_map_is_right():
    robot = Base()
    robot.drive(100)
    np.testing.assert_allclose(robot.error(), 0.0, atol=1e-9)
    assert robot.frame.problem == "" and robot.jumps == 0


def test_its_drift_is_followed():
    robot = Base()
    for _ in range(200):
        robot.origin = se2.compose(robot.origin, [0.001, -0.0005, 0.0004])
        robot.drive()
    np.testing.assert_allclose(robot.error(), 0.0, atol=1e-9)
    assert robot.jumps == 0 and robot.frame.problem == ""


def test_where_astra_local_publishes_nothing_changes_at_all():
    robot = Base()
    robot.origin = np.zeros(3)
    robot.drive(50)
    np.testing.assert_array_equal(robot.frame.placed(T_MAP_LOCAL), T_MAP_LOCAL)
    assert robot.frame.placed(None) is None


def test_odometries_are_compared_at_one_stamp():
    """A transform that overtakes local/odometry waits; one that is late is taken at its time."""
    robot = Base()
    robot.drive(20)
    ahead = se2.compose(robot.local, [0.012, 0.0, 0.015])
    robot.tell(se2.between(ORIGIN, ahead), robot.now_ns + TICK_NS)
    np.testing.assert_allclose(robot.error(), 0.0, atol=1e-9)
    late_ns, late = robot.now_ns, robot.driver
    robot.drive(20, tell=False)
    robot.tell(late, late_ns)
    np.testing.assert_allclose(robot.error(), 0.0, atol=1e-9)


def test_a_driver_that_sets_its_odometry_anew_is_followed_and_told_of_at_once():
    robot = Base()
    robot.drive(50)
    robot.origin = robot.local.copy()
    robot.drive()
    assert robot.jumps == 1
    np.testing.assert_allclose(robot.error(), 0.0, atol=1e-9)
    robot.drive(200)
    assert robot.jumps == 1 and robot.frame.problem == ""


def test_a_driver_that_tells_another_frame_of_the_robot():
    """Most drivers publish `odom -> base_footprint`; the rest is in /tf_static."""
    static = StaticTree()
    t_foot_base = se3.from_xyz_rpy((0.1, -0.05, 0.06))
    static.update(
        TFMessage(transforms=[rigid_transform(t_foot_base, 0, "base_footprint", "base_link")])
    )
    robot = Base(static=static)
    robot.drive(20, tell=False)
    t_odom_foot = se2.compose(robot.driver, se2.inverse(se3.to_se2(t_foot_base)))
    robot.tell(t_odom_foot, robot.now_ns, child="base_footprint")
    np.testing.assert_allclose(robot.error(), 0.0, atol=1e-9)


@pytest.mark.parametrize("slash", ["", "/"])
def test_names_with_prefixes(slash):
    robot = Base(odom=f"{slash}r1/odom", base="r1/base_link")
    robot.drive(10, parent="r1/odom", child=f"{slash}r1/base_link")
    np.testing.assert_allclose(robot.error(), 0.0, atol=1e-9)


def test_transforms_of_other_robots_are_not_taken():
    robot = Base(odom="r1/odom", base="r1/base_link")
    robot.drive(100, parent="r2/odom", child="r2/base_link")
    np.testing.assert_array_equal(robot.frame.placed(T_MAP_LOCAL), T_MAP_LOCAL)
    assert "nobody publishes r1/odom -> r1/base_link" in robot.frame.problem
    assert "but r2/odom -> r2/base_link" in robot.frame.problem


def test_a_transform_that_never_comes_is_said_after_the_limit():
    robot = Base(late_s=1.0)
    robot.drive(51, tell=False)
    assert robot.frame.problem == ""
    robot.drive(1, tell=False)
    assert "nobody publishes odom -> base_link on /tf" in robot.frame.problem


def test_a_transform_that_ceases_is_said_with_its_age_and_the_frame_stays():
    robot = Base(late_s=1.0)
    robot.drive(10)
    robot.drive(51, tell=False)
    assert "is 1.0 s behind local/odometry" in robot.frame.problem
    np.testing.assert_allclose(robot.error(), 0.0, atol=1e-9)
    robot.drive(1)
    assert robot.frame.problem == ""


@pytest.mark.parametrize(
    ("behind_s", "said"), [(3600.0, "3600.0 s behind"), (-7.0, "7.0 s ahead of")]
)
def test_a_driver_with_another_clock_is_said(behind_s, said):
    robot = Base()
    robot.now_ns += 7200 * 10**9
    robot.drive(100, behind_ns=int(behind_s * 1e9))
    assert said in robot.frame.problem
    np.testing.assert_array_equal(robot.frame.placed(T_MAP_LOCAL), T_MAP_LOCAL)


def test_two_publishers_are_said():
    robot = Base()
    for _ in range(10):
        robot.drive(1)
        robot.tell(robot.local, robot.now_ns)
    assert "two publishers" in robot.frame.problem
    robot.drive(200)
    assert robot.frame.problem == ""


def test_a_transform_that_is_none_is_refused_and_the_frame_stays():
    robot = Base()
    robot.drive(10)
    broken = TransformStamped()
    broken.header.frame_id, broken.child_frame_id = "odom", "base_link"
    broken.transform.translation.x = float("nan")
    with pytest.raises(MessageError):
        robot.frame.hear(TFMessage(transforms=[broken]))
    np.testing.assert_allclose(robot.error(), 0.0, atol=1e-9)
