"""One run of the accuracy benchmark: a scene of a family, a tracker, its scores."""

import hashlib
import json
from dataclasses import asdict, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import get_args

import numpy as np
from benchmarks.families import FAMILIES, Scene, make
from benchmarks.recipes import OPTIONS, RECIPES
from benchmarks.scenes import START_S
from benchmarks.scores import Picture, Scores, score

from benchmarks import kizuna_runs, stonesoup_best
from kizuna.tracking.course import Associator

ROOT = Path(__file__).resolve().parents[1]
EVERY_S = 4.0
KIZUNA = {f"Kizuna {name}": name for name in get_args(Associator)}
STONE_SOUP = {"Stone Soup GNN": False, "Stone Soup JPDA": True}
TRACKERS = [*KIZUNA, *STONE_SOUP]


def picture_times(scene: Scene) -> list[float]:
    """When pictures are taken, from the beginning on, when no track is confirmed yet."""
    return [START_S + float(t) for t in np.arange(EVERY_S, scene.air.duration_s + 1e-9, EVERY_S)]


def truth_of(scene: Scene, times_s: list[float]) -> list[Picture]:
    """The objects at those times."""
    return [Picture(*scene.truth(time_s)) for time_s in times_s]


def run(family: str, seed: int, tracker: str) -> Scores:
    """Make the scene, track, score."""
    scene = make(family, seed)
    times = picture_times(scene)
    if tracker in STONE_SOUP:
        recipe = replace(RECIPES[family], joint=STONE_SOUP[tracker])
        pictures = stonesoup_best.track(scene, recipe, times)
    else:
        options = OPTIONS.get(family, {})
        pictures = kizuna_runs.track(scene, times, associator=KIZUNA[tracker], **options)
    return score(truth_of(scene, times), pictures, scene.air.cutoff_m)


@cache
def fingerprint(family: str, tracker: str) -> str:
    """Changes when results kept of an earlier run no longer hold: with scene, scoring and tracker."""
    parts = [repr(FAMILIES[family][0]), *(_text(f"benchmarks/{name}.py") for name in SHARED)]
    scene = make(family, 1)
    parts += [str(scene.detections["range_m"].to_numpy()), str(scene.paths.position_m[:, -1])]
    if tracker in STONE_SOUP:
        recipe = json.dumps(asdict(RECIPES[family]))
        parts += [version("stonesoup"), recipe, _text("benchmarks/stonesoup_best.py")]
    else:
        code = (ROOT / "src" / "kizuna").glob("*/*.py")
        rooms = ("kernels", "models", "tracking", "geo")
        parts += [each.read_text(encoding="utf-8") for each in sorted(code) if each.parent.name in rooms]
        parts += [repr(OPTIONS.get(family)), _text("benchmarks/kizuna_runs.py")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


SHARED = ("scores", "gospa")


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
