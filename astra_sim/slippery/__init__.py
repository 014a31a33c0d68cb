"""Floors on which wheels slip: carpets, door sills, wet places.

``things`` lays them into a scene, where the cameras see them; ``footing`` says what a wheel that
stands on them loses; all numbers are in ``config``.
"""

from __future__ import annotations

__all__: list[str] = []
