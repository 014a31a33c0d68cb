"""The simulator: a scene, a robot, its sensors, one tick of 20 ms at a time.

Same scene, seed, conditions and commands give identical bytes: every sensor draws from a generator
of its own, so switching cameras off does not change the IMU. So do people and doors: a mission
under other conditions has the same noise.
"""

from __future__ import annotations

import math
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from astra_core.angles import wrap_angle
from astra_core.camera import CameraRig
from astra_core.errors import ConfigError
from astra_core.observation import CameraFrame, ImuSample, Observation
from astra_core.records import Velocity
from astra_core.time import NS_PER_S, from_seconds
from astra_sim.clearance import ClearanceMeter
from astra_sim.collision import CollisionMonitor
from astra_sim.conditions import EMPTY, Conditions
from astra_sim.disc import Disc
from astra_sim.light import change_light
from astra_sim.profile import SensorProfile
from astra_sim.rendering import RigRenderer, select_gl_backend
from astra_sim.rig import default_rig
from astra_sim.robot import DriveBase, RobotConfig, add_robot
from astra_sim.scenes.changes import mission_scene
from astra_sim.scenes.floor_plan import FloorPlan, floor_plan
from astra_sim.scenes.types import Scene
from astra_sim.sensors.delivery import ImageDelivery
from astra_sim.sensors.imu import Imu
from astra_sim.sensors.rig_cameras import RigCameras
from astra_sim.sensors.wheels import WheelEncoders
from astra_sim.surroundings import PersonTruth, Surroundings
from astra_sim.truth import GroundTruth

__all__ = ["Simulator"]

_PHYSICS_S = 0.005
_STEPS_PER_IMU = 2
_IMU_PER_TICK = 2
_START_CLEARANCE_M = 0.35


class Simulator:
    """A robot in a building.

    Attributes:
        scene: Where it is, as it stands at mission time.
        conditions: What differs from the tour.
        profile: How good its sensors are.
        rig: Its cameras.
        robot: Its size and limits.
        tick_s: Length of one step, seconds.
    """

    def __init__(
        self,
        scene: Scene,
        profile: SensorProfile,
        seed: int,
        *,
        conditions: Conditions = EMPTY,
        camera_hz: float = 10.0,
        depth: bool = True,
        semantics: bool = False,
        start_pose: tuple[float, float, float] | None = None,
        seal_truth: bool = False,
        rig: CameraRig | None = None,
        robot: RobotConfig | None = None,
    ) -> None:
        """Build the world and put the robot into it, at rest.

        Args:
            scene: From :func:`astra_sim.scenes.make_scene`, as on the tour.
            profile: From :func:`astra_sim.profile.load_profile`.
            seed: Of sensor noise, of what the conditions leave open and, without
                ``start_pose``, of the start.
            conditions: What has changed since the tour, and who walks about; what then stands
                there is :attr:`scene`, which
                :func:`astra_sim.scenes.changes.mission_scene` tells beforehand.
            camera_hz: Images per second of every camera; 0 means no cameras. At most 50.
            depth: Whether frames carry depth.
            semantics: Whether :meth:`object_image` may be asked for (privileged).
            start_pose: (x, y, theta) in ``map``; ``None`` draws a free one.
            seal_truth: Make :meth:`truth` return NaN everywhere and change nothing else.
            rig: Cameras; ``None`` means :func:`astra_sim.rig.default_rig`.
            robot: Size and limits; ``None`` means the defaults.

        Raises:
            ConfigError: The camera rate is out of range.
            RenderingError: Cameras are wanted and no GL library is there.
        """
        self.scene = scene = mission_scene(scene, seed, conditions)
        self.conditions = conditions
        self.profile = profile
        self.rig = rig or default_rig()
        self.robot = robot or RobotConfig()
        self.tick_s = _PHYSICS_S * _STEPS_PER_IMU * _IMU_PER_TICK
        if not 0.0 <= camera_hz <= 1.0 / self.tick_s:
            raise ConfigError(f"camera_hz must be in 0..{1.0 / self.tick_s:g}, got {camera_hz}")
        if camera_hz > 0.0 or semantics:
            # Before mujoco is imported, and before minutes of work end without a picture.
            select_gl_backend()
        import mujoco

        from astra_sim.scenes.model import build_world, geom_object_ids

        self._mujoco = mujoco
        start, imu, wheels, images = np.random.SeedSequence(seed).spawn(4)
        # Planning on the floor takes time in large buildings: only where somebody needs it.
        plan = floor_plan(scene) if start_pose is None or conditions.most_people else None
        if start_pose is None:
            start_pose = _free_pose(plan, np.random.default_rng(start))
        here = Disc(np.array(start_pose[:2]), np.zeros(2), self.robot.radius_m)
        self._surroundings = Surroundings(scene, plan, conditions, seed, here)

        spec = build_world(scene)
        change_light(spec, seed, conditions.light_change)
        add_robot(spec, self.rig, self.robot)
        self._surroundings.add_to(spec)
        spec.option.timestep = _PHYSICS_S
        self.model = spec.compile()
        self.data = mujoco.MjData(self.model)
        self._object_ids = geom_object_ids(self.model)

        self._base = DriveBase(self.model, self.robot)
        self._base.place(self.data, start_pose)
        self._surroundings.attach(self.model, self.data)
        mujoco.mj_forward(self.model, self.data)
        self._imu = Imu(
            profile.imu, 1.0 / (_PHYSICS_S * _STEPS_PER_IMU), np.random.default_rng(imu)
        )
        self._wheels = WheelEncoders(profile.wheels, np.random.default_rng(wheels))
        self._collisions = CollisionMonitor(self.model, self._object_ids)
        self._clearance = ClearanceMeter(self.model, self.data)

        self._camera_hz = camera_hz
        self._depth = depth
        self._semantics = semantics
        self._image_seed = images
        self._cameras: RigCameras | None = None
        self._delivery = ImageDelivery(profile.camera.latency_s + conditions.image_latency_s)
        self._renderer: RigRenderer | None = None
        self._sealed = seal_truth
        self._tick = 0
        self._images = 0
        self._path_m = 0.0

    @property
    def stamp_ns(self) -> int:
        """Return the time since the start; 0 before the first step."""
        return self._tick * from_seconds(self.tick_s)

    def step(self, command: Velocity) -> Observation:
        """Advance by one tick.

        Args:
            command: Body velocity; clipped to what the base can do, stop where not finite.

        Returns:
            What was sensed in the tick: 2 IMU samples, 1 wheel sample, and frames that arrived.
        """
        before_ns = self.stamp_ns
        before = self._base.pose(self.data)
        self._surroundings.step(self.data, self.tick_s, self._robot_disc())
        imu = []
        imu_ns = from_seconds(_PHYSICS_S * _STEPS_PER_IMU)
        for number in range(_IMU_PER_TICK):
            imu.append(self._imu_interval(command, before_ns + (number + 1) * imu_ns))
        self._tick += 1
        after = self._base.pose(self.data)

        step_m = (after[0] - before[0], after[1] - before[1])
        turn_rad = after[2] - before[2]
        middle = before[2] + 0.5 * turn_rad
        forward_m = math.cos(middle) * step_m[0] + math.sin(middle) * step_m[1]
        self._path_m += math.hypot(*step_m)
        wheels = self._wheels.sample(self.stamp_ns, forward_m, turn_rad, self.tick_s)
        return Observation(self.stamp_ns, tuple(imu), (wheels,), self._due_frames())

    def place(self, pose: tuple[float, float, float]) -> None:
        """Put the robot at another pose (x, y, theta) in ``map``, at rest; time goes on.

        For evaluation: many starts in one world. Nothing that is sensed tells of the jump.
        """
        self._base.place(self.data, pose)
        self._surroundings.make_room(self.data, self._robot_disc())
        self._mujoco.mj_forward(self.model, self.data)

    def people(self) -> list[PersonTruth]:
        """Return where people are now. Privileged, as :meth:`truth`; none where it is sealed."""
        return [] if self._sealed else self._surroundings.people()

    def expose(self) -> tuple[CameraFrame, ...]:
        """Take a picture with every camera now, whatever the camera rate. For evaluation."""
        if self._cameras is None:
            self._cameras = RigCameras(
                self.rig,
                self.profile,
                self._image_seed,
                self._depth,
                self.conditions.image_drop_out,
            )
        return self._cameras.expose(self._posed_renderer(), self.data, self.stamp_ns)

    def truth(self) -> GroundTruth:
        """Return what really happened. For scoring, tours and tests; never for the stack."""
        if self._sealed:
            return GroundTruth.sealed()
        x, y, theta = self._base.pose(self.data)
        return GroundTruth(
            stamp_ns=self.stamp_ns,
            pose=np.array([x, y, wrap_angle(theta)]),
            velocity=np.array(self._base.body_velocity(self.data)),
            collision=self._collisions.touching,
            collision_count=self._collisions.count,
            touched=self._collisions.touched,
            clearance_m=self._clearance.distance_m(self.data, x, y),
            path_length_m=self._path_m,
        )

    def object_image(self, camera: str) -> NDArray[np.int32]:
        """Return which object each pixel of a camera shows now. Privileged: for scoring and data.

        Returns:
            ``(H, W)`` int32 index into ``scene.objects``, -1 for nothing.

        Raises:
            ConfigError: The simulator was made without ``semantics``.
            KeyError: No such camera.
        """
        if not self._semantics:
            raise ConfigError("object images need Simulator(..., semantics=True)")
        index = self.rig.cameras.index(self.rig[camera])
        renderer = self._posed_renderer()
        numbers = {thing.id: number for number, thing in enumerate(self.scene.objects)}
        table = np.full(self.model.ngeom + 1, -1, np.int32)
        for geom, object_id in enumerate(self._object_ids):
            table[geom] = numbers.get(object_id, -1)
        return table[renderer.geoms(self.data, index)]

    def close(self) -> None:
        """Free the GL context; a frame due later opens another."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

    def __enter__(self) -> Simulator:
        """Return the simulator itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def _imu_interval(self, command: Velocity, stamp_ns: int) -> ImuSample:
        # Readings are means over their interval, as in a device that filters before it samples.
        total = np.zeros(6)
        for _ in range(_STEPS_PER_IMU):
            self._base.push(self.data, command)
            self._mujoco.mj_step(self.model, self.data)
            total += self.data.sensordata
            if self.data.ncon:
                self._collisions.check(self.data)
            else:
                self._collisions.touching = False
        total /= _STEPS_PER_IMU
        return self._imu.sample(stamp_ns, total[:3], total[3:])

    def _due_frames(self) -> tuple[CameraFrame, ...]:
        # Image n is due n periods after the first tick, at the first tick not before.
        if self._camera_hz <= 0.0:
            return ()
        first_ns = from_seconds(self.tick_s)
        if self.stamp_ns >= first_ns + round(self._images * NS_PER_S / self._camera_hz):
            self._images += 1
            self._delivery.send(self.expose(), self.stamp_ns)
        return self._delivery.receive(self.stamp_ns)

    def _robot_disc(self) -> Disc:
        x, y, _ = self._base.pose(self.data)
        velocity = np.array(self._base.map_velocity(self.data))
        return Disc(np.array([x, y]), velocity, self.robot.radius_m)

    def _posed_renderer(self) -> RigRenderer:
        if self._renderer is None:
            self._renderer = RigRenderer(self.model, self.rig)
        self._surroundings.pose(self.data)
        # A step leaves positions of bodies from before it; bring them up to date.
        self._mujoco.mj_kinematics(self.model, self.data)
        self._mujoco.mj_camlight(self.model, self.data)
        return self._renderer


def _free_pose(plan: FloorPlan, rng: np.random.Generator) -> tuple[float, float, float]:
    x, y, theta = plan.sample_free_pose(rng, _START_CLEARANCE_M)
    return float(x), float(y), float(theta)
