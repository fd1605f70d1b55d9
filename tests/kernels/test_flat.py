"""Plots without height are laid where their tracks are."""

import numpy as np
import pytest

from kizuna.geo.frames import ecef_to_aer, enu_basis, geodetic_to_ecef
from kizuna.kernels import flat
from kizuna.models import measurement

SITE = (47.46, 8.55, 430.0)
ONE_METRE = 1.0


def laid(distance_m, height_m, alike=1.0, track=0):
    """A plot of a target, laid at a track that has its height; places and covariances before and after."""
    sensor = measurement.sites(
        *(np.array([each]) for each in SITE),
        sigma_range_m=np.array([50.0]),
        sigma_azimuth_deg=np.array([0.1]),
        sigma_elevation_deg=np.array([np.nan]),
        sigma_position_m=np.array([np.nan]),
        sigma_altitude_m=np.array([np.nan]),
    )
    basis = enu_basis(SITE[0], SITE[1])
    level = np.sqrt(distance_m**2 - height_m**2)
    truth = geodetic_to_ecef(*SITE) + level * (0.6 * basis[0] + 0.8 * basis[1]) + height_m * basis[2]
    azimuth, _, distance = ecef_to_aer(truth, *SITE)
    place, cov, lift = np.empty((1, 3)), np.empty((1, 6)), np.zeros((1, 3))
    measurement.radar_places(
        np.array([0]),
        np.zeros(1, dtype=np.int32),
        np.array([distance]),
        np.array([azimuth]),
        np.array([np.nan]),
        np.array([np.nan]),
        sensor,
        place,
        cov,
        lift,
    )
    state = np.zeros((1, 2, 6))
    # The track is where the target was 2 s ago, flying across.
    velocity = 200.0 * (0.8 * basis[0] - 0.6 * basis[1])
    state[:, :, :3], state[:, :, 3:] = truth - 2.0 * velocity, velocity
    after, after_cov = place.copy(), cov.copy()
    flat.lay_each(
        np.array([0]),
        np.array([track]),
        np.array([2.0]),
        np.array([0]),
        lift,
        sensor.place_m,
        sensor.up,
        alike,
        state,
        np.zeros(1),
        after,
        after_cov,
    )
    return truth, place[0], cov[0], after[0], after_cov[0]


@pytest.mark.parametrize("distance_m", [15e3, 60e3, 250e3])
@pytest.mark.parametrize("height_m", [-100.0, 2e3, 11e3])
def test_at_the_height_of_the_target_the_place_is_right(distance_m, height_m):
    truth, before, _, after, _ = laid(distance_m, height_m)
    assert np.abs(after - truth).max() < ONE_METRE
    _, _, one = ecef_to_aer(before, *SITE)
    _, _, other = ecef_to_aer(after, *SITE)
    # The conversion stretches by half the square of 0.1 degrees.
    assert one == pytest.approx(float(other), rel=2e-6)


def full(packed):
    whole = np.empty((3, 3))
    for value, (i, j) in zip(packed, [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)], strict=True):
        whole[i, j] = whole[j, i] = value
    return whole


def test_the_covariance_turns_along_and_stays_loose_upwards():
    """Range and azimuth are as sharp as before, seen from the new place; upwards it is as loose as told."""
    truth, _, _, after, cov = laid(60e3, 11e3, alike=100.0)
    towards = (after - geodetic_to_ecef(*SITE)) / np.linalg.norm(after - geodetic_to_ecef(*SITE))
    whole = full(cov)
    assert np.sqrt(towards @ whole @ towards) == pytest.approx(50.0, rel=0.15)
    across = np.cross(towards, enu_basis(SITE[0], SITE[1])[2])
    across /= np.linalg.norm(across)
    assert np.sqrt(across @ whole @ across) == pytest.approx(60e3 * np.radians(0.1), rel=0.05)
    values, vectors = np.linalg.eigh(whole)
    assert abs(vectors[:, 2] @ towards) < 0.01
    up = enu_basis(SITE[0], SITE[1])[2]
    assert np.sqrt(up @ whole @ up) == pytest.approx(10.0 * 12_000.0 / np.sqrt(12.0), rel=0.1)
    assert values.min() > 0.0
    assert np.abs(after - truth).max() < ONE_METRE


def test_a_track_overhead_leaves_the_plot_a_direction():
    """A track higher than the range allows: the plot stays in the plane, within the cone of silence."""
    *_, after, cov = laid(8e3, 7.9e3)
    assert np.isfinite(after).all()
    assert np.linalg.eigvalsh(full(cov)).min() > 0.0
