"""The node ``astra_global``: images and odometry in, pose on the map and sub-goals out.

Five threads. The lane serves images and odometry and steps the mission. One worker localizes,
another answers what a mission must find out. A second lane answers the services, which may wait.
The executor serves lifecycle, the action and the timer of ``map -> odom``, which therefore nothing
slow can hold up.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tf2_msgs.msg import TFMessage

from astra_core.camera import CameraRig
from astra_core.errors import AstraError, LocalLost, NotLocalized
from astra_core.first_publisher import FirstPublisher
from astra_core.home_path import home_path
from astra_core.observation import CameraFrame
from astra_core.recent import RecentSentence
from astra_core.rewind import Rewind
from astra_core.ros.camera_input import CameraInput
from astra_core.ros.checks import (
    MessageError,
    require_finite,
    require_frame,
    valid_stamp,
)
from astra_core.ros.direct import DirectLane
from astra_core.ros.frames import prefixed
from astra_core.ros.health import Health, HealthReporter
from astra_core.ros.known_parameters import require_known_parameters
from astra_core.ros.lockstep import TickAcknowledger
from astra_core.ros.main import run_node
from astra_core.ros.managed import Load, ManagedNode
from astra_core.ros.node_clock import NodeClock, make_timer
from astra_core.ros.parameters import accept_changes
from astra_core.ros.qos import event, sensor_input
from astra_core.ros.records import odometry_from_msg
from astra_core.ros.robot import RobotParameters
from astra_core.ros.stack import device_config, stack_spec
from astra_core.ros.worker import LatestJobWorker
from astra_core.time import from_seconds
from astra_global.assembly import GlobalAssembly, LoadedParts
from astra_global.pipeline import AstraGlobal
from astra_global.questions import QuestionWorker
from astra_global.ros.config import GlobalNodeConfig
from astra_global.ros.mission_desk import MissionDesk
from astra_global.ros.odom_frame import OdomFrame
from astra_global.ros.outputs import GlobalOutputs
from astra_global.ros.peers import Peers
from astra_global.ros.picture_watch import PictureWatch
from astra_global.ros.pose_inputs import PoseInputs
from astra_global.ros.services import GlobalServices
from astra_global.stack import check_global
from astra_global.types import AstraMap
from astra_msgs.msg import Heartbeat, LocalOdometry, Trajectory

__all__ = ["GlobalNode", "main"]


_FOREVER_NS = -(2**62)
_DYNAMIC = ("publish_tf", "tf_tolerance_s", "idle_localize_period_s")


class GlobalNode(ManagedNode):
    """Astra-Global over ROS.

    Attributes:
        pipeline: The global half of the stack; ``None`` until map and rig are known.
        desk: Who conducts missions; ``None`` while unconfigured.
        tick_ns: Stamp of the newest odometry, -1 before the first.
    """

    def __init__(self) -> None:
        """Make an unconfigured node."""
        super().__init__("astra_global")
        require_known_parameters(self, GlobalNodeConfig)
        accept_changes(self, GlobalNodeConfig, self._apply, self.is_dynamic_parameter)
        self._settings = RobotParameters(self, GlobalNodeConfig)
        self._parts: list = []
        self._outputs: GlobalOutputs | None = None
        self.pipeline: AstraGlobal | None = None
        self.desk: MissionDesk | None = None

    def configure(self) -> Load:
        """Read parameters, start hearing; return what loads the models, the map and its index."""
        config = self._config = prefixed(self._settings.read(), "odom_frame", "base_frame")
        spec, device = stack_spec(config), device_config(config)
        check_global(spec)
        self._error, self.tick_ns, self._step_ns, self._localize_ns = (
            "",
            -1,
            _FOREVER_NS,
            _FOREVER_NS,
        )
        self._outputs = self._outputs or GlobalOutputs(self, config)
        self._outputs.config = config
        self._step_period_ns = from_seconds(config.step_period_s)
        frame = self._odom_frame = OdomFrame(
            config.odom_frame,
            config.base_frame,
            self._fixed,
            config.odom_tf_late_s,
            self._on_tf_timer,
        )
        self.desk = MissionDesk(
            self, config, self._outputs, self._fixed, frame.placed, self._trouble
        )
        self._worker = LatestJobWorker("localization", self._on_error, self._on_idle)
        self._questions = QuestionWorker(self._on_idle)
        self._stack = GlobalAssembly(spec, config.pipeline, device, self._questions)
        self._acknowledger = TickAcknowledger(self, config.max_lag_s, self._busy_since_ns)
        lane = self._lane = DirectLane(self)
        self._node_clock = NodeClock(
            self,
            lane,
            stamp_ahead_s=config.stamp_ahead_s,
            clock_timeout_s=config.clock_timeout_s,
            follows=True,
        )
        self._rewind, self._set_back = Rewind(), RecentSentence()
        self._cameras = CameraInput(
            self,
            lane,
            self._node_clock,
            config.cameras,
            config.base_frame,
            on_rig=self._on_rig,
            on_frames=self._on_frames,
            color=True,
            depth=False,
        )
        self._sight = PictureWatch(self._cameras, config.cameras.names, config.blind_patience_s)
        samples = sensor_input(config.odometry_topic_reliable, 50)
        lane.subscribe(Trajectory, "local/trajectory", self._on_trajectory, event())
        lane.subscribe_numbered(LocalOdometry, "local/odometry", self._on_odometry, samples)
        self._odometry_source = FirstPublisher(config.peer_timeout_s)
        self._peers = Peers(
            lane, config, lambda: self._node_clock.now_ns, lambda error: self.desk.fail(error)
        )
        if config.follow_odom_tf:
            lane.subscribe(TFMessage, "/tf", frame.hear, event(100))
        PoseInputs(lane, self.desk, lambda: self.tick_ns)
        services = self._requests = GlobalServices(
            self, config, self.desk, self.load, self._node_clock
        )
        health = HealthReporter(
            self,
            self._read_health,
            self._settings.robot.sha256,
            stamp_ns=lambda: self._node_clock.stamp_ns,
        )
        self._parts = [
            services,
            lane,
            self._worker,
            health,
            self.desk,
            self._questions,
            self._acknowledger,
        ]
        self._own_timers = [
            make_timer(self, config.tf_period_s, self._on_tf_timer),
            make_timer(self, config.step_period_s, self._on_step_timer),
        ]
        services.start()
        lane.start()
        folder = home_path(config.map_folder) if config.map_folder else None
        return lambda progress: self._stack.load(folder, progress)

    def loaded(self, result: LoadedParts) -> None:
        """Take the models and the map."""
        self._take(result)

    def is_dynamic_parameter(self, name: str) -> bool:
        """Tell whether a parameter takes effect whenever it is set."""
        return name in _DYNAMIC

    def _apply(self, config: GlobalNodeConfig) -> None:
        self._config = prefixed(config, "odom_frame", "base_frame")
        if self._outputs is not None:
            self._outputs.config = self._config

    def activate(self) -> None:
        """Take goals."""
        self.desk.open(True)
        self._acknowledger.join()

    def deactivate(self) -> None:
        """End the mission, which stops the robot, and let the simulator go on alone."""
        self.desk.open(False)
        self.desk.stop("astra_global was deactivated")
        self._acknowledger.leave()

    def cleanup(self) -> None:
        """Stop the threads and forget the map."""
        for timer in getattr(self, "_own_timers", []):
            self.destroy_timer(timer)
        for part in self._parts:
            part.close()
        self._parts, self._own_timers = [], []
        self.pipeline = self.desk = None

    def load(self, folder: Path) -> AstraMap:
        """Load a map and its localization index; a running mission ends.

        Raises:
            ConfigError: The node is being configured, or the map is not for this robot.
            MapFormatError: The map cannot be used; what was loaded before stays.
        """
        parts = self._stack.load_map(folder)
        self._take(parts)
        return parts.prepared.map

    def _take(self, parts: LoadedParts) -> None:
        pipeline = self._stack.take(parts)
        if parts.prepared is not None:
            map_ = parts.prepared.map
            self._outputs.send_map(map_, self._node_clock.stamp_ns)
            self.get_logger().info(f"map: {len(map_.nodes)} nodes, {len(map_.landmarks)} landmarks")
        self._install(pipeline)

    def _on_rig(self, rig: CameraRig) -> None:
        try:
            self._install(self._stack.see(rig))
        except AstraError as error:
            self._error = str(error)
            raise

    def _install(self, pipeline: AstraGlobal | None) -> None:
        if pipeline is None:
            return
        if self.desk.running:
            self.desk.stop("another map was loaded")
        self.pipeline = self.desk.pipeline = pipeline
        self._acknowledger.release()
        self.get_logger().info(f"ready, with cameras {', '.join(pipeline.rig.names)}")
        for remark in pipeline.remarks:
            self.get_logger().warning(remark)

    def _on_odometry(self, message: LocalOdometry, number: int | None) -> None:
        self._check_source(number)
        require_frame("local/odometry", message.header.frame_id, self._config.odom_frame)
        record = odometry_from_msg(message)
        if back_s := self._node_clock.ages.take_set_back_s():
            self._begin_anew(f"the clock was set back by {back_s:.2f} s")
        valid_stamp("local/odometry", message.header.stamp)
        if back_s := self._rewind.set_back_s(record.stamp_ns, self.tick_ns):
            self._begin_anew(f"the stamps of local/odometry went back by {back_s:.2f} s")
        self._node_clock.follow("local/odometry", message.header.stamp)
        if self.pipeline is not None:
            self.pipeline.add_odometry(record)
        self._odom_frame.add(record)
        self.tick_ns = record.stamp_ns
        try:
            if self.active and record.stamp_ns - self._step_ns >= self._step_period_ns:
                self._step(record.stamp_ns)
        finally:
            # Whatever went wrong is logged; the simulator need not wait for it.
            self._acknowledger.tick(record.stamp_ns)

    def _check_source(self, number: int | None) -> None:
        """Forget the pose when another process counts odometry from its own start.

        Raises:
            MessageError: It comes from a second publisher.
        """
        source = self._odometry_source
        before = source.num_successors
        if not source.admit(number, time.monotonic_ns()):
            raise MessageError("local/odometry comes from a second publisher")
        if source.num_successors > before:
            self.desk.fail(LocalLost("astra_local was restarted: its odometry begins anew"))
            if self.pipeline is not None:
                self.pipeline.forget_pose()
            self.get_logger().warning("odometry begins anew: the pose on the map is forgotten")

    def _begin_anew(self, why: str) -> None:
        """End the mission and forget the place: what is known was stamped in another time."""
        if self.tick_ns < 0:
            return  # nothing was heard yet
        self._set_back.say(f"{why}: localization begins anew")
        self.get_logger().error(self._set_back.newest)
        self._node_clock.begin_anew()
        self._rewind.on_time()
        self.tick_ns, self._step_ns, self._localize_ns = -1, _FOREVER_NS, _FOREVER_NS
        self._cameras.sync.restart()
        self._odom_frame.begin_anew()
        self.desk.fail(LocalLost(f"{why}: odometry begins anew"))
        self._install(self._stack.renew())

    def _on_frames(self, stamp_ns: int, frames: tuple[CameraFrame, ...]) -> None:
        self._sight.see()
        c, pipeline = self._config, self.pipeline
        if pipeline is None or not self.active or self._worker.busy_since_ns is not None:
            return
        settled = pipeline.is_settled and not self.desk.running
        period_s = c.idle_localize_period_s if settled else c.pipeline.localize.period_s
        if stamp_ns - self._localize_ns >= from_seconds(period_s):
            self._localize_ns = stamp_ns
            self._worker.submit(stamp_ns, lambda: self._localize(pipeline, frames))

    def _localize(self, pipeline: AstraGlobal, frames: tuple[CameraFrame, ...]) -> None:
        try:
            pipeline.apply_fix(pipeline.localize(frames))
        except NotLocalized as error:
            pipeline.report_failure(str(error))
        self._error = ""
        if pipeline.problems:
            self.get_logger().error("; ".join(pipeline.problems), throttle_duration_sec=60.0)

    def _on_trajectory(self, message: Trajectory) -> None:
        if message.source != "hold":
            speed = message.points[0].velocity.linear.x if message.points else 0.0
            require_finite("the trajectory", speed)
            self.desk.count_plan(message.is_fallback, speed)

    def _on_tf_timer(self) -> None:
        if self.active and self.pipeline is not None:
            now_ns = self._node_clock.stamp_ns
            t_map_odom = self._odom_frame.placed(self.pipeline.map_to_odom())
            self._outputs.send_transform(t_map_odom, now_ns)

    def _fixed(self, target: str, source: str) -> NDArray[np.float64] | None:
        return self._cameras.fixed(target, source)

    def _on_step_timer(self) -> None:
        """Step the mission when odometry has stopped coming: it must be able to fail."""
        now_ns = self._node_clock.stamp_ns
        if self.active and now_ns - self._step_ns >= 5 * self._step_period_ns:
            self._step(now_ns)

    def _step(self, now_ns: int) -> None:
        self._step_ns = now_ns
        self._peers.check()
        self.desk.step(now_ns)

    def _trouble(self) -> str:
        """Return why no mission can succeed now, as far as that is known; mostly empty."""
        if self.pipeline is not None:
            return self._sight.problem(self._node_clock.now_ns)
        if self._stack.map is None:
            return "no map is loaded"
        return self._error or self._cameras.missing

    def _busy_since_ns(self) -> int | None:
        """Return since when the simulator may have to wait for this node."""
        preparing = self._stack.map is not None and self.pipeline is None
        if preparing or not self.active:
            return _FOREVER_NS
        question = self._questions.open_ticket
        stamps = [self._worker.busy_since_ns, None if question is None else question.stamp_ns]
        return min((stamp for stamp in stamps if stamp is not None), default=None)

    def _on_idle(self) -> None:
        self._acknowledger.release()

    def _on_error(self, error: Exception) -> None:
        self._error = f"localization failed: {error!r}"
        self.get_logger().error(self._error, throttle_duration_sec=1.0)

    def _read_health(self) -> Health:
        pipeline, loading = self.pipeline, self.loading
        if loading is not None:
            return Health(Heartbeat.STATE_DEGRADED, str(loading))
        if not self.active:
            return Health(Heartbeat.STATE_ERROR, "not active")
        if pipeline is None:
            return Health(Heartbeat.STATE_DEGRADED, self._error or self._trouble() or "preparing")
        question = self._questions.open_ticket
        values = {
            "localized": pipeline.map_to_odom() is not None,
            "accepted_fixes": pipeline.accepted_fixes,
            "rejected_fixes": pipeline.rejected_fixes,
            "place": pipeline.place_belief(max(self.tick_ns, 0)).reason,
            "last_fix": decision.reason if (decision := pipeline.last_decision) else "",
            "last_failure": pipeline.last_failure,
            "question": "" if question is None else question.what,
            "remarks": "; ".join(pipeline.remarks),
            "clock_set_back": self._set_back.newest,
            **{f"images {name}": count for name, count in self._cameras.sync.counts.items()},
            **self._lane.refused,
            **self._requests.refused,
        }
        problems = [self._error] if self._error else [*pipeline.problems, pipeline.doubt]
        problems.append(self._cameras.problem or self._sight.problem(self._node_clock.now_ns))
        if self._config.follow_odom_tf:
            problems.append(self._odom_frame.problem)
        ages = self._node_clock.ages
        reason = "; ".join(
            filter(
                None,
                [
                    ages.problem,
                    self._peers.problem(),
                    *problems,
                    self._set_back.text,
                    ages.stamp_problem,
                ],
            )
        )
        return Health(Heartbeat.STATE_DEGRADED if reason else Heartbeat.STATE_OK, reason, values)


def main() -> int:
    """Run the node."""
    return run_node(GlobalNode)


if __name__ == "__main__":
    sys.exit(main())
