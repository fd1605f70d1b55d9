"""Rows that come and go: no column loses step with another."""

import numpy as np
import pytest

from kizuna.seeds import generator
from kizuna.tracking.register import Register

COLUMNS = [name for name in Register.__slots__ if name != "count"]


def stamp(tracks, row, value):
    """Write one value into every column of a row."""
    for name in COLUMNS:
        getattr(tracks, name)[row] = bool(value % 2) if name == "confirmed" else value


def values(tracks):
    """The value of each live row; fails when the columns of a row disagree."""
    value = tracks.live("number").copy()
    for name in COLUMNS:
        expected = value % 2 == 1 if name == "confirmed" else value
        # Rows last, so that one value stands beside all numbers of its row.
        assert (expected == tracks.live(name).T).all(), name
    return value


def fill(count, capacity=4):
    tracks = Register.of(sensors=3, models=2, capacity=capacity)
    tracks.make_room(count)
    for row in range(count):
        stamp(tracks, row, row + 1)
    tracks.count = count
    return tracks


@pytest.mark.parametrize("count", [0, 1, 4, 5, 100])
def test_growing_keeps_what_is_there(count):
    tracks = fill(count)
    tracks.make_room(1_000)
    assert len(tracks.time_s) >= count + 1_000
    assert values(tracks).tolist() == list(range(1, count + 1))


def test_no_room_is_made_without_need():
    tracks = fill(3, capacity=8)
    before = tracks.state
    tracks.make_room(5)
    assert tracks.state is before


@pytest.mark.parametrize("seed", range(20))
def test_removing_keeps_the_others_whole(seed):
    random = generator(seed, "register")
    tracks = fill(40)
    left = set(range(1, 41))
    while tracks.count:
        rows = np.flatnonzero(random.random(tracks.count) < 0.4)
        left -= set(tracks.number[rows].tolist())
        tracks.remove(rows)
        assert sorted(values(tracks).tolist()) == sorted(left)
