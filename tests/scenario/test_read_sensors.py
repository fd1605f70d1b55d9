"""The file of sensors that `kizuna track` reads, which other programs write."""

from pathlib import Path

import numpy as np
import pytest

from kizuna.errors import InputError
from kizuna.messages import codec
from kizuna.scenario.read import read_sensors

RADAR = (
    "{sensor: west, nation: XYZ, kind: radar, lat_deg: 46.2, lon_deg: 6.1, alt_m: 450, sigma_range_m: 50, "
    "sigma_azimuth_deg: 0.1, max_range_m: 2e5, period_s: 4}"
)
RECEIVER = "{sensor: ears, nation: XYZ, kind: position, sigma_position_m: 30, period_s: 1}"


def written(tmp_path: Path, *sensors: str) -> Path:
    """A file that lists these sensors."""
    path = tmp_path / "sensors.yaml"
    path.write_text("sensors:\n" + "".join(f"  - {sensor}\n" for sensor in sensors), encoding="utf-8")
    return path


def test_a_radar_and_a_receiver_without_a_place(tmp_path: Path) -> None:
    sensors = read_sensors(written(tmp_path, RADAR, RECEIVER))
    assert sensors.sensor.values() == ["west", "ears"]
    np.testing.assert_array_equal(sensors.max_range_m, [200_000.0, np.nan])
    np.testing.assert_array_equal(sensors.pd, [0.9, 0.9])
    np.testing.assert_array_equal(sensors.sigma_altitude_m, [np.nan, 25.0])
    assert np.isnan(sensors.lat_deg[1])


def test_null_and_nan_stand_for_absent(tmp_path: Path) -> None:
    spelt = RADAR.replace("}", ", sigma_elevation_deg: .nan, sigma_altitude_m: null, clutter_per_scan: ~}")
    sensors = read_sensors(written(tmp_path, spelt))
    assert not sensors.is_3d().any()
    np.testing.assert_array_equal(sensors.clutter_per_scan, [0.0])


def test_yaml_and_parquet_say_the_same(tmp_path: Path) -> None:
    from_yaml = read_sensors(written(tmp_path, RADAR, RECEIVER))
    codec.write(from_yaml, tmp_path / "sensors.parquet")
    from_parquet = read_sensors(tmp_path / "sensors.parquet")
    assert codec.to_arrow(from_parquet).equals(codec.to_arrow(from_yaml))


@pytest.mark.parametrize(
    ("sensor", "says"),
    [
        (
            RADAR.replace("lat_deg: 46.2, ", ""),
            "line 2, key sensors[0]: the radar 'west' has no lat_deg; expected",
        ),
        (
            RADAR.replace("period_s: 4", "period_s: -4"),
            "line 2, key sensors[0].period_s: -4 is out of bounds",
        ),
        (
            RADAR.replace("period_s", "perid_s"),
            "line 2, key sensors[0].perid_s: is not known; did you mean period_s?",
        ),
        (
            RADAR.replace("radar", "rador"),
            "line 2, key sensors[0].kind: 'rador' is not known; did you mean radar?",
        ),
        (
            RADAR.replace("sensor: west, ", ""),
            "line 2, key sensors[0]: the key sensor is missing; expected sensor: ",
        ),
        (
            RECEIVER.replace("sigma_position_m: 30, ", ""),
            "the position sensor 'ears' has no sigma_position_m",
        ),
        (RECEIVER + "\n  - " + RECEIVER, "line 3, key sensors[1].sensor: the name 'ears' is there twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, sensor: str, says: str) -> None:
    path = written(tmp_path, sensor)
    with pytest.raises(InputError) as caught:
        read_sensors(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)


def test_a_parquet_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_sensors(tmp_path / "none.parquet")
    assert str(caught.value) == f"{tmp_path}/none.parquet: is not there; expected a Parquet file"
