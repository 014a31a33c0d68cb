"""What a run with a fault is judged by, on ticks made by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from astra_core.records import Velocity
from astra_eval.fault_facts import FaultFacts, judged
from astra_eval.fault_summary import summarize_faults
from astra_eval.fault_witness import FaultWitness
from astra_global.types import MissionResult
from astra_sim.faults.fault import Fault, Floor
from astra_sim.truth import GroundTruth

_TICK_S = 0.02


class _Flood(Fault):
    named_by = "water"


class _Wave(_Flood):
    appears = True
    may_turn = True


class _Run:
    """Ticks of 20 ms; the fault begins before tick 10 and is in sight from tick 15 on."""

    def __init__(self, fault: Fault) -> None:
        self.simulator = SimpleNamespace(
            fault=fault,
            tick_s=_TICK_S,
            stamp_ns=0,
            began_ns=None,
            since_ns=None,
            robot=SimpleNamespace(max_braking_m_s2=2.0),
        )
        self.witness = FaultWitness("flood", self.simulator)
        self.ticks = 0

    def tick(
        self,
        told: float,
        true: float | None = None,
        *,
        contact: float = 0.0,
        bearings: tuple[float, ...] = (),
        off: float | None = 0.0,
        off_rad: float = 0.0,
        turn: float = 0.0,
        words: tuple[str, ...] = (),
        times: int = 1,
    ) -> None:
        for _ in range(times):
            self.ticks += 1
            self.simulator.stamp_ns = self.ticks * 20_000_000
            if self.ticks == 10:
                self.simulator.began_ns = 9 * 20_000_000
                if not self.simulator.fault.appears:
                    self.simulator.since_ns = self.simulator.began_ns
            if self.ticks == 15 and self.simulator.fault.appears:
                self.simulator.since_ns = self.simulator.stamp_ns
            truth = GroundTruth(
                self.simulator.stamp_ns,
                np.zeros(3),
                np.array([told if true is None else true, turn]),
                bool(bearings),
                0,
                (),
                1.0,
                0.0,
                contact,
                bearings,
            )
            self.witness.add(truth, Velocity(told, turn), off, words, off_rad=off_rad)

    def facts(self, message: str = "") -> FaultFacts:
        return self.witness.finish(MissionResult(201, message), 0)


def test_a_fault_that_never_began_has_no_figures() -> None:
    run = _Run(_Flood())
    run.tick(0.5, contact=0.5, bearings=(0.0,), words=("water",), times=9)
    assert run.facts("water") == FaultFacts("flood", mission_ended=True)


def test_times_count_from_the_beginning() -> None:
    run = _Run(_Flood())
    run.tick(0.5, times=12)  # begun at 0.18 s
    run.tick(0.46, 0.5)  # brakes in full at 0.26 s
    run.tick(0.0, 0.3, times=3)
    run.tick(0.0, times=20)  # stands from 0.34 s on
    facts = run.facts()
    assert facts.began_s == pytest.approx(0.18)
    assert facts.began_mps == 0.5
    assert facts.brake_s == pytest.approx(0.08)
    assert facts.stand_s == pytest.approx(0.16)
    assert (facts.contact_mps, facts.pressing_s, facts.touch_stand_s) == (0.0, 0.0, None)
    assert facts.fault_named is None


def test_of_what_appears_times_count_from_the_image_that_shows_it() -> None:
    run = _Run(_Wave())
    run.tick(0.5, times=10)
    run.tick(0.4)  # brakes before it is seen: for another reason
    run.tick(0.5, times=4)
    run.tick(0.46, 0.5, times=1)  # tick 16, one after the image
    run.tick(0.0, turn=1.0, times=20)
    facts = run.facts()
    assert facts.brake_s == pytest.approx(0.02)
    # Turning away from it is no driving on.
    assert facts.stand_s == pytest.approx(0.04)


def test_slowing_down_is_no_braking() -> None:
    run = _Run(_Flood())
    run.tick(0.5, times=10)
    for number in range(10):
        run.tick(0.5 - 0.02 * number)  # 1 m/s2 of 2
    assert run.facts().brake_s is None


def test_a_robot_that_turns_does_not_stand_unless_it_may() -> None:
    run = _Run(_Flood())
    run.tick(0.5, times=10)
    run.tick(0.0, turn=0.5, times=30)
    assert run.facts().stand_s is None


def test_passing_through_zero_is_no_standing() -> None:
    run = _Run(_Flood())
    run.tick(0.5, times=10)
    run.tick(0.0, times=8)
    run.tick(-0.1, times=10)
    assert run.facts().stand_s is None


def test_pressing_is_contact_while_told_towards_it() -> None:
    run = _Run(_Flood())
    run.tick(0.5, times=10)
    run.tick(0.5, 0.0, contact=0.48, bearings=(0.1,), times=5)
    run.tick(-0.2, 0.0, bearings=(0.1,), times=7)  # away from it
    run.tick(-0.2, 0.0, bearings=(math.pi,), times=2)  # something behind
    run.tick(0.0, bearings=(0.1,), times=20)
    facts = run.facts()
    assert facts.contact_mps == 0.48
    assert facts.pressing_s == pytest.approx(7 * _TICK_S)
    assert facts.touch_brake_s == pytest.approx(5 * _TICK_S)  # from 0.5 to -0.2 at once
    assert facts.touch_stand_s == pytest.approx(14 * _TICK_S)


def test_words_of_before_name_nothing() -> None:
    run = _Run(_Flood())
    run.tick(0.5, words=("water at home",), times=12)
    assert run.facts().fault_named is None
    run = _Run(_Flood())
    run.tick(0.5, words=("water at home",), times=12)
    run.tick(0.5, words=("water at home", "water ahead"))
    run.tick(0.5, words=("water behind",))
    facts = run.facts("water everywhere")
    assert facts.fault_named == "water ahead"
    assert facts.named_s == pytest.approx(0.08)


def test_motion_counts_until_it_stands_and_is_named() -> None:
    run = _Run(_Flood())
    run.tick(0.5, turn=-1.0, times=14)  # of which five are with the fault: 5 cm and 0.1 rad
    run.tick(-0.5, turn=1.0, times=10)  # whichever way: 10 cm and 0.2 rad
    run.tick(0.0, times=20)
    run.tick(0.5, times=5)  # drives on, and nobody has said why it stood: 5 cm
    run.tick(0.5, times=1, words=("water",))
    run.tick(0.5, turn=2.0, times=30)
    facts = run.facts()
    assert facts.way_m == pytest.approx(0.2)
    assert facts.turn_rad == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("way_m", "turn_rad", "stand_s", "named", "kept"),
    [
        (1.0, 3.0, 2.0, "water", True),
        (5.0, 1.5, 2.0, "water", True),
        (1.1, 1.6, 2.0, "water", False),
        (0.1, 0.1, None, "water", False),
        (0.1, 0.1, 2.0, None, False),
    ],
)
def test_a_floor_of_motion_is_one_of_way_or_turn(
    way_m: float, turn_rad: float, stand_s: float | None, named: str | None, kept: bool
) -> None:
    facts = FaultFacts(
        "flood", 1.0, 0.5, stand_s=stand_s, way_m=way_m, turn_rad=turn_rad, fault_named=named
    )
    missed = judged(facts, Floor(way_m=1.0, turn_rad=math.pi / 2.0)).missed
    assert (missed == ()) == kept
    if way_m > 1.0 and not kept:
        assert missed == ("stopped and named within 1.10 m and 1.60 rad, at most 1 or 1.57",)


def test_the_result_may_name_it() -> None:
    run = _Run(_Flood())
    run.tick(0.5, times=12)
    assert run.facts("stopped by water").fault_named == "stopped by water"


def test_mended_is_right_for_good() -> None:
    run = _Run(_Flood())
    run.tick(0.5, times=10)
    run.tick(0.5, off=0.3, times=5)
    run.tick(0.5, off=0.05, times=5)
    run.tick(0.5, off=None, times=5)
    run.tick(0.5, off=0.09, times=5)  # from tick 26 on: 0.52 - 0.18
    assert run.facts().mended_s == pytest.approx(0.34)
    run.tick(0.5, off=0.11)
    assert run.facts().mended_s is None


def test_a_pose_that_looks_the_wrong_way_is_not_mended() -> None:
    run = _Run(_Flood())
    run.tick(0.5, off_rad=-3.1, times=14)
    run.tick(0.5, off_rad=-0.09, times=5)  # from tick 15 on: 0.3 - 0.18
    assert run.facts().mended_s == pytest.approx(0.12)
    run.tick(0.5, off_rad=-0.11)
    assert run.facts().mended_s is None


def test_the_table_counts_those_in_which_it_began_and_shows_the_worst() -> None:
    rows = [
        FaultFacts(
            "flood",
            1.0,
            0.5,
            0.3,
            0.1,
            0.2,
            0.4,
            way_m=0.4,
            fault_named="water",
            missed=("too fast",),
        ).to_json(),
        FaultFacts("flood", 1.0, 0.5, 0.05, 0.6, 0.3, None, mended_s=2.0, way_m=1.5).to_json(),
        FaultFacts("flood").to_json(),
        FaultFacts("drought").to_json(),
    ]
    summary = summarize_faults(rows)
    flood = summary["faults"]["flood"]
    assert summary["n"] == 4
    assert (flood["n"], flood["began"], flood["kept"], flood["hit"]) == (3, 2, 1, 1)
    assert (flood["contact_mps"], flood["pressing_s"], flood["brake_s"]) == (0.3, 0.6, 0.3)
    assert (flood["stand_s"], flood["stood"]) == (0.4, 1)
    assert (flood["mended_s"], flood["mended"], flood["named"]) == (2.0, 1, 1)
    assert (flood["way_m"], flood["turn_rad"]) == (1.5, None)
    drought = summary["faults"]["drought"]
    assert (drought["n"], drought["began"], drought["contact_mps"]) == (1, 0, None)


def test_braking_before_the_touch_is_not_braking_for_it() -> None:
    run = _Run(_Flood())
    run.tick(0.5, times=10)
    run.tick(0.3, times=2)
    run.tick(0.3, 0.0, contact=0.3, bearings=(0.0,), times=6)
    run.tick(0.0, bearings=(0.0,), times=20)
    facts = run.facts()
    assert facts.brake_s == pytest.approx(2 * _TICK_S)
    assert facts.touch_brake_s == pytest.approx(6 * _TICK_S)


@pytest.mark.parametrize(
    ("floor", "missed"),
    [
        (Floor(), 0),
        (Floor(contact_mps=0.2, pressing_s=0.5, stand_s=1.0), 0),
        (Floor(contact_mps=0.1), 1),
        (Floor(stand_s=0.9, pressing_s=0.4), 2),
        (Floor(mended_s=10.0), 1),  # never
        (Floor(brake_s=0.3, touch_brake_s=0.1), 0),
        (Floor(brake_s=0.1, touch_brake_s=0.3), 0),
        (Floor(brake_s=0.1, touch_brake_s=0.1), 1),
        (Floor(named=True), 1),
    ],
)
def test_a_floor_is_kept_or_missed(floor: Floor, missed: int) -> None:
    facts = FaultFacts("flood", 1.0, 0.5, 0.2, 0.5, 0.3, 1.0, 0.3)
    assert facts.touch_brake_s == 0.3 or facts.brake_s == 0.3
    assert len(judged(facts, floor).missed) == missed


def test_a_fault_that_never_began_misses_nothing() -> None:
    assert judged(FaultFacts("flood"), Floor(stand_s=0.1, named=True)).missed == ()


def test_the_simulator_of_faults_judges_by_the_faults_own_floor() -> None:
    fault = _Flood()
    fault.floor = Floor(stand_s=0.1)
    run = _Run(fault)
    run.tick(0.5, times=40)
    assert run.facts().missed == ("stand_s never, at most 0.1",)
