"""safetensors files without that package: bytes by hand, damage of every kind."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astra_core.errors import WeightsError
from astra_core.weights import read_tensor_file
from astra_core.weights.header import DTYPES, header_of
from astra_core.weights.tensor_file import tensor_file_bytes

# Written by safetensors 0.8.0: scalar a = 7 (I64), b = [[1.5, -2]] (F16), c = [True, False].
GOLDEN = (
    b"\xc8\0\0\0\0\0\0\0"
    b'{"__metadata__":{"made":"by hand"},"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]},'
    b'"b":{"dtype":"F16","shape":[1,2],"data_offsets":[8,12]},'
    b'"c":{"dtype":"BOOL","shape":[2],"data_offsets":[12,14]}} '
    b"\x07\0\0\0\0\0\0\0" b"\0\x3e\0\xc0" b"\x01\0"
)  # fmt: skip


def read(tmp_path, data, name="some.safetensors"):
    path = tmp_path / name
    path.write_bytes(data)
    return read_tensor_file(path)


def raw(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(begin, end, dtype="U8", shape=None):
    return {
        "dtype": dtype,
        "shape": [end - begin] if shape is None else shape,
        "data_offsets": [begin, end],
    }


def test_a_file_of_the_reference_is_read(tmp_path):
    file = read(tmp_path, GOLDEN)
    assert dict(file.metadata) == {"made": "by hand"}
    assert dict(file.dtypes) == {"a": "I64", "b": "F16", "c": "BOOL"}
    a, b, c = (file.tensors[name] for name in "abc")
    assert a.shape == () and a.dtype == np.int64 and a == 7
    assert b.dtype == np.float16 and b.tolist() == [[1.5, -2.0]]
    assert c.dtype == np.bool_ and c.tolist() == [True, False]


def test_the_hash_is_that_of_sha256sum(tmp_path):
    file = read(tmp_path, GOLDEN)
    said = subprocess.check_output(["sha256sum", tmp_path / "some.safetensors"], text=True)
    assert file.sha256 == said.split()[0]


def test_bfloat16_is_widened(tmp_path):
    # The upper half of a float32: 1 = 3f80, -2 = c000, 2^-126 = 0080, infinity = 7f80, NaN = 7fc0.
    data = bytes.fromhex("803f 00c0 8000 807f c07f")
    tensor = read(tmp_path, raw({"w": entry(0, 10, "BF16", [5])}, data)).tensors["w"]
    assert tensor.dtype == np.float32
    assert tensor[:4].tolist() == [1.0, -2.0, 2.0**-126, np.inf]
    assert np.isnan(tensor[4])


def test_tensors_lie_where_the_offsets_say_and_not_where_the_header_lists_them(tmp_path):
    file = read(tmp_path, raw({"late": entry(2, 4), "early": entry(0, 2)}, b"\1\2\3\4"))
    assert file.tensors["early"].tolist() == [1, 2]
    assert file.tensors["late"].tolist() == [3, 4]


def test_data_that_begin_at_an_odd_byte_are_read(tmp_path):
    data = b"\x09" + np.float32(0.5).tobytes()
    file = read(tmp_path, raw({"a": entry(0, 1), "b": entry(1, 5, "F32", [1])}, data))
    assert file.tensors["b"].tolist() == [0.5]


def test_any_byte_but_zero_is_true(tmp_path):
    mask = read(tmp_path, raw({"m": entry(0, 2, "BOOL")}, b"\2\0")).tensors["m"]
    assert mask.dtype == np.bool_ and mask.tobytes() == b"\1\0"


def test_arrays_are_read_only(tmp_path):
    with pytest.raises(ValueError, match="read-only"):
        read(tmp_path, GOLDEN).tensors["b"][0, 0] = 1.0


def test_a_file_without_tensors_and_an_empty_tensor(tmp_path):
    assert read(tmp_path, raw({})).tensors == {}
    tensor = read(tmp_path, raw({"e": entry(0, 0, "F32", [3, 0])})).tensors["e"]
    assert tensor.shape == (3, 0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\x01\0\0", "cut short"),
        (b"\xff" * 8, "cut short, or not a safetensors file"),
        ((1 << 40).to_bytes(8, "little") + b"{}", "cut short"),
        (raw(b"[1, 2]"), "not a safetensors file"),
        (raw(b'{"a": '), "damaged header"),
        (raw(b'{"a":' + b"[" * 200_000), "damaged header"),
        (raw(b'{"a": 1, "a": 2}'), "stands there twice"),
        (raw(b'{"\xff": 1}'), "damaged header"),
        (raw({"__metadata__": {"a": 1}}), "metadata"),
        (raw({"__metadata__": []}), "metadata"),
        (raw({"w": 3}), "'w' needs dtype"),
        (raw({"w": {"dtype": "U8", "shape": [0]}}), "'w' needs dtype"),
        (raw({"w": entry(0, 1, "F8_E4M3")}, b"\0"), "stored as F8_E4M3"),
        (raw({"w": entry(0, 1, ["U8"])}, b"\0"), "stored as"),
        (raw({"w": entry(0, 1, shape=[-1])}, b"\0"), "no usable shape"),
        (raw({"w": entry(0, 1, shape=[True])}, b"\0"), "no usable shape"),
        (raw({"w": entry(0, 1, shape=[1.0])}, b"\0"), "no usable shape"),
        (raw({"w": entry(0, 1, shape=[1] * 33)}, b"\0"), "no usable shape"),
        (raw({"w": entry(0, 0, shape=[0, 2**62, 2**62])}), "no usable shape"),
        (raw({"w": {"dtype": "U8", "shape": [1], "data_offsets": [0]}}, b"\0"), "data_offsets"),
        (raw({"w": {"dtype": "U8", "shape": [1], "data_offsets": "01"}}, b"\0"), "data_offsets"),
        (raw({"w": entry(0, 3, "F32", [1])}, b"\0" * 3), "cannot lie in 3 bytes"),
        (raw({"w": entry(0, 2**62)}, b"\0"), "usable shape"),
        (raw({"w": entry(0, 4)}, b"\0" * 3), "cut short: its header promises 4 bytes of data, 3"),
        (raw({"w": entry(0, 2)}, b"\0" * 3), "1 bytes that belong to no tensor"),
        (raw({"v": entry(0, 2), "w": entry(1, 3)}, b"\0" * 3), "'w' overlaps"),
        (raw({"v": entry(0, 1), "w": entry(2, 3)}, b"\0" * 3), "'w' leaves a gap"),
        (raw({"w": entry(1, 3)}, b"\0" * 3), "'w' leaves a gap"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1\n", "git lfs pull"),
        (b"PK\x03\x04" + b"\0" * 60, "is a pickle"),
        (b"\x80\x02}q\x00X\x01\x00\x00\x00", "is a pickle"),
    ],
)  # fmt: skip
def test_damage_is_said_in_one_sentence_that_names_the_file(tmp_path, data, words):
    with pytest.raises(WeightsError) as caught:
        read(tmp_path, data)
    text = str(caught.value)
    assert words in text
    assert str(tmp_path / "some.safetensors") in text
    assert "\n" not in text and len(text) < 300


@pytest.mark.parametrize("name", ["model.pt", "model.pth", "pytorch_model.bin", "a.ckpt", "a.pkl"])
def test_a_pickle_is_never_opened(tmp_path, name):
    with pytest.raises(WeightsError, match="is a pickle by its name"):
        read(tmp_path, GOLDEN, name)


def test_a_missing_file_a_folder_and_a_pipe(tmp_path):
    import os

    with pytest.raises(WeightsError, match="No such file"):
        read_tensor_file(tmp_path / "none.safetensors")
    with pytest.raises(WeightsError, match="is not a file"):
        read_tensor_file(tmp_path)
    os.mkfifo(tmp_path / "pipe.safetensors")  # opening it would wait for ever
    with pytest.raises(WeightsError, match="is not a file"):
        read_tensor_file(tmp_path / "pipe.safetensors")


def test_every_truncation_is_found(tmp_path):
    for length in range(len(GOLDEN)):
        with pytest.raises(WeightsError):
            read(tmp_path, GOLDEN[:length])


def test_every_single_bit_flip_is_found_or_gives_arrays_of_the_same_size(tmp_path):
    num_header = int.from_bytes(GOLDEN[:8], "little") + 8
    num_read = 0
    for position in range(len(GOLDEN)):
        for bit in range(8):
            data = bytearray(GOLDEN)
            data[position] ^= 1 << bit
            try:
                file = read(tmp_path, bytes(data))
            except WeightsError:
                assert position < num_header, "the data of a file are not judged without a card"
                continue
            num_read += 1
            assert sum(array.nbytes for array in file.tensors.values()) == 14
    assert num_read > 8 * 14  # the data, and letters of names


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_damage_gives_arrays_or_a_weights_error(tmp_path_factory, data):
    content = bytearray(GOLDEN)
    for _ in range(data.draw(st.integers(1, 6))):
        position = data.draw(st.integers(0, len(content) - 1))
        what = data.draw(st.sampled_from(["set", "insert", "delete", "digit"]))
        if what == "set":
            content[position] = data.draw(st.integers(0, 255))
        elif what == "insert":
            content[position:position] = data.draw(st.binary(max_size=4))
        elif what == "delete":
            del content[position : position + data.draw(st.integers(1, 3))]
        else:
            content[position] = ord(data.draw(st.sampled_from('0123456789[]{}",:-eE')))
    try:
        file = read(tmp_path_factory.getbasetemp(), bytes(content), "fuzz.safetensors")
    except WeightsError:
        return
    assert sum(array.nbytes for array in file.tensors.values()) <= len(content) * 2  # BF16 widens


def test_a_huge_header_length_is_not_believed(tmp_path):
    import tracemalloc

    path = tmp_path / "huge.safetensors"
    with path.open("wb") as file:  # a hole of 3 GiB, and a header that would fill it
        file.write((3 << 30).to_bytes(8, "little") + b"{}")
        file.truncate((3 << 30) + 8)
    tracemalloc.start()
    with pytest.raises(WeightsError):
        read_tensor_file(path)
    assert tracemalloc.get_traced_memory()[1] < 1 << 22
    tracemalloc.stop()


arrays = st.dictionaries(
    st.text(min_size=1, max_size=8).filter(lambda name: name != "__metadata__"),
    st.tuples(
        st.sampled_from(sorted(set(DTYPES) - {"BF16"})),
        st.lists(st.integers(0, 3), max_size=3),
        st.integers(0, 2**31),
    ),
    max_size=5,
)  # fmt: skip


def make(kinds):
    result = {}
    for name, (dtype, shape, seed) in kinds.items():
        values = np.random.default_rng(seed).integers(0, 100, shape)
        result[name] = np.asarray(values, DTYPES[dtype])
    return result


@settings(max_examples=100, deadline=None)
@given(kinds=arrays)
def test_what_is_written_is_read_back(tmp_path_factory, kinds):
    tensors = make(kinds)
    data = tensor_file_bytes(tensors)
    file = read(tmp_path_factory.getbasetemp(), data, "round.safetensors")
    assert file.tensors.keys() == tensors.keys()
    for name, array in tensors.items():
        assert file.tensors[name].dtype == array.dtype
        np.testing.assert_array_equal(file.tensors[name], array)
    assert data == tensor_file_bytes(dict(reversed(tensors.items())))


@settings(max_examples=100, deadline=None)
@given(kinds=arrays)
def test_the_reference_reads_what_we_write_and_the_other_way_round(tmp_path_factory, kinds):
    reference = pytest.importorskip("safetensors.numpy")
    tensors = make(kinds)
    theirs = reference.load(tensor_file_bytes(tensors))
    ours = read(tmp_path_factory.getbasetemp(), reference.save(tensors), "ref.safetensors").tensors
    for both in (theirs, ours):
        assert both.keys() == tensors.keys()
        for name, array in tensors.items():
            assert both[name].dtype == array.dtype and both[name].shape == array.shape
            np.testing.assert_array_equal(both[name], array)


@pytest.mark.parametrize("order", ["C", "F"])
def test_order_in_memory_and_of_bytes_do_not_matter(tmp_path, order):
    array = np.asarray(np.arange(6).reshape(2, 3), ">i4", order=order)
    read_back = read(tmp_path, tensor_file_bytes({"a": array, "t": array.T})).tensors
    assert read_back["a"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert read_back["t"].tolist() == [[0, 3], [1, 4], [2, 5]]


def test_data_begin_aligned():
    data = tensor_file_bytes({"b": np.zeros(3, np.uint8), "a": np.zeros(2), "x": np.zeros(1, "f2")})
    num_header = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + num_header])
    assert (8 + num_header) % 8 == 0
    assert header["a"]["data_offsets"] == [0, 16]
    assert header["x"]["data_offsets"] == [16, 18]
    assert header["b"]["data_offsets"] == [18, 21]
    assert header["__metadata__"] == {"format": "pt"}  # or transformers refuses the file


def test_a_header_needs_no_metadata():
    assert header_of([("w", "U8", (2,), 2)], {}).endswith(
        b'{"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}   '
    )


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array([1.0, np.nan]), "not finite as float64"),
        (np.array([np.inf], np.float16), "not finite as float16"),
        (np.array([1j]), "of type complex128 cannot be stored"),
        (np.array(["a"]), "cannot be stored"),
        (np.array([None]), "cannot be stored"),
    ],
)
def test_what_cannot_be_stored_is_said(array, words):
    with pytest.raises(WeightsError, match=words):
        tensor_file_bytes({"w": array})


def test_neither_torch_nor_safetensors_is_imported():
    code = (
        "import sys, astra_core.weights; "
        "sys.exit(bool({'torch', 'safetensors', 'rclpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
