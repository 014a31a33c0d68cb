"""The JSON of an evaluation (DESIGN section 9) around the numbers of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from astra_core.seeds import SeedRange
from astra_core.stack_spec import StackSpec
from astra_eval.versions import library_versions
from astra_sim.conditions import named_conditions

__all__ = ["EvalProtocol"]


@dataclass(frozen=True)
class EvalProtocol:
    """What the rows of one evaluation have in common; rows of another one are never mixed in.

    Attributes:
        command: ``localization``, ``goals``, ``odometry``, ...
        family: Scene family.
        conditions: Name of the conditions at mission time.
        profile: Hash of the sensor profile.
        stack: What is evaluated.
        map: ``oracle`` or ``built``, as the maps' own provenance says; ``none`` without a map.
        tour: What the maps were made from: ``rig``; ``none`` without a map.
        depth: ``sensor`` or ``none``.
        settings: What else a row depends on; plain data.
        weights: Name to sha256 of learned weights.
    """

    command: str
    family: str
    conditions: str
    profile: str
    stack: StackSpec
    map: str
    tour: str
    depth: str
    settings: Mapping[str, Any]
    weights: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return what makes rows comparable; seeds are not part of it, a range may grow."""
        return {
            "command": self.command,
            "scene": self.family,
            **self._facts(),
            "weights": dict(self.weights),
            "versions": library_versions(),
        }

    def report(self, seeds: SeedRange, summary: Mapping[str, Any]) -> dict[str, Any]:
        """Return the whole JSON for the summary of finished rows."""
        return {
            "scene": self.family,
            "seeds": [seeds.start, seeds.stop],
            "split": seeds.split,
            **self._facts(),
            **summary,
            "versions": library_versions(),
            "weights": dict(self.weights),
        }

    def _facts(self) -> dict[str, Any]:
        return {
            "conditions": self.conditions,
            "stack": self.stack.to_json(),
            "map": self.map,
            "tour": self.tour,
            "depth": self.depth,
            "profile": self.profile,
            "conditions_sha256": named_conditions(self.conditions).sha256,
            **self.settings,
        }
