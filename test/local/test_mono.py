"""Monocular depth models of others: ONNX and transformers look-alikes, and what is refused."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch
from onnx_lookalike import write_onnx

from astra_core.device import DeviceConfig
from astra_core.errors import ConfigError, WeightsError
from astra_core.observation import CameraFrame, Observation, WheelSample
from astra_core.stack_spec import StackSpec
from astra_core.weights.foreign import any_card, foreign_card
from astra_eval.stack_facts import weights_sha256
from astra_local.config import LocalConfig
from astra_local.mono_net.eyes import MonoEyes
from astra_local.mono_net.model import fitting_size
from astra_local.mono_net.onnx_model import OnnxDepth
from astra_local.stack import PERCEPTION, build_local, load_local
from astra_sim.rig import default_rig

#: White, normalised by ImageNet's mean and spread: the mean over the colours is 2.4357.
WHITE = ((1 - 0.485) / 0.229 + (1 - 0.456) / 0.224 + (1 - 0.406) / 0.225) / 3


def picture(level=255, height=240, width=320):
    return np.full((height, width, 3), level, np.uint8)


def spec(where):
    return StackSpec.parse("classical,perception=mono", weights=f"perception={where}")


def test_an_onnx_model_by_hand(tmp_path):
    model = OnnxDepth(write_onnx(tmp_path / "m.onnx", scale=1.0, offset=0.5))
    said = model.depth_m(picture())
    # Sides are whole patches of 14: 240 / 14 = 17.1, 320 / 14 = 22.9.
    assert said.shape == (238, 322)
    assert said.dtype == np.float32
    assert float(said[3, 4]) == pytest.approx(WHITE + 0.5, rel=1e-4)
    # Red alone tells the order of the colours: only its mean and spread are those of red.
    red = picture(0)
    red[..., 0] = 255
    means, spreads = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    wanted = sum((r - m) / s for r, m, s in zip((1, 0, 0), means, spreads, strict=True)) / 3
    assert float(model.depth_m(red)[0, 0]) == pytest.approx(wanted + 0.5, rel=1e-4)


def test_an_onnx_model_of_one_size(tmp_path):
    file = write_onnx(tmp_path / "m.onnx", scale=1.0, offset=0.0, size=(28, 42))
    assert OnnxDepth(file).depth_m(picture()).shape == (28, 42)


def test_patches_fit():
    assert fitting_size(240, 320, 14) == (238, 322)
    assert fitting_size(5, 5, 14) == (14, 14)
    assert fitting_size(28, 42, 14) == (28, 42)


def test_eyes_keep_what_can_be_depth():
    class Model:
        def depth_m(self, image):
            return np.array([[1.0, np.nan], [-2.0, 25.0]], np.float32)

    frame = CameraFrame("front", 5, picture(), np.full((240, 320), 9.0, np.float32))
    (seen,) = MonoEyes(Model()).measure([frame])
    assert seen.camera == "front"
    assert seen.stamp_ns == 5
    depth = seen.depth_m
    assert depth.shape == (240, 320)
    assert np.unique(depth[:120, :160]).tolist() == [1.0]
    assert not depth[:120, 160:].any()
    assert not depth[120:].any()


def test_a_stack_runs_an_onnx_model_and_says_which(tmp_path):
    file = write_onnx(tmp_path / "small.onnx", scale=0.0, offset=2.0)
    stack = spec(f"onnx:{file}")
    perception = PERCEPTION["mono"](load_local(stack), default_rig(), LocalConfig())
    frames = [CameraFrame(name, 1000, picture()) for name in default_rig().names]
    measured = perception.measure(frames)
    assert [np.unique(frame.depth_m).tolist() for frame in measured] == [[2.0]] * 4
    assert perception.perceive(measured, [np.zeros(3)] * 4) is not None
    sha = hashlib.sha256(file.read_bytes()).hexdigest()
    assert weights_sha256(stack) == {"small": sha}
    assert load_local(stack).weights == {"small": sha}


def test_depth_that_is_not_in_metres_is_doubted(tmp_path):
    """Whatever a picture shows, this model says 9 m: where the floor is 1.6 m away, too."""
    file = write_onnx(tmp_path / "m.onnx", scale=0.0, offset=9.0)
    local = build_local(spec(f"onnx:{file}"), default_rig())
    rng = np.random.default_rng(0)
    for tick in range(1, 15):
        stamp_ns = tick * 100_000_000
        local.observe(Observation(stamp_ns, (), (WheelSample(stamp_ns, 0.0, 0.0),)))
        frames = [
            CameraFrame(name, stamp_ns, rng.integers(0, 255, (240, 320, 3)).astype(np.uint8))
            for name in default_rig().names
        ]
        local.perceive(frames)
    assert set(local.blind_cameras) == set(default_rig().names)
    assert "floor" in local.blind_reason


def test_what_cannot_be_run_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(WeightsError, match="no ONNX file at"):
        any_card(f"onnx:{tmp_path / 'none.onnx'}")
    with pytest.raises(WeightsError, match="perception=mono needs a depth model"):
        weights_sha256(StackSpec.parse("classical,perception=mono"))
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"nothing of the kind")
    with pytest.raises(WeightsError, match="cannot be run"):
        load_local(spec(f"onnx:{broken}"))
    gray = write_onnx(tmp_path / "gray.onnx", scale=1.0, offset=0.0, channels=1)
    with pytest.raises(WeightsError, match="one picture 1 3 H W"):
        OnnxDepth(gray)
    with pytest.raises(WeightsError, match="no folder"):
        foreign_card("transformers:/no/such/folder")
    (tmp_path / "empty").mkdir()
    with pytest.raises(WeightsError, match="holds no weights"):
        foreign_card(f"transformers:{tmp_path / 'empty'}")
    with pytest.raises((WeightsError, ConfigError), match="planner-flow"):
        load_local(spec("planner-flow"))


def lookalike(folder, kind="metric"):
    """Save a Depth Anything of two thin layers, with weights of its own."""
    transformers = pytest.importorskip("transformers")
    backbone = transformers.Dinov2Config(
        hidden_size=16, num_hidden_layers=4, num_attention_heads=2, image_size=56, patch_size=14,
        out_features=["stage1", "stage2", "stage3", "stage4"], reshape_hidden_states=False,
        apply_layernorm=True,
    )  # fmt: skip
    config = transformers.DepthAnythingConfig(
        backbone_config=backbone, reassemble_hidden_size=16, neck_hidden_sizes=[4, 8, 16, 16],
        fusion_hidden_size=8, head_hidden_size=4, depth_estimation_type=kind, max_depth=20,
    )  # fmt: skip
    torch.manual_seed(0)
    model = transformers.DepthAnythingForDepthEstimation(config)
    for parameter in model.parameters():
        # As they are drawn they are so small that all pictures look alike.
        torch.nn.init.normal_(parameter, std=0.3)
    model.save_pretrained(folder)
    return folder


def test_a_transformers_model_by_folder(tmp_path):
    from astra_local.mono_net.transformers_model import TransformersDepth

    folder = lookalike(tmp_path / "model")
    model = TransformersDepth(folder, DeviceConfig().torch_device())
    said = model.depth_m(np.random.default_rng(0).integers(0, 255, (240, 320, 3)).astype(np.uint8))
    assert said.shape == (238, 322)
    assert np.isfinite(said).all()
    assert 0.0 <= said.min() < said.max() <= 20.0
    stack = spec(f"transformers:{folder}")
    perception = PERCEPTION["mono"](load_local(stack), default_rig(), LocalConfig())
    (seen,) = perception.measure([CameraFrame("front", 1000, picture())])
    assert seen.depth_m.shape == (240, 320)
    assert list(weights_sha256(stack)) == [str(folder)]


def test_a_transformers_model_that_says_no_metres_is_refused(tmp_path):
    from astra_local.mono_net.transformers_model import TransformersDepth

    folder = lookalike(tmp_path / "model", "relative")
    with pytest.raises(WeightsError, match="says relative depth"):
        TransformersDepth(folder, DeviceConfig().torch_device())
