"""Buildings made from a seed: same seed, same bytes.

``make_scene`` gives a :class:`~astra_sim.scenes.types.Scene` (plain data), ``model.build_world``
makes it a MuJoCo world, ``floor_plan.floor_plan`` a grid to plan on.
"""

from __future__ import annotations

from astra_core.errors import SceneError
from astra_sim.scenes.types import Scene

__all__ = ["FAMILIES", "PLANNED_FAMILIES", "Scene", "make_scene"]

#: Families that exist.
FAMILIES = ("home",)
#: Families that are planned.
PLANNED_FAMILIES = ("office", "warehouse")
_SEED_LIMIT = 2**31


def make_scene(family: str, seed: int) -> Scene:
    """Make a building.

    Args:
        family: One of :data:`FAMILIES`.
        seed: 0 to 2**31 - 1.

    Returns:
        The scene; the same arguments give the same bytes.

    Raises:
        SceneError: The family is unknown or not built yet, or the seed is out of range.
    """
    if family in PLANNED_FAMILIES:
        raise SceneError(f"not built yet: {family!r}; there is: {', '.join(FAMILIES)}")
    if family not in FAMILIES:
        raise SceneError(f"unknown scene family {family!r}; known: {', '.join(FAMILIES)}")
    if isinstance(seed, bool) or int(seed) != seed or not 0 <= seed < _SEED_LIMIT:
        raise SceneError(
            f"seed of a scene must be a whole number in 0..{_SEED_LIMIT - 1}, got {seed}"
        )
    from astra_sim.scenes.home import make_home

    return make_home(int(seed))
