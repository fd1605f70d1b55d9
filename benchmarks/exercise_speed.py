"""How long one hour of an exercise takes: 5 nodes, 30 sensors, 500 objects, tracks shared by all with all."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
import tempfile
import time
from pathlib import Path

from kizuna.exercise.assemble import play
from kizuna.exercise.stage import asked, set_up

TRILATERAL = Path(__file__).resolve().parents[1] / "examples" / "exercises" / "trilateral.yaml"
GBR = "  - {node: GBR, nation: GBR}\n"
LINK = "  - {{from: HQ, to: {}, delay_s: 0.1, both_ways: true}}\n"
CHANGES = {
    "count: 120\n": "count: 200\n",
    "count: 60\n": "count: 100\n",
    "count: 80\n": "count: 132\n",
    "count: 40\n": "count: 50\n",
    GBR: GBR + "  - {node: HQ, nation: HQ, sensors: []}\n",
    "\nlinks:\n": "\nlinks:\n" + "".join(LINK.format(name) for name in ("JPN", "USA", "AUS", "GBR")),
}
"""What makes of the shipped exercise, with 318 objects and four nodes, this one."""


def exercise(duration_s: float) -> str:
    """The exercise file, with one variant."""
    text = TRILATERAL.read_text(encoding="utf-8")
    for was, becomes in {**CHANGES, "duration_s: 3600": f"duration_s: {duration_s:g}"}.items():
        assert text.count(was) == 1, was
        text = text.replace(was, becomes)
    return text[: text.index("variants:")] + "variants:\n  - {variant: mesh, share: tracks}\n"


def main(duration_s: float = 3600.0) -> None:
    """Play a minute to warm up, and then against the clock."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trilateral.yaml"
        for length_s in (60.0, duration_s):
            path.write_text(exercise(length_s), encoding="utf-8")
            made = asked(path, None)
            times_s = [time.process_time()]
            stage = set_up(made, path.parent)
            times_s.append(time.process_time())
            mesh = Path(folder) / "mesh"
            play(made, made.variants[0], stage.sensors, stage.detections, mesh, lambda *_: None)
            times_s.append(time.process_time())
    print(
        f"{duration_s:g} s with {len(made.nodes)} nodes, {len(stage.sensors)} sensors, "
        f"{len(stage.truth.object.names)} objects and {len(stage.detections):,} detections: "
        f"{times_s[2] - times_s[1]:.1f} s of one core; traffic and sensors {times_s[1] - times_s[0]:.1f} s"
    )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 3600.0)
