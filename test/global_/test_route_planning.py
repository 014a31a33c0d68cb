"""Routes on the toy map: graph search, smoothing, attaching, blocked places."""

from __future__ import annotations

import numpy as np
import pytest
from toy_world import DOORS_Y_M, make_map, make_occupancy

from astra_core import se3
from astra_core.errors import GoalUnreachable
from astra_global.route import Blockage, FreeSpace, GraphRoutePlanner, RouteConfig
from astra_global.route.graph import GraphSearch
from astra_global.route.grid_path import clearance_cost
from astra_global.types import FREE, OCCUPIED, UNKNOWN, AstraMap, MapEdge, MapNode, OccupancyMap

MAP = make_map()
PLANNER = GraphRoutePlanner(MAP)


def grid_map(points: list[tuple[float, float]], edges: list[tuple[int, int]]) -> AstraMap:
    nodes = tuple(MapNode(f"n{k}", se3.from_se2([x, y, 0.0])) for k, (x, y) in enumerate(points))
    links = tuple(
        MapEdge(f"n{a}", f"n{b}", float(np.hypot(*np.subtract(points[a], points[b]))))
        for a, b in edges
    )
    return AstraMap(nodes, links, (), None)


def crossing_y(route) -> float:
    points = route.points_m
    return float(points[np.argmin(np.abs(points[:, 0] - 5.0)), 1])


def test_graph_prefers_fewer_turns_at_equal_length() -> None:
    # Two ways of length 4 from n0 to n4: straight-straight-corner, and a staircase.
    points = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (0, 1), (1, 1)]
    staircase = [(0, 5), (5, 6), (6, 3)]
    map = grid_map(points, [(0, 1), (1, 2), (2, 3), (3, 4), (1, 6), *staircase])
    found = GraphSearch(map, RouteConfig()).search({"n0": 0.0}, {"n4": 0.0})
    assert found.node_ids == ("n0", "n1", "n2", "n3", "n4")
    # 4 m and one right angle at 0.25 m per radian.
    assert found.cost == pytest.approx(4.0 + 0.25 * np.pi / 2)


def test_graph_takes_the_shorter_way_and_avoids_blocked_edges() -> None:
    points = [(0, 0), (1, 0), (2, 0), (1, 1.5)]
    search = GraphSearch(grid_map(points, [(0, 1), (1, 2), (0, 3), (3, 2)]), RouteConfig())
    assert search.search({"n0": 0.0}, {"n2": 0.0}).node_ids == ("n0", "n1", "n2")
    blocked = [Blockage(1.0, 0.0, 0.4, 0)]
    assert search.search({"n0": 0.0}, {"n2": 0.0}, blocked).node_ids == ("n0", "n3", "n2")
    # Searching leaves no trace.
    assert search.search({"n0": 0.0}, {"n2": 0.0}).node_ids == ("n0", "n1", "n2")


def test_graph_without_a_way() -> None:
    search = GraphSearch(grid_map([(0, 0), (1, 0), (5, 5)], [(0, 1)]), RouteConfig())
    assert search.search({"n0": 0.0}, {"n2": 0.0}) is None
    assert search.search({"n2": 1.0}, {"n2": 0.5}).cost == pytest.approx(1.5)


def test_graph_counts_the_cost_of_attaching() -> None:
    search = GraphSearch(grid_map([(0, 0), (1, 0), (2, 0)], [(0, 1), (1, 2)]), RouteConfig())
    found = search.search({"n0": 0.2, "n1": 3.0}, {"n2": 0.1})
    assert found.node_ids == ("n0", "n1", "n2")
    assert found.cost == pytest.approx(0.2 + 2.0 + 0.1)


@pytest.mark.parametrize("seed", range(8))
def test_routes_between_random_places_are_free_and_short(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = []
    while len(places) < 2:
        place = rng.uniform([0.3, 0.3], [9.7, 7.7])
        if PLANNER.space.clearance_at(place) > 0.3:
            places.append(place)
    start, goal = places
    route = PLANNER.plan(start, [*goal, 0.5])
    np.testing.assert_allclose(route.points_m[0], start)
    np.testing.assert_allclose(route.points_m[-1], goal)
    assert np.linalg.norm(np.diff(route.points_m, axis=0), axis=1).max() <= 0.1 + 1e-9
    assert PLANNER.space.clearance_at(route.points_m).min() >= 0.22
    straight = np.linalg.norm(goal - start)
    by_door = min(np.hypot(*(start - (5.0, y))) + np.hypot(*(goal - (5.0, y))) for y in DOORS_Y_M)
    same_room = (start[0] < 5.0) == (goal[0] < 5.0)
    assert route.length_m <= 1.4 * (straight if same_room else by_door) + 1.0


def test_doors_are_crossed_in_the_middle() -> None:
    route = PLANNER.plan([4.0, 1.2, 0.0], [6.5, 3.0, 0.0])
    assert crossing_y(route) == pytest.approx(DOORS_Y_M[0], abs=0.1)


def test_blocked_door_sends_the_route_through_the_other() -> None:
    route = PLANNER.plan([4.0, 2.0, 0.0], [6.5, 3.0, 0.0])
    assert crossing_y(route) < 3.0
    blocked = PLANNER.plan([4.0, 2.0, 0.0], [6.5, 3.0, 0.0], [Blockage(5.0, DOORS_Y_M[0], 0.4, 0)])
    assert crossing_y(blocked) > 5.0


def test_both_doors_blocked_still_gives_a_route() -> None:
    blockages = [Blockage(5.0, y, 0.5, 0) for y in DOORS_Y_M]
    assert PLANNER.plan([4.0, 2.0, 0.0], [6.5, 3.0, 0.0], blockages).length_m > 2.0


def test_goal_behind_walls_is_unreachable() -> None:
    occupancy = make_occupancy()
    cells = occupancy.cells.copy()
    cells[:, 99:102] = OCCUPIED
    walled = AstraMap(
        MAP.nodes,
        tuple(e for e in MAP.edges if not _crosses(e)),
        (),
        MAP.rig,
        occupancy=OccupancyMap(cells, occupancy.origin_m, occupancy.resolution_m),
    )
    with pytest.raises(GoalUnreachable, match="no free way"):
        GraphRoutePlanner(walled).plan([2.0, 2.0, 0.0], [8.0, 6.0, 0.0])


def test_start_in_a_tight_spot_gets_away() -> None:
    # 0.20 m from the desk, closer than the robot's own radius plus margin.
    route = PLANNER.plan([1.1, 3.0, 0.0], [3.0, 5.0, 0.0])
    assert route.length_m < 4.0


def test_floor_the_tour_drove_over_is_free_even_if_unseen() -> None:
    cells = np.full((40, 40), UNKNOWN, np.int8)
    nodes = tuple(MapNode(f"n{k}", se3.from_se2([0.5 + 0.1 * k, 1.0, 0.0])) for k in range(10))
    map = AstraMap(nodes, (), (), None, occupancy=OccupancyMap(cells, (0.0, 0.0), 0.05))
    space = FreeSpace.from_map(map, 0.22)
    assert space.clearance_at([1.0, 1.0]) > 0.15
    assert space.clearance_at([1.0, 1.6]) == 0.0
    assert (map.occupancy.cells == UNKNOWN).all()


def test_clearance_is_measured_to_the_edge_of_obstacles() -> None:
    cells = np.full((20, 20), FREE, np.int8)
    cells[:, 0] = OCCUPIED
    map = AstraMap((), (), (), None, occupancy=OccupancyMap(cells, (0.0, 0.0), 0.1))
    space = FreeSpace.from_map(map)
    # The obstacle ends at x = 0.1; the centre of cell 5 is at 0.55.
    assert space.clearance_at([0.55, 1.0]) == pytest.approx(0.45)
    assert space.clearance_at([-1.0, 1.0]) == 0.0
    assert space.line_clearance([0.55, 0.5], [0.25, 0.5]) == pytest.approx(0.15)
    assert not space.sees([0.55, 0.5], [0.01, 0.5])
    assert space.sees([0.55, 0.5], [0.05, 0.5], end_margin_m=0.06)
    blocked = space.blocked_by([Blockage(1.55, 1.05, 0.2, 0)])
    assert blocked.clearance_at([1.05, 1.05]) == pytest.approx(0.3)


def test_clearance_cost_falls_to_one() -> None:
    cost = clearance_cost(np.array([0.0, 0.3, 0.6, 5.0]), RouteConfig())
    np.testing.assert_allclose(cost, [5.0, 2.0, 1.0, 1.0])


def _crosses(edge: MapEdge) -> bool:
    a, b = MAP.node_by_id[edge.a].pose[0], MAP.node_by_id[edge.b].pose[0]
    return (a < 5.0) != (b < 5.0)


def test_floor_between_neighbouring_aisles_is_crossed_and_not_driven_round() -> None:
    # The tour went up one side of an open hall and down the other, 10 m apart.
    up = [(1.0, float(y)) for y in range(1, 12)]
    across = [(float(x), 11.0) for x in range(2, 11)]
    down = [(11.0, float(y)) for y in range(11, 0, -1)]
    points = up + across + down
    graph = grid_map(points, [(k, k + 1) for k in range(len(points) - 1)])
    cells = np.full((120, 120), FREE, dtype=np.int8)
    hall = AstraMap(
        graph.nodes, graph.edges, (), None, occupancy=OccupancyMap(cells, (0.0, 0.0), 0.1)
    )
    route = GraphRoutePlanner(hall).plan([1.0, 1.0, 0.0], [11.0, 1.0, 0.0])
    assert route.length_m == pytest.approx(10.0, abs=0.3)
    assert route.source == "grid" and route.node_ids == ()
    # Where that does not pay, the nodes are followed.
    route = GraphRoutePlanner(hall).plan([1.0, 1.0, 0.0], [1.0, 11.0, 0.0])
    assert route.source == "graph"
    # With a wall between them the way round is the only one.
    cells[0:100, 55:65] = OCCUPIED
    walled = AstraMap(
        graph.nodes, graph.edges, (), None, occupancy=OccupancyMap(cells, (0.0, 0.0), 0.1)
    )
    assert GraphRoutePlanner(walled).plan([1.0, 1.0, 0.0], [11.0, 1.0, 0.0]).length_m > 20.0
