"""What the tracker is to reach, and what it reaches: the second table of `track_speed.py`."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scenes import Options, radars_for, write_scene

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Goal:
    """One line of the table."""

    what: str
    reached: float
    to_reach: float
    at_least: bool = True

    def line(self) -> str:
        """As Markdown."""
        met = self.reached >= self.to_reach if self.at_least else self.reached <= self.to_reach
        bound = "at least" if self.at_least else "at most"
        return (
            f"| {self.what} | {number(self.reached)} | {bound} {number(self.to_reach)} "
            f"| {'yes' if met else 'no'} |"
        )


def number(value: float) -> str:
    """Three digits, or whole."""
    return f"{value:,.0f}" if value >= 100.0 else f"{value:.2f}"


def table(goals: list[Goal]) -> str:
    """The lines as Markdown."""
    return "\n".join(
        ["| what | reached | to reach | met |", "|---|---:|---:|---|", *(goal.line() for goal in goals)]
    )


class Bench:
    """Measures scenes in processes of their own.

    Parameters
    ----------
    scratch
        Folder for scenes.
    repeats, seed
        Runs of each configuration, of which the median counts; seed of the scenes.
    processor_time
        Whether to take the processor's time instead of the clock's, for machines that do something else too.
        Of two cores it says nothing.
    """

    def __init__(self, scratch: Path, repeats: int, seed: int, *, processor_time: bool) -> None:
        self._scratch, self._repeats, self._seed = scratch, repeats, seed
        self._clock = "processor_s" if processor_time else "wall_s"

    def scene(self, objects: int, duration_s: float) -> Path:
        """Folder of a scene, made if need be."""
        folder = self._scratch / f"{objects}-{duration_s:g}"
        if not folder.exists():
            write_scene(
                Options(objects=objects, radars=radars_for(objects), duration_s=duration_s, seed=self._seed),
                folder,
            )
        return folder

    def figures(self, scene: Path, *options: str) -> dict:
        """What `track_once.py` prints."""
        command = [sys.executable, str(HERE / "track_once.py"), str(scene), "--repeats", str(self._repeats)]
        done = subprocess.run([*command, *options], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def seconds(self, scene: Path, *options: str) -> float:
        """Median time of a detection, s."""
        figures = self.figures(scene, *options)
        return statistics.median(figures[self._clock]) / figures["detections"]


def goals(bench: Bench, sizes: tuple[int, int, int], durations_s: tuple[float, float]) -> list[Goal]:
    """The goals but for those beside Stone Soup.

    Parameters
    ----------
    bench
        What measures.
    sizes
        Objects of the usual scene, of the one for two cores, and of the largest.
    durations_s
        Length of the usual scenes, and of the largest; its cost is held against a usual one as short.
    """
    usual, busy, largest = sizes
    scene = bench.scene(usual, durations_s[0])
    per_s: Callable[..., float] = lambda *options: 1.0 / bench.seconds(scene, *options)  # noqa: E731
    made = [
        Goal(f"detections/s, {usual:,} objects, one model", per_s("--motion", "steady"), 1_000_000),
        Goal("the same, three models that interact", per_s("--motion", "three"), 300_000),
        Goal("the same, `--associator bp`", per_s("--associator", "bp"), 200_000),
    ]
    memory = bench.figures(scene, "--motion", "three", "--memory")["bytes_a_track"]
    made.append(Goal("bytes for each live track, three models", memory, 2_000, at_least=False))
    short = bench.seconds(scene, "--motion", "steady", "--until", str(durations_s[1]))
    large = bench.seconds(bench.scene(largest, durations_s[1]), "--motion", "steady")
    made.append(
        Goal(f"cost of a detection at {largest:,} objects over {usual:,}", large / short, 1.5, at_least=False)
    )
    scene = bench.scene(busy, durations_s[0])
    one, two = (bench.seconds(scene, "--motion", "steady", "--cores", cores) for cores in "12")
    made.append(Goal(f"two cores over one, {busy:,} objects", one / two, 1.7))
    return made
