"""A message is a record that can't be changed, and its size is near what Arrow takes."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from kizuna.bus.port import ENVELOPE_BYTES, Message, wire_size
from kizuna.messages.codec import to_ipc
from kizuna.messages.detection import Detections
from kizuna.messages.track import Tracks

a_quarter = 0.25


def test_a_message_cannot_be_changed(plots):
    message = Message("JPN", "USA", 5.0, "detections", plots(), 1740)
    with pytest.raises(FrozenInstanceError):
        message.to = "AUS"  # type: ignore[misc]


@pytest.mark.parametrize("count", [50, 100, 300])
def test_size_is_near_the_encoding(plots, count):
    """Source: the length of the same table as an Arrow IPC stream."""
    table = plots(count)
    assert wire_size(table) == pytest.approx(len(to_ipc(table)), rel=a_quarter)


def test_size_counts_the_numbers_of_a_vector():
    """Source: the length of the same tracks, each with its 21 covariances, as an Arrow IPC stream."""
    count = 200
    tracks = Tracks.of(
        time=np.full(count, 5.0),
        node=["JPN"] * count,
        track=np.arange(count),
        lat_deg=np.zeros(count),
        lon_deg=np.zeros(count),
        alt_m=np.zeros(count),
        cov=np.ones((count, 21)),
        status=["confirmed"] * count,
    )
    assert wire_size(tracks) == pytest.approx(len(to_ipc(tracks)), rel=a_quarter)


def test_an_empty_table_costs_its_envelope():
    assert wire_size(Detections.empty()) == ENVELOPE_BYTES
