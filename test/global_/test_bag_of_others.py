"""Bags of other robots: what is in them is used, what is missing is said with what would do."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from bag_maker import BASE, FRAME, BagMaker

from astra_core.errors import ConfigError
from astra_global.mapping.config import KeyFrameConfig, TopicConfig, with_topics
from astra_global.mapping.errors import TourError
from astra_global.mapping.key_frames import extract_pictures, select_stage
from astra_global.mapping.oracle import TopicPoses
from astra_global.mapping.ports import PoseTrack
from astra_global.mapping.tour_bag import TourBag
from astra_global.mapping.tour_view import BagView
from astra_global.mapping.work import Work

INFO, PICTURE = "/camera/front/camera_info", "/camera/front/image_raw/compressed"
STAMPED = "geometry_msgs/msg/PoseStamped"
POSES = (STAMPED, "geometry_msgs/msg/PoseWithCovarianceStamped", "nav_msgs/msg/Odometry")
SECOND = 10**9


def front_camera(bag, moments=(1, 2, 3)):
    bag.info(INFO)
    bag.mounted(FRAME)
    for moment in moments:
        bag.picture(PICTURE, moment * SECOND, level=4 * moment)


@pytest.mark.parametrize("ros1", [False, True])
@pytest.mark.parametrize("kind", POSES)
def test_pictures_and_poses_of_both_generations_and_all_kinds(tmp_path, ros1, kind):
    with BagMaker(tmp_path / "bag", ros1=ros1) as bag:
        front_camera(bag)
        for moment in (1, 3):
            bag.pose("/where", kind, 1.0 * moment, moment * SECOND)
    topics = TopicConfig(pose="/where")
    with TourBag(bag.path, topics) as tour:
        assert tour.rig.names == ("front",)
        assert tour.rig["front"].intrinsics.fx_px == 20.0
        assert tour.rig["front"].t_base_optical[:3, 3].tolist() == [0.1, 0.0, 1.0]
        assert tour.image_sets().ravel().tolist() == [SECOND, 2 * SECOND, 3 * SECOND]
        view = BagView(tour, tour.image_sets())
        assert abs(int(view.frames(1)[0].image.mean()) - 8) <= 2
        track = TopicPoses(bag.path, topics, max_gap_s=2.0).poses(view)
    assert track.t_map_base[:, 0, 3].tolist() == pytest.approx([1.0, 2.0, 3.0])


@pytest.mark.parametrize("ros1", [False, True])
def test_two_publishers_of_one_topic_are_both_read(tmp_path, ros1):
    with BagMaker(tmp_path / "bag", ros1=ros1) as bag:
        front_camera(bag, moments=())
        for moment in (1, 2, 3, 4):
            bag.picture(PICTURE, moment * SECOND, channel=moment % 2)
    with TourBag(bag.path, TopicConfig()) as tour:
        assert tour.image_sets().ravel().tolist() == [SECOND * k for k in (1, 2, 3, 4)]
        for moment in (1, 2):
            assert tour.message(PICTURE, moment * SECOND).format == "jpeg"


def test_a_camera_that_cannot_be_used_is_left_out_unless_it_is_asked_for(tmp_path):
    with BagMaker(tmp_path / "bag") as bag:
        front_camera(bag)
        bag.info("/camera/loose/camera_info", frame="nowhere")
        bag.info("/camera/raw/camera_info", calibrated=False)
        bag.info("/camera/blind/camera_info")
    with TourBag(bag.path, TopicConfig()) as tour:
        assert tour.rig.names == ("front",)
        loose, raw, blind = tour.left_out
    assert "camera loose: /tf_static does not connect nowhere to base_link" in loose
    assert "camera raw: /camera/raw/camera_info" in raw and "not calibrated" in raw
    assert "camera blind: topic /camera/blind/image_raw is missing" in blind
    for name in ("loose", "raw", "blind", "other"):
        with pytest.raises(TourError, match=name):
            TourBag(bag.path, TopicConfig(cameras=("front", name)))
    with TourBag(bag.path, TopicConfig(cameras=("front",))) as tour:
        assert tour.left_out == ()


def test_a_robot_with_one_camera_and_names_of_its_own(tmp_path):
    with BagMaker(tmp_path / "bag") as bag:
        bag.info("/d435/info")
        bag.mounted(FRAME, base="/base_footprint")
        bag.picture("/d435/color", SECOND)
    said = ["camera_info=/d435/info", "image=/d435/color", "base_frame=base_footprint"]
    topics = with_topics(TopicConfig(), said)
    with TourBag(bag.path, topics) as tour:
        assert tour.rig.names == ("camera",)
        assert tour.image_sets().tolist() == [[SECOND]]
    with TourBag(bag.path, with_topics(topics, ["cameras=head"])) as tour:
        assert tour.rig.names == ("head",)


def test_what_is_missing_is_told_with_what_would_do_and_with_its_option(tmp_path):
    with BagMaker(tmp_path / "bag") as bag:
        front_camera(bag)
        bag.pose("/odom", "nav_msgs/msg/Odometry", 0.0, SECOND)
    missing = r"/tour/pose is missing.*/odom \(nav_msgs/msg/Odometry\).*--topic pose=NAME"
    for topic, words in (("/tour/pose", missing), (INFO, "camera_info is sensor_msgs/msg/CameraI")):
        with (
            TourBag(bag.path, TopicConfig(pose=topic)) as tour,
            pytest.raises(TourError, match=words),
        ):
            tour.poses()
    with pytest.raises(TourError, match=r"/cam/\{camera\} is missing.*--topic camera_info"):
        TourBag(bag.path, TopicConfig(camera_info="/cam/{camera}"))


def test_poses_that_are_none_are_left_out(tmp_path):
    with BagMaker(tmp_path / "bag") as bag:
        front_camera(bag)
        for moment, x_m, w in ((1, 1.0, 1.0), (2, np.nan, 1.0), (3, 3.0, 0.0), (4, 4.0, 1.0)):
            bag.pose("/tour/pose", STAMPED, x_m, moment * SECOND, w)
        bag.pose("/zero", STAMPED, 0.0, SECOND, 0.0)
    with TourBag(bag.path, TopicConfig()) as tour:
        stamps, poses = tour.poses()
    assert (stamps // SECOND).tolist() == [1, 4]
    assert poses[:, 0, 3].tolist() == [1.0, 4.0]
    words = r"/zero has no poses: .*not a rotation"
    with (
        TourBag(bag.path, TopicConfig(pose="/zero")) as tour,
        pytest.raises(TourError, match=words),
    ):
        tour.poses()


def test_a_bag_that_was_cut_off_is_one_sentence(tmp_path):
    with BagMaker(tmp_path / "bag") as bag:
        front_camera(bag, moments=range(1, 40))
    (recorded,) = bag.path.glob("*.mcap")
    whole = recorded.read_bytes()
    for share in (0.0, 0.01, 0.3, 0.6, 0.9, 0.999):
        recorded.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(TourError, match="bag"), TourBag(bag.path, TopicConfig()) as tour:
            tour.image_sets()
    recorded.write_bytes(whole)
    # What is damaged in the middle is found when it is read.
    garbled = bytearray(whole)
    for at in range(len(whole) // 3, len(whole) // 2, 7):
        garbled[at] ^= 0xFF
    recorded.write_bytes(garbled)
    with pytest.raises(TourError), TourBag(bag.path, TopicConfig()) as tour:
        list(tour.messages([PICTURE]))


@pytest.mark.parametrize("damage", ["empty", "cut", "noise", "size"])
def test_a_damaged_picture_costs_its_moment_and_no_more(tmp_path, damage):
    import cv2

    good = cv2.imencode(".jpg", np.zeros((24, 32, 3), np.uint8))[1].tobytes()
    other = cv2.imencode(".jpg", np.zeros((12, 32, 3), np.uint8))[1].tobytes()
    bad = {"empty": b"", "cut": good[:100], "noise": bytes(range(200)), "size": other}[damage]
    with BagMaker(tmp_path / "bag") as bag:
        front_camera(bag, moments=(1, 2, 4, 5))
        bag.picture(PICTURE, 3 * SECOND, data=bad)
    work = Work(tmp_path / "work")
    with TourBag(bag.path, TopicConfig()) as tour:
        stamps = tour.image_sets()
        poses = np.tile(np.eye(4), (5, 1, 1))
        poses[:, 0, 3] = [0.0, 0.5, 1.0, 1.1, 2.2]
        work.write_json("rig", tour.rig.to_dict())
        track = PoseTrack.exact(poses)
        work.write_arrays("poses", stamps_ns=stamps, poses=poses, covariance=track.covariance)
        counts = select_stage(tour, work, KeyFrameConfig(distance_m=1.0))
        # A metre from the first is the damaged one; the next is chosen for it.
        assert work.key_frames().tour_index.tolist() == [0, 3, 4]
        assert counts == {"image_sets": 5, "nodes": 3, "damaged": 1}
        extract_pictures(tour, work, lambda *_: None)
    assert len(list((work.folder / "nodes").glob("*.jpg"))) == 3


def test_a_tour_of_damaged_pictures_says_what_is_wrong(tmp_path):
    with BagMaker(tmp_path / "bag") as bag:
        front_camera(bag, moments=())
        bag.picture(PICTURE, SECOND, data=b"\xff\xd8\xff")
    work = Work(tmp_path / "work")
    with TourBag(bag.path, TopicConfig()) as tour:
        track = PoseTrack.exact(np.eye(4)[None])
        work.write_arrays(
            "poses", stamps_ns=tour.image_sets(), poses=track.t_map_base,
            covariance=track.covariance,
        )  # fmt: skip
        with pytest.raises(TourError, match="the image of eye in format 'jpeg' is a damaged JPEG"):
            select_stage(tour, work, KeyFrameConfig())


def test_topics_are_named_on_the_command_line():
    topics = with_topics(TopicConfig(), ["cameras=a,b", "sync_tolerance_s=0.1", "imu=/imu/data"])
    assert topics == TopicConfig(cameras=("a", "b"), sync_tolerance_s=0.1, imu="/imu/data")
    for said, words in (("imus=/imu", "NAME one of base_frame"), ("imu", "NAME=VALUE"),
                        ("sync_tolerance_s=much", "sync_tolerance_s")):  # fmt: skip
        with pytest.raises(ConfigError, match=words):
            with_topics(TopicConfig(), [said])


def test_a_bag_beside_other_folders_is_not_confused(tmp_path):
    with BagMaker(tmp_path / "bag") as bag:
        front_camera(bag)
    shutil.copytree(bag.path, tmp_path / "copy")
    with TourBag(tmp_path / "copy", TopicConfig()) as tour:
        assert tour.topics.base_frame == BASE
