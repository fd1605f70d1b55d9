"""Read the positions that a score needs, at the times of pictures, out of truth and tracks."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pymap3d
from benchmarks.gospa import Pictures


def truth_at(truth: pa.Table, times_s: list[float]) -> Pictures:
    """Where all objects are at these times, by straight lines in ECEF between the rows of the truth.

    With a row a second, a turn of 15 m/s² leaves the straight line by less than 2 m.
    """
    objects = len(pc.unique(truth["object"]))
    rows = truth["time"].to_numpy().reshape(-1, objects)[:, 0]
    place = np.column_stack(
        pymap3d.geodetic2ecef(*(truth[name].to_numpy() for name in ("lat_deg", "lon_deg", "alt_m")))
    ).reshape(-1, objects, 3)
    there = {}
    for time_s in times_s:
        before = int(np.clip(np.searchsorted(rows, time_s, side="right") - 1, 0, len(rows) - 2))
        share = (time_s - rows[before]) / (rows[before + 1] - rows[before])
        there[time_s] = (1.0 - share) * place[before] + share * place[before + 1]
    return there


def tracks_at(tracks: Path, times_s: list[float]) -> Pictures:
    """Positions of the confirmed and coasted tracks of a tracks file at the times of its pictures."""
    data = pq.read_table(tracks, columns=["time", "lat_deg", "lon_deg", "alt_m", "status"])
    data = data.filter(pc.not_equal(data["status"].cast(pa.string()), "tentative"))
    place = np.column_stack(
        pymap3d.geodetic2ecef(*(data[name].to_numpy() for name in ("lat_deg", "lon_deg", "alt_m")))
    ).reshape(-1, 3)
    when = data["time"].to_numpy()
    # Pictures may be empty, and their times differ from the asked ones in the last bits.
    return {time_s: place[np.abs(when - time_s) < 1e-3] for time_s in times_s}
