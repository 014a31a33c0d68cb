"""The simulator: a scene, a robot, its sensors, one tick of 20 ms at a time.

Same scene, seed, conditions and commands give identical bytes: every sensor draws from a generator
of its own, so switching cameras off does not change the IMU. So do people and doors: a mission
under other conditions has the same noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraRig
from astra_core.errors import ConfigError
from astra_core.observation import CameraFrame, ImuSample, Observation
from astra_core.records import Velocity
from astra_core.time import from_seconds
from astra_sim.conditions import EMPTY, Conditions
from astra_sim.disc import Disc
from astra_sim.light import change_light, dim_to_lamps
from astra_sim.moving import let_robot_touch
from astra_sim.profile import SensorProfile
from astra_sim.redecorated.night import is_night
from astra_sim.rendering import select_gl_backend
from astra_sim.rig import default_rig
from astra_sim.robot import ROBOT, DriveBaseConfig, add_robot
from astra_sim.robot_in_world import RobotInWorld, SensorSeeds, SensorSetup
from astra_sim.scenes.changes import mission_scene
from astra_sim.scenes.floor_plan import FloorPlan, floor_plan
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.types import Scene
from astra_sim.slippery.footing import Footing, slippery_places
from astra_sim.surroundings import PersonTruth, Surroundings
from astra_sim.truth import GroundTruth

if TYPE_CHECKING:
    from astra_sim.faults.things import Thing

__all__ = ["Simulator"]

_PHYSICS_S = 0.005
_STEPS_PER_IMU = 2
_IMU_PER_TICK = 2
_START_CLEARANCE_M = 0.35
_START_APART_M, _START_TRIALS = 1.5, 1000
_MOST_ROBOTS = 16


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
        robot: DriveBaseConfig | None = None,
        num_robots: int = 1,
        things: Sequence[Thing] = (),
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
            num_robots: How many of them there are. Further ones start at free poses of their
                own; the first one senses the same as without them until it meets them.
            things: What may be put into the world later on; out of it at the start.

        Raises:
            ConfigError: The camera rate or the number of robots is out of range, or there is no
                room for so many.
            RenderingError: Cameras are wanted and no GL library is there.
        """
        self.scene = scene = mission_scene(scene, seed, conditions)
        self.conditions = conditions
        self.profile = profile
        self.rig = rig or default_rig()
        self.robot = robot or DriveBaseConfig()
        self.tick_s = _PHYSICS_S * _STEPS_PER_IMU * _IMU_PER_TICK
        if not 0.0 <= camera_hz <= 1.0 / self.tick_s:
            raise ConfigError(f"camera_hz must be in 0..{1.0 / self.tick_s:g}, got {camera_hz}")
        if not 1 <= num_robots <= _MOST_ROBOTS:
            raise ConfigError(f"num_robots must be 1 to {_MOST_ROBOTS}, got {num_robots}")
        if camera_hz > 0.0 or semantics:
            # Before mujoco is imported, and before minutes of work end without a picture.
            select_gl_backend()
        import mujoco

        from astra_sim.scenes.model import build_world, geom_object_ids

        self._mujoco = mujoco
        start, imu, wheels, images = np.random.SeedSequence(seed).spawn(4)

        @cache
        def plan() -> FloorPlan:
            # Planning on the floor takes time in large buildings: only where somebody needs it.
            return floor_plan(scene)

        if start_pose is None:
            start_pose = _free_pose(plan(), np.random.default_rng(start))
        starts = _apart(plan, start_pose, num_robots, seed)
        names = [ROBOT, *(f"{ROBOT}{number}" for number in range(2, num_robots + 1))]
        here = Disc(np.array(start_pose[:2]), np.zeros(2), self.robot.radius_m)
        self._surroundings = Surroundings(
            scene, plan() if conditions.most_people else None, conditions, seed, here
        )

        spec = build_world(scene)
        change_light(spec, seed, conditions.light_change)
        if conditions.redecorated and is_night(seed, conditions.redecorated.night):
            dim_to_lamps(spec, conditions.redecorated.night)
        for name in names:
            add_robot(spec, self.rig, self.robot, name, seen=num_robots > 1)
        self._surroundings.add_to(spec, names)
        for thing in things:
            thing.add_to(spec)
        if things:
            for name in names:
                let_robot_touch(spec, name)
        spec.option.timestep = _PHYSICS_S
        self.model = spec.compile()
        self.data = mujoco.MjData(self.model)
        self._object_ids = geom_object_ids(self.model)

        setup = SensorSetup(
            profile,
            self.rig,
            camera_hz,
            depth,
            conditions.image_latency_s,
            conditions.image_drop_out,
            imu_hz=1.0 / (_PHYSICS_S * _STEPS_PER_IMU),
        )
        seeds = [SensorSeeds(imu, wheels, images)]
        for number in range(1, num_robots):
            seeds.append(SensorSeeds(*np.random.SeedSequence((seed, number)).spawn(3)))
        world = (self.model, self.data, self.robot, setup)
        self._robots = [
            RobotInWorld(name, *world, own, self._object_ids, start, footing)
            for name, own, start, footing in zip(
                names, seeds, starts, self._footings(seed, num_robots), strict=True
            )
        ]
        self._surroundings.attach(self.model, self.data)
        for thing in things:
            thing.attach(self.model, self.data)
        mujoco.mj_forward(self.model, self.data)
        for one in self._robots:
            one.look_around(self.data)
        self._semantics = semantics
        self._sealed = seal_truth
        self._tick = 0

    @property
    def stamp_ns(self) -> int:
        """Return the time since the start; 0 before the first step."""
        return self._tick * from_seconds(self.tick_s)

    def step(self, command: Velocity) -> Observation:
        """Advance by one tick; further robots stand.

        Args:
            command: Body velocity; clipped to what the base can do, stop where not finite.

        Returns:
            What was sensed in the tick: 2 IMU samples, 1 wheel sample, and frames that arrived.
        """
        return self.step_all([command, *(Velocity() for _ in self._robots[1:])])[0]

    def step_all(self, commands: Sequence[Velocity]) -> list[Observation]:
        """Advance by one tick; see :meth:`step`.

        Args:
            commands: One for each robot.

        Returns:
            What each of them sensed.
        """
        before_ns = self.stamp_ns
        for robot in self._robots:
            robot.begin_tick(self.data)
        first, *others = (robot.disc(self.data) for robot in self._robots)
        self._surroundings.step(self.data, self.tick_s, first, others)
        imu: list[tuple[ImuSample, ...]] = []
        imu_ns = from_seconds(_PHYSICS_S * _STEPS_PER_IMU)
        for number in range(_IMU_PER_TICK):
            imu.append(self._imu_interval(commands, before_ns + (number + 1) * imu_ns))
        self._tick += 1
        wheels = [
            robot.wheel_sample(self.data, self.stamp_ns, self.tick_s) for robot in self._robots
        ]
        frames = self._due_frames()
        return [
            Observation(self.stamp_ns, samples, (wheel,), images)
            for samples, wheel, images in zip(zip(*imu, strict=True), wheels, frames, strict=True)
        ]

    def place(self, pose: tuple[float, float, float]) -> None:
        """Put the robot at another pose (x, y, theta) in ``map``, at rest; time goes on.

        For evaluation: many starts in one world. Nothing that is sensed tells of the jump.
        """
        first = self._robots[0]
        first.base.place(self.data, pose)
        self._surroundings.make_room(self.data, first.disc(self.data))
        self._mujoco.mj_forward(self.model, self.data)

    def people(self) -> list[PersonTruth]:
        """Return where people are now. Privileged, as :meth:`truth`; none where it is sealed."""
        return [] if self._sealed else self._surroundings.people()

    def expose(self) -> tuple[CameraFrame, ...]:
        """Take a picture with every camera now, whatever the camera rate. For evaluation."""
        self._pose_for_pictures()
        return self._robots[0].expose(self.data, self.stamp_ns)

    def truth(self, robot: int = 0) -> GroundTruth:
        """Return what really happened. For scoring, tours and tests; never for the stack."""
        if self._sealed:
            return GroundTruth.sealed()
        return self._robots[robot].truth(self.data, self.stamp_ns)

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
        self._pose_for_pictures()
        renderer = self._robots[0].open_renderer()
        numbers = {thing.id: number for number, thing in enumerate(self.scene.objects)}
        table = np.full(self.model.ngeom + 1, -1, np.int32)
        for geom, object_id in enumerate(self._object_ids):
            table[geom] = numbers.get(object_id, -1)
        return table[renderer.geoms(self.data, index)]

    def close(self) -> None:
        """Free the GL context; a frame due later opens another."""
        for robot in self._robots:
            robot.close()

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

    def _footings(self, seed: int, num_robots: int) -> list[Footing | None]:
        floor = self.conditions.slippery
        if floor is None:
            return [None] * num_robots
        places = slippery_places(self.scene, floor, seed)
        track_m, relaxation_m = self.profile.wheels.track_m, floor.relaxation_m
        return [
            Footing(places, track_m, relaxation_m, stream(seed, "footing", number))
            for number in range(num_robots)
        ]

    def _imu_interval(self, commands: Sequence[Velocity], stamp_ns: int) -> tuple[ImuSample, ...]:
        for _ in range(_STEPS_PER_IMU):
            for robot, command in zip(self._robots, commands, strict=True):
                robot.push(self.data, command)
            self._mujoco.mj_step(self.model, self.data)
            for robot in self._robots:
                robot.feel(self.data)
        return tuple(robot.inertial_sample(stamp_ns) for robot in self._robots)

    def _due_frames(self) -> list[tuple[CameraFrame, ...]]:
        first_ns = from_seconds(self.tick_s)
        due = [robot for robot in self._robots if robot.image_is_due(self.stamp_ns, first_ns)]
        if due:
            self._pose_for_pictures()
        for robot in due:
            robot.send_image(robot.expose(self.data, self.stamp_ns), self.stamp_ns)
        return [robot.receive_images(self.stamp_ns) for robot in self._robots]

    def _pose_for_pictures(self) -> None:
        self._surroundings.pose(self.data)
        # A step leaves positions of bodies from before it; bring them up to date.
        self._mujoco.mj_kinematics(self.model, self.data)
        self._mujoco.mj_camlight(self.model, self.data)


def _free_pose(plan: FloorPlan, rng: np.random.Generator) -> tuple[float, float, float]:
    x, y, theta = plan.sample_free_pose(rng, _START_CLEARANCE_M)
    return float(x), float(y), float(theta)


def _apart(
    plan: Callable[[], FloorPlan], first: tuple[float, float, float], num_robots: int, seed: int
) -> list[tuple[float, float, float]]:
    """Return where each robot starts: the first where it is, the others free and apart."""
    rng = np.random.default_rng(np.random.SeedSequence((seed, num_robots)))
    starts = [first]
    for _ in range(_START_TRIALS):
        if len(starts) == num_robots:
            return starts
        pose = _free_pose(plan(), rng)
        if all(math.dist(pose[:2], other[:2]) >= _START_APART_M for other in starts):
            starts.append(pose)
    raise ConfigError(f"there is no room for {num_robots} robots")
