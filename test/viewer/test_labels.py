"""Names on the map: none over another, and no two alike where one has to be chosen."""

import itertools

import numpy as np
import pytest

from astra_viewer.labels import Label, LandmarkShown, lay_out, names_by_place


def thing(number, label, x_m, y_m, size_m=(1.0, 1.0, 1.0)):
    return LandmarkShown(f"{label}-{number}", label, (x_m, y_m, 0.5), size_m)


@pytest.mark.parametrize("seed", range(5))
def test_names_do_not_overlap(seed):
    rng = np.random.default_rng(seed)
    things = [
        thing(number, "long name" * rng.integers(1, 4), *rng.uniform(0.0, 20.0, 2))
        for number in range(120)
    ]
    labels = lay_out(things)
    assert 20 < len(labels) < len(things)
    for first, second in itertools.combinations(labels, 2):
        # By hand: apart along x or along y.
        dx = abs(first.center_m[0] - second.center_m[0]) - 0.5 * (first.width_m + second.width_m)
        dy = abs(first.center_m[1] - second.center_m[1]) - 0.5 * (first.height_m + second.height_m)
        assert max(dx, dy) >= -1e-9


def test_a_name_gives_way_before_it_is_left_out():
    labels = lay_out([thing(1, "bed", 0.0, 0.0), thing(2, "bed", 0.1, 0.0, (0.2, 0.2, 0.2))])
    assert [label.number for label in labels] == [0, 1]
    assert labels[0].center_m == (0.0, 0.0)  # The larger one stays.
    assert labels[1].center_m[0] == 0.1 and abs(labels[1].center_m[1]) > 0.1


def test_signs_come_first_and_a_crowd_is_thinned_out():
    crowd = [thing(number, "chair", 0.0, 0.0, (3.0, 3.0, 1.0)) for number in range(20)]
    labels = lay_out([*crowd, thing(1, "sign (KITCHEN)", 0.0, 0.0, (0.1, 0.1, 0.1))])
    assert labels[0].number == 20 and labels[0].center_m == (0.0, 0.0)
    assert 1 < len(labels) < 9


def test_letters_grow_with_the_building():
    house = lay_out([thing(1, "a", 0.0, 0.0), thing(2, "b", 10.0, 5.0)])
    hall = lay_out([thing(1, "a", 0.0, 0.0), thing(2, "b", 30.0, 5.0)])
    city = lay_out([thing(1, "a", 0.0, 0.0), thing(2, "b", 900.0, 5.0)])
    assert house[0].letter_m < hall[0].letter_m < city[0].letter_m <= 0.6
    assert lay_out([]) == []


def test_boxes_that_touch_do_not_overlap():
    left = Label(0, (0.0, 0.0), 2.0, 1.0, 0.2)
    assert not left.overlaps(Label(1, (2.0, 0.0), 2.0, 1.0, 0.2))
    assert left.overlaps(Label(1, (1.9, 0.9), 2.0, 1.0, 0.2))
    assert not left.overlaps(Label(1, (1.9, 1.0), 2.0, 1.0, 0.2))


def test_equal_things_are_told_apart_by_place():
    things = [
        thing(1, "bed", 0.0, 0.0),
        thing(2, "bed", 10.0, 0.0),
        thing(3, "sofa", 5.0, 5.0),
        thing(4, "sign (LOUNGE)", 1.0, 0.0),
        thing(5, "sign (OFFICE)", 9.0, 0.0),
        thing(6, "bed", 10.0, 1.0),
    ]
    assert names_by_place(things) == [
        "bed near sign (LOUNGE)",
        "bed near sign (OFFICE) at (10.0, 0.0) m",
        "sofa",
        "sign (LOUNGE)",
        "sign (OFFICE)",
        "bed near sign (OFFICE) at (10.0, 1.0) m",
    ]
    # With nothing to be near to.
    alike = [thing(1, "rack", 0.0, 0.0), thing(2, "rack", 4.0, -2.0)]
    assert names_by_place(alike) == ["rack at (0.0, 0.0) m", "rack at (4.0, -2.0) m"]
