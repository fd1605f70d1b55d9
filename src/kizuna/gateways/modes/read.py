"""Messages of Mode S to position reports: those of ADS-B, with compact positions resolved."""

import re
from typing import Final

import numpy as np

from kizuna.errors import InputError
from kizuna.geo.heights import above_ellipsoid
from kizuna.kernels import cpr, modes
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.recording import Recording, Remark, in_time, left_out
from kizuna.shapes import FloatN, IntN

SENSOR: Final = "adsb"
_TICKS_HZ: Final = 12e6
_NO_TIME: Final = 0xFF00_0000_0000
"""Ticks from here on are marks, not times: multilateration's results have them."""
_LONGEST_GAP_S, _LONGEST_BACK_S = 3_600.0, 1.0
_AVR: Final = re.compile(rb"\s*[*@%<:][0-9A-Fa-f]{4,};")
_FILE: Final = "Mode S in Beast's binary format or AVR's text with times (@…;)"


def is_beast(head: bytes) -> bool:
    """Whether a file that begins so holds Beast's binary format."""
    return len(head) > 1 and head[0] == 0x1A and head[1] in b"1234"


def is_avr(head: bytes) -> bool:
    """Whether a file that begins so holds AVR's text format."""
    return _AVR.match(head) is not None


def read(data: bytes, file: str, start_s: float | None = None) -> Recording:
    """Reports of all airborne positions.

    Heights are pressure altitudes, corrected by how much higher the aircraft says it is above the ellipsoid.

    Parameters
    ----------
    data
        The whole file.
    file
        What to call it.
    start_s
        When the first message was heard, s since 1970-01-01 UTC.

    Raises
    ------
    InputError
        When the file holds no ADS-B, its messages no times, or `start_s` is None.
    """
    octets = np.frombuffer(data, dtype=np.uint8)
    messages, ticks, _, broken = (modes.beast_messages if is_beast(data) else modes.avr_messages)(octets)
    what, who, odd, lat, lon, pressure_m, geometric_m = modes.squitters(messages)
    if not (what > modes.WRONG).any():
        raise InputError(file, "", f"holds no ADS-B in {len(messages):,} messages", _FILE)
    timed = (ticks >= 0) & (ticks < _NO_TIME)
    if not timed.any():
        raise InputError(file, "", "tells no times", _FILE)
    if start_s is None:
        problem = "tells the time since the receiver was switched on, but not the date"
        raise InputError(file, "", problem, "--start with the time of its first message")
    time_s, jumps = _times(ticks[timed], start_s)
    first = f"byte {int(broken[0]):,}" if len(broken) else ""
    remarks = left_out(file, len(broken), "broken frames", first)
    remarks += left_out(file, int((what == modes.WRONG).sum()), "messages of ADS-B with a wrong parity")
    remarks += left_out(file, int(((what > modes.WRONG) & ~timed).sum()), "messages of ADS-B without a time")
    if jumps:
        remarks.append(Remark(file, jumps, "jumps of the receiver's clock taken for no time"))
    chosen = np.flatnonzero((what[timed] == modes.POSITION) | (what[timed] == modes.DIFFERENCE))
    chosen = chosen[in_time(time_s[chosen])]
    rows, time_s = np.flatnonzero(timed)[chosen], time_s[chosen]
    remarks += left_out(file, int((what[timed] == modes.GROUND).sum()), "positions on the ground")
    known, me = np.unique(who[rows], return_inverse=True)
    told = what[rows] == modes.DIFFERENCE
    # How much higher it is counts from any level: from zero in the messages that tell nothing else.
    alt_m = above_ellipsoid(me, np.where(told, 0.0, pressure_m[rows]), geometric_m[rows])
    place = np.flatnonzero(~told)
    at = rows[place]
    lat_deg, lon_deg, fate = cpr.positions(me[place], len(known), time_s[place], odd[at], lat[at], lon[at])
    remarks += left_out(file, int((fate == cpr.UNPAIRED).sum()), "positions with no other half yet")
    remarks += left_out(file, int((fate == cpr.UNREACHABLE).sum()), "positions that nothing could reach")
    found = fate == cpr.FOUND
    place = place[found]
    detections = Detections.of(
        time=time_s[place],
        sensor=Labels.constant(SENSOR, len(place)),
        kind=Labels.constant("position", len(place)),
        lat_deg=lat_deg[found],
        lon_deg=lon_deg[found],
        alt_m=alt_m[place],
        identity=Labels(me[place].astype(np.int32), tuple(f"{each:06x}" for each in known.tolist())),
    )
    return Recording.of_reports(detections, remarks)


def _times(ticks: IntN, start_s: float) -> tuple[FloatN, int]:
    """Times by the receiver's clock, and how often that was set anew: (N,) -> (N,)."""
    steps_s = np.diff(ticks) / _TICKS_HZ
    jumps = (steps_s > _LONGEST_GAP_S) | (steps_s < -_LONGEST_BACK_S)
    steps_s[jumps] = 0.0
    return start_s + np.concatenate([[0.0], np.cumsum(steps_s)]), int(jumps.sum())
