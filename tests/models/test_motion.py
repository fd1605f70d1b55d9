"""How objects are thought to move."""

from typing import get_args

import numpy as np
import pytest

from kizuna.models.sets import CALM_LEVEL_Q, CALM_VERTICAL_Q, MOTIONS, Name, agile, civil, terminal

G_MPS2 = 9.80665
"""Standard gravity (BIPM, SI brochure)."""


def test_shares_are_those_of_the_chain_in_the_long_run():
    motion = civil(enter_hz=0.01, leave_hz=0.04)
    assert motion.models[:, 2] == pytest.approx([0.8, 0.2])
    assert motion.forget_hz == pytest.approx(0.05)
    # A two-state chain in continuous time: what enters equals what leaves.
    assert motion.models[0, 2] * 0.01 == pytest.approx(motion.models[1, 2] * 0.04)


def test_powers_stand_as_the_kernels_read_them():
    motion = civil()
    assert motion.models[0, :2].tolist() == [CALM_LEVEL_Q, CALM_VERTICAL_Q]
    assert motion.models.shape == (2, 3)
    assert motion.chosen[0].parameters.tolist() == [CALM_LEVEL_Q, CALM_VERTICAL_Q]
    turn = terminal().chosen[2]
    assert turn.parameters[:2].tolist() == [turn.level_q, turn.vertical_q]


def test_the_usual_numbers_mean_what_they_say():
    """1 m/s in 5 s of straight flight; a turn of 1 g through updates 4 s apart."""
    motion = civil()
    assert np.sqrt(motion.models[0, 0] * 5.0) == pytest.approx(1.0)
    assert motion.models[1, 0] == pytest.approx(10.0**2 * 4.0)
    assert 0.05 < motion.models[1, 2] < 0.1


@pytest.mark.parametrize("name", MOTIONS)
def test_every_set_is_whole(name):
    motion = MOTIONS[name]()
    assert motion.models[:, 2].sum() == pytest.approx(1.0)
    assert (motion.models[:, 2] > 0.0).all()
    assert motion.forget_hz > 0.0 or len(motion.chosen) == 1
    assert motion.prior.shape == (len(motion.chosen), 2)
    assert motion.numbers == (6 if motion.is_straight else 7)


def test_every_set_has_its_name():
    assert get_args(Name) == tuple(MOTIONS)


@pytest.mark.parametrize("g", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("speed_mps", [180.0, 300.0])
def test_agile_expects_turns_of_1_to_3_g(g, speed_mps):
    """Within two standard deviations, and to both sides."""
    rate = g * G_MPS2 / speed_mps
    left, right = agile().chosen[2:]
    assert abs(rate - left.prior_mean) < 2.0 * left.prior_sigma
    assert right.prior_mean == -left.prior_mean
    assert right.prior_sigma == left.prior_sigma


@pytest.mark.parametrize("speed_mps", [90.0, 260.0])
def test_terminal_expects_turns_of_procedures(speed_mps):
    """3°/s or 25° of bank, whichever is slower."""
    rate = min(np.radians(3.0), G_MPS2 * np.tan(np.radians(25.0)) / speed_mps)
    left = terminal().chosen[2]
    assert abs(rate - left.prior_mean) < 1.1 * left.prior_sigma
