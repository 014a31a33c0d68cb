"""One robot of a running simulation: its body, its sensors, and what has happened to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core.angles import wrap_angle
from astra_core.camera import CameraRig
from astra_core.observation import CameraFrame, ImuSample, WheelSample
from astra_core.records import Velocity
from astra_core.time import NS_PER_S
from astra_sim.clearance import ClearanceMeter
from astra_sim.collision import CollisionMonitor
from astra_sim.disc import Disc
from astra_sim.profile import SensorProfile
from astra_sim.rendering import RigRenderer
from astra_sim.robot import DriveBase, DriveBaseConfig
from astra_sim.sensors.delivery import ImageDelivery
from astra_sim.sensors.imu import Imu
from astra_sim.sensors.rig_cameras import RigCameras
from astra_sim.sensors.wheels import WheelEncoders
from astra_sim.slippery.footing import Footing
from astra_sim.truth import GroundTruth

if TYPE_CHECKING:
    import mujoco

__all__ = ["RobotInWorld", "SensorSeeds", "SensorSetup"]


@dataclass(frozen=True)
class SensorSetup:
    """What every robot of a simulation carries.

    Attributes:
        profile: Noise levels.
        rig: Cameras.
        camera_hz: Images per second; 0: none.
        depth: Whether the cameras measure depth.
        image_latency_s: In addition to the profile's.
        image_drop_out: Likewise.
        imu_hz: IMU readings per second.
    """

    profile: SensorProfile
    rig: CameraRig
    camera_hz: float
    depth: bool
    image_latency_s: float
    image_drop_out: float
    imu_hz: float


@dataclass(frozen=True)
class SensorSeeds:
    """Where the noise of one robot comes from."""

    imu: np.random.SeedSequence
    wheels: np.random.SeedSequence
    images: np.random.SeedSequence


class RobotInWorld:
    """A robot in a compiled world; the simulator steps physics, this one pushes and senses.

    Attributes:
        base: Its motors.
        collisions: What it touches.
        clearance: How near it is to touching something.
        path_m: How far it has driven.
        num_images: How many sets of pictures its cameras have taken.
    """

    def __init__(
        self,
        name: str,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        config: DriveBaseConfig,
        setup: SensorSetup,
        seeds: SensorSeeds,
        object_ids: list[str],
        start_pose: tuple[float, float, float],
        footing: Footing | None = None,
    ) -> None:
        """Put the robot at its start, at rest, and switch its sensors on.

        Args:
            name: As given to :func:`astra_sim.robot.add_robot`.
            model: The compiled world.
            data: Its state; changed in place.
            config: Size and limits.
            setup: Its sensors.
            seeds: Of their noise.
            object_ids: Object id of every geom.
            start_pose: (x, y, theta) in ``map``.
            footing: What its wheels slip on; ``None`` on firm ground.
        """
        self._name, self._model, self._config, self._setup = name, model, config, setup
        self.base = DriveBase(model, config, name)
        self.base.place(data, start_pose)
        self.base.footing = footing
        self._imu = Imu(setup.profile.imu, setup.imu_hz, np.random.default_rng(seeds.imu))
        self._wheels = WheelEncoders(setup.profile.wheels, np.random.default_rng(seeds.wheels))
        self._inertial = [
            int(model.sensor(f"{name}_{kind}").adr[0]) + axis
            for kind in ("gyro", "accel")
            for axis in range(3)
        ]
        self.collisions = CollisionMonitor(model, object_ids, name)
        # Known once positions are up to date: look_around sets it.
        self.clearance: ClearanceMeter
        self._image_seed = seeds.images
        self._cameras: RigCameras | None = None
        self._delivery = ImageDelivery(setup.profile.camera.latency_s + setup.image_latency_s)
        self.renderer: RigRenderer | None = None
        self.num_images = 0
        self.path_m = 0.0
        self._contact_mps = 0.0
        self._velocity_mps = (0.0, 0.0)
        self._before = start_pose
        self._sum = np.zeros(6)
        self._num_summed = 0

    def look_around(self, data: mujoco.MjData) -> None:
        """Learn what stands beside it, once positions are up to date."""
        self.clearance = ClearanceMeter(self._model, data, self._name)

    def begin_tick(self, data: mujoco.MjData) -> None:
        """Note where it is before it moves."""
        self._before = self.base.pose(data)
        self._contact_mps = 0.0
        if self.base.footing is not None:
            self.base.footing.look_down(self._before)

    def push(self, data: mujoco.MjData, command: Velocity) -> None:
        """Apply the motor forces of one physics step."""
        self.base.push(data, command)

    def feel(self, data: mujoco.MjData) -> None:
        """Take in the physics step that was just made."""
        self._sum += data.sensordata[self._inertial]
        self._num_summed += 1
        if data.ncon:
            self.collisions.check(data)
            # How fast it came: the step has stopped it already.
            x_mps, y_mps = self._velocity_mps
            for x, y in self.collisions.directions:
                self._contact_mps = max(self._contact_mps, x * x_mps + y * y_mps)
        else:
            self.collisions.clear()
        self._velocity_mps = self.base.map_velocity(data)

    def inertial_sample(self, stamp_ns: int) -> ImuSample:
        """Return the reading since the last one: its mean, as devices filter before they sample."""
        mean = self._sum / self._num_summed
        self._sum, self._num_summed = np.zeros(6), 0
        return self._imu.sample(stamp_ns, mean[:3], mean[3:])

    def wheel_sample(self, data: mujoco.MjData, stamp_ns: int, tick_s: float) -> WheelSample:
        """Return what the encoders say of the tick."""
        before, after = self._before, self.base.pose(data)
        step_m = (after[0] - before[0], after[1] - before[1])
        turn_rad = after[2] - before[2]
        middle = before[2] + 0.5 * turn_rad
        forward_m = math.cos(middle) * step_m[0] + math.sin(middle) * step_m[1]
        self.path_m += math.hypot(*step_m)
        footing = self.base.footing
        lost = (0.0, 0.0) if footing is None else footing.tick_slip()
        return self._wheels.sample(stamp_ns, forward_m, turn_rad, tick_s, lost)

    def image_is_due(self, stamp_ns: int, first_ns: int) -> bool:
        """Return whether it is time for an image.

        Image n is due n periods after the first tick, at the first tick not before.
        """
        if self._setup.camera_hz <= 0.0:
            return False
        return stamp_ns >= first_ns + round(self.num_images * NS_PER_S / self._setup.camera_hz)

    def send_image(self, frames: tuple[CameraFrame, ...], stamp_ns: int) -> None:
        """Send pictures on their way."""
        self.num_images += 1
        self._delivery.send(frames, stamp_ns)

    def receive_images(self, stamp_ns: int) -> tuple[CameraFrame, ...]:
        """Return the pictures that arrive now."""
        return () if self._setup.camera_hz <= 0.0 else self._delivery.receive(stamp_ns)

    def expose(self, data: mujoco.MjData, stamp_ns: int) -> tuple[CameraFrame, ...]:
        """Take a picture with every camera; positions must be up to date."""
        setup = self._setup
        if self._cameras is None:
            self._cameras = RigCameras(
                setup.rig, setup.profile, self._image_seed, setup.depth, setup.image_drop_out
            )
        return self._cameras.expose(self.open_renderer(), data, stamp_ns)

    def open_renderer(self) -> RigRenderer:
        """Return what draws for its cameras, opened when it is first wanted."""
        if self.renderer is None:
            self.renderer = RigRenderer(self._model, self._setup.rig, self._name)
        return self.renderer

    def disc(self, data: mujoco.MjData) -> Disc:
        """Return it as people see it."""
        x, y, _ = self.base.pose(data)
        velocity = np.array(self.base.map_velocity(data))
        return Disc(np.array([x, y]), velocity, self._config.radius_m)

    def truth(self, data: mujoco.MjData, stamp_ns: int) -> GroundTruth:
        """Return what really happened to it."""
        x, y, theta = self.base.pose(data)
        pose: NDArray[np.float64] = np.array([x, y, wrap_angle(theta)])
        return GroundTruth(
            stamp_ns=stamp_ns,
            pose=pose,
            velocity=np.array(self.base.body_velocity(data)),
            collision=self.collisions.touching,
            collision_count=self.collisions.count,
            touched=self.collisions.touched,
            clearance_m=self.clearance.distance_m(data, x, y),
            path_length_m=self.path_m,
            contact_mps=self._contact_mps,
            contact_bearings_rad=tuple(
                wrap_angle(math.atan2(dy, dx) - theta) for dx, dy in self.collisions.directions
            ),
        )

    def close(self) -> None:
        """Free the GL context; a picture due later opens another."""
        if self.renderer is not None:
            self.renderer.close()
            self.renderer = None
