"""Recordings become paths that go through them, without the jumps, gaps and repetitions of a recorder."""

from pathlib import Path

import numpy as np
import pytest
from tests.world.made import exercise, flights, recording

from kizuna.errors import InputError
from kizuna.geo.frames import ecef_to_geodetic, enu_basis, geodetic_to_ecef
from kizuna.messages import codec
from kizuna.messages.truth import Truth
from kizuna.shapes import FloatN, FloatNx3, IntN
from kizuna.world import recorded
from kizuna.world.flights import Flights
from kizuna.world.traffic import build
from kizuna.world.truth import sample

START_S = 1_533_099_600.0
ONE_MICROMETRE = 1e-6
ONE_SECOND_OF_FLIGHT_M = 250.0


def read(path: Path, longest_gap_s: float = 60.0) -> Flights:
    return recorded.read(path, "aircraft", None, True, longest_gap_s)


def northward(time: FloatN, speed_mps: float = 230.0) -> FloatN:
    """Latitudes of a flight due north along a meridian near 47° N (111.17 km per degree)."""
    return 46.5 + speed_mps * time / 111_170.0


def state_vectors(path: Path, time: FloatN, lat: FloatN, **columns: object) -> Path:
    count = len(time)
    made = {
        "time": START_S + time,
        "object": ["4b1803"] * count,
        "lat_deg": lat,
        "lon_deg": np.full(count, 8.5),
        "alt_m": np.full(count, 11e3),
        "speed_mps": np.full(count, 230.0),
        "track_deg": np.zeros(count),
        "climb_mps": np.zeros(count),
    }
    return recording(path, **(made | columns))


def numbers(flights: Flights, truth: Truth) -> IntN:
    """The number among the flights of each row's object."""
    return np.array([flights.names.index(str(name)) for name in truth.object.values()])


def places(truth: Truth) -> FloatNx3:
    """Each row's place in ECEF."""
    return geodetic_to_ecef(truth.lat_deg, truth.lon_deg, truth.alt_m)


def test_truth_comes_back_as_it_was(tmp_path: Path) -> None:
    """The simulator's own truth, recorded every 10 s, is the same at its knots and nearly so between them."""
    asked = exercise(flights(5))
    made = build(asked, ".")
    times = np.arange(asked.start_s, asked.start_s + 600.0, 10.0)
    truth = sample(made, times)
    codec.write(truth, tmp_path / "truth.parquet")
    again = read(tmp_path / "truth.parquet")
    assert again.dropped == 0
    position, velocity = again.state(numbers(again, truth), truth.time)
    assert np.abs(position - places(truth)).max() < ONE_MICROMETRE
    local = np.einsum("nij,nj->ni", enu_basis(truth.lat_deg, truth.lon_deg), velocity)
    told = np.stack([truth.ve_mps, truth.vn_mps, truth.vu_mps], axis=1)
    assert np.abs(local - told).max() < ONE_MICROMETRE
    between = sample(made, times[:-1] + 5.0)
    position, _ = again.state(numbers(again, between), between.time)
    # Where a turn begins between two records, its acceleration a is known T = 10 s too late: up to aT²/32.
    beginning_of_a_turn_m = 4.6 * 10.0**2 / 32.0
    assert np.linalg.norm(position - places(between), axis=1).max() < beginning_of_a_turn_m


def test_without_velocities_they_follow_from_the_positions(tmp_path: Path) -> None:
    time = np.array([0.0, 5.0, 20.0, 30.0])
    path = recording(
        tmp_path / "r.parquet",
        time=START_S + time,
        object=["a"] * 4,
        lat_deg=northward(time),
        lon_deg=[8.5] * 4,
        alt_m=[11e3] * 4,
    )
    made = read(path)
    assert np.linalg.norm(made.velocity_mps, axis=1) == pytest.approx(230.4, abs=0.5)
    assert np.abs(made.position_m - geodetic_to_ecef(northward(time), 8.5, 11e3)).max() < ONE_MICROMETRE


def test_good_state_vectors_are_hardly_moved(tmp_path: Path) -> None:
    time = np.arange(0.0, 300.0, 10.0)
    made = read(state_vectors(tmp_path / "r.parquet", time, northward(time)))
    off = np.linalg.norm(made.position_m - geodetic_to_ecef(northward(time), 8.5, 11e3), axis=1)
    # 230 m/s at 11 km of height is 229.6 m/s on the ground: over 5 minutes the two disagree by tens of
    # metres.
    assert off.max() < 0.2 * ONE_SECOND_OF_FLIGHT_M


def test_old_positions_are_evened_out(tmp_path: Path) -> None:
    """Each position up to 2 s old, one of them 8 s: the speed stays that of an airliner."""
    time = np.arange(0.0, 600.0, 10.0)
    age = np.random.Generator(np.random.PCG64(3)).uniform(0.0, 2.0, len(time))
    age[30] = 8.0
    made = read(state_vectors(tmp_path / "r.parquet", time, northward(time - age)))
    off = np.linalg.norm(made.position_m - geodetic_to_ecef(northward(time), 8.5, 11e3), axis=1)
    assert off.max() < 1.5 * ONE_SECOND_OF_FLIGHT_M
    times = np.arange(made.time_s[0], made.time_s[-1])
    _, velocity = made.state(np.zeros(len(times), dtype=np.int64), times)
    assert np.abs(np.linalg.norm(velocity, axis=1) - 230.0).max() < 8.0
    one_metre_per_s2 = 1.0
    assert np.linalg.norm(np.diff(velocity, axis=0), axis=1).max() < one_metre_per_s2


def test_a_velocity_that_is_not_a_number_is_done_without(tmp_path: Path) -> None:
    time = np.arange(0.0, 300.0, 10.0)
    speed, track, climb = np.full(30, 230.0), np.zeros(30), np.zeros(30)
    speed[5], track[12:14], climb[20] = np.nan, np.nan, np.nan
    columns = {"speed_mps": speed, "track_deg": track, "climb_mps": climb}
    made = read(state_vectors(tmp_path / "r.parquet", time, northward(time), **columns))
    assert np.isfinite(made.position_m).all()
    assert np.linalg.norm(made.velocity_mps, axis=1) == pytest.approx(230.0, abs=2.0)


def test_a_gap_splits_a_flight_and_keeps_its_name(tmp_path: Path) -> None:
    time = np.concatenate([np.arange(0.0, 100.0, 10.0), np.arange(1000.0, 1100.0, 10.0), [2000.0]])
    made = read(state_vectors(tmp_path / "r.parquet", time, northward(time, 100.0)))
    assert made.names == ("4b1803",)
    _, start, end = made.spans()
    assert (start - START_S).tolist() == [0.0, 1000.0]
    assert (end - START_S).tolist() == [90.0, 1090.0]
    assert made.dropped == 1
    truth = sample(made, START_S + np.arange(0.0, 2100.0, 50.0))
    assert set(truth.time - START_S) == {0.0, 50.0, 1000.0, 1050.0}


def test_impossible_jumps_are_dropped_and_counted(tmp_path: Path) -> None:
    time = np.arange(0.0, 200.0, 10.0)
    lat = northward(time)
    lat[[0, 7, 19]] += [1.0, -2.0, 0.5]
    made = read(state_vectors(tmp_path / "r.parquet", time, lat))
    assert made.dropped == 3
    assert (made.time_s - START_S).tolist() == [*time[1:7], *time[8:19]]


def test_repeated_positions_and_times_are_dropped(tmp_path: Path) -> None:
    time = np.array([0.0, 10.0, 10.0, 20.0, 30.0, 40.0])
    lat = northward(time)
    lat[4] = lat[3]
    made = read(state_vectors(tmp_path / "r.parquet", time, lat))
    assert made.dropped == 2
    assert (made.time_s - START_S).tolist() == [0.0, 10.0, 20.0, 40.0]


def test_what_hovers_may_repeat_its_position(tmp_path: Path) -> None:
    time = np.arange(0.0, 50.0, 10.0)
    made = read(state_vectors(tmp_path / "r.parquet", time, np.full(5, 47.0), speed_mps=np.zeros(5)))
    assert made.dropped == 0
    assert np.abs(made.velocity_mps).max() < ONE_MICROMETRE


def test_objects_of_one_file_do_not_touch(tmp_path: Path) -> None:
    """Two aircraft whose rows alternate, 100 km apart."""
    time = np.repeat(np.arange(0.0, 100.0, 10.0), 2)
    lon = np.tile([8.5, 9.8], 10)
    names = ["a", "b"] * 10
    made = read(state_vectors(tmp_path / "r.parquet", time, northward(time), lon_deg=lon, object=names))
    assert made.names == made.identities == ("a", "b")
    assert made.dropped == 0
    lon_after = ecef_to_geodetic(made.position_m)[1]
    one_metre_deg = 1e-5
    assert lon_after == pytest.approx(np.repeat([8.5, 9.8], 10), abs=one_metre_deg)


def test_text_for_a_speed_is_refused(tmp_path: Path) -> None:
    time = np.arange(0.0, 50.0, 10.0)
    path = state_vectors(tmp_path / "r.parquet", time, northward(time), speed_mps=["fast"] * 5)
    with pytest.raises(InputError) as caught:
        read(path)
    assert "column speed_mps" in str(caught.value)
    assert "expected numbers" in str(caught.value)


def test_a_name_twice_in_an_exercise_is_refused(tmp_path: Path) -> None:
    time = np.arange(0.0, 50.0, 10.0)
    state_vectors(tmp_path / "r.parquet", time, northward(time))
    twice = {"source": "recorded", "file": "r.parquet"}
    with pytest.raises(InputError) as caught:
        build(exercise(twice, twice, start="2018-08-01T05:00:00Z"), tmp_path)
    assert "two objects are called '4b1803'" in str(caught.value)


def test_an_empty_recording_is_nobody(tmp_path: Path) -> None:
    path = state_vectors(tmp_path / "r.parquet", np.zeros(0), np.zeros(0), object=np.zeros(0, dtype=str))
    made = read(path)
    assert len(made) == 0
    assert len(sample(made, np.array([START_S]))) == 0
