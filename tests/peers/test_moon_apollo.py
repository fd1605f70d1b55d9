"""Drives of the Lunar Roving Vehicle against what Apollo 15 and 16 measured."""

import numpy as np
import pytest

from kizuna.lunar.rover import LRV

A_QUARTER = 0.25
SLOPE_DEG = 5.0
"""Root mean square slope of the ground that they drove over, and its roughness: assumptions."""
ROUGHNESS_M = 0.1
BATTERY_V = 36.0


def slopes():
    """A way that goes up as often as down, sinusoidal."""
    return np.sqrt(2.0) * SLOPE_DEG * np.sin(np.linspace(0.0, 2.0 * np.pi, 2_000, endpoint=False))


@pytest.mark.parametrize(
    ("distance_m", "seconds"),
    [(27_760.0, 3 * 3600.0 + 2 * 60.0), (26_550.0, 3 * 3600.0 + 26 * 60.0)],
    ids=["Apollo 15", "Apollo 16"],
)
def test_drives_last_as_long(distance_m, seconds):
    """27.76 km in 3 h 02 min; 26.55 km in 3 h 26 min."""
    predicted_s = distance_m * np.mean(1.0 / LRV.speed_mps(slopes(), ROUGHNESS_M))
    assert predicted_s == pytest.approx(seconds, rel=A_QUARTER)


def test_drives_take_no_more_than_the_batteries_gave():
    """98.2 Ah over 26.7 km (Apollo 16 mission report, with radio and television): the drive is part of it."""
    total_j = 98.2 * 3600.0 * BATTERY_V
    driving_j = 26_700.0 * np.mean(LRV.drive_j_per_m(slopes()))
    assert 0.4 * total_j < driving_j < 0.8 * total_j
