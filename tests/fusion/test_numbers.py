"""Numbers are agreed on without asking: the oldest wins, no two are alike, and order makes no difference."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kizuna.fusion.numbers import BLOCK, SPARE, agree, own_number


def agreed(*rows: tuple[int, int, float], own: list[int] | None = None) -> list[int]:
    """Numbers of the groups of tracks given as (group, claim, since)."""
    group, claim, since = (np.array(column) for column in zip(*rows, strict=True))
    mine = claim if own is None else np.array(own)
    return agree(group, int(group.max()) + 1, claim, since.astype(float), mine, 99.0)[0].tolist()


def test_each_node_has_a_block_of_its_own():
    numbers = own_number(np.repeat(np.arange(40), 3), np.tile(np.array([1, 7, SPARE - 1]), 40))
    assert len(np.unique(numbers)) == 120
    assert (numbers // BLOCK == np.repeat(np.arange(1, 41), 3)).all()


def test_the_oldest_claim_of_a_group_wins():
    assert agreed((0, 30, 5.0), (0, 10, 7.0), (1, 20, 6.0)) == [30, 20]
    assert agreed((0, 30, 5.0), (0, 10, 5.0)) == [10]


def test_a_number_that_two_groups_want_goes_where_more_claim_it():
    """One object turned out to be two: the pair keeps the number, the one that left gets its own."""
    rows = [(0, 11, 1.0), (0, 11, 1.0), (1, 11, 1.0)]
    assert agreed(*rows, own=[31, 22, 13]) == [11, 13]


def test_and_then_to_the_track_that_it_belongs_to():
    assert agreed((0, 11, 1.0), (1, 11, 1.0), own=[22, 11]) == [22, 11]


def test_a_track_whose_own_number_is_taken_gets_a_spare():
    """Two others go on under the number of a track that has left them."""
    rows = [(0, 11, 1.0), (0, 11, 1.0), (1, 11, 1.0)]
    assert agreed(*rows, own=[21, 31, 11]) == [11, 11 + SPARE]


claims = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 8), st.integers(0, 3)), min_size=1, max_size=20)


@given(claims, st.randoms(use_true_random=False))
def test_numbers_are_distinct_and_do_not_depend_on_the_order(rows, random):
    groups = sorted({group for group, _, _ in rows})
    numbered = [(groups.index(group), claim, float(since)) for group, claim, since in rows]
    own = [100 + place for place in range(len(rows))]
    first = agreed(*numbered, own=own)
    assert len(set(first)) == len(groups)
    order = list(range(len(rows)))
    random.shuffle(order)
    assert agreed(*(numbered[place] for place in order), own=[own[place] for place in order]) == first


@given(claims)
def test_who_adopts_what_was_agreed_sees_the_same_again(rows):
    """Claims that have become what was agreed change nothing more: the agreement comes to rest."""
    groups = sorted({group for group, _, _ in rows})
    group = np.array([groups.index(each) for each, _, _ in rows])
    claim, since = np.array([each for _, each, _ in rows]), np.array([float(each) for *_, each in rows])
    own = 100 + np.arange(len(rows))
    numbers, sinces = agree(group, len(groups), claim, since, own, 99.0)
    again, _ = agree(group, len(groups), numbers[group], sinces[group], own, 100.0)
    np.testing.assert_array_equal(again, numbers)
