"""Truth at regular times: sorted, within the paths, with the velocity in the local frame."""

import numpy as np
from tests.world.made import exercise, flights, incoming

from kizuna.geo.frames import ecef_to_enu, geodetic_to_ecef
from kizuna.messages.check import check
from kizuna.world.traffic import build
from kizuna.world.truth import sample

ROUNDING_OF_TIME_MPS = 1e-2
"""From positions 0.25 s apart, at times that are floating-point numbers 0.24 µs apart."""


def test_every_object_that_is_there_has_a_row_at_each_time() -> None:
    asked = exercise(flights(20), incoming(3))
    made = build(asked, ".")
    times = np.arange(asked.start_s, asked.end_s, 30.0)
    truth = sample(made, times)
    check(truth, "truth")
    start, end = made.span(np.arange(len(made)))
    there = (start[:, None] <= times) & (times <= end[:, None])
    assert len(truth) == np.count_nonzero(there)
    order = np.lexsort((truth.object.codes, truth.time))
    assert np.array_equal(order, np.arange(len(truth)))
    assert set(truth.kind.values()) == {"aircraft", "cruise"}
    assert truth.nation.missing().all()


def test_velocity_is_the_way_of_the_position() -> None:
    asked = exercise(flights(20, nation="JPN"), duration_s=600.0)
    made = build(asked, ".")
    half_s = 0.125
    middle, before, after = (
        sample(made, np.array([asked.start_s + 300.0 + d])) for d in (0.0, -half_s, half_s)
    )
    assert before.object.values() == middle.object.values() == after.object.values()
    sites = (middle.lat_deg, middle.lon_deg, middle.alt_m)
    ahead, behind = (
        ecef_to_enu(geodetic_to_ecef(each.lat_deg, each.lon_deg, each.alt_m), *sites)
        for each in (after, before)
    )
    told = np.stack([middle.ve_mps, middle.vn_mps, middle.vu_mps], axis=1)
    assert np.abs((ahead - behind) / (2.0 * half_s) - told).max() < ROUNDING_OF_TIME_MPS
    assert set(middle.nation.values()) == {"JPN"}
