"""Build a map from one tour of a building. Start reading at :mod:`astra_global.mapping.build`."""

from astra_global.mapping.build import build_map
from astra_global.mapping.config import MappingConfig
from astra_global.mapping.report import BuildReport
from astra_global.mapping.sources import LandmarkSource, PoseSource, SourceError

__all__ = [
    "BuildReport",
    "LandmarkSource",
    "MappingConfig",
    "PoseSource",
    "SourceError",
    "build_map",
]
