"""A depth model in an ONNX file: one picture in, one map of metres out."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from astra_core.errors import WeightsError
from astra_local.mono_net.model import IMAGENET_MEAN, IMAGENET_STD, fitting_size

__all__ = ["OnnxDepth"]

#: Where a model takes any size, sides are multiples of this: patches of ViT-S/14 and of most others
#: divide it, or are it.
_PATCH = 14


class OnnxDepth:
    """Runs on the CPU by ONNX Runtime, or on CUDA where that is built in and wanted."""

    def __init__(self, file: Path, *, cuda: bool = False) -> None:
        """Open the file.

        Raises:
            WeightsError: It cannot be run, or does not take one picture ``1 3 H W`` and give one
                map.
        """
        import onnxruntime

        wanted = ["CUDAExecutionProvider"] if cuda else []
        providers = [*wanted, "CPUExecutionProvider"]
        try:
            self._session = onnxruntime.InferenceSession(str(file), providers=providers)
        except Exception as error:
            # The library raises a class of its own for each reason.
            raise WeightsError(f"{file} cannot be run: {str(error).splitlines()[0]}") from error
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        shape = list(inputs[0].shape) if len(inputs) == 1 else []
        if len(shape) != 4 or shape[1] != 3 or len(outputs) != 1 or "float" not in inputs[0].type:
            told = ", ".join(f"{one.name} {one.type} {one.shape}" for one in inputs)
            raise WeightsError(
                f"{file} is no depth model: it must take one picture 1 3 H W of floats and give "
                f"one map; it takes {told} and gives {len(outputs)}"
            )
        self._file, self._name = file, inputs[0].name
        self._dtype = np.float16 if inputs[0].type == "tensor(float16)" else np.float32
        sides = [side if isinstance(side, int) and side > 0 else None for side in shape[2:]]
        self._height, self._width = sides

    def depth_m(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the depth of a picture, see :class:`astra_local.mono_net.model.MonoModel`.

        Raises:
            WeightsError: What comes out is no map.
        """
        free = fitting_size(image.shape[0], image.shape[1], _PATCH)
        height, width = self._height or free[0], self._width or free[1]
        resized = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        normal = (resized / np.float32(255.0) - IMAGENET_MEAN) / IMAGENET_STD
        tensor = np.ascontiguousarray(normal.transpose(2, 0, 1)[None], dtype=self._dtype)
        depth = np.squeeze(self._session.run(None, {self._name: tensor})[0])
        if depth.ndim != 2:
            raise WeightsError(f"{self._file} gives {depth.shape} instead of one map of depth")
        return np.asarray(depth, np.float32)
