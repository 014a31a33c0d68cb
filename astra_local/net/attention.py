"""Transformer layers, pre-norm, on plain tensors.

Letters: ``B`` batch, ``Q`` queries, ``S`` tokens, ``D`` width. Everything is float32 or what the
module was moved to. A. Vaswani et al., 2017; pre-norm after R. Xiong et al., 2020.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Attention", "DecoderLayer", "EncoderLayer"]


class Attention(nn.Module):
    """Multi-head attention of queries over tokens."""

    def __init__(self, width: int, num_heads: int) -> None:
        """Make the projections; ``width`` must be divisible by ``num_heads``."""
        super().__init__()
        self._num_heads = num_heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def keys_values(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Return keys and values ``(B, heads, S, D / heads)``: once for tokens that stay."""
        keys, values = self.key_value(tokens).chunk(2, dim=-1)
        return self._split(keys), self._split(values)

    def forward(self, queries: Tensor, keys_values: tuple[Tensor, Tensor]) -> Tensor:
        """Attend: queries ``(B, Q, D)`` to ``(B, Q, D)``."""
        mixed = functional.scaled_dot_product_attention(
            self._split(self.query(queries)), *keys_values
        )
        out: Tensor = self.out(mixed.transpose(1, 2).flatten(2))
        return out

    def _split(self, x: Tensor) -> Tensor:
        batch, count, width = x.shape
        heads = self._num_heads
        return x.reshape(batch, count, heads, width // heads).transpose(1, 2)


def _feed_forward(width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))


class EncoderLayer(nn.Module):
    """Self-attention and a feed-forward net over ``(B, S, D)``."""

    def __init__(self, width: int, num_heads: int) -> None:
        """Make the layer."""
        super().__init__()
        self.norm_attention, self.norm_forward = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, num_heads)
        self.feed_forward = _feed_forward(width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens of the same shape."""
        normed = self.norm_attention(tokens)
        tokens = tokens + self.attention(normed, self.attention.keys_values(normed))
        out: Tensor = tokens + self.feed_forward(self.norm_forward(tokens))
        return out


class DecoderLayer(nn.Module):
    """Self-attention among queries, attention to the map's tokens, a feed-forward net.

    Several sets of queries may ask the same map: ``G`` sets of ``Q`` queries share the keys and
    values of a map, which are computed once.
    """

    def __init__(self, width: int, num_heads: int) -> None:
        """Make the layer."""
        super().__init__()
        self.norm_self, self.norm_cross = nn.LayerNorm(width), nn.LayerNorm(width)
        self.norm_forward = nn.LayerNorm(width)
        self.self_attention = Attention(width, num_heads)
        self.cross_attention = Attention(width, num_heads)
        self.feed_forward = _feed_forward(width)

    def forward(self, queries: Tensor, keys_values: tuple[Tensor, Tensor]) -> Tensor:
        """Return queries ``(B, G, Q, D)``; ``keys_values`` are of the map ``(B, heads, S, -1)``."""
        batch, sets, count, width = queries.shape
        normed = self.norm_self(queries).flatten(0, 1)
        mixed = self.self_attention(normed, self.self_attention.keys_values(normed))
        queries = queries + mixed.reshape(queries.shape)
        # The sets do not see each other here: attention to the map is per query.
        asked = self.norm_cross(queries).reshape(batch, sets * count, width)
        queries = queries + self.cross_attention(asked, keys_values).reshape(queries.shape)
        out: Tensor = queries + self.feed_forward(self.norm_forward(queries))
        return out
