"""From the seconds that people count to those that ephemerides count: UTC to TDB."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from kizuna.shapes import Float

_J2000_S: Final = 946_728_000.0
"""2000-01-01T12:00:00 UTC, seconds since 1970-01-01 UTC."""

_TT_MINUS_TAI_S: Final = 32.184
"""Exact by definition (IAU 1991, resolution A4, recommendation IV)."""

_LEAPS_S: Final = np.array([
    63_072_000, 78_796_800, 94_694_400, 126_230_400, 157_766_400, 189_302_400, 220_924_800, 252_460_800,
    283_996_800, 315_532_800, 362_793_600, 394_329_600, 425_865_600, 489_024_000, 567_993_600, 631_152_000,
    662_688_000, 709_948_800, 741_484_800, 773_020_800, 820_454_400, 867_715_200, 915_148_800, 1_136_073_600,
    1_230_768_000, 1_341_100_800, 1_435_708_800, 1_483_228_800,
], dtype=np.float64)  # fmt: skip
"""When TAI - UTC grew by a second (to 10 s first, to 37 s last), seconds since 1970 (IERS Bulletin C)."""


def utc_to_tdb(time_s: ArrayLike) -> Float:
    """Seconds since 1970-01-01 UTC (...) to seconds since J2000 TDB (...), the count of JPL's ephemerides.

    The last leap second known is that of 2017-01-01; a later one would shift the Sun seen from the Moon by
    0.00015 degrees. Before 1972 the step of 10 s is kept. TDB - TT is its largest term alone, 1.657 ms, as in
    SPICE; what it leaves out stays below 30 µs.

    Source: IERS Bulletin C; NAIF, SPICE time routines (required reading), equation of TDB.
    """
    utc = np.asarray(time_s, dtype=np.float64)
    leaps = np.maximum(np.searchsorted(_LEAPS_S, utc, side="right"), 1) + 9.0
    tt = (utc - _J2000_S) + (leaps + _TT_MINUS_TAI_S)
    anomaly = 6.239996 + 1.99096871e-7 * tt
    return tt + 1.657e-3 * np.sin(anomaly + 1.671e-2 * np.sin(anomaly))
