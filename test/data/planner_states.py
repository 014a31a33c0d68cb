"""A planner state that satisfies the contract, for tests that change one thing of it."""

from __future__ import annotations

import numpy as np

from astra_local.planner_record import FAR_M, FIELDS

HEADER = {
    "family": "home",
    "seed": 3,
    "split": "train",
    "conditions": "standard",
    "way": "cheap",
    "profile": "p",
    "code": "c",
    "robot": {"footprint_radius_m": 0.22},
    "sources": ["mppi", "stop"],
    "leaf_radius_m": 0.02,
}


def state(**changes):
    """Return a state of zeros in which nobody is there, with some fields changed."""
    fields = {key: np.zeros(field.shape, field.dtype) for key, field in FIELDS.items()}
    for key in ("people", "leaves"):
        fields[key][:] = FAR_M
    fields["movers"][:, :2] = FAR_M
    return {**fields, **changes}
