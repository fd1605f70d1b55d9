"""The accuracy benchmark counts errors, switches and histories as a reader of its table expects."""

import numpy as np
import pytest
from benchmarks.scores import Picture, ospa2, score

FAR_M = 5_000.0


def pictures(*numbers, off_m=0.0):
    """One of two things each 5 km apart, named so in each picture, `off_m` beside it."""
    state = np.zeros((2, 6))
    state[:, 0] = [0.0, FAR_M]
    state[:, 1] = off_m
    cov = np.tile(np.diag([100.0**2] * 3 + [10.0**2] * 3), (2, 1, 1))
    return [Picture(np.array(each), state.copy(), cov) for each in numbers]


TRUTH = pictures([1, 2], [1, 2], [1, 2], [1, 2])


def test_tracks_that_stay_with_their_objects():
    found = score(TRUTH, pictures([7, 8], [7, 8], [7, 8], [7, 8], off_m=100.0), 1_000.0)
    assert (found.switches, found.missed, found.false, found.objects, found.pairs) == (0, 0, 0, 2, 8)
    assert found.gospa_m == pytest.approx(100.0 * np.sqrt(2.0))
    assert found.localisation_m == found.ospa2_m == pytest.approx(100.0)
    # One deviation along one axis.
    assert found.nees == pytest.approx(8.0)


def test_tracks_that_change_places_are_two_switches_and_half_of_the_histories():
    swapped = pictures([7, 8], [7, 8], [8, 7], [8, 7], off_m=100.0)
    found = score(TRUTH, swapped, 1_000.0)
    assert found.switches == 2
    assert found.ospa2_m == pytest.approx(0.5 * 100.0 + 0.5 * 1_000.0)


def test_a_history_that_nobody_has_costs_the_cut_off():
    tracks = [Picture(each.number[:1], each.state[:1], each.cov[:1]) for each in TRUTH]
    assert ospa2(TRUTH, tracks, 1_000.0) == pytest.approx(500.0)


def test_a_pair_stays_together_while_it_can():
    """The other track is nearer for a moment, but within the cut-off nobody changes."""
    moved = pictures([7, 8], [7, 8], [7, 8], [7, 8])
    moved[2].state[:, 0] = [600.0, 100.0]
    found = score([Picture(each.number[:1], each.state[:1]) for each in TRUTH], moved, 1_000.0)
    assert found.switches == 0
