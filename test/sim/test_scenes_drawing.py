"""The picture from above: its scale, and that things lie where they stand."""

import numpy as np
import pytest
from PIL import Image

from astra_sim.scenes import make_scene
from astra_sim.scenes.drawing import TopDown


@pytest.fixture(scope="module")
def drawn():
    """A home and its picture without labels."""
    scene = make_scene("home", 5)
    return scene, TopDown(scene, pixels_per_metre=40.0, labels=False)


def test_points_map_to_pixels_with_y_up(drawn) -> None:
    scene, picture = drawn
    x0, y0, x1, y1 = scene.bounds_m
    corners = picture.to_pixels(np.asarray([(x0, y1), (x1, y0)]))
    np.testing.assert_allclose(corners[1] - corners[0], ((x1 - x0) * 40.0, (y1 - y0) * 40.0))
    assert (corners[0] > 0).all() and (corners[1] < picture.image.size).all()


def test_walls_are_dark_doors_are_open_and_outside_is_paper(drawn) -> None:
    scene, picture = drawn
    pixels = np.asarray(picture.image).astype(int)

    def at(x: float, y: float) -> np.ndarray:
        column, row = picture.to_pixels(np.asarray([x, y]))
        return pixels[int(row), int(column)]

    for wall in (obj for obj in scene.objects if obj.kind == "wall"):
        part = wall.parts[0]
        if part.size_m[0] > 0.1:
            continue  # an outer wall, which may have a window here
        cos, sin = np.cos(wall.pose[2]), np.sin(wall.pose[2])
        x, y = part.position_m[:2]
        assert at(wall.pose[0] + cos * x - sin * y, wall.pose[1] + sin * x + cos * y).max() < 90
    for door in scene.door_centers_m:
        assert at(*door).min() > 100
    assert (pixels[1, 1] > 240).all()


def test_the_file_is_written_with_labels(tmp_path, drawn) -> None:
    scene, plain = drawn
    path = tmp_path / "plan.png"
    TopDown(scene, pixels_per_metre=40.0).save(path)
    image = Image.open(path)
    assert image.size == plain.image.size
    assert np.abs(np.asarray(image).astype(int) - np.asarray(plain.image)).sum() > 0
