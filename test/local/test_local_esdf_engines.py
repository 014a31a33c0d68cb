"""Every engine against brute force and against each other; the kernels run on the CPU as well."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import nvrtc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from kernels_on_cpu import cpu_loader, on_the_cpu

from astra_core.errors import ConfigError, ShapeError
from astra_local.voxel import esdf, esdf_cuda
from astra_local.voxel.cuda import cuda_is_usable, kernel_source, why_not
from astra_local.voxel.esdf import distance_to, signed_distance, signed_distance_and_nearest
from astra_local.voxel.esdf_cuda import MAX_SIDE, column_plan, options, plane_plan
from astra_local.voxel.esdf_input import on_device
from astra_local.voxel.esdf_update import EsdfUpdater

torch = pytest.importorskip("torch")

SIDES = st.sampled_from([0.05, 0.1, 0.25, 1.0])
GRIDS = arrays(bool, array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=7))


def brute_force(occupied, sides_m):
    """Return signed distances and squared centre distances by looking at every pair of cells."""
    cells = np.argwhere(np.ones(occupied.shape, bool)) * np.array(sides_m)
    squared = ((cells[:, None] - cells[None, :]) ** 2).sum(axis=-1)
    flat = occupied.ravel()
    squared[flat[:, None] == flat[None, :]] = np.inf
    least = squared.min(axis=1, initial=np.inf)
    distance = np.sqrt(least) - 0.5 * min(sides_m)
    return np.where(flat, -distance, distance).reshape(occupied.shape), squared


def same_field(field, wanted):
    np.testing.assert_allclose(field, wanted, atol=2e-5, rtol=1e-5)


def right_cells(nearest, squared, sides_m, cap_m=math.inf):
    """Check that each index is one of the nearest cells, and -1 only where none is in reach."""
    least = squared.min(axis=1, initial=np.inf)
    in_reach = np.sqrt(least) - 0.5 * min(sides_m) <= cap_m
    flat = nearest.ravel()
    known = flat >= 0
    # At the cap itself rounding decides.
    near_cap = np.isclose(np.sqrt(least) - 0.5 * min(sides_m), cap_m, atol=1e-4)
    assert ((known == (in_reach & np.isfinite(least))) | near_cap).all()
    rows = np.flatnonzero(known)
    np.testing.assert_allclose(squared[rows, flat[rows]], least[rows], rtol=1e-5)


@pytest.mark.parametrize("engine", ["edt", "scipy", "torch"])
@settings(max_examples=60, deadline=None)
@given(occupied=GRIDS, sides=st.tuples(SIDES, SIDES, SIDES))
def test_sides_of_their_own_and_nearest_cells(engine, occupied, sides):
    sides_m = sides[: occupied.ndim]
    wanted, squared = brute_force(occupied, sides_m)
    found = signed_distance_and_nearest(occupied, sides_m, engine=engine)
    same_field(found.distance_m, wanted)
    right_cells(found.nearest, squared, sides_m)
    cap_m = 1.3 * max(sides_m)
    capped = signed_distance_and_nearest(occupied, sides_m, engine=engine, max_distance_m=cap_m)
    same_field(capped.distance_m, np.clip(wanted, -cap_m, cap_m))
    right_cells(capped.nearest, squared, sides_m, cap_m)


@pytest.mark.parametrize("engine", ["edt", "scipy", "torch"])
def test_a_batch_is_its_grids_one_by_one(engine):
    rng = np.random.default_rng(1)
    batch = rng.random((2, 3, 5, 6, 4)) < 0.1
    field = signed_distance(batch, (0.2, 0.1, 0.3), engine=engine)
    for index in itertools.product(range(2), range(3)):
        same_field(field[index], signed_distance(batch[index], (0.2, 0.1, 0.3), engine="scipy"))
    maps = signed_distance(batch, 0.1, spatial_dims=2, engine=engine)
    same_field(maps[1, 2, 3], signed_distance(batch[1, 2, 3], 0.1, engine="scipy"))


@pytest.mark.parametrize("shape", [(1, 1300), (1300, 2), (1, 1, 1100), (1, 1100, 1), (1100, 1, 1)])
@pytest.mark.parametrize("engine", ["edt", "torch"])
def test_long_sides(engine, shape):
    occupied = np.zeros(shape, bool)
    occupied[(0,) * len(shape)] = True
    field = signed_distance(occupied, 1.0, engine=engine)
    same_field(field, signed_distance(occupied, 1.0, engine="scipy"))
    assert field[tuple(side - 1 for side in shape)] == pytest.approx(
        math.sqrt(sum((side - 1) ** 2 for side in shape)) - 0.5, rel=1e-5
    )


@pytest.mark.parametrize("engine", ["edt", "torch"])
def test_long_sides_are_exact_to_float_precision(engine):
    occupied = np.zeros((1, 5000), bool)
    occupied[0, -1] = True
    field = signed_distance(occupied, 0.1, engine=engine)
    wanted = 0.1 * np.arange(4999, 0, -1) - 0.05
    np.testing.assert_allclose(field[0, :-1], wanted, rtol=5e-7)


def test_probabilities_are_cut_at_the_threshold():
    chance = np.array([[0.1, 0.6, 0.9]])
    np.testing.assert_array_equal(signed_distance(chance, 1.0) < 0, [[False, True, True]])
    np.testing.assert_array_equal(
        signed_distance(chance, 1.0, threshold=0.7) < 0, [[False, False, True]]
    )


def test_tensors_come_back_as_tensors():
    occupied = torch.zeros((4, 5), dtype=torch.bool)
    occupied[1, 2] = True
    for engine in ("auto", "edt", "torch"):
        found = signed_distance_and_nearest(occupied, 0.1, engine=engine)
        assert (
            isinstance(found.distance_m, torch.Tensor) and found.distance_m.dtype == torch.float32
        )
        assert int(found.nearest[3, 4]) == 7
    same_field(found.distance_m.numpy(), signed_distance(occupied.numpy(), 0.1))


@pytest.mark.parametrize(
    ("occupied", "size", "error", "text"),
    [
        (np.zeros(4, bool), 0.1, ShapeError, "2 or 3"),
        (np.zeros((2, 2, 2, 2), bool), 0.1, ShapeError, "2 or 3"),
        (np.zeros((0, 4), bool), 0.1, ShapeError, "non-empty"),
        (np.zeros((2, 2), bool), (0.1, 0.1, 0.1), ShapeError, "3 axes"),
        (np.zeros((2, 2), bool), (0.1, 0.0), ConfigError, "positive"),
        (np.zeros((2, 2), bool), math.nan, ConfigError, "positive"),
        (np.array([[0.2, math.nan]]), 0.1, ValueError, "finite"),
        (np.array([["a", "b"]]), 0.1, ShapeError, "bool or numbers"),
        (np.array([[1j, 0j]]), 0.1, ShapeError, "bool or numbers"),
        (torch.zeros(2, 2, dtype=torch.complex64), 0.1, ShapeError, "bool or numbers"),
        (torch.tensor([[0.2, math.inf]]), 0.1, ValueError, "finite"),
        (np.broadcast_to(np.False_, (1 << 16, 1 << 15)), 0.1, ShapeError, "2147483647 cells"),
    ],
)
def test_what_cannot_be_used_is_refused(occupied, size, error, text):
    with pytest.raises(error, match=text):
        signed_distance(occupied, size)


@pytest.mark.parametrize("engine", ["edt", "scipy"])
def test_engines_of_the_cpu_refuse_grids_on_other_devices(engine):
    with pytest.raises(ConfigError, match="for the CPU, got a grid on meta"):
        signed_distance(torch.zeros(2, 2, dtype=torch.bool, device="meta"), 0.1, engine=engine)


def test_a_threshold_that_would_free_every_cell_is_refused():
    with pytest.raises(ConfigError, match="threshold"):
        signed_distance(np.ones((2, 2)), 0.1, threshold=math.nan)


def test_what_is_not_finite_on_a_device_counts_as_occupied():
    chance = torch.tensor([[0.2, 0.6, math.nan, math.inf, -math.inf]])
    assert on_device(chance, 0.5).tolist() == [[False, True, True, True, True]]
    assert on_device(torch.tensor([[-1, 0, 100]]), 0.5).tolist() == [[False, False, True]]


def test_a_mask_is_a_grid_of_bool():
    for mask in (np.zeros((2, 2)), np.zeros(3, bool), np.zeros((0, 2), bool), torch.ones(2, 2)):
        with pytest.raises(ShapeError):
            distance_to(mask, 0.1)


def test_the_field_comes_back_to_the_device_of_the_grid(monkeypatch):
    # As the CUDA engine does with a tensor of the CPU, but the other way round and without a GPU.
    monkeypatch.setattr(esdf, "_chosen", lambda engine, device: "cuda")
    elsewhere = torch.zeros(1, 3, 4), torch.zeros(1, 3, 4, dtype=torch.int32)
    monkeypatch.setattr(esdf, "_cuda", lambda *_: elsewhere)
    occupied = torch.zeros(3, 4, dtype=torch.bool, device="meta")
    found = signed_distance_and_nearest(occupied, 0.1, engine="cuda")
    assert found.distance_m.device == found.nearest.device == occupied.device


def test_an_engine_that_is_not_there_says_why():
    if cuda_is_usable():
        pytest.skip("there is a GPU")
    with pytest.raises(ConfigError, match=re.escape(f"cannot be used: {why_not()}")):
        signed_distance(np.zeros((2, 2), bool), 0.1, engine="cuda")


@settings(max_examples=40, deadline=None)
@given(
    start=GRIDS,
    changes=st.lists(st.integers(0, 10_000), max_size=6),
    cap=st.sampled_from([0.15, 0.31, 0.5]),
)
def test_an_update_equals_a_new_field(start, changes, cap):
    sides_m = (0.1, 0.2, 0.15)[: start.ndim]
    arrays = EsdfUpdater(start, sides_m, cap)
    tensors = EsdfUpdater(torch.from_numpy(start), sides_m, cap, engine="torch")
    told = EsdfUpdater(start, sides_m, cap)
    now = start.copy()
    for change in changes:
        cell = change % now.size
        now.flat[cell] = not now.flat[cell]
        wanted = signed_distance(now, sides_m, max_distance_m=cap)
        same_field(arrays.update(now), wanted)
        same_field(tensors.update(torch.from_numpy(now)).numpy(), wanted)
        box = tuple((int(i), int(i) + 1) for i in np.unravel_index(cell, now.shape))
        same_field(told.update(now, box), wanted)


def test_an_update_computes_only_what_changed():
    occupied = np.zeros((200, 200), bool)
    updater = EsdfUpdater(occupied, 0.1, 0.5)
    assert updater.update(occupied) is updater.distance_m
    assert updater.num_computed == 0
    occupied[100, 50] = True
    updater.update(occupied)
    assert 0 < updater.num_computed <= 27**2
    with pytest.raises(ShapeError):
        updater.update(np.zeros((3, 3), bool))
    for box in (((0, 1),), ((0, 0), (0, 1)), ((0, 1), (0, 201))):
        with pytest.raises(ShapeError, match="changed box"):
            updater.update(occupied, box)
    with pytest.raises(ConfigError):
        EsdfUpdater(occupied, 0.1, math.inf)


def test_an_update_takes_probabilities_by_its_threshold():
    for kind in (np.asarray, torch.from_numpy):
        chance = np.full((5, 6), 0.2)
        updater = EsdfUpdater(kind(chance), 0.1, 0.5, threshold=0.6)
        assert (np.asarray(updater.distance_m) == 0.5).all()
        chance = chance.copy()
        chance[1, 2], chance[3, 3] = 0.7, 0.55
        field = updater.update(kind(chance), ((0, 4), (0, 4)))
        same_field(np.asarray(field), signed_distance(chance > 0.6, 0.1, max_distance_m=0.5))
        chance[0, 0] = math.nan
        with pytest.raises(ValueError, match="finite"):
            updater.update(kind(chance))


@pytest.mark.parametrize(
    ("shape", "sizes", "error"),
    [
        ((4, 5), 0.0, ConfigError),
        ((4, 5), -0.1, ConfigError),
        ((4, 5, 6), (0.1, 0.1), ShapeError),
        ((2, 4, 5, 6), 0.1, ShapeError),
        ((0, 5), 0.1, ShapeError),
    ],
)
def test_grids_that_cannot_be_updated_are_refused(shape, sizes, error):
    with pytest.raises(error):
        EsdfUpdater(np.zeros(shape, bool), sizes, 0.5)


def test_an_update_of_another_kind_is_refused():
    with pytest.raises(ShapeError, match="must be ndarray, got Tensor"):
        EsdfUpdater(np.zeros((4, 5), bool), 0.1, 0.5).update(torch.zeros(4, 5))


CALLS = """
extern "C" void launch_row_pass(int blocks, int across, int down, const uint8* grid, uint16* codes,
                                uint32* kinds, int width, int height) {
#if !IN_SHARED
    launch(blocks, across, down, [=] { row_pass(grid, codes, kinds, width, height); });
#endif
}
extern "C" void launch_plane_pass(int blocks, int across, int down, const void* grid,
                                  const uint32* kinds, float* out, int* nearest, int width,
                                  int height, int depth, int block_rows, float x2, float y2,
                                  float reach2, float half, float cap, int last) {
    launch(blocks, across, down, [=] {
        plane_pass(grid, kinds, out, nearest, width, height, depth, block_rows, x2, y2, reach2,
                   half, cap, last);
    });
}
extern "C" void launch_column_pass(int blocks, int across, int down, const float* squared,
                                   const int* origins, float* field, int* nearest, int width,
                                   int depth, float z2, float reach2, float half, float cap) {
    launch(blocks, across, down, [=] {
        column_pass(squared, origins, field, nearest, width, depth, z2, reach2, half, cap);
    });
}
"""


@pytest.fixture(scope="module", params=[64 * 1024, 0], ids=["in shared memory", "from memory"])
def kernels(request, tmp_path_factory):
    """Runs the CuPy engine on the CPU, with blocks of eight threads."""
    load = cpu_loader(CALLS, tmp_path_factory.mktemp("kernels"))
    patches = {"_THREADS": 8, "_TILES": (4,), "_SHARED_BYTES": request.param, "_BLOCK_ROWS": 3}

    def run(occupied, sides_m, cap_m, with_nearest=True):
        grids, half_m = torch.from_numpy(np.ascontiguousarray(occupied)), 0.5 * min(sides_m)
        with on_the_cpu(esdf_cuda, load, **patches):
            found = esdf_cuda.signed_field(grids, sides_m, half_m, cap_m, with_nearest)
        return [None if tensor is None else tensor.numpy() for tensor in found]

    return run


@settings(max_examples=25, deadline=None)
@given(
    occupied=arrays(bool, array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=6)),
    sides=st.tuples(SIDES, SIDES, SIDES),
    cap=st.sampled_from([math.inf, 0.3, 1.2]),
)
def test_the_kernels_equal_brute_force(kernels, occupied, sides, cap):
    sides_m = sides[: occupied.ndim]
    wanted, squared = brute_force(occupied, sides_m)
    (field,), (nearest,) = kernels(occupied[None], sides_m, cap)
    same_field(field, np.clip(wanted, -cap, cap))
    right_cells(nearest, squared, sides_m, cap)


@pytest.mark.parametrize("width", [31, 32, 33, 63, 64, 65, 200])
def test_the_kernels_count_bits_across_words(kernels, width):
    rng = np.random.default_rng(width)
    for share in (0.0, 0.01, 0.5, 0.99, 1.0):
        occupied = rng.random((5, width)) < share
        wanted, squared = brute_force(occupied, (1.0, 1.0))
        (field,), (nearest,) = kernels(occupied[None], (1.0, 1.0), math.inf)
        same_field(field, wanted)
        right_cells(nearest, squared, (1.0, 1.0))


@pytest.mark.parametrize("grid", [(5, 7), (3, 5, 7)])
def test_the_kernels_work_on_a_batch_without_indices_as_well(kernels, grid):
    occupied = np.random.default_rng(1).random((3, *grid)) < 0.2
    sides_m = (0.3, 0.1, 0.2)[-len(grid) :]
    field, nearest = kernels(occupied, sides_m, 0.5, with_nearest=False)
    assert nearest is None
    same_field(field, signed_distance(occupied, sides_m, max_distance_m=0.5))


@pytest.mark.parametrize("filled", [(), (1,), (2, 3)], ids=str)
@pytest.mark.parametrize("one_cell", [False, True])
def test_the_kernels_know_planes_of_one_kind(kernels, filled, one_cell):
    occupied = np.zeros((4, 5, 8), bool)
    occupied[list(filled)] = True
    occupied[1, 4, 7] ^= one_cell
    wanted, squared = brute_force(occupied, (0.3, 0.1, 0.2))
    (field,), (nearest,) = kernels(occupied[None], (0.3, 0.1, 0.2), math.inf)
    same_field(field, wanted)
    right_cells(nearest, squared, (0.3, 0.1, 0.2))


def test_the_kernels_in_blocks_as_large_as_on_a_device(tmp_path):
    occupied = np.random.default_rng(0).random((1, 200, 70)) < 0.002
    wanted = signed_distance(occupied[0], (0.1, 0.2), engine="scipy")
    with on_the_cpu(esdf_cuda, cpu_loader(CALLS, tmp_path)):
        grids = torch.from_numpy(occupied)
        (field,), _ = esdf_cuda.signed_field(grids, (0.1, 0.2), 0.05, math.inf, True)
    same_field(field.numpy(), wanted)


def test_plans_fit_what_every_device_has():
    assert plane_plan(256, 256) == (64, 4 * 256 * 8 + 2 * 256 * 64)
    assert plane_plan(200, 200)[1] > 0
    assert plane_plan(512, 512) == (32, 64 * 1024)
    assert plane_plan(1024, 1024)[1] == 0
    assert column_plan(16, True) == (64, 2 * 4 * 16 * 64)
    assert column_plan(MAX_SIDE, False)[1] == 0


@pytest.mark.parametrize("architecture", ["75", "80", "86", "89", "90"])
@pytest.mark.parametrize("plan", [(64, True), (32, True), (32, False)])
def test_the_kernels_compile_for_every_supported_device(architecture, plan):
    compiler = nvrtc.library()
    if compiler is None:
        pytest.skip("the wheel nvidia-cuda-nvrtc is not installed")
    flags = ("--std=c++17", f"--gpu-architecture=sm_{architecture}", *options(*plan))
    code, log = nvrtc.cubin(compiler, kernel_source("esdf"), flags)
    assert len(code) > 1000, log
    assert "warning" not in log, log
