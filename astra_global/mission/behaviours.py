"""The kinds of behaviours that the mission's tree is made of."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from py_trees.behaviour import Behaviour
from py_trees.common import Status
from py_trees.composites import Composite, Selector, Sequence

from astra_core.errors import AstraError
from astra_global.mission.world import Ask, MissionWorld

__all__ = [
    "After",
    "Condition",
    "Decision",
    "Skill",
    "SkillBehaviour",
    "WithRecovery",
    "first_of",
    "in_order",
]

# A skill is a generator: every ``yield`` hands one Ask to Astra-Local and waits for the next tick.
Skill = Generator[Ask, None, None]


class MissionBehaviour(Behaviour):
    """A leaf of the mission's tree.

    An ``AstraError`` is its failure, kept in ``world.problem`` for whoever recovers or reports.
    """

    def __init__(self, world: MissionWorld, name: str) -> None:
        """Name the behaviour; it does nothing before its first tick."""
        super().__init__(name)
        self.world = world

    def advance(self) -> Status:
        """Do what one tick asks for."""
        raise NotImplementedError

    def update(self) -> Status:
        """Advance, and turn an error into a failure."""
        self.world.deciding = self.name
        try:
            return self.advance()
        except AstraError as problem:
            self.world.problem = problem
            self.feedback_message = str(problem)
            return Status.FAILURE


class Decision(MissionBehaviour):
    """A leaf that takes no time."""

    def decide(self) -> None:
        """Do it."""
        raise NotImplementedError

    def advance(self) -> Status:
        """Succeed at once."""
        self.decide()
        return Status.SUCCESS


class SkillBehaviour(MissionBehaviour):
    """A leaf whose work is a skill: one ``yield`` per tick, success when it returns."""

    _running: Skill | None = None

    def skill(self) -> Skill:
        """Do the work."""
        raise NotImplementedError

    def initialise(self) -> None:
        """Begin the skill afresh."""
        self._running = self.skill()

    def advance(self) -> Status:
        """Run the skill to its next ask."""
        assert self._running is not None
        try:
            ask = next(self._running)
        except StopIteration:
            return Status.SUCCESS
        self.world.ask = ask
        self.feedback_message = ask.message
        return Status.RUNNING

    def terminate(self, new_status: Status) -> None:
        """End the skill, also when the mission is stopped in the middle of it."""
        if self._running is not None:
            self._running.close()
            self._running = None


class Condition(Behaviour):
    """Succeeds or fails at once, by a question about the world."""

    def __init__(self, name: str, holds: Callable[[], bool]) -> None:
        """Keep the question."""
        super().__init__(name)
        self._holds = holds

    def update(self) -> Status:
        """Ask it."""
        return Status.SUCCESS if self._holds() else Status.FAILURE


class After(Condition):
    """Succeeds when the last failure was of a certain kind."""

    def __init__(self, world: MissionWorld, kind: type[AstraError]) -> None:
        """Say which kind."""
        super().__init__(f"after {kind.__name__}?", lambda: isinstance(world.problem, kind))


class WithRecovery(Composite):
    """Does a task; each time it fails, recovers and does it again (Nav2's recovery node).

    Succeeds with the task, fails with the recovery.
    """

    def __init__(self, name: str, task: Behaviour, recovery: Behaviour) -> None:
        """Join a task and what to do when it fails."""
        super().__init__(name, [task, recovery])

    def tick(self) -> Iterator[Behaviour]:
        """Tick the task or its recovery; a change between the two takes no tick of its own."""
        task, recovery = self.children
        if self.status is not Status.RUNNING or self.current_child is None:
            self.current_child = task
        self.status = Status.RUNNING
        for _ in range(3):  # task fails, recovery has nothing to wait for, task again
            yield from self.current_child.tick()
            if self.current_child is task and task.status is Status.FAILURE:
                self.current_child = recovery
            elif self.current_child is recovery and recovery.status is Status.SUCCESS:
                self.current_child = task
            else:
                break
        if self.current_child is task and task.status is Status.SUCCESS:
            self.stop(Status.SUCCESS)
        elif self.current_child is recovery and recovery.status is Status.FAILURE:
            self.stop(Status.FAILURE)
        yield self


def in_order(name: str, *children: Behaviour) -> Sequence:
    """Return a sequence that goes on where it was: one child after the other, all must succeed."""
    return Sequence(name, memory=True, children=list(children))


def first_of(name: str, *children: Behaviour) -> Selector:
    """Return a selector that goes on where it was: the first child that succeeds is enough."""
    return Selector(name, memory=True, children=list(children))
