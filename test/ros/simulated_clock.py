"""Plays whoever tells simulated time."""

import threading

from rosgraph_msgs.msg import Clock

from astra_core.ros.qos import sensor_input
from astra_core.ros.stamps import to_stamp


class SimulatedClock:
    """Publishes /clock every 20 ms, as ROS players do: best effort."""

    def __init__(self, node):
        self.now_ns, self.goes_on = 0, True
        self._publisher = node.create_publisher(Clock, "/clock", sensor_input())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def say(self, stamp):
        self._publisher.publish(Clock(clock=stamp))

    def close(self):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.wait(0.02):
            if self.goes_on and self.now_ns:
                self.now_ns += 20_000_000
                self.say(to_stamp(self.now_ns))
