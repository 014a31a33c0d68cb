"""Topics with other names: one file, remaps for every node, and mistakes by name."""

from pathlib import Path

import pytest

from astra_cli.node_table import commands, remaps, resolve_arguments
from astra_cli.topic_names import read_topics, renameable
from astra_core.errors import ConfigError

ALL = Path(__file__).resolve().parents[2] / "config" / "topics.yaml"


@pytest.fixture
def pairs(tmp_path):
    def pairs(text, cameras=("front", "rear")):
        file = tmp_path / "topics.yaml"
        file.write_text(text)
        return read_topics(file, cameras)

    return pairs


def test_a_topic_gets_its_other_name(pairs):
    assert pairs("imu: /imu/data\nwheel_odometry: odom") == [
        ("imu", "/imu/data"),
        ("wheel_odometry", "odom"),
    ]


def test_a_field_stands_for_each_camera_and_a_name_says_more(pairs):
    found = pairs(
        'camera/rear/camera_info: /back/info\n"camera/{camera}/camera_info": "/{camera}_cam/info"\n'
    )
    assert sorted(found) == [
        ("camera/front/camera_info", "/front_cam/info"),
        ("camera/rear/camera_info", "/back/info"),
    ]


def test_compressed_images_follow_unless_the_file_says_where_they_are(pairs):
    assert pairs("camera/front/image_raw: /a/image") == [
        ("camera/front/image_raw", "/a/image"),
        ("camera/front/image_raw/compressed", "/a/image/compressed"),
    ]
    assert ("camera/front/image_raw/compressed", "/jpeg") in pairs(
        "camera/front/image_raw: /a/image\ncamera/front/image_raw/compressed: /jpeg"
    )


def test_the_file_that_lists_them_all_renames_nothing_and_may_be_copied(pairs):
    assert read_topics(ALL, ["front", "rear"]) == []
    text = ALL.read_text().replace("\nimu: imu", "\nimu: /imu/data")
    text = text.replace(
        '"camera/{camera}/image_raw": "camera/{camera}/image_raw"',
        '"camera/{camera}/image_raw": "/{camera}/color"',
    )
    assert dict(pairs(text, ["front"])) == {
        "imu": "/imu/data",
        "camera/front/image_raw": "/front/color",
        "camera/front/image_raw/compressed": "/front/color/compressed",
    }
    assert {"imu", "goal_pose", "/tf_static", "camera/{camera}/depth/image_raw"} <= set(
        renameable()
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("imuu: /imu/data", "no topic 'imuu'; did you mean 'imu'"),
        ("camera/fornt/image_raw: /a", "did you mean 'camera/front/image_raw'"),
        ("camera/left/image_raw: /a", "no topic 'camera/left/image_raw'"),  # front and rear only
        ("scan: /lidar", "config/topics.yaml lists all"),
        ("imu: /imu data", "'/imu data' is no name"),
        ("imu: /imu/", "'/imu/' is no name"),
        ("imu: 7", "7 is no name"),
        ("imu:", "None is no name"),
        ("imu: '/{camera}/imu'", "would be one per camera"),
        ("imu: /odom\nwheel_odometry: odom", "imu and wheel_odometry would both be odom"),
        ("imu: wheel_odometry", "would both be wheel_odometry"),
        ('"camera/{camera}/camera_info": /info', "would both be /info"),
        ("- imu", "expected topics"),
    ],
)
def test_mistakes_are_named(pairs, text, words):
    with pytest.raises(ConfigError, match=words):
        pairs(text)


def test_every_process_gets_the_same_remaps_and_tf_stays_renameable(tmp_path):
    file = tmp_path / "topics.yaml"
    file.write_text('"camera/{camera}/image_raw": "/{camera}/color"\n/tf: /robot/tf\n')
    given = {"topics": str(file), "rig": "front,rear"}
    found = remaps(resolve_arguments(given))
    assert ("camera/rear/image_raw", "/rear/color") in found
    assert ("/tf", "/robot/tf") in found and ("/tf", "tf") not in found
    assert ("/tf_static", "tf_static") in found
    for process in commands(given):
        assert all(f"{name}:={other}" in process.argv for name, other in found), process.name


def test_a_file_that_cannot_be_used_is_named_before_anything_starts(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.yaml"):
        resolve_arguments({"topics": str(tmp_path / "nowhere.yaml")})
