"""How much memory the processes of a demo hold."""

from __future__ import annotations

import threading
from collections.abc import Mapping

__all__ = ["MemoryWatch"]


class MemoryWatch:
    """Samples the proportional set size of processes in the background and keeps the largest.

    Proportional: pages that several processes share are divided among them, so that the sum is
    what the machine really has to hold.
    """

    def __init__(self, process_ids: Mapping[str, int], period_s: float = 2.0) -> None:
        """Start sampling the given processes, by name."""
        self._process_ids = dict(process_ids)
        self._period_s = period_s
        self._stop = threading.Event()
        self.peak_mb: dict[str, float] = {}
        self._thread = threading.Thread(target=self._run, name="memory watch", daemon=True)
        self._thread.start()

    def close(self) -> dict[str, float]:
        """Stop sampling and return the peaks in MB by process name."""
        self._stop.set()
        self._thread.join(timeout=5.0)
        return self.peak_mb

    def _run(self) -> None:
        import psutil

        while not self._stop.wait(self._period_s):
            for name, process_id in self._process_ids.items():
                try:
                    info = psutil.Process(process_id).memory_full_info()
                except psutil.Error:
                    continue
                # Only Linux knows the proportional size; the resident one is an upper bound.
                used_mb = getattr(info, "pss", info.rss) / 1e6
                self.peak_mb[name] = max(self.peak_mb.get(name, 0.0), used_mb)
