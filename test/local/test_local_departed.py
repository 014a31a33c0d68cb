"""The foot of what has left is forgotten; what stands on its own is not."""

import numpy as np

from astra_local.voxel.departed import DepartedBodies

NONE = np.zeros((5, 1, 1), dtype=bool)


def _column(*layers: int) -> np.ndarray:
    column = NONE.copy()
    column[list(layers)] = True
    return column


def _after(bodies: DepartedBodies, occupied: np.ndarray, hit: np.ndarray = NONE) -> list[int]:
    return np.flatnonzero(bodies.feet(occupied, NONE, hit)[:, 0, 0]).tolist()


def test_the_unseen_foot_goes_with_the_body() -> None:
    bodies = DepartedBodies((5, 1, 1))
    whole = _column(0, 1, 2, 3, 4)
    assert not bodies.feet(whole, whole, whole).any()
    # Seen through at two heights: the three layers below them go at once.
    assert _after(bodies, _column(0, 1, 2)) == [0, 1, 2]


def test_one_layer_is_not_enough_for_a_low_box() -> None:
    bodies = DepartedBodies((5, 1, 1))
    box = _column(0, 1)
    bodies.feet(box, box, box)
    assert _after(bodies, _column(0)) == []


def test_a_foot_that_was_never_certain_needs_a_certain_body_above() -> None:
    bodies = DepartedBodies((5, 1, 1))
    bodies.feet(_column(0, 1, 2), _column(0), NONE)
    assert _after(bodies, _column(0)) == []


def test_what_is_hit_stays_and_later_too() -> None:
    bodies = DepartedBodies((5, 1, 1))
    whole = _column(0, 1, 2, 3, 4)
    bodies.feet(whole, whole, whole)
    assert _after(bodies, _column(0), hit=_column(0)) == []
    # Out of sight from now on; the box was seen after the body had gone.
    assert _after(bodies, _column(0)) == []


def test_one_unsure_layer_does_not_keep_the_foot() -> None:
    bodies = DepartedBodies((5, 1, 1))
    whole = _column(0, 3, 4, 2)
    bodies.feet(whole, whole, whole)
    assert _after(bodies, _column(0)) == [0]


def test_a_wide_gap_between_body_and_box_keeps_the_box() -> None:
    bodies = DepartedBodies((5, 1, 1))
    both = _column(0, 3, 4)
    bodies.feet(both, both, both)
    assert _after(bodies, _column(0)) == []


def test_specks_of_a_leaf_go_with_it_and_a_box_beside_it_stays() -> None:
    leaf = np.zeros((5, 9, 9), dtype=bool)
    leaf[:, 4, 2:7] = True
    speck, box = np.zeros_like(leaf), np.zeros_like(leaf)
    speck[:2, 5, 4] = True
    box[:2, 5:8, 6] = True  # touches the leaf as well, but reaches farther than noise does
    bodies = DepartedBodies(leaf.shape)
    everything = leaf | speck | box
    bodies.feet(everything, everything, everything)
    foot = leaf.copy()
    foot[2:] = False
    gone = bodies.feet(foot | speck | box, everything, np.zeros_like(leaf))
    np.testing.assert_array_equal(gone, foot | speck)
    # Whoever is hit is there.
    bodies = DepartedBodies(leaf.shape)
    bodies.feet(everything, everything, everything)
    np.testing.assert_array_equal(bodies.feet(foot | speck | box, everything, speck), foot)


def test_what_comes_to_the_floor_later_is_no_foot_of_the_departed() -> None:
    bodies = DepartedBodies((5, 1, 1))
    whole = _column(0, 1, 2, 3, 4)
    bodies.feet(whole, whole, whole)
    assert _after(bodies, _column(0, 1, 2)) == [0, 1, 2]
    # What was forgotten is no part of a body any more: from its middle to the floor is too far.
    assert _after(bodies, _column(0)) == []


def test_a_speck_at_the_corner_of_a_leaf_goes_with_it_and_one_a_cell_farther_stays() -> None:
    leaf = np.zeros((5, 9, 9), dtype=bool)
    leaf[:, 4, 2:7] = True
    corner, apart = np.zeros_like(leaf), np.zeros_like(leaf)
    corner[0, 5, 7] = True
    apart[0, 7, 1] = True
    everything = leaf | corner | apart
    bodies = DepartedBodies(leaf.shape)
    bodies.feet(everything, everything, everything)
    gone = bodies.feet(corner | apart, everything, np.zeros_like(leaf))
    np.testing.assert_array_equal(gone, corner)
