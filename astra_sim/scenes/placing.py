"""Finding places for furniture in one room: along walls, in the middle, in groups."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from astra_sim.scenes.furniture.piece import Piece
from astra_sim.scenes.layout.types import WALL_M, Doorway, Rect, RoomPlan
from astra_sim.scenes.room_ways import ways_are_open
from astra_sim.scenes.types import SceneObject

__all__ = ["SIDES", "Placed", "RoomPlacer", "Spot", "wall_frame"]

#: Heading of the inner normal of a wall by the side of the room it is on.
SIDES = {"west": 0.0, "south": math.pi / 2.0, "east": math.pi, "north": -math.pi / 2.0}
_DOOR_DEPTH_M = 0.85


@dataclass(frozen=True)
class Spot:
    """A piece relative to the origin of its group: (x forward, y left, yaw), metres, radians."""

    piece: Piece
    x: float = 0.0
    y: float = 0.0
    yaw: float = 0.0


@dataclass(frozen=True)
class Placed:
    """A piece with its pose (x, y, theta) in ``map``."""

    piece: Piece
    pose: tuple[float, float, float]

    def bounds(self) -> Rect:
        """Return the rectangle it needs."""
        depth, width, _ = self.piece.size_m
        cos, sin = abs(math.cos(self.pose[2])), abs(math.sin(self.pose[2]))
        dx, dy = (cos * depth + sin * width) / 2.0, (sin * depth + cos * width) / 2.0
        return self.pose[0] - dx, self.pose[1] - dy, self.pose[0] + dx, self.pose[1] + dy

    def access(self) -> Rect | None:
        """Return the floor kept free in front of it."""
        reach = self.piece.access_m
        if reach <= 0.0:
            return None
        depth, width, _ = self.piece.size_m
        cos, sin = math.cos(self.pose[2]), math.sin(self.pose[2])
        x = self.pose[0] + cos * (depth + reach) / 2.0
        y = self.pose[1] + sin * (depth + reach) / 2.0
        half = 0.4 * width
        dx = (abs(cos) * reach + abs(sin) * 2.0 * half) / 2.0
        dy = (abs(sin) * reach + abs(cos) * 2.0 * half) / 2.0
        return x - dx, y - dy, x + dx, y + dy


def wall_frame(bounds: Rect, side: str) -> tuple[float, float, float, float]:
    """Return (x, y, theta, length) of a wall face: its middle, inner normal and length."""
    x0, y0, x1, y1 = bounds
    middle = {
        "west": (x0, (y0 + y1) / 2.0),
        "east": (x1, (y0 + y1) / 2.0),
        "south": ((x0 + x1) / 2.0, y0),
        "north": ((x0 + x1) / 2.0, y1),
    }[side]
    length = y1 - y0 if side in ("west", "east") else x1 - x0
    return (*middle, SIDES[side], length)


def _overlap(a: Rect, b: Rect, margin: float = 0.0) -> bool:
    return (
        a[0] < b[2] + margin
        and b[0] < a[2] + margin
        and a[1] < b[3] + margin
        and b[1] < a[3] + margin
    )


@dataclass
class RoomPlacer:
    """What stands in a room so far, and the search for the next place.

    Attributes:
        room: The room.
        doors: Its doors.
        windows: Rectangles of floor under windows, where nothing tall may stand.
        rng: Random stream.
        placed: What has found a place.
    """

    room: RoomPlan
    doors: list[Doorway]
    windows: list[Rect]
    rng: np.random.Generator
    placed: list[Placed] = field(default_factory=list)

    def fits(self, group: list[Placed]) -> bool:
        """Whether a group can stand where it is: inside, off the doors, off what is there."""
        x0, y0, x1, y1 = self.room.bounds_m
        zones = [self._door_zone(door) for door in self.doors]
        for item in group:
            rect = item.bounds()
            if (
                rect[0] < x0 - 1e-6
                or rect[1] < y0 - 1e-6
                or rect[2] > x1 + 1e-6
                or rect[3] > y1 + 1e-6
            ):
                return False
            if not item.piece.collides:
                continue
            if any(_overlap(rect, zone) for zone in zones):
                return False
            if item.piece.size_m[2] > 1.3 and any(_overlap(rect, w) for w in self.windows):
                return False
            access = item.access()
            if access is not None and (
                access[0] < x0 - 0.02
                or access[1] < y0 - 0.02
                or access[2] > x1 + 0.02
                or access[3] > y1 + 0.02
            ):
                return False
            for other in self.placed:
                if not other.piece.collides:
                    continue
                taken = other.bounds()
                if _overlap(rect, taken, 0.0 if item.piece.landmark else -0.005):
                    return False
                if access is not None and _overlap(access, taken):
                    return False
                kept = other.access()
                if kept is not None and _overlap(rect, kept):
                    return False
        return True

    def put(self, group: list[Spot], pose: tuple[float, float, float]) -> bool:
        """Place a group with its origin at a pose if it fits there."""
        cos, sin = math.cos(pose[2]), math.sin(pose[2])
        items = [
            Placed(
                spot.piece,
                (
                    pose[0] + cos * spot.x - sin * spot.y,
                    pose[1] + sin * spot.x + cos * spot.y,
                    pose[2] + spot.yaw,
                ),
            )
            for spot in group
        ]
        if not self.fits(items):
            return False
        self.placed += items
        return True

    def at_wall(
        self, group: list[Spot], *, sides: tuple[str, ...] = tuple(SIDES), corner: float = 0.5
    ) -> str | None:
        """Place a group with the back of its first piece at a wall.

        Args:
            group: The group; its origin is the centre of the first piece.
            sides: Walls to try, in random order.
            corner: Probability of trying the corners first.

        Returns:
            The side taken, or None.
        """
        piece = group[0].piece
        low = min(spot.y - _half_width(spot) for spot in group)
        high = max(spot.y + _half_width(spot) for spot in group)
        candidates = []
        for side in sides:
            x, y, theta, length = wall_frame(self.room.bounds_m, side)
            first, last = -length / 2.0 - low + 0.02, length / 2.0 - high - 0.02
            if last < first:
                continue
            steps = np.linspace(first, last, max(2, int((last - first) / 0.12) + 1))
            rank = self.rng.random(steps.size)
            if self.rng.random() < corner:
                rank[[0, -1]] -= 1.0
            candidates += [(rank[i], side, x, y, theta, float(a)) for i, a in enumerate(steps)]
        for _, side, x, y, theta, along in sorted(candidates):
            cos, sin = math.cos(theta), math.sin(theta)
            out = piece.size_m[0] / 2.0 + 0.01
            pose = (x + cos * out - sin * along, y + sin * out + cos * along, theta)
            if self.put(group, pose):
                return side
        return None

    def in_middle(self, group: list[Spot], clearance: float) -> bool:
        """Place a group away from walls and furniture, any of four headings."""
        x0, y0, x1, y1 = self.room.bounds_m
        grid = [
            (x, y, theta)
            for x in np.arange(x0 + 0.5, x1 - 0.5, 0.15)
            for y in np.arange(y0 + 0.5, y1 - 0.5, 0.15)
            for theta in (0.0, math.pi / 2.0)
        ]
        for index in self.rng.permutation(len(grid)):
            x, y, theta = grid[index]
            pose = (float(x), float(y), theta)
            before = len(self.placed)
            if not self.put(group, pose):
                continue
            rects = [item.bounds() for item in self.placed[before:]]
            box = (
                min(r[0] for r in rects) - clearance,
                min(r[1] for r in rects) - clearance,
                max(r[2] for r in rects) + clearance,
                max(r[3] for r in rects) + clearance,
            )
            inside = box[0] > x0 and box[1] > y0 and box[2] < x1 and box[3] < y1
            others = [item for item in self.placed[:before] if item.piece.collides]
            if inside and not any(_overlap(box, item.bounds()) for item in others):
                return True
            del self.placed[before:]
        return False

    def reachable(self, way_m: float = 0.0) -> bool:
        """Whether the robot can pass between all doors and get near every landmark.

        Args:
            way_m: Least width of the ways inside the room from door to door; 0 asks only that
                the robot gets through.
        """
        solid = [
            SceneObject("", item.piece.kind, item.pose, item.piece.parts)
            for item in self.placed
            if item.piece.collides
        ]
        goals = [item.bounds() for item in self.placed if item.piece.landmark]
        return ways_are_open(self.room, self.doors, solid, goals, way_m)

    def _door_zone(self, door: Doorway) -> Rect:
        (x, y), half = door.center_m, door.width_m / 2.0 + 0.12
        x0, y0, x1, y1 = self.room.bounds_m
        if door.along_x:
            into = 1.0 if abs(y - y0) < WALL_M else -1.0
            edge = y0 if into > 0 else y1
            return (
                x - half,
                min(edge, edge + into * _DOOR_DEPTH_M),
                x + half,
                max(edge, edge + into * _DOOR_DEPTH_M),
            )
        into = 1.0 if abs(x - x0) < WALL_M else -1.0
        edge = x0 if into > 0 else x1
        return (
            min(edge, edge + into * _DOOR_DEPTH_M),
            y - half,
            max(edge, edge + into * _DOOR_DEPTH_M),
            y + half,
        )


def _half_width(spot: Spot) -> float:
    depth, width, _ = spot.piece.size_m
    cos, sin = abs(math.cos(spot.yaw)), abs(math.sin(spot.yaw))
    return (sin * depth + cos * width) / 2.0
