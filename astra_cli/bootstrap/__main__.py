"""Set up what is still to do, then become the command line of Astra."""

import os
import signal
import sys
from pathlib import Path

from astra_cli.bootstrap.console import StepLine, say
from astra_cli.bootstrap.environment import run_environment, shell_exports
from astra_cli.bootstrap.errors import SetupError
from astra_cli.bootstrap.layout import Layout
from astra_cli.bootstrap.own_folders import require_writable
from astra_cli.bootstrap.ros import RosChoice, choose_ros, system_version
from astra_cli.bootstrap.setup_lock import setup_lock
from astra_cli.bootstrap.stamps import Stamp, read_stamp, remove_stamp, write_stamp
from astra_cli.bootstrap.steps import Step, plan_steps

INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run set-up and replace this process by the command line.

    Args:
        arguments: The arguments of ``./astra``.

    Returns:
        An exit code; none where this process has become the command line.
    """
    layout = Layout(Path(__file__).resolve().parents[2])
    for kind in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(kind, _interrupt)
    try:
        ros = choose_ros(
            os.environ, layout.root, python_path=sys.path, system_numpy=system_version("numpy")
        )
        set_up(layout, ros)
    except KeyboardInterrupt:
        say("interrupted; run the same command again to go on from here.")
        return INTERRUPTED
    except (SetupError, OSError) as error:
        say(str(error))
        return 1
    stamp = read_stamp(layout.stamps, "gl")
    env = run_environment(layout, ros, os.environ, stamp.result if stamp else {})
    if arguments[:1] == ["env"]:
        # Answered here, so that it works in a checkout whose command line is being edited.
        print("\n".join(shell_exports(os.environ, env)))
        return 0
    for kind in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(kind, signal.SIG_DFL)
    sys.stdout.flush()
    sys.stderr.flush()
    # Paths among the arguments are the caller's, who need not stand in the checkout.
    os.chdir(os.environ.get("ASTRA_CALLED_FROM") or layout.root)
    os.execve(layout.python, [str(layout.python), "-P", "-m", "astra_cli", *arguments], env)
    raise AssertionError("execve does not return")


def set_up(layout: Layout, ros: RosChoice) -> None:
    """Run the steps that are not done, one set-up at a time.

    Args:
        layout: The checkout's paths.
        ros: The chosen ROS 2.

    Raises:
        SetupError: If a step fails, or the checkout cannot be written to.
    """
    if not _pending(layout, plan_steps(layout, ros)):
        return
    require_writable(layout)
    with setup_lock(layout.lock):
        steps = plan_steps(layout, ros)
        todo = _pending(layout, steps)
        if todo:
            say(f"setting up ({len(todo)} of {len(steps)} steps to do; details in {layout.log})")
        for number, step in enumerate(steps, 1):
            # Asked again for each step: one that ran may have undone a later one.
            if is_done(layout, step):
                continue
            remove_stamp(layout.stamps, step.key)
            with StepLine(f"[{number}/{len(steps)}]", step.title) as line:
                result = step.run(line.note)
            write_stamp(layout.stamps, step.key, Stamp(step.fingerprint, result or {}))


def is_done(layout: Layout, step: Step) -> bool:
    """Whether a step finished with these very inputs and its outcome is still there."""
    stamp = read_stamp(layout.stamps, step.key)
    return stamp is not None and stamp.fingerprint == step.fingerprint and step.is_in_place()


def _pending(layout: Layout, steps: list[Step]) -> list[Step]:
    return [step for step in steps if not is_done(layout, step)]


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
