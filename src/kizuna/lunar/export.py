"""Plans for other programs: GeoJSON of the way, and CZML on the Moon's ellipsoid for CesiumJS."""

import json
from pathlib import Path

import numpy as np

from kizuna.files import write_text
from kizuna.geo.bodies import MOON
from kizuna.geo.frames import geodetic_to_ecef
from kizuna.geo.time import format_utc
from kizuna.lunar.plan import Plan
from kizuna.lunar.terrain import Terrain
from kizuna.shapes import FloatN


def places_of(
    plan: Plan, stations: dict[str, tuple[float, float]]
) -> tuple[FloatN, dict[str, tuple[float, float]]]:
    """Longitudes of the way, (N,), and longitude and latitude of havens and stations by name, degrees.

    Longitudes lie between -180 and 180, as maps want them.
    """
    named = {f"haven {number + 1}": haven for number, haven in enumerate(plan.havens)} | stations
    points = {name: ((east + 180.0) % 360.0 - 180.0, lat) for name, (lat, east) in named.items()}
    return (plan.lon_deg + 180.0) % 360.0 - 180.0, points


def write_geojson(path: Path | str, plan: Plan, stations: dict[str, tuple[float, float]]) -> None:
    """Write the way as a line and stations and havens as points, latitude and longitude of the Moon.

    Parameters
    ----------
    path, plan
        The file, and what goes into it.
    stations
        Latitude and longitude by name.

    Raises
    ------
    WorkError
        When the file can't be written.
    """
    lon, places = places_of(plan, stations)
    line = {
        "type": "Feature",
        "geometry": {
            "type": "LineString",
            "coordinates": np.column_stack((lon, plan.lat_deg)).round(7).tolist(),
        },
        "properties": {"times": [format_utc(float(time_s)) for time_s in plan.time_s]},
    }
    points = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [*place]},
            "properties": {"name": name},
        }
        for name, place in places.items()
    ]
    name = {"type": "name", "properties": {"name": "urn:ogc:def:crs:IAU::30100"}}
    collection = {"type": "FeatureCollection", "crs": name, "features": [line, *points]}
    write_text(path, json.dumps(collection, separators=(",", ":")) + "\n")


def write_czml(
    path: Path | str, plan: Plan, terrain: Terrain, stations: dict[str, tuple[float, float]]
) -> None:
    """Write the rover over time, and the stations, in the Moon's fixed frame, metres.

    A viewer must set CesiumJS to the Moon (`Cesium.Ellipsoid.default = Cesium.Ellipsoid.MOON`) first.

    Raises
    ------
    WorkError
        When the file can't be written.
    """

    def fixed(lat_deg: object, lon_deg: object) -> list[float]:
        lat, lon = np.atleast_1d(np.asarray(lat_deg)), np.atleast_1d(np.asarray(lon_deg))
        height = terrain.height_at(*terrain.plane.to_plane(lat, lon))
        return [round(float(each), 2) for each in geodetic_to_ecef(lat, lon, height, MOON).ravel()]

    first = format_utc(float(plan.time_s[0]))
    span = f"{first}/{format_utc(float(plan.time_s[-1]))}"
    where = np.array(fixed(plan.lat_deg, plan.lon_deg)).reshape(-1, 3)
    samples = np.column_stack((plan.time_s - plan.time_s[0], where)).round(3)
    packets: list[dict[str, object]] = [
        {"id": "document", "version": "1.0", "clock": {"interval": span, "currentTime": first}},
        {
            "id": "rover",
            "availability": span,
            "position": {"epoch": first, "cartesian": samples.ravel().tolist()},
            "point": {"pixelSize": 10, "color": {"rgba": [255, 180, 0, 255]}},
            "path": {"width": 2, "material": {"solidColor": {"color": {"rgba": [255, 180, 0, 200]}}}},
        },
    ]
    for name, place in stations.items():
        label = {"text": name, "pixelOffset": {"cartesian2": [0, -16]}}
        packets.append(
            {
                "id": f"station {name}",
                "position": {"cartesian": fixed(*place)},
                "point": {"pixelSize": 8},
                "label": label,
            }
        )
    write_text(path, json.dumps(packets, separators=(",", ":")) + "\n")
