"""The map of a simulated scene: toured, built and kept, so that a second start takes no time.

The cache key holds everything the map depends on: what is in the scene, the sensor profile, and
the code that tours and maps it, with all that it imports. A map made by other code is never taken
for this one's.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from astra_cli.import_closure import import_closure
from astra_core.errors import AstraError, ConfigError, MapFormatError

if TYPE_CHECKING:
    from astra_sim.scenes.types import Scene

__all__ = [
    "MAKERS",
    "KeptMaps",
    "MapsOfKind",
    "ensure_scene_map",
    "map_cache_folder",
    "map_kind",
    "quiet_scene_map",
]

_ROOT = Path(__file__).resolve().parent.parent
#: Where the code that makes a map of a scene begins; all that it imports belongs to it.
MAKERS = (
    "astra_sim.tour.recorder",
    "astra_global.mapping.build",
    "astra_global.mapping.oracle",
)
_LIMIT_VARIABLE = "ASTRA_MAP_CACHE_GB"
_LIMIT_GB = 20.0
_IN_USE_S = 2.0 * 3600.0

Progress = Callable[[float, str], None]


def map_cache_folder() -> Path:
    """Return where maps of scenes are kept: ``$XDG_CACHE_HOME/astra/maps``."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "astra" / "maps"


def ensure_scene_map(family: str, seed: int, progress: Progress) -> Path:
    """Return the folder of the map of a scene; tour the scene and build the map where it is new.

    Interrupted, it leaves the finished stages and goes on from there next time. Two processes that
    want the same map make it once. Maps that were not used for long make room for new ones when
    all together take more than ``$ASTRA_MAP_CACHE_GB`` (20).

    Args:
        family: Scene family.
        seed: Scene seed.
        progress: Called with a share in [0, 1] and what is being done.

    Raises:
        SceneError: There is no such scene.
        AstraError: Touring or building failed.
    """
    from astra_global.map import check_map
    from astra_global.mapping.build import build_map
    from astra_global.mapping.oracle import AnnotatedLandmarks, TopicPoses
    from astra_sim.profile import load_profile
    from astra_sim.scenes import make_scene
    from astra_sim.tour import record_tour

    profile = load_profile()
    scene = make_scene(family, seed)
    folder = map_cache_folder() / f"{family}-{seed}-{_fingerprint(scene, profile.sha256)}"
    with _locked(folder, progress):
        if (folder / "map" / "map.yaml").is_file():
            problems = check_map(folder / "map")
            if not problems:
                return folder / "map"
            progress(0.0, f"the kept map is damaged ({problems[0]}): making it again")
            shutil.rmtree(folder)
        bag = folder / "tour"
        if not (bag / "landmarks.yaml").is_file():
            record_tour(scene, profile, bag, lambda share, text: progress(0.6 * share, text))
        build_map(
            bag,
            folder / "map",
            poses=TopicPoses(bag),
            landmarks=AnnotatedLandmarks(bag / "landmarks.yaml"),
            progress=lambda share, text: progress(0.6 + 0.4 * share, text),
        )
        problems = check_map(folder / "map")
        if problems:
            raise MapFormatError(f"the map just built in {folder} is not sound: {problems[0]}")
        shutil.rmtree(bag)
        _make_room(folder)
    return folder / "map"


def quiet_scene_map(family: str, seed: int) -> Path:
    """Return the folder of the map of a scene without telling how it comes about."""
    return ensure_scene_map(family, seed, lambda share, text: None)


@dataclass(frozen=True)
class MapsOfKind:
    """Maps whose own provenance is that of the table they are used for; others are refused.

    Attributes:
        kind: ``oracle`` or ``built``.
        source: From family and scene seed to the folder of the map.
    """

    kind: str
    source: Callable[[str, int], Path] = quiet_scene_map

    def __call__(self, family: str, seed: int) -> Path:
        """Return the folder of the map of a scene.

        Raises:
            ConfigError: The map was made in another way.
        """
        folder = self.source(family, seed)
        kind = map_kind(folder)
        if kind != self.kind:
            raise ConfigError(
                f"{folder} is a map of kind {kind!r}, but --map {self.kind} was asked"
            )
        return folder


def map_kind(folder: Path) -> str:
    """Return what a map says of how it was made: ``oracle`` or ``built``.

    Raises:
        MapFormatError: There is no map, or it does not say.
    """
    from astra_global.map import read_provenance

    kind = read_provenance(folder).get("map")
    if not isinstance(kind, str):
        raise MapFormatError(f"{folder / 'map.yaml'}: provenance: does not say how it was made")
    return kind


@dataclass(frozen=True)
class KeptMaps:
    """Maps that were made before, maybe by other code: nothing is toured, nothing is built.

    Attributes:
        folder: With a folder ``FAMILY-SEED-*/map`` for each scene, as in the cache.
    """

    folder: Path

    def __call__(self, family: str, seed: int) -> Path:
        """Return the folder of the map of a scene.

        Raises:
            ConfigError: There is no map of the scene, or more than one.
        """
        found = sorted(self.folder.glob(f"{family}-{seed}-*/map/map.yaml"))
        if len(found) != 1:
            raise ConfigError(
                f"{self.folder} must hold one map of {family} {seed} "
                f"({family}-{seed}-*/map), but holds {len(found)}"
            )
        return found[0].parent


def _fingerprint(scene: Scene, profile_sha256: str) -> str:
    from astra_global.localize.config import FeatureConfig

    settings = (profile_sha256, FeatureConfig(), scene.bounds_m, scene.rooms)
    digest = hashlib.sha256(repr((*settings, scene.objects, scene.landmarks)).encode())
    for name, image in sorted(scene.textures.items()):
        digest.update(f"{name}{image.shape}".encode())
        digest.update(image.tobytes())
    digest.update(_code_sha256(_ROOT).encode())
    return digest.hexdigest()[:12]


@cache
def _code_sha256(root: Path) -> str:
    """Return the hash of all code that makes a map, read from its imports."""
    digest = hashlib.sha256()
    for name in import_closure(MAKERS, root):
        digest.update(f"{name}\n".encode())
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def _make_room(kept: Path) -> None:
    """Remove the maps unused for longest until the others fit into the limit."""
    text = os.environ.get(_LIMIT_VARIABLE, "") or str(_LIMIT_GB)
    try:
        left = float(text) * 1e9
    except ValueError as error:
        raise ConfigError(f"{_LIMIT_VARIABLE} must be a number of gigabytes: {text!r}") from error
    folders = [path for path in kept.parent.iterdir() if path.is_dir()]
    used = {path: _lock_file(path).stat().st_mtime for path in folders if _lock_file(path).exists()}
    for folder in sorted(used, key=lambda path: used[path], reverse=True):
        left -= _size_bytes(folder)
        if left < 0.0 and folder != kept and time.time() - used[folder] > _IN_USE_S:
            with _lock_file(folder).open("a") as lock:
                if _taken(lock):
                    shutil.rmtree(folder, ignore_errors=True)


def _size_bytes(folder: Path) -> int:
    """Return the size of the files in a folder in which another process may be at work."""
    size = 0
    for place, _, names in os.walk(folder):  # says nothing about folders that vanish meanwhile
        for name in names:
            with suppress(FileNotFoundError):
                size += Path(place, name).lstat().st_size
    return size


def _lock_file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def _taken(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _locked(folder: Path, progress: Progress) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _lock_file(folder).open("a")
        # Says when the map was last used.
        os.utime(_lock_file(folder))
    except OSError as error:
        raise AstraError(f"cannot keep maps in {folder.parent}: {error.strerror}") from error
    with lock:
        if not _taken(lock):
            progress(0.0, "waiting for another process that makes this map")
            fcntl.flock(lock, fcntl.LOCK_EX)
        # Whoever makes room may have removed it before the lock was ours.
        folder.mkdir(parents=True, exist_ok=True)
        yield
