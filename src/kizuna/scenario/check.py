"""What one record alone can't see: names that must exist, or be distinct, and keys that need one another."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kizuna.forms.explain import Flaw, expected_of, not_known
from kizuna.forms.schema import schema_of
from kizuna.forms.yaml import KeyPath
from kizuna.geo.geodesic import great_circle_m
from kizuna.messages.sensor import NEEDED
from kizuna.scenario.keys import Outage
from kizuna.scenario.model import Exercise
from kizuna.scenario.sensor import Sensor, SensorRow
from kizuna.scenario.traffic import (
    NEAREST_M,
    BallisticTraffic,
    FlightsTraffic,
    IncomingTraffic,
    RecordedTraffic,
)

PLACE = ("lat_deg", "lon_deg", "alt_m")


def check(exercise: Exercise, folder: Path) -> Iterator[Flaw]:
    """All that is wrong between the parts of an exercise.

    Parameters
    ----------
    exercise
        The exercise.
    folder
        Where its file lies; the paths in it are relative to this.
    """
    if exercise.picture_every_s > exercise.duration_s:
        yield Flaw(("picture_every_s",), "is longer than the exercise", f"up to {exercise.duration_s:.10g} s")
    yield from _traffic(exercise, folder)
    yield from _distinct("sensors", "sensor", [sensor.sensor for sensor in exercise.sensors])
    nations = {node.nation for node in exercise.allies}
    heard = {name for node in exercise.nodes for name in exercise.sensors_of(node)}
    for number, sensor in enumerate(exercise.sensors):
        path = ("sensors", number)
        yield from _sensor_names(path, sensor, exercise)
        yield from _outages((*path, "outages"), sensor.outages)
        if sensor.nation not in nations and sensor.sensor not in heard:
            yield _name((*path, "nation"), "node serves the nation", sensor.nation, sorted(nations))
    yield from _nodes(exercise)
    yield from _partitions(exercise)
    yield from _release(exercise, folder)
    yield from _notices(exercise)
    # A link or a hub that is wrong is the cause; the node that it doesn't reach would only be its effect.
    yield from [*_links(exercise), *_hubs(exercise)] or _reached(exercise)
    yield from _distinct("variants", "variant", [variant.variant for variant in exercise.variants])


def check_types(data: dict[str, Any]) -> Iterator[Flaw]:
    """Names of sensor types that are not there, in the plain data, as such a sensor makes no record."""
    types, sensors = data.get("sensor_types", {}), data.get("sensors")
    if not isinstance(types, dict) or not isinstance(sensors, list):
        return
    for number, sensor in enumerate(sensors):
        name = sensor.get("type") if isinstance(sensor, dict) else None
        if isinstance(name, str) and name not in types:
            yield _name(("sensors", number, "type"), "sensor type is called", name, map(str, types))


def check_sensors(sensors: Sequence[SensorRow]) -> Iterator[Flaw]:
    """All that is wrong between the rows of a file of sensors, and in each for its kind."""
    yield from _distinct("sensors", "sensor", [sensor.sensor for sensor in sensors])
    for number, sensor in enumerate(sensors):
        yield from _filled(("sensors", number), sensor, NEEDED[sensor.kind])


def _name(path: KeyPath, what: str, name: str, known: Iterable[str]) -> Flaw:
    return Flaw(path, *not_known(f"no {what} {name!r}", name, known))


def _distinct(section: str, key: str, names: list[str]) -> Iterator[Flaw]:
    for number, name in enumerate(names):
        if name in names[:number]:
            problem = f"the name {name!r} is there twice (first in {section}[{names.index(name)}])"
            yield Flaw((section, number, key), problem, f"a name of its own for each {key}")


def _outages(path: KeyPath, outages: Sequence[Outage]) -> Iterator[Flaw]:
    for number, outage in enumerate(outages):
        if outage.to_s <= outage.from_s:
            yield Flaw(
                (*path, number, "to_s"),
                f"{outage.to_s:.10g} ends the outage before it begins",
                "a time after from_s",
            )


def _traffic(exercise: Exercise, folder: Path) -> Iterator[Flaw]:
    names: list[str] = []
    for number, traffic in enumerate(exercise.traffic):
        path = ("traffic", number)
        if isinstance(traffic, RecordedTraffic):
            if not (folder / traffic.file).is_file():
                problem = f"the recorded file {traffic.file!r} is not there"
                yield Flaw((*path, "file"), problem, f"a Parquet file at a path relative to {folder}")
            continue
        if traffic.name in names:
            problem = f"the name {traffic.name!r} is there twice"
            yield Flaw((*path, "name"), problem, "a name of its own for each traffic")
        names.append(traffic.name)
        if not isinstance(traffic, BallisticTraffic):
            yield from _routes(path, traffic, exercise)


def _routes(path: KeyPath, traffic: FlightsTraffic | IncomingTraffic, exercise: Exercise) -> Iterator[Flaw]:
    flights = isinstance(traffic, FlightsTraffic)
    key, airports = (
        ("between", traffic.between) if isinstance(traffic, FlightsTraffic) else ("towards", traffic.towards)
    )
    for place, airport in enumerate(airports):
        if airport not in exercise.airports:
            yield _name((*path, key, place), "airport is called", airport, exercise.airports)
    if flights and len(set(airports)) < 2:
        yield Flaw((*path, key), "names the same airport again", "at least 2 different airports")
    elif flights and all(airport in exercise.airports for airport in airports):
        yield from _neighbours((*path, key), airports, exercise)


def _neighbours(path: KeyPath, names: Sequence[str], exercise: Exercise) -> Iterator[Flaw]:
    """The first two airports that are too near for a flight."""
    places = [exercise.airports[name] for name in names]
    lat, lon = (np.array([getattr(place, key) for place in places]) for key in ("lat_deg", "lon_deg"))
    apart_m = great_circle_m(lat[:, None], lon[:, None], lat, lon)
    for one, other in np.argwhere(np.triu(apart_m < NEAREST_M, 1))[:1]:
        yield Flaw(
            path,
            f"{names[one]} and {names[other]} are {apart_m[one, other] / 1000.0:.1f} km apart",
            f"airports at least {NEAREST_M / 1000.0:.0f} km apart to fly between",
        )


def _sensor_names(path: KeyPath, sensor: Sensor, exercise: Exercise) -> Iterator[Flaw]:
    if sensor.type is not None and sensor.type not in exercise.sensor_types:
        yield _name((*path, "type"), "sensor type is called", sensor.type, exercise.sensor_types)
    needed = tuple(name for name in NEEDED[sensor.kind] if name not in PLACE)
    given = [name for name in PLACE if getattr(sensor, name) is not None]
    if sensor.airport is None:
        if not given:
            problem = f"{_called(sensor)} has no place"
            yield Flaw(path, problem, "lat_deg, lon_deg and alt_m, or the name of an airport")
            return
        if sensor.mast_m is not None:
            problem = "a mast stands on an airport"
            yield Flaw((*path, "mast_m"), problem, "airport, or the whole height in alt_m")
        needed = (*PLACE, *needed)
    elif sensor.airport not in exercise.airports:
        yield _name((*path, "airport"), "airport is called", sensor.airport, exercise.airports)
    elif given:
        problem = f"{given[0]} and airport both say where {sensor.sensor!r} stands"
        yield Flaw((*path, given[0]), problem, "lat_deg, lon_deg and alt_m, or airport")
    yield from _filled(path, sensor, needed)


def _called(sensor: SensorRow) -> str:
    noun = "radar" if sensor.kind == "radar" else f"{sensor.kind} sensor"
    return f"the {noun} {sensor.sensor!r}"


def _filled(path: KeyPath, sensor: SensorRow, needed: Iterable[str]) -> Iterator[Flaw]:
    for name in needed:
        if getattr(sensor, name) is None:
            schema = schema_of(SensorRow)
            expected = expected_of(schema["properties"][name], schema)
            yield Flaw(path, f"{_called(sensor)} has no {name}", f"{name}: {expected}")


def _nodes(exercise: Exercise) -> Iterator[Flaw]:
    yield from _distinct("nodes", "node", [node.node for node in exercise.nodes])
    sensors = [sensor.sensor for sensor in exercise.sensors]
    owners = sorted({sensor.nation for sensor in exercise.sensors})
    for number, node in enumerate(exercise.nodes):
        if node.outside:
            if node.sensors:
                problem = f"the node {node.node!r} is outside the alliance"
                yield Flaw(("nodes", number, "sensors"), problem, "no sensors, which belong to the alliance")
            continue
        if node.sensors is None and node.nation not in owners:
            flaw = _name(("nodes", number, "nation"), "sensor belongs to the nation", node.nation, owners)
            yield flaw if not flaw.expected else replace(flaw, expected=f"{flaw.expected}; or `sensors: []`")
        for place, name in enumerate(node.sensors or ()):
            path = ("nodes", number, "sensors", place)
            if name not in sensors:
                yield _name(path, "sensor is called", name, sensors)
            if name in (node.sensors or ())[:place]:
                yield Flaw(path, f"the sensor {name!r} is there twice", "each sensor once")


def _links(exercise: Exercise) -> Iterator[Flaw]:
    nodes = [node.node for node in exercise.nodes]
    seen: set[tuple[str, str]] = set()
    for number, link in enumerate(exercise.links):
        path = ("links", number)
        for key, name in (("from", link.from_), ("to", link.to)):
            if name not in nodes:
                yield _name((*path, key), "node is called", name, nodes)
        if link.from_ == link.to:
            yield Flaw((*path, "to"), f"the link leads from {link.to!r} to itself", "another node")
        ways = [(link.from_, link.to), *([(link.to, link.from_)] if link.both_ways else [])]
        for way in ways:
            if way in seen and link.from_ != link.to:
                yield Flaw(path, f"a link from {way[0]!r} to {way[1]!r} is there twice", "one link each way")
        seen.update(ways)
        yield from _outages((*path, "outages"), link.outages)


def _partitions(exercise: Exercise) -> Iterator[Flaw]:
    nodes = [node.node for node in exercise.nodes]
    for number, partition in enumerate(exercise.partitions):
        path = ("partitions", number)
        if partition.to_s <= partition.from_s:
            problem = f"{partition.to_s:.10g} ends the partition before it begins"
            yield Flaw((*path, "to_s"), problem, "a time after from_s")
        seen: list[str] = []
        for part, group in enumerate(partition.groups):
            for place, name in enumerate(group):
                if name not in nodes:
                    yield _name((*path, "groups", part, place), "node is called", name, nodes)
                if name in seen:
                    problem = f"the node {name!r} is in two parts"
                    yield Flaw((*path, "groups", part, place), problem, "each node in one part at most")
                seen.append(name)


def _release(exercise: Exercise, folder: Path) -> Iterator[Flaw]:
    nations = sorted({node.nation for node in exercise.nodes})
    for nation, file in (exercise.release or {}).items():
        if nation not in nations:
            yield _name(("release", nation), "node serves the nation", nation, nations)
        if not (folder / file).is_file():
            problem = f"the file of policies {file!r} is not there"
            yield Flaw(("release", nation), problem, f"a file at a path relative to {folder}")
    for number, phase in enumerate(exercise.phases):
        if number and phase.from_s <= exercise.phases[number - 1].from_s:
            problem = f"{phase.from_s:.10g} is not later than the phase before"
            yield Flaw(("phases", number, "from_s"), problem, "phases in order of time")


def _notices(exercise: Exercise) -> Iterator[Flaw]:
    nodes = [node.node for node in exercise.nodes]
    nations = sorted({node.nation for node in exercise.nodes})
    for number, notice in enumerate(exercise.notices):
        path = ("notices", number)
        if notice.from_ not in nodes:
            yield _name((*path, "from"), "node is called", notice.from_, nodes)
        for place, nation in enumerate(notice.to):
            if nation not in nations:
                yield _name((*path, "to", place), "node serves the nation", nation, nations)
        if notice.area is not None and notice.area not in exercise.areas:
            yield _name((*path, "area"), "area is called", notice.area, exercise.areas)
        if notice.at_s > exercise.duration_s:
            problem = f"{notice.at_s:.10g} is after the end of the exercise"
            yield Flaw((*path, "at_s"), problem, f"up to {exercise.duration_s:.10g} s")
    for number, line in enumerate(exercise.dialogue):
        path = ("dialogue", number)
        own = next((node.nation for node in exercise.nodes if node.node == line.from_), None)
        if own is None:
            yield _name((*path, "from"), "node is called", line.from_, nodes)
        if line.to not in nations:
            yield _name((*path, "to"), "node serves the nation", line.to, nations)
        elif line.to == own:
            yield Flaw((*path, "to"), f"{line.from_!r} would call its own nation", "another nation")
        if line.area is not None and line.area not in exercise.areas:
            yield _name((*path, "area"), "area is called", line.area, exercise.areas)


def _hubs(exercise: Exercise) -> Iterator[Flaw]:
    nodes = [node.node for node in exercise.nodes]
    for number, variant in enumerate(exercise.variants):
        path = ("variants", number)
        if variant.topology == "hub" and variant.hub is None:
            yield Flaw(path, "no node is in the middle of the topology hub", "hub: the name of a node")
        elif variant.hub is not None and variant.topology != "hub":
            yield Flaw((*path, "hub"), "only the topology hub has one", "topology: hub")
        if variant.precision_m is not None and variant.share != "tracks":
            yield Flaw((*path, "precision_m"), "only tracks are sent in few bytes", "share: tracks")
        if variant.least_nats and variant.precision_m is None:
            yield Flaw((*path, "least_nats"), "there is no precision_m", "precision_m: 0, or more")
        if variant.hub is not None and variant.topology == "hub" and variant.hub not in nodes:
            yield _name((*path, "hub"), "node is called", variant.hub, nodes)


def _reached(exercise: Exercise) -> Iterator[Flaw]:
    """Nodes that nothing reaches although a variant shares."""
    if len(exercise.nodes) < 2:
        return
    told: set[str] = set()
    for variant in exercise.variants:
        reached = {link.to for link in exercise.directed_links(variant)}
        for number, node in enumerate(exercise.nodes):
            if variant.share == "nothing" or node.node in reached or node.node in told:
                continue
            told.add(node.node)
            problem = f"no link reaches the node {node.node!r}, but the variant {variant.variant!r} needs one"
            yield Flaw(("nodes", number), problem, f"a link with `to: {node.node}`, or `both_ways: true`")
