"""What all records of an exercise file share: the base record, names, times and numbers with their limits."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from kizuna.geo.time import parse_utc

LONGEST_S = 7 * 86_400.0
"""An exercise of more than a week is taken for a slip of units."""


def key(description: str, unit: str = "", default: Any = ..., form: str = "", **limits: Any) -> Any:
    """Field whose description, unit and form of text stand in the JSON Schema."""
    extra: JsonDict = {name: text for name, text in (("unit", unit), ("format", form)) if text}
    return Field(default, description=description, json_schema_extra=extra or None, **limits)


class Record(BaseModel):
    """Base of all records of an exercise file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def in_order(pair: tuple[float, float]) -> tuple[float, float]:
    """Refuse a pair whose first number is greater than its second."""
    if pair[0] > pair[1]:
        raise PydanticCustomError("order", "the first number is greater than the second")
    return pair


def utc(text: str) -> str:
    """Refuse a text that is not a time."""
    try:
        parse_utc(text)
    except ValueError:
        raise PydanticCustomError("utc", "is not a time") from None
    return text


Name = Annotated[str, Field(pattern=r"^[^\s/\\:.][^\s/\\:]*$")]
"""A name also names folders and stands in lists that are split at spaces."""
Text = Annotated[str, Field(min_length=1)]
Utc = Annotated[str, AfterValidator(utc)]
LatDeg = Annotated[float, Field(ge=-90.0, le=90.0)]
LonDeg = Annotated[float, Field(ge=-180.0, le=180.0)]
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
