"""IMU readings get the axes of the base, or are refused; silence is noticed."""

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

from nav_msgs.msg import Odometry
from sensor_msgs.msg import Imu
from tf2_msgs.msg import TFMessage

from astra_core.messages.transforms import StaticTree
from astra_core.ros.checks import MessageError
from astra_core.ros.poses import rigid_transform
from astra_core.se3 import from_xyz_rpy
from astra_local.ros.imu_input import ImuInput
from astra_local.ros.sensor_watch import SensorWatch
from astra_local.ros.wheel_input import WheelInput

S = 1_000_000_000


def reading(frame_id, angular=(0.1, 0.2, 0.3), linear=(1.0, 2.0, 9.0)):
    message = Imu()
    message.header.frame_id = frame_id
    w, a = message.angular_velocity, message.linear_acceleration
    w.x, w.y, w.z = angular
    a.x, a.y, a.z = linear
    return message


def test_readings_of_the_base_itself_are_taken_as_they_are():
    imu = ImuInput("base_link", lambda _: None)
    imu.add(reading("base_link"))
    imu.add(reading("/base_link"))
    first, second = imu.take(S)
    assert first == second
    assert first.angular_velocity_rad_s == (0.1, 0.2, 0.3)
    assert imu.take(S) == () and not imu.refused
    # So does a base with the slash of old tf.
    slashed = ImuInput("/base_link", lambda _: None)
    assert slashed.add(reading("base_link"))


def test_an_imu_upside_down_turns_the_way_the_robot_does():
    tree = StaticTree()
    imu = ImuInput("base_link", lambda frame: tree.lookup("base_link", frame))
    # Hanging from a plate: x ahead, y to the right, z down.
    imu.add(reading("imu_link"))
    assert imu.take(S) == () and imu.refused == {"imu without mounting": 1}
    assert "'imu_link' on base_link is not in /tf_static" in imu.problem
    chain = [
        rigid_transform(from_xyz_rpy((0.1, 0.0, 0.5), (0.0, 0.0, 0.0)), 0, "base_link", "plate"),
        rigid_transform(from_xyz_rpy((0.0, 0.2, 0.0), (np.pi, 0.0, 0.0)), 0, "plate", "imu_link"),
    ]
    tree.update(TFMessage(transforms=chain))
    imu.add(reading("imu_link", (0.1, 0.2, -0.3), (1.0, 2.0, -9.8)))
    (sample,) = imu.take(S)
    np.testing.assert_allclose(sample.angular_velocity_rad_s, (0.1, -0.2, 0.3), atol=1e-12)
    np.testing.assert_allclose(sample.linear_acceleration_m_s2, (1.0, -2.0, 9.8), atol=1e-12)
    assert imu.problem == "" and imu.refused == {"imu without mounting": 1}


def test_a_quarter_turn_swaps_the_level_axes():
    imu = ImuInput("base_link", lambda _: from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, np.pi / 2)))
    imu.add(reading("imu_link", (1.0, 0.0, 0.5), (0.0, 1.0, 9.8)))
    (sample,) = imu.take(S)
    # The x axis of the IMU points to the left of the robot, its y axis to the rear.
    np.testing.assert_allclose(sample.angular_velocity_rad_s, (0.0, 1.0, 0.5), atol=1e-12)
    np.testing.assert_allclose(sample.linear_acceleration_m_s2, (-1.0, 0.0, 9.8), atol=1e-12)


def test_no_more_is_kept_than_comes_between_two_wheel_samples():
    imu = ImuInput("base_link", lambda _: None)
    for number in range(700):
        imu.add(reading("base_link", (0.0, 0.0, float(number))))
    taken = imu.take(S)
    # The newest 500, oldest first.
    assert [sample.angular_velocity_rad_s[2] for sample in taken] == list(range(200, 700))


def test_what_is_stamped_far_after_its_tick_is_of_another_time():
    imu = ImuInput("base_link", lambda _: None)
    for sec, nanosec in ((10, 0), (11, 0), (11, 1), (40, 0)):
        message = reading("base_link")
        message.header.stamp.sec, message.header.stamp.nanosec = sec, nanosec
        imu.add(message)
    assert [sample.stamp_ns for sample in imu.take(10 * S)] == [10 * S, 11 * S]
    assert imu.refused == {"imu of another time": 2}
    assert imu.take(40 * S) == ()
    # What is older than its tick was only held up; how old it may be is the odometry's affair.
    message.header.stamp.sec, message.header.stamp.nanosec = 7, 0
    imu.add(message)
    assert [sample.stamp_ns for sample in imu.take(40 * S)] == [7 * S]


def test_minus_one_says_that_there_is_no_such_sensor_and_its_zeros_are_no_reading():
    imu = ImuInput("base_link", lambda _: None)
    silent = reading("base_link", (0.0, 0.0, 0.0))
    silent.angular_velocity_covariance[0] = -1.0
    assert not imu.add(silent)
    assert imu.take(0) == () and "it has no gyro" in imu.problem
    deaf = reading("base_link", linear=(0.5, 0.5, 9.0))
    deaf.linear_acceleration_covariance[0] = -1.0
    assert imu.add(deaf)
    (sample,) = imu.take(0)
    assert sample.angular_velocity_rad_s == (0.1, 0.2, 0.3)
    assert sample.linear_acceleration_m_s2 == (0.0, 0.0, 0.0) and imu.problem == ""


@pytest.mark.parametrize(
    ("field", "place", "value", "words"),
    [
        ("angular_velocity_covariance", 8, float("nan"), "is not finite"),
        ("linear_acceleration_covariance", 1, float("inf"), "is not finite"),
        ("angular_velocity_covariance", 4, -0.5, "negative variance"),
        ("angular_velocity_covariance", 0, -2.0, "negative variance"),
        ("linear_acceleration_covariance", 0, -2.0, "negative variance"),
    ],
)
def test_a_covariance_that_can_be_none_is_refused_with_its_reading(field, place, value, words):
    imu = ImuInput("base_link", lambda _: None)
    message = reading("base_link")
    getattr(message, field)[place] = value
    assert not imu.add(message)
    assert imu.take(0) == ()
    assert field in imu.problem and words in imu.problem
    getattr(message, field)[place] = 0.0
    getattr(message, field)[1] = -0.5  # a covariance of two axes may be negative
    assert imu.add(message)


def rolling(x=0.0, speed=0.0, turn=0.0, turned=0.0):
    message = Odometry()
    message.pose.pose.position.x = x
    message.pose.pose.orientation.z = np.sin(turned / 2.0)
    message.pose.pose.orientation.w = np.cos(turned / 2.0)
    message.twist.twist.linear.x, message.twist.twist.angular.z = speed, turn
    return message


@pytest.mark.parametrize("moves", [{"x": 0.01}, {"turned": 0.03}])
def test_a_twist_that_is_never_filled_in_while_the_pose_moves_is_no_standing(moves):
    wheels = WheelInput()
    ((name, step),) = moves.items()
    assert wheels.read(rolling()).linear_velocity_mps == 0.0
    wheels.read(rolling(**{name: step}))  # may be rounding
    for number in (3, 4):
        with pytest.raises(MessageError, match="its twist is never filled in"):
            wheels.read(rolling(**{name: step * number}))
        assert "wheel_odometry" in wheels.problem
    # It says something now; where it stands then is where it stands.
    assert wheels.read(rolling(1.0, speed=0.2)).linear_velocity_mps == 0.2
    assert wheels.problem == ""
    wheels.read(rolling(1.1))
    wheels.read(rolling(1.11))


@pytest.mark.parametrize("value", [float("nan"), -1.0])
def test_wheels_with_a_covariance_that_can_be_none_are_refused(value):
    message = rolling(speed=0.2)
    message.twist.covariance[35] = value
    with pytest.raises(MessageError, match=r"twist\.covariance"):
        WheelInput().read(message)


def test_silence_of_each_sensor_is_noticed_after_the_limit():
    watch = SensorWatch(("wheel_odometry", "imu"), 1.0)
    assert watch.problem("imu", 5 * S) == "waiting for imu"
    assert watch.silence_ns("imu", 5 * S) == 0
    watch.hear("imu", 5 * S)
    assert watch.silence_ns("imu", 6 * S) == S
    assert watch.problem("imu", 6 * S) == ""
    assert watch.problem("imu", 6 * S + 1) == "imu silent for more than 1 s"
    assert watch.problem("wheel_odometry", 6 * S) == "waiting for wheel_odometry"
    watch.hear("imu", 7 * S)
    assert watch.problem("imu", 7 * S) == ""


@pytest.mark.parametrize(("sideways_mps", "words"), [(0.05, ""), (0.3, "0.30"), (-0.3, "-0.30")])
def test_a_base_that_moves_sideways_is_told_and_not_misread(sideways_mps, words):
    message, wheels = Odometry(), WheelInput()
    message.twist.twist.linear.x, message.twist.twist.linear.y = 0.2, sideways_mps
    if not words:
        assert wheels.read(message).linear_velocity_mps == 0.2
        return
    with pytest.raises(MessageError, match=rf"moves sideways \(linear.y {words} m/s\)"):
        wheels.read(message)
    assert wheels.problem
