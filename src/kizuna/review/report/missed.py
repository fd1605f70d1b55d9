"""Why an object had no track: out of reach, below the horizon, not detected, under way, or not yet one."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.geo.frames import geodetic_to_ecef
from kizuna.geo.horizon import line_of_sight
from kizuna.messages.sensor import Sensors
from kizuna.review.report.material import Feed, NodeResult
from kizuna.review.report.paths import Paths, Sightings, codes_of
from kizuna.seeds import generator
from kizuna.shapes import BoolN, Float, FloatN, IntN

OUTSIDE: Final = 0
BELOW: Final = 1
UNDETECTED: Final = 2
DELAYED: Final = 3
FORMING: Final = 4

REASONS: Final = (
    "Outside coverage",
    "Below the horizon",
    "Not detected",
    "Delayed on the way",
    "Detected, no track yet",
)
"""What people read, in the order of the codes: from what only a new sensor mends to what only time mends."""

MEANINGS: Final = (
    "No sensor whose detections the node gets reaches that far.",
    "Within the range of a sensor, but the Earth is between them (smooth Earth, standard refraction).",
    "In view of a sensor, but it reported nothing in its last three scans.",
    "A sensor of another node reported it within its last three scans; the report was still under way.",
    "A report of the last three scans had reached the node, but it had no confirmed track that fitted.",
)

SCANS: Final = 3
"""How many scans a detection counts as recent; trackers commonly confirm within so many."""

MOST_SAMPLES: Final = 8000
"""Moments looked at for each node and variant; shares are then good to about 1 %."""


@dataclass(frozen=True, slots=True, eq=False)
class Missed:
    """A sample of the moments at which one node missed an object.

    `reason` is a code into `REASONS`, (M,); `lat_deg` and `lon_deg` are where the object was; `share` is what
    each reason takes of all the objects' time, (5,), from 0 to 1.
    """

    reason: IntN
    lat_deg: FloatN
    lon_deg: FloatN
    share: FloatN


def missed(
    result: NodeResult, variant: str, seed: int, sensors: Sensors, paths: Paths, sightings: Sightings
) -> Missed:
    """Sample what a node missed and say why.

    Parameters
    ----------
    result, variant
        The node's result, and the name of the variant that it belongs to.
    seed
        The run's seed, from which the sample is drawn when there are more than `MOST_SAMPLES`.
    sensors, paths, sightings
        All sensors, where the objects were, and what was seen of them.

    Raises
    ------
    ValueError
        When a missed object is not in the truth, or a feed's sensor not among the sensors.
    """
    count = len(result.missed_time_s)
    rows = np.arange(count)
    if count > MOST_SAMPLES:
        dice = generator(seed, "report", variant, result.node)
        rows = np.sort(dice.choice(count, MOST_SAMPLES, replace=False))
    when = result.missed_time_s[rows]
    objects = codes_of(result.missed_object.take(rows), paths.names)
    lat, lon, alt = paths.at(objects, when)
    reason = classify(when, objects, (lat, lon, alt), result.feeds, sensors, sightings)
    found = np.bincount(reason, minlength=len(REASONS)).astype(np.float64)
    each = count / max(len(rows), 1) / max(result.compared, 1)
    return Missed(reason, lat, lon, found * each)


def classify(
    when_s: FloatN,
    objects: IntN,
    place: tuple[Float, Float, Float],
    feeds: tuple[Feed, ...],
    sensors: Sensors,
    sightings: Sightings,
) -> IntN:
    """Say why each object was missed at each time: (M,) times, (M,) objects -> (M,) codes into `REASONS`.

    What was seen goes before what could be seen. The first that holds for any of the node's sensors is taken:

    1. `FORMING`: a detection of the sensor's last three scans had reached the node.
    2. `DELAYED`: there was such a detection, but it was still on the link.
    3. `UNDETECTED`: the object was in range and above the horizon.
    4. `BELOW`: it was in range, below the horizon.
    5. `OUTSIDE`: none of these.

    A report that the link lost counts as one that arrived. A `position` sensor reaches only objects that
    report their position to someone during the run; without a place it hears everywhere.

    Parameters
    ----------
    when_s, objects
        Times, and objects by their number in `sightings`.
    place
        Latitude, longitude (degrees) and height (metres) of the object at that time, three of (M,).
    feeds
        The sensors whose detections the node gets.
    sensors, sightings
        All sensors, and what they saw.

    Raises
    ------
    ValueError
        When a feed names a sensor that is not there.
    """
    reason = np.full(len(when_s), OUTSIDE, dtype=np.int64)
    position = geodetic_to_ecef(*place)
    names = sensors.sensor.values()
    for feed in feeds:
        if feed.sensor not in names:
            raise ValueError(f"feed {feed.sensor!r} is not among the sensors")
        row = names.index(feed.sensor)
        in_range, in_view = _geometry(sensors, row, place, position)
        if sensors.kind.equal("position")[row]:
            in_range &= sightings.reporting[objects] > 0.0
        memory = SCANS * float(sensors.period_s[row])
        recent = sightings.last_s(feed.sensor, objects, when_s) > when_s - memory
        arrived = sightings.last_s(feed.sensor, objects, when_s - feed.delay_s) > when_s - memory
        for code, holds in (
            (BELOW, in_range),
            (UNDETECTED, in_range & in_view),
            (DELAYED, recent),
            (FORMING, arrived),
        ):
            # The codes rise with their precedence: the highest over all sensors is the first that holds.
            reason = np.maximum(reason, np.where(holds, code, OUTSIDE))
    return reason


def _geometry(
    sensors: Sensors, row: int, place: tuple[Float, Float, Float], position: Float
) -> tuple[BoolN, BoolN]:
    """Which places are in range, and which above the horizon; everywhere without a range or a place."""
    everywhere = np.ones(len(position), dtype=np.bool_)
    lat, lon, alt = sensors.lat_deg[row], sensors.lon_deg[row], sensors.alt_m[row]
    if np.isnan(lat + lon):
        return everywhere, everywhere
    alt = 0.0 if np.isnan(alt) else alt
    in_view = line_of_sight(lat, lon, alt, *place)
    if np.isnan(sensors.max_range_m[row]):
        return everywhere, in_view
    distance = np.linalg.norm(position - geodetic_to_ecef(lat, lon, alt), axis=-1)
    return distance <= sensors.max_range_m[row], in_view
