"""What learning the probability of detection by range brings: a radar that sees worse than it is said to.

    python benchmarks/poor_coverage.py            # the table, a minute
    python benchmarks/poor_coverage.py --quick    # does it run?

Forty airliners fly straight over 400 km for ten minutes under one radar (`tests/tracking/sky.py`) with a
reach of 300 km, a turn in 4 s, ten false plots a scan, and a probability of detection of 0.9. Beyond 120 km
it has less in truth: the radar is worn, or hills stand about it. A tracker believes what is stated, or learns
(`--learn-detection`). False are tracks that are nobody's nearest within 2 km, missed is who has none, both in
a picture after the first two minutes; numbers are those beyond the aircraft's.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.tracking.follow import follow, match
from tests.tracking.sky import Sky, radars, watch, worn

from kizuna.tracking.tracker import Tracker

DURATION_S, EVERY_S, FIRST_S = 600.0, 5.0, 120.0
SHARES, SEEDS, AIRCRAFT = (1.0, 0.7, 0.5, 0.35), 6, 40
NEAR_M = 120e3


def measured(share: float, learn: bool, seed: int) -> list[float]:
    """False tracks, aircraft missed, and numbers beyond the aircraft's."""
    sky = Sky.of(AIRCRAFT, seed, width_m=400e3)
    sensors = radars(1, apart_m=1.0, clutter_per_scan=10.0)
    plots = worn(watch(sky, sensors, DURATION_S, seed), NEAR_M, share, seed)
    when = np.arange(EVERY_S, DURATION_S, EVERY_S)
    pictures = follow(sensors, plots, when, Tracker(sensors, learn_detection=learn))
    seen = [match(sky, tracks, t) for tracks, t in zip(pictures, when, strict=True) if t > FIRST_S]
    missed = [AIRCRAFT - len(np.unique(each.number[each.row >= 0])) for each in seen]
    given = {int(number) for tracks in pictures for number in tracks.track}
    return [float(np.mean([each.false for each in seen])), float(np.mean(missed)), len(given) - AIRCRAFT]


def main() -> None:
    """Print a table: means over pictures and seeds."""
    quick = "--quick" in sys.argv
    print("| in truth | detection is | false | missed | numbers |")
    print("|---:|---|---:|---:|---:|")
    for share in SHARES[:1] if quick else SHARES:
        for learn in (False, True):
            rows = [measured(share, learn, seed) for seed in range(1 if quick else SEEDS)]
            false, missed, numbers = np.mean(rows, axis=0)
            how = "learned" if learn else "told"
            print(f"| {0.9 * share:.2f} | {how} | {false:.2f} | {missed:.2f} | {numbers:.1f} |")


if __name__ == "__main__":
    main()
