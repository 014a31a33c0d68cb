"""The node ``astra_sim``: robots in a simulated building, tick by tick in step with their stacks.

Lockstep: each tick of 20 ms is published (sensors, then ``/clock``) and the next one begins when
the nodes named in ``lockstep_nodes`` have acknowledged it, or after a time-out that is counted and
reported. The first tick is repeated until all of them take part.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback

from rclpy.node import Node
from rosgraph_msgs.msg import Clock

from astra_core.camera import CameraRig
from astra_core.errors import AstraError, ConfigError
from astra_core.observation import Observation
from astra_core.ros.direct import DirectLane
from astra_core.ros.health import DiagnosticsReporter, Health
from astra_core.ros.known_parameters import require_known_parameters
from astra_core.ros.main import run_node
from astra_core.ros.parameters import read_config, refuse_changes
from astra_core.ros.qos import event
from astra_core.ros.stamps import to_stamp
from astra_msgs.msg import Heartbeat
from astra_sim.rig import default_rig
from astra_sim.ros.config import SimNodeConfig
from astra_sim.ros.driver import RobotDriver
from astra_sim.ros.pace import Pace
from astra_sim.ros.tick_gate import TickGate
from astra_sim.simulator import Simulator

__all__ = ["SimNode", "main"]

_REPEAT_S = 0.25
_REPORT_S = 10.0


class SimNode(Node):
    """Owns the simulator; the loop runs in a thread of its own, which also owns the GL context."""

    def __init__(self, make_simulator=None) -> None:
        """Read parameters and start.

        Args:
            make_simulator: Makes the simulator from a :class:`SimNodeConfig`; for tests.

        Raises:
            AstraError: A parameter is wrong.
        """
        super().__init__("astra_sim")
        require_known_parameters(self, SimNodeConfig)
        self._config = read_config(self, SimNodeConfig)
        refuse_changes(self, lambda: "read once, when the node starts")
        self._make_simulator = make_simulator or make_scene_simulator
        self._stop = threading.Event()
        self.failure: str = ""
        self._lane = DirectLane(self)
        self._drivers = [
            RobotDriver(self, self._lane, self._config, self._on_ack, name)
            for name in self._config.robots or ("",)
        ]
        nodes = [name for driver in self._drivers for name in driver.lockstep_nodes]
        self._gate = TickGate(nodes, self._config.ack_timeout_s)
        self._clock_publisher = self.create_publisher(Clock, "/clock", event(10))
        self._lane.start()
        self._late_ticks, self._factor = 0, 0.0
        self._diagnostics = DiagnosticsReporter(self, self._read_health)
        self._thread = threading.Thread(target=self._run, name="simulation", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the loop."""
        self._stop.set()
        self._gate.close()
        self._thread.join(timeout=6.0)
        self._lane.close()

    def _on_ack(self, node: str, stamp_ns: int) -> None:
        self._gate.acknowledge(node, stamp_ns)

    def _run(self) -> None:
        try:
            simulator = self._make_simulator(self._config)
            try:
                self._loop(simulator)
            finally:
                simulator.close()
        except AstraError as error:
            self._fail(str(error))
        except Exception:
            self._fail(traceback.format_exc())

    def _fail(self, why: str) -> None:
        self.get_logger().fatal(why)
        self.failure = why

    def _loop(self, simulator: Simulator) -> None:
        for driver in self._drivers:
            driver.open(simulator)
        pace = Pace(self._config.real_time_factor)
        first = True
        while not self._stop.is_set():
            before_ns = simulator.stamp_ns
            commands = [driver.command(before_ns) for driver in self._drivers]
            observations = simulator.step_all(commands)
            stamp_ns = observations[0].stamp_ns
            self._send(observations)
            if self._config.publish_ground_truth:
                for number, driver in enumerate(self._drivers):
                    driver.send_truth(simulator.truth(number), stamp_ns)
            if first:
                first = False
                self._join(observations)
                pace.start(stamp_ns)
                continue
            late = self._gate.wait(stamp_ns)
            if late:
                self._late_ticks += 1
                self._report_late(late)
            pace.wait(stamp_ns, self._stop)
            if (factor := pace.report_due(_REPORT_S)) is not None:
                self._factor = factor
                self.get_logger().info(f"real-time factor {factor:.2f}")

    def _send(self, observations: list[Observation]) -> None:
        for driver, observation in zip(self._drivers, observations, strict=True):
            driver.send(observation)
        # The clock ends the tick.
        self._clock_publisher.publish(Clock(clock=to_stamp(observations[0].stamp_ns)))

    def _join(self, observations: list[Observation]) -> None:
        """Repeat the first tick until everybody takes part."""
        if self._gate.is_open:
            return
        stamp_ns = observations[0].stamp_ns
        deadline_s = time.monotonic() + self._config.join_timeout_s
        said = 0.0
        while not self._stop.is_set():
            missing = self._gate.join(stamp_ns, _REPEAT_S)
            if not missing:
                self.get_logger().info("in lockstep with " + ", ".join(self._gate.names))
                return
            now_s = time.monotonic()
            if now_s > deadline_s:
                names = ", ".join(self._gate.give_up())
                self.get_logger().error(f"going on without {names}: never heard of")
                return
            if now_s - said > 5.0:
                said = now_s
                self.get_logger().info("waiting for " + ", ".join(missing))
            for driver in self._drivers:
                driver.send_calibration(stamp_ns)
            self._send(observations)

    def _read_health(self) -> Health:
        gone = self._gate.gone()
        reason = f"not waiting any more for {', '.join(gone)}" if gone else ""
        values = {
            "real_time_factor": self._factor,
            "late_ticks": self._late_ticks,
            **self._lane.refused,
        }
        if self.failure:
            return Health(Heartbeat.STATE_ERROR, self.failure, values)
        return Health(Heartbeat.STATE_DEGRADED if gone else Heartbeat.STATE_OK, reason, values)

    def _report_late(self, late: list[str]) -> None:
        counts = ", ".join(f"{name} ({self._gate.timeouts[name]} in all)" for name in late)
        self.get_logger().warning(
            f"no acknowledgement within {self._config.ack_timeout_s:g} s of {counts}"
        )
        if gone := self._gate.gone():
            self.get_logger().error("not waiting any more for " + ", ".join(gone))


def make_scene_simulator(config: SimNodeConfig) -> Simulator:
    """Build the scene and the simulator that a config names.

    Raises:
        AstraError: The scene, the robot, the profile or the start pose cannot be used.
    """
    from astra_core.robot import load_robot
    from astra_sim.conditions import named_conditions
    from astra_sim.profile import load_profile
    from astra_sim.robot import drive_base
    from astra_sim.scenes import make_scene

    if len(set(config.robots)) != len(config.robots) or not all(config.robots):
        raise ConfigError(f"robots must be different names, got {', '.join(config.robots)}")
    if len(config.start_pose) not in (0, 3):
        raise ConfigError(f"start_pose must be x, y, theta or empty, got {config.start_pose}")
    cameras = default_rig().cameras
    known = {camera.name: camera for camera in cameras}
    if unknown := [name for name in config.cameras if name not in known]:
        raise ConfigError(
            f"the simulated robot has no camera {', '.join(unknown)}; it has {', '.join(known)}"
        )
    x_y_theta = tuple(config.start_pose) or None
    profile = load_profile(config.profile)
    return Simulator(
        make_scene(config.scene, config.seed),
        profile,
        config.start_seed,
        camera_hz=config.camera_hz,
        depth=config.depth,
        conditions=named_conditions(config.conditions),
        start_pose=x_y_theta,  # type: ignore[arg-type]
        rig=CameraRig(tuple(known[name] for name in config.cameras)),
        robot=drive_base(load_robot(config.robot_file), profile),
        num_robots=max(1, len(config.robots)),
    )


def main() -> int:
    """Run the node."""
    return run_node(SimNode)


if __name__ == "__main__":
    sys.exit(main())
