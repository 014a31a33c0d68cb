"""A process dies or hangs in the middle of a mission: the goal ends with its code, the next works.

Who hangs is ended by its own watchdog; from then on it is as if it had died.
"""

import os
import signal
from pathlib import Path

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

from astra_core.errors import GlobalLost, GuardRefuses, GuardSilent, LocalLost

SEED = 7  # Of the map that the tests of this folder share.
DRIVING_MPS = 0.2
ARRIVED = 0
ENDS = {
    "astra_guard": {GuardSilent.code},
    "astra_local": {LocalLost.code},
    "astra_global": {GlobalLost.code},
    # It may be back before the guard's patience, or the mission's, is at an end.
    "astra_lifecycle": {ARRIVED, GuardRefuses.code},
}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["dies", "hangs"])
@pytest.mark.parametrize("name", ENDS)
def test_the_goal_ends_with_a_code_and_the_next_one_works_without_a_hand(
    name: str, number: signal.Signals, home_map: Path
) -> None:
    from astra_cli.demo.stack import running_stack
    from astra_cli.ros.demo_session import DriveLog
    from astra_sim.scenes import make_scene

    killed = []

    def kill(state) -> None:
        if not killed and state.speed_mps > DRIVING_MPS:
            killed.append(stack.process_ids[name])
            os.kill(killed[0], number)

    with running_stack(make_scene("home", SEED), home_map, None) as stack:
        first = stack.session.drive("the fridge", check=stack.check, on_state=kill)
        assert killed, "the robot never drove"
        assert first.error_code in ENDS[name], first.error_msg
        assert first.error_msg or first.error_code == ARRIVED
        # Only what is heard from now on says that all are back.
        stack.session.log = DriveLog()
        second = stack.session.drive("the fridge", check=stack.check, on_state=lambda state: None)
        assert second.error_code == ARRIVED, second.error_msg
        assert stack.session.num_collisions == 0
