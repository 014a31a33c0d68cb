"""The simulator's side of lockstep, without ROS."""

import threading
import time

from astra_sim.ros.pace import Pace
from astra_sim.ros.tick_gate import TickGate


def test_waits_for_all_and_only_for_them():
    gate = TickGate(["a", "b"], timeout_s=5.0)
    gate.acknowledge("a", 20)
    gate.acknowledge("stranger", 20)
    assert gate.missing(20) == ["b"]
    threading.Timer(0.1, gate.acknowledge, ("b", 20)).start()
    started_s = time.monotonic()
    assert gate.wait(20) == []
    assert 0.05 < time.monotonic() - started_s < 4.0
    assert not gate.timeouts


def test_an_acknowledgement_covers_older_ticks():
    gate = TickGate(["a"], timeout_s=0.01)
    gate.acknowledge("a", 60)
    assert gate.wait(20) == gate.wait(60) == []
    assert gate.wait(80) == ["a"]


def test_an_older_acknowledgement_takes_nothing_back_but_who_left_may_return():
    gate = TickGate(["a"], timeout_s=0.01)
    gate.acknowledge("a", 60)
    gate.acknowledge("a", 40)
    assert gate.missing(60) == []
    gate.acknowledge("a", (2**31 - 1) * 10**9)
    assert gate.missing(10**15) == []
    gate.acknowledge("a", 80)
    assert gate.missing(80) == [] and gate.missing(100) == ["a"]


def test_misses_in_a_row_make_a_node_gone_until_it_speaks_again():
    gate = TickGate(["a", "b"], timeout_s=0.01, patience=2)
    for stamp in (20, 40):
        gate.acknowledge("a", stamp)
        assert gate.wait(stamp) == ["b"]
    assert gate.gone() == ["b"]
    gate.acknowledge("a", 60)
    started_s = time.monotonic()
    assert gate.wait(60) == []
    assert time.monotonic() - started_s < 0.009
    gate.acknowledge("b", 60)
    assert gate.gone() == []
    gate.acknowledge("a", 80)
    assert gate.wait(80) == ["b"]
    assert gate.timeouts == {"b": 3}


def test_nobody_named_means_nothing_is_waited_for():
    gate = TickGate([""], timeout_s=60.0)
    assert gate.is_open
    assert gate.wait(10**12) == []


def test_giving_up_leaves_only_those_out_that_never_came():
    gate = TickGate(["a", "b"], timeout_s=0.01)
    gate.acknowledge("a", 20)
    assert gate.join(20, 0.01) == ["b"]
    assert gate.give_up() == ["b"]
    assert gate.wait(20) == []
    assert gate.wait(40) == ["a"]


def test_closing_lets_the_waiter_go():
    gate = TickGate(["a"], timeout_s=60.0)
    threading.Timer(0.1, gate.close).start()
    started_s = time.monotonic()
    gate.wait(20)
    assert time.monotonic() - started_s < 10.0


def test_pace_keeps_simulated_time_at_the_limit():
    stop = threading.Event()
    pace = Pace(2.0)
    pace.start(1_000_000_000)
    started_s = time.monotonic()
    for tick in range(1, 21):
        pace.wait(1_000_000_000 + tick * 20_000_000, stop)
    # 0.4 simulated seconds at factor 2 are 0.2 wall seconds.
    assert 0.19 < time.monotonic() - started_s < 1.0
    assert pace.report_due(60.0) is None
    assert 0.4 < pace.report_due(0.0) < 2.2


def test_pace_without_limit_does_not_wait():
    stop = threading.Event()
    pace = Pace(0.0)
    started_s = time.monotonic()
    pace.wait(10**15, stop)
    assert time.monotonic() - started_s < 0.1
