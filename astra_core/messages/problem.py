"""What is wrong with a message, said once for live topics and bags."""

from __future__ import annotations

from astra_core.errors import AstraError

__all__ = ["ImageFormatError", "MessageError"]


class MessageError(AstraError, ValueError):
    """A message cannot be used; one line says why. Nothing of it is kept."""


class ImageFormatError(MessageError):
    """An image message has an encoding or a size that cannot be used."""

    code = 204
