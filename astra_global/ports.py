"""Where parts of Astra-Global can be exchanged: what each must do, whoever does it.

Classes behind these ports are named in :mod:`astra_global.stack` and nowhere else. Poses are
``(3,)`` [x, y, theta] in ``map``, metres and radians in (-pi, pi].

Who says where a tour went and what is worth naming on it (``PoseSource``, ``LandmarkFinder``) has
ports beside the map builder: :mod:`astra_global.mapping.ports`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from astra_core.observation import CameraFrame

if TYPE_CHECKING:
    from astra_global.localize.clock import StageClock
    from astra_global.localize.hypothesis import Hypothesis
    from astra_global.localize.query import Query
    from astra_global.localize.ranking import NodeRanking
    from astra_global.mllm.types import Ask, Reply
    from astra_global.route.free_space import Blockage, FreeSpace
    from astra_global.route.route import Route
    from astra_global.types import GoalMatch, PoseFix

__all__ = [
    "CoarseStage",
    "FineStage",
    "FrameLocalizer",
    "GoalRanker",
    "Mllm",
    "RoutePlanner",
]


class FrameLocalizer(Protocol):
    """Finds the robot in pictures: what Astra-Global needs of a localizer. May take seconds."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return where the robot's cameras are not those of the map, a line each."""
        ...

    @property
    def problems(self) -> tuple[str, ...]:
        """Return which cameras are not where the robot's rig says, a line each."""
        ...

    def localize(
        self,
        frames: Sequence[CameraFrame],
        *,
        expected: Sequence[NDArray[np.floating]] = (),
        everywhere: bool = True,
    ) -> PoseFix:
        """Return the poses that the frames allow.

        Args:
            frames: Pictures of one moment; depth is not looked at.
            expected: Poses that are looked at in any case.
            everywhere: Whether the rest of the map is searched for rivals, too.

        Raises:
            NotLocalized: They allow none.
        """
        ...


class CoarseStage(Protocol):
    """Which nodes of the map may be where the robot is (paper, section 1.4)."""

    def nodes(
        self, query: Query, near: tuple[NDArray[np.floating], float] | None = None
    ) -> NodeRanking:
        """Rank the nodes for the pictures of one moment.

        Args:
            query: The pictures, read.
            near: Optional ((x, y, ...) in ``map``, radius in metres): only nodes there.
        """
        ...


class FineStage(Protocol):
    """Poses that geometry allows, from nodes worth a look (paper, section 1.4)."""

    def confirm(
        self, query: Query, poses: Sequence[NDArray[np.float64]], clock: StageClock
    ) -> list[Hypothesis]:
        """Return those of some expected poses that the pictures confirm, refined."""
        ...

    def poses(
        self,
        query: Query,
        ranking: NodeRanking,
        standing: Sequence[Hypothesis],
        clock: StageClock,
    ) -> list[Hypothesis]:
        """Return every pose that stands, those that stood before included.

        Raises:
            NotLocalized: None does; with the reason.
        """
        ...


class GoalRanker(Protocol):
    """Which landmark a sentence means (paper, section 1.5). May take seconds.

    It is asked through :mod:`astra_global.questions`, one sentence at a time.
    """

    def rank(self, text: str, robot_xy: ArrayLike | None) -> Sequence[GoalMatch]:
        """Return the landmarks that fit, the chosen one first; each says who decided.

        Args:
            text: The instruction.
            robot_xy: ``(2,)`` in ``map``; ``None`` treats all distances as equal.

        Raises:
            GoalNotFound: Nothing on the map fits.
            GoalAmbiguous: Several things fit equally; the message asks back.
        """
        ...


class RoutePlanner(Protocol):
    """A way over the map (line 2 of the paper's algorithm 1). May be called by several threads."""

    @property
    def space(self) -> FreeSpace | None:
        """Return where the robot fits, by the map; ``None`` where the map does not know."""
        ...

    def plan(
        self, start: ArrayLike, goal_pose: ArrayLike, blockages: Sequence[Blockage] = ()
    ) -> Route:
        """Return a route from ``(2,)`` or ``(3,)`` to a goal pose, blocked places avoided.

        Raises:
            GoalUnreachable: The map has no way.
        """
        ...


class Mllm(Protocol):
    """A multimodal language model. Takes 0.3 to 8 s; not for several threads at once."""

    def reply(self, asks: Sequence[Ask], *, seed: int) -> list[Reply]:
        """Answer a batch, one reply for each ask and in their order.

        Args:
            asks: Words and pictures; where an ask has a schema, its reply holds data of that form.
            seed: Of what the model draws; equal asks with an equal seed get equal replies.

        Raises:
            MllmUnavailable: The model cannot be asked now; says what is missing.
        """
        ...
