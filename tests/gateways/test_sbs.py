"""Lines of BaseStation: positions with their times, and sentences for the rest."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.constants import FOOT_M
from kizuna.errors import InputError
from kizuna.gateways.sbs.read import is_sbs, read
from kizuna.geo.time import parse_utc
from kizuna.messages.check import check
from kizuna.messages.recording import Recording


def line(clock: str = "10:20:30.250", **other: str) -> str:
    """A message of type 3, as dump1090 writes it at port 30003."""
    told = {
        "message": "MSG", "type": "3", "address": "4B1814", "date": "2024/05/01", "alt": "36000",
        "lat": "46.50012", "lon": "-7.25", "ground": "0",
    } | other  # fmt: skip
    return (
        f"{told['message']},{told['type']},1,1,{told['address']},1,{told['date']},{clock},2024/05/01,{clock},,"
        f"{told['alt']},,,{told['lat']},{told['lon']},,,0,,0,{told['ground']}"
    )


def of(*lines: str, end: str = "\r\n") -> Recording:
    """What is read from these lines."""
    recording = read("".join(each + end for each in lines).encode(), "port.txt")
    check(recording.detections, "port.txt")
    return recording


def said(recording: Recording) -> list[str]:
    """The remarks."""
    return [str(remark) for remark in recording.remarks]


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_line_becomes_a_report(end: str) -> None:
    detections = of(line(), line("10:20:31"), end=end).detections
    assert detections.time.tolist() == [parse_utc("2024-05-01T10:20:30.25"), parse_utc("2024-05-01T10:20:31")]
    assert (detections.lat_deg[0], detections.lon_deg[0]) == (46.50012, -7.25)
    np.testing.assert_allclose(detections.alt_m, 36_000 * FOOT_M)
    assert detections.identity.values() == ["4b1814", "4b1814"]


def test_other_messages_are_passed_over() -> None:
    recording = of(
        "STA,,1,1,4B1814,1,,,,,,RM", line(type="4"), "MSG,8,1,1,4B1814,1", line(), line(lat="", lon="")
    )
    assert len(recording.detections) == 1
    assert recording.remarks == ()


def test_multilateration_is_a_sensor_of_its_own() -> None:
    assert of(line(), line(message="MLAT")).detections.sensor.values() == ["adsb", "mlat"]


def test_what_is_left_out_is_told_with_its_line() -> None:
    recording = of(
        line(),
        line(type="1"),
        line(lat="x"),
        line(clock="25:00:00"),
        line(date="2024/13/01"),
        line()[:-30],
        line(address="?"),
        line(lon="200"),
        line(ground="-1"),
        line(clock="10:20:31", alt=""),
    )
    assert said(recording) == [
        "port.txt: left out broken lines: 6, the first at line 3",
        "port.txt: left out positions on the ground: 1",
    ]
    np.testing.assert_array_equal(np.isnan(recording.detections.alt_m), [False, True])


def test_a_file_without_positions_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        of(line(type="4"))
    assert str(caught.value) == "port.txt: holds no positions; expected lines of BaseStation, such as MSG,3,…"


cells = st.lists(
    st.sampled_from(
        ["", "46.5", "2024/05/01", "2024/02/31", "10:00:00", "24:00:01", "ABCDEF", '"', "-1", "é", "1e9"]
    ),
    min_size=19,
    max_size=21,
).map(lambda row: ("MSG,3," + ",".join(row)).encode())


@given(
    lines=st.lists(st.one_of(st.binary(max_size=60).map(lambda rest: b"MSG,3," + rest), cells), max_size=4)
)
def test_any_lines_are_read_or_refused(lines: list[bytes]) -> None:
    with suppress(InputError):
        check(read(b"\n".join(lines), "port.txt").detections, "port.txt")


@pytest.mark.parametrize(
    "changed",
    [
        # So many microseconds are no exact float.
        line(date="2424/05/01"),
        # A return alone ends a line for PyArrow.
        line()[:-20] + "\r" + line()[-20:] + "\r" + line(),
    ],
)
def test_finds_of_changing_bytes_at_random(changed: str) -> None:
    recording = of(line(), changed, end="\n")
    assert len(recording.detections) >= 1
    assert "broken lines" in said(recording)[0]


def test_files_are_known_by_their_beginning() -> None:
    assert is_sbs(line().encode())
    assert is_sbs(b"STA,,5,179,400AE7,10103,2008/11/28")
    assert not is_sbs(b"MSG,9,")
