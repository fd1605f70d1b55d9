"""Late detections find their place in time, and none is released twice or lost in silence."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kizuna.fusion.window import Window
from kizuna.messages.detection import Detections


def bearings(*rows: tuple[float, str]) -> Detections:
    """Detections at these times by these sensors."""
    return Detections.of(
        time=[time for time, _ in rows],
        sensor=[sensor for _, sensor in rows],
        kind=["bearing"] * len(rows),
        azimuth_deg=[0.0] * len(rows),
    )


def released_at(window: Window, now_s: float) -> Detections:
    """What the window gives out at a time."""
    window.advance(now_s)
    return window.release()


def test_a_late_detection_takes_its_place_inside_the_window() -> None:
    """What arrives second and was seen first is released first."""
    window = Window(2.0)
    window.add(bearings((1.5, "near")))
    window.add(bearings((0.5, "far"), (1.8, "far")))
    assert released_at(window, 3.5).time.tolist() == [0.5, 1.5]
    assert released_at(window, 4.0).time.tolist() == [1.8]
    assert window.too_late == 0


def test_what_comes_after_its_time_was_released_is_counted_and_left_out() -> None:
    """A tracker can't go back."""
    window = Window(1.0)
    window.add(bearings((1.0, "near")))
    assert len(released_at(window, 2.5)) == 1
    window.add(bearings((1.5, "far"), (1.6, "far")))
    assert window.too_late == 1
    assert released_at(window, 5.0).time.tolist() == [1.6]


def test_without_a_window_everything_up_to_now_is_released() -> None:
    """A node that hears only its own sensors waits for nothing."""
    window = Window(0.0)
    window.add(bearings((1.0, "near"), (2.0, "near"), (2.5, "near")))
    assert released_at(window, 2.0).time.tolist() == [1.0, 2.0]


def test_what_can_be_rewound_is_let_through() -> None:
    """Two seconds of waiting and three of turning back."""
    window = Window(2.0, 3.0)
    assert len(released_at(window, 10.0)) == 0
    window.add(bearings((5.0, "far"), (5.5, "far")))
    assert released_at(window, 11.0).time.tolist() == [5.5]
    assert window.too_late == 1


@given(
    st.lists(st.tuples(st.floats(0.0, 20.0), st.sampled_from(["a", "b", "c"])), max_size=40),
    st.floats(0.0, 5.0),
)
def test_each_detection_is_released_once_or_counted_as_too_late(
    rows: list[tuple[float, str]], length_s: float
) -> None:
    """Whatever the order of arrival, nothing is lost and what comes out is in order of time."""
    window = Window(length_s)
    released = []
    for number, row in enumerate(rows):
        window.add(bearings(row))
        released.append(released_at(window, number / 2.0).time)
    released.append(released_at(window, 100.0).time)
    times = np.concatenate(released)
    assert len(times) + window.too_late == len(rows)
    assert (np.diff(times) >= 0.0).all()
