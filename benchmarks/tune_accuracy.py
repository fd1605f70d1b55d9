"""Find the numbers of `recipes.py`: one after the other, for the lowest GOSPA."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.families import FAMILIES, Scene, make
from benchmarks.runs import picture_times, truth_of
from benchmarks.scores import score
from benchmarks.stonesoup_best import Recipe, track

SEEDS = (10_001, 10_002)
"""None of the table's."""
FAST = {"level_mps": 1_000.0, "vertical_mps": 1_000.0}
STARTS = {
    "manoeuvre": Recipe(level_q=500.0, vertical_q=100.0),
    "clutter": Recipe(points=4, level_q=5.0, hold_s=8.0),
    "ballistic": Recipe(level_q=60.0, vertical_q=60.0, **FAST),
}
TRIED: dict[str, tuple] = {
    "accelerating": (True,),
    "level_q": (5.0, 20.0, 150.0, 1_000.0, 2_000.0),
    "vertical_q": (0.2, 10.0, 100.0),
    "points": (2, 3, 4),
    "gate": (3.0, 5.0),
    "drop_s": (12.0, 16.0),
}
ACCELERATING = {"level_q": (1.0, 10.0, 50.0, 200.0), "vertical_q": (1.0, 10.0, 50.0)}
"""Noise of jerk."""


def mean_gospa_m(scenes: list[Scene], recipe: Recipe) -> float:
    """Over the tuning scenes."""
    each = []
    for scene in scenes:
        times = picture_times(scene)
        each.append(score(truth_of(scene, times), track(scene, recipe, times), scene.air.cutoff_m).gospa_m)
    return float(np.mean(each))


def tune(family: str) -> Recipe:
    """The best recipe of a family, deciding; its sharing twin takes the same numbers."""
    scenes = [make(family, seed) for seed in SEEDS]
    best = STARTS.get(family, Recipe())
    lowest = mean_gospa_m(scenes, best)
    print(f"{family}: {lowest:,.0f} m at first", flush=True)
    for name, usual in TRIED.items():
        if name == "accelerating" and family not in ("manoeuvre", "ballistic"):
            continue
        for value in ACCELERATING.get(name, usual) if best.accelerating else usual:
            if value == getattr(best, name):
                continue
            tried = replace(best, **{name: value})
            if name == "accelerating":
                tried = replace(tried, level_q=10.0, vertical_q=10.0)
            found = mean_gospa_m(scenes, tried)
            print(f"{family}: {name} = {value:g}: {found:,.0f} m", flush=True)
            if found < lowest:
                best, lowest = tried, found
    for lost_m in (1_000.0, 2_000.0, 5_000.0):
        shared = replace(best, joint=True, lost_m=lost_m)
        print(f"{family}: JPDA, lost_m = {lost_m:g}: {mean_gospa_m(scenes, shared):,.0f} m", flush=True)
    return best


def main() -> None:
    """Tune the families that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("families", nargs="*", default=list(FAMILIES), help="default: all")
    for family in parser.parse_args().families:
        print(f"{family}: {tune(family)}", flush=True)


if __name__ == "__main__":
    main()
