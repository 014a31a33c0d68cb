"""Reading a field between its cells: by hand, beyond the border, and the gradients."""

import math

import pytest

from astra_core.errors import ConfigError, ShapeError
from astra_local.voxel.lookup import lookup

torch = pytest.importorskip("torch")


def double(values):
    return torch.tensor(values, dtype=torch.float64)


PLANE = double([[[0.0, 1.0, 2.0], [10.0, 11.0, 12.0]]])  # (1, 2, 3): x counts 1, y counts 10
ORIGIN, SIDES = double([-1.0, 5.0]), double([0.5, 2.0])


def at(*points):
    return lookup(PLANE, double([points]), ORIGIN, SIDES)[0].tolist()


def test_centres_of_cells_give_their_values():
    # The centre of cell (y 0, x 0) lies half a cell from the corner, at (-0.75, 6).
    assert at((-0.75, 6.0), (-0.25, 6.0), (0.25, 8.0)) == [0.0, 1.0, 12.0]


def test_between_centres_it_is_linear_along_each_axis():
    assert at((-0.5, 6.0)) == pytest.approx([0.5])
    assert at((-0.75, 7.0)) == pytest.approx([5.0])
    assert at((-0.625, 6.5)) == pytest.approx([0.25 + 2.5])


def test_beyond_the_outermost_centres_it_stays_as_it_is():
    assert at((-9.0, 6.0), (9.0, 6.0), (9.0, 99.0)) == [0.0, 2.0, 12.0]
    points = double([[[9.0, 99.0]]]).requires_grad_()
    lookup(PLANE, points, ORIGIN, SIDES).sum().backward()
    assert points.grad.abs().sum() == 0.0


def test_the_gradient_is_the_slope():
    points = double([[[-0.5, 7.0]]]).requires_grad_()
    lookup(PLANE, points, ORIGIN, SIDES).sum().backward()
    # One per cell of 0.5 m along x, ten per cell of 2 m along y.
    assert points.grad[0, 0].tolist() == pytest.approx([2.0, 5.0])


def test_a_single_cell_and_a_batch():
    field = double([[[3.0]], [[4.0]]])
    points = double([[[0.0, 0.0], [7.0, 1.0]], [[1.0, 1.0], [0.0, 0.0]]])
    found = lookup(field, points, double([0.0, 0.0]), double([1.0, 1.0]))
    assert found.tolist() == [[3.0, 3.0], [4.0, 4.0]]


@pytest.mark.parametrize("dims", [2, 3])
def test_gradients_of_field_and_points(dims):
    generator = torch.Generator().manual_seed(3)
    shape = (2, 4, 3, 5)[: dims + 1]
    field = torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)
    sides = double([0.5, 0.3, 0.2][:dims])
    # Away from the planes between cells, where the slope jumps.
    cells = torch.randint(0, 3, (2, 6, dims), generator=generator).double()
    share = 0.2 + 0.6 * torch.rand((2, 6, dims), generator=generator, dtype=torch.float64)
    points = ((cells + share + 0.5) * sides).requires_grad_()
    origin = torch.zeros(dims, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda f, p: lookup(f, p, origin, sides), (field, points))


def test_what_is_not_a_number_stays_one_and_hurts_nobody_else():
    unknown, *others = at((math.nan, 6.0), (-0.25, 6.0), (math.inf, -math.inf))
    assert math.isnan(unknown) and others == [1.0, 2.0]
    points = double([[[math.nan, 6.0], [-0.5, 7.0]]]).requires_grad_()
    lookup(PLANE, points, ORIGIN, SIDES)[0, 1].backward()
    assert points.grad[0, 1].tolist() == pytest.approx([2.0, 5.0])


@pytest.mark.parametrize("side", [0.0, -0.5, math.nan, math.inf])
def test_sides_that_are_none_are_refused(side):
    with pytest.raises(ConfigError, match="positive"):
        lookup(PLANE, double([[[0.0, 6.0]]]), ORIGIN, double([side, 2.0]))


@pytest.mark.parametrize(
    ("field", "points", "origin", "sides", "text"),
    [
        ((1, 0, 3), (1, 4, 2), (2,), (2,), "field"),
        ((3,), (1, 4, 2), (2,), (2,), "field"),
        ((), (1, 4, 2), (2,), (2,), "field"),
        ((2, 2, 3), (2, 4, 2), (3, 2), (2,), "origin"),
        ((2, 2, 3), (2, 4, 2), (3,), (2,), "origin"),
        ((2, 2, 3), (2, 4, 2), (2,), (2, 2), "voxel_size_m"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(field, points, origin, sides, text):
    with pytest.raises(ShapeError, match=text):
        lookup(torch.zeros(field), torch.zeros(points), torch.zeros(origin), torch.ones(sides))


@pytest.mark.parametrize("points", [(1, 4, 3), (2, 4, 2), (4, 2)])
def test_points_that_do_not_fit_are_refused(points):
    with pytest.raises(ShapeError):
        lookup(PLANE, torch.zeros(points, dtype=torch.float64), ORIGIN, SIDES)
