"""Pictures in messages, by hand: what every encoding means, and what is refused before it costs."""

import struct
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from astra_core.messages.color import color_jpeg, color_of
from astra_core.messages.depth import depth_of, depth_png
from astra_core.messages.encoded import encoded_size
from astra_core.messages.problem import ImageFormatError

HEADER = SimpleNamespace(frame_id="front")


def image(encoding, data, width=2, height=1, step=None, bigendian=False):
    data = np.asarray(bytearray(data), np.uint8)
    step = len(data) // max(height, 1) if step is None else step
    return SimpleNamespace(
        header=HEADER, encoding=encoding, data=data, width=width, height=height, step=step,
        is_bigendian=bigendian,
    )  # fmt: skip


def compressed(data, kind="jpeg"):
    return SimpleNamespace(header=HEADER, format=kind, data=np.frombuffer(data, np.uint8))


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("rgb8", [1, 2, 3, 4, 5, 6]),
        ("bgr8", [3, 2, 1, 6, 5, 4]),
        ("8UC3", [3, 2, 1, 6, 5, 4]),
        ("rgba8", [1, 2, 3, 9, 4, 5, 6, 9]),
        ("bgra8", [3, 2, 1, 9, 6, 5, 4, 9]),
        ("8UC4", [3, 2, 1, 9, 6, 5, 4, 9]),
    ],
)
def test_colours_come_out_red_green_blue(encoding, data):
    assert color_of(image(encoding, data)).tolist() == [[[1, 2, 3], [4, 5, 6]]]


@pytest.mark.parametrize(
    ("encoding", "data", "big"),
    [
        ("mono8", [7, 8], False),
        ("8UC1", [7, 8], False),
        ("mono16", [1, 7, 2, 8], False),
        ("mono16", [7, 1, 8, 2], True),
    ],
)
def test_grey_is_three_times_the_same(encoding, data, big):
    assert color_of(image(encoding, data, bigendian=big)).tolist() == [[[7] * 3, [8] * 3]]


@pytest.mark.parametrize(
    ("encoding", "data"),
    [("yuv422", [128, 16, 128, 235]), ("uyvy", [128, 16, 128, 235]),
     ("yuv422_yuy2", [16, 128, 235, 128]), ("yuyv", [16, 128, 235, 128])],
)  # fmt: skip
def test_the_darkest_and_the_brightest_of_a_pair(encoding, data):
    # Without colour (U = V = 128) luma goes from 16, black, to 235, white.
    assert color_of(image(encoding, data)).tolist() == [[[0] * 3, [255] * 3]]


@pytest.mark.parametrize("pattern", ["rggb", "bggr", "gbrg", "grbg"])
def test_a_mosaic_of_one_colour_is_that_colour(pattern):
    value = {"r": 200, "g": 100, "b": 50}
    tile = np.array([[value[c] for c in pattern[:2]], [value[c] for c in pattern[2:]]], np.uint8)
    mosaic = np.tile(tile, (4, 4))
    seen = color_of(image(f"bayer_{pattern}8", mosaic.tobytes(), 8, 8))
    assert seen[3:5, 3:5].reshape(-1, 3).tolist() == [[200, 100, 50]] * 4


def test_rows_may_be_padded():
    message = image("rgb8", [1, 2, 3, 0, 4, 5, 6, 0], width=1, height=2)
    assert color_of(message).tolist() == [[[1, 2, 3]], [[4, 5, 6]]]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (image("yuv422", [0] * 6, width=3), "even width"),
        (image("rgb8", [0] * 5), "too few"),
        (image("rgb8", [0] * 6, width=2, height=1, step=5), "too few"),
        (image("rgb8", [], width=0, height=0), "empty"),
        (image("rgb8", [0] * 6, width=10**5, height=10**5, step=3 * 10**5), "larger"),
        (image("bayer_rggb8", [0], width=1), "too small"),
        (image("jpeg2000", [0]), "jpeg2000.*known are rgb8"),
        (compressed(b""), "empty"),
        (compressed(b"%!PS-Adobe-3.0 EPSF-3.0"), "neither JPEG nor PNG"),
        (compressed(b"\xff\xd8\xff\xe0"), "damaged"),
    ],
)
def test_what_is_no_picture_is_one_sentence(message, words):
    with pytest.raises(ImageFormatError, match=words):
        color_of(message)


def test_a_png_that_says_it_is_huge_is_not_decoded(monkeypatch):
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("decoded"))
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 60_000, 30_000)
    with pytest.raises(ImageFormatError, match=r"larger \(60000x30000\)"):
        color_of(compressed(header + bytes(40)))


@pytest.mark.parametrize("flags", [[], [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]])
@pytest.mark.parametrize("kind", [".jpg", ".png"])
def test_the_size_is_in_the_header(kind, flags):
    data = cv2.imencode(kind, np.zeros((5, 7, 3), np.uint8), flags if kind == ".jpg" else [])[1]
    assert encoded_size(data.tobytes(), "it") == (7, 5)


def test_a_jpeg_of_thousands_of_scans_is_not_decoded():
    """Each scan goes over the whole picture: 60 kB of empty ones would take minutes."""
    whole = cv2.imencode(
        ".jpg", np.zeros((64, 64, 3), np.uint8), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
    )[1].tobytes()
    assert color_of(compressed(whole)).shape == (64, 64, 3)
    at = whole.rindex(b"\xff\xda")
    scan = whole[at:-2]
    with pytest.raises(ImageFormatError, match="more scans"):
        color_of(compressed(whole[:-2] + scan * 200 + whole[-2:]))


def test_a_jpeg_stays_as_it_is_and_others_become_one():
    picture = np.full((8, 8, 3), (200, 10, 10), np.uint8)
    jpeg = cv2.imencode(".jpg", picture[..., ::-1])[1].tobytes()
    png = cv2.imencode(".png", picture[..., ::-1])[1].tobytes()
    assert color_jpeg(compressed(jpeg)) == jpeg
    for message in (compressed(png, "png"), image("rgb8", picture.tobytes(), 8, 8)):
        again = cv2.imdecode(np.frombuffer(color_jpeg(message), np.uint8), cv2.IMREAD_COLOR)
        assert np.abs(again[..., ::-1].astype(int) - picture).max() <= 4
    with pytest.raises(ImageFormatError):
        color_jpeg(compressed(jpeg[: len(jpeg) // 3]))


@pytest.mark.parametrize("order", ["<", ">"])
def test_depth_is_metres_and_zero_where_unknown(order):
    big = order == ">"
    millimetres = image("16UC1", struct.pack(f"{order}2H", 0, 1500), bigendian=big)
    assert depth_of(millimetres)[0].tolist() == pytest.approx([0.0, 1.5])
    data = struct.pack(f"{order}4f", 1.5, float("nan"), float("inf"), -float("inf"))
    metres = image("32FC1", data, width=4, bigendian=big)
    assert depth_of(metres).tolist() == [[1.5, 0.0, 0.0, 0.0]]


def test_compressed_depth_by_hand():
    stored = cv2.imencode(".png", np.array([[0, 1500, 60]], np.uint16))[1].tobytes()
    plain = compressed(bytes(12) + stored, "16UC1; compressedDepth png")
    assert depth_of(plain)[0].tolist() == pytest.approx([0.0, 1.5, 0.06])
    # Inverse depth: z = A / (value - B) = 100 / (1500 - 50), 100 / (60 - 50).
    inverse = compressed(struct.pack("<iff", 0, 100.0, 50.0) + stored, "32FC1; compressedDepth")
    assert depth_of(inverse)[0].tolist() == pytest.approx([0.0, 100 / 1450, 10.0])
    png = cv2.imdecode(np.frombuffer(depth_png(inverse), np.uint8), cv2.IMREAD_UNCHANGED)
    assert png.tolist() == [[0, 69, 10_000]]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (image("8UC1", [0, 0]), "not 16UC1 or 32FC1"),
        (compressed(bytes(12), "16UC1"), "no PNG"),
        (compressed(bytes(40), "16UC1; compressedDepth rvl"), "RVL"),
        (compressed(bytes(12) + b"\x89PNG\r\n\x1a\n", "16UC1"), "neither|damaged"),
        (compressed(b"x", "jpeg"), "not 16UC1 or 32FC1"),
    ],
)
def test_what_is_no_depth_is_one_sentence(message, words):
    with pytest.raises(ImageFormatError, match=words):
        depth_of(message)
