"""A baseline for goals: the landmark whose description is nearest in meaning to the instruction.

Any encoder that ``transformers`` can load serves: the mean of its last hidden states over the
tokens, normalised, compared by the cosine (Reimers and Gurevych 2019).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import AstraError
from astra_eval.goal_methods import Decision, choose_nearest, describe

if TYPE_CHECKING:
    from astra_global.types import AstraMap

__all__ = ["DEFAULT_MODEL", "EmbeddingMissing", "EmbeddingGoals", "SentenceEncoder", "load_encoder"]

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
#: Cosine below which nothing fits; of the usual range for unrelated short sentences (0 to 0.3).
_REFUSE_BELOW = 0.25
_BATCH = 64


class EmbeddingMissing(AstraError):
    """The weights of the sentence encoder, or the libraries to run it, are not here."""


class SentenceEncoder:
    """Sentences in, unit vectors out."""

    def __init__(self, model: str) -> None:
        """Load a model from this machine; nothing is downloaded.

        Args:
            model: Name on the hub, if it has been downloaded before, or a folder.

        Raises:
            EmbeddingMissing: It is not here.
        """
        try:
            import torch
            from transformers import AutoModel, AutoTokenizer
        except ImportError as error:
            raise EmbeddingMissing(f"{error.name} is not installed") from error
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(model, local_files_only=True)
            self._model: Any = AutoModel.from_pretrained(model, local_files_only=True).eval()
        except (OSError, ValueError) as error:
            raise EmbeddingMissing(
                f"no weights of {model} on this machine (hf download {model})"
            ) from error
        self._torch = torch

    def encode(self, sentences: list[str]) -> NDArray[np.float32]:
        """Return ``(S, D)`` vectors of length 1."""
        parts = []
        for start in range(0, len(sentences), _BATCH):
            tokens = self._tokenizer(
                sentences[start : start + _BATCH],
                padding=True,
                truncation=True,
                return_tensors="pt",
            )
            with self._torch.inference_mode():
                hidden = self._model(**tokens).last_hidden_state
            mask = tokens["attention_mask"].unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1.0)
            parts.append(self._torch.nn.functional.normalize(mean, dim=-1).float().numpy())
        return np.concatenate(parts)


@cache
def load_encoder(model: str) -> SentenceEncoder:
    """Return the encoder of that name, loaded once in a process; raises as the class does."""
    return SentenceEncoder(model)


class EmbeddingGoals:
    """Chooses the landmark with the largest cosine, refuses below a threshold."""

    def __init__(self, astra_map: AstraMap, encoder: SentenceEncoder) -> None:
        """Embed the landmarks of a map."""
        self._landmarks = astra_map.landmarks
        self._encoder = encoder
        self._vectors = encoder.encode([describe(mark) for mark in astra_map.landmarks])

    def decide(self, text: str, robot_xy: NDArray[np.float64]) -> Decision:
        """Choose by meaning; the nearest of equals."""
        scores = (self._vectors @ self._encoder.encode([text])[0]).astype(np.float64)
        if scores.max() < _REFUSE_BELOW:
            return Decision("refuse")
        return choose_nearest(self._landmarks, scores, robot_xy)
