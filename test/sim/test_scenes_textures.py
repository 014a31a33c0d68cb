"""Surfaces: rich at every wavelength, drawn alike whenever they are drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astra_sim.scenes.textures.lettering import sign_texture
from astra_sim.scenes.textures.noise import octaves, smooth_noise
from astra_sim.scenes.textures.palette import COLORS, WOODS
from astra_sim.scenes.textures.pictures import PICTURE_KINDS, picture_texture
from astra_sim.scenes.textures.store import TextureStore
from astra_sim.scenes.textures.walls import WALL_STYLES, wall_texture


def test_smooth_noise_has_unit_deviation_and_its_wavelength() -> None:
    field = smooth_noise(np.random.default_rng(0), (400, 400), (40.0, 40.0))
    assert field.std() == pytest.approx(1.0, abs=0.2)
    # Cells of 10 pixels: alike at 2 pixels, unlike at 20.
    assert np.corrcoef(field[:, :-2].ravel(), field[:, 2:].ravel())[0, 1] > 0.8
    assert abs(np.corrcoef(field[:, :-20].ravel(), field[:, 20:].ravel())[0, 1]) < 0.2


def test_octaves_add_up() -> None:
    grey = octaves(np.random.default_rng(0), (208, 400), 0.0125, level=6.0)
    assert grey.std() == pytest.approx(12.0, rel=0.3)


@pytest.mark.parametrize("style", list(WALL_STYLES))
def test_walls_are_rich_everywhere(style: str) -> None:
    rgb = np.asarray([200.0, 200.0, 190.0])
    image = wall_texture(np.random.default_rng(3), style, rgb, 4.0, 2.6)
    assert image.shape == (208, 320, 3)
    grey = image.astype(float).mean(axis=2)
    blocks = grey[:200].reshape(5, 40, 8, 40).std(axis=(1, 3))
    assert blocks.min() > 4.0


def test_a_texture_does_not_depend_on_when_it_is_drawn() -> None:
    first, second = TextureStore(7), TextureStore(7)
    first.material("fabric", "red")
    names = [store.material("oak", variant=1) for store in (first, second)]
    mark = second.mark()
    second.material("leather", "blue")
    second.restore(mark)
    assert names[0] == names[1]
    np.testing.assert_array_equal(first.draw(names)[names[0]], second.draw(names)[names[0]])
    assert not np.array_equal(first.draw(names)[names[0]], TextureStore(8).draw([]).get("oak_1"))


def test_added_textures_get_names_of_their_own() -> None:
    store = TextureStore(0)
    plain = lambda rng: rng.integers(0, 255, (4, 4, 3)).astype(np.uint8)  # noqa: E731
    names = [store.add("books", plain) for _ in range(3)]
    assert len(set(names)) == 3
    images = store.draw(names)
    assert len({image.tobytes() for image in images.values()}) == 3


@pytest.mark.parametrize(
    "kind", ["fabric", "leather", "lacquer", "metal", "ceramic", "stone", "wicker"]
)
@pytest.mark.parametrize("color", ["red", "blue", "green"])
def test_materials_have_the_colour_they_are_called(kind: str, color: str) -> None:
    store = TextureStore(1)
    name = store.material(kind, color)
    mean = store.draw([name])[name].reshape(-1, 3).mean(axis=0)
    assert np.argmax(mean) == np.argmax(COLORS[color])


def test_woods_are_known_by_name() -> None:
    store = TextureStore(1)
    names = [store.material(wood) for wood in WOODS]
    assert len({image.tobytes() for image in store.draw(names).values()}) == len(WOODS)


@given(st.sampled_from(["KITCHEN", "LIVING ROOM", "BATH", "GUEST ROOM"]), st.floats(0.3, 0.5))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_sign_letters_are_large_and_stay_inside_the_frame(text: str, width: float) -> None:
    image = sign_texture(np.random.default_rng(0), text, (width, 0.18), (230, 230, 230), (0, 0, 0))
    dark = (image < 120).all(axis=2)
    inner = dark[5:-5, 5:-5]
    assert not dark[:2].any() and not dark[:, :2].any()
    rows, columns = np.nonzero(inner)
    margin = 5
    assert margin <= columns.min() + 5 and columns.max() + 5 <= image.shape[1] - margin
    assert np.ptp(rows) + 1 >= (14 if " " in text else 0.045 / 0.0025 * 0.7)
    assert 0.03 < inner.mean() < 0.5


@pytest.mark.parametrize("kind", PICTURE_KINDS)
def test_pictures_are_unique_and_framed(kind: str) -> None:
    rgb = np.asarray([60.0, 120.0, 180.0])
    a, b = (picture_texture(np.random.default_rng(s), kind, rgb, (0.6, 0.45)) for s in (1, 2))
    assert a.shape == (90, 120, 3)
    assert np.abs(a.astype(int) - b).mean() > 10.0
    assert (a[0] == a[0, 0]).all() and (a[:, -1] == a[0, 0]).all()
