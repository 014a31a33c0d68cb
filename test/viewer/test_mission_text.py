"""What the page says about a mission."""

import pytest

from astra_core.records import TrajectorySource
from astra_core.stack_spec import PARTS
from astra_viewer.mission_text import MissionShown, driver_text, mission_text, plain


def test_before_any_mission_it_invites():
    assert "Type where to go" in mission_text(MissionShown())


def test_a_mission_on_its_way():
    text = mission_text(
        MissionShown(
            goal="I am thirsty",
            phase="driving",
            landmark="fridge-1",
            distance_m=3.44,
            speed_mps=0.61,
            time_s=12.4,
            recoveries=1,
            driven_by=driver_text("mppi", False),
        )
    )
    assert "I am thirsty" in text
    assert "`fridge-1`" in text
    assert "**driving**, 3.4 m to go" in text
    assert "0.6 m/s, 12 s, 1 recoveries" in text
    assert "driven by the classical planner" in text


def test_what_is_otherwise_than_asked_is_said_on_the_way():
    shown = MissionShown(goal="(1.0, 2.0) m", phase="driving", message="no room *there*: beside it")
    assert "no room \\*there\\*: beside it" in mission_text(shown)


def test_the_end_replaces_the_way():
    text = mission_text(MissionShown(goal="x", phase="driving", end="nothing fits (102)"))
    assert "nothing fits" in text
    assert "to go" not in text


def test_words_of_others_are_no_markup():
    assert plain("**a** <img src=x> [b](c)") == ("\\*\\*a\\*\\* \\<img src=x\\> \\[b\\]\\(c\\)")


@pytest.mark.parametrize(
    ("source", "is_fallback", "words"),
    [
        ("flow", False, "driven by the learned planner (flow matching)"),
        ("mppi", True, "driven by the classical planner, in place of the first"),
        (
            "mppi-sample",
            True,
            "driven by the classical planner, its second choice: the first was not safe",
        ),
        ("dock", False, "driving the last half metre"),
        ("stop", True, "stopped: nothing safe is seen ahead"),
        ("my*own", False, r"driven by my\*own"),
    ],
)
def test_who_drives_is_said_in_plain_words(source, is_fallback, words):
    assert driver_text(source, is_fallback) == words


def test_every_rung_and_every_planner_has_words():
    rungs = {TrajectorySource.PLANNER, TrajectorySource.SAMPLE, TrajectorySource.BACKUP}
    for source in set(TrajectorySource) - rungs:
        assert not driver_text(str(source), False).startswith("driven by")
    for planner in PARTS["planner"]:
        assert "planner" in driver_text(planner, False)
