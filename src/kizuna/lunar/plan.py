"""A plan: where the rover is when, what the crew does, and which limits hold, as YAML for people."""

import dataclasses
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

import numpy as np
from pydantic import Strict
from ruamel.yaml import YAML

from kizuna.errors import InputError
from kizuna.files import write_text
from kizuna.forms.keys import LatDeg, Record, Text, Utc, key
from kizuna.forms.read import validated
from kizuna.forms.yaml import load, shown
from kizuna.geo.time import format_utc, parse_utc
from kizuna.lunar.crew import CrewRules, Suit
from kizuna.lunar.doubt import Doubt
from kizuna.lunar.ground import Ground
from kizuna.lunar.power import PowerPlant
from kizuna.lunar.route import Route
from kizuna.lunar.rover import Rover
from kizuna.lunar.site import Rules
from kizuna.shapes import FloatN

_PARTS: Final = ("rover", "power", "suit", "crew", "rules", "doubt")

K = TypeVar("K", bound=Record)
Kind = Literal["eva", "sleep"]
Lon = Annotated[float, key("Longitude", "deg", ge=-180.0, le=360.0)]


@dataclass(frozen=True, slots=True)
class Activity:
    """What the crew does while the rover stands.

    Parameters
    ----------
    kind
        An excursion from opening the suits' ports until they are closed, or sleep.
    start_s, end_s
        Seconds since 1970-01-01 UTC.
    station
        Where, for readers.
    """

    kind: Kind
    start_s: float
    end_s: float
    station: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """A visit of a station, from arrival until the rover leaves, seconds since 1970-01-01 UTC."""

    station: str
    arrive_s: float
    leave_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What a checker needs to know, besides the ephemeris.

    Parameters
    ----------
    ground
        Which terrain it was made for.
    time_s, lat_deg, lon_deg
        (N,) where the rover is when; between two points that differ it drives, else it stands.
    activities
        What the crew does; with any, its days are checked as well.
    stays
        When which stations are visited.
    stored
        Share of battery and tank at the first point.
    havens
        Latitude and longitude of places to walk home to.
    mast_m
        Height of array and antenna above the ground, metres.
    rover, power, suit, crew, rules
        What drives, on what power, who walks in what, and what must be kept.
    doubt
        How much what isn't known may differ, for `kizuna.lunar.risk.assess`.
    """

    ground: Ground
    time_s: FloatN
    lat_deg: FloatN
    lon_deg: FloatN
    activities: tuple[Activity, ...] = ()
    stays: tuple[Stay, ...] = ()
    stored: float = 1.0
    havens: tuple[tuple[float, float], ...] = ()
    mast_m: float = 3.0
    rover: Rover = field(default_factory=Rover)
    power: PowerPlant = field(default_factory=PowerPlant)
    suit: Suit = field(default_factory=Suit)
    crew: CrewRules = field(default_factory=CrewRules)
    rules: Rules = field(default_factory=Rules)
    doubt: Doubt = field(default_factory=Doubt)

    def __post_init__(self) -> None:
        """Refuse plans that go back in time."""
        if len(self.time_s) < 2 or not (np.diff(self.time_s) > 0.0).all():
            raise InputError(
                "plan", "points", "times don't grow", "two or more, each later than the one before"
            )


def route_points(route: Route) -> tuple[FloatN, FloatN, FloatN]:
    """Times and places of a route: each cell when it is reached and, after a wait, when it is left."""
    times = np.column_stack((route.arrive_s, route.leave_s))
    kept = np.column_stack((np.ones(len(times), dtype=np.bool_), times[:, 1] > times[:, 0]))
    twice = np.repeat(np.arange(len(times)), 2).reshape(-1, 2)[kept]
    return times[kept], route.lat_deg[twice], route.lon_deg[twice]


class ActivityKeys(Record):
    """What the crew does while the rover stands."""

    kind: Kind = key("What")
    start: Utc = key("When it begins", form="date-time")
    end: Utc = key("When it ends", form="date-time")
    station: str = key("Where, for readers", default="")


class StayKeys(Record):
    """A visit of a station."""

    station: Text = key("Which")
    arrive: Utc = key("When it is reached", form="date-time")
    leave: Utc = key("When it is left", form="date-time")


class PlanKeys(Record):
    """The file of a plan."""

    ground: Ground = key("The terrain")
    stored: float = key("Share of battery and tank at the first point", "1", 1.0, ge=0.0, le=1.0)
    mast_m: float = key("Height of array and antenna above the ground", "m", 3.0, ge=0.0, le=100.0)
    havens: Annotated[tuple[Annotated[tuple[LatDeg, Lon], Strict(False)], ...], Strict(False)] = key(
        "Latitude and longitude of places to walk home to", "deg", ()
    )
    rover: Rover = key("What drives", default=Rover())
    power: PowerPlant = key("What makes and keeps energy", default=PowerPlant())
    suit: Suit = key("What the crew wears outside", default=Suit())
    crew: CrewRules = key("Who, and what their days must keep", default=CrewRules())
    rules: Rules = key("What must be kept", default=Rules())
    doubt: Doubt = key("How much what isn't known may differ", default=Doubt())
    activities: Annotated[tuple[ActivityKeys, ...], Strict(False)] = key(
        "The crew's work and sleep", default=()
    )
    stays: Annotated[tuple[StayKeys, ...], Strict(False)] = key("Visits of stations", default=())
    points: Annotated[tuple[Annotated[tuple[Text, LatDeg, Lon], Strict(False)], ...], Strict(False)] = key(
        "Time, latitude and longitude of each point", min_length=2
    )


def write_plan(path: Path | str, plan: Plan) -> None:
    """Write a plan as YAML.

    Raises
    ------
    WorkError
        When the file can't be written.
    """
    points = zip(plan.time_s, plan.lat_deg, plan.lon_deg, strict=True)
    values = {
        "ground": plan.ground.model_dump(mode="json", exclude_defaults=True),
        "stored": plan.stored,
        "mast_m": plan.mast_m,
        "havens": [list(haven) for haven in plan.havens],
        **{name: _plain(getattr(plan, name)) for name in _PARTS},
        "activities": [
            {"kind": each.kind, "start": format_utc(each.start_s), "end": format_utc(each.end_s)}
            | ({"station": each.station} if each.station else {})
            for each in plan.activities
        ],
        "stays": [
            {"station": stay.station, "arrive": format_utc(stay.arrive_s), "leave": format_utc(stay.leave_s)}
            for stay in plan.stays
        ],
        "points": [[format_utc(float(time_s)), float(lat), float(lon)] for time_s, lat, lon in points],
    }
    text = io.StringIO()
    yaml = YAML()
    yaml.default_flow_style = None
    yaml.width = 110
    yaml.dump(values, text)
    write_text(path, text.getvalue())


def read_plan(path: Path | str) -> Plan:
    """Read a plan that `write_plan` wrote and somebody may have edited.

    Raises
    ------
    InputError
        When the file can't be read, or holds what a plan can't.
    """
    keys = read_keys(PlanKeys, path, "points")
    times, lats, lons = zip(*keys.points, strict=True)
    parts = {name: getattr(keys, name) for name in _PARTS}
    try:
        return Plan(
            keys.ground,
            np.array([parse_utc(time) for time in times]),
            np.array(lats),
            np.array(lons),
            tuple(
                Activity(each.kind, parse_utc(each.start), parse_utc(each.end), each.station)
                for each in keys.activities
            ),
            tuple(Stay(each.station, parse_utc(each.arrive), parse_utc(each.leave)) for each in keys.stays),
            keys.stored,
            keys.havens,
            keys.mast_m,
            **parts,
        )
    except (ValueError, InputError) as error:
        raise InputError(str(path), "", str(error)) from None


def read_keys(record: type[K], path: Path | str, such_as: str) -> K:
    """A file as one of the records of this house; what a part of it refuses is told with its line."""
    data, lines = load(path, such_as)
    try:
        return validated(record, data, lines, str(path))
    except InputError as error:
        place = (error.file, error.place)
        if place in lines:  # a part, such as the rover, refused one of its keys
            where = f"line {lines[place]}, key {shown(place)}"
            raise InputError(str(path), where, error.problem, error.expected) from None
        raise


def _plain(thing: Any) -> dict[str, Any]:
    """A dataclass as mappings and lists of numbers: only what isn't as it comes."""
    out = {}
    for each in dataclasses.fields(thing):
        value = getattr(thing, each.name)
        if value == each.default:
            continue
        if dataclasses.is_dataclass(value):
            value = _plain(value)
        elif isinstance(value, tuple):
            value = [list(part) if isinstance(part, tuple) else part for part in value]
        out[each.name] = value
    return out
