"""`./astra sim`: the simulator alone, in real time, to drive by hand or to record a bag."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
import time
from pathlib import Path

from astra_cli.interrupt import interrupts_noted
from astra_cli.node_table import commands
from astra_cli.ros_domain import (
    LAST_DOMAIN,
    LOCALHOST_PROFILE,
    PROFILE_VARIABLES,
    find_free_domain,
    isolate,
)
from astra_cli.runner import Runner
from astra_core.errors import ConfigError

__all__ = ["run_sim"]


def run_sim(family: str, seed: int, record: Path | None = None) -> int:
    """Run the simulator until Ctrl-C; in a terminal, keys drive the robot.

    The ROS domain is that of ``ROS_DOMAIN_ID`` where it is set, so that other shells can join.

    Args:
        family: Scene family.
        seed: Scene seed.
        record: Folder of a bag to write; ``None`` records nothing.

    Raises:
        SceneError: There is no such scene.
        ConfigError: The folder of the bag exists.
    """
    from astra_cli.demo.stack import recorder_command
    from astra_sim.scenes import make_scene

    make_scene(family, seed)
    if record is not None and record.exists():
        raise ConfigError(f"{record} exists: name a new folder for the bag")
    domain_id = _domain()
    # The keys are read in this process, which must not reach robots on the network either.
    isolate(os.environ, domain_id)
    with tempfile.TemporaryDirectory(prefix="astra-sim-") as folder:
        alone = Path(folder) / "alone.yaml"
        alone.write_text(
            # One empty name: nobody is waited for.
            "/**/astra_sim:\n  ros__parameters:\n    lockstep_nodes: ['']\n",
            encoding="utf-8",
        )
        given = {
            "sim": True,
            "scene": family,
            "seed": seed,
            "start_seed": seed,
            "params_file": alone,
        }
        processes = [command for command in commands(given) if command.name == "astra_sim"]
        if record is not None:
            processes.append(recorder_command(record))
        with Runner(processes, log_folder=Path(folder), domain_id=domain_id) as runner:
            print(
                f"{family} {seed} in real time; to join from another shell:\n"
                f'  eval "$(./astra env)"; export ROS_DOMAIN_ID={domain_id} '
                f"ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST {PROFILE_VARIABLES[1]}="
                f"{shlex.quote(str(LOCALHOST_PROFILE))}",
                flush=True,
            )
            if sys.stdin.isatty():
                from astra_cli.ros.keyboard import drive_by_keys

                with interrupts_noted() as note:
                    drive_by_keys(domain_id, (note.check, runner.poll))
                return 0
            print("no terminal: publish cmd_vel yourself; Ctrl-C ends", flush=True)
            while True:
                runner.poll()
                time.sleep(0.2)


def _domain() -> int:
    text = os.environ.get("ROS_DOMAIN_ID")
    if not text:
        return find_free_domain()
    if not text.isdigit() or not 0 <= int(text) <= LAST_DOMAIN:
        raise ConfigError(f"ROS_DOMAIN_ID must be a number from 0 to {LAST_DOMAIN}, got {text!r}")
    return int(text)
