"""The simulated robot: a cylinder on a planar velocity base with a differential drive.

The base is three joints (slide x, slide y, hinge yaw). Each physics step gets the force that makes
the body follow the commanded velocity along its heading and none across it, within what the
motors and the tyres can give, so blocked robots stand and pushed ones do not fly. On a slippery
floor the wheels turn as commanded, and the body follows what the floor gives of that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from astra_core import se3
from astra_core.camera import CameraRig
from astra_core.config import from_mapping, setting, to_mapping
from astra_core.errors import ConfigError
from astra_core.records import Velocity
from astra_core.robot import RobotConfig
from astra_core.robot_settings import Bound, for_robot, robot_setting

if TYPE_CHECKING:
    import mujoco

    from astra_sim.profile import SensorProfile
    from astra_sim.slippery.footing import Footing

__all__ = ["HIDDEN_GROUP", "ROBOT", "DriveBase", "DriveBaseConfig", "add_robot", "drive_base"]

ROBOT = "robot"
"""Name of the robot where there is only one."""

HIDDEN_GROUP = 5
"""Geom group that cameras do not see: the robot's own hull."""

#: Damping of a heading that is held: a hundred times what the motors can do.
_HELD_N_M_S = 1e4
_FRAMES_FLIP = np.diag([1.0, -1.0, -1.0])


def _motor(field: str, usual: float, description: str) -> Any:
    """Declare what the motors can do: as usual, or more where the stack counts on more."""
    return robot_setting(
        field,
        description,
        bound=Bound.AT_LEAST,
        derive=lambda asked: max(usual, asked),
        minimum=0.0,
    )


@dataclass(frozen=True)
class DriveBaseConfig:
    """Size, mass and limits of the base: the robot's size, and motors that can do what it asks."""

    radius_m: float = robot_setting(
        "footprint_radius_m", "radius of the hull", minimum=0.05, maximum=1.0
    )
    height_m: float = robot_setting(
        "height_m", "height of the hull, mast included", minimum=0.1, maximum=2.0
    )
    ground_gap_m: float = setting(0.02, "height of the lower edge of the hull", minimum=0.005)
    mass_kg: float = setting(30.0, "mass", minimum=1.0)
    max_forward_mps: float = _motor("max_linear_mps", 0.8, "fastest speed forwards")
    max_backward_mps: float = _motor("max_reverse_mps", 0.3, "fastest speed backwards")
    max_turn_rad_s: float = _motor("max_angular_rad_s", 2.0, "fastest turn")
    max_linear_m_s2: float = _motor(
        "max_linear_acceleration_mps2", 1.0, "acceleration of the motors"
    )
    max_braking_m_s2: float = _motor(
        "max_linear_deceleration_mps2", 2.0, "deceleration of the motors"
    )
    max_angular_rad_s2: float = _motor(
        "max_angular_acceleration_rad_s2", 4.0, "angular acceleration of the motors"
    )
    grip_m_s2: float = setting(3.0, "acceleration at which the tyres slide", minimum=0.1)


def drive_base(robot: RobotConfig, profile: SensorProfile) -> DriveBaseConfig:
    """Return the simulated base of a robot.

    Args:
        robot: Size and limits.
        profile: Its sensors, of which the wheels must be the robot's.

    Raises:
        ConfigError: A robot of this size cannot be simulated, or the profile has other wheels.
    """
    track_m = profile.wheels.track_m
    if track_m != robot.wheel_track_m:
        raise ConfigError(
            f"the sensor profile has wheels.track_m {track_m}, but the robot wheel_track_m "
            f"{robot.wheel_track_m}: simulate this robot with a profile of its own"
        )
    filled = for_robot(DriveBaseConfig(), robot)
    return from_mapping(DriveBaseConfig, to_mapping(filled), "the simulated robot")


def add_robot(
    spec: mujoco.MjSpec,
    rig: CameraRig,
    config: DriveBaseConfig,
    name: str = ROBOT,
    *,
    seen: bool = False,
) -> None:
    """Add body, joints, IMU and cameras of a robot to a world.

    Args:
        spec: The world; changed in place.
        rig: Cameras to mount.
        config: Size and mass.
        name: Of the body, and before the names of all its parts.
        seen: Whether it has a body that the cameras of other robots see.
    """
    import mujoco

    body = spec.worldbody.add_body(name=name)
    slide, hinge = mujoco.mjtJoint.mjJNT_SLIDE, mujoco.mjtJoint.mjJNT_HINGE
    body.add_joint(name=f"{name}_x", type=slide, axis=[1.0, 0.0, 0.0])
    body.add_joint(name=f"{name}_y", type=slide, axis=[0.0, 1.0, 0.0])
    body.add_joint(name=f"{name}_yaw", type=hinge, axis=[0.0, 0.0, 1.0])
    half_m = 0.5 * (config.height_m - config.ground_gap_m)
    body.add_geom(
        name=f"{name}_hull",
        type=mujoco.mjtGeom.mjGEOM_CYLINDER,
        size=[config.radius_m, half_m, 0.0],
        pos=[0.0, 0.0, config.ground_gap_m + half_m],
        mass=config.mass_kg,
        group=HIDDEN_GROUP,
        friction=[0.1, 0.0, 0.0],
        condim=3,
    )
    if seen:
        _add_looks(body, config, name)
    site = body.add_site(name=f"{name}_imu", pos=[0.0, 0.0, 0.0], group=HIDDEN_GROUP)
    for sensor, kind in (
        (f"{name}_gyro", mujoco.mjtSensor.mjSENS_GYRO),
        (f"{name}_accel", mujoco.mjtSensor.mjSENS_ACCELEROMETER),
    ):
        spec.add_sensor(name=sensor, type=kind, objtype=mujoco.mjtObj.mjOBJ_SITE, objname=site.name)
    for camera in rig.cameras:
        # MuJoCo cameras look along -z with y up; optical frames look along z with y down.
        transform = camera.t_base_optical.copy()
        transform[:3, :3] = transform[:3, :3] @ _FRAMES_FLIP
        position, (x, y, z, w) = se3.to_position_quaternion(transform)
        k = camera.intrinsics
        fovy_rad = 2.0 * math.atan(0.5 * k.height_px / k.fy_px)
        body.add_camera(
            name=f"{name}_{camera.name}",
            pos=position,
            quat=[w, x, y, z],
            fovy=math.degrees(fovy_rad),
        )


def _add_looks(body: mujoco.MjsBody, config: DriveBaseConfig, name: str) -> None:
    """Add what others see: a base, a mast, and the head that carries the cameras."""
    import mujoco

    from astra_sim.scenes.model import VISUAL_GROUP

    base_m = 0.15
    mast_m = 0.5 * (config.height_m - 2.0 * base_m)
    parts = (
        ("base", config.radius_m, base_m, base_m + config.ground_gap_m, (0.25, 0.28, 0.33, 1.0)),
        ("mast", 0.03, mast_m, 2.0 * base_m + mast_m, (0.6, 0.6, 0.62, 1.0)),
        ("head", 0.09, 0.06, config.height_m - 0.06, (0.9, 0.45, 0.1, 1.0)),
    )
    for part, radius_m, half_m, center_m, color in parts:
        body.add_geom(
            name=f"{name}_{part}",
            type=mujoco.mjtGeom.mjGEOM_CYLINDER,
            size=[radius_m, half_m, 0.0],
            pos=[0.0, 0.0, center_m],
            mass=0.0,
            contype=0,
            conaffinity=0,
            group=VISUAL_GROUP,
            rgba=color,
        )


class DriveBase:
    """Motors and controller of the base: ramps the command, and pushes."""

    def __init__(self, model: mujoco.MjModel, config: DriveBaseConfig, name: str = ROBOT) -> None:
        """Find the joints and the inertia of a robot in a compiled world."""
        body = model.body(name)
        joints = [model.joint(f"{name}_{axis}") for axis in ("x", "y", "yaw")]
        self._config = config
        self._dofs = [int(joint.dofadr[0]) for joint in joints]
        self._qpos = [int(joint.qposadr[0]) for joint in joints]
        self._mass_kg = float(body.mass[0])
        self._inertia_kg_m2 = float(body.inertia[2])
        self._dt_s = float(model.opt.timestep)
        self.linear_mps = 0.0
        self.angular_rad_s = 0.0
        #: What its wheels slip on; ``None`` on firm ground.
        self.footing: Footing | None = None

    def place(self, data: mujoco.MjData, pose: tuple[float, float, float]) -> None:
        """Put the robot at a pose ``(x, y, theta)`` in ``map``, at rest."""
        for address, value in zip(self._qpos, pose, strict=True):
            data.qpos[address] = value
        for dof in self._dofs:
            data.qvel[dof] = 0.0
        self.linear_mps = self.angular_rad_s = 0.0

    def hold_heading(self, model: mujoco.MjModel) -> None:
        """Make the world hold the robot's heading, for faults."""
        model.dof_damping[self._dofs[2]] = _HELD_N_M_S

    def pose(self, data: mujoco.MjData) -> tuple[float, float, float]:
        """Return ``(x, y, theta)`` in ``map``; theta is not wrapped."""
        x, y, theta = self._qpos
        return float(data.qpos[x]), float(data.qpos[y]), float(data.qpos[theta])

    def body_velocity(self, data: mujoco.MjData) -> tuple[float, float]:
        """Return the true speed along the heading and the turn rate."""
        x, y, turn = self._dofs
        theta = float(data.qpos[self._qpos[2]])
        forward = math.cos(theta) * float(data.qvel[x]) + math.sin(theta) * float(data.qvel[y])
        return forward, float(data.qvel[turn])

    def map_velocity(self, data: mujoco.MjData) -> tuple[float, float]:
        """Return the true velocity (x, y) in ``map``."""
        x, y, _ = self._dofs
        return float(data.qvel[x]), float(data.qvel[y])

    def push(self, data: mujoco.MjData, command: Velocity) -> None:
        """Apply the motor forces of one physics step.

        Args:
            data: State; its applied forces are changed.
            command: Wanted body velocity. Not finite means stop.
        """
        config, dt = self._config, self._dt_s
        v, w = command.linear_mps, command.angular_rad_s
        if not (math.isfinite(v) and math.isfinite(w)):
            v = w = 0.0
        v = min(max(v, -config.max_backward_mps), config.max_forward_mps)
        w = min(max(w, -config.max_turn_rad_s), config.max_turn_rad_s)
        self.linear_mps = self._ramped(v)
        self.angular_rad_s += _limited(w - self.angular_rad_s, config.max_angular_rad_s2 * dt)

        linear_mps, angular_rad_s, push = self.linear_mps, self.angular_rad_s, None
        if self.footing is not None:
            linear_mps, angular_rad_s, push = self.footing.motion(linear_mps, angular_rad_s, dt)
        x, y, turn = self._dofs
        # Heading in the middle of the step, so that the chord of the arc points the right way.
        theta = float(data.qpos[self._qpos[2]]) + 0.5 * dt * angular_rad_s
        wanted_x, wanted_y = math.cos(theta) * linear_mps, math.sin(theta) * linear_mps
        if push is not None:
            wanted_x, wanted_y = wanted_x + push[0], wanted_y + push[1]
        acceleration_x = (wanted_x - float(data.qvel[x])) / dt
        acceleration_y = (wanted_y - float(data.qvel[y])) / dt
        size = math.hypot(acceleration_x, acceleration_y)
        if size > config.grip_m_s2:
            acceleration_x *= config.grip_m_s2 / size
            acceleration_y *= config.grip_m_s2 / size
        grip_rad_s2 = config.grip_m_s2 / config.radius_m
        lack_rad_s = angular_rad_s - float(data.qvel[turn])
        acceleration_turn = _limited(lack_rad_s / dt, grip_rad_s2)
        data.qfrc_applied[x] = self._mass_kg * acceleration_x
        data.qfrc_applied[y] = self._mass_kg * acceleration_y
        data.qfrc_applied[turn] = self._inertia_kg_m2 * acceleration_turn

    def _ramped(self, wanted_mps: float) -> float:
        """Return the speed after one physics step towards the wanted one."""
        config, speed = self._config, self.linear_mps
        if speed * wanted_mps < 0.0 or abs(wanted_mps) < abs(speed):
            # Through zero only in the next step.
            floor = wanted_mps if speed * wanted_mps > 0.0 else 0.0
            return speed + _limited(floor - speed, config.max_braking_m_s2 * self._dt_s)
        return speed + _limited(wanted_mps - speed, config.max_linear_m_s2 * self._dt_s)


def _limited(change: float, limit: float) -> float:
    return min(max(change, -limit), limit)
