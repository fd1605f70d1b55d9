"""Plots of wide angles are laid where sampling says that they belong."""

import numpy as np
from numpy.testing import assert_allclose

from kizuna.kernels import bend, measure

SITE = np.array([[4.2e6, 6.0e5, 4.75e6]])
BASIS = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0][None]
"""Any three directions at right angles do for east, north and up."""
SIGMA = np.array([[50.0, np.radians(1.0), np.radians(2.0)]])
LOCAL_M = np.array([60e3, -45e3, 8e3])


def lay(range_m, azimuth, elevation, cov_m2):
    """Place relative to the track in range, azimuth and elevation directions, and the covariance so."""
    place, noise, lift = np.empty((1, 3)), np.empty((1, 6)), np.empty((1, 3))
    row, sensor = np.array([0]), np.array([0])
    measure.polar(
        row,
        np.array([range_m]),
        np.degrees([azimuth]),
        np.degrees([elevation]),
        np.array([np.nan]),
        np.array([np.nan]),
        sensor,
        SITE,
        BASIS,
        np.full((1, 3), 6.38e6),
        SIGMA,
        place,
        noise,
        lift,
    )
    state, cov = np.zeros((1, 1, 6)), np.zeros((1, 1, 21))
    # The track was 10 s before where it flew from at 100 m/s.
    state[0, 0, 3:] = [100.0, 0.0, 0.0]
    state[0, 0, :3] = SITE[0] + LOCAL_M @ BASIS[0] - 10.0 * state[0, 0, 3:]
    cov[0, 0, :6] = (BASIS[0].T @ cov_m2 @ BASIS[0])[np.triu_indices(3)]
    mode, when = np.ones((1, 1)), np.array([100.0])
    bend.straighten(
        row,
        row,
        np.array([110.0]),
        sensor,
        SITE,
        BASIS,
        SIGMA,
        state,
        cov,
        mode,
        when,
        place,
        noise,
    )
    full = np.zeros((3, 3))
    full[np.triu_indices(3)] = noise[0]
    full += np.triu(full, 1).T
    local = axes()
    away = BASIS[0] @ (place[0] - SITE[0]) - LOCAL_M
    return local @ away, local @ (BASIS[0] @ full @ BASIS[0].T) @ local.T


def axes():
    """Directions of range, azimuth and elevation at the track, rows in east, north, up."""
    level = np.hypot(*LOCAL_M[:2])
    distance = np.linalg.norm(LOCAL_M)
    outward = np.array([*LOCAL_M[:2], 0.0]) / level
    along = LOCAL_M / distance
    across = np.array([outward[1], -outward[0], 0.0])
    return np.array([along, across, np.cross(across, along)])


def polar_of(place):
    level = np.hypot(place[..., 0], place[..., 1])
    return (
        np.linalg.norm(place, axis=-1),
        np.arctan2(place[..., 0], place[..., 1]),
        np.arctan2(place[..., 2], level),
    )


def test_a_sure_track_has_the_differences_along_its_own_directions():
    distance, azimuth, elevation = polar_of(LOCAL_M)
    away, cov = lay(distance + 30.0, azimuth + 0.03, elevation - 0.05, np.zeros((3, 3)))
    level = np.hypot(*LOCAL_M[:2])
    assert_allclose(away, [30.0, 0.03 * level, -0.05 * distance], rtol=1e-6)
    deviations = np.array([SIGMA[0, 0], SIGMA[0, 1] * level, SIGMA[0, 2] * distance])
    assert_allclose(cov, np.diag(deviations**2), rtol=1e-9, atol=1e-3)


def test_an_unsure_track_expects_the_range_that_its_samples_have():
    """Mean and variance of the range over a million places of the track, beyond its own along the line."""
    root = np.array([[900.0, 0.0, 0.0], [500.0, 2_500.0, 0.0], [-300.0, 800.0, 3_000.0]])
    cov_m2 = root @ root.T
    places = LOCAL_M + np.random.default_rng(3).normal(size=(1_000_000, 3)) @ root.T
    ranges = polar_of(places)[0]
    along = axes()[0]
    # What the line of sight alone explains, taken off sample by sample to see the small rest.
    rest = ranges - np.linalg.norm(LOCAL_M) - (places - LOCAL_M) @ along
    _, azimuth, elevation = polar_of(LOCAL_M)
    away, cov = lay(np.linalg.norm(LOCAL_M) + rest.mean(), azimuth, elevation, cov_m2)
    two_metres = 2.0
    assert rest.mean() > 50.0
    assert abs(away[0]) < two_metres
    assert_allclose(cov[0, 0], SIGMA[0, 0] ** 2 + rest.var(), rtol=0.1)
