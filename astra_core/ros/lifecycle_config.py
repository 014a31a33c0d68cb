"""Parameters of the lifecycle owner, and what it says when it is done. No ROS needed."""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.config import setting
from astra_core.watchdog import hang_timeout

__all__ = ["ACTIVE_LINE", "LifecycleConfig"]

ACTIVE_LINE = "all nodes are active"
"""What `astra_lifecycle` logs once every managed node is active; the runner waits for it."""


@dataclass(frozen=True)
class LifecycleConfig:
    """Whom to bring up, and how long that may take (wall time)."""

    nodes: tuple[str, ...] = setting(
        ("astra_local", "astra_global"), "Managed nodes in order of activation."
    )
    appear_timeout_s: float = setting(30.0, "Until a node answers at all.", minimum=0.1)
    configure_timeout_s: float = setting(120.0, "For loading maps and models.", minimum=0.1)
    activate_timeout_s: float = setting(20.0, "For starting to work.", minimum=0.1)
    repeat_period_s: float = setting(
        5.0,
        "Until a request without an answer is taken for lost, and the state asked again.",
        minimum=0.1,
    )
    watch_period_s: float = setting(
        1.0, "Between looks at whether a node was restarted.", minimum=0.1, maximum=60.0
    )
    # The guard lets the robot brake when it hears none for 0.15 s: two may come late or be lost.
    heartbeat_period_s: float = setting(
        0.04, "Between signs of life (of the stack's clock).", minimum=0.01, maximum=0.08
    )
    deactivate_timeout_s: float = setting(3.0, "For stopping at shutdown.", minimum=0.1)
    hang_timeout_s: float = hang_timeout()
