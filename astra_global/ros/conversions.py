"""Messages of Astra-Global: poses, landmarks, maps, goals and results."""

from __future__ import annotations

import array
import io
from collections.abc import Callable

import numpy as np
from geometry_msgs.msg import (
    Point,
    Pose,
    PoseStamped,
    PoseWithCovariance,
    PoseWithCovarianceStamped,
    Quaternion,
    Vector3,
)
from nav_msgs.msg import MapMetaData, OccupancyGrid, Path
from numpy.typing import NDArray
from PIL import Image

from astra_core import se3
from astra_core.errors import ConfigError, NotLocalized
from astra_core.records import GlobalPose, LocalizationStatus
from astra_core.ros.poses import (
    covariance_to_msg,
    header,
    pose_stamped,
    pose_to_msg,
    rigid_from_pose,
)
from astra_core.ros.stamps import to_stamp
from astra_global.types import AstraMap, Goal, MissionResult, OccupancyMap
from astra_msgs.action import Navigate
from astra_msgs.msg import GlobalPose as GlobalPoseMsg
from astra_msgs.msg import GoalSpec, LandmarkArray
from astra_msgs.msg import Landmark as LandmarkMsg

Lookup = Callable[[str, str], NDArray[np.float64] | None]

_MAX_WORDS = 1000
_MAX_PIXELS = 20_000_000

__all__ = [
    "global_pose_to_msg",
    "goal_from_msg",
    "landmarks_to_msg",
    "occupancy_to_msg",
    "path_to_msg",
    "pose_in_map",
    "pose_twin",
    "result_to_msg",
]


def _nothing_fixed(_target: str, _source: str) -> None:
    return None


def global_pose_to_msg(
    record: GlobalPose,
    map_frame: str,
    *,
    last_fix_ns: int | None,
    accepted: int,
    rejected: int,
    reason: str,
) -> GlobalPoseMsg:
    """Return the message of a global pose; without a fix the pose is the identity and means nil."""
    pose = PoseWithCovariance(pose=Pose(orientation=Quaternion(w=1.0)))
    if record.status != LocalizationStatus.NOT_LOCALIZED:
        pose = PoseWithCovariance(
            pose=pose_to_msg(record.pose), covariance=covariance_to_msg(record.covariance)
        )
    return GlobalPoseMsg(
        header=header(record.stamp_ns, map_frame),
        status=int(record.status),
        pose=pose,
        last_fix_stamp=to_stamp(last_fix_ns or 0),
        accepted_fixes=accepted,
        rejected_fixes=rejected,
        reason=reason,
    )


def pose_twin(message: GlobalPoseMsg) -> PoseWithCovarianceStamped:
    """Return what rviz2 draws of a global pose."""
    return PoseWithCovarianceStamped(header=message.header, pose=message.pose)


def landmarks_to_msg(map_: AstraMap, stamp_ns: int, map_frame: str) -> LandmarkArray:
    """Return all landmarks of a map."""
    landmarks = []
    for item in map_.landmarks:
        x, y, z = (float(value) for value in item.position_m)
        dx, dy, dz = (float(value) for value in item.size_m)
        landmarks.append(
            LandmarkMsg(
                id=item.id,
                category=item.category,
                color=item.color,
                material=item.material,
                text=item.text,
                function=item.function,
                position=Point(x=x, y=y, z=z),
                size=Vector3(x=dx, y=dy, z=dz),
                node_ids=list(item.node_ids),
            )
        )
    return LandmarkArray(header=header(stamp_ns, map_frame), landmarks=landmarks)


def occupancy_to_msg(grid: OccupancyMap, stamp_ns: int, map_frame: str) -> OccupancyGrid:
    """Return the static occupancy; its cell values are those of the message already."""
    height, width = grid.cells.shape
    data = array.array("b")
    data.frombytes(np.ascontiguousarray(grid.cells, dtype=np.int8).tobytes())
    x, y = (float(value) for value in grid.origin_m)
    return OccupancyGrid(
        header=header(stamp_ns, map_frame),
        info=MapMetaData(
            map_load_time=to_stamp(stamp_ns),
            resolution=float(grid.resolution_m),
            width=width,
            height=height,
            origin=Pose(position=Point(x=x, y=y), orientation=Quaternion(w=1.0)),
        ),
        data=data,
    )


def path_to_msg(points_m: NDArray[np.float64], stamp_ns: int, map_frame: str) -> Path:
    """Return a polyline ``(N, 2)`` as a path whose poses look along it."""
    points = np.asarray(points_m, dtype=np.float64)[:, :2]
    steps = np.diff(points, axis=0)
    headings = np.arctan2(steps[:, 1], steps[:, 0])
    # The last point has no step of its own; one point alone looks along x, none stay none.
    last = headings[-1:] if len(headings) else np.zeros(min(len(points), 1))
    headings = np.concatenate([headings, last])
    return Path(
        header=header(stamp_ns, map_frame),
        poses=[
            pose_stamped((x, y, theta), stamp_ns, map_frame)
            for (x, y), theta in zip(points, headings, strict=True)
        ],
    )


def pose_in_map(
    message: PoseStamped,
    frames: dict[str, NDArray[np.float64] | None],
    fixed: Lookup = _nothing_fixed,
) -> NDArray[np.float64]:
    """Return a planar pose ``(3,)`` in ``map`` of a pose in any known frame.

    Args:
        message: The pose.
        frames: ``T_map_frame`` ``(3,)`` by frame name; ``None`` where it is not known yet. The
            first name is that of the map itself; an empty frame in the message means it.
        fixed: Returns ``T_target_source`` ``(4, 4)`` by ``/tf_static``, ``None`` where there is
            none: a frame that is fixed to one of ``frames`` is known as well.

    Raises:
        ConfigError: The frame is unknown or the quaternion is not a rotation.
        NotLocalized: The frame moves with the robot and the robot does not know where it is.
    """
    frame = message.header.frame_id.lstrip("/") or next(iter(frames))
    try:
        pose = rigid_from_pose(message.pose)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    for known in [frame] if frame in frames else frames:
        t_map_known = frames[known]
        t_known_frame = np.eye(4) if known == frame else fixed(known, frame)
        if t_known_frame is None:
            continue
        if t_map_known is None:
            raise NotLocalized(f"a pose in {frame} needs to be localized first")
        # In space and then onto the floor: the frame may be a camera's.
        return se3.to_se2(se3.from_se2(t_map_known) @ t_known_frame @ pose)
    raise ConfigError(f"pose in frame {frame!r}; known are {', '.join(frames)} and what is fixed")


def goal_from_msg(
    spec: GoalSpec,
    frames: dict[str, NDArray[np.float64] | None],
    fixed: Lookup = _nothing_fixed,
) -> Goal:
    """Return the goal of a request.

    Args:
        spec: The request.
        frames: See :func:`pose_in_map`.
        fixed: Likewise.

    Raises:
        ConfigError: The kind is unknown, its field is empty, or the picture cannot be read.
        NotLocalized: See :func:`pose_in_map`.
    """
    longest = max(len(spec.text), len(spec.landmark_id))
    if longest > _MAX_WORDS:
        raise ConfigError(f"the goal has {longest} characters; {_MAX_WORDS} are enough to say it")
    if spec.kind == GoalSpec.KIND_TEXT:
        return Goal(text=spec.text)
    if spec.kind == GoalSpec.KIND_LANDMARK:
        return Goal(landmark_id=spec.landmark_id)
    if spec.kind == GoalSpec.KIND_POSE:
        return Goal(pose=pose_in_map(spec.pose, frames, fixed))
    if spec.kind == GoalSpec.KIND_IMAGE:
        return Goal(image=_picture(bytes(spec.image.data)))
    raise ConfigError(f"unknown kind of goal {spec.kind}")


def _picture(encoded: bytes) -> NDArray[np.uint8]:
    """Decode RGB ``(H, W, 3)``; the size is looked at before the memory for it is taken."""
    try:
        # Without the list PIL tries all it knows: an EPS would start Ghostscript.
        with Image.open(io.BytesIO(encoded), formats=("JPEG", "PNG")) as picture:
            width, height = picture.size
            if width * height > _MAX_PIXELS:
                raise ConfigError(
                    f"the picture of the goal has {width}x{height} pixels; "
                    f"{_MAX_PIXELS // 1_000_000} million are enough"
                )
            return np.asarray(picture.convert("RGB"))
    except Exception as error:
        # PIL lets what its decoders meet escape: struct.error, IndexError, zlib.error and more.
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(
            "the picture of the goal is empty, damaged, or neither JPEG nor PNG: send another"
        ) from error


def result_to_msg(
    record: MissionResult, stamp_ns: int, map_frame: str, fallback_fraction: float
) -> Navigate.Result:
    """Return the result of the action."""
    message = Navigate.Result(
        error_code=int(record.error_code),
        error_msg=record.error_msg,
        landmark_id=record.landmark_id,
        path_length=float(record.path_length_m),
        time=float(record.time_s),
        first_fix_time=float(record.first_fix_time_s),
        fallback_fraction=float(fallback_fraction),
        recoveries=int(record.recoveries),
        remark=record.remark,
    )
    if record.goal_pose is not None:
        message.goal_pose = pose_stamped(record.goal_pose, stamp_ns, map_frame)
    return message
