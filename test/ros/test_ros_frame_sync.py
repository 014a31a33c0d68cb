"""Images of several cameras put together by stamp; the worker that takes them. No ROS needed."""

import threading
import time

import numpy as np
import pytest

from astra_core.ros.frame_sync import FrameSync, SyncConfig
from astra_core.ros.worker import LatestJobWorker

MS = 1_000_000
IMAGE = np.zeros((2, 3, 3), np.uint8)
DEPTH = np.ones((2, 3), np.float32)


def make(names=("a", "b"), **options):
    sets = []
    wants = {name: options.pop(name) for name in ("color", "depth") if name in options}
    sync = FrameSync(
        names,
        SyncConfig(**options),
        lambda stamp_ns, frames: sets.append((stamp_ns, [f.camera for f in frames], frames)),
        **wants,
    )
    return sync, sets


def test_a_set_is_handed_over_once_when_everything_is_there():
    sync, sets = make()
    sync.add_color("b", 100 * MS, IMAGE)
    sync.add_depth("b", 100 * MS, DEPTH)
    sync.add_depth("a", 100 * MS, DEPTH)
    assert sets == []
    sync.add_color("a", 100 * MS, IMAGE)
    assert [(stamp, names) for stamp, names, _ in sets] == [(100 * MS, ["a", "b"])]
    assert sets[0][2][0].depth_m is DEPTH
    sync.add_color("a", 100 * MS, IMAGE)
    assert len(sets) == 1 and sync.counts == {"complete": 1, "late": 1}


def test_stamps_within_the_tolerance_belong_together():
    sync, sets = make(depth=False, tolerance_s=0.02)
    sync.add_color("a", 100 * MS, IMAGE)
    sync.add_color("b", 120 * MS, IMAGE)
    assert len(sets) == 1
    sync.add_color("a", 200 * MS, IMAGE)
    sync.add_color("b", 221 * MS, IMAGE)
    assert len(sets) == 1


def test_cameras_whose_clock_was_set_back_are_heard_again_with_their_second_set():
    sync, sets = make(depth=False)
    for tick in range(3):
        for camera in "ab":
            sync.add_color(camera, (90_000 + 100 * tick) * MS, IMAGE)
    sets.clear()
    for tick in range(4):
        for camera in "ab":
            sync.add_color(camera, (60_000 + 100 * tick) * MS, IMAGE)
    # 60.2 s comes fifth: its first image was what convinced.
    assert [stamp for stamp, _, _ in sets] == [60_200 * MS, 60_300 * MS]
    assert sync.counts["late"] == 4


def test_what_piled_up_camera_by_camera_is_late_and_not_of_another_time():
    sync, sets = make(depth=False)
    for camera in "ab":
        for tick in range(20):
            sync.add_color(camera, (90_000 + 100 * tick) * MS, IMAGE)
    stamps = [stamp for stamp, _, _ in sets]
    assert stamps == sorted(set(stamps))


def test_told_to_begin_anew_it_takes_stamps_of_any_time():
    sync, sets = make(depth=False)
    for camera in "ab":
        sync.add_color(camera, 90_000 * MS, IMAGE)
    sync.restart()
    for camera in "ab":
        sync.add_color(camera, 89_900 * MS, IMAGE)
    assert [stamp for stamp, _, _ in sets] == [90_000 * MS, 89_900 * MS]


def test_without_one_camera_the_rest_is_used_when_the_next_set_is_complete():
    sync, sets = make(depth=False)
    sync.add_color("a", 100 * MS, IMAGE)
    sync.add_color("a", 200 * MS, IMAGE)
    sync.add_color("b", 200 * MS, IMAGE)
    assert [(stamp, names) for stamp, names, _ in sets] == [
        (100 * MS, ["a"]),
        (200 * MS, ["a", "b"]),
    ]
    assert sync.counts == {"partial": 1, "complete": 1}


def test_a_camera_that_died_delays_the_others_only_for_a_while():
    sync, sets = make(depth=False, max_wait_s=0.15)
    for stamp in (100, 200, 300, 400):
        sync.add_color("a", stamp * MS, IMAGE)
    assert [stamp for stamp, _, _ in sets] == [100 * MS, 200 * MS]


def test_sets_without_all_cameras_can_be_skipped():
    sync, sets = make(depth=False, missing_camera="skip", max_wait_s=0.15)
    for stamp in (100, 200, 300):
        sync.add_color("a", stamp * MS, IMAGE)
    sync.add_color("b", 300 * MS, IMAGE)
    assert [(stamp, names) for stamp, names, _ in sets] == [(300 * MS, ["a", "b"])]
    assert sync.counts == {"skipped": 2, "complete": 1}


def test_depth_alone_makes_frames_with_a_black_picture():
    sync, sets = make(color=False)
    sync.add_depth("a", 100 * MS, DEPTH)
    sync.add_depth("b", 100 * MS, DEPTH)
    frame = sets[0][2][1]
    assert frame.image.shape == (2, 3, 3) and not frame.image.any()
    assert frame.depth_m is DEPTH


def test_a_camera_with_colour_but_without_depth_still_counts():
    sync, sets = make(max_wait_s=0.05)
    sync.add_color("a", 100 * MS, IMAGE)
    sync.add_color("a", 200 * MS, IMAGE)
    assert sets[0][1] == ["a"] and sets[0][2][0].depth_m is None


def test_a_late_image_of_a_delivered_set_opens_no_second_one():
    sync, sets = make(depth=False, tolerance_s=0.02, max_wait_s=0.15)
    sync.add_color("a", 100 * MS, IMAGE)
    sync.add_color("a", 260 * MS, IMAGE)  # the first set is not waited for any longer
    assert [(stamp, names) for stamp, names, _ in sets] == [(100 * MS, ["a"])]
    for stamp in (99, 110, 120):
        sync.add_color("b", stamp * MS, IMAGE)
    assert len(sets) == 1 and sync.counts == {"partial": 1, "late": 3}
    # One past the tolerance is another moment: handed over, as the older one, when 260 is whole.
    sync.add_color("b", 121 * MS, IMAGE)
    sync.add_color("b", 260 * MS, IMAGE)
    assert [(stamp, names) for stamp, names, _ in sets[1:]] == [
        (121 * MS, ["b"]),
        (260 * MS, ["a", "b"]),
    ]


def test_a_set_is_waited_for_to_the_very_limit():
    sync, sets = make(depth=False, max_wait_s=0.15)
    sync.add_color("a", 100 * MS, IMAGE)
    sync.add_color("a", 250 * MS, IMAGE)
    assert sets == []
    sync.add_color("a", 250 * MS + 1, IMAGE)
    assert [stamp for stamp, _, _ in sets] == [100 * MS]


def test_sets_come_with_growing_stamps_whatever_the_order_of_the_images():
    sync, sets = make(depth=False, max_wait_s=1.0)
    for stamp in (300, 100, 200):
        sync.add_color("a", stamp * MS, IMAGE)
    sync.add_color("b", 200 * MS, IMAGE)
    # What is newer than the complete set goes on waiting for its own.
    assert [(stamp, names) for stamp, names, _ in sets] == [
        (100 * MS, ["a"]),
        (200 * MS, ["a", "b"]),
    ]
    sync.add_color("b", 300 * MS, IMAGE)
    assert [(stamp, names) for stamp, names, _ in sets[2:]] == [(300 * MS, ["a", "b"])]


def test_no_more_than_eight_sets_stay_open():
    sync, sets = make(depth=False, max_wait_s=1000.0)
    for number in range(1, 9):
        sync.add_color("a", number * 100 * MS, IMAGE)
    assert sets == []
    sync.add_color("a", 900 * MS, IMAGE)
    assert [stamp for stamp, _, _ in sets] == [100 * MS]


def test_frames_of_a_set_keep_their_own_exposure():
    sync, sets = make(tolerance_s=0.02)
    sync.add_color("a", 100 * MS, IMAGE)
    sync.add_depth("a", 101 * MS, DEPTH)
    sync.add_depth("b", 112 * MS, DEPTH)
    sync.add_color("b", 111 * MS, IMAGE)
    stamp, _, frames = sets[0]
    assert stamp == 100 * MS
    assert [frame.stamp_ns for frame in frames] == [100 * MS, 111 * MS]
    sync, sets = make(tolerance_s=0.02, color=False)
    sync.add_depth("b", 112 * MS, DEPTH)
    sync.add_depth("a", 101 * MS, DEPTH)
    assert [frame.stamp_ns for frame in sets[0][2]] == [101 * MS, 112 * MS]


def test_the_worker_takes_the_newest_job_and_counts_the_others():
    errors, idle = [], threading.Event()
    worker = LatestJobWorker("test", errors.append, idle.set)
    gate, done = threading.Event(), []
    worker.submit(1, lambda: (gate.wait(10.0), done.append(1)))
    while worker._waiting is not None:
        time.sleep(0.001)
    worker.submit(2, lambda: done.append(2))
    worker.submit(3, lambda: done.append(3))
    assert worker.busy_since_ns == 1
    gate.set()
    deadline_s = time.monotonic() + 10.0
    while worker.busy_since_ns is not None and time.monotonic() < deadline_s:
        time.sleep(0.001)
    assert done == [1, 3] and worker.num_dropped == 1 and errors == []
    assert idle.wait(1.0)
    assert worker.close()


def test_the_worker_survives_what_a_job_throws():
    errors, done = [], threading.Event()
    worker = LatestJobWorker("test", errors.append, lambda: None)
    worker.submit(1, lambda: 1 / 0)
    while worker.busy_since_ns is not None:
        time.sleep(0.001)
    worker.submit(2, done.set)
    assert done.wait(10.0)
    assert [type(error) for error in errors] == [ZeroDivisionError]
    assert worker.close()


def test_closing_tells_whether_the_job_ended():
    gate = threading.Event()
    worker = LatestJobWorker("test", pytest.fail, lambda: None)
    worker.submit(1, lambda: gate.wait(20.0))
    time.sleep(0.05)
    assert not worker.close(timeout_s=0.05)
    gate.set()
