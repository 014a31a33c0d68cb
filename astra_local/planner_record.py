"""The planner record: what one state of a planner's training data holds; its writer and reader.

A shard holds the N states of one scene. All arrays have N as their first axis.

Letters
    N states; H = 4 moments of the past (0, -0.5, -1.0, -1.5 s); T = 16 steps of 0.2 s; S = T + 1
    moments (0, 0.2, .. 3.2 s); P = 8 people; M = 8 movers; L = 2 door leaves; R = 16 route points;
    Y = X = 64 cells of the window; W = Y * X / 8 bytes, ``np.packbits`` of the cells in C order.

Frame
    ego: ``base_link`` at the moment of the state, x forward, y left; metres, radians in (-pi, pi].
    All H pictures are in that one frame, so the robot's own motion is taken out of them. Cells are
    indexed [y, x] with index 0 at the lowest coordinate: see :data:`astra_local.voxel.ego_window`.

Groups
    sensed: all that a planner may be given; nothing of it comes from the truth but by the senses.
    expert: what the privileged expert did, and how near it came to touching.
    truth: for losses, scores and pictures only.
    book: where the state comes from.

Padding: who is not there stands at (100, 100) m with radius 0, so that distances stay finite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import ShapeError, ShardError
from astra_core.shard_file import read_shard, write_shard
from astra_local.voxel.ego_window import WINDOW

__all__ = [
    "FAR_M",
    "FIELDS",
    "HISTORY_S",
    "KIND",
    "NUM_LEAVES",
    "NUM_MOVERS",
    "NUM_PEOPLE",
    "NUM_ROUTE",
    "NUM_STEPS",
    "ROUTE_STEP_M",
    "SCHEMA",
    "STEP_S",
    "Field",
    "PlannerStates",
    "pack_cells",
    "read_planner_shard",
    "unpack_cells",
    "write_planner_shard",
]

SCHEMA = 1
KIND = "planner"

#: Moments of the occupancies, seconds from the state.
HISTORY_S = (0.0, -0.5, -1.0, -1.5)
#: Steps of a trajectory and the time between them.
NUM_STEPS, STEP_S = 16, 0.2
NUM_PEOPLE, NUM_MOVERS, NUM_LEAVES = 8, 8, 2
#: Points of the route and the way between them.
NUM_ROUTE, ROUTE_STEP_M = 16, 0.2
#: Where those stand who are not there, both coordinates.
FAR_M = 100.0

_MOMENTS = NUM_STEPS + 1
_BYTES = WINDOW.shape[0] * WINDOW.shape[1] // 8


class Field(NamedTuple):
    """One array of the record: group, dtype, shape behind N, and what it means."""

    group: str
    dtype: str
    shape: tuple[int, ...]
    text: str


#: Every array of a shard.
FIELDS: dict[str, Field] = {
    "occupied": Field(
        "sensed", "u1", (len(HISTORY_S), _BYTES), "(N,H,W) bits: occupied, people included"
    ),
    "known": Field("sensed", "u1", (_BYTES,), "(N,W) bits: seen free or occupied by now"),
    "speed": Field("sensed", "f4", (2,), "(N,2) v m/s and w rad/s as odometry tells"),
    "sub_goal": Field("sensed", "f4", (3,), "(N,3) x, y, theta of the sub-goal"),
    "is_final": Field("sensed", "u1", (), "(N,) 1: the goal itself, else theta is the route's"),
    "max_speed_mps": Field("sensed", "f4", (), "(N,) speed limit of the request"),
    "movers": Field(
        "sensed", "f4", (NUM_MOVERS, 5), "(N,M,5) x, y, vx, vy, radius of who is seen to walk"
    ),
    "num_movers": Field("sensed", "u1", (), "(N,) how many of them are real"),
    "expert_poses": Field("expert", "f4", (NUM_STEPS, 3), "(N,T,3) x, y, theta at 0.2 .. 3.2 s"),
    "expert_speeds": Field(
        "expert", "f4", (NUM_STEPS, 2), "(N,T,2) mean v, w over the step that ends there"
    ),
    "expert_source": Field("expert", "u1", (), "(N,) index into the header's sources"),
    "expert_static_gap_m": Field(
        "expert", "f4", (), "(N,) least gap of the footprint to what stands, at most 2"
    ),
    "expert_people_gap_m": Field(
        "expert", "f4", (), "(N,) the same to people where they really went, at most 2"
    ),
    "true_speed": Field("truth", "f4", (2,), "(N,2) v m/s, w rad/s"),
    "people": Field(
        "truth", "f4", (NUM_PEOPLE, _MOMENTS, 2), "(N,P,S,2) positions at 0 .. 3.2 s, nearest first"
    ),
    "people_radius": Field("truth", "f4", (NUM_PEOPLE,), "(N,P) radius; 0 where nobody is"),
    "num_people": Field("truth", "u1", (), "(N,) how many of them are real"),
    "leaves": Field(
        "truth", "f4", (NUM_LEAVES, _MOMENTS, 2, 2), "(N,L,S,2,2) both ends of door leaves"
    ),
    "sdf_cm": Field(
        "truth", "i1", WINDOW.shape, "(N,Y,X) signed distance to what stands, cm, -127 .. 127"
    ),
    "route": Field(
        "truth", "f4", (NUM_ROUTE, 2), "(N,R,2) the way, 0.2 m apart; repeats its end at the goal"
    ),
    "route_left_m": Field("truth", "f4", (), "(N,) length of the way that is left"),
    "goal": Field("truth", "f4", (3,), "(N,3) x, y, theta of the final goal"),
    "pose": Field("truth", "f4", (3,), "(N,3) of the robot in map; for pictures"),
    "drive": Field("book", "u2", (), "(N,) which drive of the scene"),
    "tick": Field("book", "u2", (), "(N,) tenths of a second since the drive began"),
    "kicked": Field("book", "u1", (), "(N,) 1: pose and speed were perturbed just now"),
}

_HEADER_KEYS = (
    *("schema", "kind", "family", "seed", "split", "conditions", "way", "profile", "code"),
    *("robot", "sources", "leaf_radius_m"),
)
#: What the statistics leave out: bits, and what is no quantity.
_NO_STATISTICS = ("occupied", "known", "pose", "expert_source", "drive", "tick", "sdf_cm")


@dataclass(frozen=True, eq=False)
class PlannerStates:
    """States of one scene.

    Attributes:
        arrays: By the keys of :data:`FIELDS`.
        meta: The header: schema, kind, family, seed, split (of the seed), conditions, way
            (``cheap``, ``true`` or ``bag``), profile and code (hashes), robot (footprint and
            limits), sources (of expert trajectories), leaf_radius_m (half a leaf's thickness),
            count and statistics.
    """

    arrays: dict[str, NDArray[Any]]
    meta: dict[str, Any]

    def __len__(self) -> int:
        """Return N."""
        return len(self.arrays["speed"])

    def occupied(self) -> NDArray[np.bool_]:
        """Return the occupancies ``(N, H, Y, X)``."""
        return unpack_cells(self.arrays["occupied"])

    def known(self) -> NDArray[np.bool_]:
        """Return what was seen by now ``(N, Y, X)``."""
        return unpack_cells(self.arrays["known"])

    def sdf_m(self) -> NDArray[np.float32]:
        """Return the true signed distance to what stands ``(N, Y, X)``, metres."""
        return self.arrays["sdf_cm"].astype(np.float32) * np.float32(0.01)


def pack_cells(cells: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Pack windows ``(*, Y, X)`` into bytes ``(*, W)``."""
    return np.packbits(cells.reshape(*cells.shape[:-2], -1), axis=-1)


def unpack_cells(packed: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Undo :func:`pack_cells`."""
    return np.unpackbits(packed, axis=-1).reshape(*packed.shape[:-1], *WINDOW.shape).view(np.bool_)


def write_planner_shard(
    path: Path, states: Sequence[Mapping[str, Any]], header: Mapping[str, Any]
) -> None:
    """Write the states of a scene.

    Args:
        path: The shard.
        states: One mapping for each state, by the keys of :data:`FIELDS`, without N.
        header: All keys but schema, kind, count and statistics, see :class:`PlannerStates`.

    Raises:
        ShapeError: An array has not the shape of the contract, or holds what is not finite.
        ShardError: A key is missing or too many.
    """
    arrays = {}
    for key, field in FIELDS.items():
        try:
            stacked = np.array([state[key] for state in states], dtype=field.dtype)
        except KeyError as error:
            raise ShardError(f"{path}: a planner state lacks {key!r}") from error
        # Without states numpy cannot know the shape.
        arrays[key] = stacked.reshape(len(states), *field.shape) if not states else stacked
    full = {"schema": SCHEMA, "kind": KIND, **header, "count": len(states)}
    _check(path, arrays, full)
    write_shard(path, arrays, {**full, "statistics": _statistics(arrays)})


def read_planner_shard(path: Path) -> PlannerStates:
    """Read the states of a scene.

    Raises:
        ShardError: The file is missing, damaged, of another kind or schema, or lacks something.
        ShapeError: An array has not the shape of the contract.
    """
    arrays, header = read_shard(path)
    _check(path, arrays, header)
    return PlannerStates(arrays, header)


def _check(path: Path, arrays: Mapping[str, NDArray[Any]], header: Mapping[str, Any]) -> None:
    if header.get("kind") != KIND:
        raise ShardError(f"{path} holds {header.get('kind')!r}, not planner states")
    if header.get("schema") != SCHEMA:
        raise ShardError(
            f"{path} has schema {header.get('schema')} of planner states, this code reads "
            f"{SCHEMA}: generate it anew"
        )
    missing = sorted({*FIELDS, *_HEADER_KEYS} - {*arrays, *header})
    if missing:
        raise ShardError(f"{path} lacks {', '.join(missing)}")
    if set(arrays) - set(FIELDS):
        raise ShardError(f"{path} has unknown arrays: {', '.join(sorted(set(arrays) - {*FIELDS}))}")
    for key, field in FIELDS.items():
        wanted = (header["count"], *field.shape)
        array = arrays[key]
        if array.shape != wanted or array.dtype != np.dtype(field.dtype):
            raise ShapeError(
                f"{path}: {key}",
                expected=f"{np.dtype(field.dtype)} {wanted}",
                actual=f"{array.dtype} {array.shape}",
            )
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ShapeError(f"{path}: {key}", expected="finite", actual="NaN or infinity")


def _statistics(arrays: Mapping[str, NDArray[Any]]) -> dict[str, dict[str, Any]]:
    """Return mean, standard deviation and range of each component over those who are there."""
    found: dict[str, dict[str, Any]] = {}
    for key, array in arrays.items():
        if key in _NO_STATISTICS or not len(array):
            continue
        values = array.astype(np.float64).reshape(-1, array.shape[-1] if array.ndim > 1 else 1)
        if key in ("movers", "people", "leaves"):
            values = values[values[:, 0] != FAR_M]
        elif key == "people_radius":
            values = values.reshape(-1, 1)[values.ravel() > 0.0]
        if not len(values):
            continue
        found[key] = {
            "mean": np.round(values.mean(axis=0), 5).tolist(),
            "std": np.round(values.std(axis=0), 5).tolist(),
            "min": np.round(values.min(axis=0), 5).tolist(),
            "max": np.round(values.max(axis=0), 5).tolist(),
        }
    for key in ("occupied", "known"):
        if len(arrays[key]):
            share = np.unpackbits(arrays[key].reshape(len(arrays[key]), -1)).mean()
            found[key] = {"mean": round(float(share), 5)}
    return found
