"""Best-effort pictures of several cameras arrive under the profile that the launch gives."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("rclpy")

from sensor_msgs.msg import Image

from astra_cli.ros_domain import PROFILE_VARIABLES, ROBOT_PROFILE
from astra_core.ros.direct import DirectLane
from astra_core.ros.qos import sensor_input

ROOT = Path(__file__).resolve().parents[2]
CAMERAS, BURSTS = 8, 20


def test_bursts_of_eight_pictures_arrive(node):
    """By the defaults of Fast DDS 93 of 240 did, and 17 of 120 of 640x480."""
    lane, heard = DirectLane(node), []
    for number in range(CAMERAS):
        topic = f"camera/c{number}/image_raw"
        lane.subscribe(Image, topic, lambda image: heard.append(image.width), sensor_input())
    lane.start()
    profile = dict.fromkeys(PROFILE_VARIABLES, str(ROOT / "config" / ROBOT_PROFILE))
    sender = [sys.executable, str(Path(__file__).parent / "picture_sender.py")]
    try:
        subprocess.run(
            [*sender, str(CAMERAS), "320", "240", str(BURSTS)],
            env={**os.environ, **profile},
            check=True,
            timeout=100,
        )
    finally:
        lane.close()
    assert len(heard) >= 0.9 * CAMERAS * BURSTS
