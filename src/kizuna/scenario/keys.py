"""What the records of an exercise file share: numbers with their limits, silences and airports."""

from typing import Annotated

from pydantic import Field, Strict

from kizuna.forms.keys import LatDeg, LonDeg, Record, key

LONGEST_S = 7 * 86_400.0
"""An exercise of more than a week is taken for a slip of units."""

FlightAltM = Annotated[float, Field(ge=0.0, le=30_000.0)]
SpeedMps = Annotated[float, Field(gt=0.0, le=2_000.0)]
Seconds = Annotated[float, Field(ge=0.0, le=LONGEST_S)]


class Outage(Record):
    """A time in which a sensor or a link is silent, counted from the start of the exercise."""

    from_s: Seconds = key("When the silence begins, after the start of the exercise", "s")
    to_s: Seconds = key("When it ends", "s")


Outages = Annotated[tuple[Outage, ...], Strict(False)]


class Airport(Record):
    """A named place on the ground."""

    lat_deg: LatDeg = key("Latitude", "deg")
    lon_deg: LonDeg = key("Longitude, east positive", "deg")
    alt_m: float = key("Height of the ground above the ellipsoid", "m", ge=-500.0, le=6_000.0)
