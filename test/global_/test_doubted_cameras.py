"""Cameras that Astra-Local does not believe are not localized with, and people are told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from toy_world import make_map

from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.errors import NotLocalized
from astra_core.observation import CameraFrame
from astra_core.records import LocalOdometry, Velocity
from astra_core.stack_spec import StackSpec
from astra_global.pipeline import AstraGlobal
from astra_global.stack import build_global
from astra_global.types import PoseFix

S = 1_000_000_000
NAMES = ("front", "left", "rear")
RIG = CameraRig(
    tuple(
        Camera(name, CameraIntrinsics(32, 24, 20.0, 20.0, 16.0, 12.0), np.eye(4)) for name in NAMES
    )
)
WORDS = "(see its diagnostics): their images are not used to localize"


class Noting:
    """Notes whose images it is shown."""

    remarks: tuple[str, ...] = ()
    problems: tuple[str, ...] = ("camera left is 3 degrees off",)

    def __init__(self) -> None:
        self.shown: list[tuple[str, ...]] = []

    def localize(
        self, frames: Sequence[CameraFrame], *, expected=(), everywhere: bool = True
    ) -> PoseFix:
        self.shown.append(tuple(frame.camera for frame in frames))
        pose = np.array([1.0, 1.0, 0.0])
        return PoseFix(frames[0].stamp_ns, pose, 1e-4 * np.eye(3), 100, (), 0.0)


def frames(*names: str) -> list[CameraFrame]:
    return [CameraFrame(name, S, np.zeros((24, 32, 3), np.uint8)) for name in names]


@pytest.fixture
def localizer() -> Noting:
    return Noting()


@pytest.fixture
def stack(localizer: Noting) -> AstraGlobal:
    return build_global(StackSpec(), make_map(), RIG, localizer=localizer)


def doubt(stack: AstraGlobal, *names: str, stamp_ns: int = S) -> None:
    stack.add_odometry(
        LocalOdometry(
            stamp_ns, np.zeros(3), 1e-4 * np.eye(3), Velocity(), doubted_cameras=frozenset(names)
        )
    )


def test_images_of_a_doubted_camera_are_left_out_until_it_is_believed_again(
    stack: AstraGlobal, localizer: Noting
) -> None:
    stack.localize(frames(*NAMES))
    doubt(stack, "front", "somebody else's")
    stack.localize(frames(*NAMES))
    assert stack.problems == (
        "camera left is 3 degrees off",
        f"astra_local does not believe camera front {WORDS}",
    )
    doubt(stack, "rear", "front", stamp_ns=2 * S)
    stack.localize(frames(*NAMES))
    assert stack.problems[-1] == f"astra_local does not believe cameras front, rear {WORDS}"
    doubt(stack, stamp_ns=3 * S)
    stack.localize(frames(*NAMES))
    assert stack.problems == ("camera left is 3 degrees off",)
    assert localizer.shown == [NAMES, ("left", "rear"), ("left",), NAMES]


def test_without_a_camera_to_believe_there_is_no_fix_and_a_reason(
    stack: AstraGlobal, localizer: Noting
) -> None:
    doubt(stack, "front", "left")
    with pytest.raises(NotLocalized, match=r"no image can be used: .* cameras front, left "):
        stack.localize(frames("front", "left"))
    assert localizer.shown == []
    stack.localize(frames("front", "rear"))
    assert localizer.shown == [("rear",)]


def test_a_doubted_camera_does_not_hide_one_that_is_mounted_wrongly(
    stack: AstraGlobal, localizer: Noting
) -> None:
    doubt(stack, "front")
    stack.apply_fix(stack.localize(frames(*NAMES)))
    localizer.problems = ("camera left is 3 degrees off", "camera rear is 5 degrees off")
    stack.apply_fix(stack.localize(frames(*NAMES)))
    told = [event.message for event in stack.log if event.kind == "camera"]
    assert told == ["camera left is 3 degrees off", "camera rear is 5 degrees off"]
