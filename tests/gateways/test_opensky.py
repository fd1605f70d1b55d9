"""OpenSky's state vectors: each position once, heights above the ellipsoid, and sentences for the rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.errors import InputError
from kizuna.gateways.opensky.read import is_state_vectors, read
from kizuna.messages import codec
from kizuna.messages.check import check
from kizuna.messages.recording import Recording
from kizuna.messages.truth import Truth

HEADER = (
    "time,icao24,lat,lon,velocity,heading,vertrate,callsign,onground,alert,spi,squawk,"
    "baroaltitude,geoaltitude,lastposupdate,lastcontact\n"
)
"""As in the data sets at opensky-network.org/datasets/states."""


def row(time: float, icao: str = "4b1814", lat: object = 46.5, **other: object) -> str:
    """One line of state vectors."""
    told = {"lon": 7.5, "baro": 11_000.0, "geo": 11_200.0, "seen": time - 0.25, "onground": "False"} | other
    return (
        f"{time},{icao},{lat},{told['lon']},230.1,271.5,0.0,SWR123  ,{told['onground']},False,False,1000,"
        f"{told['baro']},{told['geo']},{told['seen']},{time - 0.1}\n"
    )


def of(*rows: str, header: str = HEADER) -> Recording:
    """What is read from these lines."""
    recording = read((header + "".join(rows)).encode(), "states.csv")
    check(recording.detections, "states.csv")
    return recording


def said(recording: Recording) -> list[str]:
    """The remarks."""
    return [str(remark) for remark in recording.remarks]


def test_a_position_is_heard_when_it_was_updated() -> None:
    detections = of(row(1_569_254_400)).detections
    assert detections.time.tolist() == [1_569_254_399.75]
    assert (detections.lat_deg[0], detections.lon_deg[0], detections.alt_m[0]) == (46.5, 7.5, 11_200.0)
    assert detections.identity.values() == ["4b1814"]
    assert detections.sensor.values() == ["adsb"]
    assert detections.kind.values() == ["position"]


def test_a_repeated_position_counts_once() -> None:
    rows = [row(10, seen=8.5), row(20, seen=8.5), row(20, "aaaaaa", seen=8.5), row(30, seen=29.0)]
    detections = of(*rows).detections
    assert list(zip(detections.time.tolist(), detections.identity.values(), strict=True)) == [
        (8.5, "4b1814"),
        (8.5, "aaaaaa"),
        (29.0, "4b1814"),
    ]


def test_a_pressure_altitude_is_corrected_by_what_the_aircraft_told_last() -> None:
    rows = [
        row(10, geo=""),
        row(20, baro=11_000, geo=11_150),
        row(25, "aaaaaa", geo=""),
        row(30, baro=11_020, geo=""),
        row(40, baro="", geo=""),
    ]
    detections = of(*rows).detections
    mine = detections.alt_m[detections.identity.equal("4b1814")]
    np.testing.assert_array_equal(mine, [11_150.0, 11_150.0, 11_170.0, np.nan])
    # This one never told both.
    assert detections.alt_m[detections.identity.equal("aaaaaa")].tolist() == [11_000.0]


def test_rows_come_in_order_of_time_whatever_the_file_s_order() -> None:
    detections = of(row(30), row(10), row(20)).detections
    assert detections.time.tolist() == [9.75, 19.75, 29.75]


def test_what_is_left_out_is_told_with_its_line() -> None:
    cut = of(row(10), row(20), "30,4b1814,46.5\n", row(40))
    assert said(cut) == ["states.csv: left out lines with too few or too many values: 1, the first at line 4"]
    assert len(cut.detections) == 3
    wrong = of(row(10), row(20, lat="4x6.5"), row(30))
    assert said(wrong) == ["states.csv: left out lines with impossible values: 1, the first at line 3"]
    assert len(wrong.detections) == 2
    both = of(row(10), "20,4b1814\n", row(30), row(40, lat="x"))
    assert said(both)[1] == "states.csv: left out lines with impossible values: 1, the first at line 5"
    impossible = of(row(10), row(20), row(30, lat=97))
    assert said(impossible) == ["states.csv: left out lines with impossible values: 1, the first at line 4"]
    grounded = of(row(10), row(20, onground="True"), row(30, onground="true"))
    assert said(grounded) == ["states.csv: left out state vectors of aircraft on the ground: 2"]
    assert len(grounded.detections) == 1


def test_rows_without_a_position_are_no_flaw() -> None:
    recording = of(row(10), row(20, lat=""), row(30, lat="NULL", lon="NULL"))
    assert len(recording.detections) == 1
    assert recording.remarks == ()


def test_columns_may_be_fewer_and_elsewhere() -> None:
    recording = of("46.5,4b1814,10,7.5\n", header='"lat","icao24","time","lon"\n')
    assert recording.detections.time.tolist() == [10.0]
    assert np.isnan(recording.detections.alt_m).all()


@pytest.mark.parametrize("text", ["", "time,sensor,kind\n", "\0\0", "time;icao24;lat;lon\n1;a;2;3\n"])
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text.encode(), "states.csv")
    assert str(caught.value) == (
        "states.csv: line 1: doesn't name the columns of state vectors; expected OpenSky's state vectors, "
        "with the columns time, icao24, lat, lon"
    )


@given(
    body=st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.lists(st.sampled_from(["1", "46.5", "-7e3", "1e999", "x", "", "NaN", '"', "é"]), max_size=17)
        ).map(lambda rows: "\n".join(",".join(cells) for cells in rows).encode()),
    )
)
def test_any_body_is_read_or_refused(body: bytes) -> None:
    try:
        recording = read(HEADER.encode() + body, "states.csv")
    except InputError:
        return
    check(recording.detections, "states.csv")


def test_a_bad_line_needn_t_be_text() -> None:
    """Found by hypothesis: PyArrow can't hand such a line to whoever counts it."""
    recording = read((HEADER + row(10)).encode() + b"\x83,\x9e\n", "states.csv")
    assert len(recording.detections) == 1
    assert said(recording)[0].endswith("1, the first at line 3")


def test_a_return_within_the_header_is_told() -> None:
    """Found by changing bytes at random: PyArrow's header ends there, and ours doesn't."""
    with pytest.raises(InputError, match="can't be read"):
        of(row(10), header=HEADER.replace("velocity", "velo\r\rcity"))


def test_the_shipped_flights_come_back() -> None:
    """Real flights, written as OpenSky writes them: nothing is lost."""
    truth = codec.read(Truth, "examples/data/switzerland-2018-08-01.parquet").take(slice(0, 2_000))
    lines = [
        f"{time},{name},{lat!r},{lon!r},,,,,False,False,False,,,{alt!r},{time},{time}\n"
        for time, name, lat, lon, alt in zip(
            truth.time.tolist(),
            truth.object.values(),
            truth.lat_deg.tolist(),
            truth.lon_deg.tolist(),
            truth.alt_m.tolist(),
            strict=True,
        )
    ]
    detections = of(*lines).detections
    assert detections.identity.values() == truth.object.values()
    np.testing.assert_array_equal(detections.lat_deg, truth.lat_deg)
    np.testing.assert_array_equal(detections.alt_m, truth.alt_m)


def test_the_header_is_what_it_is_known_by() -> None:
    assert is_state_vectors(HEADER.encode())
    assert is_state_vectors(b"\xef\xbb\xbf" + HEADER.encode())
    assert not is_state_vectors(b"time,sensor,kind,lat_deg,lon_deg\n")
