"""A depth model of Hugging Face, by name or folder: ``AutoModelForDepthEstimation``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from astra_core.errors import WeightsError
from astra_local.mono_net.model import IMAGENET_MEAN, IMAGENET_STD, fitting_size

__all__ = ["TransformersDepth"]

#: Kinds that say metres although their configuration does not say so.
_METRIC_KINDS = ("zoedepth", "depth_pro", "prompt_depth_anything")
_PATCH = 14


class TransformersDepth:
    """Runs where the other networks run."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        """Load the model.

        Raises:
            WeightsError: transformers is missing, it is no depth model, or not one that says
                metres.
        """
        try:
            from transformers import AutoConfig, AutoModelForDepthEstimation
        except ImportError as error:
            raise WeightsError(
                "perception=mono with a model of Hugging Face needs transformers: "
                "pip install 'transformers>=5.16.1,<6'"
            ) from error
        try:
            config = AutoConfig.from_pretrained(folder, local_files_only=True)
            _require_metres(folder, config)
            model = AutoModelForDepthEstimation.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0]
            raise WeightsError(f"{folder} is no depth model of transformers: {reason}") from error
        self._model: Any = model.to(device).eval()
        self._device = device
        told = folder / "preprocessor_config.json"
        settings = json.loads(told.read_text(encoding="utf-8")) if told.is_file() else {}
        self._mean = np.array(settings.get("image_mean", IMAGENET_MEAN), np.float32)
        self._std = np.array(settings.get("image_std", IMAGENET_STD), np.float32)
        self._patch = int(settings.get("ensure_multiple_of") or _PATCH)
        size = settings.get("size") or {}
        self._shortest_px = min(size.values()) if isinstance(size, dict) and size else None

    @torch.no_grad()
    def depth_m(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the depth of a picture, see :class:`astra_local.mono_net.model.MonoModel`."""
        height, width = image.shape[:2]
        scale = self._shortest_px / min(height, width) if self._shortest_px else 1.0
        height, width = fitting_size(round(scale * height), round(scale * width), self._patch)
        resized = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        normal = (resized / np.float32(255.0) - self._mean) / self._std
        pixels = torch.from_numpy(normal.astype(np.float32)).permute(2, 0, 1)[None]
        answer = self._model(pixel_values=pixels.to(self._device))
        return np.asarray(answer.predicted_depth[0].float().cpu().numpy(), np.float32)


def _require_metres(folder: Path, config: Any) -> None:
    said = getattr(config, "depth_estimation_type", None)
    if said != "metric" and getattr(config, "model_type", None) not in _METRIC_KINDS:
        what = f"says {said} depth" if said else f"({config.model_type}) does not say metres"
        raise WeightsError(
            f"the depth model in {folder} {what}: the robot needs one that says metres, for "
            "example a Metric-Indoor one of Depth Anything V2"
        )
