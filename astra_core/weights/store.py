"""Loading and saving a set of weights: its card, its files, its arrays."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from astra_core.errors import WeightsError
from astra_core.weights.card import CARD_SUFFIX, ModelCard, card_text, parse_card, read_card
from astra_core.weights.files import write_file
from astra_core.weights.locate import find_card
from astra_core.weights.placing import index_name, require_own_weights
from astra_core.weights.tensor_file import (
    Array,
    dtype_name,
    read_tensor_file,
    tensor_file_bytes,
)

__all__ = ["FLOATS", "SHARD_BYTES", "TensorSpec", "Weights", "load_weights", "save_weights"]

#: Types in which learned numbers are stored; the network computes in its own.
FLOATS = ("F16", "BF16", "F32")
#: Largest file that is written, so that a repository and its hosts can carry it.
SHARD_BYTES = 15 * 2**20 - 1
_HEADER_RESERVE = 1 << 16


@dataclass(frozen=True)
class TensorSpec:
    """What a network expects of one of its arrays.

    Attributes:
        shape: Exactly this.
        dtypes: Stored as one of these, keys of :data:`astra_core.weights.header.DTYPES`.
    """

    shape: tuple[int, ...]
    dtypes: tuple[str, ...] = FLOATS


@dataclass(frozen=True)
class Weights:
    """A set of weights that was checked against its card.

    Attributes:
        card: What it says about itself.
        path: Of the card.
        tensors: Read-only arrays by name, BF16 as float32, all else as it was stored.
        dtypes: How each was stored.
    """

    card: ModelCard
    path: Path
    tensors: Mapping[str, Array]
    dtypes: Mapping[str, str]

    def require(self, expected: Mapping[str, TensorSpec]) -> None:
        """Check that these are the arrays of a network.

        Raises:
            WeightsError: One is missing, unexpected, or of another shape or type.
        """
        where = f"weights {self.card.name!r} ({self.path})"
        advice = "they belong to a network of another size or version, choose others with --weights"
        for which, names in (
            ("lack", expected.keys() - self.tensors.keys()),
            ("have the unexpected", self.tensors.keys() - expected.keys()),
        ):
            if names:
                more = f" and {len(names) - 1} more" if len(names) > 1 else ""
                raise WeightsError(f"{where} {which} tensor {min(names)!r}{more}: {advice}")
        for name, spec in expected.items():
            shape, dtype = self.tensors[name].shape, self.dtypes[name]
            if shape != spec.shape:
                raise WeightsError(
                    f"{where}: tensor {name!r} has shape {shape}, expected is "
                    f"{spec.shape}: {advice}"
                )
            if dtype not in spec.dtypes:
                raise WeightsError(
                    f"{where}: tensor {name!r} is stored as {dtype}, expected is "
                    f"{' or '.join(spec.dtypes)}: {advice}"
                )


def load_weights(
    where: str | Path,
    part: str,
    expected: Mapping[str, TensorSpec] | None = None,
    *,
    on_progress: Callable[[float], None] = lambda fraction: None,
    shipped: Path | None = None,
) -> Weights:
    """Load weights and check that they are whole and for this part.

    Args:
        where: A name, a folder or a file; see :func:`astra_core.weights.find_card`.
        part: Of the stack, ``planner`` for example.
        expected: The arrays of the network; without it any are taken.
        on_progress: Told the fraction that was read, 0 to 1; what it raises ends the loading.
        shipped: Where names are looked up, instead of the ``weights/`` of Astra.

    Raises:
        WeightsError: They are missing, damaged, for another part or of another shape.
    """
    path = find_card(where, shipped)
    card = read_card(path)
    if card.part != part:
        raise WeightsError(
            f"{path} is the card of weights for {card.part!r}, not for {part!r}: "
            f"choose others with --weights {part}=..."
        )
    files = [path.with_name(name) for name in card.files]
    num_bytes, num_read = sum(_size(file) for file in files), 0

    def on_read(count: int) -> None:
        nonlocal num_read
        num_read += count
        on_progress(min(num_read / num_bytes, 1.0) if num_bytes else 1.0)

    tensors: dict[str, Array] = {}
    dtypes: dict[str, str] = {}
    for file in files:
        read = read_tensor_file(file, on_read)
        if read.sha256 != card.files[file.name]:
            raise WeightsError(
                f"{file} is not the file that {path.name} describes (sha256 {read.sha256[:12]}, "
                f"expected {card.files[file.name][:12]}): copy or download both again"
            )
        if twice := tensors.keys() & read.tensors.keys():
            raise WeightsError(
                f"{file} repeats tensor {min(twice)!r} of another file of {path.name}"
            )
        tensors.update(read.tensors)
        dtypes.update(read.dtypes)
    weights = Weights(card, path, tensors, dtypes)
    if expected is not None:
        weights.require(expected)
    return weights


def save_weights(
    folder: Path, card: ModelCard, tensors: Mapping[str, Array], shard_bytes: int = SHARD_BYTES
) -> Path:
    """Write weights and their card; a whole set of the same name is replaced, nothing else.

    The card is written last, so that a reader in between finds files that its card does not
    describe, and says so, instead of a mixture. More than ``shard_bytes`` become several files with
    an index, as the Hugging Face libraries read them.

    Args:
        folder: Where to; is made if it is missing.
        card: All but its ``files``, which are filled in.
        tensors: Arrays by name, float16 by habit.
        shard_bytes: Largest file.

    Returns:
        The path of the card.

    Raises:
        WeightsError: The card could not be read back, an array cannot be stored or is larger than a
            file may be, the folder cannot be written to, or has other files of these names.
    """
    shards = _split(tensors, shard_bytes)
    names = [f"{card.name}.safetensors"]
    if len(shards) > 1:
        names = [
            f"{card.name}-{number:05d}-of-{len(shards):05d}.safetensors"
            for number in range(1, len(shards) + 1)
        ]
    contents = {n: tensor_file_bytes(shard) for n, shard in zip(names, shards, strict=True)}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
    path = folder / (card.name + CARD_SUFFIX)
    text = card_text(dataclasses.replace(card, files=hashes)).encode()
    parse_card(text, path)  # before a file is touched: nothing is saved that cannot be loaded
    require_own_weights(folder, card.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WeightsError(f"cannot make {folder}: {error.strerror or error}") from error
    for name, data in contents.items():
        write_file(folder / name, data)
    if len(shards) > 1:
        homes = {tensor: n for n, shard in zip(names, shards, strict=True) for tensor in shard}
        total = sum(array.nbytes for array in tensors.values())
        index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(homes.items()))}
        index_text = json.dumps(index, indent=1) + "\n"
        write_file(folder / index_name(card.name), index_text.encode())
    write_file(path, text)
    return path


def _split(tensors: Mapping[str, Array], shard_bytes: int) -> list[dict[str, Array]]:
    """Fill one file after the other, in order of names."""
    room = shard_bytes - _HEADER_RESERVE
    shards: list[dict[str, Array]] = [{}]
    filled = 0
    for name in sorted(tensors):
        array = tensors[name]
        dtype_name(name, array)
        # A line of the header for each, and its data.
        size = array.nbytes + len(name) + 200
        if size > room:
            raise WeightsError(
                f"tensor {name!r} has {array.nbytes / 2**20:.1f} MiB, more than a file of "
                f"{shard_bytes / 2**20:.1f} MiB holds: store it as float16, or allow larger files"
            )
        if filled + size > room and shards[-1]:
            shards.append({})
            filled = 0
        shards[-1][name] = array
        filled += size
    return shards


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # reading it says what is wrong
