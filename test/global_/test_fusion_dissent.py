"""A wrong ``initialpose`` or a shove: fixes that agree with each other and not with the pose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_fusion_pose import Drive

from astra_core import se2
from astra_core.angles import wrap_angle
from astra_core.records import LocalizationStatus
from astra_global.fusion import FixVerdict, FusionConfig
from astra_global.types import PoseAlternative, PoseFix

EXACT = np.diag([0.001, 0.001, 0.0005]) ** 2


def settled(seed: int, config: FusionConfig | None = None) -> Drive:
    """Return a robot that has known its pose to millimetres for some metres."""
    drive = Drive(seed, config)
    for _ in range(5):
        drive.go(1.0)
        drive.fusion.apply_fix(exact(drive))
    assert np.linalg.norm(drive.error()[:2]) < 0.01
    return drive


def exact(drive: Drive, odds: float = 14.0, off: tuple[float, float, float] = (0.0, 0.0, 0.0)):
    """Return a fix without error, or off by so much."""
    return replace(drive.fix(odds, error=np.array(off)), covariance=EXACT)


def shove(drive: Drive, off: list[float]) -> None:
    """Move the robot by ``off`` in ``map``; its wheels notice nothing."""
    drive.pose = drive.pose + np.array(off)


SHOVES = [
    [length * np.cos(angle), length * np.sin(angle), 0.0]
    for length in (0.25, 0.4, 0.6, 0.8, 1.0)
    for angle in (0.0, 2.0, 4.0)
] + [[0.0, 0.0, turn] for turn in (0.17, -0.35)]


@pytest.mark.parametrize("speed", [0.0, 0.6], ids=["standing", "driving"])
@pytest.mark.parametrize("off", SHOVES, ids=lambda off: "_".join(f"{value:.2f}" for value in off))
def test_a_shove_is_mended_by_the_third_fix(off: list[float], speed: float) -> None:
    drive = settled(1)
    shove(drive, off)
    verdicts = []
    for _ in range(3):
        drive.go(1.0, speed)
        verdicts.append(drive.fusion.apply_fix(exact(drive)).verdict)
    assert FixVerdict.CORRECTED in verdicts or FixVerdict.KIDNAPPED in verdicts
    assert np.linalg.norm(drive.error()[:2]) < 0.03
    assert abs(drive.error()[2]) < 0.01
    # It stays there: the places believe the same.
    for _ in range(3):
        drive.go(1.0, speed)
        assert drive.fusion.apply_fix(exact(drive)).verdict is FixVerdict.ACCEPTED
    assert np.linalg.norm(drive.error()[:2]) < 0.01
    assert drive.fusion.is_settled


@pytest.mark.parametrize("off", [[0.3, 0.0, 0.0], [0.0, -0.9, 0.0], [0.0, 0.0, 0.3]])
def test_until_then_the_pose_is_as_unsure_as_the_fixes_are_off(off: list[float]) -> None:
    drive = settled(2)
    shove(drive, off)
    for _ in range(2):
        drive.go(1.0, speed=0.0)
        assert drive.fusion.apply_fix(exact(drive)).verdict is FixVerdict.OUTLIER
        sigma = np.sqrt(np.diag(drive.fusion.global_pose(drive.now_ns).covariance))
        np.testing.assert_allclose(sigma, np.abs(drive.error()), rtol=0.05, atol=0.02)
    assert drive.fusion.global_pose(drive.now_ns).status is LocalizationStatus.UNCERTAIN
    drive.go(1.0, speed=0.0)
    drive.fusion.apply_fix(exact(drive))
    sigma = np.sqrt(np.diag(drive.fusion.global_pose(drive.now_ns).covariance))
    assert sigma.max() < 0.005
    assert drive.fusion.global_pose(drive.now_ns).status is LocalizationStatus.LOCALIZED


def test_it_is_said_what_the_fixes_have_against_the_pose() -> None:
    drive = settled(2)
    assert drive.fusion.doubt == ""
    shove(drive, [0.3, 0.0, 0.0])
    said = []
    for _ in range(3):
        drive.go(1.0, speed=0.0)
        drive.fusion.apply_fix(exact(drive))
        said.append(drive.fusion.doubt)
    assert said[0] == said[2] == ""
    assert "newest 2 looks" in said[1] and "0.30 m beside it" in said[1]


def test_one_wrong_fix_near_by_moves_nothing_and_is_forgotten_by_the_next_right_one() -> None:
    drive = settled(3)
    before = drive.fusion.map_to_odom()
    drive.go(1.0)
    assert drive.fusion.apply_fix(exact(drive, off=(0.4, 0.0, 0.0))).verdict is FixVerdict.OUTLIER
    np.testing.assert_array_equal(drive.fusion.map_to_odom(), before)
    drive.go(1.0)
    assert drive.fusion.apply_fix(exact(drive)).verdict is FixVerdict.ACCEPTED
    sigma = np.sqrt(np.diag(drive.fusion.global_pose(drive.now_ns).covariance))
    assert sigma.max() < 0.005


def test_wrong_fixes_that_do_not_agree_never_move_the_pose() -> None:
    drive = settled(4)
    for number in range(12):
        drive.go(1.0, speed=0.0)
        angle = 2.0 * np.pi * number / 5.0
        wrong = exact(drive, off=(0.5 * np.cos(angle), 0.5 * np.sin(angle), 0.0))
        assert drive.fusion.apply_fix(wrong).verdict is FixVerdict.OUTLIER
    assert np.linalg.norm(drive.error()[:2]) < 0.01


def test_poses_that_the_pictures_deny_do_not_dissent() -> None:
    """Fixes that agree but rest on a few false matches: "somewhere else" is likelier."""
    drive = settled(5)
    for _ in range(12):
        drive.go(1.0, speed=0.0)
        drive.fusion.apply_fix(exact(drive, odds=-3.0, off=(0.0, 0.4, 0.0)))
        sigma = np.sqrt(np.linalg.eigvalsh(drive.fusion.global_pose(drive.now_ns).covariance)[-1])
        assert np.linalg.norm(drive.error()[:2]) < 4.0 * sigma + 0.01


def test_and_do_not_move_it_however_sure_their_matches_are() -> None:
    drive = settled(5, FusionConfig(doubt_m=0.0, doubt_rad=0.0))
    before = drive.fusion.map_to_odom()
    for _ in range(6):
        drive.go(1.0, speed=0.0)
        wrong = exact(drive, odds=-3.0, off=(0.0, 0.4, 0.0))
        assert drive.fusion.apply_fix(wrong).verdict is FixVerdict.OUTLIER
    np.testing.assert_array_equal(drive.fusion.map_to_odom(), before)


def test_a_fix_is_as_unsure_as_its_odds() -> None:
    """With p = 1 / (1 + 9) it is wrong by 0.3 m: sqrt(0.1) x 0.3 m = 0.095 m."""
    drive = Drive(6, FusionConfig(places=replace(FusionConfig().places, believed_probability=0.5)))
    drive.go(1.0)
    drive.fusion.apply_fix(exact(drive, odds=float(np.log(9.0))))
    sigma = np.sqrt(np.diag(drive.fusion.global_pose(drive.now_ns).covariance))
    np.testing.assert_allclose(sigma[:2], np.sqrt(0.1) * 0.3, rtol=0.01)
    assert sigma[2] == pytest.approx(np.sqrt(0.1) * 0.05, rel=0.01)


def test_the_wrong_pose_does_not_live_on_as_an_unlikely_alternative() -> None:
    """It stands on a few matches beside the right one: that is no fix which agrees with it."""
    drive = settled(7)
    wrong = drive.pose.copy()
    shove(drive, [0.0, 0.7, 0.0])
    verdicts = []
    for _ in range(3):
        drive.go(1.0, speed=0.0)
        here = exact(drive)
        few = PoseAlternative(wrong, EXACT, log_odds=-9.0)
        verdicts.append(drive.fusion.apply_fix(replace(here, alternatives=(few,))).verdict)
    assert FixVerdict.ACCEPTED not in verdicts[:2]
    assert np.linalg.norm(drive.error()[:2]) < 0.03


def test_a_look_alike_far_off_leaves_the_alternative_at_the_pose_its_say() -> None:
    drive = settled(8)
    for _ in range(3):
        drive.go(1.0)
        here = exact(drive)
        twin = replace(
            here,
            pose=here.pose + np.array([9.0, 0.0, 0.0]),
            alternatives=(PoseAlternative(here.pose, EXACT, log_odds=-5.0),),
        )
        assert drive.fusion.apply_fix(twin).verdict is FixVerdict.ACCEPTED


def test_late_fixes_dissent_along_the_odometry() -> None:
    """Each is applied half a second later, while the robot drives on."""
    drive = settled(9)
    shove(drive, [0.3, 0.3, 0.0])
    for _ in range(4):
        drive.go(0.5)
        late = exact(drive)
        drive.go(0.5)
        drive.fusion.apply_fix(late)
    assert np.linalg.norm(drive.error()[:2]) < 0.02
    expected = se2.compose(drive.pose, se2.inverse(drive.odom))
    assert np.linalg.norm(drive.fusion.map_to_odom()[:2] - expected[:2]) < 0.1


@pytest.mark.parametrize("off", [[6.0, 3.0, 1.0], [0.0, 0.0, np.pi]], ids=["room", "opposite"])
@pytest.mark.parametrize(("odds", "most_fixes"), [(14.0, 5), (4.0, 10)])
def test_a_told_pose_in_another_place_is_left_within_ten_fixes_standing(
    off: list[float], odds: float, most_fixes: int
) -> None:
    drive = settled(10)
    told = drive.pose + np.array(off)
    told[2] = wrap_angle(float(told[2]))
    drive.fusion.forget()
    rviz = np.diag([0.25, 0.25, 0.07])
    drive.fusion.apply_fix(PoseFix(drive.now_ns, told, rviz, 0, (), 0.0))
    for _ in range(most_fixes):
        drive.go(1.0, speed=0.0)
        drive.fusion.apply_fix(exact(drive, odds))
    assert np.linalg.norm(drive.error()[:2]) < 0.05
    assert abs(drive.error()[2]) < 0.02
