"""Self-localization: camera pictures and a map give poses with odds, or a refusal."""

from astra_global.localize.baselines import PnpLocalizer, RetrievalLocalizer
from astra_global.localize.config import FeatureConfig, JudgeConfig, LocalizeConfig, SignConfig
from astra_global.localize.localizer import Localizer

__all__ = [
    "FeatureConfig",
    "JudgeConfig",
    "LocalizeConfig",
    "Localizer",
    "PnpLocalizer",
    "RetrievalLocalizer",
    "SignConfig",
]
