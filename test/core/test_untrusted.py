"""Files that may hold anything: small ones do no large damage, damaged ones are one sentence."""

from __future__ import annotations

import io
import os
import resource
import struct
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from astra_core.config import load_yaml
from astra_core.errors import ConfigError, MapFormatError, ShardError
from astra_core.robot import RobotConfig
from astra_core.shard_file import read_shard, read_shard_header, write_shard
from astra_core.untrusted.arrays import parse_arrays, read_arrays
from astra_core.untrusted.json_text import parse_json, read_json
from astra_core.untrusted.yaml_text import parse_yaml, read_yaml


@contextmanager
def _cheap(most_bytes: int = 2 * 2**30, most_s: float = 10.0) -> Iterator[None]:
    """Fail if the block takes more memory than the floor (as MemoryError) or time."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    began = time.process_time()
    resource.setrlimit(resource.RLIMIT_AS, (used + most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    assert time.process_time() - began < most_s


def _laughs(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 9)}]" for k in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (_laughs(9), "200000 values"),
        (_laughs(9).replace("[", "{<<: [").replace("]", "]}"), "200000 values|not YAML"),
        ("a: &a [1, *a]", r"line 1 column 11: \*a contains itself"),
        ("[" * 60 + "]" * 60, "deeper than 50"),
        ("[" * 1_000_000, "deeper than 50"),
        ("{a: " * 1_000_000, "deeper than 50"),
        ("- " * 1_000_000, "deeper than 50"),
        ("[" + "1," * 3_000_000 + "]", "200000 values"),
        ("a: " + ":".join(["1"] * 1_000_000), "characters: quote it"),
        ("a: 0x" + "f" * 1_000_000, "characters: quote it"),
        ("a: *b", "undefined alias"),
        ("a: !!python/object:os.system {}", "not YAML"),
        ("a: !!int twelve", "not YAML"),
        ("a: 2001-99-99", "not YAML"),
        ("a: =", "not YAML"),
        ("? [a]\n: b", "not YAML"),
        ("a: !!binary é", "not YAML"),
        ("a: !!timestamp x", "not YAML"),
        ("a: 'b", "line 1 column"),
        ("--- a\n--- b", "not YAML"),
        (b"a: \xff", "not YAML"),
        ("a: \0", "not YAML"),
    ],
)
def test_yaml_that_is_none_or_too_much_is_one_sentence(text: str | bytes, why: str) -> None:
    with _cheap(), pytest.raises(ConfigError, match=f"^some.yaml is .*({why})") as caught:
        parse_yaml(text, "some.yaml", ConfigError)
    assert len(str(caught.value)) < 400 and "\n" not in str(caught.value)


def test_aliases_that_stay_small_are_what_they_stand_for() -> None:
    data = parse_yaml("a: &a {x: 1}\nb: *a\nc: {<<: *a, y: 2}\n", "w", ConfigError)
    assert data == {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1, "y": 2}}
    # 200,000 values are counted as expanded, the document's own mapping and keys included.
    many = "a: &a [" + "1," * 98 + "1]\nb: [" + "*a," * 1995 + "*a]"
    assert len(parse_yaml(many, "w", ConfigError)["b"]) == 1996
    with pytest.raises(ConfigError, match="200000"):
        parse_yaml(many.replace("b: [", "b: [*a, *a, *a, "), "w", ConfigError)


@pytest.mark.parametrize("read", [read_yaml, read_json])
def test_what_is_no_file_is_not_read(tmp_path: Path, read) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").touch()
    os.truncate(tmp_path / "large", 10**11)  # sparse: takes no room
    for name in ("pipe", "large", "", "none", "nul\0", "large/x"):
        with _cheap(2**28), pytest.raises(MapFormatError, match="cannot read"):
            read(tmp_path / name, MapFormatError)
    with _cheap(2**28), pytest.raises(MapFormatError, match="not a file"):
        read(Path("/dev/zero"), MapFormatError)


def test_settings_read_with_limits(tmp_path: Path) -> None:
    path = tmp_path / "robot.yaml"
    for text in (_laughs(9).encode(), b"\xff\xfe\x00", b"[" * 10**6):
        path.write_bytes(text)
        with _cheap(), pytest.raises(ConfigError, match=r"robot\.yaml"):
            load_yaml(RobotConfig, path)


@pytest.mark.parametrize(
    "text", ["[" * 1_000_000, '{"a":' * 1_000_000, "1" * 5_000_000, "[NaN]", b"\xff", "", "[1,]"]
)
def test_json_that_is_none_is_one_sentence(text: str | bytes) -> None:
    with _cheap(), pytest.raises(ConfigError, match=r"^some.json: .*not JSON") as caught:
        parse_json(text, "some.json", ConfigError)
    assert len(str(caught.value)) < 400


def _npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def _member(content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("a.npy", content)
    return file.getvalue()


def _npy(shape: str, body: bytes, descr: str = "'|u1'", version: bytes = b"\x01\x00") -> bytes:
    head = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY" + version + struct.pack("<H", len(head)) + head + body


def _bomb(size: int) -> bytes:
    """Return an archive of zeros that unpacks to ``size``, without ever holding them."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.npy", "w", force_zip64=True) as member,
    ):
        member.write(_npy(f"({size},)", b""))
        for _ in range(size // 2**24):
            member.write(bytes(2**24))
    return file.getvalue()


_WHOLE = _npz(a=np.arange(6, dtype=np.float32).reshape(2, 3), b=np.array("text"), c=np.zeros(0))


def test_arrays_are_those_that_were_saved() -> None:
    fortran = np.asfortranarray(np.arange(6).reshape(2, 3))
    saved = {"a": np.arange(6.0), "f": fortran, "t": np.array("é"), "n": np.zeros((0, 3)), "s": 1.5}
    found = parse_arrays(_npz(**saved), "w", ConfigError)  # type: ignore[arg-type]
    assert list(found) == list(saved)
    for name, array in saved.items():
        assert np.array_equal(found[name], array) and found[name].dtype == np.asarray(array).dtype
    found["a"][0] = 7.0  # as numpy.load gives them
    assert list(parse_arrays(_npz(**saved), "w", ConfigError, names=("f",))) == ["f"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (_bomb(640 * 2**20), "would unpack to 640 MiB, 512 MiB are enough"),
        (_member(_npy("(1000000000000,)", b"")), "not as long as its shape"),
        (_member(_npy("(-2, -3)", bytes(6))), "not as long as its shape"),
        (_member(_npy("(7,)", bytes(6))), "not as long as its shape"),
        (_member(_npy("(5,)", bytes(6))), "not as long as its shape"),
        (_member(_npy("(1,)", bytes(8), "'|O'")), "Python objects"),
        (_member(_npy("(1,)", bytes(8), "'x'")), "not an archive"),
        (_member(_npy("(1,", bytes(8))), "not an archive"),
        (_member(_npy("'a'", bytes(8))), "not an archive"),
        (_member(_npy("(1,)", bytes(1), version=b"\x07\x00")), "version"),
        (_member(b""), "not an archive"),
        (_member(_npy("(6,)", bytes(6)), zipfile.ZIP_LZMA), "another way"),
        (_member(_npy("(6,)", bytes(6)), zipfile.ZIP_BZIP2), "another way"),
        (_WHOLE[:-30], "not an archive"),
        (_WHOLE[:60] + b"\xff" + _WHOLE[61:], "not an archive"),
        (b"", "not an archive"),
        (b"PK", "not an archive"),
    ],
)
def test_archives_that_are_damaged_or_too_much_are_one_sentence(data: bytes, why: str) -> None:
    with _cheap(2**29), pytest.raises(ConfigError, match=f"^some.npz: .*{why}"):
        parse_arrays(data, "some.npz", ConfigError)


def test_a_size_that_lies_is_found_out() -> None:
    """A member that says it is small, and is not: no more than it said is unpacked."""
    honest = _member(_npy("(6,)", bytes(6)) + bytes(2**20))
    true = len(_npy("(6,)", bytes(6)) + bytes(2**20))
    lying = honest.replace(struct.pack("<I", true), struct.pack("<I", true - 2**20))
    assert lying != honest
    with _cheap(2**28), pytest.raises(ConfigError, match="not an archive"):
        parse_arrays(lying, "w", ConfigError)


def test_an_archive_may_be_as_large_as_its_file(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.arange(1000))
    found = read_arrays(tmp_path / "a.npz", ConfigError, most_bytes=10)
    assert found["a"][-1] == 999
    np.savez_compressed(tmp_path / "b.npz", a=np.zeros(1000))
    with pytest.raises(ConfigError, match="would unpack"):
        read_arrays(tmp_path / "b.npz", ConfigError, most_bytes=10)


_FUZZED = {
    "yaml": (yaml.safe_dump({"a": [1, 2.5, None], "b": {"c": "x: y", "d": True}}).encode()),
    "json": b'{"a": [1, 2.5, null], "b": {"c": "x", "d": true}}',
    "npz": _WHOLE,
}


@st.composite
def _damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Return bytes with some of them changed, and maybe cut off or with a piece repeated."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(0, 4))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    at, end = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
    how = draw(st.sampled_from(["whole", "cut", "out", "twice"]))
    return {
        "whole": bytes(data),
        "cut": bytes(data[:end]),
        "out": bytes(data[:at] + data[end:]),
        "twice": bytes(data[:end] + data[at:]),
    }[how]


@pytest.mark.parametrize("kind", list(_FUZZED))
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_is_damaged_loads_or_is_one_sentence(kind: str, data: st.DataObject) -> None:
    parse = {"yaml": parse_yaml, "json": parse_json, "npz": parse_arrays}[kind]
    damaged = data.draw(_damaged(_FUZZED[kind]))
    try:
        found = parse(damaged, "w", MapFormatError)  # type: ignore[operator]
    except MapFormatError as error:
        assert "\n" not in str(error)
    else:
        if kind == "npz":  # checksums of the archive hold what was loaded
            whole = parse_arrays(_WHOLE, "w", MapFormatError)
            shared = [name for name in found if name in whole]
            assert all(np.array_equal(found[name], whole[name]) for name in shared)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_damaged_shard_is_a_shard_error(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "a.npz"
    # Shards are never replaced, and examples share the folder.
    path.unlink(missing_ok=True)
    write_shard(path, {"x": np.arange(3)}, {"kind": "toy"})
    path.write_bytes(data.draw(_damaged(path.read_bytes())))
    for read in (read_shard, read_shard_header):
        try:
            read(path)
        except ShardError as error:
            assert "a.npz" in str(error)
