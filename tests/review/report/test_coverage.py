"""Rings end at the horizon or at the greatest range, whichever is nearer."""

import numpy as np
import pytest

from kizuna.geo.frames import geodetic_to_ecef
from kizuna.geo.geodesic import great_circle_m
from kizuna.geo.horizon import line_of_sight, radio_horizon_m
from kizuna.messages.sensor import Sensors
from kizuna.review.report.coverage import HEIGHTS_M, ground_range_m, rings

ONE_PERCENT = 0.01
"""What the sphere leaves out of the ellipsoid, and some."""


def sensors() -> Sensors:
    """A radar with 460 km of range, one with 50 km, an ADS-B receiver with a place alone, and one without."""
    return Sensors.of(
        sensor=["far", "near", "listener", "space"],
        nation=["A"] * 4,
        kind=["radar", "radar", "position", "position"],
        lat_deg=[20.0, -35.0, 0.0, np.nan],
        lon_deg=[179.0, 149.0, 0.0, np.nan],
        alt_m=[100.0, 800.0, 30.0, np.nan],
        max_range_m=[460_000.0, 50_000.0, np.nan, np.nan],
        period_s=[10.0, 4.0, 1.0, 1.0],
    )


def test_low_objects_are_hidden_by_the_horizon_and_high_ones_out_of_range() -> None:
    low, _, high = (ground_range_m(sensors(), height) for height in HEIGHTS_M)
    assert low[0] == pytest.approx(radio_horizon_m(100.0) + radio_horizon_m(100.0))
    assert high[0] == pytest.approx(radio_horizon_m(100.0) + radio_horizon_m(10_000.0))
    assert high[1] == pytest.approx(np.sqrt(50_000.0**2 - 9_200.0**2), rel=ONE_PERCENT)
    assert high[2] == pytest.approx(radio_horizon_m(30.0) + radio_horizon_m(10_000.0))
    assert np.isnan(high[3])


@pytest.mark.parametrize("height_m", HEIGHTS_M)
def test_a_point_just_inside_the_ring_is_seen_and_one_just_outside_is_not(height_m: float) -> None:
    table = sensors()
    lat, lon = rings(table, height_m)
    for row in range(2):
        site = table.lat_deg[row], table.lon_deg[row], table.alt_m[row]
        reach = ground_range_m(table, height_m)[row]
        assert great_circle_m(site[0], site[1], lat[row], lon[row]) == pytest.approx(np.full(73, reach))
        slant = np.linalg.norm(
            geodetic_to_ecef(lat[row], lon[row], height_m) - geodetic_to_ecef(*site), axis=1
        )
        visible = line_of_sight(*site, lat[row] + (site[0] - lat[row]) * 0.01, lon[row], height_m)
        assert (slant <= table.max_range_m[row] * (1.0 + ONE_PERCENT)).all()
        assert visible[::36].all()
    assert np.isnan(lat[3]).all()
