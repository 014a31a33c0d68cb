"""Weights of learned parts: safetensors files, each set with a card that says what it is.

Needs neither torch nor the ``safetensors`` package: the arrays are NumPy's, and networks take them
from here. ``docs/weights.md`` is for people who make or choose weights.
"""

from astra_core.weights.card import CARD_SUFFIX, ModelCard, Port, read_card
from astra_core.weights.fit import check_profile, check_rig, check_robot, robot_on_card
from astra_core.weights.locate import find_card, shipped_weights
from astra_core.weights.placing import require_own_weights
from astra_core.weights.store import FLOATS, TensorSpec, Weights, load_weights, save_weights
from astra_core.weights.survey import SurveyedWeights, survey
from astra_core.weights.tensor_file import TensorFile, read_tensor_file

__all__ = [
    "CARD_SUFFIX",
    "FLOATS",
    "ModelCard",
    "Port",
    "SurveyedWeights",
    "TensorFile",
    "TensorSpec",
    "Weights",
    "check_profile",
    "check_rig",
    "check_robot",
    "find_card",
    "load_weights",
    "read_card",
    "read_tensor_file",
    "require_own_weights",
    "robot_on_card",
    "save_weights",
    "shipped_weights",
    "survey",
]
