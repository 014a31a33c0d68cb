"""Save and load a map folder.

::

    map.yaml               schema version, frame, rig, provenance, checksums (its own included)
    graph.json             landmarks, nodes (with the covariance of their poses), edges, and links
    nodes/<id>_<camera>.jpg
    index/                 localization index
    dense/occupancy.npz    static 2D occupancy
"""

from __future__ import annotations

import glob
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from astra_core.camera import CameraRig
from astra_core.errors import ConfigError, MapFormatError
from astra_core.own_folder import FolderKind, new_folder, place_of
from astra_core.untrusted.files import read_bytes
from astra_core.untrusted.json_text import parse_json
from astra_core.untrusted.yaml_text import read_yaml
from astra_global.map import files, schema
from astra_global.map.occupancy_file import occupancy_from_bytes, occupancy_to_bytes
from astra_global.types import AstraMap

__all__ = ["MAP", "accept_edits", "load_map", "read_provenance", "save_map"]

FRAME = "map"
_EDITABLE = ("graph.json",)
_MOST_BYTES = 8 * 2**30
_KEYS = {"schema_version", "frame", "rig", "provenance", "checksums", "checksum"}


def save_map(astra_map: AstraMap, folder: Path | str, *, assets: Path | None = None) -> AstraMap:
    """Write a map; what was at ``folder`` is replaced only when everything is on disk.

    Args:
        astra_map: The map. A record that :func:`load_map` would refuse is refused here.
        folder: Where it goes. Only an empty folder or a map that is sound as far as its
            ``map.yaml`` tells, without any other file in it, is replaced.
        assets: Folder whose ``nodes/`` and ``index/`` are copied; the map's own by default.

    Returns:
        The same map with its folder.

    Raises:
        MapFormatError: The map contradicts itself (dangling ids, NaN, ...).
        ConfigError: Something else lies at ``folder``; it stays as it is.
    """
    folder = place_of(folder, MAP)
    graph = schema.graph_to_data(astra_map.nodes, astra_map.edges, astra_map.landmarks)
    schema.graph_from_data(graph, "the map to save")
    assets = assets if assets is not None else astra_map.folder
    with new_folder(folder, MAP) as temporary:
        for name in ("nodes", "index"):
            if assets is not None and (assets / name).is_dir():
                shutil.copytree(assets / name, temporary / name)
        (temporary / "graph.json").write_text(_graph_text(graph), encoding="utf-8")
        if astra_map.occupancy is not None:
            (temporary / "dense").mkdir()
            data = occupancy_to_bytes(astra_map.occupancy)
            (temporary / "dense" / "occupancy.npz").write_bytes(data)
        checksums = {
            str(path.relative_to(temporary)): files.file_checksum(path.read_bytes())
            for path in sorted(temporary.rglob("*"))
            if path.is_file()
        }
        head = {
            "schema_version": schema.SCHEMA_VERSION,
            "frame": FRAME,
            "rig": astra_map.rig.to_dict(),
            "provenance": _plain(astra_map.provenance),
            "checksums": checksums,
        }
        (temporary / "map.yaml").write_bytes(_head_bytes(head))
        load_map(temporary)
    return load_map(folder, verify=False)


def load_map(folder: Path | str, *, verify: bool = True) -> AstraMap:
    """Read a map.

    Args:
        folder: Where it is.
        verify: Compare every file with its checksum and every picture with the rig; turn off only
            for a map that was verified a moment ago.

    Raises:
        MapFormatError: Anything is missing, damaged, dangling or of another version; the message
            names file and place.
    """
    return _load(Path(folder), verify=verify, trusted=lambda name: True)


def read_provenance(folder: Path | str) -> dict[str, Any]:
    """Return where the poses and landmarks of a map came from; nothing else is read or verified.

    Args:
        folder: Where the map is.

    Raises:
        MapFormatError: There is no ``map.yaml`` that says so.
    """
    provenance: dict[str, Any] = _read_head(Path(folder), signed=True)["provenance"]
    return provenance


def accept_edits(folder: Path | str) -> list[str]:
    """Accept changes made by hand to ``graph.json`` and ``map.yaml``: check them, then sign them.

    Pictures, index and occupancy are made by programs; a change there stays an error.

    Returns:
        The names of the files that were changed.

    Raises:
        MapFormatError: The edited map is not valid; nothing is written.
    """
    folder = Path(folder)
    _load(folder, verify=True, trusted=lambda name: name not in (*_EDITABLE, "map.yaml"))
    head = _read_head(folder, signed=False)
    changed = []
    if head.get("checksum") != _signature(head):
        changed.append("map.yaml")
    for name in _EDITABLE:
        checksum = files.file_checksum(_read_bytes(folder / name))
        if checksum != head["checksums"].get(name):
            head["checksums"][name] = checksum
            changed.append(name)
    if changed:
        files.write_bytes(folder / "map.yaml", _head_bytes(head))
    return changed


def _load(folder: Path, *, verify: bool, trusted: Callable[[str], bool]) -> AstraMap:
    if not folder.is_dir():
        # Only where the file system cannot exchange two folders in one step.
        name = glob.escape(folder.name)
        kept = [path.parent for path in folder.parent.glob(f".{name}.*/old/map.yaml")]
        hint = f"; saving was interrupted: the map before it is in {kept[0]}" if kept else ""
        raise MapFormatError(f"{folder}: there is no such map folder{hint}")
    head = _read_head(folder, signed=trusted("map.yaml"))
    rig = _read_rig(head["rig"], folder / "map.yaml")
    checksums = head["checksums"]
    for name in ("graph.json",):
        if name not in checksums:
            raise MapFormatError(f"{folder / 'map.yaml'}: checksums: lacks {name}")
    contents = {}
    for name, expected in checksums.items():
        if not verify and name not in ("graph.json", "dense/occupancy.npz"):
            continue
        data = _read_bytes(folder / name)
        if verify and trusted(name) and files.file_checksum(data) != expected:
            hint = "; if you edited it: ./astra map check --accept-edits" * (name in _EDITABLE)
            raise MapFormatError(f"{folder / name}: damaged or changed (wrong checksum){hint}")
        if not name.startswith(("nodes/", "index/")):
            contents[name] = data
    path = folder / "graph.json"
    graph = parse_json(contents["graph.json"], str(path), MapFormatError)
    nodes, edges, landmarks = schema.graph_from_data(graph, str(path), head["schema_version"])
    occupancy = None
    if "dense/occupancy.npz" in contents:
        occupancy = occupancy_from_bytes(
            contents["dense/occupancy.npz"], folder / "dense" / "occupancy.npz"
        )
    result = AstraMap(
        nodes, edges, landmarks, rig, head["provenance"], folder=folder, occupancy=occupancy
    )
    if verify:
        _check_pictures(result, folder, checksums)
    return result


def _read_bytes(path: Path) -> bytes:
    # The index of a large map is large, and as large on disk as in memory.
    return read_bytes(path, MapFormatError, most_bytes=_MOST_BYTES)


def _read_head(folder: Path, *, signed: bool) -> dict[str, Any]:
    path = folder / "map.yaml"
    head = read_yaml(path, MapFormatError)
    if not isinstance(head, dict):
        raise MapFormatError(f"{path}: must be a mapping")
    version = head.get("schema_version")
    # The type as well: True equals 1, and so does 1.0.
    if type(version) is not int or version not in schema.READABLE_VERSIONS:
        readable = " and ".join(map(str, schema.READABLE_VERSIONS))
        raise MapFormatError(
            f"{path}: schema_version: this program reads versions {readable}, "
            f"the map has {version!r}"
        )
    wrong = sorted(map(str, head.keys() ^ _KEYS))
    if wrong:
        raise MapFormatError(f"{path}: unknown or missing: {', '.join(wrong)}")
    if head["frame"] != FRAME:
        raise MapFormatError(f"{path}: frame: must be {FRAME!r}, got {head['frame']!r}")
    if not isinstance(head["provenance"], dict):
        raise MapFormatError(f"{path}: provenance: must be a mapping")
    checksums = head["checksums"]
    if not isinstance(checksums, dict) or not all(
        isinstance(name, str) and isinstance(value, str) for name, value in checksums.items()
    ):
        raise MapFormatError(f"{path}: checksums: must map file names to SHA-256")
    for name in checksums:
        parts = Path(name).parts
        # A name must not lead out of the map, nor confuse the file system.
        if not parts or name.startswith("/") or ".." in parts or "\0" in name:
            raise MapFormatError(f"{path}: checksums: {name!r} is not a file of the map")
    if signed and head["checksum"] != _signature(head, path):
        raise MapFormatError(
            f"{path}: damaged or changed (wrong checksum); "
            "if you edited it: ./astra map check --accept-edits"
        )
    return head


def _own_files(folder: Path) -> list[str]:
    """Return the files of a map that its signed ``map.yaml`` names; nothing where there is none."""
    try:
        head = _read_head(folder, signed=True)
    except MapFormatError:
        return []
    # Folders of a map may be empty.
    return ["map.yaml", *head["checksums"], "nodes/", "index/", "dense/"]


MAP = FolderKind("map", _own_files)


def _signature(head: Mapping[str, Any], path: Path | None = None) -> str:
    try:
        return files.content_checksum({k: v for k, v in head.items() if k != "checksum"})
    except (TypeError, ValueError, RecursionError) as error:
        raise MapFormatError(f"{path or 'map.yaml'}: {error}") from error


def _head_bytes(head: Mapping[str, Any]) -> bytes:
    body = {key: value for key, value in head.items() if key != "checksum"}
    signed = {**body, "checksum": _signature(body)}
    return yaml.safe_dump(signed, sort_keys=False, allow_unicode=True, width=100).encode()


def _read_rig(data: Any, path: Path) -> CameraRig:
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise MapFormatError(f"{path}: rig: must be a list of cameras")
    try:
        rig = CameraRig.from_dict(data)
    except (ConfigError, OverflowError) as error:
        raise MapFormatError(f"{path}: rig: {error}") from error
    for camera in rig.cameras:
        if not np.all(np.isfinite(camera.t_base_optical)):
            raise MapFormatError(f"{path}: rig: the pose of camera {camera.name} is not finite")
    return rig


def _check_pictures(astra_map: AstraMap, folder: Path, checksums: Mapping[str, str]) -> None:
    from PIL import Image

    # A map without any picture (no camera tour) is whole; one with some of them is damaged.
    if not any(name.startswith("nodes/") for name in checksums):
        return
    for node in astra_map.nodes:
        for camera in astra_map.rig.cameras:
            name = f"nodes/{node.id}_{camera.name}.jpg"
            if name not in checksums:
                raise MapFormatError(f"{folder / name}: missing (not in the map's checksums)")
            expected = (camera.intrinsics.width_px, camera.intrinsics.height_px)
            try:
                with Image.open(folder / name, formats=("JPEG",)) as image:
                    size = image.size
            except Exception as error:  # PIL lets what its decoders meet escape
                raise MapFormatError(f"{folder / name}: not a picture: {error}") from error
            if size != expected:
                raise MapFormatError(
                    f"{folder / name}: is {size[0]}x{size[1]} px, camera {camera.name} has "
                    f"{expected[0]}x{expected[1]}"
                )


def _graph_text(graph: Mapping[str, Any]) -> str:
    # One record a line: a hand edit is one line of a diff.
    parts = []
    for name, records in graph.items():
        lines = ",\n".join(
            "  " + json.dumps(record, ensure_ascii=False, allow_nan=False) for record in records
        )
        parts.append(f'"{name}": [\n{lines}\n]')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _plain(data: Any) -> Any:
    return json.loads(json.dumps(data, default=_to_plain))


def _to_plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, (Path, os.PathLike)):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not plain data")
