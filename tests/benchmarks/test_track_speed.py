"""The pieces of the tracker's benchmark do what its table says."""

import itertools
import subprocess
import sys

import numpy as np
import pyarrow.parquet as pq
import pymap3d
import pytest
from benchmarks.gospa import gospa, mean_gospa
from benchmarks.pictures import tracks_at, truth_at
from benchmarks.scenes import Options, make_scene, write_scene
from tests.house.source import ROOT

CUTOFF_M = 1_000.0
SAME_PLACE_M = 1e-6
TURN_BETWEEN_ROWS_M = 2.0
FIVE_SIGMA = 5.0


def by_trying_everything(truth_m, tracks_m):
    """The least squared GOSPA over all ways to pair some objects with some tracks."""
    few, many = sorted((truth_m, tracks_m), key=len)
    costs = [CUTOFF_M**2 / 2.0 * (len(few) + len(many))]
    for size in range(1, len(few) + 1):
        for chosen in itertools.combinations(range(len(few)), size):
            for partners in itertools.permutations(range(len(many)), size):
                apart = np.linalg.norm(few[list(chosen)] - many[list(partners)], axis=1)
                alone = len(few) + len(many) - 2 * size
                costs.append((apart**2).sum() + CUTOFF_M**2 / 2.0 * alone)
    return min(costs)


@pytest.mark.parametrize("seed", range(20))
def test_gospa_is_the_least_over_all_pairings(seed):
    """Crowded and sparse, with more objects than tracks and fewer; the second object has a track on it."""
    random = np.random.default_rng(seed)
    wide_m = (600.0, 2_000.0)[seed % 2]
    truth_m = random.uniform(0.0, wide_m, (random.integers(2, 6), 3))
    tracks_m = np.vstack([random.uniform(0.0, wide_m, (random.integers(0, 4), 3)), truth_m[1]])
    squared, localisation, pairs, missed, false = gospa(truth_m, tracks_m, CUTOFF_M)
    assert squared == pytest.approx(by_trying_everything(truth_m, tracks_m), rel=1e-12)
    assert squared == pytest.approx(localisation + CUTOFF_M**2 / 2.0 * (missed + false), rel=1e-12)
    assert (pairs + missed, pairs + false) == (len(truth_m), len(tracks_m))


def test_gospa_of_nothing():
    """Nothing there and nothing seen costs nothing; what is alone costs its half."""
    nothing, two = np.empty((0, 3)), np.array([[0.0, 0.0, 0.0], [9e3, 0.0, 0.0]])
    assert gospa(nothing, nothing, CUTOFF_M) == (0.0, 0.0, 0, 0, 0)
    assert gospa(two, nothing, CUTOFF_M) == (CUTOFF_M**2, 0.0, 0, 2, 0)
    assert gospa(nothing, two, CUTOFF_M) == (CUTOFF_M**2, 0.0, 0, 0, 2)


def test_the_mean_is_over_the_pictures():
    """The metric is a mean of roots; localisation is over all pairs."""
    place = np.zeros((1, 3))
    score = mean_gospa(
        {1.0: place, 2.0: place}, {1.0: place + np.array([30.0, 0.0, 0.0]), 2.0: np.empty((0, 3))}, CUTOFF_M
    )
    assert score.metric_m == pytest.approx((30.0 + CUTOFF_M / np.sqrt(2.0)) / 2.0)
    assert (score.localisation_m, score.missed, score.false) == pytest.approx((30.0, 0.5, 0.0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small scene on disk."""
    return write_scene(Options(objects=8, duration_s=20.0), tmp_path_factory.mktemp("scene"))


def test_plots_lie_where_the_truth_is(folder):
    """Each plot with an object is within its noise of that object; a false plot has no object."""
    detections, sensors, truth = make_scene(Options(objects=8, duration_s=20.0))
    assert pq.read_table(folder / "detections.parquet").equals(detections)
    radars = {sensor["sensor"]: sensor for sensor in sensors}
    rows = detections.to_pylist()
    assert rows == sorted(rows, key=lambda row: row["time"])
    names = sorted(set(truth["object"].to_pylist()))
    true_rows = [row for row in rows if row["object"]]
    assert {row["object"] for row in true_rows} == set(names)
    assert 0 < len(rows) - len(true_rows) < 0.2 * len(rows)
    for row in true_rows:
        radar = radars[row["sensor"]]
        place = truth_at(truth, [row["time"]])[row["time"]][names.index(row["object"])]
        site = (radar["lat_deg"], radar["lon_deg"], radar["alt_m"])
        azimuth, elevation, distance = pymap3d.ecef2aer(*place, *site)
        assert abs(row["range_m"] - distance) < FIVE_SIGMA * radar["sigma_range_m"] + TURN_BETWEEN_ROWS_M
        # The truth lies on straight lines between its rows: close to a radar that is an angle.
        slack_deg = np.degrees(TURN_BETWEEN_ROWS_M / distance)
        assert abs((row["azimuth_deg"] - azimuth + 180.0) % 360.0 - 180.0) < (
            FIVE_SIGMA * radar["sigma_azimuth_deg"] + slack_deg / np.cos(np.radians(elevation))
        )
        assert abs(row["elevation_deg"] - elevation) < FIVE_SIGMA * radar["sigma_elevation_deg"] + slack_deg


def test_pictures_are_read_at_their_times(folder):
    """Truth on its rows and between them; of the tracks, those of that picture that are not tentative."""
    truth = pq.read_table(folder / "truth.parquet")
    start_s = truth["time"][0].as_py()
    there = truth_at(truth, [start_s, start_s + 1.0, start_s + 0.5])
    first = truth.slice(0, 8)
    places = np.column_stack(
        pymap3d.geodetic2ecef(*(first[n].to_numpy() for n in ("lat_deg", "lon_deg", "alt_m")))
    )
    assert np.abs(there[start_s] - places).max() < SAME_PLACE_M
    middle = (there[start_s] + there[start_s + 1.0]) / 2.0
    assert np.abs(there[start_s + 0.5] - middle).max() < SAME_PLACE_M
    status = ["confirmed", "tentative", "coasted", *["confirmed"] * 5]
    pq.write_table(first.append_column("status", [status]), folder / "some.parquet")
    found = tracks_at(folder / "some.parquet", [start_s, start_s + 4.0])
    assert np.abs(found[start_s] - np.delete(places, 1, axis=0)).max() < SAME_PLACE_M
    assert found[start_s + 4.0].shape == (0, 3)


def test_scripts_find_their_modules(tmp_path):
    """They are run by their path, from any folder."""
    made = subprocess.run(
        [
            sys.executable,
            ROOT / "benchmarks" / "scenes.py",
            "--objects",
            "3",
            "--duration",
            "9",
            "--out",
            "scene",
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "of 3 objects by 3 radars" in made.stdout
    assert (tmp_path / "scene" / "sensors.yaml").exists()


@pytest.mark.slow
def test_the_quick_table_has_a_line_for_each_tracker(tmp_path):
    """Numbers are not judged here: they depend on the machine."""
    script = ROOT / "benchmarks" / "track_speed.py"
    made = subprocess.run(
        [sys.executable, script, "--quick"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    first, second = made.stdout.split("\n\n")
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in first.splitlines() if line[0] == "|"
    ]
    assert [(line[0], line[1]) for line in lines[2:]] == [
        ("Kizuna", "20"),
        ("Kizuna", "100"),
        ("Stone Soup, polar EKF", "20"),
        ("Stone Soup, converted", "20"),
        ("Stone Soup, fastest", "20"),
    ]
    # All worked off the same plots.
    assert len({line[2] for line in lines[2:] if line[1] == "20"}) == 1
    reached = [[cell.strip() for cell in line.split("|")[1:-1]] for line in second.splitlines()]
    assert len(reached) == 2 + 9
    assert all(line[1][0].isdigit() for line in reached[2:])
