"""The node ``astra_local``: samples and images in, odometry, trajectory and wanted velocity out.

Three threads. The lane serves sensors and answers each wheel sample (a tick) at once. The worker
perceives and plans when images are complete. The executor serves lifecycle, parameters, timers.
"""

from __future__ import annotations

import sys
import threading
import time

from geometry_msgs.msg import TwistStamped
from nav_msgs.msg import Odometry
from rclpy.timer import Timer
from sensor_msgs.msg import Imu

from astra_core.camera import CameraRig
from astra_core.errors import AstraError
from astra_core.models import Models
from astra_core.observation import CameraFrame, Observation
from astra_core.peer_watch import PeerWatch
from astra_core.recent import RecentSentence
from astra_core.records import SubGoal, Velocity
from astra_core.rewind import Rewind
from astra_core.ros.camera_input import CameraInput
from astra_core.ros.checks import require_frame
from astra_core.ros.direct import DirectLane
from astra_core.ros.frames import prefixed
from astra_core.ros.health import Health, HealthReporter
from astra_core.ros.known_parameters import require_known_parameters
from astra_core.ros.lockstep import TickAcknowledger
from astra_core.ros.main import run_node
from astra_core.ros.managed import Load, ManagedNode
from astra_core.ros.node_clock import NodeClock, make_timer
from astra_core.ros.parameters import accept_changes
from astra_core.ros.poses import velocity_from_msg
from astra_core.ros.qos import event, sensor_input
from astra_core.ros.records import sub_goal_from_msg
from astra_core.ros.robot import RobotParameters
from astra_core.ros.stack import device_config, stack_spec
from astra_core.ros.topic_names import whence
from astra_core.ros.worker import LatestJobWorker
from astra_core.time import from_seconds
from astra_local.pipeline import AstraLocal
from astra_local.ros.config import LocalNodeConfig
from astra_local.ros.imu_input import ImuInput
from astra_local.ros.latency import Latency
from astra_local.ros.outputs import LocalOutputs
from astra_local.ros.sensor_watch import SensorWatch
from astra_local.ros.wheel_input import WheelInput
from astra_local.stack import build_local, check_local, load_local
from astra_msgs.msg import Heartbeat
from astra_msgs.msg import SubGoal as SubGoalMsg

__all__ = ["LocalNode", "main"]

_MAX_SILENCE_S = 0.5  # until health says so, by arrival; the robot stops earlier
_SILENCE_CHECK_S = 0.05
_DYNAMIC = ("publish_tf", "plan_period_s", "grid_period_s")


class LocalNode(ManagedNode):
    """Astra-Local over ROS."""

    def __init__(self) -> None:
        """Make an unconfigured node."""
        super().__init__("astra_local")
        require_known_parameters(self, LocalNodeConfig)
        accept_changes(self, LocalNodeConfig, self._apply, self.is_dynamic_parameter)
        self._settings = RobotParameters(self, LocalNodeConfig)
        self._lane: DirectLane | None = None
        self._worker: LatestJobWorker | None = None
        self._health: HealthReporter | None = None
        self._acknowledger: TickAcknowledger | None = None
        self._outputs: LocalOutputs | None = None
        self._models: Models | None = None
        self._pipeline: AstraLocal | None = None
        self._binding = threading.Lock()
        self._silence_timer: Timer | None = None

    def configure(self) -> Load:
        """Read parameters, make publishers, start hearing sensors; return what loads the models."""
        self._config = prefixed(self._settings.read(), "odom_frame", "base_frame")
        spec = self._spec = stack_spec(self._config)
        check_local(spec)
        device, pipeline = device_config(self._config), self._config.pipeline
        self._pipeline = self._models = None
        self._watch = SensorWatch(("wheel_odometry", "imu"), _MAX_SILENCE_S, self._whence)
        self._frames: tuple[CameraFrame, ...] = ()
        self._sub_goal: tuple[SubGoal, int] | None = None
        self._tick_ns = self._job_ns = -1
        self._planning_s, self._error = 0.0, ""
        self._set_back = RecentSentence()
        self._rewind = Rewind()
        self._latency = Latency()
        self._outputs = self._outputs or LocalOutputs(self, self._config)
        self._outputs.config = self._config
        self._worker = LatestJobWorker("planning", self._on_error, self._on_idle)
        self._acknowledger = TickAcknowledger(
            self, self._config.max_lag_s, lambda: self._worker.busy_since_ns
        )
        self._lane = DirectLane(self)
        self._node_clock = NodeClock(
            self,
            self._lane,
            stamp_ahead_s=self._config.stamp_ahead_s,
            clock_timeout_s=self._config.clock_timeout_s,
        )
        samples = sensor_input(self._config.wheel_topic_reliable, 50)
        # Before the wheel sample that ends its tick, however long anything else takes.
        self._lane.subscribe(Imu, "imu", self._on_imu, samples, is_urgent=True)
        self._cameras = CameraInput(
            self,
            self._lane,
            self._node_clock,
            self._config.cameras,
            self._config.base_frame,
            on_rig=self._on_rig,
            on_frames=self._on_frames,
            color=self._config.color,
            depth=True,
        )
        self._wheels = WheelInput()
        self._imu = ImuInput(self._config.base_frame, self._cameras.mounting)
        self._peers = PeerWatch(("astra_guard",), self._config.peer_timeout_s)
        self._lane.subscribe_numbered(Heartbeat, "heartbeat", self._on_heartbeat, event())
        self._lane.subscribe(SubGoalMsg, "global/sub_goal", self._on_sub_goal, event())
        self._lane.subscribe(TwistStamped, "guard/cmd_vel", self._on_driven, event(1))
        self._lane.subscribe(Odometry, "wheel_odometry", self._on_wheels, samples)
        self._lane.start()
        self._silence_timer = make_timer(self, _SILENCE_CHECK_S, self._stop_in_silence)
        self._health = HealthReporter(
            self,
            self._read_health,
            self._settings.robot.sha256,
            stamp_ns=lambda: self._node_clock.stamp_ns,
        )
        return lambda progress: load_local(spec, pipeline, device, progress)

    def loaded(self, result: Models) -> None:
        """Take the models."""
        self._models = result
        self._bind()

    def is_dynamic_parameter(self, name: str) -> bool:
        """Tell whether a parameter takes effect whenever it is set."""
        return name in _DYNAMIC

    def _apply(self, config: LocalNodeConfig) -> None:
        self._config = prefixed(config, "odom_frame", "base_frame")
        if self._outputs is not None:
            self._outputs.config = self._config

    def activate(self) -> None:
        """Take part in lockstep."""
        self._acknowledger.join()

    def deactivate(self) -> None:
        """Stop the robot and let the simulator go on alone."""
        self._sub_goal = None
        now_ns = max(self._tick_ns, self._node_clock.stamp_ns)
        self._outputs.send_command(Velocity(), now_ns)
        self._health.beat()
        self._acknowledger.leave()

    def cleanup(self) -> None:
        """Stop the threads and forget what was sensed."""
        for part in (self._lane, self._worker, self._health, self._acknowledger):
            if part is not None:
                part.close()
        self._lane = self._worker = self._health = self._acknowledger = None
        if self._silence_timer is not None:
            self.destroy_timer(self._silence_timer)
        self._silence_timer = None
        self._pipeline = self._models = None

    def _on_rig(self, rig: CameraRig) -> None:
        self.get_logger().info(f"the rig is known: {', '.join(rig.names)}")
        try:
            self._bind()
        except AstraError as error:
            self._error = str(error)
            raise

    def _bind(self) -> None:
        """Join models and cameras, whichever came last; quick."""
        with self._binding:  # they come in two threads
            models, rig = self._models, self._cameras.rig
            if models is not None and rig is not None and self._pipeline is None:
                self._pipeline = build_local(self._spec, rig, self._config.pipeline, models)

    def _on_imu(self, message: Imu) -> None:
        self._node_clock.check("imu", message.header.stamp)
        if self._imu.add(message):
            self._watch.hear("imu", self._node_clock.now_ns)

    def _on_sub_goal(self, message: SubGoalMsg) -> None:
        require_frame("the sub-goal", message.header.frame_id, self._config.odom_frame)
        self._node_clock.check("the sub-goal", message.header.stamp)
        sub_goal = sub_goal_from_msg(message)
        self._sub_goal = (sub_goal, self._tick_ns)
        if sub_goal.halt and self._pipeline is not None:
            # The next plan may be a tenth of a second away: 6 cm at full speed.
            self._pipeline.halt(self._tick_ns)

    def _on_heartbeat(self, message: Heartbeat, number: int | None) -> None:
        self._peers.hear(message.node, number, self._node_clock.now_ns, time.monotonic())

    def _nobody_drives(self, tick_ns: int) -> bool:
        """Return whether who gave the sub-goal, or who moves the wheels, has fallen silent."""
        heard, timeout_s = self._sub_goal, self._config.sub_goal_timeout_s
        if heard is not None and tick_ns - heard[1] > from_seconds(timeout_s):
            return True
        return bool(self._peers.silent(self._node_clock.now_ns, time.monotonic()))

    def _on_driven(self, message: TwistStamped) -> None:
        # By the ticks of the wheels, with which it is compared, whatever clock the guard has.
        if self._pipeline is not None and self.active:
            self._pipeline.on_driven(velocity_from_msg(message.twist), self._tick_ns)

    def _on_wheels(self, message: Odometry) -> None:
        """Answer one tick: odometry, obstacle summary, wanted velocity, acknowledgement."""
        if back_s := self._node_clock.ages.take_set_back_s():
            self._begin_anew(f"the clock was set back by {back_s:.2f} s")
        stamp_ns = self._node_clock.follow("wheel_odometry", message.header.stamp)
        if back_s := self._rewind.set_back_s(stamp_ns, self._tick_ns):
            self._begin_anew(f"the stamps of wheel_odometry went back by {back_s:.2f} s")
        sample = self._wheels.read(message)
        pipeline = self._pipeline
        if pipeline is None or not self.active or stamp_ns > self._tick_ns:
            self._watch.hear("wheel_odometry", self._node_clock.now_ns)
        if pipeline is None or not self.active:
            self._imu.take(stamp_ns)
            return
        if stamp_ns > self._tick_ns:
            pipeline.observe(Observation(stamp_ns, self._imu.take(stamp_ns), (sample,)))
            self._tick_ns = stamp_ns
        # A repeated tick is answered again: somebody may have missed the first answer.
        self._outputs.send_odometry(pipeline.odometry)
        self._outputs.send_nearest(pipeline)
        if self._nobody_drives(stamp_ns):
            # The next plan may be a tenth of a second away.
            pipeline.halt(stamp_ns)
        now_ns = max(stamp_ns, self._node_clock.stamp_ns)
        velocity = Velocity() if self._wheels_are_silent() else pipeline.command(stamp_ns)
        self._outputs.send_command(velocity, now_ns)
        self._latency.command(now_ns)
        self._submit_due()
        self._health.tick(now_ns)
        self._acknowledger.tick(stamp_ns)

    def _whence(self, sensor: str) -> str:
        reliable = self._config.wheel_topic_reliable
        return whence(self, sensor, reliable, "wheel_topic_reliable")

    def _wheels_are_silent(self) -> bool:
        """Return whether no wheel sample with a new stamp has come for too long."""
        limit_ns = from_seconds(self._config.pipeline.plausibility.silent_s)
        return self._watch.silence_ns("wheel_odometry", self._node_clock.now_ns) > limit_ns

    def _stop_in_silence(self) -> None:
        """Say zero where no wheel sample comes that could be answered."""
        if self.active and self._pipeline is not None and self._wheels_are_silent():
            now_ns = max(self._tick_ns, self._node_clock.stamp_ns)
            self._outputs.send_command(Velocity(), now_ns)

    def _begin_anew(self, why: str) -> None:
        """Stop the robot and forget what was sensed: its stamps are of another time.

        Odometry starts at the origin again, as after a start.
        """
        if self._tick_ns < 0:
            return  # nothing was sensed yet
        self._set_back.say(f"{why}: stopping, odometry begins anew")
        self.get_logger().error(self._set_back.newest)
        self._outputs.send_command(Velocity(), self._node_clock.stamp_ns)
        self._sub_goal, self._frames = None, ()
        self._tick_ns = self._job_ns = -1
        self._latency = Latency()
        self._rewind.on_time()
        self._imu.take(-1)
        self._wheels = WheelInput()
        self._cameras.sync.restart()
        self._pipeline = None
        self._bind()

    def _on_frames(self, stamp_ns: int, frames: tuple[CameraFrame, ...]) -> None:
        self._frames = frames
        if self.active and stamp_ns <= self._tick_ns:
            self._submit_due()

    def _submit_due(self) -> None:
        """Hand images to the worker once odometry covers them; without images, plan anyway."""
        frames = self._frames
        if frames and max(frame.stamp_ns for frame in frames) <= self._tick_ns:
            self._frames = ()
        elif self._tick_ns - self._job_ns >= 2 * from_seconds(self._config.plan_period_s):
            frames = ()
        else:
            return
        self._job_ns = self._tick_ns
        self._worker.submit(self._tick_ns, lambda: self._perceive_and_plan(frames))

    def _perceive_and_plan(self, frames: tuple[CameraFrame, ...]) -> None:
        pipeline, started_s = self._pipeline, time.perf_counter()
        if pipeline is None or not self.active:
            return
        if frames:
            pipeline.perceive(frames)
        now_ns = self._tick_ns
        trajectory = pipeline.plan(self._current_sub_goal(now_ns), now_ns)
        self._planning_s = time.perf_counter() - started_s
        self._error = ""
        if frames:
            self._latency.plan(frames[0].stamp_ns)
        self._outputs.send_trajectory(trajectory, self._planning_s)
        self._outputs.send_grids(pipeline, now_ns)

    def _current_sub_goal(self, now_ns: int) -> SubGoal | None:
        heard = self._sub_goal
        if heard is None or now_ns - heard[1] > from_seconds(self._config.sub_goal_timeout_s):
            return None
        return heard[0]

    def _on_idle(self) -> None:
        self._acknowledger.release()

    def _on_error(self, error: Exception) -> None:
        self._error = f"planning failed: {error!r}"
        self.get_logger().error(self._error, throttle_duration_sec=1.0)

    def _read_health(self) -> Health:
        pipeline, loading = self._pipeline, self.loading
        now_ns = self._node_clock.now_ns
        if loading is not None:
            # Sensors are watched meanwhile: who starts a robot wants to know of all that lacks.
            silent = [self._watch.problem(name, now_ns) for name in ("wheel_odometry", "imu")]
            return Health(
                Heartbeat.STATE_DEGRADED, "; ".join(filter(None, [str(loading), *silent]))
            )
        if not self.active:
            return Health(Heartbeat.STATE_ERROR, "not active")
        if pipeline is None:
            return Health(Heartbeat.STATE_ERROR, self._error or self._cameras.missing)
        blind = pipeline.blind_cameras
        # Copies in one go: the lane counts on meanwhile.
        images = dict(self._cameras.sync.counts)
        refused = dict(self._cameras.refused) | dict(self._imu.refused) | pipeline.refused_samples
        values = {
            "planning_ms": 1000.0 * self._planning_s,
            **self._latency.values(),
            "fallback_fraction": pipeline.fallback_fraction,
            "stop_reason": pipeline.stop_reason,
            "clock_set_back": self._set_back.newest,
            "blind_cameras": ", ".join(blind),
            **{f"images {name}": count for name, count in images.items()},
            **{f"refused {name}": count for name, count in refused.items()},
            **(self._lane.refused if self._lane is not None else {}),
        }
        # Without wheels there is not a single tick; with anything else missing it drives worse.
        ages, faults = self._node_clock.ages, [fault.reason for fault in pipeline.sensor_faults]
        wheels = self._wheels.problem or self._watch.problem("wheel_odometry", now_ns)
        sensors = "; ".join(filter(None, [wheels, *faults]))
        error = self._error or ages.problem or sensors
        if error:
            # Who is silent may only be refused.
            told = "; ".join(filter(None, (error, self._imu.problem, ages.stamp_problem)))
            return Health(Heartbeat.STATE_ERROR, told, values)
        worries = (
            self._peers.problem(now_ns, time.monotonic()),
            self._imu.problem or self._watch.problem("imu", now_ns),
            self._cameras.problem,
            pipeline.contact_reason,
            pipeline.blind_reason,
            self._set_back.text,
            ages.stamp_problem,
        )
        reason = "; ".join(filter(None, worries))
        state = Heartbeat.STATE_DEGRADED if reason else Heartbeat.STATE_OK
        return Health(state, reason, values)


def main() -> int:
    """Run the node."""
    return run_node(LocalNode)


if __name__ == "__main__":
    sys.exit(main())
