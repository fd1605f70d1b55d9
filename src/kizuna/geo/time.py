"""When: seconds since 1970-01-01 UTC, to and from the text that people write.

A second is that of POSIX: days have 86,400 of them, and a leap second has no number of its own.
"""

import math
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def parse_utc(text: str) -> float:
    """Seconds since 1970-01-01 UTC of an ISO 8601 time such as ``2018-08-01T05:00:00Z``.

    A date alone means its midnight, a time without a zone means UTC, a zone such as ``+09:00`` is honoured.
    Exact to the microsecond. Raises ValueError with a sentence; who knows the file and the line makes it an
    InputError.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is not a time; write it like 2018-08-01T05:00:00Z") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) / timedelta(seconds=1)


def format_utc(time_s: float) -> str:
    """ISO 8601 text of a time in seconds since 1970-01-01 UTC, such as ``2018-08-01T05:00:00.25Z``.

    To the microsecond. A whole second has no decimals, and decimals end with their last digit that isn't 0.
    Raises ValueError for a time that isn't finite or lies outside the years 1 to 9999.
    """
    if not math.isfinite(time_s):
        raise ValueError(f"{time_s} is not a time; expected a finite number of seconds since 1970-01-01 UTC")
    try:
        moment = _EPOCH + timedelta(seconds=time_s)
    except OverflowError:
        raise ValueError(f"{time_s} s since 1970-01-01 UTC lies outside the years 1 to 9999") from None
    text = moment.strftime("%H:%M:%S.%f").rstrip("0").rstrip(".")
    return f"{moment.date().isoformat()}T{text}Z"
