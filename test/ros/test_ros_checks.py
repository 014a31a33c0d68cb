"""What is refused of a message, to the very limit. No node needed."""

import math

import pytest

pytest.importorskip("rclpy")

from builtin_interfaces.msg import Time

from astra_core.ros.checks import (
    MessageError,
    require_finite,
    require_frame,
    valid_stamp,
)
from astra_core.ros.stamps import from_stamp, to_stamp

S = 1_000_000_000


def test_a_stamp_is_refused_before_the_epoch_and_where_its_fraction_is_none():
    assert valid_stamp("the image", Time(sec=2, nanosec=S - 1)) == 3 * S - 1
    assert valid_stamp("the image", Time()) == 0
    with pytest.raises(MessageError, match="the image is stamped before the epoch"):
        valid_stamp("the image", to_stamp(-1))
    with pytest.raises(MessageError, match="with 1000000000 ns"):
        valid_stamp("the image", Time(sec=2, nanosec=S))


def test_seconds_and_nanoseconds_round_trip_on_both_sides_of_the_epoch():
    for stamp_ns in (0, 1, 1_999_999_999, -1, -S, 1_700_000_000 * S + 7):
        assert from_stamp(to_stamp(stamp_ns)) == stamp_ns
    assert (to_stamp(-1).sec, to_stamp(-1).nanosec) == (-1, 999_999_999)


def test_a_frame_may_be_left_out_and_may_begin_with_a_slash():
    require_frame("the pose", "", "map")
    require_frame("the pose", "/map", "map")
    require_frame("the pose", "map", "/map")
    with pytest.raises(MessageError, match="the pose is in frame 'odom' instead of 'map'"):
        require_frame("the pose", "odom", "map")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused_wherever_it_stands(value):
    require_finite("the speed", 0.0, -1e300)
    with pytest.raises(MessageError, match="the speed is not finite"):
        require_finite("the speed", 0.0, value, 1.0)
