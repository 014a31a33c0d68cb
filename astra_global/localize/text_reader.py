"""Reading what is written in a picture, by a library for text recognition (RapidOCR, PP-OCR)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib import util
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from astra_global.localize.config import SignConfig

__all__ = ["ReadText", "TextReader", "text_reader"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadText:
    """A line of text in a picture.

    Attributes:
        text: As it was read.
        confidence: What the reader thinks of it, in [0, 1].
        low_px: ``(u, v)`` of the upper left corner of the upright box around it.
        high_px: ``(u, v)`` of the lower right corner.
    """

    text: str
    confidence: float
    low_px: tuple[float, float]
    high_px: tuple[float, float]


class TextReader(Protocol):
    """Reads pictures. Not for several threads at once."""

    def read(self, image: NDArray[np.uint8]) -> list[ReadText]:
        """Return the texts in a picture ``(H, W, 3)`` RGB."""
        ...


class _RapidOcrReader:
    """RapidOCR on one core; its models come with its package and are opened at the first use."""

    def __init__(self, config: SignConfig) -> None:
        self._config = config
        self._engine: Any = None
        self._broken = False

    def read(self, image: NDArray[np.uint8]) -> list[ReadText]:
        if self._broken:
            return []
        try:
            if self._engine is None:
                self._engine = self._open()
            # The engine wants BGR, as OpenCV does.
            found = self._engine(np.ascontiguousarray(image[..., ::-1]))
        except Exception as error:  # whatever a library throws: the robot localizes without it
            self._broken = True
            _log.error("signs are not read any more: %s: %s", type(error).__name__, error)
            return []
        if found.txts is None:
            return []
        return [
            ReadText(
                str(text), float(score), tuple(corners.min(axis=0)), tuple(corners.max(axis=0))
            )
            for text, score, corners in zip(found.txts, found.scores, found.boxes, strict=True)
        ]

    def _open(self) -> Any:
        from rapidocr import RapidOCR

        return RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.use_cls": False,  # signs hang upright
                "Global.min_side_len": 1,  # pictures are enlarged for the detector only
                "Det.limit_type": "min",
                "Det.limit_side_len": self._config.detector_side_px,
                # One core: the planner needs the others.
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )


def text_reader(config: SignConfig) -> TextReader | None:
    """Return a reader, ``None`` where signs are not to be read or the library is missing."""
    if not config.read:
        return None
    missing = [name for name in ("rapidocr", "onnxruntime") if util.find_spec(name) is None]
    if missing:
        _log.warning("signs are not read: %s is not installed", missing[0])
        return None
    return _RapidOcrReader(config)
