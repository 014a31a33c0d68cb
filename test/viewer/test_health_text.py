"""What the page says about the nodes."""

from astra_viewer.health_text import NodeHealth, health_text


def node(name, level=0, message="working", heard_s=100.0):
    return NodeHealth(name, level, message, heard_s)


def test_when_all_is_well_one_line_says_so():
    assert health_text([], 100.0) == "Health: nothing heard yet."
    assert health_text([node("astra_local"), node("astra_guard")], 104.0) == (
        "Health: all 2 parts work."
    )


def test_what_is_wrong_is_said_worst_first_and_cannot_format_the_page():
    text = health_text(
        [
            node("astra_global", 1, "slow *fixes*"),
            node("r1/astra_guard", 2, "no commands"),
            node("astra_local"),
        ],
        101.0,
    )
    first, second = text.split("\n\n")
    assert first == "⛔ **Guard**: no commands"
    assert second == r"⚠️ **Where am I**: slow \*fixes\*"


def test_who_has_been_silent_is_told():
    nodes = [node("astra_local", heard_s=93.0), node("own_driver")]
    assert health_text(nodes, 100.0) == "**Driving**: silent for 7 s"
    # Just in time.
    assert "silent" not in health_text([node("astra_local", heard_s=95.0)], 100.0)
