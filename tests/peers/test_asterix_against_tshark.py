"""ASTERIX as Wireshark's dissector reads it: records with random bits in every item, and real captures."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asterix.base as base
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.gateways.asterix_made import DAY_S, block, frame, pcap
from tests.peers.captures import captures
from tests.peers.test_asterix_against_libasterix import edition

from kizuna.constants import FOOT_M
from kizuna.gateways.asterix.frames import frames
from kizuna.gateways.asterix.layout import WANTED, layout
from kizuna.gateways.asterix.records import Records
from kizuna.gateways.asterix.reports import Reports, adsb, multilateration, plots
from kizuna.kernels.asterix import COMPOUND, EXPLICIT, EXTENDED, REPETITIVE, SPARE, find_records

NM_M = 1852.0
LEVEL_M = 100.0 * FOOT_M
RECORDS = 150
Message = dict[str, float]

pytestmark = pytest.mark.skipif(
    shutil.which("tshark") is None,
    reason="no tshark here; `make test` as root installs it on Debian and Ubuntu",
)


def dissected(path: Path) -> list[tuple[int, Message]]:
    """Category and fields of each record in a capture, in order; numbers alone, by their names."""
    command = ["tshark", "-r", str(path), "-d", "udp.port==1-65535,asterix", "-T", "json", "-J", "asterix"]
    answer = subprocess.run(command, capture_output=True, check=True, timeout=120)
    found: list[tuple[int, Message]] = []
    # Names come twice where blocks and records do, so objects are read as lists of pairs.
    for packet in json.loads(answer.stdout, object_pairs_hook=list):
        for name, layer in dict(dict(packet)["_source"])["layers"]:
            if name == "asterix":
                category = int(dict(layer)["asterix.category"])
                found += [(category, flat(body)) for key, body in layer if key == "asterix.message"]
    return found


def flat(pairs: Any) -> Message:
    """The numbers in nested pairs; what has several parts keeps the first."""
    made: Message = {}
    for name, value in pairs:
        if isinstance(value, list):
            for inner, number in flat(value).items():
                made.setdefault(inner, number)
        else:
            try:
                made.setdefault(
                    name.removeprefix("asterix."), float(int(value, 16) if "0x" in value else float(value))
                )
            except ValueError:
                continue
    return made


def records_of(data: bytes) -> dict[int, tuple[NDArray[np.int64], Records]]:
    """The records of each category in a capture, with their numbers in the order of the file."""
    octets = np.frombuffer(data, dtype=np.uint8)
    stretches, known = frames(octets, "capture"), layout()
    found, where, _, broken = find_records(
        octets,
        stretches.begins,
        stretches.ends,
        known.known,
        known.roots,
        known.items,
        max(map(len, WANTED.values())),
    )
    assert len(broken) == 0
    made = {}
    for category in np.unique(found[:, 0]).tolist():
        rows = np.flatnonzero(found[:, 0] == category)
        heard_s = stretches.heard_s[found[rows, 2]]
        made[category] = rows, Records(category, octets, found[rows, 1], where[rows].T.copy(), heard_s)
    return made


def random_record(luck: np.random.RandomState, root: int) -> bytes:
    """A record with some of its items, and random bits in them.

    Items of three-byte extents (I062/510) are left out: Wireshark 4.0 loses its place behind them.
    """
    items = layout().items

    def usable(row: int) -> bool:
        kind, size = items[row, :2].tolist()
        return kind not in (SPARE, EXPLICIT) and (kind, size) != (EXTENDED, 3)

    def body(row: int) -> bytes:
        kind, size = items[row, :2].tolist()
        if kind == EXTENDED:
            extents = bytearray(luck.bytes(luck.randint(1, 4)))
            for k in range(len(extents)):
                extents[k] = extents[k] & 0xFE | (k < len(extents) - 1)
            return bytes(extents)
        if kind == REPETITIVE:
            count = luck.randint(1, 4)
            return bytes([count]) + luck.bytes(count * size)
        return compound(row) if kind == COMPOUND else luck.bytes(size)

    def compound(row: int) -> bytes:
        first, count = items[row, 2:4].tolist()
        there = [k for k in range(count) if usable(first + k) and luck.rand() < 0.6] or [0]
        marks = bytearray(there[-1] // 7 + 1)
        for k in there:
            marks[k // 7] |= 0x80 >> k % 7
        for k in range(len(marks) - 1):
            marks[k] |= 1
        return bytes(marks) + b"".join(body(first + k) for k in there)

    return compound(root)


def whole_records(category: int, count: int) -> list[bytes]:
    """Random records that libasterix holds to be whole: items have no more extents than are defined."""
    luck, made = np.random.RandomState(category), list[bytes]()
    while len(made) < count:
        record = random_record(luck, int(layout().roots[category, 0]))
        parsed = edition(str(category)).cv_uap.parse(base.Bits.from_bytes(record))
        if not isinstance(parsed, ValueError):
            made.append(record)
    return made


@pytest.fixture(scope="module")
def random_capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A capture with random records of every category."""
    sent = [
        block(category, each)
        for category in (2, 20, 21, 34, 48, 62)
        for each in whole_records(category, RECORDS)
    ]
    path = tmp_path_factory.mktemp("random") / "random.pcap"
    path.write_bytes(pcap([(DAY_S, frame(each)) for each in sent]))
    return path


def same(mine: NDArray[np.float64], theirs: list[float | None], tolerance: float = 1e-6) -> None:
    """Known and unknown in the same places, and the same numbers."""
    other = np.array([np.nan if value is None else value for value in theirs])
    assert np.isfinite(other).any()
    np.testing.assert_allclose(mine, other, rtol=1e-9, atol=tolerance)


def told(messages: list[Message], name: str, factor: float = 1.0) -> list[float | None]:
    """One field of all messages."""
    return [message[name] * factor if name in message else None for message in messages]


def code(message: Message, item: str, value: str) -> float | None:
    """A code of Mode A or C where it is valid and not garbled."""
    if f"{item}_{value}" not in message or message[f"{item}_V"] or message[f"{item}_G"]:
        return None
    return message[f"{item}_{value}"]


def height_m(message: Message, item: str, value: str) -> float | None:
    """A height by Mode C up to flight level 1500; Wireshark 4.0 takes its 14 bits for unsigned."""
    level = code(message, item, value)
    level = level - 4096.0 if level is not None and level >= 2048.0 else level
    return None if level is None or level > 1500.0 else level * LEVEL_M


def hold_plots(reports: Reports, messages: list[Message], name: str) -> None:
    """Compare CAT 001 or 048."""
    same(reports.range_m, told(messages, f"{name}_040_RHO", NM_M))
    same(reports.azimuth_deg, told(messages, f"{name}_040_THETA"))
    level = "HGT" if name == "001" else "FL"
    same(reports.pressure_m, [height_m(each, f"{name}_090", level) for each in messages])
    said = [f"{name}_020_TYP" in each for each in messages]
    detected = f"{name}_020_TYP" if name == "048" else f"{name}_020_SSRPSR"
    assert reports.seen.tolist() == [
        not there or each[detected] > 0 for there, each in zip(said, messages, strict=True)
    ]
    assert reports.real.tolist() == [
        not any(each.get(f"{name}_020_{flag}") for flag in ("SIM", "RAB", "TST")) for each in messages
    ]
    who = [
        each.get(
            "048_220_VALUE",
            None if (mode := code(each, f"{name}_070", "MODE3A")) is None else 2**24 + mode,
        )
        for each in messages
    ]
    same(np.where(reports.who < 0, np.nan, reports.who), who)


def hold_multilateration(reports: Reports, messages: list[Message]) -> None:
    """Compare CAT 020."""
    same(reports.lat_deg, told(messages, "020_041_LAT"))
    same(reports.lon_deg, told(messages, "020_041_LON"))
    same(reports.geometric_m, told(messages, "020_105_VALUE", FOOT_M))
    same(reports.pressure_m, [height_m(each, "020_090", "FL") for each in messages])
    assert reports.real.tolist() == [
        not any(each.get(f"020_020_{flag}") for flag in ("SIM", "RAB", "TST")) for each in messages
    ]
    assert reports.airborne.tolist() == [not each.get("020_020_GBS") for each in messages]


def hold_adsb(reports: Reports, messages: list[Message]) -> None:
    """Compare CAT 021."""
    for axis, mine in (("LAT", reports.lat_deg), ("LON", reports.lon_deg)):
        same(mine, [each.get(f"021_131_{axis}", each.get(f"021_130_{axis}")) for each in messages])
    same(reports.geometric_m, told(messages, "021_140_VALUE", FOOT_M))
    same(reports.pressure_m, told(messages, "021_145_VALUE", LEVEL_M))
    same(np.where(reports.who < 0, np.nan, reports.who), told(messages, "021_080_VALUE"))
    assert reports.airborne.tolist() == [not each.get("021_040_GBS") for each in messages]


REPORTS: dict[int, tuple[Callable[[Records], Reports], Callable[..., None]]] = {
    20: (multilateration, hold_multilateration),
    21: (adsb, hold_adsb),
    48: (plots, lambda reports, messages: hold_plots(reports, messages, "048")),
}
NUMBERS: dict[int, list[tuple[str, int, int, float, bool, str]]] = {
    2: [("030", 0, 3, 1 / 128, False, "002_030_VALUE"), ("041", 0, 2, 1 / 128, False, "002_041_VALUE")],
    34: [
        ("000", 0, 1, 1, False, "034_000_VALUE"),
        ("030", 0, 3, 1 / 128, False, "034_030_VALUE"),
        ("041", 0, 2, 1 / 128, False, "034_041_VALUE"),
        ("120", 2, 3, 180 / 2**23, True, "034_120_LAT"),
        ("120", 5, 3, 180 / 2**23, True, "034_120_LON"),
    ],
    62: [
        ("070", 0, 3, 1 / 128, False, "062_070_VALUE"),
        ("105", 0, 4, 180 / 2**25, True, "062_105_LAT"),
        ("105", 4, 4, 180 / 2**25, True, "062_105_LON"),
        ("185", 0, 2, 0.25, True, "062_185_VX"),
        ("185", 2, 2, 0.25, True, "062_185_VY"),
        ("380/ADR", 0, 3, 1, False, "062_380_ADR_VALUE"),
        ("040", 0, 2, 1, False, "062_040_VALUE"),
        ("130", 0, 2, 6.25, True, "062_130_VALUE"),
        ("136", 0, 2, 0.25, True, "062_136_VALUE"),
        ("220", 0, 2, 6.25, True, "062_220_VALUE"),
        ("500/APC", 0, 2, 0.5, False, "062_500_APC_X"),
        ("500/APC", 2, 2, 0.5, False, "062_500_APC_Y"),
        ("500/COV", 0, 2, 0.5, True, "062_500_COV_VALUE"),
        ("500/AGA", 0, 1, 6.25, False, "062_500_AGA_VALUE"),
        ("500/ATV", 0, 1, 0.25, False, "062_500_ATV_X"),
        ("500/ATV", 1, 1, 0.25, False, "062_500_ATV_Y"),
        ("500/ARC", 0, 1, 6.25, False, "062_500_ARC_VALUE"),
    ],
}
"""Item, first byte, bytes, unit and sign of numbers, and what Wireshark calls them."""


def test_random_records_are_what_wireshark_says(random_capture: Path) -> None:
    theirs, mine = dissected(random_capture), records_of(random_capture.read_bytes())
    assert len(theirs) == sum(len(rows) for rows, _ in mine.values())
    for category, (rows, records) in mine.items():
        assert len(records) == RECORDS
        messages = [theirs[row][1] for row in rows.tolist()]
        assert {theirs[row][0] for row in rows.tolist()} == {category}
        if category in REPORTS:
            decoder, hold = REPORTS[category]
            hold(decoder(records), messages)
        for item, at, size, lsb, signed, name in NUMBERS.get(category, []):
            same(records.number(item, at, size, lsb, signed=signed), told(messages, name))


def test_real_captures_are_what_wireshark_says() -> None:
    """The captures that asterix-decoder ships."""
    path = captures() / "cat_034_048.pcap"
    theirs, mine = dissected(path), records_of(path.read_bytes())
    rows, records = mine[48]
    assert len(records) == 128
    messages = [theirs[row][1] for row in rows.tolist()]
    hold_plots(plots(records), messages, "048")
    same(records.number("140", 0, 3, 1 / 128), told(messages, "048_140_VALUE"))
    rows, records = mine[34]
    messages = [theirs[row][1] for row in rows.tolist()]
    for item, at, size, lsb, signed, name in NUMBERS[34]:
        same(records.number(item, at, size, lsb, signed=signed), told(messages, name))


def test_plots_of_cat_001_are_what_wireshark_says(tmp_path: Path) -> None:
    """Plots alone: Wireshark 4.0 lays tracks out as if they were plots. libasterix is held to both."""
    luck = np.random.RandomState(5)
    # Items 010, 020, 040, 070, 090; the first bit of the second says that it is a plot.
    sent = [
        b"\xf8\x19\xc9" + bytes([luck.randint(0, 64) << 1]) + luck.bytes(4 + 2 + 2) for _ in range(RECORDS)
    ]
    path = tmp_path / "one.pcap"
    path.write_bytes(pcap([(DAY_S, frame(block(1, each))) for each in sent]))
    messages = [message for _, message in dissected(path)]
    _, records = records_of(path.read_bytes())[1]
    hold_plots(plots(records), messages, "001")
