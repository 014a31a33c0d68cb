"""People walk, keep off walls and each other, and never walk into the robot."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from plain_scene import plain_room

from astra_core.records import Velocity
from astra_core.robot import FOOTPRINT_RADIUS_M
from astra_sim.conditions import CROWDED, EMPTY, STANDARD, Conditions
from astra_sim.disc import Disc, Segment, segment_distance_m
from astra_sim.people.avoidance import SQUEEZE_GAP_M, choose_velocity, robot_gap_m
from astra_sim.people.bodies import PeopleBodies, add_people
from astra_sim.people.crowd import Crowd, most_people
from astra_sim.people.figure import LIMBS, body_meshes, draw_figure
from astra_sim.profile import load_profile
from astra_sim.scenes import make_scene
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.simulator import Simulator
from astra_sim.surroundings import Surroundings

TICK_S = 0.02
RADIUS_M = FOOTPRINT_RADIUS_M


def disc(x, y, vx=0.0, vy=0.0, radius=RADIUS_M):
    return Disc(np.array([x, y], float), np.array([vx, vy], float), radius)


@pytest.fixture(scope="module")
def home():
    scene = make_scene("home", 4)
    return scene, floor_plan(scene)


def crowd_around(home, seed, wanted=10):
    scene, plan = home
    x, y, _ = plan.sample_free_pose(np.random.default_rng(seed), 0.35)
    robot = disc(x, y)
    wanted = min(wanted, most_people(plan, STANDARD.m2_per_person))
    return Crowd(plan, scene.door_centers_m, seed, wanted, robot), robot


def walk(crowd, robot, seconds):
    """Yield after every tick."""
    for _ in range(round(seconds / TICK_S)):
        crowd.step(TICK_S, robot, [])
        yield


def gaps_to_robot(crowd, robot):
    return [float(robot_gap_m(p.xy_m, p.radius_m, robot)) for p in crowd.people]


def test_people_start_away_from_the_robot_and_from_each_other(home):
    for seed in range(5):
        crowd, robot = crowd_around(home, seed)
        for index, person in enumerate(crowd.people):
            assert math.dist(person.xy_m, robot.xy_m) >= 2.0
            assert 0.22 <= person.radius_m <= 0.25
            assert 0.5 <= person.stroll_mps <= 1.3
            for other in crowd.people[:index]:
                assert math.dist(person.xy_m, other.xy_m) >= 0.9


def test_a_building_holds_as_many_people_as_its_free_floor_has_room_for(home):
    scene, plan = home
    free_m2 = plan.reachable(0.05).sum() * plan.resolution_m**2
    assert most_people(plan, 12.0) == int(free_m2 // 12.0)
    full = replace(STANDARD, fewest_people=30, most_people=30)
    around = Surroundings(scene, plan, full, 0, crowd_around(home, 0)[1])
    assert 1 <= len(around.people()) <= most_people(plan, full.m2_per_person)


def test_a_crowded_home_has_more_people_than_an_ordinary_one_can(home):
    _, plan = home
    assert most_people(plan, CROWDED.m2_per_person) >= CROWDED.fewest_people
    assert CROWDED.m2_per_person == STANDARD.m2_per_person / 2


def check_walk(home, seed, seconds):
    """A robot that stands is never hit; nobody touches walls or others, or stays in its way."""
    _, plan = home
    crowd, robot = crowd_around(home, seed)
    start = [person.xy_m for person in crowd.people]
    walked = np.zeros(len(start))
    before, close_s = start, np.zeros(len(start))
    for _ in walk(crowd, robot, seconds):
        gaps = gaps_to_robot(crowd, robot)
        assert min(gaps) >= SQUEEZE_GAP_M - 1e-9
        for index, person in enumerate(crowd.people):
            assert plan.is_free(person.x_m, person.y_m, person.radius_m)
            assert person.speed_mps <= 1.31
            for other in crowd.people[:index]:
                apart = math.dist(person.xy_m, other.xy_m)
                assert apart > person.radius_m + other.radius_m
            moved = math.dist(person.xy_m, before[index])
            walked[index] += moved
            near = gaps[index] < 0.6 and moved < 0.15 * TICK_S
            close_s[index] = close_s[index] + TICK_S if near else 0.0
        assert close_s.max() < 10.0
        before = [person.xy_m for person in crowd.people]
    # They do go about: nobody stands all the time.
    assert walked.min() > 0.1 * seconds


def test_a_standing_robot_is_never_hit(home):
    check_walk(home, seed=1, seconds=40.0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_standing_robot_is_never_hit_in_five_minutes(home, seed):
    check_walk(home, seed, seconds=300.0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_people_make_way_for_a_slow_robot_that_looks_at_nobody(home, seed):
    _, plan = home
    crowd, robot = crowd_around(home, seed)
    rng = np.random.default_rng(seed)
    path = np.zeros((0, 2))
    for _ in range(round(120.0 / TICK_S)):
        while not len(path):
            x, y, _ = plan.sample_free_pose(rng, 0.35)
            path = plan.shortest_path(tuple(robot.xy_m), (x, y), 0.3)[1:]
        offset = path[0] - robot.xy_m
        left = float(np.hypot(*offset))
        velocity = 0.25 * offset / max(left, 1e-9)
        if left < 0.25 * TICK_S:
            path, velocity = path[1:], np.zeros(2)
        robot = Disc(robot.xy_m + velocity * TICK_S, velocity, RADIUS_M)
        crowd.step(TICK_S, robot, [])
        assert min(gaps_to_robot(crowd, robot)) > 0.0


def everywhere_free(points):
    return np.full(points.shape[:-1], 5.0)


def test_a_person_walks_on_where_nobody_is_and_not_into_the_robot():
    me, wanted = disc(0.0, 0.0, 1.0, 0.0), np.array([1.0, 0.0])
    free = choose_velocity(me, wanted, [], None, [], 0.16, everywhere_free)
    assert np.allclose(free, wanted)
    # The robot stands 0.6 m ahead: gap 0.16 at x = 0.
    blocked = choose_velocity(me, wanted, [], disc(0.6, 0.0), [], 0.16, everywhere_free)
    after = me.xy_m + 0.35 * blocked
    assert math.dist(after, (0.6, 0.0)) >= 0.6 - 1e-9


def test_a_person_steps_aside_for_a_robot_that_comes():
    me = disc(0.0, 0.0)
    chosen = choose_velocity(
        me, np.zeros(2), [], disc(0.9, 0.0, -0.5, 0.0), [], 0.16, everywhere_free
    )
    assert np.hypot(*chosen) > 0.1


def test_a_corridor_with_the_robot_in_it_makes_a_person_wait():
    def corridor(points):
        return 0.30 - np.abs(points[..., 1])

    me, wanted = disc(0.0, 0.0), np.array([1.0, 0.0])
    chosen = choose_velocity(me, wanted, [], disc(0.62, 0.0), [], 0.16, corridor)
    assert 0.35 * chosen[0] < 0.05


def test_a_shut_door_leaf_is_not_walked_through():
    leaf = Segment(np.array([0.5, -0.5]), np.array([0.5, 0.5]))
    assert float(segment_distance_m(np.array([0.0, 0.2]), leaf)) == pytest.approx(0.5)
    assert float(segment_distance_m(np.array([0.5, 0.9]), leaf)) == pytest.approx(0.4)
    chosen = choose_velocity(
        disc(0.0, 0.0), np.array([1.0, 0.0]), [], None, [leaf], 0.16, everywhere_free
    )
    assert 0.6 * chosen[0] < 0.5 - RADIUS_M


def test_same_seed_same_walk(home):
    walks = []
    for seed in (3, 3, 5):
        crowd, robot = crowd_around(home, 3)
        if seed != 3:
            crowd = Crowd(home[1], home[0].door_centers_m, seed, 10, robot)
        for _ in walk(crowd, robot, 10.0):
            pass
        walks.append([(p.x_m, p.y_m, p.theta_rad, p.phase_rad) for p in crowd.people])
    assert walks[0] == walks[1]
    assert walks[0] != walks[2]


def test_people_have_bodies_of_their_size_and_feet_on_the_floor():
    import mujoco

    from astra_sim.people.person import Person

    rng = np.random.default_rng(0)
    figures = [draw_figure(rng) for _ in range(3)]
    for figure in figures:
        meshes = body_meshes(figure)
        assert tuple(meshes) == LIMBS
        top = float(meshes["trunk"].vertices[:, 2].max())
        assert top == pytest.approx(figure.height_m, abs=0.01)
        widest = np.hypot(*meshes["trunk"].vertices[:, :2].T).max()
        assert widest < figure.radius_m
    spec = mujoco.MjSpec()
    add_people(spec, figures, [np.random.default_rng(k) for k in range(3)])
    model = spec.compile()
    data = mujoco.MjData(model)
    people = [Person(f, 1.0, 2.0, 2.0 * k, 1.0, 0.5) for k, f in enumerate(figures)]
    bodies = PeopleBodies(model, people)
    for phase in np.linspace(0.0, 2.0 * math.pi, 9):
        for person in people:
            person.phase_rad, person.swing = float(phase), 1.0
        bodies.place(data)
        bodies.pose(data)
        mujoco.mj_kinematics(model, data)
        for number, person in enumerate(people, start=1):
            soles = []
            for limb in ("shin_left", "shin_right"):
                body = model.body(f"person-{number}-{limb}").id
                rotation = data.xmat[body].reshape(3, 3)
                soles.append(float((data.xpos[body] - rotation[:, 2] * person.figure.shin_m)[2]))
            assert min(soles) == pytest.approx(0.0, abs=1e-6)
            assert max(soles) < 0.6


def test_a_robot_that_drives_into_a_person_has_collided_with_them():
    one = Conditions(name="one", fewest_people=1, most_people=1)
    with Simulator(
        plain_room(),
        load_profile().quiet(),
        3,
        conditions=one,
        camera_hz=0.0,
        start_pose=(-2.4, 0.0, 0.0),
    ) as simulator:
        (person,) = simulator.people()
        assert math.hypot(person.x_m + 2.4, person.y_m) >= 2.0
        # Somebody who does not move: asleep on their feet.
        crowd = simulator._surroundings._crowd
        crowd.step = lambda *_: None
        sleeper = crowd.people[0]
        sleeper.x_m, sleeper.y_m = -1.0, 0.0
        for _ in range(60):
            simulator.step(Velocity(0.5, 0.0))
        truth = simulator.truth()
        gap = 1.4 - truth.path_length_m - RADIUS_M - sleeper.radius_m
        assert truth.clearance_m == pytest.approx(gap, abs=0.005)
        for _ in range(80):
            simulator.step(Velocity(0.5, 0.0))
        assert simulator.truth().touched == ("person-1",)
        assert simulator.truth().collision_count == 1
        # The robot is stopped by the person and does not pass through.
        assert simulator.truth().pose[0] < -1.0 - RADIUS_M - sleeper.radius_m + 0.02


def test_people_are_told_to_scoring_only():
    options = {"camera_hz": 0.0, "start_pose": (0.0, -1.0, 0.0)}
    with Simulator(plain_room(), load_profile(), 1, conditions=EMPTY, **options) as simulator:
        assert simulator.people() == []
    with Simulator(
        plain_room(), load_profile(), 1, conditions=CROWDED, seal_truth=True, **options
    ) as simulator:
        assert simulator.people() == []
