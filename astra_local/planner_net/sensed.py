"""From what the robot senses to the inputs of a head: one rule for training and for driving.

Letters: ``B`` states, ``Y, X`` cells of the window; arrays as in the group ``sensed`` of
:mod:`astra_local.planner_record`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from astra_local.planner_net.contract import PlannerInputs
from astra_local.voxel.ego_window import WINDOW
from astra_local.voxel.esdf import distance_to

__all__ = ["MAX_DISTANCE_M", "inputs_of", "window_distance"]

#: Farther than this is all alike.
MAX_DISTANCE_M = 2.0


def inputs_of(
    arrays: Mapping[str, NDArray[Any]],
    occupied: NDArray[np.bool_],
    known: NDArray[np.bool_],
    distance_m: NDArray[np.float32],
) -> PlannerInputs:
    """Return what a head is given.

    Args:
        arrays: Of the record's ``sensed`` group, all but the cells.
        occupied: ``(B, T, Y, X)``, unpacked.
        known: ``(B, Y, X)``, unpacked.
        distance_m: ``(B, Y, X)``, from :func:`window_distance` of the newest occupancy.
    """
    goal, theta = arrays["sub_goal"][:, :2], arrays["sub_goal"][:, 2]
    facts = [np.cos(theta), np.sin(theta), arrays["is_final"], arrays["max_speed_mps"]]
    return PlannerInputs(
        occupancy=torch.from_numpy(occupied.astype(np.float32)),
        known=torch.from_numpy(known.astype(np.float32)),
        distance=torch.from_numpy(distance_m),
        movers=torch.from_numpy(arrays["movers"].astype(np.float32)),
        velocity=torch.from_numpy(arrays["speed"].astype(np.float32)),
        goal=torch.from_numpy(
            np.concatenate([goal, np.stack(facts, axis=-1)], axis=-1).astype(np.float32)
        ),
    )


def window_distance(occupied: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the distance ``(*, Y, X)`` to the nearest occupied cell of windows, metres, capped."""
    return np.minimum(distance_to(occupied, WINDOW.cell_m), np.float32(MAX_DISTANCE_M))
