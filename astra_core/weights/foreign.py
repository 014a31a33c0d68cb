"""Models of others, which come without a card: a folder or name of Hugging Face, an ONNX file.

They are named ``transformers:NAME``, ``transformers:FOLDER`` or ``onnx:FILE`` where weights of ours
have a name. A card is made for them, so that results say what ran.
"""

from __future__ import annotations

from pathlib import Path

from astra_core.errors import WeightsError
from astra_core.home_path import home_path
from astra_core.weights.card import ModelCard, read_card
from astra_core.weights.files import file_sha256
from astra_core.weights.locate import find_card

__all__ = [
    "ONNX",
    "TRANSFORMERS",
    "any_card",
    "foreign_card",
    "is_foreign",
    "onnx_file",
    "transformers_folder",
]

TRANSFORMERS, ONNX = "transformers:", "onnx:"
#: Where such models are at home, and what they would be called if there were some of ours.
_MONO = "perception-mono"
_MODEL_FILES = ("*.json", "*.safetensors", "*.txt")


def is_foreign(where: str) -> bool:
    """Return whether a model of others is named."""
    return where.startswith((TRANSFORMERS, ONNX))


def any_card(where: str) -> ModelCard:
    """Return the card of weights of ours, or one that is made for a model of others.

    Raises:
        WeightsError: There are none, they are damaged, or a model of others must be named.
    """
    if is_foreign(where):
        return foreign_card(where)
    if where == _MONO:
        raise WeightsError(
            "perception=mono needs a depth model: --weights perception=transformers:NAME (one of "
            "Hugging Face, or its folder) or perception=onnx:FILE"
        )
    return read_card(find_card(where))


def foreign_card(where: str) -> ModelCard:
    """Return a card for a model of others, with the hashes of its files.

    Raises:
        WeightsError: It is not there.
    """
    if where.startswith(ONNX):
        file = onnx_file(where)
        if not file.is_file():
            raise WeightsError(f"there is no ONNX file at {file}: check the path")
        files, name = [file], file.stem
    else:
        name = where.removeprefix(TRANSFORMERS)
        folder = transformers_folder(name)
        files = sorted(path for kind in _MODEL_FILES for path in folder.glob(kind))
        if not any(path.suffix == ".safetensors" for path in files):
            raise WeightsError(f"{folder} holds no weights (*.safetensors)")
    return ModelCard(
        name=name,
        part="perception",
        licence="see its own",
        files={path.name: file_sha256(path) for path in files},
        settings={"source": where},
    )


def onnx_file(where: str) -> Path:
    """Return the file that ``onnx:FILE`` names."""
    return home_path(where.removeprefix(ONNX))


def transformers_folder(name: str) -> Path:
    """Return the folder of a model: named as such, or brought by name, to where others find it.

    Raises:
        WeightsError: There is none of that name, or nothing can be brought.
    """
    folder = home_path(name)
    if folder.is_dir():
        return folder
    if not name or name.startswith((".", "/", "~")):
        raise WeightsError(f"there is no folder {name!r} with a model of transformers")
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise WeightsError(
            f"{name!r} is no folder, and to bring it by name huggingface_hub is missing: "
            "pip install 'transformers>=5.16.1,<6'"
        ) from error
    try:
        return Path(snapshot_download(name, allow_patterns=list(_MODEL_FILES)))
    except Exception as error:
        # Whatever it is: no network, no such model, no right to it.
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise WeightsError(f"the model {name!r} cannot be brought: {reason}") from error
