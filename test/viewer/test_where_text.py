"""What the page says about the robot's pose on the map."""

import math

import numpy as np
import pytest

from astra_viewer.where_text import Accuracy, accuracy_of, where_text


def test_a_pose_that_nothing_speaks_against():
    assert where_text(True) == "Localized."


def test_what_speaks_against_a_pose_is_said():
    reason = "they see the robot 0.31 m beside it"
    assert where_text(True, reason) == "Localized, but they see the robot 0.31 m beside it"


def test_why_there_is_none_is_said_and_cannot_format_the_page():
    text = where_text(False, "*no* picture")
    assert text.startswith("**Not localized**") and text.endswith(r"\*no\* picture")


def test_how_well_it_is_known_is_said_in_numbers():
    # 2.45 * 0.1 m and 1.96 * 1 degree.
    accuracy = Accuracy(sigma_m=0.1, sigma_rad=math.radians(1.0))
    assert (
        where_text(True, accuracy=accuracy) == ("Localized.\n\nWithin 24 cm and 2.0° (95 %).")
        or where_text(True, accuracy=accuracy) == "Localized.\n\nWithin 25 cm and 2.0° (95 %)."
    )
    # A pose that is not known is not known within anything.
    assert "Within" not in where_text(False, "no fix", accuracy)


def test_the_worse_direction_counts():
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    covariance = np.zeros((3, 3))
    covariance[:2, :2] = turn @ np.diag([0.09, 0.01]) @ turn.T
    covariance[2, 2] = 0.04
    assert accuracy_of(covariance).sigma_m == pytest.approx(0.3)
    assert accuracy_of(covariance).sigma_rad == pytest.approx(0.2)
    assert accuracy_of(-1e-12 * np.eye(3)).sigma_m == 0.0
