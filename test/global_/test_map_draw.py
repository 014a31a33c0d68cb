"""The picture of a map: places can be read off its edges."""

import numpy as np
import pytest
from PIL import Image

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_global.map import AstraMap, MapNode, draw_map

RIG = CameraRig((Camera("front", CameraIntrinsics(8, 6, 5.0, 5.0, 3.5, 2.5), np.eye(4)),))


@pytest.mark.parametrize(("far_m", "step_m"), [(4.0, 1), (30.0, 1), (2000.0, 20)])
def test_coordinates_stand_where_they_belong(tmp_path, far_m, step_m):
    nodes = tuple(
        MapNode(f"n{i}", se3.from_se2((i * far_m, 2.0 * i * far_m / 4.0, 0.0))) for i in (0, 1)
    )
    astra_map = AstraMap(nodes, (), (), RIG, {"map": "built"})
    with Image.open(draw_map(astra_map, tmp_path / "map.png")) as picture:
        pixels = np.asarray(picture.convert("L")).astype(int)
    # Margins of 0.6 m beside the outermost nodes, 0.9 m above and 0.8 m below.
    scale = pixels.shape[1] / (far_m + 1.2)
    columns = np.flatnonzero(pixels[35] < 150)
    marks = {round(column / scale - 0.6) for column in columns}
    wanted = set(range(0, int(far_m + 0.6) + 1, step_m))
    assert wanted <= marks
    if far_m < 100.0:
        assert marks == wanted
        for x in wanted:
            assert np.abs(columns - (x + 0.6) * scale).min() <= 1.0
        rows = np.flatnonzero(pixels[:, 3] < 150)
        top_m = far_m / 2.0 + 0.9
        tall = [
            y for y in range(int(far_m / 2.0) + 1) if 50 < (top_m - y) * scale < len(pixels) - 36
        ]
        assert {round(top_m - row / scale) for row in rows} == set(tall)
