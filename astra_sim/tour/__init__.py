"""The tour: a privileged drive through a whole building, and the bag it leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from astra_sim.tour.bag_writer import BagWriter
    from astra_sim.tour.driver import drive_tour
    from astra_sim.tour.recorder import record_tour

__all__ = ["BagWriter", "drive_tour", "record_tour"]

_HOMES = {"BagWriter": "bag_writer", "drive_tour": "driver", "record_tour": "recorder"}


def __getattr__(name: str) -> Any:
    """Import on first use: cv2 and rosbags are not needed to name a tour."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
