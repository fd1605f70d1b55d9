"""What moves in an exercise: recorded traffic, flights between airports, objects that come in."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Strict

from kizuna.forms.keys import LatDeg, LonDeg, Name, Record, Text, in_order, key
from kizuna.scenario.keys import FlightAltM, Seconds, SpeedMps

NEAREST_M = 20_000.0
"""Airports that are nearer to each other than this have no flights between them."""

ObjectKind = Literal["aircraft", "cruise", "balloon", "drone", "ballistic"]


_BurnoutMps = Annotated[float, Field(ge=300.0, le=6_000.0)]
_RiseDeg = Annotated[float, Field(ge=20.0, le=80.0)]
_BoostMps2 = Annotated[float, Field(ge=15.0, le=200.0)]
_Mass = Annotated[float, Field(ge=100.0, le=50_000.0)]


class RecordedTraffic(Record):
    """Objects whose positions were recorded."""

    source: Literal["recorded"] = key("Where the traffic comes from")
    file: Text = key(
        "Parquet file with the columns time, object, lat_deg, lon_deg, alt_m; a path relative to this file"
    )
    kind: ObjectKind = key("What the objects are", default="aircraft")
    nation: Name | None = key("Whose they are; null: nobody's in particular", default=None)
    identity: bool = key("Whether they say who they are (transponder, ADS-B)", default=True)
    longest_gap_s: float = key(
        "Positions of one object farther apart in time than this are not joined: it was away",
        "s",
        60.0,
        gt=0.0,
    )


class FlightsTraffic(Record):
    """Generated flights between airports: climb, cruise on a great circle, descent."""

    source: Literal["flights"] = key("Where the traffic comes from")
    name: Name = key("Name of this traffic; its objects are called NAME-1, NAME-2 …")
    count: int = key("How many flights", ge=1, le=100_000)
    between: Annotated[tuple[Name, ...], Strict(False)] = key(
        "Airports; each flight draws two different ones", min_length=2
    )
    cruise_alt_m: Annotated[tuple[FlightAltM, FlightAltM], Strict(False), AfterValidator(in_order)] = key(
        "Least and greatest cruising height, drawn evenly", "m", (9_000.0, 12_000.0)
    )
    cruise_mps: Annotated[tuple[SpeedMps, SpeedMps], Strict(False), AfterValidator(in_order)] = key(
        "Least and greatest cruising speed, drawn evenly", "m/s", (220.0, 255.0)
    )
    under_way: bool = key(
        "true: departures are spread from one flight's length before the start to the end, so that the air "
        "is full from the first second; false: all depart during the exercise",
        default=True,
    )
    kind: ObjectKind = key("What the objects are", default="aircraft")
    nation: Name | None = key("Whose they are; null: nobody's in particular", default=None)
    identity: bool = key("Whether they say who they are (transponder, ADS-B)", default=True)


class Box(Record):
    """A box of latitudes and longitudes."""

    lat_deg: Annotated[tuple[LatDeg, LatDeg], Strict(False), AfterValidator(in_order)] = key(
        "Southern and northern edge", "deg"
    )
    lon_deg: Annotated[tuple[LonDeg, LonDeg], Strict(False)] = key(
        "Western and eastern edge; west greater than east: the box lies across 180°", "deg"
    )


class IncomingTraffic(Record):
    """Generated objects that come from an area and fly level and straight towards places."""

    source: Literal["incoming"] = key("Where the traffic comes from")
    name: Name = key("Name of this traffic; its objects are called NAME-1, NAME-2 …")
    count: int = key("How many objects", ge=1, le=10_000)
    kind: ObjectKind = key("What the objects are")
    from_: Box = key("Area in which they appear, drawn evenly", alias="from")
    towards: Annotated[tuple[Name, ...], Strict(False)] = key(
        "Airports; each object flies the great circle to one of them, in turn, and ends there", min_length=1
    )
    alt_m: Annotated[tuple[FlightAltM, FlightAltM], Strict(False), AfterValidator(in_order)] = key(
        "Least and greatest height, drawn evenly", "m"
    )
    speed_mps: Annotated[tuple[SpeedMps, SpeedMps], Strict(False), AfterValidator(in_order)] = key(
        "Least and greatest speed, drawn evenly", "m/s"
    )
    appear_s: Annotated[tuple[Seconds, Seconds], Strict(False), AfterValidator(in_order)] = key(
        "First and last time of appearing after the start of the exercise, drawn evenly", "s", (0.0, 0.0)
    )
    nation: Name | None = key("Whose they are; null: nobody's in particular", default=None)
    identity: bool = key("Whether they say who they are (transponder, ADS-B)", default=False)


class BallisticTraffic(Record):
    """Generated objects that rise under thrust from an area and then fall freely, wherever that leads."""

    source: Literal["ballistic"] = key("Where the traffic comes from")
    name: Name = key("Name of this traffic; its objects are called NAME-1, NAME-2 …")
    count: int = key("How many objects", ge=1, le=1_000)
    from_: Box = key("Area in which they are launched, drawn evenly", alias="from")
    course_deg: Annotated[
        tuple[Annotated[float, Field(ge=0.0, le=360.0)], Annotated[float, Field(ge=0.0, le=360.0)]],
        Strict(False),
        AfterValidator(in_order),
    ] = key("Least and greatest course at the end of thrust, drawn evenly", "deg")
    burnout_mps: Annotated[tuple[_BurnoutMps, _BurnoutMps], Strict(False), AfterValidator(in_order)] = key(
        "Least and greatest speed over the ground at the end of thrust, drawn evenly", "m/s"
    )
    rise_deg: Annotated[tuple[_RiseDeg, _RiseDeg], Strict(False), AfterValidator(in_order)] = key(
        "Least and greatest angle above the level at the end of thrust, drawn evenly", "deg", (40.0, 50.0)
    )
    boost_mps2: Annotated[tuple[_BoostMps2, _BoostMps2], Strict(False), AfterValidator(in_order)] = key(
        "Least and greatest acceleration under thrust, net of drag, drawn evenly", "m/s²", (20.0, 45.0)
    )
    mass_kg_per_m2: Annotated[tuple[_Mass, _Mass], Strict(False), AfterValidator(in_order)] = key(
        "Least and greatest mass over drag area, m / (Cd A), drawn evenly", "kg/m²", (2_000.0, 8_000.0)
    )
    launch_s: Annotated[tuple[Seconds, Seconds], Strict(False), AfterValidator(in_order)] = key(
        "First and last time of launch after the start of the exercise, drawn evenly", "s", (0.0, 0.0)
    )
    nation: Name | None = key("Whose they are; null: nobody's in particular", default=None)
    identity: bool = key("Whether they say who they are (transponder, ADS-B)", default=False)


Traffic = Annotated[
    RecordedTraffic | FlightsTraffic | IncomingTraffic | BallisticTraffic, Field(discriminator="source")
]
