"""The verb `kizuna track`: detections or recordings in files to tracks in a file."""

import math
import sys
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from kizuna.cli.options import Listen, Start
from kizuna.cli.outputs import check_output, check_outputs_differ
from kizuna.cli.progress import progress
from kizuna.errors import InputError

Associator = Literal["gnn", "bp", "mht"]
"""The same as the tracker's, which takes long to load."""
Motion = Literal["civil", "steady", "terminal", "agile", "balloon", "ballistic", "any"]
"""The same as the sets of `kizuna.models.sets`."""
_FALLS = ("--motion ballistic", "--motion any")

Sensors = Annotated[
    Path | None,
    typer.Option(
        help="The sensors, YAML or Parquet. Recordings may go without: what they don't tell of their "
        "sensors is then taken to be typical.",
        metavar="SENSORS",
        show_default=False,
    ),
]
Stats = Annotated[
    Path | None,
    typer.Option(help="Write here how many detections a second it was.", metavar="STATS.json"),
]
Expected = Annotated[
    Motion,
    typer.Option(
        help="How objects are expected to move: airliners en route, on a steady course or near airports; "
        "aircraft that turn at 3 g; balloons; what falls freely or rises under thrust; any of them.",
        metavar="|".join(get_args(Motion)),
    ),
]
Register = Annotated[
    bool,
    typer.Option(
        "--register",
        help="First estimate the radars' biases of range, azimuth and clock, and correct them; takes "
        "three times as long and more.",
    ),
]
RegisterOnline = Annotated[
    bool,
    typer.Option(
        "--register-online",
        help="Estimate the same biases as it goes, from the tracks so far, and correct what comes next; "
        "takes hardly longer.",
    ),
]
Smooth = Annotated[
    bool,
    typer.Option(
        "--smooth",
        help="For the picture after the action: put each track where all its detections, the later ones "
        "too, say that it was.",
    ),
]
Falls = Annotated[
    Path | None,
    typer.Option(
        help="Write here where and when what falls freely will be on the ground, and where it was "
        "launched, with 95 % probability; needs --motion ballistic or any.",
        metavar="FILE.geojson",
    ),
]
LearnClutter = Annotated[
    bool,
    typer.Option(
        "--learn-clutter",
        help="Learn how many false plots each radar makes, and where, even if SENSORS says how many.",
    ),
]
LearnDetection = Annotated[
    bool,
    typer.Option(
        "--learn-detection",
        help="Learn how probably each radar detects, by range, beginning with what SENSORS says.",
    ),
]
Cores = Annotated[
    int,
    typer.Option(help="How many cores to use; the tracks are the same on any number.", min=1, metavar="N"),
]


def track(
    inputs: Annotated[
        list[Path], typer.Argument(help="Files of detections, or recordings.", metavar="INPUT...")
    ],
    out: Annotated[Path, typer.Option(help="Where the tracks go.", metavar="TRACKS.parquet")],
    sensors: Sensors = None,
    every: Annotated[float, typer.Option(help="Seconds between pictures.", metavar="S")] = 10.0,
    associator: Annotated[
        Associator,
        typer.Option(
            help="How detections are paired with tracks: gnn decides, bp shares, mht decides later.",
            metavar="gnn|bp|mht",
        ),
    ] = "gnn",
    motion: Expected = "civil",
    register: Register = False,
    register_online: RegisterOnline = False,
    smooth: Smooth = False,
    learn_clutter: LearnClutter = False,
    learn_detection: LearnDetection = False,
    cores: Cores = 1,
    node: Annotated[
        str, typer.Option(help="Whose tracks they are, for the column `node`.", metavar="NAME")
    ] = "local",
    stats: Stats = None,
    impacts: Falls = None,
    start: Start = None,
    listen: Listen = 60.0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Turn detections into tracks.

    The inputs are tables of detections (.parquet, .csv, .geojson), or recordings: ASTERIX (raw, final, pcap,
    or heard at udp://ADDRESS:PORT), Mode S (Beast, AVR), lines of BaseStation, OpenSky's state vectors (CSV),
    traces of readsb (JSON). Several are worked off together.

    Pictures are taken at the first detection's time and each `--every` seconds after it, with all detections
    up to that time. They hold confirmed and coasted tracks.

    Example: kizuna track detections.parquet --sensors sensors.yaml --out tracks.parquet --every 10
    """
    if not 0.0 < every < math.inf:
        raise InputError("--every", "", f"{every:g} s", "a number of seconds above 0")
    if impacts and f"--motion {motion}" not in _FALLS:
        raise InputError("--impacts", "", f"--motion {motion} has nothing that falls", " or ".join(_FALLS))
    _check_outputs(out, {"--stats": stats, "--impacts": impacts}, [*inputs, sensors] if sensors else inputs)
    with progress(quiet) as report:
        from kizuna.cli.recordings import circumstances
        from kizuna.cli.track_files import track_files

        done = track_files(
            inputs,
            sensors,
            every,
            associator,
            motion,
            register,
            register_online,
            smooth,
            (learn_clutter, learn_detection),
            cores,
            node,
            out,
            stats,
            impacts,
            circumstances(start, listen),
            report,
        )
    if not quiet:
        for remark in done.remarks:
            print(f"kizuna: {remark}", file=sys.stderr)
        print(f"{done.detections:,} detections, {done.tracks:,} tracks, {done.seconds:.2f} s: {out}")


def _check_outputs(out: Path, others: dict[str, Path | None], read_files: list[Path]) -> None:
    written = {"--out": out}
    check_output("--out", out, read_files)
    for option, path in others.items():
        if path:
            check_output(option, path, read_files)
            for other, there in written.items():
                check_outputs_differ(option, path, other, there)
            written[option] = path
