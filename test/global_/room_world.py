"""A textured room with one box, ray-cast in NumPy: a world for tests of mapping and localization.

Letters: ``H, W`` picture. The room is 6 x 5 m, 2.6 m high; the box stands at (4.2, 3.4).
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.observation import CameraFrame

ROOM_M = np.array([6.0, 5.0, 2.6])
BOX_LOW_M = np.array([3.8, 3.0, 0.0])
BOX_HIGH_M = np.array([4.6, 3.8, 0.9])
_TEXELS_PER_M = 90
_NAMES = ("front", "left", "rear", "right")


def make_rig(width_px: int = 320, height_px: int = 240) -> CameraRig:
    """Four cameras of 100 degrees around the robot, 1.1 m high, 0.15 m from the centre."""
    cameras = []
    # Optical axes (right, down, forward) in a body frame that looks along x.
    optical_in_body = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    for number, name in enumerate(_NAMES):
        yaw = number * np.pi / 2
        pose = se3.from_xyz_rpy((0.15 * np.cos(yaw), 0.15 * np.sin(yaw), 1.1), (0, 0, yaw))
        turn = np.eye(4)
        turn[:3, :3] = optical_in_body
        intrinsics = CameraIntrinsics.from_horizontal_fov(width_px, height_px, np.deg2rad(100))
        cameras.append(Camera(name, intrinsics, pose @ turn))
    return CameraRig(tuple(cameras))


class Room:
    """Renders colour and depth; the same seed gives the same room."""

    def __init__(self, seed: int = 3) -> None:
        """Paint the walls."""
        rng = np.random.default_rng(seed)
        self._textures = [_texture(rng) for _ in range(7)]

    def render(
        self, camera: Camera, pose: NDArray[np.float64]
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Return RGB ``(H, W, 3)`` and depth ``(H, W)`` seen with the base at ``pose`` ``(3,)``."""
        import cv2

        k = camera.intrinsics
        t_map_optical = se3.from_se2(pose) @ camera.t_base_optical
        v, u = np.mgrid[0 : k.height_px, 0 : k.width_px].astype(np.float64)
        rays = np.stack([(u - k.cx_px) / k.fx_px, (v - k.cy_px) / k.fy_px, np.ones_like(u)], -1)
        rays = rays @ t_map_optical[:3, :3].T
        eye = t_map_optical[:3, 3]
        with np.errstate(divide="ignore", invalid="ignore"):
            # Room from inside: the nearest of the far faces. Ray parameter = optical depth.
            to_low, to_high = -eye / rays, (ROOM_M - eye) / rays
            far = np.maximum(to_low, to_high)
            axis = far.argmin(axis=-1)
            depth = far.min(axis=-1)
            side = (np.take_along_axis(rays, axis[..., None], -1)[..., 0] > 0).astype(int)
            surface = axis * 2 + side
            a, b = (BOX_LOW_M - eye) / rays, (BOX_HIGH_M - eye) / rays
            enter = np.minimum(a, b)
            box_axis, box_depth = enter.argmax(axis=-1), enter.max(axis=-1)
            hit = (box_depth > 0) & (box_depth < np.maximum(a, b).min(axis=-1))
        hit &= box_depth < depth
        depth = np.where(hit, box_depth, depth)
        axis = np.where(hit, box_axis, axis)
        surface = np.where(hit, 6, surface)
        points = eye + rays * depth[..., None]
        first = np.where(axis == 0, points[..., 1], points[..., 0])
        second = np.where(axis == 2, points[..., 1], points[..., 2])
        map_u = (first * _TEXELS_PER_M).astype(np.float32)
        map_v = (second * _TEXELS_PER_M).astype(np.float32)
        image = np.zeros((*depth.shape, 3), dtype=np.uint8)
        for number, texture in enumerate(self._textures):
            mine = surface == number
            if mine.any():
                painted = cv2.remap(
                    texture, map_u, map_v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
                )
                image[mine] = painted[mine]
        return image, depth.astype(np.float32)

    def frames(
        self,
        rig: CameraRig,
        pose: NDArray[np.float64],
        stamp_ns: int = 1,
        rng: np.random.Generator | None = None,
        light: float = 1.0,
    ) -> list[CameraFrame]:
        """Return one picture a camera, without depth; with noise where a generator is given."""
        result = []
        for camera in rig.cameras:
            image = self.render(camera, pose)[0].astype(np.float64) * light
            if rng is not None:
                image += rng.normal(0.0, 5.0, image.shape)
            picture = np.clip(image, 0, 255).astype(np.uint8)
            result.append(CameraFrame(camera.name, stamp_ns, picture))
        return result


def _texture(rng: np.random.Generator, size: int = 600) -> NDArray[np.uint8]:
    import cv2

    total = np.full((size, size, 3), 128.0, dtype=np.float32)
    for step in (6, 14, 40, 100):
        coarse = rng.normal(0.0, 1.0, (size // step + 2, size // step + 2, 3)).astype(np.float32)
        total += 18.0 * cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.clip(total, 0, 255).astype(np.uint8)


def tour_poses(step_m: float = 0.2) -> list[NDArray[np.float64]]:
    """Return a loop around the box: legs with turns in place at the corners."""
    corners = np.array([[1.0, 1.0], [5.2, 1.0], [5.2, 4.3], [1.0, 4.3], [1.0, 1.0]])
    poses = []
    for start, end in pairwise(corners):
        heading = float(np.arctan2(end[1] - start[1], end[0] - start[0]))
        if poses:
            before = poses[-1][2]
            for share in (0.33, 0.67):
                turn = np.mod(heading - before + np.pi, 2 * np.pi) - np.pi
                poses.append(np.array([*start, before + share * turn]))
        count = round(float(np.linalg.norm(end - start)) / step_m)
        for share in np.linspace(0, 1, count, endpoint=False):
            poses.append(np.array([*(start + share * (end - start)), heading]))
    return poses


def write_tour(
    folder: Path,
    poses: list[NDArray[np.float64]],
    seed: int = 3,
    depth_of: tuple[str, ...] = _NAMES,
) -> Path:
    """Write a rosbag2 of the tour with noise-free poses; returns the bag's folder.

    Depth is written of some cameras only.
    """
    import cv2
    from rosbags.rosbag2 import StoragePlugin, Writer
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.ROS2_JAZZY)
    t = store.types
    rig, room, rng = make_rig(), Room(seed), np.random.default_rng(seed)
    time_of = t["builtin_interfaces/msg/Time"]
    header_of = t["std_msgs/msg/Header"]
    bag = folder / "tour"

    def header(stamp_ns: int, frame: str):
        return header_of(time_of(stamp_ns // 10**9, stamp_ns % 10**9), frame)

    def pose_parts(transform):
        p, q = se3.to_position_quaternion(transform)
        return p, t["geometry_msgs/msg/Quaternion"](*map(float, q))

    with Writer(bag, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        connections = {}

        def write(topic: str, kind: str, message, stamp_ns: int) -> None:
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=store)
            writer.write(connections[topic], stamp_ns, store.serialize_cdr(message, kind))

        transforms = []
        for camera in rig.cameras:
            p, q = pose_parts(camera.t_base_optical)
            transforms.append(
                t["geometry_msgs/msg/TransformStamped"](
                    header(0, "base_link"),
                    camera.frame_id,
                    t["geometry_msgs/msg/Transform"](
                        t["geometry_msgs/msg/Vector3"](*map(float, p)), q
                    ),
                )
            )
        write("/tf_static", "tf2_msgs/msg/TFMessage", t["tf2_msgs/msg/TFMessage"](transforms), 0)
        for number, pose in enumerate(poses):
            stamp = (number + 1) * 10**9 // 3
            p, q = pose_parts(se3.from_se2(pose))
            message = t["geometry_msgs/msg/PoseStamped"](
                header(stamp, "map"),
                t["geometry_msgs/msg/Pose"](t["geometry_msgs/msg/Point"](*map(float, p)), q),
            )
            write("/tour/pose", "geometry_msgs/msg/PoseStamped", message, stamp)
            vector, no_covariance = t["geometry_msgs/msg/Vector3"], np.zeros(36)
            rate, force = vector(0.0, 0.0, 0.1 * number), vector(0.0, 0.0, 9.81)
            imu = t["sensor_msgs/msg/Imu"](
                header(stamp, "base_link"), q, np.zeros(9), rate, np.zeros(9), force, np.zeros(9)
            )
            write("/imu", "sensor_msgs/msg/Imu", imu, stamp)
            wheels = t["nav_msgs/msg/Odometry"](
                header(stamp, "odom"), "base_link",
                t["geometry_msgs/msg/PoseWithCovariance"](message.pose, no_covariance),
                t["geometry_msgs/msg/TwistWithCovariance"](
                    t["geometry_msgs/msg/Twist"](vector(0.5, 0.0, 0.0), rate), no_covariance
                ),
            )  # fmt: skip
            write("/wheel_odometry", "nav_msgs/msg/Odometry", wheels, stamp)
            for camera in rig.cameras:
                image, depth = room.render(camera, pose)
                base, k = f"/camera/{camera.name}", camera.intrinsics
                info = t["sensor_msgs/msg/CameraInfo"](
                    header=header(stamp, camera.frame_id), height=k.height_px, width=k.width_px,
                    distortion_model="plumb_bob", d=np.zeros(5), k=k.matrix().ravel(),
                    r=np.eye(3).ravel(), p=np.hstack([k.matrix(), np.zeros((3, 1))]).ravel(),
                    binning_x=0, binning_y=0,
                    roi=t["sensor_msgs/msg/RegionOfInterest"](0, 0, 0, 0, False),
                )  # fmt: skip
                write(f"{base}/camera_info", "sensor_msgs/msg/CameraInfo", info, stamp)
                kind = "sensor_msgs/msg/CompressedImage"
                jpeg = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
                color = t[kind](header(stamp, camera.frame_id), "jpeg", jpeg.ravel())
                write(f"{base}/image_raw/compressed", kind, color, stamp)
                if camera.name not in depth_of:
                    continue
                noisy = depth * (1.0 + 0.01 * rng.normal(size=depth.shape))
                png = cv2.imencode(".png", np.rint(noisy * 1000).astype(np.uint16))[1]
                data = np.concatenate([np.zeros(12, np.uint8), png.ravel()])
                stored = t[kind](header(stamp, camera.frame_id), "16UC1; compressedDepth png", data)
                write(f"{base}/depth/image_raw/compressedDepth", kind, stored, stamp)
    return bag


def write_annotations(path: Path) -> Path:
    """Write two landmarks: the box, and a sign in the middle of the wall x = 0."""
    center = (BOX_LOW_M + BOX_HIGH_M) / 2
    data = [
        {
            "id": "box", "category": "cupboard", "color": "gray", "material": "wood",
            "text": "", "function": "plates", "position_m": center.tolist(),
            "size_m": (BOX_HIGH_M - BOX_LOW_M).tolist(),
        },
        {
            "id": "sign", "category": "sign", "color": "white", "material": "wall",
            "text": "EXIT", "function": "the way out", "position_m": [0.0, 2.5, 1.5],
            "size_m": [0.02, 0.6, 0.3],
        },
    ]  # fmt: skip
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path
