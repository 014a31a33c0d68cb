"""Buildings made from a seed: same seed, same bytes.

``make_scene`` gives a :class:`~astra_sim.scenes.types.Scene` (plain data), ``model.build_world``
makes it a MuJoCo world, ``floor_plan.floor_plan`` a grid to plan on.
"""

from __future__ import annotations

from astra_core.errors import SceneError
from astra_sim.scenes.types import Scene

__all__ = ["FAMILIES", "Scene", "check_scene", "make_scene"]

#: The scene families.
FAMILIES = ("home", "office", "warehouse")
_SEED_LIMIT = 2**31


def check_scene(family: str, seed: int) -> None:
    """Refuse a scene that cannot be made, before any work is done for it.

    Raises:
        SceneError: The family is unknown, or the seed is out of range.
    """
    if family not in FAMILIES:
        raise SceneError(f"unknown scene family {family!r}; known: {', '.join(FAMILIES)}")
    if isinstance(seed, bool) or int(seed) != seed or not 0 <= seed < _SEED_LIMIT:
        raise SceneError(
            f"seed of a scene must be a whole number in 0..{_SEED_LIMIT - 1}, got {seed}"
        )


def make_scene(family: str, seed: int) -> Scene:
    """Make a building.

    Args:
        family: One of :data:`FAMILIES`.
        seed: 0 to 2**31 - 1.

    Returns:
        The scene; the same arguments give the same bytes.

    Raises:
        SceneError: The family is unknown, or the seed is out of range.
    """
    check_scene(family, seed)
    if family == "home":
        from astra_sim.scenes.home import make_home

        return make_home(int(seed))
    if family == "office":
        from astra_sim.scenes.office import make_office

        return make_office(int(seed))
    from astra_sim.scenes.warehouse import make_warehouse

    return make_warehouse(int(seed))
