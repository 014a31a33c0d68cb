"""What the ROS tests share: a domain of their own, processes that are always ended, a listener."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from astra_cli.node_table import ProcessCommand  # noqa: E402
from astra_cli.ros_domain import find_free_domain, isolate  # noqa: E402
from astra_cli.runner import Runner  # noqa: E402


def pytest_collection_modifyitems(items):
    # Real processes on a loaded machine: none of these tests may hang the whole run.
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker(pytest.mark.usefixtures("no_hang"))


@pytest.fixture
def no_hang():
    import faulthandler

    faulthandler.dump_traceback_later(150.0, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture
def domain_id():
    return find_free_domain()


@pytest.fixture
def processes(domain_id, tmp_path):
    """Start processes by name and command line; all are ended after the test.

    Who is named in ``restarts`` is started again, once all have been up.
    """
    started = []

    def start(*commands, restarts=()):
        runner = Runner(
            [
                ProcessCommand(name, tuple(argv), restarts=name in restarts)
                for name, argv in commands
            ],
            log_folder=tmp_path / "logs",
            domain_id=domain_id,
            environment={"PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])},
        )
        runner.start()
        started.append(runner)
        return runner

    yield start
    for runner in started:
        runner.stop()


@pytest.fixture
def node(domain_id):
    """A node in the domain of the test, served by an executor in the background."""
    rclpy = pytest.importorskip("rclpy")
    from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor

    context = rclpy.Context()
    isolate(os.environ, domain_id)
    rclpy.init(context=context, domain_id=domain_id)
    node = rclpy.create_node("tester", context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    stop = threading.Event()

    def serve():
        try:
            while not stop.is_set():
                executor.spin_once(timeout_sec=0.05)
        except ExternalShutdownException:
            pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield node
    stop.set()
    thread.join(timeout=5.0)
    executor.shutdown(timeout_sec=1.0)
    node.destroy_node()
    context.try_shutdown()


@pytest.fixture
def drivers(node):
    """The drivers of a robot that stands."""
    from robot_drivers import Drivers

    drivers = Drivers(node)
    yield drivers
    drivers.close()


@pytest.fixture
def until():
    """Wait for a condition; fail with what was waited for."""

    def wait(condition, what, timeout_s=30.0, runner=None):
        deadline_s = time.monotonic() + timeout_s
        while not condition():
            if runner is not None:
                runner.poll()
            assert time.monotonic() < deadline_s, f"waited {timeout_s:.0f} s in vain for {what}"
            time.sleep(0.01)

    return wait


@pytest.fixture
def in_executor(node, until):
    """Make a call in the thread that serves the node and return what it returned.

    Every request of an action client goes this way: it notes a request only after sending it, so
    an answer that another thread takes in between is dropped (ros2/rclpy#1123).
    """

    def make(call, *args, **kwargs):
        task = node.executor.create_task(call, *args, **kwargs)
        until(task.done, "the executor")
        return task.result()

    return make
