"""A coverage file: notional defenders and protected areas, read and checked."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field, Strict

from kizuna.command.cover import Area, Coverage, Defender
from kizuna.forms.explain import Flaw, not_known
from kizuna.forms.keys import LatDeg, LonDeg, Name, Record, Text, key
from kizuna.forms.read import refuse, validated
from kizuna.forms.schema import Schema, schema_of
from kizuna.forms.yaml import load

RadiusM = Annotated[float, Field(gt=0.0, le=5e6)]


class NotionalDefender(Record):
    """A notional defender: a circle on the map, a time, a capacity and a probability; nothing else."""

    defender: Name = key("Name of the defender")
    nation: Name = key("Nation that it belongs to")
    lat_deg: LatDeg = key("Latitude of its middle", "deg")
    lon_deg: LonDeg = key("Longitude of its middle, east positive", "deg")
    radius_m: RadiusM = key("Radius of its footprint", "m")
    needs_s: float = key("Time for which a track must stay in it to be covered", "s", gt=0.0, le=3_600.0)
    capacity: int = key("Tracks that it covers at a time", default=1, ge=1, le=100)
    probability: float = key("Probability that a track that it covers does no harm", "1", ge=0.0, le=1.0)


class ProtectedArea(Record):
    """A place to be protected."""

    area: Name = key("Name of the area")
    lat_deg: LatDeg = key("Latitude of its middle", "deg")
    lon_deg: LonDeg = key("Longitude of its middle, east positive", "deg")
    radius_m: RadiusM = key("Its radius", "m")
    nation: Name | None = key("Nation whose it is; needed for decisions in an exercise", default=None)
    value: float = key("What it is worth, beside the others", "1", gt=0.0, le=1e9)
    defenders: int = key("How many may cover one track towards it", default=1, ge=1, le=3)


class CoverageFile(Record):
    """Kizuna coverage: notional defenders and the areas that they protect."""

    coverage: Name = key("Name of the coverage")
    notional: Text = key("A sentence that says what in it is notional")
    horizon_s: float = key("How far ahead is planned", "s", 1_800.0, gt=0.0, le=86_400.0)
    warn_before_s: float = key(
        "How long before something comes down people must be warned of it", "s", 120.0, ge=0.0, le=86_400.0
    )
    reserve: dict[Name, int] = key("Places that a nation keeps free at every time", default={})
    fades_s: float | None = key(
        "Time after which a plan counts on a track still being in the picture with a probability of 1/e; "
        "for ever when absent",
        "s",
        None,
        gt=0.0,
        le=1e6,
    )
    plan_every_s: float = key("In an exercise, time from one plan to the next", "s", 20.0, ge=1.0, le=3_600.0)
    lead_s: float = key(
        "In an exercise, time that a plan allows for people to issue an order and acknowledge it",
        "s",
        60.0,
        ge=0.0,
        le=3_600.0,
    )
    favour: float = key(
        "In an exercise, share by which a defender already sent counts for more than another",
        "1",
        0.2,
        ge=0.0,
        le=10.0,
    )
    areas: Annotated[tuple[ProtectedArea, ...], Strict(False)] = key("What is protected", min_length=1)
    defenders: Annotated[tuple[NotionalDefender, ...], Strict(False)] = key("By whom", min_length=1)


def coverage_schema() -> Schema:
    """JSON Schema (draft 2020-12) of coverage files."""
    return schema_of(CoverageFile)


def read_coverage(path: Path | str) -> Coverage:
    """The defenders and areas in a file.

    Raises
    ------
    InputError
        With the file, the line, the key, what is there and what was expected; for the first flaw in the file.
    """
    data, lines = load(path)
    read = validated(CoverageFile, data, lines, str(path))
    refuse(_flaws(read), lines, str(path))
    return Coverage(
        defenders=tuple(
            Defender(
                each.defender,
                each.nation,
                each.lat_deg,
                each.lon_deg,
                each.radius_m,
                each.needs_s,
                each.capacity,
                each.probability,
            )
            for each in read.defenders
        ),
        areas=tuple(
            Area(
                each.area, each.lat_deg, each.lon_deg, each.radius_m, each.value, each.defenders, each.nation
            )
            for each in read.areas
        ),
        horizon_s=read.horizon_s,
        reserve=dict(read.reserve),
        fades_s=math.inf if read.fades_s is None else read.fades_s,
        plan_every_s=read.plan_every_s,
        lead_s=read.lead_s,
        favour=read.favour,
        warn_before_s=read.warn_before_s,
    )


def _flaws(read: CoverageFile) -> Iterator[Flaw]:
    for group, names in (
        ("areas", [("area", each.area) for each in read.areas]),
        ("defenders", [("defender", each.defender) for each in read.defenders]),
    ):
        for number, (noun, name) in enumerate(names):
            if (noun, name) in names[:number]:
                problem = f"the {noun} {name!r} is there twice"
                yield Flaw((group, number, noun), problem, f"each {noun} once")
    nations = sorted({each.nation for each in read.defenders})
    for nation, kept in read.reserve.items():
        path = ("reserve", nation)
        capacity = sum(each.capacity for each in read.defenders if each.nation == nation)
        if nation not in nations:
            yield Flaw(path, *not_known(f"no defender belongs to the nation {nation!r}", nation, nations))
        elif not 0 <= kept <= capacity:
            yield Flaw(path, f"{kept} is out of bounds", f"a whole number from 0 to {capacity}, its places")
