"""How a mission stands, in words for the page."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MissionShown", "mission_text"]

_INVITATION = "Type where to go, click a landmark, or click the floor with Shift held."


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
        driven_by: Who planned the newest trajectory.
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
            lines.append(f"planned by {shown.driven_by}")
    elif asked:
        lines = [title, "asked"]
    else:
        lines = [_INVITATION]
    return "\n\n".join(line for line in lines if line)


def plain(text: str) -> str:
    """Return text that Markdown leaves as it is: it comes from people and from other nodes."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>()#+!|" else sign for sign in text)
