"""Times against POSIX, and back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.geo.time import format_utc, parse_utc

two_microseconds = 2e-6


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0.0),
        ("2018-08-01T05:00:00Z", 1533099600.0),
        ("2018-08-01T05:00:00", 1533099600.0),
        ("2018-08-01T14:00:00+09:00", 1533099600.0),
        ("2018-08-01 05:00:00.25Z", 1533099600.25),
        ("2018-08-01", 1533081600.0),
        ("1969-12-31T23:59:59Z", -1.0),
    ],
)
def test_a_time_is_its_posix_second(text, seconds):
    """Source: `date --utc --date=TEXT +%s`."""
    assert parse_utc(text) == seconds


@pytest.mark.parametrize(
    "text", ["yesterday", "", "2018-13-01T00:00:00Z", "2018-08-01T25:00:00Z", "1533099600"]
)
def test_what_is_no_time_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="is not a time; write it like 2018-08-01T05:00:00Z"):
        parse_utc(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1533099600.0, "2018-08-01T05:00:00Z"),
        (1533099600.25, "2018-08-01T05:00:00.25Z"),
        (0.0, "1970-01-01T00:00:00Z"),
        (1533099659.9999998, "2018-08-01T05:01:00Z"),
    ],
)
def test_a_time_is_written_without_idle_digits(seconds, text):
    assert format_utc(seconds) == text


@given(st.floats(-6e10, 2.5e11))
def test_a_time_comes_back_to_the_microsecond(seconds):
    """Inverse of itself for the years 68 to 9892; a float64 near the end holds no finer than 3e-5 s."""
    finest = max(two_microseconds, 2 * math.ulp(seconds))
    assert abs(parse_utc(format_utc(seconds)) - seconds) <= finest


@pytest.mark.parametrize("seconds", [math.nan, math.inf, 1e12, -1e12, 1e300])
def test_a_time_that_no_calendar_holds_is_refused(seconds):
    with pytest.raises(ValueError, match=r"finite|outside the years"):
        format_utc(seconds)
