"""Truth at regular times: where every object of the world is, as rows of the truth table."""

import numpy as np

from kizuna.geo.frames import ecef_to_geodetic
from kizuna.messages.columns import Labels
from kizuna.messages.truth import Truth
from kizuna.shapes import Float, FloatN, FloatNx3, IntN
from kizuna.world.flights import Flights


def sample(flights: Flights, times_s: FloatN) -> Truth:
    """Every object that is there at each of some times, in order of time and then of object.

    Parameters
    ----------
    flights
        The paths of all objects.
    times_s
        Times in rising order, seconds since 1970-01-01 UTC: (T,). The first and the last moment of a span
        belong to it.
    """
    times = np.asarray(times_s, dtype=np.float64)
    objects, starts, ends = flights.spans()
    begin, end = np.searchsorted(times, starts, side="left"), np.searchsorted(times, ends, side="right")
    counts = end - begin
    before = np.cumsum(counts) - counts
    row_time = np.arange(int(counts.sum())) - np.repeat(before - begin, counts)
    row_object = np.repeat(objects, counts)
    position, velocity = flights.state(row_object, times[row_time])
    # Evaluated object by object, which is fastest; the table is sorted by time.
    order = np.lexsort((row_object, row_time))
    row_object, row_time = row_object[order], row_time[order]
    position, velocity = position[order], velocity[order]
    lat, lon, alt = ecef_to_geodetic(position)
    east, north, up = to_enu(velocity, lat, lon)
    return Truth(
        time=times[row_time],
        object=Labels(row_object.astype(np.int32), flights.names),
        kind=of_objects(flights.kinds, row_object),
        nation=of_objects(flights.nations, row_object),
        lat_deg=lat,
        lon_deg=lon,
        alt_m=alt,
        ve_mps=east,
        vn_mps=north,
        vu_mps=up,
    )


def of_objects(texts: tuple[str | None, ...], objects: IntN) -> Labels:
    """The text that belongs to the object of each row: names (O,), objects (N,) with -1 for none -> (N,)."""
    each = Labels.of([*texts, None])
    return each.take(objects)


def to_enu(vectors: FloatNx3, lat_deg: FloatN, lon_deg: FloatN) -> tuple[FloatN, FloatN, FloatN]:
    """East, north and up parts, each (N,), of ECEF vectors (N, 3) at places (N,) in degrees."""
    sin_lat, cos_lat = _sin_cos(lat_deg)
    sin_lon, cos_lon = _sin_cos(lon_deg)
    x, y, z = vectors[:, 0], vectors[:, 1], vectors[:, 2]
    outward = cos_lon * x + sin_lon * y
    return cos_lon * y - sin_lon * x, cos_lat * z - sin_lat * outward, cos_lat * outward + sin_lat * z


def _sin_cos(angle_deg: FloatN) -> tuple[Float, Float]:
    angle = np.radians(angle_deg)
    return np.sin(angle), np.cos(angle)
