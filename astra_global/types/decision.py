"""What decided a fix, as a record: how strongly each kind of evidence spoke for its pose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Decision", "Evidence"]


class Evidence(Enum):
    """What can tell a place from its rivals; the values are the words of logs and tables."""

    INLIERS = "inliers"  #: how many feature matches agree
    LOOKS = "looks"  #: how well the predicted views fit the pictures
    SIGNS = "signs"  #: what is written there


@dataclass(frozen=True)
class Decision:
    """What one kind of evidence said.

    Attributes:
        by: The kind.
        log_odds: Natural log of the odds that it gives the pose of the fix against its best rival;
            0 where there is no rival, or where it says nothing.
        observations: How many matches, windows or texts it rests on.
    """

    by: Evidence
    log_odds: float
    observations: int
