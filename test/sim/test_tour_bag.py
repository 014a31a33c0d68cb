"""The bag of a tour, read back with rosbags; and that nothing half-written stays behind."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest
import yaml
from plain_scene import plain_room
from rosbags.rosbag2 import Reader
from rosbags.typesys import Stores, get_typestore

from astra_core import se3
from astra_core.observation import CameraFrame, ImuSample, Observation, WheelSample
from astra_sim.profile import load_profile
from astra_sim.rig import default_rig
from astra_sim.tour import BagWriter, record_tour
from astra_sim.tour.bag_writer import BagError
from astra_sim.tour.config import TourConfig

PROFILE = load_profile()
STORE = get_typestore(Stores.ROS2_JAZZY)
QUICK = TourConfig(picture_hz=0.4)


def read(folder):
    """Return {topic: [(bag stamp, message)]}."""
    topics = {}
    with Reader(folder) as reader:
        for connection, stamp, raw in reader.messages():
            message = STORE.deserialize_cdr(raw, connection.msgtype)
            topics.setdefault(connection.topic, []).append((stamp, message))
    return topics


def stamp_ns(message):
    return message.header.stamp.sec * 10**9 + message.header.stamp.nanosec


def example_observation():
    rows, columns = np.mgrid[0:240, 0:320]
    image = np.stack([columns % 256, rows, (rows + columns) // 3], axis=-1).astype(np.uint8)
    depth = (1.0 + rows / 1000.0).astype(np.float32)
    depth[:10] = 0.0
    frames = tuple(CameraFrame(name, 1_020_000_000, image, depth) for name in ("front", "left"))
    return Observation(
        1_020_000_000,
        (ImuSample(1_010_000_000, (0.1, 0.2, 0.3), (1.0, 2.0, 9.8)),),
        (WheelSample(1_020_000_000, 0.4, -0.2),),
        frames,
    )


@pytest.fixture(scope="module")
def small_bag(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bags") / "small"
    with BagWriter(folder, default_rig(), name="mission", pose_topic="/truth/pose") as writer:
        writer.write_observation(example_observation())
        writer.write_pose(1_020_000_000, np.array([1.0, -2.0, np.pi / 2.0]))
    return folder, read(folder)


def test_folder_holds_the_bag_and_nothing_else(small_bag):
    folder, _ = small_bag
    assert sorted(path.name for path in folder.iterdir()) == ["metadata.yaml", "mission.mcap"]
    assert [path.name for path in folder.parent.iterdir()] == ["small"]
    info = yaml.safe_load((folder / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert info["storage_identifier"] == "mcap"
    assert info["relative_file_paths"] == ["mission.mcap"]


def test_every_topic_carries_how_it_is_offered(small_bag):
    with Reader(small_bag[0]) as reader:
        offers = {item.topic: item.ext.offered_qos_profiles for item in reader.connections}
    durable = {topic: [offer.durability.name for offer in told] for topic, told in offers.items()}
    assert durable.pop("/tf_static") == ["TRANSIENT_LOCAL"]
    assert durable and all(told == ["VOLATILE"] for told in durable.values())
    assert {offer.reliability.name for told in offers.values() for offer in told} == {"RELIABLE"}


def test_jpeg_shows_the_image_in_rgb(small_bag):
    [(stamp, message)] = small_bag[1]["/camera/front/image_raw/compressed"]
    assert message.format == "rgb8; jpeg compressed bgr8"
    assert stamp == stamp_ns(message) == 1_020_000_000
    assert message.header.frame_id == "camera_front_optical_frame"
    decoded = cv2.imdecode(message.data, cv2.IMREAD_COLOR)[:, :, ::-1].astype(int)
    difference = decoded - example_observation().frames[0].image.astype(int)
    # The red channel is a steep ramp: swapped channels would be far off.
    assert np.median(np.abs(difference)) <= 3


def test_depth_is_a_png_in_millimetres_behind_twelve_bytes(small_bag):
    [(_, message)] = small_bag[1]["/camera/left/depth/image_raw/compressedDepth"]
    assert message.format == "16UC1; compressedDepth png"
    assert struct.unpack("<iff", message.data[:12].tobytes()) == (0, 0.0, 0.0)
    depth = cv2.imdecode(message.data[12:], cv2.IMREAD_UNCHANGED)
    assert (depth.dtype, depth.shape) == (np.uint16, (240, 320))
    assert np.all(depth[:10] == 0)
    assert depth[10, 0] == 1010
    assert depth[239, 319] == 1239


def test_camera_info_holds_the_intrinsics(small_bag):
    [(_, info)] = small_bag[1]["/camera/front/camera_info"]
    k = default_rig()["front"].intrinsics
    assert (info.width, info.height, info.distortion_model) == (320, 240, "plumb_bob")
    assert info.k.reshape(3, 3) == pytest.approx(k.matrix())
    assert info.p.reshape(3, 4)[:, :3] == pytest.approx(k.matrix())
    assert list(info.d) == [0.0] * 5


def test_samples_and_pose_arrive_unchanged(small_bag):
    topics = small_bag[1]
    [(_, imu)] = topics["/imu"]
    assert imu.header.frame_id == "base_link"
    assert stamp_ns(imu) == 1_010_000_000
    assert (imu.angular_velocity.z, imu.linear_acceleration.y) == (0.3, 2.0)
    assert imu.orientation_covariance[0] == -1.0
    [(_, wheels)] = topics["/wheel_odometry"]
    assert (wheels.header.frame_id, wheels.child_frame_id) == ("odom", "base_link")
    assert (wheels.twist.twist.linear.x, wheels.twist.twist.angular.z) == (0.4, -0.2)
    [(_, pose)] = topics["/truth/pose"]
    assert pose.header.frame_id == "map"
    assert (pose.pose.position.x, pose.pose.position.y) == (1.0, -2.0)
    assert pose.pose.orientation.z == pytest.approx(np.sqrt(0.5))


def test_static_transforms_are_the_rig_and_latched(small_bag):
    folder, topics = small_bag
    [(_, message)] = topics["/tf_static"]
    rig = default_rig()
    assert len(message.transforms) == len(rig.cameras)
    for entry, camera in zip(message.transforms, rig.cameras, strict=True):
        assert (entry.header.frame_id, entry.child_frame_id) == ("base_link", camera.frame_id)
        t, q = entry.transform.translation, entry.transform.rotation
        pose = se3.from_position_quaternion((t.x, t.y, t.z), (q.x, q.y, q.z, q.w))
        assert pose == pytest.approx(camera.t_base_optical)
    with Reader(folder) as reader:
        [latched] = [c for c in reader.connections if c.topic == "/tf_static"]
    assert latched.ext.offered_qos_profiles[0].durability.name == "TRANSIENT_LOCAL"


@pytest.fixture(scope="module")
def tour(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tours") / "tour"
    reports = []
    record_tour(plain_room(), PROFILE, folder, lambda *r: reports.append(r), config=QUICK)
    return folder, read(folder), reports


def test_tour_holds_every_topic_of_the_rig(tour):
    _, topics, _ = tour
    names = {"/imu", "/wheel_odometry", "/tf_static", "/tour/pose"}
    for camera in ("front", "left", "rear", "right"):
        base = f"/camera/{camera}"
        names |= {
            f"{base}/camera_info",
            f"{base}/image_raw/compressed",
            f"{base}/depth/image_raw/compressedDepth",
        }
    assert set(topics) == names
    images = len(topics["/camera/front/image_raw/compressed"])
    assert images > 5
    assert {len(topics[name]) for name in names if name.startswith("/camera")} == {images}
    assert len(topics["/imu"]) == 2 * len(topics["/wheel_odometry"])
    poses = {stamp for stamp, _ in topics["/tour/pose"]}
    assert poses >= {stamp for stamp, _ in topics["/camera/rear/image_raw/compressed"]}


def test_pictures_are_taken_by_the_clock(tour):
    _, topics, _ = tour
    for camera in ("front", "rear"):
        taken = [stamp for stamp, _ in topics[f"/camera/{camera}/image_raw/compressed"]]
        # The first tick ends at 20 ms; then one every 2.5 s, standing, driving and turning.
        assert taken[0] == 20_000_000
        np.testing.assert_array_equal(taken[1:], np.arange(1, len(taken)) * 2_500_000_000)
    last = topics["/tour/pose"][-1][0]
    assert last - taken[-1] < 2_500_000_000


def test_landmarks_are_written_as_in_the_scene(tour):
    entries = yaml.safe_load((tour[0] / "landmarks.yaml").read_text())
    assert entries == [
        {
            "id": "lm_table",
            "category": "dining table",
            "color": "brown",
            "material": "wood",
            "text": "",
            "function": "having a meal together",
            "position_m": [1.5, 1.0, 0.375],
            "size_m": [0.8, 0.8, 0.75],
        }
    ]


def test_progress_grows_from_zero_to_one(tour):
    shares = [share for share, _ in tour[2]]
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert shares == sorted(shares)
    assert all(text for _, text in tour[2])


def test_interrupted_recording_leaves_nothing(tmp_path):
    def interrupt(share, text):
        if share > 0.2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record_tour(plain_room(), PROFILE, tmp_path / "tour", interrupt, config=QUICK)
    assert list(tmp_path.iterdir()) == []


def test_interrupted_recording_keeps_the_earlier_one(tmp_path):
    folder = tmp_path / "tour"
    with BagWriter(folder, default_rig()) as writer:
        writer.write_pose(1, np.zeros(3))
    before = (folder / "tour.mcap").read_bytes()
    with pytest.raises(KeyboardInterrupt), BagWriter(folder, default_rig()):
        raise KeyboardInterrupt
    assert (folder / "tour.mcap").read_bytes() == before
    with BagWriter(folder, default_rig()) as writer:
        for stamp in range(5):
            writer.write_pose(stamp, np.ones(3))
    assert len(read(folder)["/tour/pose"]) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["tour"]


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(BagError, match="not empty"):
        BagWriter(tmp_path, default_rig())
    with pytest.raises(BagError, match="not a folder"):
        BagWriter(tmp_path / "thesis.tex", default_rig())
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_only_a_recording_of_ours_and_nothing_else_is_replaced(tmp_path):
    folder = tmp_path / "tour"
    with BagWriter(folder, default_rig()) as writer:
        writer.write_pose(1, np.zeros(3))
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(BagError, match=r"notes\.txt"):
        BagWriter(folder, default_rig())
    # A recording of somebody's robot, under the same name.
    (folder / "notes.txt").unlink()
    data = folder / "metadata.yaml"
    data.write_text(data.read_text().replace("recorded in simulation", ""))
    with pytest.raises(BagError, match=r"metadata\.yaml, tour\.mcap"):
        BagWriter(folder, default_rig())
    assert sorted(path.name for path in folder.iterdir()) == ["metadata.yaml", "tour.mcap"]
    assert [path.name for path in tmp_path.iterdir()] == ["tour"]
