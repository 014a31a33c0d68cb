"""The encoder: bins worked out by hand, rays, eyes on frames, a training and its resumption."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch

from astra_core.camera import CameraRig
from astra_core.errors import ConfigError, ShapeError, WeightsError
from astra_core.observation import CameraFrame
from astra_core.stack_spec import StackSpec
from astra_core.weights import load_weights
from astra_data.eyes_views import eyes_rig
from astra_local.config import LocalConfig
from astra_local.encoder.backbone import ray_facts
from astra_local.encoder.config import PRESETS, EncoderConfig
from astra_local.encoder.contract import DEPTH_CELL_PX, EyesInputs, rig_rays
from astra_local.encoder.depth_bins import bin_middles_m, depth_cross_entropy, read_depth
from astra_local.encoder.eyes import EncoderEyes
from astra_local.encoder.load import load_encoder
from astra_local.encoder.net import make_encoder
from astra_local.eyes_record import EYES_SHAPE, EyesMoment, write_eyes_shard
from astra_local.stack import PERCEPTION, load_local
from astra_local.train.encoder import TRAINING_PRESETS, train_encoder
from astra_local.train.encoder_export import export_encoder
from astra_local.train.encoder_loss import matters
from astra_local.train.encoder_validate import validate_depth
from astra_local.train.eyes_moments import EyesDataset, depth_points_z
from astra_local.types import PerceptionError
from astra_sim.random_rig import random_rig
from astra_sim.rig import default_rig

HEADER = {
    "family": "home", "seed": 1, "split": "train", "conditions": "standard", "way": "teleported",
    "profile": "p", "code": "c", "robot": {},
}  # fmt: skip
#: Middles 1, 2, 4 and 8 m.
FOUR = EncoderConfig(bins=4, nearest_m=1.0, farthest_m=8.0)


def write(folder, split="train", seed=1, rig=None, count=3, depth_m=2.0):
    rng = np.random.default_rng(seed)
    rig = eyes_rig(rig or default_rig())
    cameras = len(rig.cameras)
    moments = [
        EyesMoment(
            rng.integers(0, 255, (cameras, *EYES_SHAPE, 3)).astype(np.uint8),
            np.full((cameras, *EYES_SHAPE), depth_m, np.float32),
            np.zeros(3), np.zeros((0, 5)), number, 0,
        )
        for number in range(count)
    ]  # fmt: skip
    write_eyes_shard(
        folder / f"{split}-{seed}.npz", moments, rig, {**HEADER, "split": split, "seed": seed}
    )


@pytest.fixture
def shards(tmp_path):
    write(tmp_path / "train")
    write(tmp_path / "train", seed=2, rig=random_rig(np.random.default_rng(3)))
    write(tmp_path / "val", "validation", 50000)
    return tmp_path


def test_bins_and_cross_entropy_by_hand():
    assert bin_middles_m(FOUR).tolist() == pytest.approx([1.0, 2.0, 4.0, 8.0])
    # Between 2 and 4 m in the middle of the logarithms: half of it is given to each.
    depth = torch.tensor([[math.sqrt(8.0)]])
    p = torch.tensor([0.1, 0.4, 0.3, 0.2])
    nats = depth_cross_entropy(p.log()[:, None, None], depth, FOUR)
    assert float(nats) == pytest.approx(-0.5 * math.log(0.4) - 0.5 * math.log(0.3))
    # What is nearer than the first bin and farther than the last is there.
    for depth_m, share in ((0.2, 0.1), (20.0, 0.2)):
        nats = depth_cross_entropy(p.log()[:, None, None], torch.tensor([[depth_m]]), FOUR)
        assert float(nats) == pytest.approx(-math.log(share), abs=1e-5)


def test_depth_is_read_off_the_higher_hill():
    config = EncoderConfig(bins=12, nearest_m=1.0, farthest_m=2.0**11)
    logits = torch.full((12, 1, 1), -30.0)
    logits[2], logits[3], logits[9] = math.log(0.3), math.log(0.3), math.log(0.4)
    assert float(read_depth(logits, config)) == pytest.approx(2.0**9, rel=1e-4)
    logits[9] = math.log(0.2)
    logits[3] = math.log(0.5)
    # 0.3 at place 2, 0.5 at place 3: 2.625; the far hill does not pull.
    assert float(read_depth(logits, config)) == pytest.approx(2.0**2.625, rel=1e-4)


def test_two_hot_targets_are_read_back():
    depth = torch.rand((50, 60), generator=torch.Generator().manual_seed(0)) * 6.5 + 0.4
    config = EncoderConfig()
    logits = torch.zeros((48, 50, 60), requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.5)
    for _ in range(150):
        optimizer.zero_grad()
        depth_cross_entropy(logits, depth, config).mean().backward()
        optimizer.step()
    error = (read_depth(logits.detach(), config) / depth - 1.0).abs()
    assert float(error.max()) < 0.02


def test_rays_lead_to_the_points_that_pixels_show():
    rig = eyes_rig(default_rig())
    rays = rig_rays(rig, DEPTH_CELL_PX)
    left = rig.cameras[1]
    # The cell of pixels (40, 41) x (20, 21) has its middle at (40.5, 20.5).
    point = left.intrinsics.unproject(np.array([[40.5, 20.5]]), np.array([3.0]))[0]
    wanted = left.t_base_optical[:3, :3] @ point + left.t_base_optical[:3, 3]
    assert rays.origins[1] + 3.0 * rays.rays[1, :, 10, 20] == pytest.approx(wanted, abs=1e-5)
    with pytest.raises(ShapeError, match="front"):
        rig_rays(default_rig())


def test_a_cell_is_told_how_far_the_floor_is():
    rays = torch.tensor([[1.0, 0.0, -0.5], [1.0, 0.0, 0.2], [0.0, 1.0, -10.0]]).T[:, :, None]
    facts = ray_facts(rays, torch.tensor([0.0, 0.0, 1.1]))
    assert facts.shape == (6, 3, 1)
    # 1.1 m up and half a metre down for each metre: 2.2 m. Never met: the farthest, 10 m.
    assert facts[3, :, 0].exp().tolist() == pytest.approx([2.2, 10.0, 0.3])
    assert facts[:3].norm(dim=0).ravel().tolist() == pytest.approx([1.0, 1.0, 1.0])
    assert facts[5].ravel().tolist() == pytest.approx([1.1] * 3)


def test_the_net_does_not_care_which_camera_comes_first():
    net = make_encoder(PRESETS["debug"]).eval()
    inputs = EyesInputs.fake(1, 3, torch.Generator().manual_seed(1))
    order = [2, 0, 1]
    turned = EyesInputs(inputs.images[:, order], inputs.rays[:, order], inputs.origins[:, order])
    with torch.no_grad():
        one, other = net(inputs).depth_logits, net(turned).depth_logits
        alone = net(EyesInputs(inputs.images[:, :1], inputs.rays[:, :1], inputs.origins[:, :1]))
    assert one.shape == (1, 3, 12, 48, 64)
    assert torch.allclose(one[:, order], other, atol=1e-5)
    assert not torch.allclose(alone.depth_logits, one[:, :1], atol=1e-5)
    with pytest.raises(ShapeError, match="rays"):
        EyesInputs(inputs.images, inputs.rays[..., :-1], inputs.origins)


def test_a_mirror_changes_left_and_right(shards):
    data = EyesDataset([shards / "train" / "train-1.npz"], "train")
    straight = data.batch(np.array([0, 1]))
    mirrored = data.batch(np.array([0, 1]), np.array([True, False]))
    assert torch.equal(mirrored.inputs.images[0], straight.inputs.images[0].flip(-1))
    assert torch.equal(mirrored.inputs.images[1], straight.inputs.images[1])
    # The left camera becomes a right one: what was left of it lies as far to the right.
    sign = torch.tensor([1.0, -1.0, 1.0])
    assert torch.allclose(mirrored.inputs.origins[0], straight.inputs.origins[0] * sign)
    rays = straight.inputs.rays[0].flip(-1) * sign[:, None, None]
    assert torch.allclose(mirrored.inputs.rays[0], rays)
    # The mirror of the rig as a whole is the rig: left and right have changed places.
    assert torch.allclose(mirrored.inputs.origins[0, 1], straight.inputs.origins[0, 3], atol=1e-6)
    assert torch.allclose(mirrored.inputs.rays[0, 1], straight.inputs.rays[0, 3], atol=1e-6)


def test_cells_take_their_nearest_known_pixel(tmp_path):
    depth = np.full((4, *EYES_SHAPE), 4.0, np.float32)
    depth[0, :2, :2] = [[0.0, 3.0], [2.0, 5.0]]
    depth[0, :2, 2:4] = 0.0
    color = np.zeros((4, *EYES_SHAPE, 3), np.uint8)
    moment = EyesMoment(color, depth, np.zeros(3), np.zeros((0, 5)), 0, 0)
    write_eyes_shard(tmp_path / "a.npz", [moment], eyes_rig(default_rig()), HEADER)
    batch = EyesDataset([tmp_path / "a.npz"], "train").batch(np.array([0]))
    assert batch.depth_m[0, 0, 0, :3].tolist() == pytest.approx([2.0, 0.0, 4.0], rel=0.011)
    assert batch.depth_m.shape == (1, 4, 48, 64)


def test_what_matters_is_near_and_stands_on_the_floor(shards):
    data = EyesDataset([shards / "train" / "train-1.npz"], "train")
    batch = data.batch(np.array([0]))
    depth = torch.full((1, 4, 48, 64), 3.0)
    height = depth_points_z(batch.inputs.rays, batch.inputs.origins, depth)
    # A level camera at 1.1 m, 53.7 pixels of focal length: 24 rows of 2 px down, 47 / 53.7 x 3 m.
    assert float(height[0, 0, 24, 32]) == pytest.approx(1.1, abs=0.06)
    assert float(height[0, 0, 47, 32]) == pytest.approx(1.1 - 47.0 / 53.7 * 3.0, abs=0.1)
    kept = matters(batch, depth)
    assert bool(kept[0, 0, 24, 32])
    assert not bool(kept[0, 0, 47, 32])
    assert not bool(kept[0, 0, 0, 32])
    assert not matters(batch, torch.full((1, 4, 48, 64), 5.1)).any()
    assert not matters(batch, torch.zeros(1, 4, 48, 64)).any()


def test_two_steps_are_trained_resumed_and_gone_on_with(shards):
    training = TRAINING_PRESETS["debug"]
    four = dataclasses.replace(training, loop=training.loop.with_options(4, None))
    four = dataclasses.replace(four, loop=dataclasses.replace(four.loop, checkpoint_s=0.0))
    data, validation = [shards / "train"], [shards / "val"]
    whole = train_encoder(four, data, validation, shards / "whole")

    def stop(step, numbers):
        if step == 2 and "loss" not in numbers:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_encoder(four, data, validation, shards / "parts", stop)
    assert torch.load(shards / "parts" / "checkpoint.pt", weights_only=True)["step"] == 1
    parts = train_encoder(four, data, validation, shards / "parts")
    for name, value in whole.state_dict().items():
        assert torch.equal(value, parts.state_dict()[name]), name
    assert (shards / "whole" / "pictures" / "000002.png").stat().st_size > 1000
    card = export_encoder(whole, four, data, shards / "whole")
    loaded = load_weights(str(card.parent), "perception")
    assert loaded.card.settings == {"network": "encoder3d", "preset": "debug"}
    assert "--stage encoder3d --preset debug --steps 4" in loaded.card.commands[-1]
    assert "--seeds 1:3 --moments 3" in loaded.card.commands[0]
    again = load_encoder(loaded)
    inputs = EyesInputs.fake(1, 2, torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.allclose(again(inputs).depth_logits, whole(inputs).depth_logits, atol=0.02)


def test_other_splits_and_other_weights_are_refused(shards):
    with pytest.raises(ConfigError, match="validation seeds, not of train"):
        EyesDataset([shards / "val" / "validation-50000.npz"], "train")
    planner = load_weights("planner-flow", "planner")
    with pytest.raises(WeightsError, match="perception=encoder needs"):
        load_encoder(planner)


def test_figures_of_depth_by_hand(shards):
    """A net that always says the middle of one bin errs by what that is off."""
    net = make_encoder(PRESETS["debug"])
    with torch.no_grad():
        net.depth.weight.zero_()
        net.depth.bias.zero_()
        net.depth.bias.view(12, 4)[6] = 50.0
    said = 0.3 * (10.0 / 0.3) ** (6 / 11)
    data = EyesDataset([shards / "val" / "validation-50000.npz"], "validation")
    figures = validate_depth(net, data)
    truth = 2.0  # In a byte: 0.1 x 1.021^144 = 1.993 m.
    assert figures.abs_rel_5m == pytest.approx(abs(said / truth - 1.0), abs=0.01)
    assert figures.abs_rel_all == pytest.approx(figures.abs_rel_5m, abs=1e-4)
    assert (figures.near_share, figures.far_share) == (0.0, float(said / truth > 1.1))
    assert figures.moments == 3


def frames(rig, depth=None):
    rng = np.random.default_rng(0)
    return [
        CameraFrame(
            camera.name, 1000,
            rng.integers(0, 255, (camera.intrinsics.height_px, camera.intrinsics.width_px, 3))
            .astype(np.uint8), depth,
        )
        for camera in rig.cameras
    ]  # fmt: skip


def test_eyes_answer_for_the_cameras_that_there_are():
    rig = default_rig()
    eyes = EncoderEyes(make_encoder(PRESETS["debug"]), rig)
    measured = eyes.measure(frames(rig, np.full((240, 320), 9.0, np.float32)))
    assert [frame.camera for frame in measured] == list(rig.names)
    for frame in measured:
        assert frame.depth_m.shape == (240, 320)
        assert frame.depth_m.dtype == np.float32
        assert 0.3 <= frame.depth_m.min() <= frame.depth_m.max() <= 10.0
        # Cells of 5 x 5 pixels: nothing is made up between two of them.
        assert len(np.unique(frame.depth_m)) <= 48 * 64
    front = eyes.measure(frames(rig)[:1])
    assert len(front) == 1
    assert eyes.measure([]) == []


def test_eyes_refuse_what_they_were_not_made_for():
    rig = default_rig()
    eyes = EncoderEyes(make_encoder(PRESETS["debug"]), rig)
    good = frames(rig)[0]
    with pytest.raises(PerceptionError, match="no camera 'top'"):
        eyes.measure([dataclasses.replace(good, camera="top")])
    with pytest.raises(PerceptionError, match="must be \\(240, 320, 3\\)"):
        eyes.measure([dataclasses.replace(good, image=good.image[:100])])
    front = rig.cameras[0]
    lens = dataclasses.replace(front.intrinsics, distortion=(0.1, 0.0, 0.0, 0.0))
    bent = CameraRig((dataclasses.replace(front, intrinsics=lens), *rig.cameras[1:]))
    with pytest.raises(ConfigError, match="rectified"):
        EncoderEyes(make_encoder(PRESETS["debug"]), bent)


def test_the_stack_sees_by_its_eyes(shards):
    """With an encoder, frames without depth renew the surroundings; without, they tell nothing."""
    training = TRAINING_PRESETS["debug"]
    net = train_encoder(training, [shards / "train"], [shards / "val"], shards / "out")
    card = export_encoder(net, training, [shards / "train"], shards / "out")
    spec = StackSpec.parse("classical,perception=encoder", weights=f"perception={card.parent}")
    rig = default_rig()
    poses = [np.zeros(3)] * len(rig.cameras)
    for which, sees in ((spec, True), (StackSpec.parse("classical"), False)):
        perception = PERCEPTION[which.perception](load_local(which), rig, LocalConfig())
        belief = perception.perceive(perception.measure(frames(rig)), poses)
        assert (belief is not None) is sees
