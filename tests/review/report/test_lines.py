"""Thinned lines stay near, cut lines stay whole where they can be seen, clipped rings keep their area."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.review.report.lines import clipped, joined, signed_area, thinned, within
from kizuna.seeds import generator

BOX = (0.0, 10.0, 0.0, 6.0)


def wander(seed: int, points: int, parts: int) -> tuple[np.ndarray, np.ndarray]:
    dice = generator(seed, "wander")
    return np.cumsum(dice.normal(size=(points, 2)), axis=0), np.sort(dice.integers(0, parts, points))


def distance_to_line(point: np.ndarray, line: np.ndarray) -> float:
    """Least distance of a point from the segments of a line, by the book."""
    if len(line) == 1:
        return float(np.linalg.norm(point - line[0]))
    along = np.diff(line, axis=0)
    length2 = np.maximum((along**2).sum(axis=1), 1e-30)
    share = np.clip(((point - line[:-1]) * along).sum(axis=1) / length2, 0.0, 1.0)
    return float(np.linalg.norm(line[:-1] + share[:, None] * along - point, axis=1).min())


@given(
    seed=st.integers(0, 10_000),
    points=st.integers(0, 120),
    parts=st.integers(1, 4),
    tolerance=st.floats(0.01, 5.0),
)
def test_a_thinned_line_is_nowhere_further_off_than_it_may_be(
    seed: int, points: int, parts: int, tolerance: float
) -> None:
    xy, part = wander(seed, points, parts)
    keep = thinned(xy, part, tolerance)
    for number in np.unique(part):
        mine = part == number
        assert keep[mine][0]
        assert keep[mine][-1]
        line = xy[mine & keep]
        assert all(distance_to_line(point, line) <= tolerance * (1.0 + 1e-9) for point in xy[mine])


def test_a_straight_line_is_thinned_to_its_ends() -> None:
    xy = np.column_stack([np.linspace(0.0, 100.0, 1001), np.linspace(0.0, 50.0, 1001)])
    assert thinned(xy, np.zeros(1001, dtype=np.int64), 0.1).sum() == 2


@given(seed=st.integers(0, 10_000), points=st.integers(0, 80))
def test_no_segment_in_the_box_is_lost_and_none_is_invented(seed: int, points: int) -> None:
    xy, part = wander(seed, points, 3)
    cut, number = within(xy, part, BOX)
    kept = {
        (tuple(one), tuple(two))
        for one, two, same in zip(cut, cut[1:], np.diff(number) == 0, strict=False)
        if same
    }
    given_segments = {
        (tuple(one), tuple(two))
        for one, two, same in zip(xy, xy[1:], np.diff(part) == 0, strict=False)
        if same
    }
    inside = {
        (one, two) for one, two in given_segments if BOX[0] <= one[0] <= BOX[1] and BOX[2] <= one[1] <= BOX[3]
    }
    assert inside <= kept <= given_segments


def test_a_segment_that_only_passes_through_is_kept() -> None:
    xy, part = np.array([[-5.0, 3.0], [50.0, 3.0], [50.0, 90.0]]), np.zeros(3, dtype=np.int64)
    cut, _ = within(xy, part, BOX)
    assert cut.tolist() == [[-5.0, 3.0], [50.0, 3.0]]


def test_joined_lines_have_a_gap_between_two_parts() -> None:
    made = joined(np.arange(8.0).reshape(4, 2), np.array([3, 3, 5, 5]))
    assert np.isnan(made).all(axis=1).tolist() == [False, False, True, False, False]
    assert len(joined(np.empty((0, 2)), np.empty(0, dtype=np.int64))) == 0


@pytest.mark.parametrize(
    ("ring", "area"),
    [
        pytest.param([(2, 2), (4, 2), (4, 4), (2, 4)], 4.0, id="inside"),
        pytest.param([(-5, 1), (5, 1), (5, 3), (-5, 3)], 10.0, id="over one side"),
        pytest.param([(-5, -5), (50, -5), (50, 50), (-5, 50)], 60.0, id="all around"),
        pytest.param([(20, 20), (21, 20), (21, 21)], 0.0, id="outside"),
        pytest.param([(8, 4), (8, 8), (12, 8), (12, 4)], -4.0, id="over a corner, clockwise"),
    ],
)
def test_a_clipped_ring_has_the_area_that_it_shares_with_the_box(
    ring: list[tuple[float, float]], area: float
) -> None:
    found = clipped(np.array(ring, dtype=np.float64), BOX)
    assert (signed_area(found) if len(found) else 0.0) == pytest.approx(area)
