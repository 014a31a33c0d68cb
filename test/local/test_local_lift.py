"""Voxel lifting: the table by hand, the engines against each other, the gradients."""

from __future__ import annotations

import math

import numpy as np
import nvrtc
import pytest
from kernels_on_cpu import cpu_loader, on_the_cpu
from lift_cases import frustum_bytes, frustum_case, most_bytes

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.errors import ConfigError, ShapeError
from astra_local.voxel import lift_cuda
from astra_local.voxel.cuda import cuda_is_usable, kernel_source
from astra_local.voxel.lift import _indices, lift
from astra_local.voxel.lift_cuda import options
from astra_local.voxel.lift_table import LiftTable, VoxelGrid

torch = pytest.importorskip("torch")

# Looks along x of the robot: right is -y, down is -z.
_FORWARD = np.array([[0.0, 0.0, 1.0, 0], [-1.0, 0.0, 0.0, 0], [0.0, -1.0, 0.0, 0], [0, 0, 0, 1.0]])


def rig(*yaws_rad, height_m=0.5):
    intrinsics = CameraIntrinsics.from_horizontal_fov(64, 48, math.radians(100.0))
    return CameraRig(
        tuple(
            Camera(
                f"c{number}",
                intrinsics,
                se3.from_xyz_rpy((0.0, 0.0, height_m), (0.0, 0.0, yaw)) @ _FORWARD,
            )
            for number, yaw in enumerate(yaws_rad)
        )
    )


GRID = VoxelGrid((4, 10, 10), (-2.5, -2.5, 0.0), (0.5, 0.5, 0.25))
RIG = rig(0.0, math.pi / 2, math.pi, -math.pi / 2)
TABLE = LiftTable.of_rig(RIG, GRID, (3, 4), (0.4, 0.9, 1.6, 2.2, 9.0))


def inputs(table=TABLE, channels=5, batch=2, dtype=torch.float32, seed=0):
    generator = torch.Generator().manual_seed(seed)
    cameras, bins = table.num_cameras, table.num_bins
    features = torch.randn(batch, cameras, channels, *table.feature_size, generator=generator)
    depth = torch.rand(batch, cameras, bins, *table.feature_size, generator=generator)
    return features.to(dtype), (depth / depth.sum(dim=2, keepdim=True)).to(dtype)


def by_hand(features, depth, table):
    """Add every point of the frustum to its voxel, one after the other."""
    batch, cameras, channels, height, width = features.shape
    out = np.zeros((batch, channels, table.grid.num_voxels))
    for b, n, d, row, column in np.ndindex(batch, cameras, table.num_bins, height, width):
        voxel = table.voxel_of[n, d, row, column]
        if voxel >= 0:
            weight = float(depth[b, n, d, row, column])
            out[b, :, voxel] += weight * features[b, n, :, row, column].double().numpy()
    return out.reshape(batch, channels, *table.grid.shape)


def test_a_point_straight_ahead_lies_in_its_voxel():
    # One feature for the whole picture: its ray is the optical axis.
    grid = VoxelGrid((4, 10, 10), (-2.5, -2.6, -0.1), (0.5, 0.5, 0.25))
    table = LiftTable.of_rig(rig(0.0), grid, (1, 1), (1.1, 3.0))
    # 1.1 m ahead, 0.5 m up: x voxel (1.1 + 2.5) / 0.5 = 7.2, y voxel 2.6 / 0.5 = 5.2, z voxel
    # 0.6 / 0.25 = 2.4; 3 m is outside.
    assert table.voxel_of.ravel().tolist() == [(2 * 10 + 5) * 10 + 7, -1]
    back = LiftTable.of_rig(rig(math.pi), grid, (1, 1), (1.1,))
    assert back.voxel_of.ravel().tolist() == [(2 * 10 + 5) * 10 + 2]


def test_intervals_hold_every_point_in_the_grid_once():
    owners = TABLE.voxel_of.ravel()
    assert sorted(TABLE.points) == np.flatnonzero(owners >= 0).tolist()
    for number, voxel in enumerate(TABLE.voxels):
        part = TABLE.points[TABLE.starts[number] : TABLE.starts[number + 1]]
        assert len(part) > 0 and (owners[part] == voxel).all()
    cameras, _, rows, columns = np.unravel_index(TABLE.points, TABLE.voxel_of.shape)
    assert (TABLE.pixels == (cameras * 3 + rows) * 4 + columns).all()


@pytest.mark.parametrize("engine", ["auto", "torch", "cpu"])
def test_engines_equal_a_loop(engine):
    features, depth = inputs()
    found = lift(features, depth, TABLE, engine=engine)
    assert found.shape == (2, 5, 4, 10, 10) and found.dtype == torch.float32
    np.testing.assert_allclose(found.numpy(), by_hand(features, depth, TABLE), atol=1e-5)


def test_half_precision_sums_in_single():
    features, depth = inputs(dtype=torch.float16)
    wanted = by_hand(features, depth, TABLE)
    for engine in ("torch", "cpu"):
        found = lift(features, depth, TABLE, engine=engine)
        assert found.dtype == torch.float16
        np.testing.assert_allclose(found.float().numpy(), wanted, atol=2e-3)


def test_half_precision_sums_gradients_in_single():
    # In half precision the sum of so many small weights would stop at one.
    table = LiftTable.of_rig(rig(0.0), GRID, (1, 1), np.linspace(0.1, 2.0, 3000))
    depth = torch.full((1, 1, 3000, 1, 1), 2.0**-11, dtype=torch.float16)
    features = torch.ones(1, 1, 1, 1, 1, dtype=torch.float16, requires_grad=True)
    lift(features, depth, table).sum().backward()
    assert features.grad.item() == pytest.approx(3000 * 2.0**-11, rel=1e-3)


@pytest.mark.parametrize("engine", ["auto", "torch", "cpu"])
def test_double_precision_sums_in_double(engine):
    features, depth = inputs(dtype=torch.float64)
    found = lift(features, depth, TABLE, engine=engine)
    assert found.dtype == torch.float64
    np.testing.assert_allclose(found.numpy(), by_hand(features, depth, TABLE), rtol=1e-12)


def test_gradients():
    # Two cameras that see the same voxels.
    table = LiftTable.of_rig(rig(0.0, 0.3), GRID, (2, 2), (0.4, 0.9, 1.6))
    features, depth = inputs(table, channels=2, dtype=torch.float64)
    inputs_ = (features.requires_grad_(), depth.requires_grad_())
    assert torch.autograd.gradcheck(lambda f, d: lift(f, d, table, engine="torch"), inputs_)


def test_tables_made_while_inferring_serve_training_as_well():
    table = LiftTable.of_rig(RIG, GRID, (3, 4), (0.4, 0.9, 1.6, 2.2, 9.0))
    features, depth = inputs(table)
    with torch.inference_mode():
        lift(features, depth, table, engine="torch")
    lift(features.requires_grad_(), depth, table).sum().backward()
    assert features.grad.abs().sum() > 0.0


def test_tables_are_taken_to_a_device_once():
    table = LiftTable.of_rig(RIG, GRID, (3, 4), (0.4, 0.9, 1.6, 2.2, 9.0))
    first = _indices(table, torch.device("cpu"))
    assert _indices(table, torch.device("cpu")) is first


def test_a_table_without_points_gives_zeros():
    nowhere = np.full(TABLE.voxel_of.shape, -1, np.int32)
    table = LiftTable(GRID, TABLE.num_cameras, TABLE.feature_size, TABLE.num_bins, nowhere)
    features, depth = inputs(table, batch=1)
    for engine in ("torch", "cpu"):
        assert lift(features, depth, table, engine=engine).abs().sum() == 0.0


def test_a_rig_behind_the_grid_is_refused_and_one_camera_behind_it_is_not():
    ahead = VoxelGrid((4, 4, 4), (0.5, -1.0, 0.0), (0.5, 0.5, 0.25))
    with pytest.raises(ConfigError, match="got c0 behind or beside it"):
        LiftTable.of_rig(rig(math.pi), ahead, (3, 4), (0.5, 1.0))
    table = LiftTable.of_rig(rig(0.0, math.pi), ahead, (3, 4), (0.5, 1.0))
    assert (table.voxel_of[0] >= 0).any() and (table.voxel_of[1] < 0).all()


def test_what_does_not_fit_is_refused():
    features, depth = inputs()
    with pytest.raises(ShapeError, match="features"):
        lift(features[:, :3], depth, TABLE)
    with pytest.raises(ShapeError, match="maps of 3x4"):
        lift(features[..., :2], depth, TABLE)
    with pytest.raises(ShapeError, match="depth"):
        lift(features, depth[:, :, :2], TABLE)
    with pytest.raises(ShapeError, match="float32"):
        lift(features, depth.half(), TABLE)
    with pytest.raises(ShapeError, match="none empty"):
        lift(features[:0], depth[:0], TABLE)
    with pytest.raises(ShapeError, match="none empty"):
        lift(features[:, :, :0], depth, TABLE)
    for dtype in (torch.float32, torch.float64):
        with pytest.raises(ShapeError, match="on meta"):
            lift(features.to("meta", dtype), depth.to(dtype), TABLE)
    with pytest.raises(ValueError, match="depth must be finite, got 1 value"):
        lift(features, torch.where(depth == depth.max(), math.nan, depth), TABLE)
    with pytest.raises(ConfigError, match="known: auto, torch, cpu, cuda"):
        lift(features, depth, TABLE, engine="gpu")
    with pytest.raises(ConfigError, match="inference"):
        lift(features.requires_grad_(), depth, TABLE, engine="cpu")
    with pytest.raises(ConfigError, match="inference"):
        lift(features.detach().to("meta"), depth.to("meta"), TABLE, engine="cpu")
    with pytest.raises(ConfigError, match="float64"):
        lift(features.double(), depth.double(), TABLE, engine="cuda")
    if not cuda_is_usable():
        with pytest.raises(ConfigError, match="cannot be used"):
            lift(features, depth, TABLE, engine="cuda")
    for bins in ((), (0.0, 1.0), (2.0, 1.0), (1.0, math.nan)):
        with pytest.raises(ConfigError, match="depth bins"):
            LiftTable.of_rig(RIG, GRID, (3, 4), bins)
    with pytest.raises(ShapeError):
        LiftTable.of_rig(RIG, GRID, (0, 4), (1.0,))
    with pytest.raises(ShapeError):
        VoxelGrid((0, 2, 2), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    with pytest.raises(ShapeError, match="x, y and z"):
        VoxelGrid((2, 2, 2), (0.0, 0.0, 0.0), (1.0, 1.0))
    with pytest.raises(ConfigError, match="origin"):
        VoxelGrid((2, 2, 2), (0.0, math.nan, 0.0), (1.0, 1.0, 1.0))
    with pytest.raises(ConfigError, match="positive"):
        VoxelGrid((2, 2, 2), (0.0, 0.0, 0.0), (1.0, 0.0, 1.0))
    for voxel_of in (TABLE.voxel_of[:3], TABLE.voxel_of.astype(np.int64), TABLE.voxel_of + 400):
        with pytest.raises(ShapeError, match="voxel_of"):
            LiftTable(GRID, 4, (3, 4), 5, voxel_of)
    with pytest.raises(ConfigError, match="at least one camera"):
        CameraRig(())


CALLS = """
extern "C" void launch_lift_forward(int blocks, int across, int down, const float* features,
                                    const float* depth, const int* points, const int* pixels,
                                    const int* starts, const int* voxels, float* out, int batch,
                                    int owners, int points_of_one, int num_pixels, int num_voxels,
                                    int channels) {
    launch(blocks, across, down, [=] {
        lift_forward(features, depth, points, pixels, starts, voxels, out, batch, owners,
                     points_of_one, num_pixels, num_voxels, channels);
    });
}
extern "C" void launch_lift_backward(int blocks, int across, int down, const float* features,
                                     const float* depth, const int* voxel_of,
                                     const float* grad_out, float* grad_features,
                                     float* grad_depth, int batch, int num_pixels, int per_map,
                                     int bins, int num_voxels, int channels) {
    launch(blocks, across, down, [=] {
        lift_backward(features, depth, voxel_of, grad_out, grad_features, grad_depth, batch,
                      num_pixels, per_map, bins, num_voxels, channels);
    });
}
"""


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    return cpu_loader(CALLS, tmp_path_factory.mktemp("kernels"))


@pytest.fixture
def kernels(load, monkeypatch):
    """The CuPy engine on the CPU, with blocks of eight threads."""
    monkeypatch.setattr("astra_local.voxel.lift._chosen", lambda engine, *_: engine)
    with on_the_cpu(lift_cuda, load, LANES=4, ROWS=2):
        yield


def test_the_kernels_in_blocks_as_large_as_on_a_device(load, monkeypatch):
    features, depth = inputs(channels=33, batch=1)
    wanted = lift(features, depth, TABLE, engine="torch")
    monkeypatch.setattr("astra_local.voxel.lift._chosen", lambda engine, *_: engine)
    with on_the_cpu(lift_cuda, load):
        found = lift(features, depth, TABLE, engine="cuda")
    np.testing.assert_allclose(found, wanted, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("channels", [1, 4, 6])
def test_the_kernels_equal_the_reference(kernels, channels, monkeypatch):
    results = []
    for engine in ("torch", "cuda"):
        features, depth = inputs(channels=channels)
        features.requires_grad_()
        depth.requires_grad_()
        if engine == "cuda":
            # Poisoned: every gradient has to be written.
            monkeypatch.setattr(torch, "empty_like", lambda t: torch.full(t.shape, math.nan))
        voxels = lift(features, depth, TABLE, engine=engine)
        slope = torch.randn(voxels.shape, generator=torch.Generator().manual_seed(5))
        voxels.backward(slope)
        results.append((voxels.detach(), features.grad, depth.grad))
    for wanted, found in zip(*results, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("wanted", ["features", "depth"])
def test_the_kernels_leave_out_a_gradient_that_nobody_wants(kernels, wanted):
    results = []
    for engine in ("torch", "cuda"):
        features, depth = inputs()
        leaf = (features if wanted == "features" else depth).requires_grad_()
        voxels = lift(features, depth, TABLE, engine=engine)
        slope = torch.randn(voxels.shape, generator=torch.Generator().manual_seed(5))
        results.append(torch.autograd.grad(voxels, leaf, slope)[0])
    np.testing.assert_allclose(results[1], results[0], atol=1e-5, rtol=1e-4)


def test_the_kernels_are_not_differentiated_twice(kernels):
    features, depth = inputs()
    features.requires_grad_()
    voxels = lift(features, depth, TABLE, engine="cuda")
    (slope,) = torch.autograd.grad(voxels.pow(2).sum(), features, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        slope.sum().backward()


def test_the_kernels_have_nothing_to_do_where_no_point_is(kernels):
    nowhere = np.full(TABLE.voxel_of.shape, -1, np.int32)
    table = LiftTable(GRID, TABLE.num_cameras, TABLE.feature_size, TABLE.num_bins, nowhere)
    features, depth = inputs(table)
    voxels = lift(features.requires_grad_(), depth, table, engine="cuda")
    voxels.sum().backward()
    assert voxels.abs().sum() == 0.0 and features.grad.abs().sum() == 0.0


def test_the_case_for_devices_can_tell_whether_the_frustum_is_stored():
    table, features, _ = frustum_case()
    voxels = torch.empty(len(features), features.shape[2], *table.grid.shape, device="meta")
    assert 2 * most_bytes(features, voxels) < frustum_bytes(table, features)


@pytest.mark.parametrize("architecture", ["75", "80", "86", "89", "90"])
@pytest.mark.parametrize("channels", [32, 80])
@pytest.mark.parametrize("half", [False, True])
def test_the_kernels_compile_for_every_supported_device(architecture, channels, half):
    compiler = nvrtc.library()
    if compiler is None:
        pytest.skip("the wheel nvidia-cuda-nvrtc is not installed")
    flags = ("--std=c++17", f"--gpu-architecture=sm_{architecture}", *options(channels, half))
    code, log = nvrtc.cubin(compiler, kernel_source("lift"), flags)
    assert len(code) > 1000, log
    assert "warning" not in log, log
