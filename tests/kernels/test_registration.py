"""Biases and lines by normal equations equal SciPy's least squares over all unknowns at once."""

import numpy as np
import pytest
from scipy.optimize import least_squares

from kizuna.kernels import registration
from kizuna.seeds import generator

ROUNDING = 1e-6
FIVE_METRES = 5.0
"""Directions to plots that are moved by biases differ a little."""
SITES_M = np.array([[4.2e6, 6.6e5, 4.75e6], [4.21e6, 7.4e5, 4.72e6], [4.15e6, 7.0e5, 4.79e6]])


def scene(seed, arcs=12):
    """Plots of three sensors, the third of which is without bias, along lines."""
    random = generator(seed, "arcs")
    up = SITES_M / np.linalg.norm(SITES_M, axis=1)[:, None]
    start, place, cov, time, sensor = [0], [], [], [], []
    for _ in range(arcs):
        p = SITES_M.mean(axis=0) + random.normal(size=3) * 4e4
        v = random.normal(size=3) * 150.0
        for s in range(3):
            for _ in range(3):
                root = random.normal(size=(3, 3)) * 60.0
                spread = root @ root.T + 400.0 * np.eye(3)
                t = random.uniform(-15.0, 15.0)
                place.append(p + t * v + np.linalg.cholesky(spread) @ random.normal(size=3))
                cov.append(spread)
                time.append(t)
                sensor.append(s)
        start.append(len(place))
    upper = np.triu_indices(3)
    packed = np.array([c[upper] for c in cov])
    biased = np.array([True, True, False])
    return (
        np.array(start),
        np.array(place),
        packed,
        np.array(time),
        np.array(sensor),
        SITES_M,
        up,
        biased,
    ), np.array(cov)


def ways(place, site, up, velocity):
    """Columns by which biases move a plot."""
    away = place - site
    return np.column_stack([away / np.linalg.norm(away), np.cross(away, up), -velocity])


@pytest.mark.parametrize("seed", range(3))
def test_normal_equations_against_scipy(seed):
    arguments, cov = scene(seed)
    start, place, _, time, sensor, sites, up, biased = arguments
    prior = np.array([1e3, 0.02, 2.0] * 3)
    line, _ = registration.lines(*arguments, np.zeros((3, 3)))
    information, vector = np.diag(prior**-2.0), np.zeros(9)
    registration.gather(np.arange(len(start) - 1), *arguments, line, information, vector)
    found = np.linalg.solve(information, vector)
    root = np.linalg.inv(np.linalg.cholesky(cov))
    arc = np.repeat(np.arange(len(start) - 1), np.diff(start))
    origin = place[start[:-1]]

    def residuals(unknown):
        bias, each = unknown[:9].reshape(3, 3) * prior[:3], unknown[9:].reshape(-1, 6)
        made = []
        for row in range(len(place)):
            s, k = sensor[row], arc[row]
            moved = place[row] - origin[k] - each[k, :3] - time[row] * each[k, 3:]
            if biased[s]:
                moved = moved - ways(place[row], sites[s], up[s], line[k, 3:]) @ bias[s]
            made.append(root[row] @ moved)
        return np.concatenate([*made, unknown[:9]])

    start_at = np.concatenate([np.zeros(9), np.column_stack([line[:, :3] - origin, line[:, 3:]]).ravel()])
    theirs = least_squares(residuals, start_at, x_scale="jac", xtol=1e-14, ftol=1e-14, gtol=1e-14)
    assert found == pytest.approx(theirs.x[:9] * prior, rel=1e-4, abs=ROUNDING)
    jacobian = theirs.jac
    sigma = np.sqrt(np.diag(np.linalg.inv(jacobian.T @ jacobian)))[:9] * prior
    assert np.sqrt(np.diag(np.linalg.inv(information))) == pytest.approx(sigma, rel=1e-4)


def test_a_way_is_what_a_change_of_azimuth_does():
    """By differences of places at two azimuths, clockwise from north."""
    from kizuna.geo.frames import aer_to_ecef, enu_basis, geodetic_to_ecef

    site = (47.0, 8.0, 500.0)
    first, second = (aer_to_ecef(az, 5.0, 90e3, *site) for az in (37.0, 37.001))
    up = enu_basis(site[0], site[1])[2]
    way = ways(np.asarray(first), geodetic_to_ecef(*site), up, np.zeros(3))
    assert way[:, 1] * np.radians(0.001) == pytest.approx(np.asarray(second) - np.asarray(first), abs=0.01)


def test_lines_take_biases_off():
    arguments, _ = scene(7)
    start, place, packed, time, sensor, sites, up, biased = arguments
    bias = np.array([[120.0, 2e-3, 0.4], [-80.0, 1e-3, -0.2], [0.0, 0.0, 0.0]])
    line, squares = registration.lines(*arguments, np.zeros((3, 3)))
    arc = np.repeat(np.arange(len(start) - 1), np.diff(start))
    moved = place.copy()
    for row in range(len(place)):
        if biased[sensor[row]]:
            s = sensor[row]
            moved[row] += ways(place[row], sites[s], up[s], line[arc[row], 3:]) @ bias[s]
    again, spoilt = registration.lines(
        start, moved, packed, time, sensor, sites, up, biased, np.zeros((3, 3))
    )
    back, clean = registration.lines(start, moved, packed, time, sensor, sites, up, biased, bias)
    assert np.abs(back[:, :3] - line[:, :3]).max() < FIVE_METRES
    assert clean.sum() < 1.02 * squares.sum() < spoilt.sum()
    assert np.abs(again[:, :3] - line[:, :3]).max() > 20.0
