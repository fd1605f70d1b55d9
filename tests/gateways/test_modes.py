"""Mode S from Beast and AVR: positions anywhere on Earth, heights above the ellipsoid, and broken bytes."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gateways.modes_made import avr, beast, difference, flight, position, squitter

from kizuna.constants import FOOT_M
from kizuna.errors import InputError
from kizuna.gateways.modes.read import is_avr, is_beast, read
from kizuna.messages.check import check
from kizuna.messages.recording import Recording

START_S = 1_714_550_400.0
SHORT = bytes.fromhex("02e197b00179c3")
SURVEILLANCE = bytes.fromhex("a0001838ca3e51f0a8000047a36a")
TEN_METRES = 1e-4
"""In degrees of latitude."""


def of(data: bytes, start_s: float | None = START_S) -> Recording:
    """What is read from a file."""
    recording = read(data, "modes", start_s)
    check(recording.detections, "modes")
    return recording


def said(recording: Recording) -> list[str]:
    """The remarks."""
    return [str(remark) for remark in recording.remarks]


def test_a_known_pair_of_positions() -> None:
    """The example of The 1090 MHz Riddle, section 5.1."""
    pair = [
        (0.0, bytes.fromhex("8d40621d58c382d690c8ac2863a7")),
        (1.0, bytes.fromhex("8d40621d58c386435cc412692ad6")),
    ]
    detections = of(beast(reversed([(1.0 - time_s, message) for time_s, message in pair]))).detections
    assert len(detections) == 1
    np.testing.assert_allclose(
        [detections.lat_deg[0], detections.lon_deg[0]], [52.2572, 3.91937], atol=TEN_METRES
    )
    np.testing.assert_allclose(detections.alt_m, 38_000 * FOOT_M)
    assert detections.identity.values() == ["40621d"]


@pytest.mark.parametrize("form", [beast, avr])
@pytest.mark.parametrize(
    "place",
    [
        (46.5, 7.5),
        (-33.9, 151.2),
        (0.01, -0.2),
        (-0.005, 0.1),
        (35.5, 179.98),
        (35.5, -179.98),
        (86.9, 20.0),
        (-89.0, 77.0),
    ],
)
def test_positions_anywhere_on_earth(form, place: tuple[float, float]) -> None:
    """Across the equator, the antimeridian, the edges of zones, and near the poles."""
    truth = flight(*place, 0.002, 0.004)
    detections = of(form((time_s, message) for time_s, _, _, message in truth)).detections
    # The first half waits for its other half.
    assert len(detections) == len(truth) - 1
    np.testing.assert_allclose(detections.time, [START_S + row[0] for row in truth[1:]], rtol=0, atol=1e-6)
    np.testing.assert_allclose(detections.lat_deg, [row[1] for row in truth[1:]], atol=TEN_METRES)
    east = (detections.lon_deg - [row[2] for row in truth[1:]] + 180) % 360 - 180
    assert np.abs(east * np.cos(np.radians(detections.lat_deg))).max() < TEN_METRES


@given(
    lat=st.floats(-85, 85),
    lon=st.floats(-180, 179.99),
    north=st.floats(-0.003, 0.003),
    east=st.floats(-0.003, 0.003),
)
def test_positions_of_any_flight(lat: float, lon: float, north: float, east: float) -> None:
    truth = flight(lat, lon, north, east, 20)
    detections = of(beast((time_s, message) for time_s, _, _, message in truth)).detections
    at = {round(time_s - START_S, 3): k for k, time_s in enumerate(detections.time.tolist())}
    # At the edge of a zone a pair may tell nothing, and the next one does.
    assert len(at) >= len(truth) - 4
    for time_s, true_lat, true_lon, _ in truth:
        if time_s in at:
            k = at[time_s]
            assert abs(detections.lat_deg[k] - true_lat) < TEN_METRES
            assert (
                abs((detections.lon_deg[k] - true_lon + 180) % 360 - 180) * np.cos(np.radians(true_lat))
                < TEN_METRES
            )


def test_a_height_is_corrected_by_what_the_aircraft_says_of_itself() -> None:
    heard = [(time_s, message) for time_s, _, _, message in flight(46.5, 7.5, 0.002, 0.0, 10)]
    heard += [(1.1, difference(450.0)), (3.1, difference(-100.0)), (3.2, difference(900.0, 0xABCDEF))]
    alt_ft = of(beast(sorted(heard))).detections.alt_m / FOOT_M
    np.testing.assert_allclose(alt_ft, [36_450.0] * 6 + [35_900.0] * 3)


def test_a_geometric_altitude_stands_as_it_is() -> None:
    heard = [(0.5 * k, position(46.5, 7.5, 30_000, k % 2 == 1, kind=20)) for k in range(4)]
    np.testing.assert_allclose(of(beast(heard)).detections.alt_m, 30_000 * FOOT_M)


def test_aircraft_are_told_apart_by_their_addresses() -> None:
    heard = []
    for k, address in enumerate((0x4B1814, 0x3C660C, 0xABCDEF)):
        heard += [
            (time_s + 0.1 * k, message)
            for time_s, _, _, message in flight(40.0 + 9 * k, 7.5, 0.002, 0.0, 20, address)
        ]
    detections = of(beast(sorted(heard))).detections
    for k, name in enumerate(("4b1814", "3c660c", "abcdef")):
        mine = detections.identity.equal(name)
        assert mine.sum() == 19
        np.testing.assert_allclose(detections.lat_deg[mine], 40.0 + 9 * k, atol=0.05)


def test_what_nothing_could_reach_is_left_out() -> None:
    """One address, two aircraft: the second is not reachable from the first, until the first has gone."""
    here = [(time_s, message) for time_s, _, _, message in flight(46.5, 7.5, 0.002, 0.0, 10)]
    there = [(5.0 + time_s, message) for time_s, _, _, message in flight(48.5, 7.5, 0.002, 0.0, 10)]
    recording = of(beast(here + there))
    assert "modes: left out positions that nothing could reach: 3" in said(recording)
    np.testing.assert_allclose(recording.detections.lat_deg[-6:], 48.5, atol=0.02)


def test_messages_of_other_kinds_are_passed_over_and_wrong_ones_are_told() -> None:
    good = [(time_s, message) for time_s, _, _, message in flight(46.5, 7.5, 0.002, 0.0, 10)]
    wrong = good[4][1][:-1] + bytes([good[4][1][-1] ^ 1])
    ground = squitter((7 << 51).to_bytes(7, "big"))
    traffic = squitter(good[3][1][4:11], head=18 << 3 | 2)
    heard = [*good, (0.1, SHORT), (0.2, SURVEILLANCE), (0.3, wrong), (0.4, ground), (0.6, traffic)]
    recording = of(beast(sorted(heard)))
    assert len(recording.detections) == 9
    assert said(recording) == [
        "modes: left out messages of ADS-B with a wrong parity: 1",
        "modes: left out positions on the ground: 1",
        "modes: left out positions with no other half yet: 1",
    ]


@pytest.mark.parametrize(("form", "rubbish"), [(beast, b"\x1a\x1a\x07\x1a9\0"), (avr, b"@00zz;\nhello\n")])
def test_broken_bytes_are_stepped_over(form, rubbish: bytes) -> None:
    heard = [(time_s, message) for time_s, _, _, message in flight(46.5, 7.5, 0.002, 0.0, 10)]
    before, after = form(heard[:5]), form(heard[5:])
    recording = of(before + rubbish + after[:-3])
    assert len(recording.detections) == 8
    assert f"the first at byte {len(before):,}" in said(recording)[0]
    assert said(recording)[0].startswith("modes: left out broken frames: ")


def test_the_receiver_s_clock_may_begin_anew() -> None:
    heard = [(time_s, message) for time_s, _, _, message in flight(46.5, 7.5, 0.002, 0.0, 10)]
    recording = of(beast(heard[:5], 2**40) + beast(heard[5:], 500))
    assert recording.detections.time.max() < START_S + 10.0
    assert "modes: jumps of the receiver's clock taken for no time: 1" in said(recording)


def test_marks_of_multilateration_are_no_times() -> None:
    heard = [(time_s, message) for time_s, _, _, message in flight(46.5, 7.5, 0.002, 0.0, 10)]
    recording = of(beast(heard) + beast([(0.0, heard[3][1])], 0xFF004D4C4154))
    assert "modes: left out messages of ADS-B without a time: 1" in said(recording)
    assert len(recording.detections) == 9


def test_what_can_t_be_placed_in_time_is_refused() -> None:
    heard = [(time_s, message) for time_s, _, _, message in flight(46.5, 7.5, 0.002, 0.0, 4)]
    for data, start_s, sentence in (
        (beast(heard), None, "but not the date; expected --start with the time of its first message"),
        (
            b"".join(b"*" + message.hex().encode() + b";\n" for _, message in heard),
            START_S,
            "modes: tells no times; expected",
        ),
        (beast([(0.0, SHORT)]), START_S, "modes: holds no ADS-B in 1 messages; expected"),
        (b"\x1a3", START_S, "modes: holds no ADS-B in 0 messages; expected"),
    ):
        with pytest.raises(InputError) as caught:
            of(data, start_s)
        assert sentence in str(caught.value)


def test_files_are_known_by_their_beginning() -> None:
    assert is_beast(beast([(0.0, SHORT)]))
    assert is_avr(avr([(0.0, SHORT)]))
    assert is_avr(b"\r\n*8d40621d58c382d690c8ac2863a7;")
    assert not is_beast(b"\x1a")
    assert not is_beast(b"\x1a9")
    assert not is_avr(b"*;")


FILES = [
    form((time_s, message) for time_s, _, _, message in flight(46.5, 7.5, 0.002, 0.0, 6))
    for form in (beast, avr)
]


@settings(max_examples=300)
@given(data=st.data(), which=st.integers(0, 1))
def test_any_bytes_are_read_or_refused(data: st.DataObject, which: int) -> None:
    octets = bytearray(FILES[which])
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(octets)))
        octets[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    with suppress(InputError):
        of(bytes(octets))


@given(body=st.lists(st.binary(min_size=7, max_size=7), min_size=1, max_size=6))
def test_any_squitter_is_read_or_refused(body: list[bytes]) -> None:
    with suppress(InputError):
        of(beast((0.5 * k, squitter(fields)) for k, fields in enumerate(body)))
