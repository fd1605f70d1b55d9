"""A mission as people write it: stations, times, rover and rules, read from YAML with its errors' lines."""

from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Strict

from kizuna.errors import InputError
from kizuna.forms.explain import Flaw
from kizuna.forms.keys import LatDeg, Name, Record, Text, Utc, key
from kizuna.forms.read import refuse
from kizuna.forms.yaml import load
from kizuna.geo.time import parse_utc
from kizuna.lunar.crew import CrewRules, Suit
from kizuna.lunar.doubt import Doubt
from kizuna.lunar.grid import Grid
from kizuna.lunar.ground import Ground
from kizuna.lunar.plan import Lon, read_keys
from kizuna.lunar.power import PowerPlant
from kizuna.lunar.rover import Rover
from kizuna.lunar.site import Rules
from kizuna.shapes import BoolN, Float


class Spot(Record):
    """A named place."""

    name: Name = key("Its name")
    lat_deg: LatDeg = key("Latitude", "deg")
    lon_deg: Lon = key("Longitude", "deg")

    @property
    def place(self) -> tuple[float, float]:
        """Latitude and longitude, degrees."""
        return self.lat_deg, self.lon_deg


class Station(Spot):
    """Where there is something to do."""

    value: float = key("What a visit is worth, against the other stations", "1", 1.0, ge=0.0, le=1e6)
    dwell_h: float = key("Least stay", "h", 1.0, ge=0.0, le=240.0)
    eva_h: float = key("Length of an excursion; none when 0", "h", 0.0, ge=0.0, le=12.0)
    samples_kg: float = key("What is taken along", "kg", 0.0, ge=0.0, le=10_000.0)
    must: bool = key("Whether a plan without it is none", default=False)


class Closed(Record):
    """Ground that must not be entered."""

    lat_deg: LatDeg = key("Latitude of its middle", "deg")
    lon_deg: Lon = key("Longitude of its middle", "deg")
    radius_m: float = key("How far around it", "m", gt=0.0, le=1e5)


class Search(Record):
    """How the timeline is looked for."""

    slot_s: float = key("Everything begins and ends with one of these", "s", 1800.0, ge=300.0, le=7200.0)
    effort: float = key("How long to look, in the solver's units, about seconds", "1", 4.0, gt=0.0, le=3600.0)
    azimuths: int = key("Of the map of horizons", "1", 360, ge=36, le=1440)
    runs: int = key("How many to learn how surely the limits hold", "1", 200, ge=20, le=100_000)
    seed: int = key("Of these runs", "1", 1, ge=0)


class Mission(Record):
    """What shall be done, on which ground, under which rules."""

    title: Text = key("What the mission is called", default="A mission on the Moon")
    ground: Ground = key("The terrain")
    start: Utc = key("When it begins, at the first haven", form="date-time")
    end: Utc = key("When it must be over, at the last haven", form="date-time")
    stored: float = key("Share of battery and tank at the start", "1", 1.0, ge=0.0, le=1.0)
    havens: Annotated[tuple[Spot, ...], Strict(False)] = key(
        "Where the crew can walk to; the mission begins at the first and ends at the last", min_length=1
    )
    stations: Annotated[tuple[Station, ...], Strict(False)] = key(
        "Where there is something to do", min_length=1
    )
    closed: Annotated[tuple[Closed, ...], Strict(False)] = key("Ground that must not be entered", default=())
    cargo_kg: float = key("Samples that fit", "kg", 200.0, ge=0.0, le=100_000.0)
    mast_m: float = key("Height of array and antenna above the ground", "m", 3.0, ge=0.0, le=100.0)
    rover: Rover = key("What drives", default=Rover())
    power: PowerPlant = key("What makes and keeps energy", default=PowerPlant())
    suit: Suit = key("What the crew wears outside", default=Suit())
    crew: CrewRules = key("Who, and what their days must keep", default=CrewRules())
    rules: Rules = key("What must be kept", default=Rules())
    doubt: Doubt = key("How much what isn't known may differ", default=Doubt())
    confidence: float | None = key("How surely each limit must hold, as a share", "1", None, ge=0.5, le=0.999)
    search: Search = key("How the timeline is looked for", default=Search())

    @property
    def span_s(self) -> tuple[float, float]:
        """Start and end, seconds since 1970-01-01 UTC."""
        return parse_utc(self.start), parse_utc(self.end)

    @property
    def haven_places(self) -> tuple[tuple[float, float], ...]:
        """Latitude and longitude of the havens, degrees."""
        return tuple(haven.place for haven in self.havens)

    def closed_cells(self, grid: Grid) -> BoolN:
        """Which cells of a map are closed, (R, C)."""
        x, y = np.meshgrid(grid.x_m, grid.y_m)
        shut = np.zeros(grid.shape, dtype=np.bool_)
        for each in self.closed:
            at_x, at_y = grid.plane.to_plane(each.lat_deg, each.lon_deg)
            shut |= np.hypot(x - at_x, y - at_y) <= each.radius_m
        return shut


def read_mission(path: Path | str) -> Mission:
    """Read a mission file.

    Raises
    ------
    InputError
        With the file, the line, the key, what is there and what was expected.
    """
    mission = read_keys(Mission, path, "stations")
    _, lines = load(path)
    first_s, last_s = mission.span_s
    flaws = []
    if last_s - first_s < 2.0 * mission.search.slot_s:
        flaws.append(Flaw(("end",), f"is {(last_s - first_s) / 3600.0:g} h after the start", "a later time"))
    names = [spot.name for spot in (*mission.havens, *mission.stations)]
    for number, station in enumerate(mission.stations):
        place = ("stations", number, "name")
        if names.count(station.name) > 1:
            flaws.append(Flaw(place, f"{station.name} is there twice", "each name once"))
        if station.eva_h * 3600.0 > mission.crew.eva_s:
            allowed = f"up to {mission.crew.eva_s / 3600.0:g} h, as crew.eva_s says"
            flaws.append(Flaw(("stations", number, "eva_h"), f"{station.eva_h:g} h is too long", allowed))
    refuse(flaws, lines, str(path))
    return mission


def refuse_spots(path: Path | str, mission: Mission, grid: Grid, slope_deg: Float) -> None:
    """Refuse havens and stations outside the map or in slopes that the rover can't stand.

    Parameters
    ----------
    path, mission
        The file, for errors, and what it says.
    grid, slope_deg
        The map, and (R, C) its slopes.

    Raises
    ------
    InputError
        For the first of them in the file.
    """
    _, lines = load(path)
    flaws = []
    for group in ("havens", "stations"):
        for number, spot in enumerate(getattr(mission, group)):
            place = (group, number, "lat_deg")
            try:
                row, column = grid.cell(spot.lat_deg, spot.lon_deg, spot.name)
            except InputError as error:
                flaws.append(Flaw(place, f"{spot.name} {error.problem}", error.expected))
                continue
            slope = float(slope_deg[row, column])
            if slope > mission.rover.max_slope_deg:
                allowed = f"at most {mission.rover.max_slope_deg:g}°, as rover.max_slope_deg says"
                flaws.append(Flaw(place, f"{spot.name} lies in a slope of {slope:.1f}°", allowed))
    refuse(flaws, lines, str(path))
