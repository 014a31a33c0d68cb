"""Astra-Global as its parts become known: models first, then a map, and cameras at any time.

What takes long is loaded by whoever can wait, without changing anything here; what was loaded is
then taken, and joined with the cameras, in a moment.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from astra_core.camera import CameraRig
from astra_core.device import DeviceConfig
from astra_core.errors import ConfigError
from astra_core.loading import NO_PROGRESS, Progress
from astra_core.models import Models
from astra_core.stack_spec import StackSpec
from astra_global.config import AstraGlobalConfig
from astra_global.pipeline import AstraGlobal
from astra_global.questions import Questions
from astra_global.stack import (
    PreparedMap,
    build_global,
    build_localizer,
    load_global,
    prepare_map,
)
from astra_global.types import AstraMap

__all__ = ["GlobalAssembly", "LoadedParts"]


@dataclass(frozen=True, eq=False)
class LoadedParts:
    """What took long: the models, and the map where one was named."""

    models: Models
    prepared: PreparedMap | None = None


class GlobalAssembly:
    """Joins models, map and cameras, whichever comes last. Any thread may call it."""

    def __init__(
        self,
        spec: StackSpec,
        config: AstraGlobalConfig,
        device: DeviceConfig,
        questions: Questions,
    ) -> None:
        """Know nothing yet; the arguments are those of :mod:`astra_global.stack`."""
        self._spec, self._config, self._device = spec, config, device
        self._questions = questions
        self._lock = threading.Lock()
        self._models: Models | None = None
        self._prepared: PreparedMap | None = None
        self._rig: CameraRig | None = None
        self._pipeline: AstraGlobal | None = None

    @property
    def map(self) -> AstraMap | None:
        """Return the map that was taken last."""
        return None if self._prepared is None else self._prepared.map

    def load(self, map_folder: Path | None, progress: Progress = NO_PROGRESS) -> LoadedParts:
        """Load the models, and a map if one is named. Slow.

        Raises:
            AstraError: As :func:`load_global` and :func:`prepare_map`.
        """
        if map_folder is None:
            return LoadedParts(load_global(self._spec, self._config, self._device, progress))
        first = progress.part(0.0, 0.5)
        models = load_global(self._spec, self._config, self._device, first)
        return LoadedParts(models, self._prepare(map_folder, models, progress.part(0.5, 1.0)))

    def load_map(self, folder: Path) -> LoadedParts:
        """Load another map for the models that are there. Slow.

        Raises:
            ConfigError: The models are not there yet.
            MapFormatError: The map cannot be used.
            ConfigError: Not by this robot.
        """
        models = self._models
        if models is None:
            raise ConfigError("a map was sent before the models are loaded: send it again later")
        return LoadedParts(models, self._prepare(folder, models, NO_PROGRESS))

    def take(self, parts: LoadedParts) -> AstraGlobal | None:
        """Take what was loaded; a map replaces the one before. Quick.

        Returns:
            The stack, where it is new and complete.

        Raises:
            AstraError: It does not fit the cameras.
        """
        with self._lock:
            self._models = parts.models
            if parts.prepared is not None:
                self._prepared = parts.prepared
            return self._join()

    def see(self, rig: CameraRig) -> AstraGlobal | None:
        """Take the cameras; returns and raises as :meth:`take`. Quick."""
        with self._lock:
            self._rig = rig
            return self._join()

    def renew(self) -> AstraGlobal | None:
        """Return a stack that has seen nothing yet, of the same parts; ``None``: not complete."""
        with self._lock:
            self._pipeline = None
            return self._join()

    def _prepare(self, folder: Path, models: Models, progress: Progress) -> PreparedMap:
        from astra_global.map import load_map, require_map_for

        map_ = load_map(folder)
        require_map_for(map_, self._config.robot)
        progress(0.3)
        inner = progress.part(0.3, 0.9)
        prepared = prepare_map(self._spec, map_, self._config, models, inner)
        # For the cameras of the map, and thrown away: it opens the libraries that take long to
        # open (pycolmap, OpenCV), so that it is quick when the robot's own cameras are known.
        c = self._config.localize
        build_localizer(self._spec, prepared.places, prepared.places.rig, c, coarse=prepared.coarse)
        progress(1.0)
        return prepared

    def _join(self) -> AstraGlobal | None:
        prepared, rig, last = self._prepared, self._rig, self._pipeline
        if prepared is None or rig is None:
            return None
        if last is not None and last.map is prepared.map and last.rig is rig:
            return None
        self._pipeline = build_global(
            self._spec,
            prepared.map,
            rig,
            self._config,
            prepared=prepared,
            questions=self._questions,
        )
        return self._pipeline
