"""The room's side of existence: what sensors teach about new objects, and what scores do."""

import numpy as np
import pytest
from tests.tracking.sky import START_S, radars

from kizuna.tracking.existence import Belief, Existence
from kizuna.tracking.filter import Sources


def existence(clutter=5.0):
    return Existence(Sources.of(radars(2, clutter_per_scan=clutter, period_s=4.0)), Belief())


def test_a_full_sky_is_not_clutter():
    """A hundred unexplained plots in one scan: new objects become likely, a further plot proves less."""
    quiet, full = existence(), existence()
    quiet.learn(np.zeros(5, dtype=np.int64), START_S)
    full.learn(np.zeros(100, dtype=np.int64), START_S)
    assert full.log_surplus[0] < quiet.log_surplus[0] - 1.0
    assert full.log_surplus[1] == quiet.log_surplus[1]


def test_what_was_learnt_fades_within_scans():
    full, never = existence(), existence()
    full.learn(np.zeros(100, dtype=np.int64), START_S)
    full.learn(np.empty(0, dtype=np.int64), START_S + 40.0)
    never.learn(np.empty(0, dtype=np.int64), START_S + 40.0)
    assert full.log_surplus == pytest.approx(never.log_surplus)


def test_more_clutter_makes_a_plot_prove_less():
    assert (existence(100.0).log_surplus < existence(1.0).log_surplus - 3.0).all()


def test_a_confirmed_track_is_false_once_in_a_thousand():
    assert Belief().confirm_at == pytest.approx(np.log(1_000.0))
