"""Find the numbers of `stonesoup_peer.Recipe` again: one after the other, for the lowest GOSPA."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.gospa import mean_gospa
from benchmarks.pictures import truth_at
from benchmarks.scenes import Options, make_scene

from benchmarks import stonesoup_peer

SEEDS = (101, 102)
TRIED = {
    "level_q": (10.0, 30.0, 60.0, 120.0, 250.0),
    "vertical_q": (0.1, 1.0, 10.0),
    "points": (2, 3, 4),
    "gate": (3.5, 4.0, 5.0, 6.0),
    "hold_gate": (3.5, 4.0, 5.0),
    "level_mps": (100.0, 150.0, 200.0),
    "vertical_mps": (5.0, 10.0, 20.0),
    "hold_s": (10.0, 15.0, 25.0),
    "drop_s": (15.0, 20.0, 30.0),
    "window_s": (0.5, 1.0, 2.0, 4.0),
}


def main() -> None:
    """Try the values of each number in turn; keep the best."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--until", type=float, default=60.0, help="seconds of each scene")
    until_s = parser.parse_args().until
    scenes = [make_scene(Options(objects=100, seed=seed, duration_s=until_s)) for seed in SEEDS]

    def score(recipe: stonesoup_peer.Recipe) -> float:
        each = []
        for detections, sensors, truth in scenes:
            pictures, _, _ = stonesoup_peer.track(detections, sensors, recipe, every_s=4.0, until_s=until_s)
            each.append(mean_gospa(truth_at(truth, list(pictures)), pictures).metric_m)
        return float(np.mean(each))

    best = stonesoup_peer.Recipe(window_s=1.0, level_q=30.0, vertical_q=1.0, points=3, vertical_mps=10.0)
    lowest = score(best)
    for name, values in TRIED.items():
        for value in values:
            if value != getattr(best, name):
                found = score(replace(best, **{name: value}))
                print(f"{name} = {value:g}: {found:,.0f} m", flush=True)
                if found < lowest:
                    best, lowest = replace(best, **{name: value}), found
        print(f"    {name} = {getattr(best, name):g} stays, {lowest:,.0f} m", flush=True)
    print(best)


if __name__ == "__main__":
    main()
