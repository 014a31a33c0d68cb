"""The multimodal language model of Astra-Global, behind the port ``Mllm``."""

from astra_global.mllm.types import Ask, Picture, Reply

__all__ = ["Ask", "Picture", "Reply"]
