"""How a mission stands, in words for the page."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MissionShown", "driver_text", "mission_text", "plain"]

_INVITATION = (
    "Type where to go and press Enter, or choose a landmark (click) or a spot (Shift and click)."
)
_PLANNERS = {
    "mppi": "the classical planner",
    "flow": "the learned planner (flow matching)",
    "act": "the learned planner (ACT)",
    "vae": "the learned planner (VAE)",
    "diffusion": "the learned planner (diffusion)",
}
_MANOEUVRES = {
    "dock": "driving the last half metre",
    "align": "turning to the heading of the goal",
    "spin": "looking around",
    "hold": "standing",
    "creep": "getting out of a tight place",
    "rotate": "turning to get out of a tight place",
    "stop": "stopped: nothing safe is seen ahead",
}


@dataclass
class MissionShown:
    """What is known of the newest mission.

    Attributes:
        goal: As it was asked for here; empty when somebody else asked.
        phase: Of the feedback; empty before the first.
        landmark: Id of the landmark that was chosen.
        distance_m: Left to drive along the route.
        speed_mps: Of the robot.
        time_s: Since the goal was accepted.
        recoveries: So far.
        driven_by: Who drives, for people; see :func:`driver_text`.
        message: What is otherwise than asked, and why it is slow or waits, for people.
        end: How it ended, for people; empty while it runs.
        has_arrived: Whether that was the good end.
    """

    goal: str = ""
    phase: str = ""
    landmark: str = ""
    distance_m: float = 0.0
    speed_mps: float = 0.0
    time_s: float = 0.0
    recoveries: int = 0
    driven_by: str = ""
    message: str = ""
    end: str = ""
    has_arrived: bool = False


def mission_text(shown: MissionShown) -> str:
    """Return Markdown."""
    asked = f"“{plain(shown.goal)}”" if shown.goal else ""
    chosen = f"→ `{shown.landmark}`" if shown.landmark else ""
    title = " ".join(part for part in (asked, chosen) if part)
    if shown.end:
        end = plain(shown.end)
        lines = [title, f"**{end}**" if shown.has_arrived else end]
    elif shown.phase:
        lines = [title, f"**{shown.phase}**, {shown.distance_m:.1f} m to go"]
        lines.append(
            f"{shown.speed_mps:.1f} m/s, {shown.time_s:.0f} s, {shown.recoveries} recoveries"
        )
        if shown.driven_by:
            lines.append(shown.driven_by)
        if shown.message:
            lines.append(plain(shown.message))
    elif asked:
        lines = [title, "asked"]
    else:
        lines = [_INVITATION]
    return "\n\n".join(line for line in lines if line)


def driver_text(source: str, is_fallback: bool) -> str:
    """Return who drives, or what is being done, in plain words.

    Args:
        source: As in ``astra_msgs/Trajectory``: a planner (``mppi``), another candidate of it
            (``mppi-sample``) or a manoeuvre (``dock``).
        is_fallback: Whether the first choice was not used.
    """
    if source in _MANOEUVRES:
        return _MANOEUVRES[source]
    planner, _, rung = source.partition("-")
    words = f"driven by {_PLANNERS.get(planner, plain(planner))}"
    if rung == "sample":
        return f"{words}, its second choice: the first was not safe"
    return f"{words}, in place of the first" if is_fallback else words


def plain(text: str) -> str:
    """Return text that Markdown leaves as it is: it comes from people and from other nodes."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>()#+!|" else sign for sign in text)
