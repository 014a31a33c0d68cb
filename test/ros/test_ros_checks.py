"""What is refused of a message, to the very limit. No node needed."""

import math
from types import SimpleNamespace

import pytest

pytest.importorskip("rclpy")

from astra_core.ros.checks import (
    MessageError,
    StampCheck,
    require_finite,
    require_frame,
    require_order,
)
from astra_core.ros.stamps import from_stamp, to_stamp

S = 1_000_000_000


def check_at(now_ns, tolerance_s=5.0):
    """Return the check of a node whose clock stands at a time."""
    clock = SimpleNamespace(now=lambda: SimpleNamespace(nanoseconds=now_ns))
    return StampCheck(SimpleNamespace(get_clock=lambda: clock), tolerance_s)


def test_stamps_are_taken_up_to_the_tolerance_ahead_of_the_clock():
    check = check_at(100 * S)
    for stamp_ns in (0, 100 * S, 105 * S):
        assert check("the image", to_stamp(stamp_ns)) == stamp_ns
    with pytest.raises(MessageError, match=r"the image is stamped 6.0 s in the future"):
        check("the image", to_stamp(106 * S))
    with pytest.raises(MessageError):
        check("the image", to_stamp(105 * S + 1))


def test_a_clock_that_was_not_heard_yet_judges_nothing():
    assert check_at(0)("the image", to_stamp(10**6 * S)) == 10**6 * S


def test_a_stamp_before_the_epoch_is_refused():
    with pytest.raises(MessageError, match="before the epoch"):
        check_at(0)("the image", to_stamp(-1))


def test_seconds_and_nanoseconds_round_trip_on_both_sides_of_the_epoch():
    for stamp_ns in (0, 1, 1_999_999_999, -1, -S, 1_700_000_000 * S + 7):
        assert from_stamp(to_stamp(stamp_ns)) == stamp_ns
    assert (to_stamp(-1).sec, to_stamp(-1).nanosec) == (-1, 999_999_999)


def test_the_same_stamp_again_passes_and_an_older_one_does_not():
    require_order(5, 5)
    require_order(6, 5)
    with pytest.raises(MessageError, match=r"0.50 s older"):
        require_order(S, 3 * S // 2)


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
