"""Impacts and warnings: where and when objects are expected to come down, and what people are told."""

from dataclasses import dataclass

from kizuna.messages.columns import Labels, Table, count, label, number
from kizuna.shapes import FloatN, IntN

WARNINGS = ("Alert", "Update", "Cancel")


@dataclass(frozen=True, slots=True, eq=False)
class Impacts(Table):
    """What a node predicts of falling tracks, in order of time.

    The place is in `lat_deg` and `lon_deg`, at `falls`, with the covariance of its east and north parts, and
    the standard deviation of the time in `sigma_s`.
    """

    time: FloatN = number("s since 1970-01-01 UTC", low=0.0, high=1e10, ascending=True)
    node: Labels = label()
    track: IntN = count()
    lat_deg: FloatN = number("deg", low=-90.0, high=90.0)
    lon_deg: FloatN = number("deg", low=-180.0, high=180.0)
    var_east_m2: FloatN = number("m²", low=0.0)
    cov_east_north_m2: FloatN = number("m²")
    var_north_m2: FloatN = number("m²", low=0.0)
    falls: FloatN = number("s since 1970-01-01 UTC", low=0.0, high=1e10)
    sigma_s: FloatN = number("s", low=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Warnings(Impacts):
    """What the public of a nation was told, in order of time: the prediction that each message holds.

    `order` is the order by which it is warned; its messages follow each other by `message`, from 1.
    """

    nation: Labels = label()
    order: Labels = label()
    message: IntN = count(low=1)
    says: Labels = label(choices=WARNINGS)
    ends: FloatN = number("s since 1970-01-01 UTC", low=0.0, high=1e10)
    """Until when it holds, unless another message of the order comes first."""
