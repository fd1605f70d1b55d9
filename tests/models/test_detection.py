"""The model of detection: nominal up to 3/4 of the range, Swerling 1 beyond, nothing below the horizon."""

import numpy as np
import pytest

from kizuna.models.detection import coverage, probability

ROUNDING = 1e-12


def test_nominal_up_to_three_quarters_then_falling_then_nothing() -> None:
    ranges_m = np.array([1.0, 1e5, 1.5e5, 1.6e5, 1.8e5, 2e5, 2.0001e5])
    seen = probability(ranges_m, 0.9, 2e5)
    assert seen[:3] == pytest.approx(0.9, abs=ROUNDING)
    assert np.all(np.diff(seen[2:]) < 0.0)
    assert seen[5] == pytest.approx(0.9 ** (4.0 / 3.0) ** 4, abs=ROUNDING)
    assert seen[6] == 0.0


def test_the_fall_is_that_of_a_swerling_1_target() -> None:
    """Against the formula with a signal-to-noise ratio, which the model takes to be high."""
    false_alarm, pd, full_m = 1e-6, 0.9, 1.5e5
    snr_full = np.log(false_alarm) / np.log(pd) - 1.0
    ranges_m = np.linspace(full_m, 2e5, 50)
    exact = false_alarm ** (1.0 / (1.0 + snr_full * (full_m / ranges_m) ** 4))
    one_percent = 0.01
    assert np.max(np.abs(probability(ranges_m, pd, 2e5) - exact)) < one_percent


def test_no_greatest_range_means_no_limit() -> None:
    assert probability(1e7, 0.8, np.nan) == 0.8


def test_sensors_by_targets() -> None:
    """Zurich and Darwin: each sees the aircraft near it, and nothing below its horizon."""
    lat, lon, alt = np.array([47.5, -12.4]), np.array([8.5, 130.9]), np.array([450.0, 35.0])
    target_lat = np.array([47.9, -12.0, 48.9, 48.9])
    target_lon = np.array([8.5, 130.9, 8.5, 8.5])
    target_alt = np.array([1e4, 1e4, 1e4, 100.0])
    pd, reach_m = np.array([0.9, 0.8]), np.array([3e5, 3e5])
    seen = coverage(
        lat[:, None],
        lon[:, None],
        alt[:, None],
        pd[:, None],
        reach_m[:, None],
        target_lat,
        target_lon,
        target_alt,
    )
    assert seen == pytest.approx(np.array([[0.9, 0.0, 0.9, 0.0], [0.0, 0.8, 0.0, 0.0]]), abs=ROUNDING)


def test_a_receiver_without_a_place_hears_everywhere() -> None:
    assert coverage(np.nan, np.nan, np.nan, 0.95, np.nan, [0.0, 80.0], [0.0, 170.0], 0.0).tolist() == [
        0.95,
        0.95,
    ]
