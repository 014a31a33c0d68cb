"""Images that do not move as the robot does: swapped, late, mirrored, too short, unsteady."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from flat_world import FlatWorld, HeightMap, make_rig

from astra_core import se2
from astra_core.observation import CameraFrame
from astra_local.sight.config import SightConfig
from astra_local.sight.motion import MotionWatch
from astra_local.sight.stories import Stories, View
from astra_local.sight.watch import SightWatch

MS = 1_000_000
CONFIG = SightConfig(pixel_stride=2)
ROOM = HeightMap(
    (8.0, 6.0),
    [
        *((0, 0, 8, 0.1, 2.5), (0, 5.9, 8, 6, 2.5), (0, 0, 0.1, 6, 2.5), (7.9, 0, 8, 6, 2.5)),
        *((3, 4.2, 3.4, 4.6, 1.7), (4.6, 1.0, 5.0, 1.6, 0.9), (6.2, 3.6, 6.8, 4.4, 1.2)),
        *((1.0, 1.0, 1.5, 1.4, 1.5), (0.6, 4.0, 1.0, 5.0, 2.0)),
    ],
)
RIG = make_rig(80, 60)
Images = dict[str, np.ndarray]
Fault = Callable[[list[Images]], Images]


def drive(turn_rad_s: float, seconds: float = 3.0) -> tuple[list[np.ndarray], list[Images]]:
    """Return poses and depth images of a drive at 0.4 m/s, ten of them a second."""
    robot = FlatWorld(ROOM, np.array([2.0, 3.0, 0.0]), rig=RIG)
    poses, images = [], []
    for number in range(round(10 * seconds)):
        poses.append(robot.pose.copy())
        images.append({frame.camera: frame.depth_m for frame in robot.frames()})
        share = min(0.2 * number, 1.0)  # from standing, as every drive begins
        way = 0.0 if turn_rad_s > 1.0 else 0.04 * share
        robot.pose = se2.compose(robot.pose, [way, 0.0, 0.1 * turn_rad_s * share])
    return poses, images


DRIVES = {"ahead": drive(0.0), "curve": drive(0.5), "turn": drive(1.2, 2.0)}


def problems(name: str, fault: Fault, until_m: float = 1.0) -> tuple[dict[str, str], SightWatch]:
    """Show a drive with a fault until 1 m or 90 degrees; return what was said by then."""
    poses, images = DRIVES[name]
    watch, driven = SightWatch(RIG, CONFIG), 0.0

    def pose_at(stamp_ns: int) -> np.ndarray:
        at = min(max(stamp_ns / (100 * MS), 0.0), len(poses) - 1.0)
        low = min(int(at), len(poses) - 2)
        return poses[low] + (at - low) * (poses[low + 1] - poses[low])

    for number, pose in enumerate(poses):
        shown = fault(images[: number + 1])
        stamp_ns = number * 100 * MS
        frames = [CameraFrame(camera, stamp_ns, None, shown[camera]) for camera in shown]
        watch.believed(frames, [pose] * len(frames), pose_at)
        if number:
            x, y, theta = se2.between(poses[number - 1], pose)
            driven += math.hypot(x, y) + abs(theta) * 2.0 / math.pi
        if driven > until_m:
            break
    return dict(watch.problems), watch


def swapped(a: str, b: str) -> Fault:
    return lambda seen: seen[-1] | {a: seen[-1][b], b: seen[-1][a]}


def late(cameras: tuple[str, ...], images: int) -> Fault:
    return lambda seen: seen[-1] | {c: seen[max(len(seen) - 1 - images, 0)][c] for c in cameras}


def changed(camera: str, change: Callable[[np.ndarray], np.ndarray]) -> Fault:
    return lambda seen: seen[-1] | {camera: change(seen[-1][camera])}


@pytest.mark.parametrize("name", DRIVES)
def test_a_healthy_rig_is_believed(name: str) -> None:
    said, watch = problems(name, lambda seen: seen[-1], until_m=9.0)
    assert said == {}
    for sight in watch._sights.values():
        assert sight._motion.disagreement_m.max() < 0.5 * CONFIG.min_disagreement_m
        assert sight._motion.found_share > 2.0 * CONFIG.min_found_share


@pytest.mark.parametrize(
    ("name", "fault", "misplaced"),
    [
        ("ahead", swapped("front", "rear"), {"front", "rear"}),
        ("curve", late(("front", "left"), 5), {"front", "left"}),
        ("turn", changed("front", lambda depth: depth[:, ::-1]), {"front"}),
        ("ahead", changed("front", lambda depth: np.float32(0.7) * depth), set()),
        ("ahead", changed("front", lambda depth: np.full_like(depth, 9.0)), set()),
    ],
)
def test_colour_is_doubted_where_the_image_is_of_another_place_or_time(
    name: str, fault: Fault, misplaced: set[str]
) -> None:
    said, watch = problems(name, fault)
    assert said != {}
    assert watch.misplaced == misplaced


@pytest.mark.parametrize("name", ["ahead", "curve"])
def test_swapped_cameras_name_each_other_within_a_metre(name: str) -> None:
    said, _ = problems(name, swapped("front", "rear"))
    assert said == {
        "front": "front camera: it shows what the rear camera should: are they swapped?",
        "rear": "rear camera: it shows what the front camera should: are they swapped?",
    }
    said, _ = problems(name, swapped("left", "right"))
    assert said == {
        "left": "left camera: it shows what the right camera should: are they swapped?",
        "right": "right camera: it shows what the left camera should: are they swapped?",
    }


@pytest.mark.parametrize("name", DRIVES)
def test_late_pictures_are_named_with_their_age(name: str) -> None:
    said, _ = problems(name, late(("front",), 5))
    assert said.keys() == {"front"}
    # While the robot speeds up, older ones look alike.
    assert said["front"] in (
        "front camera: its images are about 0.5 s older than their stamps",
        "front camera: its images are about 1 s older than their stamps",
    )


@pytest.mark.parametrize("name", ["curve", "turn"])
def test_a_mirrored_image_is_named_in_a_turn(name: str) -> None:
    said, _ = problems(name, changed("front", lambda depth: depth[:, ::-1]))
    assert said == {"front": "front camera: its images are mirrored"}


def test_depth_that_reads_too_short_is_named() -> None:
    said, _ = problems("ahead", changed("front", lambda depth: np.float32(0.7) * depth))
    assert said == {"front": "front camera: depth reads 0.7 times what it should: check its scale"}


def test_who_sees_the_floor_where_it_is_does_not_read_too_short() -> None:
    """Wheels that tell twice the way look the same but for the floor."""
    poses, images = DRIVES["ahead"]
    watch = SightWatch(RIG, CONFIG)
    for number, pose in enumerate(poses[:20]):
        double = poses[0] + 2.0 * (pose - poses[0])
        frames = [CameraFrame("front", number * 100 * MS, None, images[number]["front"])]
        watch.believed(frames, [double], lambda _, double=double: double)
    assert not any("check its scale" in text for text in watch.problems.values())


def test_images_of_nothing_that_stays_are_named() -> None:
    """An endless floor, and noise above it."""
    rng, k = np.random.default_rng(0), RIG["front"].intrinsics
    floor = 1.1 * k.fy_px / (np.arange(30, 60) - k.cy_px)

    def noise(depth: np.ndarray) -> np.ndarray:
        lower = np.broadcast_to(np.minimum(floor, 8.0)[:, None], (30, 80))
        return np.concatenate([rng.uniform(0.2, 8.0, (30, 80)), lower]).astype(np.float32)

    said, _ = problems("curve", changed("front", noise))
    assert said == {
        "front": "front camera: what it shows does not stay in place while the robot moves"
    }


def test_an_accusation_falls_by_motion_or_after_a_time_of_standing() -> None:
    poses, images = DRIVES["curve"]
    for standing_s, believed in ((10.5, False), (12.5, True)):
        watch = SightWatch(RIG, CONFIG)
        for number in range(15):
            frames = [CameraFrame("front", number * 100 * MS, None, images[number]["rear"])]
            watch.believed(frames, [poses[number]], lambda _, n=number: poses[n])
        assert watch.problems.keys() == {"front"}
        start_ns = 1400 * MS
        rng = np.random.default_rng(0)
        for number in range(1, round(10 * standing_s)):
            depth = images[14]["front"] * (1.0 + 0.01 * rng.standard_normal((60, 80)))
            frames = [
                CameraFrame("front", start_ns + number * 100 * MS, None, depth.astype(np.float32))
            ]
            watch.believed(frames, [poses[14]], lambda _: poses[14])
        assert (watch.problems == {}) == believed


def test_stories_by_hand() -> None:
    """The robot drives 1 m ahead after standing: what is 3 m ahead of its front camera."""
    front, rear = RIG["front"], RIG["rear"]
    poses = {0: np.zeros(3), 1000 * MS: np.array([1.0, 0.0, 0.0])}
    stories = Stories(front, [rear])
    before, now = View(0, poses[0]), View(1000 * MS, poses[1000 * MS])
    transforms = stories.transforms(before, now, lambda ns: np.zeros(3))
    assert [fault.kind for fault in stories.faults] == [
        *("swapped", "late", "late", "late", "mirrored", "short")
    ]
    point = np.array([0.5, 0.0, 3.0, 1.0])
    moved = transforms @ point
    expected = [
        [0.5, 0.0, 2.0],  # it comes nearer
        [0.5, 0.0, 4.0],  # seen from the rear camera it falls back
        *([[0.5, 0.0, 3.0]] * 3),  # the robot stood
        [0.5, 0.0, 2.0],  # driving straight, a mirrored world looks like a world
        [0.5, 0.0, 2.3],  # a metre reads as 0.7
    ]
    np.testing.assert_allclose(moved[:, :3], expected, atol=1e-5)
    # In a turn to the left what is seen goes right, mirrored it goes left.
    turn = View(0, np.array([0.0, 0.0, 0.1]))
    moved = stories.transforms(View(0, np.zeros(3)), turn, lambda _: None) @ point
    assert moved[0, 0] > 0.7
    assert moved[-2, 0] < 0.3
    # Where nobody knows the past, late images tell what is true.
    np.testing.assert_array_equal(moved[2:5], moved[[0, 0, 0]])


def test_a_clock_that_goes_back_begins_anew() -> None:
    poses, images = DRIVES["curve"]
    watch = SightWatch(RIG, CONFIG)
    for number in (*range(15), 0, 1):
        frames = [CameraFrame("front", number * 100 * MS, None, images[number]["rear"])]
        watch.believed(frames, [poses[number]], lambda _, n=number: poses[n])
    assert watch._sights["front"]._motion.disagreement_m.max() <= 0.0


def test_who_walks_beside_the_robot_is_no_swapped_camera() -> None:
    """A walker fits another camera's story; walls that fit odometry alone speak against it."""
    rig = make_rig()
    watch = MotionWatch(rig.cameras[0], list(rig.cameras[1:]), SightConfig())
    watch._votes_for[0], watch._votes_against[0] = 0.13, 0.085
    watch._judge(0.0, frozenset())
    assert watch._accused is None
    watch._votes_against[0] = 0.06
    watch._judge(0.0, frozenset())
    assert watch._accused is not None
    assert watch._accused.kind == "swapped"


def test_who_overtakes_the_robot_is_no_swapped_camera_where_the_other_one_is_in_its_place() -> None:
    """Measured in a home: a walker beside the left camera, and the right one in its place."""
    rig = make_rig()
    left, right = (
        MotionWatch(camera, [other for other in rig.cameras if other is not camera], SightConfig())
        for camera in (rig["left"], rig["right"])
    )
    others = [camera.name for camera in rig.cameras if camera.name != "left"]
    watches = {"right": right}
    left.hear([watches.get(name, MotionWatch(rig[name], [], SightConfig())) for name in others])
    right.hear([left] * len(others))
    number = others.index("right")
    left._votes_for[number], left._votes_against[number] = 0.124, 0.060
    right._votes_against[: len(others)] = 0.35
    assert right.is_in_place
    left._judge(0.0, frozenset())
    assert left._accused is None
    # Both topics show one camera: the other one is in its place, and still this one is not.
    left._judge(0.0, frozenset({number}))
    assert left._accused is not None and "right" in left._accused.text
    # What fits one other mounting nearly as well as its own does not speak for it.
    left._forget()
    left._votes_for[number], left._votes_against[number] = 0.124, 0.060
    right._votes_for[1] = 0.32
    assert not right.is_in_place
    left._judge(0.0, frozenset())
    assert left._accused is not None and left._accused.kind == "swapped"


def test_a_camera_that_shows_the_picture_of_another_is_named() -> None:
    said, _ = problems("curve", lambda seen: seen[-1] | {"left": seen[-1]["right"]})
    assert said == {
        "left": "left camera: it shows what the right camera should: are they swapped?",
    }


def test_cameras_in_a_ring_are_named() -> None:
    def ring(seen: list[Images]) -> Images:
        last = seen[-1]
        return last | {"front": last["left"], "left": last["rear"], "rear": last["front"]}

    said, _ = problems("curve", ring)
    assert said["front"] == "front camera: it shows what the left camera should: are they swapped?"
    assert said.keys() == {"front", "left", "rear"}
