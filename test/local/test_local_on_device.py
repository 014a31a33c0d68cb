"""The CuPy engines on a real device: agreement, memory without copies, streams, no waiting.

Skipped, and counted as such, where CuPy finds no CUDA device; the same kernels run on the CPU in
the tests of the engines.
"""

import itertools
import math
import warnings

import numpy as np
import pytest
from lift_cases import frustum_bytes, frustum_case, lifting, most_bytes

from astra_core.errors import ConfigError, ShapeError
from astra_local.voxel.cuda import cuda_is_usable, shared_with_torch, why_not
from astra_local.voxel.esdf import signed_distance, signed_distance_and_nearest
from astra_local.voxel.esdf_cuda import MAX_SIDE
from astra_local.voxel.esdf_update import EsdfUpdater
from astra_local.voxel.lift import lift
from astra_local.voxel.lookup import lookup

torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.skipif(not cuda_is_usable(), reason=f"no CUDA engine here: {why_not()}"),
    pytest.mark.skipif(not torch.cuda.is_available(), reason="this torch has no CUDA"),
]

SHAPES = [
    (1, 1, 1),
    (3, 1, 70),
    (2, 70, 1),
    (4, 31, 33),
    (2, 256, 256),
    (1, 2, 1500),
    (1, 1500, 3),
    (2, 1, 5, 7),
    (2, 16, 50, 60),
    (1, 70, 64, 65),
    (1, 1200, 3, 4),
]


def random_grids(shape, share, seed=0):
    return np.random.default_rng(seed).random(shape) < share


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_distances_equal_those_of_the_cpu(shape):
    for share, cap_m in itertools.product((0.0, 0.01, 0.3, 1.0), (math.inf, 0.5)):
        compare(random_grids(shape, share), (0.3, 0.1, 0.2)[-(len(shape) - 1) :], cap_m)


def compare(occupied, sides_m, cap_m):
    options = {"max_distance_m": cap_m}
    wanted = signed_distance(occupied, sides_m, engine="scipy", **options)
    on_device = torch.from_numpy(occupied).cuda()
    found = signed_distance_and_nearest(on_device, sides_m, engine="cuda", **options)
    assert found.distance_m.is_cuda
    np.testing.assert_allclose(found.distance_m.cpu().numpy(), wanted, rtol=1e-5, atol=1e-6)
    without = signed_distance(on_device, sides_m, engine="cuda", **options)
    assert torch.equal(without, found.distance_m)

    # Ties may go to either cell, so what is compared is how far away the named cell is.
    nearest = found.nearest.cpu().numpy()
    half_m = 0.5 * min(sides_m)
    for grid, field, cells in zip(occupied, wanted, nearest, strict=True):
        named = np.argwhere(cells >= 0)
        away = np.stack(np.unravel_index(cells[cells >= 0], grid.shape), axis=-1) - named
        distance = np.linalg.norm(away * np.array(sides_m), axis=-1) - half_m
        np.testing.assert_allclose(np.abs(field[cells >= 0]), distance, rtol=1e-5, atol=1e-6)
        assert (grid.ravel()[cells[cells >= 0]] != grid[cells >= 0]).all()
        assert (np.abs(field[cells < 0]) >= min(cap_m, 1e9) - 1e-6).all()


def test_fields_come_back_to_where_the_grid_was():
    occupied = random_grids((2, 16, 40, 48), 0.02)
    wanted = torch.from_numpy(signed_distance(occupied, 0.1))
    last = torch.device("cuda", torch.cuda.device_count() - 1)
    for device in (torch.device("cpu"), last):
        field = signed_distance(torch.from_numpy(occupied).to(device), 0.1, engine="cuda")
        assert field.device == device
        torch.testing.assert_close(field.cpu(), wanted)
    assert isinstance(signed_distance(occupied, 0.1, engine="cuda"), np.ndarray)
    with pytest.raises(ConfigError, match="for the CPU"):
        signed_distance(torch.from_numpy(occupied).cuda(), 0.1, engine="edt")


def test_probabilities_that_are_not_finite_count_as_occupied():
    chance = torch.tensor([[0.1, 0.2, math.nan, 0.9]], device="cuda")
    assert (signed_distance(chance, 1.0) < 0.0).tolist() == [[False, False, True, True]]


def test_fields_live_in_the_memory_of_torch():
    occupied = torch.from_numpy(random_grids((4, 1200, 1200), 0.01)).cuda()
    signed_distance(occupied, 0.1)
    pool = pytest.importorskip("cupy").get_default_memory_pool()
    before = pool.total_bytes()
    field = signed_distance(occupied, 0.1)
    assert field.numel() > 0 and pool.total_bytes() == before


def test_a_call_warns_of_nothing():
    occupied = torch.zeros(2, 8, 8, dtype=torch.bool, device="cuda")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        signed_distance(occupied, 0.1)


def test_a_side_that_is_too_long_is_refused():
    with pytest.raises(ShapeError, match=str(MAX_SIDE)):
        signed_distance(torch.zeros(1, MAX_SIDE + 1, dtype=torch.bool).cuda(), 0.1)


def test_an_update_stays_on_the_device_and_equals_a_new_field():
    occupied = torch.from_numpy(random_grids((16, 80, 90), 0.01)).cuda()
    updater = EsdfUpdater(occupied, 0.1, 0.5)
    for number in range(5):
        occupied[3, 10 * number : 10 * number + 4, 40] ^= True
        box = ((3, 4), (10 * number, 10 * number + 4), (40, 41)) if number % 2 else None
        field = updater.update(occupied, box)
        assert field.is_cuda
        assert 0 < updater.num_computed < occupied.numel() // 2
        torch.testing.assert_close(field, signed_distance(occupied, 0.1, max_distance_m=0.5))


def test_tensors_are_shared_and_not_copied():
    tensor = torch.arange(12.0).cuda()
    with shared_with_torch([tensor]) as (array,):
        assert array.data.ptr == tensor.data_ptr()
        array[3] = 7.0
    assert tensor[3].item() == 7.0


def test_work_is_ordered_on_the_stream_of_torch():
    occupied = torch.from_numpy(random_grids((4, 300, 300), 0.01))
    wanted = signed_distance(occupied, 0.1)
    stream = torch.cuda.Stream()
    for _ in range(10):
        with torch.cuda.stream(stream):
            torch.cuda._sleep(20_000_000)  # what comes next is not there yet
            late = torch.zeros_like(occupied, device="cuda")
            late.copy_(occupied.pin_memory(), non_blocking=True)
            field = signed_distance(late, 0.1, engine="cuda")
            doubled = 2.0 * field
        stream.synchronize()
        torch.testing.assert_close(doubled.cpu(), 2.0 * wanted)


def test_nobody_waits():
    occupied = torch.from_numpy(random_grids((8, 256, 256), 0.01)).cuda()
    table, features, depth = lifting(16)
    features, depth = features.cuda().requires_grad_(), depth.cuda().requires_grad_()
    chance = torch.rand(8, 256, 256, device="cuda")
    signed_distance(occupied, 0.1)
    signed_distance(chance, 0.1)
    lift(features, depth, table).sum().backward()
    torch.cuda.synchronize()
    done = torch.cuda.Event()
    torch.cuda.set_sync_debug_mode("error")
    try:
        torch.cuda._sleep(2_000_000_000)  # about a second
        field = signed_distance(occupied, 0.1)
        signed_distance(chance, 0.1)
        points = torch.zeros(8, 5, 2, device="cuda").requires_grad_()
        zeros, sides = torch.zeros(2, device="cuda"), torch.ones(2, device="cuda")
        lookup(field, points, zeros, sides).sum().backward()
        lift(features, depth, table).sum().backward()
        done.record()
        assert not done.query()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    torch.cuda.synchronize()


@pytest.mark.parametrize("channels", [1, 33, 80])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16], ids=["fp32", "fp16"])
def test_lifting_equals_the_reference(channels, dtype):
    table, features, depth = lifting(channels, dtype)
    results = []
    for engine, device in (("torch", "cpu"), ("cuda", "cuda")):
        f = features.detach().to(device).requires_grad_()
        d = depth.detach().to(device).requires_grad_()
        voxels = lift(f, d, table, engine=engine)
        slope = torch.randn(voxels.shape, generator=torch.Generator().manual_seed(5))
        voxels.backward(slope.to(dtype).to(device))
        results.append([t.detach().cpu().float() for t in (voxels, f.grad, d.grad)])
    bound = 1e-4 if dtype == torch.float32 else 2e-2
    for wanted, found in zip(*results, strict=True):
        torch.testing.assert_close(found, wanted, atol=bound, rtol=bound)


def test_lifting_in_double_precision_is_left_to_torch():
    table, features, depth = lifting(5, torch.float64)
    found = lift(features.cuda(), depth.cuda(), table)
    torch.testing.assert_close(found.cpu(), lift(features, depth, table, engine="torch"))
    with pytest.raises(ConfigError, match="float64"):
        lift(features.cuda(), depth.cuda(), table, engine="cuda")
    with pytest.raises(ShapeError, match="depth"):
        lift(features.cuda(), depth, table)


@pytest.mark.parametrize("wanted", ["features", "depth"])
def test_lifting_gives_one_gradient_alone(wanted):
    table, features, depth = lifting(33)
    results = []
    for engine, device in (("torch", "cpu"), ("cuda", "cuda")):
        f, d = features.to(device), depth.to(device)
        leaf = (f if wanted == "features" else d).requires_grad_()
        voxels = lift(f, d, table, engine=engine)
        slope = torch.randn(voxels.shape, generator=torch.Generator().manual_seed(5))
        results.append(torch.autograd.grad(voxels, leaf, slope.to(device))[0].cpu())
    torch.testing.assert_close(results[1], results[0], atol=1e-4, rtol=1e-4)


def test_points_and_sides_that_are_no_numbers_read_none():
    field = torch.arange(6.0, device="cuda").reshape(1, 2, 3)
    points = torch.tensor([[[math.nan, 0.5], [0.5, 0.5]]], device="cuda")
    zeros, ones = torch.zeros(2, device="cuda"), torch.ones(2, device="cuda")
    found = lookup(field, points, zeros, ones)
    assert found[0].isnan().tolist() == [True, False]
    assert lookup(field, points, zeros, -ones).isnan().all()


def test_lifting_stores_no_frustum():
    table, features, depth = frustum_case()
    features, depth = features.cuda(), depth.cuda()
    voxels = lift(features, depth, table, engine="cuda")
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    again = lift(features, depth, table, engine="cuda")
    extra = torch.cuda.max_memory_allocated() - before
    assert torch.equal(again, voxels)
    assert extra <= most_bytes(features, voxels) < frustum_bytes(table, features)
