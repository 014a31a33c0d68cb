"""How far an arc is free, and how the guard follows its limits: to the step, by hand."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from astra_core.records import Velocity
from astra_local.config import GuardConfig, PlannerConfig, RobotConfig
from astra_local.planner.turn import turn_by
from astra_local.safety.guard import Guard
from astra_local.safety.limits import AxisLimiter, AxisLimits
from astra_local.safety.stopping import enters_blind, free_arc, obstacle_points
from astra_local.types import GuardState, NearestObstacle, RobotState

TICK = 20_000_000
SECTORS = 72


def summary(stamp_ns: int = 0, **by_degrees: float) -> NearestObstacle:
    """Return a summary; ``d45=0.3`` is 0.3 m from the footprint at 45 degrees, left of ahead."""
    distance = [math.inf] * SECTORS
    for name, value in by_degrees.items():
        distance[int(name.replace("d", "").replace("m", "-")) // 5 % SECTORS] = value
    return NearestObstacle(
        stamp_ns, True, min(distance), 0.0, 0.05, math.radians(5.0), tuple(distance)
    )


def guarded(
    guard: Guard, ticks: range, command: Velocity, nearest: NearestObstacle
) -> list[tuple[float, float]]:
    """Return what goes to the wheels in each tick."""
    outputs = []
    for number in ticks:
        now = number * TICK
        guard.on_heartbeat("astra_local", now)
        guard.on_obstacle(NearestObstacle(now, *list(vars(nearest).values())[1:]))
        guard.on_command(command, now)
        velocity = guard.step(now).velocity
        outputs.append((velocity.linear_mps, velocity.angular_rad_s))
    return outputs


# the way --------------------------------------------------------------------------------------


def test_the_last_step_that_touches_nothing_counts() -> None:
    # Steps of 3 cm: after 0.78 m the point is 0.22 m away, after 0.81 m it is 0.19 m.
    assert free_arc([(1.0, 0.0)], 0.5, 0.0, 0.2, 2.0) == pytest.approx(0.78)
    # Its last step is shorter: at 0.795 m the point is 0.205 m away.
    assert free_arc([(1.0, 0.0)], 0.5, 0.0, 0.2, 0.795) == 0.795
    assert free_arc([(1.0, 0.0)], 0.5, 0.0, 0.21, 0.795) < 0.79


def test_backward_arcs_swing_the_tail_to_the_other_side() -> None:
    # Half a metre back while turning by 1 rad to the left: to (-0.48, 0.0) turned by half,
    # (-0.42, -0.23).
    chord = 2.0 * math.sin(0.5) * 0.5
    end = (-chord * math.cos(0.5), -chord * math.sin(0.5))
    assert end == pytest.approx((-0.4207, -0.2298), abs=1e-4)
    assert free_arc([end], -0.25, 0.5, 0.1, 0.6) < 0.45
    assert free_arc([(end[0], -end[1])], -0.25, 0.5, 0.1, 0.6) == 0.6
    # And forward to the left it is the mirror image through the centre.
    assert free_arc([(-end[0], -end[1])], 0.25, 0.5, 0.1, 0.6) < 0.45
    assert free_arc([(-end[0], end[1])], 0.25, 0.5, 0.1, 0.6) == 0.6


def test_who_is_too_near_at_the_side_keeps_two_centimetres_less_ahead_and_no_less() -> None:
    # A wall 5 cm too near beside the robot: ahead, 0.18 m instead of 0.2 m are kept.
    ahead, beside = (1.0, 0.0), (0.0, 0.15)
    assert free_arc([ahead], 0.5, 0.0, 0.18, 2.0) == pytest.approx(0.81)
    assert free_arc([ahead, beside], 0.5, 0.0, 0.2, 2.0) == pytest.approx(0.81)


def test_obstacles_become_points_from_the_centre_on() -> None:
    points = obstacle_points(summary(d0=0.3, d90=0.6, m90=0.61, d180=-0.5), 0.2, 0.6)
    assert [p for x, y in points for p in (round(x, 9), round(y, 9))] == pytest.approx(
        [0.5, 0.0, 0.0, 0.8, 0.0, 0.0]
    )


@pytest.mark.parametrize(
    ("linear", "angular", "length", "blind"),
    [
        # A blind sector at 40 degrees to the left: straight ahead passes it by 10 degrees.
        (0.3, 0.0, 0.5, False),
        # An arc of 0.5 m with a radius of 1 m points 14 degrees to the left.
        (0.3, 0.3, 0.5, True),
        (0.3, -0.3, 0.5, False),
        # The same arc looked along for 0.3 m only: 8.6 degrees.
        (0.3, 0.3, 0.3, False),
        (-0.3, 0.0, 0.5, False),
        (0.0, 1.0, 0.5, False),
    ],
)
def test_a_way_into_the_blind_by_hand(linear, angular, length, blind) -> None:
    assert enters_blind(summary(d40=-math.inf), linear, angular, length) == blind


def test_backward_the_blind_is_behind_and_on_the_side_of_the_tail() -> None:
    # Backward and turning left the tail goes to the right: there is 220 degrees.
    behind = summary(d220=-math.inf)
    assert not enters_blind(behind, -0.3, 0.0, 0.5)
    assert enters_blind(behind, -0.3, 0.3, 0.5)
    assert not enters_blind(behind, -0.3, -0.3, 0.5)


# the guard ------------------------------------------------------------------------------------


def test_it_slows_down_on_the_same_arc() -> None:
    guard = Guard()
    guarded(guard, range(100), Velocity(0.5, 0.25), summary())
    outputs = guarded(guard, range(100, 160), Velocity(0.5, 0.25), summary(d0=0.12))
    linear, angular = outputs[-1]
    assert 0.0 < linear < 0.4
    assert angular == pytest.approx(0.5 * linear, rel=1e-6)


def test_the_present_speed_decides_how_far_it_looks() -> None:
    # At 0.6 m/s it needs 0.32 m to stop, and on an arc of radius 1 m looks 9 degrees aside; who
    # wants 0.1 m/s from rest looks 2 degrees aside. The blind sector is 35 degrees to the left.
    blind, wish = summary(d35=-math.inf), Velocity(0.1, 0.1)
    assert guarded(Guard(), range(20), wish, blind)[-1][0] > 0.05
    fast = Guard()
    guarded(fast, range(100), Velocity(0.6, 0.0), summary())
    outputs = guarded(fast, range(100, 125), wish, blind)
    assert outputs[0][0] < 0.6
    now = 125 * TICK
    fast = Guard()
    guarded(fast, range(100), Velocity(0.6, 0.0), summary())
    fast.on_heartbeat("astra_local", now)
    fast.on_command(wish, now)
    fast.on_obstacle(summary(now, d35=-math.inf))
    assert fast.step(now).reason == "no camera sees the way"


def test_who_must_not_drive_into_the_blind_may_turn() -> None:
    outputs = guarded(Guard(), range(60), Velocity(0.3, 0.5), summary(d0=-math.inf))
    assert outputs[-1] == pytest.approx((0.0, 0.5))


def test_turning_brakes_harder_than_it_speeds_up() -> None:
    c = GuardConfig()
    guard = Guard()
    up = guarded(guard, range(200), Velocity(0.0, 1.2), summary())
    steps = [b[1] - a[1] for a, b in pairwise(up)]
    assert max(steps) == pytest.approx(c.max_angular_acceleration_rad_s2 * 0.02)
    (first,) = guarded(guard, range(200, 201), Velocity(), summary())
    assert first[1] == pytest.approx(1.2 - c.max_angular_deceleration_rad_s2 * 0.02)


def test_after_a_long_silence_of_its_own_it_does_not_jump() -> None:
    guard = Guard()
    guarded(guard, range(30), Velocity(0.1, 0.0), summary())
    # Its loop stood still for 10 s: the next step counts as 0.1 s.
    (output,) = guarded(guard, range(530, 531), Velocity(0.6, 0.0), summary())
    assert output[0] <= 0.1 + 0.8 * 0.1 + 1e-9


def state_and_reason(guard: Guard, number: int, nearest: NearestObstacle) -> tuple[GuardState, str]:
    """Return what the guard says of 0.6 m/s in a tick."""
    now = number * TICK
    guard.on_heartbeat("astra_local", now)
    guard.on_command(Velocity(0.6, 0.0), now)
    guard.on_obstacle(NearestObstacle(now, *list(vars(nearest).values())[1:]))
    decision = guard.step(now)
    return decision.state, decision.reason


def test_it_looks_as_far_as_it_needs_with_its_reaction() -> None:
    # At 0.6 m/s: 0.15 s of reaction and 1 m/s2 make 0.09 m + 0.18 m. With 0.26 m before the
    # margin, the last free step of 3 cm ends at 0.24 m: too short for that speed.
    margin = GuardConfig().stop_margin_m
    for distance, state in ((0.26, GuardState.LIMITED), (0.29, GuardState.PASS)):
        guard = Guard()
        guarded(guard, range(100), Velocity(0.6, 0.0), summary())
        found, reason = state_and_reason(guard, 100, summary(d0=distance + margin))
        assert found == state
        assert reason == ("an obstacle 0.24 m ahead" if state is GuardState.LIMITED else "")


def test_the_margin_stays_free() -> None:
    margin = GuardConfig().stop_margin_m
    assert margin > 0.006
    # Ahead at less than the margin: not nearer. Beside at the same distance: it may drive past.
    touching = state_and_reason(Guard(), 0, summary(d0=margin - 0.005))
    assert touching == (GuardState.STOPPED, "an obstacle touches the way")
    assert state_and_reason(Guard(), 0, summary(d90=margin + 0.001))[0] is GuardState.PASS


def test_stopped_is_what_stands_and_limited_what_is_slowed() -> None:
    guard = Guard()
    guarded(guard, range(100), Velocity(0.6, 0.0), summary())
    cases = ((100, summary(d0=0.2)), (101, summary(d0=-0.1)), (102, summary()))
    states = [state_and_reason(guard, *case)[0] for case in cases]
    assert states == [GuardState.LIMITED, GuardState.STOPPED, GuardState.PASS]


# limits ---------------------------------------------------------------------------------------

LIMITS = AxisLimits(0.6, 0.15, acceleration=0.8, deceleration=1.0, jerk=8.0)


def test_it_stands_for_one_step_before_it_turns_round() -> None:
    limiter = AxisLimiter(LIMITS)
    limiter.value = 0.05
    assert [round(limiter.step(-0.15, 0.02), 6) for _ in range(4)] == [0.03, 0.01, 0.0, -0.0032]


def test_the_end_of_a_ramp_is_as_soft_as_its_start() -> None:
    limiter = AxisLimiter(LIMITS)
    values = [limiter.step(0.3, 0.02) for _ in range(60)]
    assert values[-1] == pytest.approx(0.3)
    gains = [b - a for a, b in pairwise([0.0, *values])]
    # Acceleration grows by 8 m/s3 and falls by no more than twice that at the end.
    growth = [(b - a) / 0.02**2 for a, b in pairwise([0.0, *gains])]
    assert max(growth) <= 8.0 + 1e-6
    assert min(growth) >= -16.0


def test_after_braking_it_speeds_up_softly_again() -> None:
    limiter = AxisLimiter(LIMITS)
    for _ in range(20):
        limiter.step(0.6, 0.02)
    fast = limiter.step(0.1, 0.02)
    # From no acceleration: 8 m/s3 for 20 ms.
    assert limiter.step(0.6, 0.02) - fast == pytest.approx(8.0 * 0.02 * 0.02)


# turning in place -----------------------------------------------------------------------------


def post_ahead(stamp_ns: int, pose: list[float], face_m: float, sides_m: tuple[float, float]):
    """Return the summary of a thing whose face lies at x = face_m, in cells of 5 cm."""
    distance = [math.inf] * SECTORS
    y = sides_m[0] + 0.025
    while y < sides_m[1]:
        dx, dy = face_m + 0.025 - pose[0], y - pose[1]
        sector = round((math.atan2(dy, dx) - pose[2]) / math.radians(5.0)) % SECTORS
        distance[sector] = min(distance[sector], math.hypot(dx, dy) - 0.025 - 0.22)
        y += 0.05
    return NearestObstacle(
        stamp_ns, True, min(distance), 0.0, 0.05, math.radians(5.0), tuple(distance)
    )


@pytest.mark.parametrize("sides_m", [(-2.0, 2.0), (0.1, 0.3), (-0.3, -0.1)])
@pytest.mark.parametrize("turn_rad", [1.5, -3.0])
def test_what_still_rolls_when_a_turn_in_place_begins_touches_nothing(
    sides_m: tuple[float, float], turn_rad: float
) -> None:
    """A turn lets the robot roll out gently, 0.22 m from 0.6 m/s; the guard brakes where it must.

    The thing stands where full brakes just suffice: 0.15 s of reaction, v^2 / 4, and 3 cm.
    """
    face_m = 0.22 + 0.6 * 0.15 + 0.6**2 / 4.0 + 0.03
    guard, config, robot = Guard(GuardConfig()), PlannerConfig(), RobotConfig()
    free = summary()
    guarded(guard, range(100), Velocity(0.6), free)
    pose, late = [0.0, 0.0, 0.0], [(0.6, 0.0)] * 2  # the base follows two ticks later
    for tick in range(100, 250):
        if tick % 5 == 0:
            state = RobotState(np.array(pose), *late[0])
            way = turn_by(state, turn_rad - pose[2], 1.6, config, robot)
        command = Velocity(float(way.v[0, 0]), float(way.w[0, 0]))
        nearest = post_ahead(tick * TICK, pose, face_m, sides_m)
        late += guarded(guard, range(tick, tick + 1), command, nearest)
        v, w = late.pop(0)
        pose = [
            pose[0] + 0.02 * v * math.cos(pose[2]),
            pose[1] + 0.02 * v * math.sin(pose[2]),
            pose[2] + 0.02 * w,
        ]
        aside = max(sides_m[0] - pose[1], pose[1] - sides_m[1], 0.0)
        assert math.hypot(max(face_m - pose[0], 0.0), aside) > 0.22
    assert v == 0.0 and abs(pose[2]) > 0.5
