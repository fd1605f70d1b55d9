"""How fast the horizon map of 1,000 × 1,000 cells is made, on one core and on two."""

import time

import numba
import numpy as np

from kizuna.lunar.horizon import NEAR_CELLS, REACH_M, sweep_map
from kizuna.lunar.pyramid import build_pyramid
from kizuna.lunar.synthetic import synthetic_terrain

AZIMUTHS = 32
CELLS = 1000


def main() -> None:
    """Time the sweep with one thread and with two, best of three each."""
    terrain = synthetic_terrain(1, cells=CELLS, step_m=20.0, centre_m=(0.0, -15_000.0))
    began_s = time.perf_counter()
    pyramid = build_pyramid(terrain, NEAR_CELLS, REACH_M)
    print(f"pyramid of {len(pyramid.origin)} levels: {time.perf_counter() - began_s:.2f} s")
    sweep_map(pyramid, 2, 2.0)
    rates = []
    for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
        numba.set_num_threads(threads)
        seconds = []
        for _ in range(3):
            began_s = time.perf_counter()
            swept = sweep_map(pyramid, AZIMUTHS, 2.0)
            seconds.append(time.perf_counter() - began_s)
        rates.append(np.prod(swept.units.shape) / min(seconds))
        print(f"{threads} thread(s): {rates[-1] / 1e6:.1f} million cells x azimuths a second")
    print(f"two over one: {rates[1] / rates[0]:.2f}")


if __name__ == "__main__":
    main()
