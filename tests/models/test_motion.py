"""How aircraft are thought to move."""

import numpy as np
import pytest

from kizuna.models.motion import Manoeuvring


def test_shares_are_those_of_the_chain_in_the_long_run():
    motion = Manoeuvring(enter_hz=0.01, leave_hz=0.04)
    assert motion.models[:, 2] == pytest.approx([0.8, 0.2])
    assert motion.forget_hz == pytest.approx(0.05)
    # A two-state chain in continuous time: what enters equals what leaves.
    assert motion.models[0, 2] * motion.enter_hz == pytest.approx(motion.models[1, 2] * motion.leave_hz)


def test_powers_stand_as_the_kernels_read_them():
    motion = Manoeuvring()
    assert motion.models[0, :2].tolist() == [motion.calm_level_q, motion.calm_vertical_q]
    assert motion.models[1, :2].tolist() == [motion.hard_level_q, motion.hard_vertical_q]
    assert motion.models.shape == (2, 3)


def test_the_usual_numbers_mean_what_they_say():
    """1 m/s in 5 s of straight flight; a turn of 1 g through updates 4 s apart."""
    motion = Manoeuvring()
    assert np.sqrt(motion.calm_level_q * 5.0) == pytest.approx(1.0)
    assert motion.hard_level_q == pytest.approx(10.0**2 * 4.0)
    assert 0.05 < motion.models[1, 2] < 0.1
