"""What sharing plots brings: aircraft side by side under radars that don't tell them apart.

    python benchmarks/unresolved.py            # the table, two minutes
    python benchmarks/unresolved.py --quick    # does it run?

Twelve pairs of aircraft close up from 6 km, fly side by side for four minutes, and part again
(`tests/tracking/formation.py`), 40 to 120 km from one radar or in sight of three that turn in 4, 5 and 6 s;
50 m, 0.1° and 0.1° good, pd 0.9, five false plots a scan. The radars resolve 300 m and 1.5°. The tracker is
told so, or not. Missing are aircraft without a track of their own while they are together (tracks are given
to aircraft one to one, within 2 km), lost those that come out of it without either number of their pair;
false are tracks that are nobody's, in a picture.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.tracking.follow import follow
from tests.tracking.formation import DURATION_S, PARTED_S, TOGETHER_S, formation, found, plots
from tests.tracking.sky import radars

PAIRS, SEEDS, EVERY_S, FIRST_S = 12, 6, 10.0, 30.0
SCENES = [(1, 100.0), (1, 300.0), (1, 1_000.0), (3, 100.0), (3, 300.0), (3, 1_000.0)]


def measured(count: int, beside_m: float, tell: bool, seed: int) -> list[float]:
    """Aircraft missing while they are together, aircraft that lost their numbers, false tracks."""
    sensors = radars(count, apart_m=80e3 if count > 1 else 1.0, resolution_range_m=300.0)
    sensors = replace(sensors, resolution_azimuth_deg=np.full(count, 1.5))
    places, flights = formation(PAIRS, beside_m, seed)
    seen = plots(flights, sensors, seed)
    nothing = np.full(count, np.nan)
    told = sensors if tell else replace(sensors, resolution_range_m=nothing, resolution_azimuth_deg=nothing)
    when = np.arange(EVERY_S, DURATION_S + 1.0, EVERY_S)
    pictures = follow(told, seen, when)
    numbers = np.array([found(places, tracks, t) for tracks, t in zip(pictures, when, strict=True)])
    together = (when > TOGETHER_S) & (when < PARTED_S)
    late = when > FIRST_S
    missing = np.count_nonzero(numbers[together] < 0, axis=1).mean()
    before, after = numbers[np.flatnonzero(late)[0]], numbers[-1]
    pair = np.arange(2 * PAIRS) // 2
    lost = sum(after[k] < 0 or after[k] not in before[pair == pair[k]] for k in range(2 * PAIRS))
    extra = [len(t) - np.count_nonzero(n >= 0) for t, n in zip(pictures, numbers, strict=True)]
    return [missing, lost, float(np.mean(np.array(extra)[late]))]


def main() -> None:
    """Print a table: means over seeds, of 24 aircraft."""
    quick = "--quick" in sys.argv
    print("| radars | side by side, m | told | missing | lost | false |")
    print("|---:|---:|---|---:|---:|---:|")
    for count, beside_m in SCENES[:1] if quick else SCENES:
        for tell in (False, True):
            rows = [measured(count, beside_m, tell, seed) for seed in range(1 if quick else SEEDS)]
            missing, lost, false = np.mean(rows, axis=0)
            print(f"| {count} | {beside_m:.0f} | {'yes' if tell else 'no'} | ", end="")
            print(f"{missing:.2f} | {lost:.2f} | {false:.2f} |")


if __name__ == "__main__":
    main()
