"""Another light than on the tour: brighter or dimmer, from elsewhere, warmer or colder."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from astra_sim.redecorated.config import Night
from astra_sim.scenes.seeds import stream

if TYPE_CHECKING:
    import mujoco

__all__ = ["change_light", "dim_to_lamps"]

#: What a change of 1 means; brightness itself changes by at most the share given.
_TURN_RAD = math.radians(50.0) / 0.3
_WHITE_BALANCE = 0.08 / 0.3
#: Lamps differ among themselves: some are off and curtains are drawn.
_EACH = 0.5


def change_light(spec: mujoco.MjSpec, seed: int, change: float) -> None:
    """Change all light of a world.

    A change of 0.3 means: brightness within 0.7 to 1.3 of the tour's, directions turned by up to
    50 degrees about the vertical (in proportion for other changes, at most 180), colour channels
    within 8 % of each other's old ratio.

    Args:
        spec: The world; changed in place.
        seed: Seed of the run.
        change: 0 changes nothing.
    """
    if change <= 0.0:
        return
    rng = stream(seed, "light")
    brightness = 1.0 + change * rng.uniform(-1.0, 1.0)
    balance = min(_WHITE_BALANCE * change, 0.5)
    color = brightness * (1.0 + rng.uniform(-balance, balance, 3))
    turn_limit = min(math.pi, _TURN_RAD * change)
    turn = rng.uniform(-turn_limit, turn_limit)
    headlight = spec.visual.headlight
    headlight.ambient = np.clip(np.asarray(headlight.ambient) * color, 0.0, 1.0)
    headlight.diffuse = np.clip(np.asarray(headlight.diffuse) * color, 0.0, 1.0)
    cos, sin = math.cos(turn), math.sin(turn)
    for light in spec.lights:
        own = 1.0 + _EACH * change * rng.uniform(-1.0, 1.0)
        light.diffuse = np.clip(np.asarray(light.diffuse) * color * own, 0.0, 1.0)
        light.ambient = np.clip(np.asarray(light.ambient) * color, 0.0, 1.0)
        x, y, z = light.dir
        light.dir = (cos * x - sin * y, sin * x + cos * y, z)
    # What shines by itself (ceilings stand for light that comes off the floor) follows.
    for material in spec.materials:
        material.emission *= brightness


def dim_to_lamps(spec: mujoco.MjSpec, night: Night) -> None:
    """Take the daylight out of a world whose pictures are those of :func:`night_scene`.

    What is left is the warm light of lamps that comes from everywhere in a room.

    Args:
        spec: The world; changed in place.
        night: How dark it is.
    """
    warm = np.array([night.warm_red, night.warm_green, night.warm_blue])
    headlight = spec.visual.headlight
    headlight.ambient = np.clip(night.ambient * np.asarray(headlight.ambient) * warm, 0.0, 1.0)
    for light in spec.lights:
        light.diffuse = np.clip(night.directed * np.asarray(light.diffuse) * warm, 0.0, 1.0)
    for material in spec.materials:
        material.emission *= night.directed
