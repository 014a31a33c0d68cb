"""What is believed of one depth image: floor where floor must be, and images that change."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from flat_world import make_rig

from astra_core.camera import Camera
from astra_core.observation import CameraFrame
from astra_local.sight.config import SightConfig
from astra_local.sight.floor import FloorView
from astra_local.sight.frozen import FrozenWatch, changed_share
from astra_local.sight.problem import Problem
from astra_local.sight.trust import Trust
from astra_local.sight.watch import SightWatch

S = 1_000_000_000
CONFIG = SightConfig()
CAMERA = make_rig().cameras[0]  # 160 x 120, level, 1.1 m high
STRIDE = CONFIG.pixel_stride
HERE = np.zeros(3)


def hall(wall_m: float = 3.0, ceiling_m: float = 2.6, camera: Camera = CAMERA) -> np.ndarray:
    """Return what a level camera sees of a hall that ends in a wall, ``(120, 160)`` metres."""
    k = camera.intrinsics
    slope = (np.arange(k.height_px) - k.cy_px) / k.fy_px
    height = float(camera.t_base_optical[2, 3])
    rise = np.where(slope > 0.0, height, ceiling_m - height)
    depth = np.minimum(rise / np.abs(slope), wall_m)
    return np.repeat(depth[:, None], k.width_px, axis=1).astype(np.float32)


def thin(image: np.ndarray) -> np.ndarray:
    return image[STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE].astype(np.float32)


def problem_of(image: np.ndarray, config: SightConfig = CONFIG) -> Problem | None:
    return FloorView(CAMERA, config).read(thin(image)).problem


def test_where_the_floor_must_be_by_hand() -> None:
    # f = 80 px / tan(50 deg) = 67.1; row 118 lies 58.5 px under the middle: 1.1 * 67.1 / 58.5.
    image = np.zeros((120, 160), np.float32)
    image[118] = 1.1 * (80.0 / math.tan(math.radians(50.0))) / 58.5
    view = FloorView(CAMERA, CONFIG)
    rows = view.num_pixels // 40  # 15 degrees down in the middle: 18 px; rows 78 to 118
    assert 9 <= rows <= 11
    for factor, seen, beyond in ((1.0, 40, 0), (1.14, 40, 0), (1.16, 0, 40), (0.3, 40, 0)):
        reading = view.read(thin(factor * image))
        assert round(reading.seen * view.num_pixels) == seen
        assert round(reading.beyond * view.num_pixels) == beyond


@pytest.mark.parametrize("wall_m", [0.12, 0.3, 1.0, 2.0, 8.0])
def test_a_room_is_believed_from_everywhere(wall_m: float) -> None:
    assert problem_of(hall(wall_m)) is None


def one_pixel() -> np.ndarray:
    image = np.zeros((120, 160), np.float32)
    image[102, 82] = 1.5
    return image


def left_half_dead() -> np.ndarray:
    image = hall()
    image[:, :80] = 0.0
    return image


NOISE = np.random.default_rng(0).uniform(0.1, 8.0, (120, 160))

FAULTS = {
    "one pixel": (one_pixel(), "empty", "its images have no depth"),
    "zeros": (0.0 * hall(), "empty", "its images have no depth"),
    "nan": (np.nan * hall(), "empty", "its images have no depth"),
    "inf": (np.inf * hall(), "empty", "its images have no depth"),
    "minus": (-hall(), "empty", "its images have no depth"),
    "nine metres": (0.0 * hall() + 9.0, "floor", "% of the floor in its view reads farther"),
    "saturated": (0.0 * hall() + 65.535, "floor", "% of the floor in its view reads farther"),
    "millimetres": (1000.0 * hall(), "unit", "a thousand times too long"),
    "metres": (0.001 * hall(), "unit", "a thousand times too short"),
    "too long": (1.3 * hall(), "scale", "depth reads 1.3 times too long: check its scale"),
    "covered": (0.0 * hall() + 0.05, "covered", "nearer than 0.1 m everywhere"),
    "upside down": (hall()[::-1], "turned", "its images are upside down"),
    "one row": (0.0 * hall() + hall()[90], "floor", "reads farther"),
    "noise": (NOISE, "floor", "reads farther"),
    "half dead": (left_half_dead(), "part", "a part of its image (25 %) has no depth"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_sight_that_is_none_is_named(name: str) -> None:
    image, kind, text = FAULTS[name]
    problem = problem_of(image)
    assert problem is not None
    assert problem.kind == kind
    assert text in problem.text
    # Only an image that is turned says that the colour is, too.
    assert problem.is_misplaced == (kind == "turned")


def test_a_ramp_down_is_no_fault_of_the_camera() -> None:
    """From 2 m on the floor falls off, by a third of what lies behind."""
    image = hall()
    farther = np.where(image > 2.0, 1.3 * image, image)
    share = FloorView(CAMERA, CONFIG).read(thin(farther)).beyond
    assert share > 2.0 * CONFIG.max_beyond_share
    assert problem_of(farther) is None
    assert problem_of(np.where(image > 1.3, 1.3 * image, image)).kind == "scale"


def test_a_part_too_near_to_be_measured_is_no_dead_part() -> None:
    image = left_half_dead()
    image[:, 80:90] = 0.2  # the edge of what stands before the left half
    assert problem_of(image) is None


def test_a_camera_that_looks_up_needs_no_floor_but_something() -> None:
    pose = CAMERA.t_base_optical.copy()
    pose[:3, :3] = pose[:3, :3] @ np.diag([1.0, -1.0, -1.0])  # looks back and is upside down
    pose[:3, :3] = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])  # straight up
    view = FloorView(dataclasses.replace(CAMERA, t_base_optical=pose), CONFIG)
    assert view.num_pixels == 0
    assert view.read(thin(one_pixel())).problem is None
    assert view.read(thin(0.0 * one_pixel())).problem == Problem(
        "empty", "its images have no depth"
    )


def test_changed_share_by_hand() -> None:
    a = np.array([[0.0, 1.0, 2.0, np.nan]], np.float32)
    assert changed_share(a, a) == 0.0
    assert changed_share(a, np.array([[0.0, 1.0001, 2.1, np.nan]], np.float32)) == 0.5
    assert changed_share(a, np.array([[3.0, 1.0, 2.0, 0.0]], np.float32)) == pytest.approx(1 / 3)
    assert changed_share(0.0 * a, 0.0 * a) == 1.0


def noisy(rng: np.random.Generator) -> np.ndarray:
    image = thin(hall())
    return (image * (1.0 + 0.01 * rng.standard_normal(image.shape))).astype(np.float32)


def test_the_same_image_is_frozen_once_the_robot_has_moved() -> None:
    rng, watch = np.random.default_rng(0), FrozenWatch(CONFIG)
    for _ in range(3):
        assert watch.look(noisy(rng), HERE) is None
    last = noisy(rng)
    for x in (0.0, 0.0, 0.005, 0.019):
        assert watch.look(last, np.array([x, 0.0, 0.0])) is None
    problem = watch.look(last, np.array([0.021, 0.0, 0.0]))
    assert problem is not None
    assert problem.kind == "frozen"
    # Way and turn count from the last new image on.
    last = noisy(rng)
    assert watch.look(last, np.array([0.021, 0.0, 0.0])) is None
    assert watch.look(last, np.array([0.021, 0.0, 0.019])) is None
    assert watch.look(last, np.array([0.021, 0.0, 0.021])) is not None


def test_without_noise_two_places_may_look_alike() -> None:
    watch, image = FrozenWatch(CONFIG), thin(hall())
    person = image.copy()
    person[:, :4] = 1.0  # 10 % of the image
    for number in range(20):
        assert watch.look(person if number == 5 else image, HERE) is None
    assert watch.look(image, np.array([1.0, 0.0, 0.0])) is None


def test_two_bad_images_are_doubted_and_a_good_second_is_believed() -> None:
    trust, bad = Trust(CONFIG), Problem("scale", "a")
    assert trust.judge(None, 0)
    assert not trust.judge(bad, 1)
    assert trust.problem is None  # one image may be damaged
    assert trust.judge(None, 2)
    assert not trust.judge(bad, 3)
    assert not trust.judge(Problem("scale", "b"), 4)
    assert trust.problem == Problem("scale", "b")
    assert not trust.judge(bad, 5)
    assert trust.problem == Problem("scale", "b")  # the words stay while the fault does
    assert not trust.judge(Problem("empty", "c"), 6)
    assert trust.problem == Problem("empty", "c")
    assert not trust.judge(None, 1 * S)
    assert not trust.judge(bad, round(1.9 * S))
    assert not trust.judge(None, 2 * S)
    assert not trust.judge(None, 3 * S - 1)
    assert trust.problem is not None
    assert trust.judge(None, 3 * S)
    assert trust.problem is None


def frame(depth: np.ndarray, stamp_ns: int, camera: str = "front") -> CameraFrame:
    return CameraFrame(camera, stamp_ns, np.zeros((*depth.shape, 3), np.uint8), depth)


def test_a_rig_names_the_camera_and_gives_no_depth_of_it_away() -> None:
    watch = SightWatch(make_rig(), CONFIG)
    for number in range(3):
        frames = [frame(1.3 * hall(), number), frame(hall(), number, "rear")]
        front, rear = watch.believed(frames, [HERE, HERE], lambda _: HERE)
        assert front.depth_m is None
        assert front.stamp_ns == number
        assert rear.depth_m is not None
        text = "front camera: depth reads 1.3 times too long: check its scale"
        assert watch.problems == ({"front": text} if number else {})
    colour = dataclasses.replace(frames[0], depth_m=None)
    odd = dataclasses.replace(frames[0], depth_m=np.zeros((3, 3), np.float32))
    strange = dataclasses.replace(frames[0], camera="strange")
    assert watch.believed([colour, odd, strange], [HERE] * 3, lambda _: HERE) == [
        colour,
        odd,
        strange,
    ]
