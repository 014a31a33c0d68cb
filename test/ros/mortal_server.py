"""A node called astra_global that takes goals, says that it lives, and never ends a goal."""

import sys

from rclpy.node import Node

from astra_core.ros.health import Health, HealthReporter
from astra_core.ros.main import run_node
from astra_global.ros.navigate_server import _DeferringServer
from astra_msgs.action import Navigate


class MortalServer(Node):
    def __init__(self):
        super().__init__("astra_global")
        self._health = HealthReporter(self, Health)
        self._server = _DeferringServer(
            self,
            Navigate,
            "navigate",
            execute_callback=lambda goal: Navigate.Result(),
            handle_accepted_callback=lambda goal: goal.execute(),
        )


if __name__ == "__main__":
    sys.exit(run_node(MortalServer))
