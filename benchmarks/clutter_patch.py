"""What learning where clutter is brings: three radars over a patch of ground full of it.

    python benchmarks/clutter_patch.py            # the table, two minutes
    python benchmarks/clutter_patch.py --quick    # does it run?

Thirty airliners fly straight over 200 km for five minutes, under three radars (`tests/tracking/sky.py`) with
so many false plots a scan, evenly over their reach, and ten or a hundred times as dense over a square of 30
km beside the middle: rain, a city, a wind farm. A tracker is told the radars' mean of elsewhere; or that, and
is to learn (`--learn-clutter`); or nothing (`clutter_per_scan` null), so that it learns. False are tracks
that are nobody's nearest within 2 km, missed is who has none, both in a picture; numbers are those beyond the
aircraft's.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.tracking.follow import follow, match
from tests.tracking.sky import Sky, patch, radars, together, watch

from kizuna.tracking.tracker import Tracker

DURATION_S, EVERY_S, FIRST_S = 300.0, 5.0, 60.0
MEANS, TIMES, SEEDS = (5.0, 50.0, 200.0), (10.0, 100.0), 8
AIRCRAFT, CENTRE, WIDTH_M = 30, (48.4, 9.3), 30e3
HOW = ("told", "told, learned", "learned")


def measured(mean: float, times: float, how: str, seed: int) -> list[float]:
    """False tracks in the first minute and later, numbers beyond the aircraft's, and aircraft missed."""
    sky, sensors = Sky.of(AIRCRAFT, seed), radars(clutter_per_scan=mean)
    more = patch(sensors, CENTRE, WIDTH_M, times - 1.0, DURATION_S, seed)
    plots = together(watch(sky, sensors, DURATION_S, seed), more)
    if how == "learned":
        sensors = replace(sensors, clutter_per_scan=np.full(len(sensors), np.nan))
    tracker = Tracker(sensors, learn_clutter=how != "told")
    when = np.arange(EVERY_S, DURATION_S, EVERY_S)
    pictures = follow(sensors, plots, when, tracker)
    seen = [match(sky, tracks, t) for tracks, t in zip(pictures, when, strict=True)]
    false = np.array([each.false for each in seen])
    missed = [AIRCRAFT - len(np.unique(each.number[each.row >= 0])) for each in seen]
    given = {int(number) for tracks in pictures for number in tracks.track}
    early = when <= FIRST_S
    return [false[early].mean(), false[~early].mean(), len(given) - AIRCRAFT, float(np.mean(missed))]


def main() -> None:
    """Print a table: means over pictures and seeds."""
    quick = "--quick" in sys.argv
    print("| false plots | times | clutter is | false, first minute | false, later | numbers | missed |")
    print("|---:|---:|---|---:|---:|---:|---:|")
    for mean in MEANS[:1] if quick else MEANS:
        for times in TIMES:
            for how in HOW:
                rows = [measured(mean, times, how, seed) for seed in range(1 if quick else SEEDS)]
                early, late, numbers, missed = np.mean(rows, axis=0)
                shown = f"{early:.2f} | {late:.2f} | {numbers:.1f} | {missed:.2f}"
                print(f"| {mean:g} | {times:g} | {how} | {shown} |")


if __name__ == "__main__":
    main()
