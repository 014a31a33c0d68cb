"""Demo and tests hear the loopback only: what another host sends is read by nobody."""

import os
import socket
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("rclpy")

from astra_cli.ros_domain import LOCALHOST_PROFILE, isolate

LOOPBACK, MULTICAST = "127.0.0.1", 0xE0


def sockets(process_id):
    """Return the sockets of a process by (table, address, port), with the bytes that wait there."""
    inodes = set()
    for fd in Path(f"/proc/{process_id}/fd").iterdir():
        try:
            inodes.add(str(fd.readlink()).removeprefix("socket:[").removesuffix("]"))
        except FileNotFoundError:
            continue
    found = {}
    for table in ("udp", "udp6", "tcp", "tcp6"):
        for line in Path(f"/proc/{process_id}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes:
                text, port = fields[1].split(":")
                address = socket.inet_ntoa(bytes.fromhex(text)[::-1]) if len(text) == 8 else text
                waiting = int(fields[4].split(":")[1], 16)
                found[(table, address, int(port, 16))] = waiting
    return found


def heard_from_outside(process_id):
    """Return the sockets of a process that other hosts reach and that it reads.

    To send from, Fast DDS also opens sockets that it never reads: what comes there stays there.
    """
    reached = [
        (table, address, port)
        for table, address, port in sockets(process_id)
        # Groups are joined on the loopback.
        if table != "udp"
        or not (address == LOOPBACK or socket.inet_aton(address)[0] & 0xF0 == MULTICAST)
    ]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for table, address, port in reached:
            if table == "udp":
                stranger.sendto(b"hello", (LOOPBACK if address == "0.0.0.0" else address, port))
    time.sleep(0.5)
    waiting = sockets(process_id)
    return [key for key in reached if not waiting.get(key, 0)]


def test_what_other_hosts_send_is_read_by_nobody(processes, node, until):
    code = (
        "import rclpy, std_msgs.msg; rclpy.init(); n = rclpy.create_node('child');"
        "n.create_subscription(std_msgs.msg.Empty, 'to_child', lambda m: None, 1);"
        "rclpy.spin(n)"
    )
    runner = processes(("child", (sys.executable, "-c", code)))
    until(lambda: node.count_subscribers("to_child") == 1, "the child", 30.0, runner)
    child = runner.process_ids["child"]
    assert heard_from_outside(child) == []
    assert [key for key in sockets(child) if key[1] == LOOPBACK], "not even this host is heard"
    # The process that runs the demo is a client of its own.
    assert heard_from_outside(os.getpid()) == []


def test_the_profile_of_a_robot_gives_way():
    environ = {"FASTRTPS_DEFAULT_PROFILES_FILE": "/etc/robot.xml", "ROS_LOCALHOST_ONLY": "0"}
    isolate(environ, 42)
    assert environ["FASTRTPS_DEFAULT_PROFILES_FILE"] == str(LOCALHOST_PROFILE)
    assert environ["FASTDDS_DEFAULT_PROFILES_FILE"] == str(LOCALHOST_PROFILE)
    assert LOCALHOST_PROFILE.is_file()
