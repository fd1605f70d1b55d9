"""Links delay and lose as often as they say, and each draws its own luck."""

import math

import numpy as np
import pytest

from kizuna.bus.links import Channel, Link

five_sigma = 5.0


def fates(link: Link, seed: int = 7, count: int = 20_000) -> np.ndarray:
    """Delay of each of many messages sent at time 0; NaN for the lost."""
    channel = Channel(link, seed)
    arrivals = [channel.arrivals_s(0.0) for _ in range(count)]
    return np.array([arrival[0] if arrival else math.nan for arrival in arrivals])


@pytest.mark.parametrize("loss", [0.01, 0.3, 0.9])
def test_loss_is_as_frequent_as_it_says(loss):
    """Source: the binomial distribution; five standard deviations of the count."""
    lost = np.isnan(fates(Link("JPN", "USA", loss=loss)))
    sigma = math.sqrt(loss * (1.0 - loss) / len(lost))
    assert abs(lost.mean() - loss) < five_sigma * sigma


@pytest.mark.parametrize(("loss", "lost"), [(0.0, 0.0), (1.0, 1.0)])
def test_never_and_always_are_exact(loss, lost):
    assert np.isnan(fates(Link("JPN", "USA", loss=loss))).mean() == lost


def test_jitter_is_even_between_nothing_and_its_greatest():
    """Source: the uniform distribution: its bounds, its mean, its standard deviation of jitter/√12."""
    delays = fates(Link("JPN", "USA", delay_s=0.3, jitter_s=0.12))
    assert 0.3 <= delays.min() < 0.301
    assert 0.419 < delays.max() <= 0.42
    assert delays.mean() == pytest.approx(0.36, abs=five_sigma * 0.12 / math.sqrt(12 * len(delays)))
    assert delays.std() == pytest.approx(0.12 / math.sqrt(12), rel=0.02)


def test_the_same_seed_gives_the_same_fates():
    link = Link("JPN", "USA", 0.3, 0.1, 0.2)
    np.testing.assert_array_equal(fates(link), fates(link))
    assert not np.array_equal(fates(link), fates(link, seed=8), equal_nan=True)


def test_each_direction_draws_for_itself():
    there, back = fates(Link("JPN", "USA", jitter_s=1.0)), fates(Link("USA", "JPN", jitter_s=1.0))
    assert abs(np.corrcoef(there, back)[0, 1]) < five_sigma / math.sqrt(len(there))


def test_a_change_of_delay_or_loss_leaves_the_luck_as_it_was():
    """Variants differ by what was changed alone: the other messages keep their lateness."""
    kept = fates(Link("JPN", "USA", delay_s=0.0, jitter_s=0.5))
    changed = fates(Link("JPN", "USA", delay_s=2.0, jitter_s=0.5, loss=0.4))
    arrived = ~np.isnan(changed)
    assert changed[arrived] == pytest.approx(kept[arrived] + 2.0)


def test_an_outage_takes_what_is_sent_while_it_lasts():
    channel = Channel(Link("JPN", "USA", delay_s=1.0, outages=((10.0, 20.0), (30.0, 40.0))), seed=7)
    fate = {sent: channel.arrivals_s(sent) for sent in (9.9, 10.0, 19.9, 20.0, 35.0, 40.0)}
    assert fate == {9.9: (10.9,), 10.0: (), 19.9: (), 20.0: (21.0,), 35.0: (), 40.0: (41.0,)}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"to": "JPN"}, "leads to itself"),
        ({"delay_s": -1.0}, "delay -1.0 s"),
        ({"jitter_s": math.nan}, "jitter nan s"),
        ({"loss": 1.1}, "loss 1.1; expected times of 0 or more and a loss from 0 to 1"),
        ({"outages": ((20.0, 10.0),)}, "expected it to end later"),
        ({"duplication": 1.5}, "doubles 1.5"),
        ({"held_back": 0.1, "held_back_s": -1.0}, "holds 0.1 back for -1.0 s"),
        ({"capacity_bps": 0.0}, "passes 0.0 bit/s"),
        ({"queue_bytes": -1.0}, "lets -1.0 bytes wait"),
        ({"outages_per_hour": -1.0}, "fails -1.0 times an hour"),
        ({"lateness": "late"}, "lateness 'late'; expected one of even, exponential, heavy"),
    ],
)
def test_a_link_that_cannot_be_is_refused(values, sentence):
    with pytest.raises(ValueError, match=sentence):
        Link(**{"sender": "JPN", "to": "USA"} | values)
