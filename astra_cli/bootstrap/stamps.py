"""Stamp files: what has been done, and from which inputs."""

import json
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Stamp:
    """The record of one finished step.

    Attributes:
        fingerprint: Hash of the step's inputs when it finished.
        result: What the step found out and later starts need (such as the GL back end).
    """

    fingerprint: str
    result: dict[str, str] = field(default_factory=dict)


def read_stamp(folder: Path, key: str) -> Stamp | None:
    """Read a step's stamp; an absent or unreadable one is None, so that the step runs again."""
    try:
        data = json.loads((folder / f"{key}.json").read_text())
        return Stamp(str(data["fingerprint"]), {str(k): str(v) for k, v in data["result"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_stamp(folder: Path, key: str, stamp: Stamp) -> None:
    """Write a stamp in one move, so that an interruption leaves the old one or the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    half_written = folder / f"{key}.json.part"
    half_written.write_text(json.dumps({"fingerprint": stamp.fingerprint, "result": stamp.result}))
    half_written.replace(folder / f"{key}.json")


def remove_stamp(folder: Path, key: str) -> None:
    """Forget a step before it runs, so that an interruption does not leave it looking done."""
    (folder / f"{key}.json").unlink(missing_ok=True)
