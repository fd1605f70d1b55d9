"""An exercise runs from its file to its folder, the same each time, and sharing shows what it buys."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from kizuna.errors import InputError
from kizuna.exercise.run import run
from kizuna.messages import codec
from kizuna.messages.detection import Detections
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth

EXERCISE = """
exercise: small
title: Two neighbours and a few flights
notional: Everything in it is notional.
start: 2030-01-01T00:00:00Z
duration_s: 240
seed: 4
record_every_s: 2
airports:
  West: {lat_deg: 35.0, lon_deg: 138.0, alt_m: 10}
  East: {lat_deg: 35.0, lon_deg: 144.0, alt_m: 10}
traffic:
  - {source: flights, name: civil, count: 12, between: [West, East], kind: aircraft,
     cruise_alt_m: [9000, 11000], cruise_mps: [220, 250], under_way: true}
sensor_types:
  radar: {kind: radar, sigma_range_m: 60, sigma_azimuth_deg: 0.08, sigma_elevation_deg: 0.1,
          max_range_m: 300000, period_s: 4, pd: 0.9, clutter_per_scan: 1}
sensors:
  - {sensor: west, nation: ABC, type: radar, airport: West, mast_m: 20}
  - {sensor: east, nation: XYZ, type: radar, airport: East, mast_m: 20}
nodes:
  - {node: ABC, nation: ABC}
  - {node: XYZ, nation: XYZ}
links:
  - {from: ABC, to: XYZ, delay_s: 0.2, both_ways: true}
variants:
  - {variant: national, share: nothing}
  - {variant: shared, share: detections}
"""


def silent(what: str, share: float) -> None:
    """Nobody watches the progress of a test, but it must make sense."""
    assert what
    assert 0.0 <= share <= 1.0


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the exercise and, in `out`, what came of it."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "small.yaml").write_text(EXERCISE)
    run(folder / "small.yaml", folder / "out", None, (), "kizuna run small.yaml", silent)
    return folder


def test_the_folder_holds_tables_summary_and_report(small: Path) -> None:
    """All that the command promises, readable by the same schema."""
    out = small / "out"
    assert len(codec.read(Truth, out / "truth.parquet"))
    assert len(codec.read(Detections, out / "detections.parquet"))
    for variant in ("national", "shared"):
        tracks = codec.read(Tracks, out / variant / "tracks.parquet")
        assert set(np.diff(np.unique(tracks.time))) == {2.0}
        assert set(tracks.node.values()) == {"ABC", "XYZ"}
        assert (out / variant / "journal.events.jsonl").exists()
    assert "<html" in (out / "report.html").read_text()
    assert not list(out.rglob("*.arrows"))


def test_sharing_makes_both_pictures_more_complete(small: Path) -> None:
    """What the exercise is for: neither nation sees all flights alone; together each sees more."""
    variants = json.loads((small / "out" / "summary.json").read_text())["variants"]
    for node in ("ABC", "XYZ"):
        alone = variants["national"]["nodes"][node]["completeness"]
        together = variants["shared"]["nodes"][node]["completeness"]
        assert together > alone + 0.1
    assert variants["shared"]["commonality"] > 0.95
    assert variants["shared"]["links"]["ABC->XYZ"]["messages"] > 0
    assert variants["national"]["links"]["ABC->XYZ"]["messages"] == 0


def test_the_same_seed_writes_the_same_bytes(small: Path, tmp_path: Path) -> None:
    """Truth, detections, tracks, summary and report don't change from run to run."""
    shutil.copy(small / "small.yaml", tmp_path)
    run(tmp_path / "small.yaml", tmp_path / "out", None, (), "kizuna run small.yaml", silent)
    for path in sorted((small / "out").rglob("*.*")):
        if path.is_file():
            again = tmp_path / "out" / path.relative_to(small / "out")
            assert again.read_bytes() == path.read_bytes(), path.name


def test_another_seed_makes_other_detections(small: Path, tmp_path: Path) -> None:
    """The seed of the command line stands in for the file's; and a variant can be run on its own."""
    shutil.copy(small / "small.yaml", tmp_path)
    run(tmp_path / "small.yaml", tmp_path / "out", 5, ["shared"], "kizuna run small.yaml --seed 5", silent)
    ours = codec.read(Detections, small / "out" / "detections.parquet")
    others = codec.read(Detections, tmp_path / "out" / "detections.parquet")
    assert not np.array_equal(ours.time, others.time)
    assert not (tmp_path / "out" / "national").exists()


def test_an_unknown_variant_is_named(small: Path, tmp_path: Path) -> None:
    """One sentence, before any work is done."""
    with pytest.raises(InputError, match=r"is called 'sharde'; did you mean shared\?"):
        run(small / "small.yaml", tmp_path / "out", None, ["sharde"], "", silent)
    assert not (tmp_path / "out").exists()


def test_no_track_file_knows_the_cause_of_a_detection(small: Path) -> None:
    """Names of true objects are in the truth and the detections, and in nothing that a node wrote."""
    names = {name.encode() for name in codec.read(Truth, small / "out" / "truth.parquet").object.names}
    identities = codec.read(Tracks, small / "out" / "shared" / "tracks.parquet").identity
    assert identities.missing().all()
    written = (small / "out" / "shared" / "tracks.parquet").read_bytes()
    assert not any(name in written for name in names)
