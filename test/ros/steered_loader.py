"""A loader that does what a file says: for nodes whose loading the tests steer.

The file holds one word. A number is how far the loader is, in percent; ``deaf`` goes on without
saying how far; ``done``, ``fail`` and ``crash`` end it.
"""

from __future__ import annotations

import time
from pathlib import Path

from astra_core.errors import WeightsError

__all__ = ["load"]


def load(steering: Path, progress) -> str:
    """Do what the file says until it says an end."""
    while True:
        word = steering.read_text().strip()
        if word == "done":
            return "the model"
        if word == "fail":
            raise WeightsError("flow.safetensors is cut short: copy it again")
        if word == "crash":
            raise ZeroDivisionError("a bug")
        if word and word != "deaf":
            progress(float(word) / 100.0)
        time.sleep(0.02)
