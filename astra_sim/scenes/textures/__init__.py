"""Pictures of surfaces, drawn from a random stream: several octaves of detail on everything.

Feature matching starves on flat colours, so every surface carries structure from 4 to 75 cm.
"""

from astra_sim.scenes.textures.palette import COLORS, shade
from astra_sim.scenes.textures.store import TextureStore

__all__ = ["COLORS", "TextureStore", "shade"]
