"""The card of a set of weights: what they are, what of, and how to make them again.

It is a YAML file ``NAME.card.yaml`` beside the weights; ``docs/weights.md`` shows one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from astra_core.camera import CameraRig
from astra_core.errors import ConfigError, WeightsError
from astra_core.untrusted.yaml_text import parse_yaml
from astra_core.weights.card_fields import CardReader
from astra_core.weights.files import require_file

__all__ = ["CARD_SUFFIX", "FORMAT", "ModelCard", "Port", "card_text", "parse_card", "read_card"]

CARD_SUFFIX = ".card.yaml"
FORMAT = 1
_MAX_CARD_BYTES = 1 << 20


@dataclass(frozen=True)
class Port:
    """One input or output of a model.

    Attributes:
        shape: Its letters, as in the docstring of the module that computes it: ``B N 3 H W``.
        dtype: As NumPy and torch call it.
        range: Lowest and highest value; ``None`` where there is no bound.
        frame: In which frame it is, ``base_link`` for example; empty where that has no meaning.
        description: One line for people, with units.
    """

    shape: str
    dtype: str
    range: tuple[float, float] | None = None
    frame: str = ""
    description: str = ""


@dataclass(frozen=True)
class ModelCard:
    """What a set of weights says about itself.

    Attributes:
        name: As people call it with ``--weights``.
        part: The part of the stack that it is for: ``planner``, ``odometry``, ...
        licence: An SPDX identifier.
        files: File name to SHA-256 of each file, in order.
        inputs: What the model takes, by name.
        outputs: What it gives, by name.
        data_seeds: Scenes of the training data: family to seeds ``(first, past the last)``.
        settings: What the part needs to know to make the network again, by name.
        commands: What makes it again, in order.
        metrics: What was measured with it, by name; units are in the names.
        profile: Hash of the sensor profile of the data; empty where no simulator was involved.
        robot: Settings of the robot that it was trained for, by their names in
            :class:`~astra_core.robot.RobotConfig`; empty where it drives no robot.
        rig: The cameras that it was trained with; ``None`` where it takes any rig.
    """

    name: str
    part: str
    licence: str
    files: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Port] = field(default_factory=dict)
    outputs: Mapping[str, Port] = field(default_factory=dict)
    data_seeds: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    profile: str = ""
    robot: Mapping[str, float] = field(default_factory=dict)
    rig: CameraRig | None = None

    @property
    def sha256(self) -> str:
        """Return one hash for the set: of its file, or of the hashes where there are several."""
        hashes = list(self.files.values())
        if len(hashes) == 1:
            return hashes[0]
        return hashlib.sha256("".join(hashes).encode()).hexdigest()


def card_text(card: ModelCard) -> str:
    """Return the text of a card, which :func:`read_card` reads back."""
    data: dict[str, Any] = {
        "format": FORMAT,
        "name": card.name,
        "part": card.part,
        "licence": card.licence,
        "files": dict(card.files),
        "inputs": {name: _port_data(port) for name, port in card.inputs.items()},
        "outputs": {name: _port_data(port) for name, port in card.outputs.items()},
        "data_seeds": {family: list(seeds) for family, seeds in card.data_seeds.items()},
        "settings": dict(card.settings),
        "commands": list(card.commands),
        "metrics": {name: float(value) for name, value in card.metrics.items()},
        "profile": card.profile,
        "robot": {name: float(value) for name, value in card.robot.items()},
        "rig": None if card.rig is None else card.rig.to_dict(),
    }
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)


def _port_data(port: Port) -> dict[str, Any]:
    bounds = None if port.range is None else [float(bound) for bound in port.range]
    return {
        "shape": port.shape,
        "dtype": port.dtype,
        "range": bounds,
        "frame": port.frame,
        "description": port.description,
    }


def read_card(path: Path) -> ModelCard:
    """Read a card.

    Raises:
        WeightsError: It is missing, is not YAML, or a field is missing, unknown or unusable.
    """
    return parse_card(_read_bytes(path), path)


def parse_card(data: bytes, path: Path) -> ModelCard:
    """Read the text of a card that lies at ``path``, or is about to.

    Raises:
        WeightsError: As :func:`read_card`.
    """
    reader = CardReader(_parse_yaml(data, path), str(path))
    if reader.integer("format") != FORMAT:
        raise WeightsError(
            f"{path} is a card of format {reader.integer('format')}, format {FORMAT} is read here: "
            "use the version of Astra that wrote it, or make the weights again"
        )
    card = ModelCard(
        name=reader.word("name"),
        part=reader.word("part"),
        licence=reader.word("licence"),
        files=reader.files("files"),
        inputs=_read_ports(reader, "inputs"),
        outputs=_read_ports(reader, "outputs"),
        data_seeds=reader.seeds("data_seeds"),
        settings=reader.named_texts("settings"),
        commands=reader.texts("commands"),
        metrics=reader.numbers("metrics"),
        profile=reader.text("profile"),
        robot=reader.numbers("robot"),
        rig=_read_rig(reader),
    )
    reader.finish()
    if path.name != card.name + CARD_SUFFIX:
        raise WeightsError(
            f"{path} is the card of {card.name!r}: a card lies in NAME{CARD_SUFFIX}, "
            "rename one of them"
        )
    return card


def _read_ports(reader: CardReader, key: str) -> dict[str, Port]:
    ports = {}
    for name, inner in reader.groups(key):
        ports[name] = Port(
            shape=inner.word("shape"),
            dtype=inner.word("dtype"),
            range=inner.bounds("range"),
            frame=inner.text("frame"),
            description=inner.text("description"),
        )
        inner.finish()
    return ports


def _read_rig(reader: CardReader) -> CameraRig | None:
    cameras = reader.optional_list("rig")
    if cameras is None:
        return None
    try:
        return CameraRig.from_dict(cameras)
    except (ConfigError, AttributeError, ArithmeticError) as error:
        raise reader.wrong("rig", f"lists cameras as CameraRig.to_dict does ({error})") from error


def _read_bytes(path: Path) -> bytes:
    try:
        require_file(path)
        with path.open("rb") as file:
            data = file.read(_MAX_CARD_BYTES + 1)
    except OSError as error:
        raise WeightsError(
            f"cannot read the card {path}: {error.strerror or error}; "
            "weights are used only with the card that belongs to them"
        ) from error
    if len(data) > _MAX_CARD_BYTES:
        raise WeightsError(f"{path} is too large for a card: it must stay below 1 MiB")
    return data


def _parse_yaml(data: bytes, path: Path) -> Any:
    try:
        return parse_yaml(data, str(path), WeightsError)
    except WeightsError as error:
        raise WeightsError(f"{error}; write or copy the card again") from error
