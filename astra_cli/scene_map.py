"""The map of a simulated scene: toured, built and kept, so that a second start takes no time.

The cache key holds everything the map depends on: the scene, the sensor profile and the code of
simulator and mapping. A map made by other code is never taken for this one's.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from astra_core.errors import AstraError, MapFormatError

__all__ = ["ensure_scene_map", "map_cache_folder"]

_ROOT = Path(__file__).resolve().parent.parent
_SOURCES = (
    "astra_core",
    "astra_sim",
    "astra_global/types",
    "astra_global/map",
    "astra_global/mapping",
    "astra_global/localize",
)

Progress = Callable[[float, str], None]


def map_cache_folder() -> Path:
    """Return where maps of scenes are kept: ``$XDG_CACHE_HOME/astra/maps``."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "astra" / "maps"


def ensure_scene_map(family: str, seed: int, progress: Progress) -> Path:
    """Return the folder of the map of a scene; tour the scene and build the map where it is new.

    Interrupted, it leaves the finished stages and goes on from there next time. Two processes that
    want the same map make it once.

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
    from astra_sim.profile import load_profile
    from astra_sim.scenes import make_scene
    from astra_sim.tour import record_tour

    profile = load_profile()
    scene = make_scene(family, seed)
    folder = map_cache_folder() / f"{family}-{seed}-{_fingerprint(profile.sha256)}"
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
            bag / "landmarks.yaml",
            folder / "map",
            progress=lambda share, text: progress(0.6 + 0.4 * share, text),
        )
        problems = check_map(folder / "map")
        if problems:
            raise MapFormatError(f"the map just built in {folder} is not sound: {problems[0]}")
        shutil.rmtree(bag)
    return folder / "map"


def _fingerprint(profile_sha256: str) -> str:
    digest = hashlib.sha256(profile_sha256.encode())
    for name in _SOURCES:
        for path in sorted((_ROOT / name).rglob("*")):
            if path.suffix in (".py", ".yaml") and not {"__pycache__", "ros"} & set(path.parts):
                digest.update(str(path.relative_to(_ROOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def _locked(folder: Path, progress: Progress) -> Iterator[None]:
    import fcntl

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder.parent / f"{folder.name}.lock").open("w")
    except OSError as error:
        raise AstraError(f"cannot keep maps in {folder.parent}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(0.0, "waiting for another process that makes this map")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
