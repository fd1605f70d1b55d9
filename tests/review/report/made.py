"""A made-up exercise for the report: three nations, radars, airliners and low flyers, all from one seed."""

import dataclasses

import numpy as np

from kizuna.geo.frames import geodetic_to_ecef
from kizuna.geo.geodesic import along, great_circle_m
from kizuna.geo.horizon import line_of_sight
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth
from kizuna.review.report.material import (
    Feed,
    Link,
    Node,
    NodeResult,
    ReportMaterial,
    Traffic,
    VariantResult,
)
from kizuna.seeds import generator

START_S = 1_780_000_000.0
STEP_S = 10.0

PLACES = {
    "JPN": [(43.0, 141.7), (35.6, 140.1), (33.6, 130.4), (26.2, 127.6), (24.4, 124.2)],
    "AUS": [(-12.4, 130.9), (-19.2, 146.8), (-16.9, 145.7), (-9.4, 147.2)],
    "USA": [(13.5, 144.8), (15.2, 145.7), (7.4, 151.8), (7.3, 134.5)],
}
AIRPORTS = [
    (35.8, 140.4),
    (-33.9, 151.2),
    (13.5, 144.8),
    (-12.4, 130.9),
    (33.6, 130.4),
    (14.5, 121.0),
    (-27.4, 153.1),
]


@dataclasses.dataclass(frozen=True)
class World:
    """Objects on great circles at one height each: times (T,), places (objects, T)."""

    times: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    alt: np.ndarray
    kinds: list[str]


def make_sensors() -> Sensors:
    rows = [
        (nation, number, place) for nation, places in PLACES.items() for number, place in enumerate(places)
    ]
    flat = [number % 3 == 2 for _, number, _ in rows]
    return Sensors.of(
        sensor=[f"{nation.lower()}-{number + 1}" for nation, number, _ in rows],
        nation=[nation for nation, _, _ in rows],
        kind=["radar"] * len(rows),
        lat_deg=[place[0] for _, _, place in rows],
        lon_deg=[place[1] for _, _, place in rows],
        alt_m=[60.0 + 90.0 * number for _, number, _ in rows],
        sigma_range_m=[60.0] * len(rows),
        sigma_azimuth_deg=[0.1] * len(rows),
        sigma_elevation_deg=[np.nan if two_d else 0.2 for two_d in flat],
        sigma_altitude_m=[30.0 if two_d else np.nan for two_d in flat],
        max_range_m=[460_000.0] * len(rows),
        period_s=[10.0] * len(rows),
        pd=[0.9] * len(rows),
        clutter_per_scan=[2.0] * len(rows),
    )


def make_world(civil: int, low: int, duration_s: float, seed: int) -> World:
    dice = generator(seed, "world")
    times = START_S + np.arange(0.0, duration_s + 1.0, STEP_S)
    lat, lon, alt, kinds = [], [], [], []
    for number in range(civil + low):
        fast = number >= civil
        if fast:
            target = PLACES["USA" if number % 2 else "JPN"][number % 4]
            ends = (target[0] + dice.uniform(-6.0, 6.0), target[1] + dice.uniform(4.0, 8.0)), target
        else:
            ends = tuple(AIRPORTS[at] for at in dice.choice(len(AIRPORTS), 2, replace=False))
        length = great_circle_m(*ends[0], *ends[1])
        done = dice.uniform(0.0, 0.5) + 240.0 * (times - START_S) / length
        place = along(*ends[0], *ends[1], np.clip(done, 0.0, 1.0))
        lat.append(place[0])
        lon.append(place[1])
        alt.append(np.full(len(times), dice.uniform(60.0, 200.0) if fast else dice.uniform(9000.0, 12000.0)))
        kinds.append("low flyer" if fast else "aircraft")
    return World(times, np.array(lat), np.array(lon), np.array(alt), kinds)


def seen_by(world: World, sensors: Sensors) -> np.ndarray:
    """Which sensor has which object in view when: (sensors, objects, T)."""
    site = geodetic_to_ecef(sensors.lat_deg, sensors.lon_deg, sensors.alt_m)[:, None, None]
    distance = np.linalg.norm(geodetic_to_ecef(world.lat, world.lon, world.alt) - site, axis=-1)
    lat, lon, alt = (column[:, None, None] for column in (sensors.lat_deg, sensors.lon_deg, sensors.alt_m))
    return (distance <= 460_000.0) & line_of_sight(lat, lon, alt, world.lat, world.lon, world.alt)


def make_result(
    node: str, world: World, seen: np.ndarray, feeds: tuple[Feed, ...], late: float, seed: int
) -> NodeResult:
    """Hold what has been in view for three steps without a break, most of the time."""
    dice = generator(seed, "result", node, len(feeds))
    held = seen.copy()
    held[:, 1:] &= seen[:, :-1]
    held[:, 2:] &= seen[:, :-2]
    held[:, 3:] &= dice.random((len(held), held.shape[1] - 3)) < 0.97
    who, when = np.nonzero(~held)
    order = np.argsort(when, kind="stable")
    names = tuple(f"{kind} {number + 1}" for number, kind in enumerate(world.kinds))
    first = np.where(held.any(axis=1), held.argmax(axis=1) * STEP_S, np.nan)
    errors = dice.rayleigh(90.0 + late, 2000) * dice.lognormal(0.0, 0.6, 2000)
    return NodeResult(
        node=node,
        measures={
            "completeness": float(held.mean()),
            "ambiguity": 1.0 + 0.03 * len(feeds) / 13.0,
            "spurious": 0.004 * len(feeds),
            "rmse_m": float(np.sqrt(np.mean(errors**2))),
            "gospa_m": 2000.0 * float(np.sqrt((~held).sum(axis=0).mean() / 2.0)),
            "gospa_localisation_m": 140.0 * float(np.sqrt(held.sum(axis=0).mean())),
            "missed": float((~held).sum(axis=0).mean()),
            "false": 0.1 * len(feeds),
            "id_switches": float(3 * len(feeds)),
            "time_to_first_track_s": float(np.nanmedian(first)) if np.isfinite(first).any() else np.nan,
        },
        feeds=feeds,
        curve_time_s=world.times,
        curve_completeness=held.mean(axis=0),
        missed_time_s=world.times[when[order]],
        missed_object=Labels(who[order].astype(np.int32), names),
        compared=held.size,
        first_object=Labels.of(names),
        first_track_s=first,
        errors_m=errors,
    )


def make_tracks(world: World, pictures: dict[str, np.ndarray], seed: int) -> Tracks:
    parts = []
    for node, held in pictures.items():
        dice = generator(seed, "tracks", node)
        when, who = np.nonzero(held.T)
        parts.append(
            Tracks.of(
                time=world.times[when],
                node=Labels.constant(node, len(when)),
                track=who + 1,
                lat_deg=world.lat[who, when] + dice.normal(0.0, 2e-3, len(when)),
                lon_deg=(world.lon[who, when] + dice.normal(0.0, 2e-3, len(when)) + 180.0) % 360.0 - 180.0,
                alt_m=world.alt[who, when],
                status=Labels.constant("confirmed", len(when)),
            )
        )
    joined = Tracks.join(parts)
    return joined.take(np.argsort(joined.time, kind="stable"))


def make_material(civil: int = 40, low: int = 8, duration_s: float = 3600.0, seed: int = 7) -> ReportMaterial:
    world, sensors = make_world(civil, low, duration_s, seed), make_sensors()
    seen = seen_by(world, sensors)
    names = [f"{kind} {number + 1}" for number, kind in enumerate(world.kinds)]
    nations = sensors.nation.values()
    variants = []
    for variant in ("national", "shared"):
        results, pictures = [], {}
        for node in PLACES:
            use = [row for row, nation in enumerate(nations) if variant == "shared" or nation == node]
            feeds = tuple(
                Feed(sensors.sensor.names[row], 0.0 if nations[row] == node else 3.4) for row in use
            )
            in_view = seen[use].any(axis=0)
            pictures[node] = in_view
            results.append(make_result(node, world, in_view, feeds, 20.0 * (variant == "shared"), seed))
        variants.append(
            VariantResult(
                name=variant,
                tracks=make_tracks(world, pictures, seed),
                nodes=tuple(results),
                change="Sharing detections" if variant == "shared" else "",
                overall={"commonality": 0.31 if variant == "national" else 0.88},
                traffic=_traffic(variant),
            )
        )
    sensor, who, when = np.nonzero(seen & (generator(seed, "detections").random(seen.shape) < 0.6))
    order = np.argsort(when, kind="stable")
    detections = Detections.of(
        time=world.times[when[order]],
        sensor=Labels(sensor[order].astype(np.int32), sensors.sensor.names),
        kind=Labels.constant("radar", len(order)),
        object=Labels(who[order].astype(np.int32), tuple(names)),
    )
    steps = len(world.times)
    return ReportMaterial(
        title="Trilateral exercise in the Indo-Pacific",
        exercise="trilateral",
        notional="All sensors, links and opponents are notional; places are public civil airports.",
        start_s=START_S,
        duration_s=duration_s,
        seed=seed,
        version="0.1.0",
        command=f"kizuna run examples/exercises/trilateral.yaml --seed {seed}",
        sensors=sensors,
        nodes=tuple(Node(nation, nation) for nation in PLACES),
        links=_links(),
        truth=Truth.of(
            time=np.repeat(world.times, len(names)),
            object=Labels(np.tile(np.arange(len(names), dtype=np.int32), steps), tuple(names)),
            kind=[*world.kinds] * steps,
            lat_deg=world.lat.T.ravel(),
            lon_deg=world.lon.T.ravel(),
            alt_m=world.alt.T.ravel(),
        ),
        detections=detections,
        variants=tuple(variants),
    )


def _links() -> tuple[Link, ...]:
    return tuple(Link(one, other, 0.3, 0.05, 0.01) for one in PLACES for other in PLACES if one != other)


def _traffic(variant: str) -> tuple[Traffic, ...]:
    if variant == "national":
        return ()
    return tuple(
        Traffic(link.source, link.target, 3600, 1_400_000 + 250_000 * place, 36)
        for place, link in enumerate(_links())
    )
