"""What the page says about a mission."""

from astra_viewer.mission_text import MissionShown, mission_text, plain


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
            driven_by="mppi",
        )
    )
    assert "I am thirsty" in text
    assert "`fridge-1`" in text
    assert "**driving**, 3.4 m to go" in text
    assert "0.6 m/s, 12 s, 1 recoveries" in text
    assert "planned by mppi" in text


def test_the_end_replaces_the_way():
    text = mission_text(MissionShown(goal="x", phase="driving", end="nothing fits (102)"))
    assert "nothing fits" in text
    assert "to go" not in text


def test_words_of_others_are_no_markup():
    assert plain("**a** <img src=x> [b](c)") == ("\\*\\*a\\*\\* \\<img src=x\\> \\[b\\]\\(c\\)")
