"""What a build did, for people and programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astra_global.mapping.stages import StageReport
from astra_global.types import AstraMap

__all__ = ["BuildReport"]


@dataclass(frozen=True, eq=False)
class BuildReport:
    """The result of a build.

    Attributes:
        map: The finished map, loaded from its folder.
        stages: What every stage did.
        problems: What :func:`astra_global.map.check_map` says about the result.
    """

    map: AstraMap
    stages: Sequence[StageReport]
    problems: Sequence[str]

    @property
    def seconds(self) -> float:
        """Return the wall time of all stages, resumed ones as they were measured."""
        return sum(stage.seconds for stage in self.stages)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "map": str(self.map.folder or Path()),
            "provenance": self.map.provenance.get("map", ""),
            "depth": self.map.provenance.get("depth", ""),
            "missing": list(self.map.missing),
            "nodes": len(self.map.nodes),
            "edges": len(self.map.edges),
            "landmarks": len(self.map.landmarks),
            "seconds": round(self.seconds, 3),
            "problems": list(self.problems),
            "stages": [
                {
                    "name": stage.name,
                    "seconds": round(stage.seconds, 3),
                    "resumed": stage.resumed,
                    "counts": stage.counts,
                }
                for stage in self.stages
            ],
        }

    def to_text(self) -> str:
        """Return a table of stages with counts and seconds."""
        lines = [f"{self.map.folder}"]
        for stage in self.stages:
            counts = ", ".join(f"{value} {key}" for key, value in stage.counts.items())
            again = " (kept from before)" if stage.resumed else ""
            lines.append(f"  {stage.name:<12} {stage.seconds:7.1f} s  {counts}{again}")
        lines.append(f"  {'total':<12} {self.seconds:7.1f} s")
        lines += [f"  missing: {what}" for what in self.map.missing]
        lines += [f"  look at this: {problem}" for problem in self.problems]
        return "\n".join(lines)
