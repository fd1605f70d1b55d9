"""How fast directions of Sun and Earth are worked out, and maps of light for a year of hours."""

import time

import numba
import numpy as np

from kizuna.geo.time import parse_utc
from kizuna.lunar.ephemeris import load_ephemeris
from kizuna.lunar.horizon import horizon_map
from kizuna.lunar.lightmap import light_sum
from kizuna.lunar.synthetic import synthetic_terrain

ROWS = 100
"""Of a map of 1,000 × 1,000 cells this many rows are timed, to spare memory; each row is the same work."""


def main() -> None:
    """Time 100,000 directions of both bodies, and a year of hours over a map, on one thread and on two."""
    ephemeris = load_ephemeris()
    times = parse_utc("2028-01-01") + np.linspace(0.0, 6 * 365 * 86_400.0, 100_000)
    ephemeris.sky(times[:10], -89.5, 0.0)
    began_s = time.perf_counter()
    sky = ephemeris.sky(times, -89.5, 0.0)
    sky.sun(-89.5, 0.0)
    sky.earth(-89.5, 0.0)
    print(f"100,000 directions of Sun and Earth: {time.perf_counter() - began_s:.2f} s")
    terrain = synthetic_terrain(1, cells=1000, step_m=20.0, centre_m=(0.0, -15_000.0))
    horizon = horizon_map(terrain, mast_m=2.0, rows=slice(0, ROWS))
    year = parse_utc("2029-01-01") + np.arange(0.0, 8760 * 3600.0, 3600.0)
    light_sum(horizon, ephemeris, year[:10])
    for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
        numba.set_num_threads(threads)
        began_s = time.perf_counter()
        light_sum(horizon, ephemeris, year)
        seconds = (time.perf_counter() - began_s) * 1000 / ROWS
        print(f"{threads} thread(s): a year of hours over 1,000 x 1,000 cells: {seconds:.1f} s")


if __name__ == "__main__":
    main()
