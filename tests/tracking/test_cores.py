"""Work is shared between cores, and nobody can tell from what comes out."""

import numpy as np
import pytest
from tests.tracking.follow import as_bytes, follow
from tests.tracking.sky import Sky, radars, watch

from kizuna.tracking import cores
from kizuna.tracking.cores import ONE, Cores, joined
from kizuna.tracking.tracker import Tracker


@pytest.fixture
def few_rows(monkeypatch):
    """Parts so small that a small scene has several."""
    monkeypatch.setattr(cores, "_LEAST_ROWS", 4)


@pytest.mark.usefixtures("few_rows")
@pytest.mark.parametrize("elevation_deg", [0.1, np.nan])
def test_the_tracks_are_the_same_on_any_number_of_cores(elevation_deg, associator):
    """With and without radars that leave heights to be assumed, on which plots are laid at their tracks'."""
    sky, rotating = Sky.of(30, 4), radars(sigma_elevation_deg=np.array([0.1, elevation_deg, 0.1]))
    detections = watch(sky, rotating, 40.0, 4)
    alone, *others = (
        as_bytes(follow(rotating, detections, [20.0, 39.0], tracker))
        for tracker in (Tracker(rotating, associator=associator, cores=count) for count in (1, 2, 3))
    )
    assert others == [alone, alone]


@pytest.mark.usefixtures("few_rows")
@pytest.mark.parametrize("rows", [0, 1, 7, 8, 9, 100])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_row_is_in_one_part_in_order(count, rows):
    parts = Cores(count).share(lambda part: np.arange(rows)[part], rows)
    assert 1 <= len(parts) <= count
    assert np.concatenate(parts).tolist() == list(range(rows))


@pytest.mark.usefixtures("few_rows")
def test_rows_of_one_track_stay_together_and_in_order():
    track = np.array([5, 0, 9, 5, 1, 0, 9, 5])
    parts = Cores(2).share_tracks(lambda rows: rows, np.array([0, 1, 2, 3, 5, 6, 7]), track, 10)
    assert [part.tolist() for part in parts] == [[1, 5], [0, 2, 3, 6, 7]]


def test_few_rows_are_not_shared():
    assert Cores(8).share(lambda part: part, 1_000) == [slice(0, 1_000)]


def test_what_fails_in_a_part_fails():
    def fail(part):
        raise ValueError(part.start)

    with pytest.raises(ValueError, match="0"):
        Cores(2).share(fail, 10_000)


def test_parts_are_joined_array_by_array():
    parts = [(np.array([1]), np.array([[2.0]])), (np.array([3]), np.array([[4.0]]))]
    whole = joined(parts)
    assert [array.tolist() for array in whole] == [[1, 3], [[2.0], [4.0]]]
    assert joined(ONE.share(lambda _: parts[0], 5)) is parts[0]
