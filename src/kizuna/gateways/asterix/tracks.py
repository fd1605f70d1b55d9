"""System tracks (CAT 062) as tracks of the node that sent them."""

from typing import Any, Final

import numpy as np

from kizuna.constants import FOOT_M
from kizuna.gateways.asterix.records import Records, address, mode_a, source_name
from kizuna.messages.columns import Labels
from kizuna.messages.recording import Remark, in_time, left_out, sound
from kizuna.messages.track import STATUSES, Tracks
from kizuna.shapes import FloatN, FloatNx21, IntN

ANGLE_LSB_DEG: Final = 180.0 / 2**25
SPEED_LSB_MPS: Final = 0.25
POSITION_LSB_M: Final = 0.5
HEIGHT_LSB_M: Final = 6.25 * FOOT_M
CLIMB_LSB_MPS: Final = 6.25 * FOOT_M / 60.0
LEVEL_LSB_M: Final = 25.0 * FOOT_M
"""The units in which CAT 062 counts."""
TENTATIVE_BIT, COASTED_BIT = 0x02, 0x80
"""In the first and the fourth byte of I062/080."""
TRIANGLE: Final = {(i, j): 6 * i - i * (i - 1) // 2 + j - i for i in range(6) for j in range(i, 6)}
"""Where an element of a covariance stands in its packed upper triangle."""


def tracks(records: Records, time_s: FloatN, file: str) -> tuple[Tracks, list[Remark]]:
    """Tracks in order of time, and remarks on what was left out.

    Heights are geometric, or else the tracker's pressure altitude, or else the measured flight level. The
    covariance is told where accuracies of position, height, speed and climb all are.

    Parameters
    ----------
    records
        The records, N.
    time_s
        Time of each, s since 1970-01-01 UTC, NaN where it isn't told, (N,).
    file
        What to call the file.
    """
    level = records.whole("135", 0, 2) & 0x7FFF
    altitudes_m = (
        records.number("130", 0, 2, HEIGHT_LSB_M, signed=True),
        np.where(records.has("135"), LEVEL_LSB_M * (level - ((level >> 14) << 15)), np.nan),
        records.number("136", 0, 2, LEVEL_LSB_M, signed=True),
    )
    columns = {
        "time": time_s,
        "lat_deg": records.number("105", 0, 4, ANGLE_LSB_DEG, signed=True),
        "lon_deg": records.number("105", 4, 4, ANGLE_LSB_DEG, signed=True),
        "alt_m": np.select([~np.isnan(height) for height in altitudes_m], altitudes_m, np.nan),
        "ve_mps": records.number("185", 0, 2, SPEED_LSB_MPS, signed=True),
        "vn_mps": records.number("185", 2, 2, SPEED_LSB_MPS, signed=True),
        "vu_mps": records.number("220", 0, 2, CLIMB_LSB_MPS, signed=True),
    }
    good = sound(Tracks, columns, may_lack=("ve_mps", "vn_mps", "vu_mps")) & records.has("010")
    remarks = left_out(file, int((~good).sum()), "tracks of CAT 062 without a time, a place or a height")
    rows: IntN = np.flatnonzero(good)
    rows = rows[in_time(time_s[rows])]
    chosen = records.take(rows)
    node = _sources(chosen)
    made = Tracks.of(
        **{name: values[rows] for name, values in columns.items()},
        node=node,
        originator=node,
        track=chosen.whole("040", 0, 2),
        cov=_covariance(chosen),
        status=_status(chosen),
        identity=_identity(chosen),
    )
    return made, remarks


def _sources(records: Records) -> Labels:
    known, codes = np.unique(records.source(), return_inverse=True)
    return Labels(codes.astype(np.int32), tuple(source_name(value) for value in known.tolist()))


def _status(records: Records) -> Labels:
    status = np.full(len(records), STATUSES.index("confirmed"), dtype=np.int32)
    status[records.extent("080", 3) & COASTED_BIT != 0] = STATUSES.index("coasted")
    status[records.extent("080", 0) & TENTATIVE_BIT != 0] = STATUSES.index("tentative")
    return Labels(status, STATUSES)


def _identity(records: Records) -> Labels:
    """The aircraft's address, or else its code of Mode 3/A."""
    addressed, code = records.has("380/ADR"), records.whole("060", 0, 2)
    coded = records.has("060") & (code & 0xC000 == 0) & ~addressed
    names = np.full(len(records), None, dtype=object)
    names[addressed] = address(records.whole("380/ADR", 0, 3)[addressed])
    names[coded] = mode_a(code[coded] & 0x0FFF)
    return Labels.of(names.tolist())


def _covariance(records: Records) -> FloatNx21:
    """Variances of east, north, up and their rates, and how east and north covary; NaN where unknown."""
    sigmas: dict[int, Any] = {
        0: records.number("500/APC", 0, 2, POSITION_LSB_M),
        1: records.number("500/APC", 2, 2, POSITION_LSB_M),
        2: records.number("500/AGA", 0, 1, HEIGHT_LSB_M),
        3: records.number("500/ATV", 0, 1, SPEED_LSB_MPS),
        4: records.number("500/ATV", 1, 1, SPEED_LSB_MPS),
        5: records.number("500/ARC", 0, 1, CLIMB_LSB_MPS),
    }
    made = np.zeros((len(records), len(TRIANGLE)))
    for axis, sigma in sigmas.items():
        made[:, TRIANGLE[axis, axis]] = sigma**2
    root = records.number("500/COV", 0, 2, POSITION_LSB_M, signed=True)
    made[:, TRIANGLE[0, 1]] = np.where(np.isnan(root), 0.0, np.sign(root) * root**2)
    made[np.isnan(made).any(axis=1)] = np.nan
    return made
