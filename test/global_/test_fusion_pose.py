"""Pose fusion on simulated drives: consistent, robust to outliers, finds itself after a carry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2

from astra_core import se2
from astra_core.angles import wrap_angle
from astra_core.odometry_buffer import Motion
from astra_core.records import LocalizationStatus, LocalOdometry, Velocity
from astra_global.fusion import FixVerdict, FusionConfig, PoseFusion
from astra_global.fusion.motion_model import UncertainPose, drift_covariance, move, update
from astra_global.types import PoseAlternative, PoseFix

S = 1_000_000_000
FIX_SIGMA = np.array([0.03, 0.03, 0.015])


class Drive:
    """A robot on a curvy way: odometry with random scale and gyro errors, fixes once a second."""

    def __init__(self, seed: int, config: FusionConfig | None = None) -> None:
        self.rng = np.random.default_rng(seed)
        self.fusion = PoseFusion(config)
        self.pose = np.array([*self.rng.uniform(-5, 5, 2), self.rng.uniform(-3, 3)])
        self.odom = np.zeros(3)
        self.now_ns = 0
        # Constant errors within a run, as wheels and gyros have them. The filter reckons with twice
        # as much, because it takes for new between any two fixes what errs the same way each time.
        config = self.fusion.config
        self.scale = 1.0 + self.rng.normal(0.0, 0.5 * config.drift_along_ratio)
        self.across = self.rng.normal(0.0, 0.5 * config.drift_across_ratio)
        self.turn_scale = 1.0 + self.rng.normal(0.0, 0.5 * config.drift_heading_ratio)
        self.bend = self.rng.normal(0.0, 0.5 * config.drift_heading_rad_per_m)
        self.record()

    def record(self) -> None:
        self.fusion.add_odometry(
            LocalOdometry(self.now_ns, self.odom.copy(), np.eye(3) * 1e-4, Velocity())
        )

    def go(self, seconds: float, speed: float = 0.6) -> None:
        for _ in range(round(seconds * 10)):
            turn = 0.5 * np.sin(self.now_ns / S * 0.4) * 0.1 if speed else 0.0
            step = speed * 0.1
            self.pose = se2.compose(self.pose, [step, 0.0, turn])
            measured = [step * self.scale, step * self.across, turn * self.turn_scale]
            measured[2] += self.bend * step
            self.odom = se2.compose(self.odom, measured)
            self.now_ns += S // 10
            self.record()

    def fix(self, odds: float = 10.0, error: np.ndarray | None = None, stamp_ns=None, pose=None):
        """Return a fix; ``odds`` is the log of how much likelier it is than "somewhere else"."""
        noise = self.rng.normal(0.0, FIX_SIGMA) if error is None else error
        measured = (self.pose if pose is None else pose) + noise
        measured[2] = wrap_angle(float(measured[2]))
        stamp_ns = self.now_ns if stamp_ns is None else stamp_ns
        return PoseFix(
            stamp_ns, measured, np.diag(FIX_SIGMA**2), 100, (), 0.0, elsewhere_log_odds=-odds
        )

    def error(self) -> np.ndarray:
        difference = self.fusion.global_pose(self.now_ns).pose - self.pose
        difference[2] = wrap_angle(float(difference[2]))
        return difference


def test_update_of_equal_covariances_is_the_mean() -> None:
    prior = UncertainPose(np.array([0.0, 0.0, np.pi - 0.1]), np.eye(3))
    measured = UncertainPose(np.array([2.0, -4.0, -np.pi + 0.1]), np.eye(3))
    posterior = update(prior, measured)
    np.testing.assert_allclose(posterior.pose, [1.0, -2.0, np.pi], atol=1e-12)
    np.testing.assert_allclose(posterior.covariance, 0.5 * np.eye(3))


def test_drift_of_ten_metres_ahead() -> None:
    config = FusionConfig(
        drift_along_ratio=0.03,
        drift_across_ratio=0.02,
        drift_heading_rad_per_m=0.003,
        drift_heading_rad_s=0.0,
    )
    motion = Motion(np.array([10.0, 0.0, 0.0]), 10.0, 0.0, 20.0)
    covariance = drift_covariance(motion, config)
    # along 3 % of 10 m; across 2 % plus half the lever of 0.03 rad; heading 0.003 rad/m.
    assert np.sqrt(covariance[0, 0]) == pytest.approx(0.3)
    assert covariance[1, 1] == pytest.approx(0.2**2 + (0.5 * 10.0 * 0.03) ** 2)
    assert np.sqrt(covariance[2, 2]) == pytest.approx(0.03)


def test_heading_error_swings_the_position() -> None:
    state = UncertainPose(np.array([0.0, 0.0, np.pi / 2]), np.diag([0.0, 0.0, 0.01]))
    config = FusionConfig(
        drift_along_ratio=0.0,
        drift_across_ratio=0.0,
        drift_heading_rad_per_m=0.0,
        drift_heading_ratio=0.0,
        drift_heading_rad_s=0.0,
    )
    moved = move(state, Motion(np.array([2.0, 0.0, 0.0]), 2.0, 0.0, 1.0), config)
    np.testing.assert_allclose(moved.pose, [0.0, 2.0, np.pi / 2], atol=1e-12)
    # Facing +y, an error of 0.1 rad moves the end by 0.2 m along x.
    assert moved.covariance[0, 0] == pytest.approx(4.0 * 0.01)
    assert moved.covariance[1, 1] == pytest.approx(0.0, abs=1e-12)


def test_fix_is_applied_at_its_stamp() -> None:
    drive = Drive(1)
    drive.scale, drive.across, drive.turn_scale, drive.bend = 1.0, 0.0, 1.0, 0.0
    drive.go(2.0)
    late = drive.fix(error=np.zeros(3))
    drive.go(1.5)
    assert drive.fusion.apply_fix(late).verdict is FixVerdict.FIRST
    np.testing.assert_allclose(drive.error(), 0.0, atol=1e-9)
    expected = se2.compose(drive.pose, se2.inverse(drive.odom))
    np.testing.assert_allclose(drive.fusion.map_to_odom(), expected, atol=1e-9)


def test_map_to_odom_moves_only_with_fixes() -> None:
    drive = Drive(2)
    drive.go(1.0)
    drive.fusion.apply_fix(drive.fix())
    before = drive.fusion.map_to_odom()
    drive.go(5.0)
    np.testing.assert_array_equal(drive.fusion.map_to_odom(), before)


def test_covariance_is_consistent() -> None:
    """NEES over 60 runs (chi-square with 3 x 60 degrees) just before and after fixes."""
    before, after = [], []
    for seed in range(60):
        drive = Drive(seed)
        drive.go(1.0)
        drive.fusion.apply_fix(drive.fix())
        for _ in range(10):
            drive.go(2.0)
            drive.fusion.apply_fix(drive.fix())
        after.append(_nees(drive))
        drive.go(8.0)
        before.append(_nees(drive))
    upper = chi2.ppf(0.995, 3 * 60) / 60
    # Never overconfident; up to three times too careful is allowed (floors, systematic drift).
    for nees in (np.mean(before), np.mean(after)):
        assert 1.0 < nees < upper


def test_outliers_are_ignored() -> None:
    for seed in range(20):
        drive = Drive(seed)
        drive.go(1.0)
        drive.fusion.apply_fix(drive.fix())
        for number in range(15):
            drive.go(1.0)
            if number % 3 == 1:
                away = drive.rng.uniform(2.0, 8.0) * drive.rng.choice([-1, 1], 2)
                wrong = drive.fix(error=np.array([*away, drive.rng.uniform(-3, 3)]))
                assert drive.fusion.apply_fix(wrong).verdict is FixVerdict.OUTLIER
            else:
                assert drive.fusion.apply_fix(drive.fix()).verdict is FixVerdict.ACCEPTED
        assert np.linalg.norm(drive.error()[:2]) < 0.2


def test_two_outliers_in_a_row_make_the_pose_uncertain_but_do_not_move_it() -> None:
    drive = Drive(5)
    for _ in range(3):
        drive.go(1.0)
        drive.fusion.apply_fix(drive.fix())
    before = drive.fusion.map_to_odom()
    for error in ([3.0, 0.0, 0.0], [-4.0, 1.0, 2.0]):
        drive.go(1.0)
        drive.fusion.apply_fix(drive.fix(error=np.array(error)))
    np.testing.assert_array_equal(drive.fusion.map_to_odom(), before)
    assert drive.fusion.global_pose(drive.now_ns).status is LocalizationStatus.UNCERTAIN
    drive.fusion.apply_fix(drive.fix())
    assert drive.fusion.global_pose(drive.now_ns).status is LocalizationStatus.LOCALIZED


@pytest.mark.parametrize("seed", range(10))
def test_kidnapped_robot_is_found_by_the_second_fix(seed: int) -> None:
    drive = Drive(seed)
    drive.go(5.0)
    drive.fusion.apply_fix(drive.fix())
    drive.pose = np.array([20.0, 20.0, 1.0])
    verdicts = []
    for _ in range(2):
        drive.go(1.0)
        verdicts.append(drive.fusion.apply_fix(drive.fix()).verdict)
    assert verdicts == [FixVerdict.OUTLIER, FixVerdict.KIDNAPPED]
    assert np.linalg.norm(drive.error()[:2]) < 0.15
    drive.go(1.0)
    assert drive.fusion.apply_fix(drive.fix()).verdict is FixVerdict.ACCEPTED


def test_weak_fixes_from_one_standpoint_never_kidnap() -> None:
    drive = Drive(3)
    drive.go(5.0)
    drive.fusion.apply_fix(drive.fix())
    wrong = drive.pose + np.array([6.0, 0.0, 0.0])
    for _ in range(10):
        drive.go(1.0, speed=0.0)
        decision = drive.fusion.apply_fix(drive.fix(odds=1.0, pose=wrong))
        assert decision.verdict is FixVerdict.OUTLIER


def test_first_fix_needs_good_odds_or_a_second_one() -> None:
    drive = Drive(4)
    drive.go(1.0)
    assert drive.fusion.apply_fix(drive.fix(odds=2.0)).verdict is FixVerdict.PENDING
    assert drive.fusion.map_to_odom() is None
    assert drive.fusion.global_pose(drive.now_ns).status is LocalizationStatus.NOT_LOCALIZED
    drive.go(1.0)
    far = drive.fix(odds=2.0, error=np.array([5.0, 0.0, 0.0]))
    decision = drive.fusion.apply_fix(far)
    assert decision.verdict is FixVerdict.PENDING and "2 places" in decision.reason
    drive.go(1.0)
    # It agrees with the first one; the other place has not been seen again.
    assert drive.fusion.apply_fix(drive.fix(odds=2.0)).verdict is FixVerdict.FIRST
    assert np.linalg.norm(drive.error()[:2]) < 0.15


def test_a_place_that_fits_as_well_as_another_is_not_believed_until_they_part() -> None:
    drive = Drive(12)
    twin = np.array([9.0, 0.0, 0.0])

    def fix(log_odds: float) -> PoseFix:
        here = drive.fix(error=np.zeros(3))
        other = PoseAlternative(here.pose + twin, here.covariance, log_odds)
        return replace(here, alternatives=(other,))

    for _ in range(4):
        drive.go(1.0)
        decision = drive.fusion.apply_fix(fix(0.0))
        assert decision.verdict is FixVerdict.PENDING and "2 places" in decision.reason
    drive.go(1.0)
    # Odds of e^2 twice are 1 in 55: the rival keeps 1.8 %.
    assert drive.fusion.apply_fix(fix(-2.0)).verdict is FixVerdict.PENDING
    drive.go(1.0)
    assert drive.fusion.apply_fix(fix(-2.0)).verdict is FixVerdict.FIRST
    assert np.linalg.norm(drive.error()[:2]) < 0.15


def test_a_believed_place_that_is_never_seen_again_is_given_up() -> None:
    drive = Drive(13)
    drive.go(1.0)
    drive.fusion.apply_fix(drive.fix())
    seen = []
    for number in range(8):
        drive.go(1.0)
        # Every picture shows another place, none of them twice.
        wrong = drive.pose + np.array([15.0 + 5.0 * number, 0.0, 0.0])
        assert not drive.fusion.apply_fix(drive.fix(odds=3.0, pose=wrong)).verdict.accepted
        seen.append(drive.fusion.global_pose(drive.now_ns).status)
    assert seen[0] is LocalizationStatus.LOCALIZED
    assert seen[-1] is LocalizationStatus.NOT_LOCALIZED


def test_wrong_first_fix_is_corrected_by_the_next_ones() -> None:
    drive = Drive(6)
    drive.go(1.0)
    drive.fusion.apply_fix(drive.fix(error=np.array([7.0, 0.0, 3.0])))
    for _ in range(3):
        drive.go(1.0)
        drive.fusion.apply_fix(drive.fix())
    assert np.linalg.norm(drive.error()[:2]) < 0.15


def test_fix_older_than_the_last_one_still_helps() -> None:
    drive = Drive(7)
    drive.go(2.0)
    old = drive.fix()
    drive.go(1.0)
    drive.fusion.apply_fix(drive.fix())
    newest = drive.fusion.last_fix_ns
    assert drive.fusion.apply_fix(old).verdict is FixVerdict.ACCEPTED
    assert drive.fusion.last_fix_ns == newest
    assert np.linalg.norm(drive.error()[:2]) < 0.15


def test_an_old_fix_adds_to_what_is_known_and_does_not_take_the_pose_back_to_its_time() -> None:
    drive = Drive(7, FusionConfig(drift_along_ratio=0.05, drift_across_ratio=0.05))
    drive.go(2.0)
    old = drive.fix()
    drive.go(10.0)
    drive.fusion.apply_fix(drive.fix())
    before = drive.fusion.global_pose(drive.now_ns)
    decision = drive.fusion.apply_fix(old)
    assert decision.verdict is FixVerdict.ACCEPTED
    after = drive.fusion.global_pose(drive.now_ns)
    # 6 m on, the old fix is unsure by 0.3 m: it adds little, and drift is not counted twice.
    assert np.trace(after.covariance) < np.trace(before.covariance)
    assert np.linalg.norm(after.pose[:2] - before.pose[:2]) < 0.03
    assert np.trace(after.covariance[:2, :2]) > 0.9 * np.trace(before.covariance[:2, :2])


def test_fix_without_odometry_is_unusable() -> None:
    drive = Drive(8)
    drive.go(1.0)
    assert drive.fusion.apply_fix(drive.fix(stamp_ns=50 * S)).verdict is FixVerdict.UNUSABLE
    broken = drive.fix(error=np.array([np.nan, 0.0, 0.0]))
    assert drive.fusion.apply_fix(broken).verdict is FixVerdict.UNUSABLE


def test_trust_fades_with_metres_and_seconds() -> None:
    config = FusionConfig()
    drive = Drive(9)
    fusion = drive.fusion
    assert fusion.global_pose(0).status is LocalizationStatus.NOT_LOCALIZED
    drive.go(1.0)
    fusion.apply_fix(drive.fix())
    assert fusion.global_pose(drive.now_ns).status is LocalizationStatus.LOCALIZED
    drive.go(config.uncertain_after_s + 1.0, speed=0.0)
    assert fusion.global_pose(drive.now_ns).status is LocalizationStatus.UNCERTAIN
    fusion.apply_fix(drive.fix())
    drive.go(config.uncertain_after_m / 0.6 + 1.5)
    assert fusion.global_pose(drive.now_ns).status is LocalizationStatus.UNCERTAIN
    drive.go(config.lost_after_m / 0.6)
    assert fusion.global_pose(drive.now_ns).status is LocalizationStatus.NOT_LOCALIZED
    # A fix brings it back, if it can still be compared.
    fusion.apply_fix(drive.fix())
    assert fusion.global_pose(drive.now_ns).status is LocalizationStatus.LOCALIZED


def test_forget_drops_the_pose_and_keeps_odometry() -> None:
    drive = Drive(10)
    drive.go(1.0)
    drive.fusion.apply_fix(drive.fix())
    drive.fusion.forget()
    assert drive.fusion.map_to_odom() is None
    assert drive.fusion.apply_fix(drive.fix()).verdict is FixVerdict.FIRST


def test_long_wait_keeps_the_pose() -> None:
    drive = Drive(11)
    drive.go(1.0)
    drive.fusion.apply_fix(drive.fix())
    before = drive.fusion.map_to_odom()
    drive.go(150.0, speed=0.0)
    np.testing.assert_allclose(drive.fusion.map_to_odom(), before, atol=1e-9)


def _nees(drive: Drive) -> float:
    error = drive.error()
    covariance = drive.fusion.global_pose(drive.now_ns).covariance
    return float(error @ np.linalg.solve(covariance, error))
