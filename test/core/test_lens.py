"""Lenses undone to the rim, and calibrations that cannot be those of the picture."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from astra_core.camera import CameraIntrinsics
from astra_core.lens import calibration_problem, undistort

WIDE = CameraIntrinsics(640, 480, 270.0, 270.0, 319.5, 239.5)


def test_a_wide_lens_is_undone_out_to_the_rim() -> None:
    # At the middle of the right rim of a picture 100 degrees wide: r = 1.185.
    k1, x = 0.3, 1.185
    lens = replace(WIDE, distortion=(k1, 0.0, 0.0, 0.0))
    distorted = [[270.0 * x * (1.0 + k1 * x * x) + 319.5, 239.5]]
    np.testing.assert_allclose(
        undistort(np.array(distorted), lens), [[270.0 * x + 319.5, 239.5]], atol=0.01
    )


def test_without_distortion_pixels_stay() -> None:
    pixels = np.array([[3.25, 470.0]])
    assert undistort(pixels, WIDE) is pixels
    assert undistort(np.empty((0, 2)), replace(WIDE, distortion=(0.1, 0, 0, 0))).shape == (0, 2)


@pytest.mark.parametrize(
    "k",
    [
        WIDE,
        # EuRoC, TUM fr1, KITTI 00, an Azure Kinect and a wide-angle Raspberry Pi camera.
        CameraIntrinsics(752, 480, 458.7, 457.3, 367.2, 248.4, (-0.2834, 0.0740, 2e-4, 2e-5)),
        CameraIntrinsics(
            640, 480, 517.3, 516.5, 318.6, 255.3, (0.2624, -0.9531, -0.0054, 0.0026, 1.1633)
        ),
        CameraIntrinsics(
            1392, 512, 984.2, 980.8, 690.0, 233.2, (-0.3729, 0.2037, 0.0022, 0.0014, -0.0723)
        ),
        CameraIntrinsics(
            2048, 1536, 983.7, 983.5, 1022.2, 780.0,
            (0.45, -2.6, 5e-4, -2e-4, 1.55, 0.33, -2.43, 1.48),
        ),
        CameraIntrinsics(640, 480, 300.0, 300.0, 320.0, 240.0, (-0.31, 0.09, 0.0, 0.0, -0.011)),
        # Cut out of a larger picture, on one side.
        CameraIntrinsics(400, 240, 134.0, 134.0, 60.0, 119.5),
    ],
)  # fmt: skip
def test_calibrations_of_real_cameras_are_taken(k: CameraIntrinsics) -> None:
    assert calibration_problem(k) == ""


@pytest.mark.parametrize(
    ("k", "words"),
    [
        # Pictures were scaled, K was not: down to a half, and up to twice the size.
        (replace(WIDE, width_px=320, height_px=240), "about 640x480, and not of 320x240"),
        (replace(WIDE, width_px=1280, height_px=960), "about 640x480, and not of 1280x960"),
        (replace(WIDE, cx_px=700.0), r"principal point \(700, 240\) is outside"),
        (replace(WIDE, cy_px=-1.0), r"principal point \(320, -1\) is outside"),
        # A focal length in metres, and one in micrometres.
        (replace(WIDE, fx_px=0.004), "180.0 degrees wide"),
        (replace(WIDE, fy_px=4000000.0), "0.0 degrees high"),
        # r (1 - 0.5 r^2) never gets beyond 0.54, the picture goes to 1.48.
        (replace(WIDE, distortion=(-0.5, 0.0, 0.0, 0.0)), "cannot be undone in 80 %"),
        (replace(WIDE, distortion=(math.inf, 0.0, 0.0, 0.0)), "cannot be undone in 100 %"),
    ],
)  # fmt: skip
def test_a_calibration_that_cannot_be_is_named(k: CameraIntrinsics, words: str) -> None:
    assert re.search(words, calibration_problem(k))
