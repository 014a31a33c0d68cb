"""Topics that are called otherwise on a robot: one file, from which every node gets its remaps.

The file maps Astra's name of a topic to the robot's (``config/topics.yaml`` lists them all), as in
``imu: /imu/data``. ``{camera}`` stands for each camera of the rig, on both sides. Nothing here
imports ROS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from astra_cli.topic_table import CAMERA, HEARD, TOPICS
from astra_core.config import read_yaml
from astra_core.errors import ConfigError
from astra_core.parameter_sections import closest

__all__ = ["CAMERA_FIELD", "read_topics", "renameable"]

CAMERA_FIELD = "{camera}"
_COMPRESSED = "/compressed"
# The rules of ROS 2 for names; `~` is no use where every node gets the same remaps.
_NAME = re.compile(r"/?[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*")


def renameable() -> dict[str, str]:
    """Return Astra's names, ``{camera}`` in those of cameras, with what each carries.

    What a robot brings comes first: what the simulator publishes in its place.
    """
    brought = [row for row in TOPICS if "astra_sim" in row.nodes and len(row.nodes) == 1]
    rows = [(row.name, row.type.replace("/msg", "")) for row in (*brought, *HEARD)]
    rows += [(row.name, row.about) for row in TOPICS if row not in brought]
    return {name.replace(CAMERA, CAMERA_FIELD): about for name, about in rows}


def read_topics(path: Path, cameras: Sequence[str]) -> list[tuple[str, str]]:
    """Return the (from, to) pairs of a file of topics; what keeps its name is left out.

    Compressed images follow their ``image_raw``, unless the file says where they are.

    Args:
        path: The file.
        cameras: The cameras of the robot.

    Raises:
        ConfigError: It cannot be read, a name is none of Astra's (the closest is suggested) or no
            name at all, or two topics would become one.
    """
    data = read_yaml(path)
    if not isinstance(data, Mapping):
        raise ConfigError(f"{path}: expected topics, as in `imu: /imu/data`")
    known = _known(cameras)
    pairs: dict[str, str] = {}
    for key, value in data.items():
        name = str(key)
        if name not in known and name not in renameable():
            meant = closest(name, [*renameable(), *known])
            hint = f"did you mean {meant!r}?" if meant else "config/topics.yaml lists all"
            raise ConfigError(f"{path}: Astra has no topic {name!r}; {hint}")
        if not isinstance(value, str) or not _NAME.fullmatch(value.replace(CAMERA_FIELD, "x")):
            raise ConfigError(f"{path}: {name}: {value!r} is no name of a topic")
        if CAMERA_FIELD in value and CAMERA_FIELD not in name:
            raise ConfigError(f"{path}: {name} is one topic, {value!r} would be one per camera")
        for camera in cameras if CAMERA_FIELD in name else ("",):
            own = name.replace(CAMERA_FIELD, camera)
            # What names a camera says more than what is for all of them, wherever it stands.
            if (own == name or own not in data) and value != name:
                pairs[own] = value.replace(CAMERA_FIELD, camera)
    for name in [name for name in pairs if name.endswith("/image_raw")]:
        pairs.setdefault(name + _COMPRESSED, pairs[name] + _COMPRESSED)
    _require_apart(path, {**{name: name for name in known}, **pairs})
    return [(name, other) for name, other in pairs.items() if name != other]


def _known(cameras: Sequence[str]) -> list[str]:
    """Return all names on a robot with these cameras."""
    names = renameable()
    return [
        name.replace(CAMERA_FIELD, camera)
        for name in names
        for camera in (cameras if CAMERA_FIELD in name else ("",))
    ]


def _require_apart(path: Path, names: Mapping[str, str]) -> None:
    """Refuse names of which two topics would become one."""
    owners: dict[str, str] = {}
    for name, other in names.items():
        # Without a namespace a relative name is the same as an absolute one.
        first = owners.setdefault(other.lstrip("/"), name)
        if first != name:
            raise ConfigError(f"{path}: {first} and {name} would both be {other}")
