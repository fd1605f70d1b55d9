"""How many aircraft, and how many ghosts, a tracker makes of bearings from two and three sites."""

import sys
from pathlib import Path
from typing import get_args

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.tracking.follow import follow
from tests.tracking.sky import Sky, ears, listen
from tests.tracking.test_bearings import on_the_map

from kizuna.tracking.course import Associator

TIMES_S = [60.0, 90.0, 120.0, 180.0]
SCENES = ((3, 2, np.nan, 10), (3, 2, 0.3, 10), (3, 3, np.nan, 10), (10, 3, np.nan, 3), (10, 3, 0.3, 3))
"""Aircraft, sites, standard deviation of elevations in degrees, skies."""


def main() -> None:
    """Print a table; found and ghosts at the last time, NEES (3 is right) over all."""
    print("| aircraft | sites | elevation | associator | found | ghosts | NEES |")
    print("|---:|---:|---|---|---:|---:|---:|")
    for count, sites, elevation, skies in SCENES:
        for associator in get_args(Associator):
            found, ghosts, squares = 0, 0, []
            for seed in range(skies):
                sky, sensors = Sky.of(count, seed + 20), ears(sites, sigma_elevation_deg=elevation)
                detections = listen(sky, sensors, 185.0, seed)
                pictures = follow(sensors, detections, TIMES_S, associator=associator)
                seen = [on_the_map(sky, tracks, t) for tracks, t in zip(pictures, TIMES_S, strict=True)]
                squares += [square for _, square, _ in seen]
                found, ghosts = found + len(seen[-1][0]), ghosts + seen[-1][2]
            told = "no" if np.isnan(elevation) else f"{elevation:g}°"
            print(
                f"| {count} | {sites} | {told} | {associator} | {found / skies:.1f} | {ghosts / skies:.1f} "
                f"| {np.concatenate(squares).mean():.1f} |"
            )


if __name__ == "__main__":
    main()
