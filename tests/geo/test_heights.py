"""Heights from what aircraft tell: the geometric one, or the corrected pressure altitude."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kizuna.geo.heights import above_ellipsoid

told = st.one_of(st.just(np.nan), st.sampled_from([1.0, 20.0, 300.0]))


def one_by_one(who: list[int], pressure_m: list[float], geometric_m: list[float]) -> list[float]:
    """The rule as it is told, row by row."""
    made = []
    for row, name in enumerate(who):
        mine = [k for k in range(len(who)) if who[k] == name and pressure_m[k] == pressure_m[k]]
        both = [k for k in mine if geometric_m[k] == geometric_m[k]]
        before, after = [k for k in both if k <= row], [k for k in both if k > row]
        nearest = before[-1] if before else (after[0] if after else None)
        offset = geometric_m[nearest] - pressure_m[nearest] if nearest is not None else 0.0
        made.append(geometric_m[row] if geometric_m[row] == geometric_m[row] else pressure_m[row] + offset)
    return made


@given(rows=st.lists(st.tuples(st.integers(0, 2), told, told), max_size=12))
def test_it_is_the_rule_row_by_row(rows: list[tuple[int, float, float]]) -> None:
    who, pressure_m, geometric_m = ([row[place] for row in rows] for place in range(3))
    made = above_ellipsoid(
        np.array(who, dtype=np.int64),
        np.array(pressure_m, dtype=np.float64),
        np.array(geometric_m, dtype=np.float64),
    )
    np.testing.assert_array_equal(made, one_by_one(who, pressure_m, geometric_m))
