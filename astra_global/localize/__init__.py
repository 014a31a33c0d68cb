"""Self-localization: camera pictures and a map give a pose, without any prior, or a refusal."""

from astra_global.localize.config import FeatureConfig, LocalizeConfig
from astra_global.localize.localizer import Localizer

__all__ = ["FeatureConfig", "LocalizeConfig", "Localizer"]
