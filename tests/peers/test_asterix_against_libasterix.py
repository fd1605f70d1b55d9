"""What libasterix encodes we read as it was meant, and its layouts of every edition are ours."""

import re
from typing import Any

import asterix.base as base
import asterix.generated as gen
import numpy as np
import pytest
from tests.gateways.asterix_made import DAY_S

from kizuna.constants import FOOT_M
from kizuna.gateways.asterix.layout import CATEGORIES
from kizuna.gateways.asterix.read import read
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.recording import Recording
from kizuna.messages.track import Tracks

NM_M = 1852.0
EDITIONS = {
    "1": ["1_2", "1_3", "1_4"],
    "2": ["1_0", "1_1", "1_2"],
    "20": ["1_9", "1_10", "1_11"],
    "21": ["2_1", "2_2", "2_3", "2_4", "2_5", "2_6", "2_7"],
    "34": ["1_27", "1_28", "1_29"],
    "48": ["1_27", "1_28", "1_29", "1_30", "1_31", "1_32"],
    "62": ["1_16", "1_17", "1_18", "1_19", "1_20", "1_21"],
}
SOURCE = (("SAC", 25), ("SIC", 201))


def edition(category: str, name: str = "") -> Any:
    """A category as libasterix knows it, by default in its last edition."""
    return getattr(gen, f"Cat_{int(category):03d}_{name or EDITIONS[category][-1]}")


def shape(rule: Any) -> str:
    """The form of an item, in the words of `layout.CATEGORIES`, without names."""
    variation = (
        rule.cv_default_variation if issubclass(rule, base.RuleVariationDependent) else rule.cv_variation
    )
    if issubclass(variation, base.Element | base.Group):
        return str(variation.cv_bit_size // 8)
    if issubclass(variation, base.Extended):
        bits = {sum(part[1] if part else 1 for part in extent) for extent in variation.cv_items_list}
        assert len(bits) == 1
        return f"+{bits.pop() // 8}"
    if issubclass(variation, base.Repetitive):
        size = variation.cv_variation.cv_bit_size
        return f"*{size // 8}" if variation.cv_rep_bytes == 1 else f"+{(size + 1) // 8}"
    if issubclass(variation, base.Compound):
        return "{" + " ".join(shape(part.cv_rule) if part else "-" for part in variation.cv_items_list) + "}"
    assert issubclass(variation, base.Explicit)
    return "!"


def shapes(record: Any) -> list[str]:
    """The forms of a record's items, in order; what has no fixed place counts as absent."""
    return [
        shape(item.cv_non_spare.cv_rule) if issubclass(item, base.UapItem) else "-"
        for item in record.cv_items_list
    ]


def ours(name: str) -> list[str]:
    """The same of our layout."""
    text = re.sub(r"\w+:", "", CATEGORIES[name])
    return [" ".join(match.split()) for match in re.findall(r"\{[^}]*\}|\S+", text)]


@pytest.mark.parametrize(
    ("category", "name"), [(category, name) for category, names in EDITIONS.items() for name in names]
)
def test_layouts_are_those_of_the_editions(category: str, name: str) -> None:
    """All editions of a category lay their items out alike, but for what later ones added at the end."""
    profile = edition(category, name).cv_uap
    records = (
        {category: profile.cv_record}
        if hasattr(profile, "cv_record")
        else {category: profile.cv_uaps["plot"], f"{category} track": profile.cv_uaps["track"]}
    )
    for key, record in records.items():
        theirs, mine = shapes(record), ours(key)
        assert len(theirs) <= len(mine)
        assert [each for each in zip(theirs, mine, strict=False) if each[0] not in (each[1], "-")] == []


def made(category: str, *records: dict[str, Any]) -> bytes:
    """A block of records that libasterix makes."""
    kind = edition(category)
    record = getattr(kind, "cv_record", None) or kind.cv_uap.cv_uaps["plot"]
    return kind.create([record.create(each) for each in records]).unparse().to_bytes()


def of(data: bytes) -> Recording:
    """What we read from it."""
    return read(data, "peer.ast", DAY_S)


def one(table: Detections | Tracks) -> dict[str, Any]:
    """The columns of the only row, those that are known."""
    assert len(table) == 1
    row = {}
    for name in table.__dataclass_fields__:
        column = getattr(table, name)
        value = column.values()[0] if isinstance(column, Labels) else column[0]
        if value is not None and not np.isnan(
            value if np.isscalar(value) and not isinstance(value, str) else 0.0
        ):
            row[name] = value
    return row


def close(row: dict[str, Any], **expected: Any) -> None:
    """Text is equal, numbers are within the units in which ASTERIX counts."""
    for name, value in expected.items():
        if isinstance(value, str):
            assert row[name] == value, name
        else:
            tolerance = {"time": 1 / 256, "range_m": 4.0, "azimuth_deg": 0.003, "alt_m": 4.0}.get(name, 2e-5)
            assert abs(row[name] - value) <= tolerance, name


def test_a_plot_of_cat_048() -> None:
    data = made(
        "48",
        {
            "010": SOURCE,
            "140": (36_000.5, "s"),
            "020": ((("TYP", 5), 0, 0, 0, 0, None),),
            "040": (("RHO", (102.4, "NM")), ("THETA", (271.3, "°"))),
            "070": (0, 0, 0, 0, ("MODE3A", "2613")),
            "090": (0, 0, ("FL", (330.25, "FL"))),
            "130": {"SRL": (3.5, "°"), "SAM": (-40, "dBm")},
            "220": 0x3C660C,
            "250": [0x0123456789ABCD40],
            "120": {"CAL": (0, 0, ("CAL", (-120, "m/s")))},
        },
    )
    close(
        one(of(data).detections),
        time=DAY_S + 36_000.5,
        sensor="25-201",
        kind="radar",
        range_m=102.4 * NM_M,
        azimuth_deg=271.3,
        alt_m=33_025 * FOOT_M,
        identity="3c660c",
    )


def test_a_plot_without_address_is_known_by_mode_a_and_a_3d_radar_by_its_height() -> None:
    record = {
        "010": SOURCE,
        "140": (1.0, "s"),
        "040": (("RHO", (10.0, "NM")), ("THETA", (0.0, "°"))),
        "070": (0, 0, 0, 0, ("MODE3A", "2613")),
        "110": (0, ("3DH", (12_500, "ft"))),
    }
    close(one(of(made("48", record)).detections), identity="2613", alt_m=12_500 * FOOT_M, azimuth_deg=0.0)
    # Not validated, garbled: nothing is known by it.
    garbled = record | {"070": (0, 1, 0, 0, ("MODE3A", "2613")), "090": (1, 0, ("FL", (90, "FL")))}
    row = one(of(made("48", garbled)).detections)
    assert "identity" not in row
    close(row, alt_m=12_500 * FOOT_M)


def test_plots_of_cat_001_need_cat_002_for_the_hour() -> None:
    north = {"010": SOURCE, "000": 1, "030": (36_000.0, "s"), "041": (5.0, "s")}
    plot = {
        "010": SOURCE,
        "020": ((0, 0, ("SSRPSR", 2), 0, 0, 0, None),),
        "040": (("RHO", (102.4, "NM")), ("THETA", (90.0, "°"))),
        "070": (0, 0, 0, 0, ("MODE3A", "2613")),
        "090": (0, 0, ("HGT", (100.0, "FL"))),
        "141": (36_002.0 % 512.0, "s"),
    }
    recording = of(made("2", north) + made("1", plot))
    close(
        one(recording.detections),
        time=DAY_S + 36_002.0,
        range_m=102.4 * NM_M,
        azimuth_deg=90.0,
        identity="2613",
        alt_m=10_000 * FOOT_M,
    )
    assert recording.sensors.period_s.tolist() == [5.0]
    # A track of the same radar has other items from the third on.
    track = edition("1").cv_uap.cv_uaps["track"]
    tracked = {
        "010": SOURCE,
        "020": ((1, 0, ("SSRPSR", 2), 0, 0, 0, None),),
        "161": 7,
        "040": plot["040"],
        "042": (("X", (102.4, "NM")), ("Y", (0.0, "NM"))),
        "141": plot["141"],
    }
    data = edition("1").create([track.create(tracked)]).unparse().to_bytes()
    close(one(of(made("2", north) + data).detections), time=DAY_S + 36_002.0, range_m=102.4 * NM_M)


def test_a_position_of_cat_020() -> None:
    data = made(
        "20",
        {
            "010": SOURCE,
            "020": ((1, 0, 0, 0, 0, 0, 0, None),),
            "140": (36_000.5, "s"),
            "041": (("LAT", (-33.9, "°")), ("LON", (151.2, "°"))),
            "090": (0, 0, ("FL", (50.0, "FL"))),
            "105": (5_225.0, "ft"),
            "220": 0x7C1234,
        },
    )
    close(
        one(of(data).detections),
        kind="position",
        time=DAY_S + 36_000.5,
        lat_deg=-33.9,
        lon_deg=151.2,
        alt_m=5_225 * FOOT_M,
        identity="7c1234",
    )


@pytest.mark.parametrize("item", ["130", "131"])
def test_a_position_of_cat_021(item: str) -> None:
    record = {
        "010": SOURCE,
        "040": ((0, 0, 0, 0, None),),
        "073": (36_000.5, "s"),
        item: (("LAT", (46.5, "°")), ("LON", (-7.25, "°"))),
        "080": 0x4B1814,
        "140": (36_300.0, "ft"),
        "145": (360.0, "FL"),
    }
    expected = {
        "kind": "position",
        "time": DAY_S + 36_000.5,
        "lat_deg": 46.5,
        "lon_deg": -7.25,
        "alt_m": 36_300 * FOOT_M,
        "identity": "4b1814",
    }
    close(one(of(made("21", record)).detections), **expected)
    # The time for which the position holds is better than that of its arrival.
    timed = record | {"071": (36_000.25, "s")}
    close(one(of(made("21", timed)).detections), **expected | {"time": DAY_S + 36_000.25})


def test_where_a_radar_stands_and_how_fast_it_turns() -> None:
    told = {
        "010": SOURCE,
        "000": 1,
        "030": (36_000.0, "s"),
        "041": (4.5, "s"),
        "120": (("HGT", (780, "m")), ("LAT", (43.571, "°")), ("LON", (-16.4, "°"))),
    }
    plot = {"010": SOURCE, "140": (36_001.0, "s"), "040": (("RHO", (10.0, "NM")), ("THETA", (0.0, "°")))}
    sensors = of(made("34", told) + made("48", plot)).sensors
    found = [sensors.lat_deg[0], sensors.lon_deg[0], sensors.alt_m[0], sensors.period_s[0]]
    np.testing.assert_allclose(found, [43.571, -16.4, 780.0, 4.5], atol=2e-5)


def test_a_track_of_cat_062() -> None:
    data = made(
        "62",
        {
            "010": SOURCE,
            "070": (36_000.5, "s"),
            "105": (("LAT", (44.734, "°")), ("LON", (13.0415, "°"))),
            "185": (("VX", (-51.25, "m/s")), ("VY", (170.0, "m/s"))),
            "060": (0, 0, 0, 0, ("MODE3A", "4276")),
            "380": {"ADR": 0x3C0A55, "MHG": (10.0, "°")},
            "040": 4980,
            "080": (
                (0, 0, 0, 0, ("CNF", 0), None),
                (0, 0, 0, 0, 0, 0, 0, None),
                (0, 0, 0, 0, 0, None),
                (("CST", 1), 0, 0, 0, 0, 0, 0, None),
            ),
            "130": (43_300.0, "ft"),
            "220": (-600.0, "ft/min"),
            "500": {
                "APC": (("X", (100.0, "m")), ("Y", (50.0, "m"))),
                "COV": (-30.0, "m"),
                "AGA": (62.5, "ft"),
                "ATV": (("X", (2.0, "m/s")), ("Y", (3.0, "m/s"))),
                "ARC": (12.5, "ft/min"),
            },
        },
    )
    row = one(of(data).tracks)
    close(
        row,
        time=DAY_S + 36_000.5,
        node="25-201",
        track=4980,
        lat_deg=44.734,
        lon_deg=13.0415,
        alt_m=43_300 * FOOT_M,
        ve_mps=-51.25,
        vn_mps=170.0,
        vu_mps=-600 * FOOT_M / 60,
        identity="3c0a55",
        status="coasted",
    )
    variances = [100.0**2, -(30.0**2), 50.0**2, (62.5 * FOOT_M) ** 2, 4.0, 9.0, (12.5 * FOOT_M / 60) ** 2]
    np.testing.assert_allclose(row["cov"][[0, 1, 6, 11, 15, 18, 20]], variances)


def test_one_source_of_plots_and_positions_is_two_sensors_and_the_one_s_height_corrects_the_other_s() -> None:
    plot = {
        "010": SOURCE,
        "140": (36_001.0, "s"),
        "040": (("RHO", (10.0, "NM")), ("THETA", (0.0, "°"))),
        "090": (0, 0, ("FL", (330.0, "FL"))),
        "220": 0x4B1814,
    }
    report = {
        "010": SOURCE,
        "040": ((0, 0, 0, 0, None),),
        "073": (36_000.0, "s"),
        "130": (("LAT", (46.5, "°")), ("LON", (7.25, "°"))),
        "080": 0x4B1814,
        "140": (33_400.0, "ft"),
        "145": (330.0, "FL"),
    }
    recording = of(made("21", report) + made("48", plot, plot | {"220": 0x3C660C, "140": (36_002.0, "s")}))
    assert recording.detections.sensor.values() == ["25-201-position", "25-201", "25-201"]
    assert recording.sensors.sensor.values() == ["25-201", "25-201-position"]
    assert recording.sensors.kind.values() == ["radar", "position"]
    heights_ft = recording.detections.alt_m / FOOT_M
    # 400 ft higher than Mode C says, by what the same aircraft tells by ADS-B; nobody knows of the other.
    np.testing.assert_allclose(heights_ft, [33_400.0, 33_400.0, 33_000.0], atol=4.0)
