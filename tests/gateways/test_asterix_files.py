"""Files with ASTERIX in every form: where blocks stand, what is broken in them, and when it was."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gateways.asterix_made import DAY_S, block, final, frame, north, pcap, pcapng, plot, scans

from kizuna.errors import InputError
from kizuna.gateways.asterix.read import is_asterix, read
from kizuna.messages.check import check
from kizuna.messages.recording import Recording


def of(data: bytes, start_s: float | None = DAY_S) -> Recording:
    """What is read from a file."""
    recording = read(data, "radar.ast", start_s)
    check(recording.detections, "radar.ast")
    check(recording.tracks, "radar.ast")
    return recording


def said(recording: Recording) -> list[str]:
    """The remarks."""
    return [str(remark) for remark in recording.remarks]


def test_every_form_of_file_gives_the_same_plots() -> None:
    parts = [block(48, plot(43_200.0 + k, 0x2000 + k)) for k in range(5)]
    at = [DAY_S + 43_200.5 + k for k in range(5)]
    captured = [
        (time_s, frame(part, vlan=k % 2 == 1)) for k, (time_s, part) in enumerate(zip(at, parts, strict=True))
    ]
    files = {
        "raw": b"".join(parts),
        "final": final([(43_200.5 + k, part) for k, part in enumerate(parts)]),
        "pcap": pcap(captured),
        "pcap, other order of bytes": pcap(captured, order=">"),
        "pcapng": pcapng(captured),
        "pcapng, other order of bytes": pcapng(captured, order=">"),
    }
    for form, data in files.items():
        assert is_asterix(data[:65_536]), form
        detections = of(data, None if form.startswith("pcap") else DAY_S).detections
        assert detections.time.tolist() == [DAY_S + 43_200.0 + k for k in range(5)], form
        np.testing.assert_allclose(detections.range_m, [(0x2000 + k) * 1852 / 256 for k in range(5)])


@pytest.mark.parametrize(
    ("link", "head"), [(101, b""), (0, b"\2\0\0\0"), (113, b"\0" * 16), (276, b"\0" * 20)]
)
def test_captures_of_other_links_are_read(link: int, head: bytes) -> None:
    packet = head + frame(block(48, plot(10.0)))[14:]
    assert len(of(pcap([(DAY_S + 10.0, packet)], link)).detections) == 1


def test_datagrams_over_ipv6_are_read() -> None:
    datagram = frame(block(48, plot(10.0)))[34:]
    packet = (
        b"\1" * 12
        + b"\x86\xdd\x60\0\0\0"
        + len(datagram).to_bytes(2, "big")
        + b"\x11\x40"
        + b"\1" * 32
        + datagram
    )
    assert len(of(pcap([(DAY_S + 10.0, packet)])).detections) == 1


def test_what_a_capture_holds_besides_is_told() -> None:
    good = frame(block(48, plot(10.0)))
    fragment = bytearray(good)
    fragment[20] = 0x20
    tcp = bytearray(good)
    tcp[23] = 6
    data = pcap([(DAY_S + 10.0, each) for each in (good, bytes(fragment), bytes(tcp), good[:-5])])
    recording = of(data + b"\0" * 9)
    assert len(recording.detections) == 1
    assert said(recording) == [
        "radar.ast: left out fragments of datagrams: 1",
        "radar.ast: left out packets that the capture cut short: 1",
        f"radar.ast: left out the rest after a packet that is cut short: 1, the first at byte {len(data):,}",
    ]


def test_a_broken_record_ends_its_block_and_no_more() -> None:
    good, short = block(48, plot(10.0)), block(48, plot(20.0, 1), plot(21.0, 2)[:-2])
    recording = of(good + short + block(48, plot(30.0)))
    assert recording.detections.time.tolist() == [DAY_S + 10.0, DAY_S + 20.0, DAY_S + 30.0]
    broken_at = len(good) + 3 + len(plot(20.0))
    assert said(recording) == [f"radar.ast: left out broken records: 1, the first at byte {broken_at}"]


@pytest.mark.parametrize(
    "mark",
    [b"\xff\xff\xff\xfe", b"\x00", b"\x01\x01", b"\x00\x00\x00\x00"],
    ids=["more marks than items", "no items", "marks without end", "zeros"],
)
def test_records_without_sense_are_broken(mark: bytes) -> None:
    recording = of(scans(5) + block(48, mark) + scans(1, 50_000.0))
    assert len(recording.detections) == 6
    assert "left out broken records: 1" in said(recording)[0]


def test_rubbish_between_blocks_is_stepped_over() -> None:
    before, after = scans(3), scans(3, 50_000.0)
    rubbish = np.random.RandomState(3).bytes(60)
    recording = of(before + rubbish + after)
    assert len(recording.detections) == 6
    assert said(recording) == [f"radar.ast: left out broken records: 1, the first at byte {len(before):,}"]
    assert len(of(before + after[:-5]).detections) == 5


def test_other_categories_are_passed_over() -> None:
    recording = of(scans(2) + block(65, b"\xe0\0\1\1") + block(247, b"\1") + scans(1, 50_000.0))
    assert len(recording.detections) == 3
    assert said(recording) == [
        "radar.ast: passed over blocks of CAT 065: 1",
        "radar.ast: passed over blocks of CAT 247: 1",
    ]


def test_two_lines_of_one_feed_count_once() -> None:
    twice = [(DAY_S + 5.0, frame(block(48, plot(5.0)))), (DAY_S + 5.001, frame(block(48, plot(5.0))))]
    other = (DAY_S + 5.002, frame(block(48, plot(5.0, source=(25, 202)))))
    recording = of(pcap([*twice, other]))
    assert recording.detections.sensor.values() == ["25-201", "25-202"]
    assert said(recording) == ["radar.ast: left out reports that say again what another said: 1"]


def test_the_day_goes_on_after_midnight() -> None:
    data = block(48, plot(86_390.0), plot(86_399.5), plot(0.5), plot(10.0))
    expected = [DAY_S + each for each in (86_390.0, 86_399.5, 86_400.5, 86_410.0)]
    assert of(data).detections.time.tolist() == expected
    # A plot that is late across midnight goes back to the day before.
    late = block(48, plot(86_399.0), plot(0.5), plot(86_399.5), plot(1.0))
    assert of(late).detections.time.tolist() == [
        DAY_S + each for each in (86_399.0, 86_399.5, 86_400.5, 86_401.0)
    ]


def test_a_capture_tells_the_day() -> None:
    captured = pcap([(DAY_S + 0.2, frame(block(48, plot(86_399.9), plot(0.1))))])
    np.testing.assert_allclose(of(captured, None).detections.time, [DAY_S - 0.1, DAY_S + 0.1], atol=1 / 128)


def test_a_time_of_day_may_begin_before_the_hour_that_somebody_remembers() -> None:
    data = block(48, plot(36_000.0))
    assert of(data, DAY_S).detections.time.tolist() == [DAY_S + 36_000.0]
    assert of(data, DAY_S + 37_000.0).detections.time.tolist() == [DAY_S + 36_000.0]
    assert of(data, DAY_S + 40_000.0).detections.time.tolist() == [DAY_S + 122_400.0]


def test_a_file_without_its_day_says_what_to_add() -> None:
    for data in (scans(1), final([(1.0, block(48, plot(1.0)))])):
        with pytest.raises(InputError) as caught:
            of(data, None)
        assert str(caught.value) == (
            "radar.ast: tells the time of day, but not the day; "
            "expected --start with the day it began, such as --start 2024-05-01"
        )


def test_a_record_of_final_without_its_end_is_told() -> None:
    good = final([(1.0, block(48, plot(1.0)))])
    recording = of(good + good[:-1])
    assert said(recording)[0] == (
        f"radar.ast: left out the rest after a record without its end: 1, the first at byte {len(good)}"
    )


def test_other_files_are_refused() -> None:
    for seed in range(50):
        with pytest.raises(InputError, match="is no ASTERIX, or mostly broken|holds no records"):
            of(np.random.RandomState(seed).bytes(5_000))
    with pytest.raises(InputError, match="holds no records of CAT 001, 002, 020, 021, 034, 048, 062"):
        of(block(65, b"\xe0\0\1\1"))
    with pytest.raises(InputError, match="holds no UDP datagrams in 1 packets"):
        of(pcap([(0.0, b"\0" * 60)]))
    with pytest.raises(InputError, match="is cut short within its header"):
        of(pcap([])[:20])


FILES = [
    scans(4),
    final([(1.0, scans(2))]),
    pcap([(DAY_S, frame(scans(2)))]),
    pcapng([(DAY_S, frame(scans(2)))]),
]


@settings(max_examples=300)
@given(data=st.data(), which=st.integers(0, len(FILES) - 1))
def test_any_bytes_are_read_or_refused(data: st.DataObject, which: int) -> None:
    """Good files with bytes changed, taken out and put in, and bytes alone."""
    octets = bytearray(FILES[which])
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(octets)))
        octets[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    with suppress(InputError):
        of(bytes(octets))


@settings(max_examples=200)
@given(
    blocks=st.lists(
        st.tuples(st.sampled_from([1, 2, 20, 21, 34, 48, 62]), st.binary(min_size=1, max_size=60)),
        min_size=1,
        max_size=4,
    )
)
def test_any_record_of_any_category_is_read_or_refused(blocks: list[tuple[int, bytes]]) -> None:
    with suppress(InputError):
        of(b"".join(block(category, body) for category, body in blocks))


def test_north_marks_tell_period_and_place() -> None:
    sensors = of(scans(5, period_s=4.0)).sensors
    assert sensors.sensor.values() == ["25-201"]
    assert sensors.period_s.tolist() == [4.0]
    np.testing.assert_allclose(
        [sensors.lat_deg[0], sensors.lon_deg[0], sensors.alt_m[0]], [46.4, 14.0625, 500.0], atol=1e-4
    )
    assert len(of(block(34, north(5.0)) + scans(1)).detections) == 1
