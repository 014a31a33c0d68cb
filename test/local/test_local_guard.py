"""The guard keeps its limits whatever comes, stops when it must, and never traps the robot."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astra_core.errors import ConfigError
from astra_core.records import Velocity
from astra_local.config import GuardConfig
from astra_local.safety.guard import Guard
from astra_local.safety.limits import AxisLimiter, AxisLimits
from astra_local.safety.stopping import free_arc, speed_for_distance
from astra_local.types import GuardState, NearestObstacle

C = GuardConfig()
TICK = 20_000_000
SECTORS = 72


def surroundings(stamp_ns: int, ahead: dict[int, float] | None = None, valid: bool = True):
    """Return a summary; ``ahead`` maps bearing in degrees (multiples of 5) to distance."""
    distance = [math.inf] * SECTORS
    for bearing, value in (ahead or {}).items():
        distance[bearing // 5 % SECTORS] = value
    nearest = min(distance)
    return NearestObstacle(
        stamp_ns, valid, nearest, 0.0, 0.05, 2 * math.pi / SECTORS, tuple(distance)
    )


def wall_ahead(stamp_ns: int, distance_m: float) -> NearestObstacle:
    """Return a wall across the way, its plane ``distance_m`` before the footprint."""
    plane = distance_m + 0.22
    sectors = {d: plane / math.cos(math.radians(d)) - 0.22 for d in range(-80, 85, 5)}
    return surroundings(stamp_ns, sectors)


def run(guard: Guard, ticks: int, command: Velocity, obstacle=None, start: int = 0, **more):
    decision = None
    for number in range(start, start + ticks):
        now = number * TICK
        guard.on_heartbeat("astra_local", now)
        guard.on_obstacle(surroundings(now) if obstacle is None else obstacle(now))
        guard.on_command(command, now)
        decision = guard.step(now)
    return decision


def test_distances_never_rely_on_stronger_brakes_than_are_used() -> None:
    with pytest.raises(
        ConfigError, match=r"\(1\.0\) is above max_linear_deceleration_mps2 \(0\.8\)"
    ):
        GuardConfig(max_linear_deceleration_mps2=0.8)
    GuardConfig(max_linear_deceleration_mps2=0.8, sure_linear_deceleration_mps2=0.8)


def test_passes_a_fair_command() -> None:
    decision = run(Guard(), 100, Velocity(0.5, 0.5))
    assert decision.velocity.linear_mps == pytest.approx(0.5)
    assert decision.velocity.angular_rad_s == pytest.approx(0.5)
    assert decision.state is GuardState.PASS
    assert decision.reason == ""


@pytest.mark.parametrize("side", [1, -1])
def test_against_what_holds_the_robot_it_does_not_press_on_while_it_brakes(side: int) -> None:
    guard = Guard()
    held = lambda now: replace(surroundings(now), held=side)  # noqa: E731
    other = lambda now: replace(surroundings(now), held=-side)  # noqa: E731
    run(guard, 60, Velocity(0.15 * side, 0.3))
    run(guard, 10, Velocity(0.15 * side, 0.3), other, start=60)
    # What holds it on the other side is no reason to stand.
    assert guard.step(69 * TICK).velocity.linear_mps == pytest.approx(0.15 * side)
    decision = run(guard, 1, Velocity(0.15 * side, 0.3), held, start=70)
    assert decision.velocity.linear_mps == 0.0
    assert decision.velocity.angular_rad_s == pytest.approx(0.3)  # its round hull may turn
    assert (decision.state, decision.reason) == (GuardState.LIMITED, "something holds the robot")
    # Away from it there is a ramp, as ever.
    decision = run(guard, 5, Velocity(-0.1 * side, 0.0), held, start=71)
    assert 0.0 < -side * decision.velocity.linear_mps < 0.05
    assert decision.reason == ""


def test_who_is_held_does_not_press_on_while_it_stops_for_another_reason() -> None:
    guard = Guard()
    run(guard, 60, Velocity(0.5, 0.0))
    guard.on_obstacle(replace(surroundings(60 * TICK), held=1))
    guard.on_heartbeat("astra_local", 60 * TICK, may_drive=False, why="no")
    decision = guard.step(60 * TICK)
    assert (decision.velocity.linear_mps, decision.state) == (0.0, GuardState.STOPPED)


def test_ramps_up_and_brakes_harder_than_it_ramps() -> None:
    guard, speeds = Guard(), []
    for number in range(60):
        speeds.append(run(guard, 1, Velocity(0.6, 0.0), start=number).velocity.linear_mps)
    steps = [b - a for a, b in pairwise(speeds)]
    assert max(steps) == pytest.approx(0.8 * 0.02, rel=1e-6)
    assert steps[0] <= 8.0 * 0.02 * 0.02 + 1e-9  # jerk
    assert speeds[-1] == pytest.approx(0.6)
    decision = run(guard, 1, Velocity(0.0, 0.0), start=60)
    assert decision.velocity.linear_mps == pytest.approx(0.6 - 2.0 * 0.02)


commands = st.one_of(
    st.none(),
    st.tuples(
        st.floats(allow_nan=True, allow_infinity=True),
        st.floats(allow_nan=True, allow_infinity=True),
    ),
    st.tuples(st.floats(-2, 2), st.floats(-4, 4)),
)
events = st.tuples(
    commands,
    st.integers(-40, 40),  # lateness of the command in ticks
    st.sampled_from(["none", "free", "near", "touching", "invalid", "nan"]),
    st.booleans(),  # heartbeat
    st.sampled_from([1, 1, 1, 0, 2, 7, -3, 1000]),  # ticks until the next step
)


def test_brakes_harder_than_it_judges_distances() -> None:
    guard = Guard()
    run(guard, 100, Velocity(0.6))
    # Half a second to stand if the brakes gave only what distances are judged by: 0.18 m and
    # 0.09 m of reaction. A wall at 0.3 m does not slow the robot yet, one at 0.2 m does.
    assert run(guard, 1, Velocity(0.6), lambda now: wall_ahead(now, 0.35), 100).reason == ""
    slowed = run(guard, 1, Velocity(0.6), lambda now: wall_ahead(now, 0.2), 101)
    assert slowed.reason.startswith("an obstacle")
    decision = run(guard, 5, Velocity(), start=102)
    assert decision.velocity.linear_mps == pytest.approx(slowed.velocity.linear_mps - 0.2)


@settings(max_examples=60, deadline=None)
@given(st.lists(events, min_size=1, max_size=30))
def test_limits_hold_whatever_comes(sequence: list) -> None:
    guard, now = Guard(), 0
    last = Velocity()
    growth_before = 0.0
    for command, late, obstacle, alive, ticks in sequence:
        now += ticks * TICK
        if command is not None:
            guard.on_command(Velocity(*command), now - late * TICK)
        if obstacle != "none":
            summaries = {
                "free": surroundings(now),
                "near": wall_ahead(now, 0.2),
                "touching": wall_ahead(now, -0.05),
                "invalid": surroundings(now, valid=False),
                "nan": surroundings(now, {0: math.nan}),
            }
            guard.on_obstacle(summaries[obstacle])
        if alive:
            guard.on_heartbeat("astra_local", now)
        output = guard.step(now).velocity
        v, w = output.linear_mps, output.angular_rad_s
        dt = min(max(ticks * 0.02, 0.0), 0.1)
        assert -C.max_reverse_mps - 1e-9 <= v <= C.max_linear_mps + 1e-9
        assert abs(w) <= C.max_angular_rad_s + 1e-9
        gain = abs(v) - abs(last.linear_mps)
        assert gain <= C.max_linear_acceleration_mps2 * dt + 1e-9
        assert -gain <= C.max_linear_deceleration_mps2 * dt + 1e-9
        assert abs(v - last.linear_mps) <= C.max_linear_deceleration_mps2 * dt + 1e-9
        turn = abs(w) - abs(last.angular_rad_s)
        assert turn <= C.max_angular_acceleration_rad_s2 * dt + 1e-9
        assert -turn <= C.max_angular_deceleration_rad_s2 * dt + 1e-9
        if dt > 0.0:
            growth = max(gain, 0.0) / dt
            assert growth <= growth_before + C.max_linear_jerk_mps3 * dt + 1e-6
            growth_before = growth
        last = output


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda g, t: g.on_command(Velocity(0.5), t - 26 * TICK), "command is 0.52 s old"),
        (lambda g, t: g.on_obstacle(surroundings(t - 31 * TICK)), "seen 0.62 s ago"),
        (lambda g, t: g.on_obstacle(surroundings(t, valid=False)), "not known"),
        (lambda g, t: g.on_heartbeat("astra_local", t - 51 * TICK), "silent for 1.02 s"),
        (lambda g, t: g.on_heartbeat("astra_local", t, False, "camera lost"), "camera lost"),
        (lambda g, t: g.on_command(Velocity(math.nan, 0.0), t), "not a number"),
        (lambda g, t: g.on_command(Velocity(0.1, math.inf), t), "not a number"),
    ],
)
def test_stops_with_a_reason(spoil, reason: str) -> None:
    guard = Guard()
    run(guard, 100, Velocity(0.5, 0.0))
    speeds = []
    for number in range(100, 130):
        now = number * TICK
        guard.on_heartbeat("astra_local", now)
        guard.on_obstacle(surroundings(now))
        guard.on_command(Velocity(0.5, 0.0), now)
        spoil(guard, now)
        decision = guard.step(now)
        speeds.append(decision.velocity.linear_mps)
        assert reason in decision.reason
        assert decision.state is GuardState.STOPPED
    assert speeds[0] == pytest.approx(0.46)
    assert speeds[-1] == 0.0


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda g, t: g.on_command(Velocity(0.5), t + 26 * TICK), "command is -0.52 s old"),
        (lambda g, t: g.on_obstacle(surroundings(t + 31 * TICK)), "seen -0.62 s ago"),
        (lambda g, t: g.on_heartbeat("astra_local", t + 51 * TICK), "silent for -1.02 s"),
    ],
)
def test_what_is_stamped_in_the_future_is_as_little_believed_as_what_is_old(spoil, reason) -> None:
    # A clock that is ahead would make one summary look fresh for as long as it is ahead.
    guard = Guard()
    run(guard, 100, Velocity(0.5, 0.0))
    now = 100 * TICK
    guard.on_heartbeat("astra_local", now)
    guard.on_obstacle(surroundings(now))
    guard.on_command(Velocity(0.5, 0.0), now)
    assert guard.step(now).state is GuardState.PASS
    spoil(guard, now)
    decision = guard.step(now + 1)
    assert reason in decision.reason
    assert decision.state is GuardState.STOPPED


@pytest.mark.parametrize("node", ["astra_local", "astra_global"])
def test_whoever_drives_another_robot_is_a_stop_until_it_drives_the_same(node: str) -> None:
    guard = Guard(robot_sha256="one")
    assert run(guard, 100, Velocity(0.5, 0.0)).state is GuardState.PASS

    def step(number: int, robot: str) -> GuardState:
        now = number * TICK
        guard.on_heartbeat("astra_local", now, robot_sha256="one")
        guard.on_heartbeat(node, now, robot_sha256=robot)
        guard.on_obstacle(surroundings(now))
        guard.on_command(Velocity(0.5, 0.0), now)
        decision = guard.step(now)
        assert (decision.state is GuardState.STOPPED) == bool(guard.stranger(now))
        if decision.reason:
            assert decision.reason == guard.stranger(now)
            assert f"{node} drives another robot (two) than the guard (one)" in decision.reason
        return decision.state

    assert step(100, "one") is GuardState.PASS
    assert step(101, "two") is GuardState.STOPPED
    # Somebody who knows no robot, as a node that only must be alive, contradicts nobody.
    assert step(102, "") is GuardState.PASS
    assert step(103, "two") is GuardState.STOPPED
    assert step(104, "one") is GuardState.PASS


def test_a_stranger_that_has_gone_is_forgotten_and_without_a_robot_nobody_is_one() -> None:
    guard = Guard(robot_sha256="one")
    guard.on_heartbeat("astra_global", 0, robot_sha256="two")
    assert guard.stranger(25 * TICK)  # 0.5 s
    assert not guard.stranger(26 * TICK)
    knows_none = Guard()
    knows_none.on_heartbeat("astra_local", 0, robot_sha256="two")
    assert not knows_none.stranger(0)


def test_says_what_it_waits_for_at_the_start() -> None:
    guard = Guard()
    assert "never heard of" in guard.step(0).reason
    guard.on_heartbeat("astra_local", 0)
    assert "surroundings" in guard.step(TICK).reason
    guard.on_obstacle(surroundings(0))
    assert guard.step(2 * TICK).reason == "no command"
    alone = Guard(GuardConfig(peers=()))
    assert "surroundings" in alone.step(0).reason


@pytest.mark.parametrize("distance", [0.3, 0.6, 1.0])
def test_stops_before_a_wall(distance: float) -> None:
    guard, x, v, now = Guard(), 0.0, 0.0, 0
    for _ in range(600):
        now += TICK
        if now % (5 * TICK) == 0:  # the wall is seen at 10 Hz only
            guard.on_obstacle(wall_ahead(now, distance - x))
        guard.on_heartbeat("astra_local", now)
        guard.on_command(Velocity(0.6, 0.0), now)
        v = guard.step(now).velocity.linear_mps
        x += v * 0.02
        assert x < distance - 0.005
    assert v == 0.0
    assert x > distance - 0.1  # and not far before it


def test_next_to_a_wall_it_may_leave_turn_and_slide_along() -> None:
    def wall_left(now: int) -> NearestObstacle:
        sectors = {d: 0.222 / math.cos(math.radians(d - 90)) - 0.22 for d in range(15, 170, 5)}
        return surroundings(now, sectors)

    for command in (Velocity(0.0, 1.0), Velocity(0.0, -1.0), Velocity(0.3, 0.0), Velocity(-0.1)):
        decision = run(Guard(), 100, command, wall_left)
        assert decision.velocity.linear_mps == pytest.approx(command.linear_mps)
        assert decision.velocity.angular_rad_s == pytest.approx(command.angular_rad_s)
    touching = Guard()
    back = run(touching, 100, Velocity(-0.1, 0.0), lambda now: wall_ahead(now, -0.03))
    assert back.velocity.linear_mps == pytest.approx(-0.1)
    ahead = run(Guard(), 100, Velocity(0.3, 0.4), lambda now: wall_ahead(now, -0.03))
    assert ahead.velocity.linear_mps == 0.0
    assert ahead.velocity.angular_rad_s == pytest.approx(0.4)
    assert "touches" in ahead.reason


def test_free_arc_by_hand() -> None:
    points = [(1.0, 0.0)]
    assert free_arc(points, 0.5, 0.0, 0.2, 2.0) == pytest.approx(0.8, abs=0.035)
    assert free_arc(points, -0.5, 0.0, 0.2, 2.0) == 2.0
    assert free_arc(points, 0.5, 2.0, 0.2, 2.0) == 2.0  # turns away on a radius of 0.25 m
    # A half circle of radius 0.5 m ends at (0, 1).
    half = math.pi * 0.5
    assert free_arc([(0.0, 1.0)], 0.5, 1.0, 0.1, 3.0) == pytest.approx(half - 0.1, abs=0.035)
    assert free_arc([], 0.5, 0.0, 0.2, 2.0) == 2.0


def test_speed_for_distance_is_the_inverse_of_stopping() -> None:
    for v in (0.1, 0.6):
        assert speed_for_distance(v * 0.15 + v * v / 2.0, 1.0, 0.15) == pytest.approx(v)
    assert speed_for_distance(-0.1, 1.0, 0.15) == 0.0


@settings(max_examples=100, deadline=None)
@given(st.floats(-2, 2), st.floats(-1, 1))
def test_the_limiter_arrives(target: float, start: float) -> None:
    limiter = AxisLimiter(AxisLimits(0.6, 0.15, 0.8, 1.0, 8.0))
    for wanted in [start] * 60 + [target] * 200:
        limiter.step(wanted, 0.02)
    assert limiter.value == pytest.approx(min(max(target, -0.15), 0.6), abs=1e-6)
