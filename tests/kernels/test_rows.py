"""Rows of the register move whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.tracking.register import _COLUMNS, Register


def filled(count):
    """A register whose columns all tell which row they were."""
    register = Register.of(sensors=2, models=2, capacity=4)
    register.make_room(count)
    register.count = count
    for name in _COLUMNS:
        column = getattr(register, name)
        shape = (count,) + (1,) * (column.ndim - 1)
        column[:count] = np.arange(count).reshape(shape) % (2 if column.dtype == bool else 1000)
    return register


@given(count=st.integers(1, 30), data=st.data())
def test_every_row_that_stays_is_there_once_and_whole(count, data):
    gone = np.array(sorted(data.draw(st.sets(st.integers(0, count - 1)))), dtype=np.int64)
    register = filled(count)
    register.remove(gone)
    kept = register.live("number")
    assert sorted(kept.tolist()) == sorted(set(range(count)) - set(gone.tolist()))
    for name in _COLUMNS:
        column = register.live(name)
        expected = kept % 2 if column.dtype == bool else kept
        assert (column == expected.reshape((-1,) + (1,) * (column.ndim - 1))).all(), name


@pytest.mark.parametrize("more", [1, 3, 100])
def test_room_is_made_without_loss(more):
    register = filled(4)
    register.make_room(more)
    assert len(register.number) >= 4 + more
    assert register.live("number").tolist() == [0, 1, 2, 3]
