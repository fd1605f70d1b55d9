"""Measure how accurate tracks are, beside Stone Soup on the same plots, in families of small scenes.

    python benchmarks/track_accuracy.py            # 30 seeds of each family: an hour or two of Stone Soup
    python benchmarks/track_accuracy.py --quick    # Kizuna alone, two seeds: does it run?

The scenes are those of `families.py`, Stone Soup's set-up that of `stonesoup_best.py` and `recipes.py`. All
trackers get the same plots and the same figures of the sensors; Stone Soup gets the plots in order where they
come disordered, and its numbers tuned for each family. One code scores all (`gospa.py`, `scores.py`), at the
same times, the beginning included. Results are kept in a file, so that a run that was interrupted goes on,
and one after a change of Kizuna only tracks with Kizuna again.
"""

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

# Matrices of 6x6: threads only cost time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import numpy as np
from scipy.stats import chi2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.families import FAMILIES
from benchmarks.runs import KIZUNA, STONE_SOUP, TRACKERS, fingerprint, run
from benchmarks.scores import Scores

Key = tuple[str, int, str]
"""Family, seed, tracker."""
BAND = 0.95


class Kept:
    """Results of earlier runs in a file of lines, each with what it holds for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: dict[tuple, Scores] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                *key, scores = json.loads(line)
                self._lines[tuple(key)] = Scores(**scores)

    def get(self, key: Key) -> Scores | None:
        """The result, if it still holds."""
        return self._lines.get((*key, fingerprint(key[0], key[2])))

    def add(self, key: Key, scores: Scores) -> None:
        """Keep one more."""
        whole = (*key, fingerprint(key[0], key[2]))
        self._lines[whole] = scores
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([*whole, asdict(scores)]) + "\n")


def measure(keys: list[Key], kept: Kept, processes: int) -> dict[Key, Scores]:
    """Results of all runs, those that are not kept yet in so many processes."""
    found = {key: kept.get(key) for key in keys}
    missing = [key for key, scores in found.items() if scores is None]
    with ProcessPoolExecutor(processes) as pool:
        waiting = {pool.submit(run, *key): key for key in missing}
        for count, done in enumerate(as_completed(waiting), 1):
            key = waiting[done]
            found[key] = done.result()
            kept.add(key, found[key])
            print(f"\r{count:,} of {len(missing):,} runs", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return found


def table(found: dict[Key, Scores]) -> str:
    """All families and trackers as Markdown."""
    heading = "| family | tracker | seeds | GOSPA | of Stone Soup's best | RMSE | missed | false | OSPA(2) "
    heading += "| switches in a run | NEES of 6 |"
    lines = [heading, "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for family in dict.fromkeys(key[0] for key in found):
        rows = {
            tracker: {
                key[1]: scores for key, scores in found.items() if (key[0], key[2]) == (family, tracker)
            }
            for tracker in TRACKERS
        }
        rows = {tracker: each for tracker, each in rows.items() if each}
        for tracker, each in rows.items():
            ratios = [_ratio(each, rows[peer]) for peer in STONE_SOUP if tracker in KIZUNA and peer in rows]
            ratio = f"{max(ratios):.2f}" if ratios else ""
            lines.append(_line(family, tracker, list(each.values()), ratio))
    return "\n".join(lines)


def _ratio(each: dict[int, Scores], peer: dict[int, Scores]) -> float:
    """Of mean GOSPA over the seeds that both have."""
    both = each.keys() & peer.keys()
    ours, theirs = ([made[seed] for seed in sorted(both)] for made in (each, peer))
    return _mean(ours, "gospa_m") / _mean(theirs, "gospa_m")


def _line(family: str, tracker: str, each: list[Scores], ratio: str) -> str:
    numbers = [
        f"{_mean(each, 'gospa_m'):,.0f} m",
        ratio,
        f"{_mean(each, 'localisation_m'):,.0f} m",
        f"{_mean(each, 'missed'):.2f}",
        f"{_mean(each, 'false'):.2f}",
        f"{_mean(each, 'ospa2_m'):,.0f} m",
        f"{_mean(each, 'switches'):.2f}",
        _nees(each),
    ]
    return f"| {family} | {tracker} | {len(each)} | " + " | ".join(numbers) + " |"


def _mean(each: list[Scores], name: str) -> float:
    return float(np.mean([getattr(scores, name) for scores in each]))


def _nees(each: list[Scores]) -> str:
    """Mean NEES, and whether it is in the band for as many independent samples as there are objects.

    Pictures of one object have much of their errors in common, so they count as one sample (Bar-Shalom, Li,
    Kirubarajan 2001, 5.4.2, averages over runs).
    """
    mean = sum(scores.nees for scores in each) / max(sum(scores.pairs for scores in each), 1)
    count = sum(scores.objects for scores in each)
    low, high = chi2.ppf([0.5 - BAND / 2.0, 0.5 + BAND / 2.0], 6 * count) / count
    return f"{mean:.1f}, " + ("below" if mean < low else "above" if mean > high else "inside")


def main() -> None:
    """Measure what is not kept yet; print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="Kizuna alone, two seeds of each family")
    parser.add_argument("--families", nargs="+", choices=list(FAMILIES), default=list(FAMILIES))
    parser.add_argument("--trackers", nargs="+", choices=TRACKERS, default=TRACKERS)
    parser.add_argument("--seeds", type=int, default=30, help="of each family")
    parser.add_argument("--peer-seeds", type=int, help="for Stone Soup, which takes long; default: as many")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=min(os.cpu_count() or 1, 8))
    parser.add_argument(
        "--kept", type=Path, default=Path("out/accuracy.jsonl"), help="where results are kept"
    )
    given = parser.parse_args()
    if given.quick:
        given.seeds, given.trackers = 2, list(KIZUNA)
    peer_seeds = given.seeds if given.peer_seeds is None else min(given.peer_seeds, given.seeds)
    keys = [
        (family, given.first_seed + k, tracker)
        for k in range(given.seeds)
        for family in given.families
        for tracker in given.trackers
        if tracker in KIZUNA or k < peer_seeds
    ]
    print(table(measure(keys, Kept(given.kept), given.processes)))


if __name__ == "__main__":
    main()
