"""Cheapest ways on a grid: lengths worked out by hand, and a plain Dijkstra beside it."""

from __future__ import annotations

import heapq
import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from astra_core.grid_search import grid_graph, whole_grid_distance

ROOT2, ROOT5 = math.sqrt(2.0), math.sqrt(5.0)
OPEN = np.ones((3, 4), dtype=bool)


def at(row: int, column: int, shape: tuple[int, int] = (3, 4)) -> NDArray[np.bool_]:
    mask = np.zeros(shape, dtype=bool)
    mask[row, column] = True
    return mask


def test_open_floor_by_hand() -> None:
    distance = grid_graph(OPEN, 0.5).distances(at(0, 0))
    by_hand = [
        [0, 1, 2, 3],
        [1, ROOT2, 1 + ROOT2, 2 + ROOT2],
        [2, 1 + ROOT2, 2 * ROOT2, 1 + 2 * ROOT2],
    ]
    np.testing.assert_allclose(distance, 0.5 * np.array(by_hand))


def test_sixteen_directions_take_the_move_of_a_knight() -> None:
    distance = grid_graph(OPEN, 1.0, directions=16).distances(at(0, 0))
    by_hand = [[0, 1, 2, 3], [1, ROOT2, ROOT5, 1 + ROOT5], [2, ROOT5, 2 * ROOT2, ROOT2 + ROOT5]]
    np.testing.assert_allclose(distance, by_hand)


def test_a_step_costs_the_mean_price_of_its_ends() -> None:
    price = np.array([1.0, 3.0, 5.0])
    distance = grid_graph(np.ones((1, 3), dtype=bool), 2.0, price).distances(at(0, 0, (1, 3)))
    np.testing.assert_allclose(distance, [[0.0, 2.0 * 2.0, 2.0 * 2.0 + 2.0 * 4.0]])


def test_prices_belong_to_the_cells_that_may_be_entered_in_their_order() -> None:
    enterable = np.array([[False, True, False], [True, True, True]])
    graph = grid_graph(enterable, 1.0, np.array([1.0, 9.0, 1.0, 9.0]))
    # Down from 1 to 1, then aside to 9: cheaper than the diagonal from 1 to 9.
    assert graph.distances(at(0, 1, (2, 3)))[1, 1] == 1.0
    assert graph.distances(at(0, 1, (2, 3)))[1, 0] == 1.0 + 5.0


@pytest.mark.parametrize(("cuts", "length"), [(True, ROOT2), (False, 2.0)])
@pytest.mark.parametrize("mirror", [False, True])
def test_corners_are_cut_only_where_that_is_allowed(
    cuts: bool, length: float, mirror: bool
) -> None:
    enterable = np.array([[True, True], [False, True]])
    start, end = at(0, 0, (2, 2)), (1, 1)
    if mirror:
        enterable, start, end = enterable[:, ::-1], start[:, ::-1], (1, 0)
    distance = grid_graph(enterable, 1.0, cuts_corners=cuts).distances(start)
    assert distance[end] == pytest.approx(length)


def test_no_way_round_the_edge_of_the_grid() -> None:
    # Flat indices of (0, 2) and (1, 0) are neighbours; the cells are not.
    enterable = np.array([[False, False, True], [True, False, False]])
    assert grid_graph(enterable, 1.0).distances(at(0, 2, (2, 3)))[1, 0] == math.inf


def test_an_infinite_price_is_a_wall() -> None:
    price = np.array([1.0, math.inf, 1.0])
    distance = grid_graph(np.ones((1, 3), dtype=bool), 1.0, price).distances(at(0, 0, (1, 3)))
    np.testing.assert_array_equal(distance, [[0.0, math.inf, math.inf]])


def test_the_nearest_of_many_sources_counts_and_a_limit_ends_the_search() -> None:
    line = np.ones((1, 7), dtype=bool)
    sources = at(0, 0, (1, 7)) | at(0, 5, (1, 7))
    np.testing.assert_array_equal(
        grid_graph(line, 1.0).distances(sources)[0], [0, 1, 2, 2, 1, 0, 1]
    )
    limited = grid_graph(line, 1.0).distances(at(0, 0, (1, 7)), 2.5)[0]
    np.testing.assert_array_equal(limited, [0, 1, 2, *[math.inf] * 4])
    blocked = np.array([[True, False]])
    assert np.isinf(grid_graph(blocked, 1.0).distances(np.array([[False, True]]))).all()


def test_a_way_round_a_wall_by_hand() -> None:
    enterable = np.array([[1, 1, 1], [1, 0, 0], [1, 1, 1]], dtype=bool)
    ways = grid_graph(enterable, 1.0, cuts_corners=False).ways_from((0, 2))
    way = ways.way_to((2, 2))
    assert way is not None
    assert way.tolist() == [[0, 2], [0, 1], [0, 0], [1, 0], [2, 0], [2, 1], [2, 2]]
    same = ways.way_to((0, 2))
    assert same is not None and same.tolist() == [[0, 2]]
    assert ways.way_to((1, 1)) is None  # a wall
    shut = np.array([[True, False, True]])
    assert grid_graph(shut, 1.0).ways_from((0, 0)).way_to((0, 2)) is None


@st.composite
def grids(draw) -> tuple[NDArray[np.bool_], NDArray[np.float64], tuple[int, int]]:  # type: ignore[no-untyped-def]
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    enterable = rng.random((height, width)) < draw(st.floats(0.3, 1.0))
    source = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
    enterable[source] = True
    return enterable, 1.0 + 3.0 * rng.random((height, width)), source


def plain_dijkstra(
    enterable: NDArray[np.bool_],
    price: NDArray[np.float64],
    source: tuple[int, int],
    reach: int,
    cuts: bool,
) -> NDArray[np.float64]:
    distance = np.full(enterable.shape, np.inf)
    heap = [(0.0, source)]
    while heap:
        cost, (row, column) = heapq.heappop(heap)
        if cost >= distance[row, column]:
            continue
        distance[row, column] = cost
        for down, right in itertools.product(range(-reach, reach + 1), repeat=2):
            there = row + down, column + right
            if math.gcd(down, right) != 1 or not all(
                0 <= i < size for i, size in zip(there, enterable.shape, strict=True)
            ):
                continue
            if not enterable[there]:
                continue
            if (
                not cuts
                and down
                and right
                and not (enterable[row, there[1]] and enterable[there[0], column])
            ):
                continue
            step = 0.1 * math.hypot(down, right) * 0.5 * (price[row, column] + price[there])
            heapq.heappush(heap, (cost + step, there))
    return distance


@given(grids(), st.sampled_from([(8, True), (8, False), (16, True)]))
def test_it_finds_what_a_plain_search_finds_and_a_way_that_costs_so_much(grid, kind) -> None:  # type: ignore[no-untyped-def]
    enterable, price, source = grid
    directions, cuts = kind
    graph = grid_graph(enterable, 0.1, price[enterable], directions=directions, cuts_corners=cuts)
    expected = plain_dijkstra(enterable, price, source, 2 if directions == 16 else 1, cuts)
    np.testing.assert_allclose(graph.distances(at(*source, enterable.shape)), expected)
    ways = graph.ways_from(source)
    for cell in np.argwhere(np.isfinite(expected)):
        way = ways.way_to(cell)
        assert way is not None and tuple(way[0]) == source and tuple(way[-1]) == tuple(cell)
        steps = itertools.pairwise(way)
        cost = sum(0.05 * math.dist(a, b) * (price[tuple(a)] + price[tuple(b)]) for a, b in steps)
        assert cost == pytest.approx(expected[tuple(cell)])


@given(grids())
def test_a_whole_grid_is_searched_to_the_last_bit_like_any_other(grid) -> None:  # type: ignore[no-untyped-def]
    _, price, source = grid
    whole = np.ones(price.shape, dtype=bool)
    expected = grid_graph(whole, 0.1, price.ravel()).distances(at(*source, price.shape))
    np.testing.assert_array_equal(whole_grid_distance(price, 0.1, source), expected)
