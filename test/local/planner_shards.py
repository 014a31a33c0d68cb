"""Small planner shards that keep to the record, for tests of what reads them."""

from pathlib import Path

import numpy as np

from astra_local.planner_record import FIELDS, write_planner_shard

ROBOT = {"footprint_radius_m": 0.22, "max_linear_mps": 0.6}


def state(rng, **changes):
    """Return a state of nowhere in particular: nobody about, an unseen wall, half speed ahead."""
    values = {key: np.zeros(field.shape, field.dtype) for key, field in FIELDS.items()}
    # A wall to the right, whose distance grows by ten centimetres with every cell to the left.
    values["sdf_cm"][:] = np.clip(10 * np.arange(-29, 35)[:, None], -127, 127)
    values["known"][:] = 255
    for key in ("movers", "people", "leaves"):
        values[key][..., :2] = 100.0
    values["expert_poses"][:, 0] = 0.06 * np.arange(1, 17)
    values["sub_goal"][:] = (2.0, *rng.normal(0.0, 0.3, 2))
    values["max_speed_mps"][...] = 0.6
    return {**values, **changes}


def write_shard(folder: Path, states, *, seed=7, split="train", way="cheap", robot=None):
    """Write a shard of given states and return its path."""
    header = {
        "family": "home", "seed": seed, "split": split, "conditions": "standard", "way": way,
        "profile": "p", "code": "c", "robot": robot or ROBOT, "sources": ["mppi"],
        "leaf_radius_m": 0.02,
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"home-{seed}-standard-{way}.npz"
    write_planner_shard(path, states, header)
    return path


def write_folder(folder: Path, split="train", way="cheap", count=6, seed=7):
    """Write one shard of random states."""
    rng = np.random.default_rng(seed)
    return write_shard(folder, [state(rng) for _ in range(count)], seed=seed, split=split, way=way)
