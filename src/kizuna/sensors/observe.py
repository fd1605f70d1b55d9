"""All sensors look at the world: one table of detections."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.sensors import adsb, clutter, passive, radar, unresolved
from kizuna.sensors.plots import Plots, Sensor
from kizuna.sensors.reach import pieces, within
from kizuna.world.flights import Flights

Outages = Mapping[str, Sequence[tuple[float, float]]]
"""Times from and to which sensors are silent, by name, seconds since 1970-01-01 UTC."""

_LOOKS: Final = {"radar": radar.observe, "bearing": passive.observe, "position": adsb.observe}
_MEASURED: Final = (
    *("range_m", "azimuth_deg", "elevation_deg", "range_rate_mps", "lat_deg", "lon_deg", "alt_m"),
)


def observe(
    flights: Flights,
    sensors: Sensors,
    start_s: float,
    end_s: float,
    seed: int,
    outages: Outages | None = None,
) -> Detections:
    """What all sensors report from one time to before another, in order of time.

    What a sensor reports of an object depends on the seed, on both their names and on the object's path
    alone: neither another sensor, nor another object, nor the window of time changes it. (Objects nearby do,
    for a radar that doesn't resolve them: `kizuna.sensors.unresolved`.) So windows one after
    the other give together what one window over all of them gives. Reports at the same time are in the order
    of the sensors in their table, then of the objects, clutter last.

    Parameters
    ----------
    flights
        The paths of all objects.
    sensors
        The sensors.
    start_s, end_s
        The window, seconds since 1970-01-01 UTC.
    seed
        The seed of the exercise.
    outages
        When sensors are silent.
    """
    parts, reports = pieces(flights, start_s, end_s), []
    for row in range(len(sensors)):
        sensor = Sensor.of(sensors, row, seed)
        if sensor.kind == "radar" and unresolved.limits(sensor):
            seen = unresolved.observe(flights, sensor, start_s, end_s, seed)
        else:
            seen = _LOOKS[sensor.kind](flights, sensor, within(parts, sensor), seed)
        both = Plots.join([seen, clutter.observe(sensor, start_s, end_s, seed)])
        reports.append(_without(both, (outages or {}).get(sensor.name, ())))
    return _table(flights, sensors, reports)


def _without(plots: Plots, silences: Sequence[tuple[float, float]]) -> Plots:
    for begin, end in silences:
        plots = plots.take((plots.time < begin) | (plots.time >= end))
    return plots


def _table(flights: Flights, sensors: Sensors, reports: Sequence[Plots]) -> Detections:
    """One table of all reports, sorted."""
    plots = Plots.join(reports)
    row = np.repeat(np.arange(len(reports)), [len(part) for part in reports])
    # Clutter has no object; it comes after all that have one.
    rank = np.where(plots.object < 0, len(flights), plots.object)
    order = np.lexsort((rank, row, plots.time))
    plots, row = plots.take(order), row[order]
    identities = Labels.of([*flights.identities, None])
    return Detections(
        time=plots.time,
        sensor=Labels.of(sensors.sensor.values()).take(row),
        kind=Labels.of(sensors.kind.values()).take(row),
        identity=identities.take(np.where(plots.identified, plots.object, -1)),
        object=Labels(plots.object.astype(np.int32), flights.names),
        **{name: getattr(plots, name) for name in _MEASURED},
    )
