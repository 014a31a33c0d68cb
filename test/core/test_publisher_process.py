"""Whether anybody is behind an endpoint, by its id and a folder like ``/proc``."""

import os

import pytest

pytest.importorskip("rclpy")

from astra_core.ros.publisher_process import DeadProcesses, is_of_process

# Vendor, computer, process, random part, rest: 0x4C05 is 19461.
OWN = bytes.fromhex("010f78fd054c965a0000000000001303")
DEAD = bytes.fromhex("010f78fd084ca1980000000000001303")  # 0x4C08 is 19464
FIRST = "pid:[4026531836]"


@pytest.fixture
def proc(tmp_path):
    def write(*processes, namespace=FIRST):
        (tmp_path / "self" / "ns").mkdir(parents=True, exist_ok=True)
        (tmp_path / "self" / "ns" / "pid").unlink(missing_ok=True)
        (tmp_path / "self" / "ns" / "pid").symlink_to(namespace)
        (tmp_path / "meminfo").write_text("MemTotal: 1 kB\n")
        for number, state, inner in processes:
            (tmp_path / str(number)).mkdir(exist_ok=True)
            text = f"Name:\tsome\nState:\t{state} (as told)\nNSpid:\t{inner}\n"
            (tmp_path / str(number) / "status").write_text(text)
        return DeadProcesses(tmp_path)

    return write


def test_who_is_not_among_the_processes_is_dead_and_stays_so(proc):
    dead = proc((19461, "S", "19461"))
    assert dead.owns(DEAD, OWN)
    assert not dead.owns(OWN, OWN)
    # The process id is given to somebody else.
    proc((19464, "S", "19464"))
    assert dead.owns(DEAD, OWN)


@pytest.mark.parametrize(
    "process",
    [
        (19464, "S", "19464"),
        (19464, "T", "19464"),  # stopped: it may go on at any time
        (19464 + 65536, "R", "85000"),  # ids tell the low half only
        (31000, "S", "31000 19464"),  # in a container, where it is known by that number
    ],
)
def test_who_may_be_among_them_lives(process, proc):
    assert not proc((19461, "S", "19461"), process).owns(DEAD, OWN)


def test_who_has_died_and_was_not_asked_how_is_dead(proc):
    assert proc((19464, "Z", "19464")).owns(DEAD, OWN)


@pytest.mark.parametrize(
    ("gid", "own"),
    [
        (bytes.fromhex("010f78fe084ca198") + bytes(8), OWN),  # another computer
        (bytes.fromhex("011078fd084ca198") + bytes(8), OWN),  # another middleware
        (DEAD.replace(b"\x01\x0f", b"\x01\x10"), OWN.replace(b"\x01\x0f", b"\x01\x10")),
    ],
)
def test_nobody_can_tell_of_other_computers_and_middlewares(gid, own, proc):
    assert not proc((19461, "S", "19461")).owns(gid, own)


def test_who_is_in_a_container_does_not_see_all_processes(proc, tmp_path):
    assert not proc((19461, "S", "19461"), namespace="pid:[4026532000]").owns(DEAD, OWN)
    assert not DeadProcesses(tmp_path / "nothing").owns(DEAD, OWN)


def test_an_endpoint_tells_its_process():
    assert is_of_process(OWN, 19461) and is_of_process(OWN, 19461 + 65536)
    assert not is_of_process(OWN, 19464)
    assert not is_of_process(OWN.replace(b"\x01\x0f", b"\x01\x10"), 19461)
    assert not is_of_process(OWN, os.getpid() if os.getpid() & 0xFFFF != 19461 else 1)
