"""What can be wrong with a tour, and with what says where the robot was and what is there."""

from __future__ import annotations

from astra_core.errors import AstraError

__all__ = ["SourceError", "TourError"]


class TourError(AstraError):
    """A recorded tour is missing, damaged or lacks a topic."""


class SourceError(AstraError):
    """Poses or landmarks for a map cannot be had."""
