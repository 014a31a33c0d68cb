"""Cameras that lie: each fault does to the images what it says, and to no others."""

from dataclasses import replace

import numpy as np
import pytest

from astra_core.observation import CameraFrame, Observation
from astra_sim.faults import make_fault

NAMES = ("front", "left", "rear", "right")
DEPTH = np.arange(1, 13, dtype=np.float32).reshape(3, 4)
MS = 1_000_000


def observation(stamp_ns: int = 0) -> Observation:
    frames = tuple(
        CameraFrame(name, stamp_ns, np.full((3, 4, 3), number, np.uint8), DEPTH + number)
        for number, name in enumerate(NAMES)
    )
    return Observation(stamp_ns, frames=frames)


def sensed(name: str) -> tuple[CameraFrame, ...]:
    fault = make_fault(name)
    fault.rng = np.random.default_rng(0)
    return fault.sense(observation()).frames


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("depth-nan", np.full((3, 4), np.nan)),
        ("depth-inf", np.full((3, 4), np.inf)),
        ("depth-9m", np.full((3, 4), 9.0)),
        ("depth-saturated", np.full((3, 4), 65.535)),
        ("depth-covered", np.full((3, 4), 0.05)),
        ("depth-millimetres", 1000.0 * DEPTH),
        ("depth-metres", 0.001 * DEPTH),
        ("depth-1.3", 1.3 * DEPTH),
        ("depth-0.7", 0.7 * DEPTH),
        ("depth-one-row", [[5.0, 6.0, 7.0, 8.0]] * 3),
        ("images-upside-down", DEPTH[::-1]),
        ("images-mirrored", DEPTH[:, ::-1]),
        ("cameras-swapped-sides", DEPTH),
    ],
)
def test_what_the_front_camera_tells(name: str, expected: np.ndarray) -> None:
    front, *others = sensed(name)
    assert front.depth_m is not None and front.depth_m.dtype == np.float32
    np.testing.assert_allclose(front.depth_m, np.asarray(expected, np.float32))
    if name != "cameras-swapped-sides":
        assert [float(frame.depth_m[0, 0]) for frame in others] == [2.0, 3.0, 4.0]


def test_one_pixel_and_noise() -> None:
    depth = sensed("depth-one-pixel")[0].depth_m
    assert np.count_nonzero(depth) == 1
    depth = sensed("depth-noise")[0].depth_m
    assert np.unique(depth).size == 12 and depth.min() >= 0.1 and depth.max() <= 8.0


def test_swapped_cameras_send_what_the_other_sees() -> None:
    frames = {frame.camera: frame for frame in sensed("cameras-swapped")}
    assert {name: int(frame.image[0, 0, 0]) for name, frame in frames.items()} == {
        "front": 2,
        "left": 1,
        "rear": 0,
        "right": 3,
    }
    assert float(frames["front"].depth_m[0, 0]) == 3.0


def test_late_images_have_fresh_stamps() -> None:
    fault = make_fault("images-late")
    stamps = []
    for number in range(8):
        seen = observation(100 * MS * number)
        if number == 3:
            seen = replace(seen, frames=())
        for frame in fault.sense(seen).frames[:1]:
            stamps.append((number, frame.stamp_ns // MS))
    # Half a second after it was taken an image comes, and says that it is new.
    assert stamps == [(5, 500), (6, 600), (7, 700)]
