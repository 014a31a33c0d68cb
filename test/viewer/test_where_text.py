"""What the page says about the robot's pose on the map."""

from astra_viewer.where_text import where_text


def test_a_pose_that_nothing_speaks_against():
    assert where_text(True) == "Localized."


def test_what_speaks_against_a_pose_is_said():
    reason = "they see the robot 0.31 m beside it"
    assert where_text(True, reason) == "Localized, but they see the robot 0.31 m beside it"


def test_why_there_is_none_is_said_and_cannot_format_the_page():
    text = where_text(False, "*no* picture")
    assert text.startswith("**Not localized**") and text.endswith(r"\*no\* picture")
