"""Colours: the robot is found at a glance, and the legend names them all."""

from astra_viewer import palette


def colors():
    return {
        name: value
        for name, value in vars(palette).items()
        if name.isupper() and not name.startswith("_")
    }


def test_nothing_is_as_vivid_as_the_robot():
    others = {name: palette.vividness(c) for name, c in colors().items() if name != "ROBOT"}
    assert palette.vividness(palette.ROBOT) >= max(others.values()) + 40
    # What stands still is drawn pale.
    assert max(others[name] for name in ("LANDMARK", "NODE", "EDGE")) < 60


def test_the_legend_shows_every_colour_once():
    html = palette.legend()
    for name, color in colors().items():
        assert html.count(f"rgb{color}") == (name != "EDGE"), name
