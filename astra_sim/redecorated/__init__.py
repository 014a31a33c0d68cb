"""The same building redecorated: other walls, curtains, pictures, bedding, goods, other light.

``looks`` redraws what people change in a year, ``night`` turns day into lamps; doors, windows,
kitchens, racks and signs stay as the map knows them. All numbers are in ``config``.
"""

from __future__ import annotations

__all__: list[str] = []
