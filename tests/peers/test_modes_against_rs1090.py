"""Fields and positions of ADS-B as rs1090 decodes them."""

import numpy as np
import pytest
import rs1090
from tests.gateways.modes_made import beast, flight, squitter

from kizuna.constants import FOOT_M
from kizuna.gateways.modes.read import read
from kizuna.kernels import modes

A_FOOT = 1.0


def test_fields_of_random_squitters_are_what_rs1090_says() -> None:
    """Altitudes in steps of 25 feet and in Gillham's code, compact positions, geometric heights."""
    luck, sent = np.random.RandomState(3), []
    for kind in range(9, 23):
        for _ in range(150):
            fields = bytearray(luck.bytes(7))
            fields[0] = kind << 3 | fields[0] & 7
            sent.append(squitter(bytes(fields)))
    what, who, odd, lat, lon, pressure_m, geometric_m = modes.squitters(
        np.frombuffer(b"".join(sent), dtype=np.uint8).reshape(-1, 14).copy()
    )
    compared = 0
    for row, message in enumerate(sent):
        theirs = rs1090.decode(message.hex())
        if theirs is None:
            # It gives nothing for altitudes that can't be, and neither does it for some in Gillham's code.
            continue
        assert int(theirs["icao24"], 16) == who[row]
        if what[row] == modes.POSITION:
            assert (theirs["lat_cpr"], theirs["lon_cpr"], theirs["parity"] == "odd") == (
                lat[row],
                lon[row],
                odd[row],
            )
            known_m = pressure_m[row] if message[4] >> 3 <= 18 else geometric_m[row]
            if theirs["altitude"] is None:
                # Nothing below sea level, where Amsterdam's airport lies.
                assert np.isnan(known_m) or known_m <= 0.0
            else:
                assert abs(theirs["altitude"] - known_m / FOOT_M) < A_FOOT
                compared += 1
        elif what[row] == modes.DIFFERENCE:
            # It takes "0 ft" for nothing told.
            assert abs((theirs["geo_minus_baro"] or 0.0) - geometric_m[row] / FOOT_M) < A_FOOT
            compared += 1
    assert compared > 1_000


@pytest.mark.parametrize("place", [(46.5, 7.5), (-33.9, 151.2), (70.2, -179.9), (-1.0, 0.0)])
def test_positions_are_what_rs1090_says(place: tuple[float, float]) -> None:
    truth = flight(*place, 0.001, 0.0015)
    mine = read(beast((row[0], row[3]) for row in truth), "modes", 1_700_000_000.0).detections
    theirs = rs1090.decode(
        [row[3].hex() for row in truth], timestamp=[1_700_000_000.0 + row[0] for row in truth]
    )
    placed = {round(each["timestamp"] - 1_700_000_000.0, 3): each for each in theirs if each.get("latitude")}
    assert len(placed) > 50
    for time_s, lat_deg, lon_deg in zip(
        mine.time.tolist(), mine.lat_deg.tolist(), mine.lon_deg.tolist(), strict=True
    ):
        other = placed.get(round(time_s - 1_700_000_000.0, 3))
        if other:
            assert abs(other["latitude"] - lat_deg) < 1e-9
            assert abs(other["longitude"] - lon_deg) < 1e-9
