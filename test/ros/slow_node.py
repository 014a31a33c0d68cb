"""A managed node whose loading is steered by a file, for the tests of the life cycle.

python slow_node.py FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

import steered_loader

from astra_core.ros.health import Health, HealthReporter
from astra_core.ros.main import run_node
from astra_core.ros.managed import ManagedNode
from astra_msgs.msg import Heartbeat

STEERING = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()


class SlowNode(ManagedNode):
    """Loads something and says how it is."""

    def __init__(self) -> None:
        super().__init__("slow")
        self._health: HealthReporter | None = None
        self._model = None

    def configure(self):
        self._health = HealthReporter(self, self._read_health)
        return lambda progress: steered_loader.load(STEERING, progress)

    def loaded(self, result) -> None:
        self._model = result

    def cleanup(self) -> None:
        if self._health is not None:
            self._health.close()
        self._health = self._model = None

    def _read_health(self) -> Health:
        if self.loading is not None:
            return Health(Heartbeat.STATE_DEGRADED, str(self.loading))
        return Health(Heartbeat.STATE_OK if self.active else Heartbeat.STATE_ERROR, self._model)


if __name__ == "__main__":
    sys.exit(run_node(SlowNode))
