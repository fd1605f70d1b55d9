"""A small sky: aircraft on straight level paths, and radars that turn and see them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kizuna.geo.frames import ecef_to_aer, geodetic_to_ecef
from kizuna.geo.geodesic import destination
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors

START_S = 1_750_000_000.0


@dataclass(frozen=True)
class Sky:
    """Aircraft that keep their course, speed and height."""

    lat_deg: np.ndarray
    lon_deg: np.ndarray
    alt_m: np.ndarray
    course_deg: np.ndarray
    speed_mps: np.ndarray

    @classmethod
    def of(cls, count, seed, centre=(48.0, 9.0), width_m=200e3):
        """Aircraft spread evenly over a disc."""
        random = np.random.default_rng(seed)
        away = 0.5 * width_m * np.sqrt(random.random(count))
        lat, lon = destination(*centre, random.uniform(0, 360, count), away)
        alt, course = random.uniform(8e3, 12e3, count), random.uniform(0, 360, count)
        return cls(lat, lon, alt, course, random.uniform(150, 270, count))

    def geodetic(self, objects, since_start_s):
        """Latitude, longitude, height of objects (M,) at times (M,)."""
        lat, lon = destination(
            self.lat_deg[objects],
            self.lon_deg[objects],
            self.course_deg[objects],
            self.speed_mps[objects] * since_start_s,
        )
        return lat, lon, self.alt_m[objects]

    def places(self, time_s):
        """ECEF places of all objects at one time."""
        every = np.arange(len(self.lat_deg))
        return geodetic_to_ecef(*self.geodetic(every, np.full(len(every), time_s - START_S)))


def radars(count=3, centre=(48.0, 9.0), apart_m=80e3, **columns):
    """3-D radars on a circle about a place; any column may be given for all of them."""
    lat, lon = destination(*centre, 360.0 * np.arange(count) / count + 20.0, apart_m)
    made = {
        "sensor": [f"radar{k}" for k in range(count)],
        "nation": ["XYZ"] * count,
        "kind": ["radar"] * count,
        "lat_deg": lat,
        "lon_deg": lon,
        "alt_m": np.full(count, 300.0),
        "period_s": np.resize([4.0, 5.0, 6.0], count),
    }
    usual = {
        "sigma_range_m": 50.0,
        "sigma_azimuth_deg": 0.1,
        "sigma_elevation_deg": 0.1,
        "max_range_m": 300e3,
        "pd": 0.9,
        "clutter_per_scan": 5.0,
    }
    for name, value in (usual | columns).items():
        made[name] = np.broadcast_to(np.asarray(value, dtype=np.float64), count)
    return Sensors.of(**made)


def watch(sky, sensors, duration_s, seed, identities=None, until_s=None):
    """Plots as the beams pass, and clutter; `until_s` (N,) ends the plots of each object."""
    random = np.random.default_rng(seed)
    parts = [_plots(sky, sensors, row, duration_s, random) for row in range(len(sensors))]
    parts += [_clutter(sensors, row, duration_s, random) for row in range(len(sensors))]
    made = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    keep = np.ones(len(made["time"]), dtype=bool)
    if until_s is not None:
        real = made["object"] >= 0
        keep[real] = made["time"][real] < until_s[made["object"][real]]
    order = np.flatnonzero(keep)[np.argsort(made["time"][keep], kind="stable")]
    made = {name: column[order] for name, column in made.items()}
    objects, sensor = made.pop("object"), made.pop("sensor")
    if identities is not None:
        said = [identities[k] if k >= 0 else None for k in objects]
        made["identity"] = Labels.of(said)
    made["time"] = made["time"] + START_S
    return Detections.of(
        sensor=Labels(sensor.astype(np.int32), tuple(sensors.sensor.values())),
        kind=Labels.constant("radar", len(order)),
        object=Labels(objects.astype(np.int32), tuple(f"object{k}" for k in range(len(sky.lat_deg)))),
        **made,
    )


def _plots(sky, sensors, row, duration_s, random):
    period, count = sensors.period_s[row], len(sky.lat_deg)
    scans = np.arange(int(np.ceil(duration_s / period)))
    objects, scan = np.tile(np.arange(count), len(scans)), np.repeat(scans, count)
    site = (sensors.lat_deg[row], sensors.lon_deg[row], sensors.alt_m[row])
    time = scan * period
    azimuth, _, _ = ecef_to_aer(geodetic_to_ecef(*sky.geodetic(objects, time)), *site)
    time = time + azimuth / 360.0 * period
    lat, lon, alt = sky.geodetic(objects, time)
    azimuth, elevation, distance = ecef_to_aer(geodetic_to_ecef(lat, lon, alt), *site)
    seen = random.random(len(time)) < sensors.pd[row]
    seen &= (distance < sensors.max_range_m[row]) & (time < duration_s)
    noise = random.normal(size=(4, len(time)))
    azimuth = (azimuth + sensors.sigma_azimuth_deg[row] * noise[1]) % 360.0
    made = {
        "time": time,
        "sensor": np.full(len(time), row),
        "object": objects,
        "range_m": distance + sensors.sigma_range_m[row] * noise[0],
        "azimuth_deg": azimuth,
        "elevation_deg": elevation + sensors.sigma_elevation_deg[row] * noise[2],
        "alt_m": alt + sensors.sigma_altitude_m[row] * noise[3],
    }
    return {name: column[seen] for name, column in made.items()}


def _clutter(sensors, row, duration_s, random):
    scans = duration_s / sensors.period_s[row]
    count = random.poisson(sensors.clutter_per_scan[row] * scans)
    flat = np.isnan(sensors.sigma_elevation_deg[row])
    distance = sensors.max_range_m[row] * np.sqrt(random.random(count))
    # Between 0 and 12 km over a plane, which is near enough for clutter.
    elevation = np.degrees(np.arctan2(random.uniform(0.0, 12e3, count), distance))
    return {
        "time": random.uniform(0.0, duration_s, count),
        "sensor": np.full(count, row),
        "object": np.full(count, -1),
        "range_m": distance + 1.0,
        "azimuth_deg": random.uniform(0.0, 360.0, count),
        "elevation_deg": np.full(count, np.nan) if flat else elevation,
        "alt_m": np.full(count, np.nan),
    }


def patch(sensors, centre, width_m, times, duration_s, seed):
    """False plots over a square on the ground, so many times as dense as the radars' clutter is elsewhere."""
    random, parts = np.random.default_rng([seed, 1]), []
    for row in range(len(sensors)):
        elsewhere = sensors.clutter_per_scan[row] / (np.pi * sensors.max_range_m[row] ** 2)
        scans = duration_s / sensors.period_s[row]
        count = random.poisson(times * elsewhere * width_m**2 * scans)
        lat, lon = destination(*centre, 0.0, random.uniform(-0.5, 0.5, count) * width_m)
        lat, lon = destination(lat, lon, 90.0, random.uniform(-0.5, 0.5, count) * width_m)
        site = (sensors.lat_deg[row], sensors.lon_deg[row], sensors.alt_m[row])
        there = geodetic_to_ecef(lat, lon, random.uniform(0.0, 12e3, count))
        azimuth, elevation, distance = ecef_to_aer(there, *site)
        time = random.uniform(0.0, duration_s, count)
        parts.append([time, np.full(count, row), distance, azimuth % 360.0, elevation])
    time, sensor, distance, azimuth, elevation = map(np.concatenate, zip(*parts, strict=True))
    order = np.argsort(time, kind="stable")
    return Detections.of(
        time=START_S + time[order],
        sensor=Labels(sensor[order].astype(np.int32), tuple(sensors.sensor.values())),
        kind=Labels.constant("radar", len(order)),
        range_m=distance[order],
        azimuth_deg=azimuth[order],
        elevation_deg=elevation[order],
    )


def worn(plots, near_m, share, seed):
    """The plots of which, beyond a range, only a share came; clutter comes from anywhere."""
    kept = np.random.default_rng([seed, 2]).random(len(plots)) < share
    return plots.take((plots.range_m < near_m) | plots.object.missing() | kept)


def receiver(sigma_m=30.0, name="adsb", **columns):
    """An ADS-B receiver that hears everywhere once a second."""
    usual = {"period_s": 1.0, "sigma_position_m": sigma_m, "sigma_altitude_m": sigma_m, "pd": 0.95}
    numbers = {key: np.array([value]) for key, value in (usual | columns).items()}
    return Sensors.of(sensor=[name], nation=["XYZ"], kind=["position"], **numbers)


def hear(sky, sensors, duration_s, seed, identities=None):
    """Position reports once a period, each aircraft at a moment of its own, in order of time."""
    random = np.random.default_rng(seed)
    count, period = len(sky.lat_deg), sensors.period_s[0]
    ticks = np.arange(int(duration_s / period))
    objects = np.tile(np.arange(count), len(ticks))
    time = (np.repeat(ticks, count) + np.tile(random.random(count), len(ticks))) * period
    heard = np.flatnonzero(random.random(len(time)) < sensors.pd[0])
    heard = heard[np.argsort(time[heard], kind="stable")]
    objects, time = objects[heard], time[heard]
    lat, lon, alt = sky.geodetic(objects, time)
    noise = random.normal(size=(3, len(time)))
    lat, lon = destination(lat, lon, 0.0, sensors.sigma_position_m[0] * noise[0])
    lat, lon = destination(lat, lon, 90.0, sensors.sigma_position_m[0] * noise[1])
    said = {} if identities is None else {"identity": Labels.of([identities[k] for k in objects])}
    return Detections.of(
        time=START_S + time,
        sensor=Labels.constant(sensors.sensor.values()[0], len(time)),
        kind=Labels.constant("position", len(time)),
        lat_deg=lat,
        lon_deg=lon,
        alt_m=alt + sensors.sigma_altitude_m[0] * noise[2],
        object=Labels(objects.astype(np.int32), tuple(f"object{k}" for k in range(count))),
        **said,
    )


def ears(count=2, centre=(48.0, 9.0), apart_m=80e3, **columns):
    """Bearing sensors on a circle about a place; any column may be given for all of them."""
    lat, lon = destination(*centre, 360.0 * np.arange(count) / count + 20.0, apart_m)
    usual = {
        "alt_m": 300.0,
        "sigma_azimuth_deg": 0.3,
        "sigma_elevation_deg": 0.3,
        "max_range_m": 300e3,
        "period_s": 4.0,
        "pd": 0.9,
        "clutter_per_scan": 0.0,
    }
    numbers = {
        name: np.broadcast_to(np.asarray(value, dtype=np.float64), count)
        for name, value in (usual | columns).items()
    }
    names, kinds = [f"ear{k}" for k in range(count)], ["bearing"] * count
    return Sensors.of(sensor=names, nation=["XYZ"] * count, kind=kinds, lat_deg=lat, lon_deg=lon, **numbers)


def listen(sky, sensors, duration_s, seed):
    """Bearings of all aircraft at once, each sensor at moments of its own."""
    random = np.random.default_rng(seed)
    count, parts = len(sky.lat_deg), []
    for row in range(len(sensors)):
        frames = np.arange(random.random() * sensors.period_s[row], duration_s, sensors.period_s[row])
        objects, time = np.tile(np.arange(count), len(frames)), np.repeat(frames, count)
        site = (sensors.lat_deg[row], sensors.lon_deg[row], sensors.alt_m[row])
        azimuth, elevation, distance = ecef_to_aer(geodetic_to_ecef(*sky.geodetic(objects, time)), *site)
        seen = (random.random(len(time)) < sensors.pd[row]) & (distance < sensors.max_range_m[row])
        azimuth = azimuth + sensors.sigma_azimuth_deg[row] * random.normal(size=len(time))
        elevation = elevation + sensors.sigma_elevation_deg[row] * random.normal(size=len(time))
        sensor = np.full(len(time), row)
        parts.append([part[seen] for part in (time, sensor, azimuth % 360.0, elevation, objects)])
    time, sensor, azimuth, elevation, objects = map(np.concatenate, zip(*parts, strict=True))
    order = np.argsort(time, kind="stable")
    return Detections.of(
        time=START_S + time[order],
        sensor=Labels(sensor[order].astype(np.int32), tuple(sensors.sensor.values())),
        kind=Labels.constant("bearing", len(order)),
        azimuth_deg=azimuth[order],
        elevation_deg=elevation[order],
        object=Labels(objects[order].astype(np.int32), tuple(f"object{k}" for k in range(count))),
    )


def together(*parts):
    """Detections of several sources as one stream, in order of time."""
    joined = Detections.join(list(parts))
    return joined.take(np.argsort(joined.time, kind="stable"))


def cut(detections, times_s):
    """The detections cut into pieces: up to and including each time, and the rest."""
    edges = [0, *np.searchsorted(detections.time, times_s, side="right").tolist(), len(detections)]
    return [detections.take(slice(first, last)) for first, last in pairwise(edges)]


def places(tracks):
    """ECEF places of tracks."""
    return geodetic_to_ecef(tracks.lat_deg, tracks.lon_deg, tracks.alt_m)
