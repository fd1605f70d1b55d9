"""Traces of readsb: positions with their source, heights above the ellipsoid, and sentences for the rest."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.constants import FOOT_M
from kizuna.errors import InputError
from kizuna.gateways.readsb.read import is_trace, read
from kizuna.messages.check import check
from kizuna.messages.recording import Recording

BEGIN_S = 1_609_275_898.495


def row(after: Any, lat: Any = 52.1, lon: Any = 8.2, alt: Any = 36_000, **other: Any) -> list[Any]:
    """One row of a trace, as readsb's README-json.md describes it."""
    told = {"flags": 0, "source": "adsb_icao", "geometric": 36_500} | other
    return [
        after, lat, lon, alt, 450.2, 92.1, told["flags"], 64, None, told["source"], told["geometric"], 64,
    ]  # fmt: skip


def of(*rows: Any, **keys: Any) -> Recording:
    """What is read from a trace of these rows."""
    document = {
        "icao": "3C66B0",
        "r": "D-AIBP",
        "t": "A319",
        "timestamp": BEGIN_S,
        "trace": list(rows),
    } | keys
    recording = read(json.dumps(document).encode(), "trace.json")
    check(recording.detections, "trace.json")
    return recording


def said(recording: Recording) -> list[str]:
    """The remarks."""
    return [str(remark) for remark in recording.remarks]


def test_a_row_becomes_a_report() -> None:
    detections = of(row(0.0), row(5.25, 52.2)).detections
    np.testing.assert_allclose(detections.time, [BEGIN_S, BEGIN_S + 5.25], rtol=0, atol=1e-6)
    assert detections.lat_deg.tolist() == [52.1, 52.2]
    np.testing.assert_allclose(detections.alt_m, 36_500 * FOOT_M)
    assert detections.identity.values() == ["3c66b0", "3c66b0"]


def test_the_source_of_the_position_is_the_sensor() -> None:
    sources = ["adsb_icao", "mlat", "tisb_other", "adsr_icao", None]
    recording = of(*(row(k, source=source) for k, source in enumerate(sources)))
    assert recording.detections.sensor.values() == ["adsb", "mlat", "tisb", "adsr", "adsb"]
    assert recording.sensors.sensor.values() == ["adsb", "mlat", "tisb", "adsr"]
    assert len(of(row(0)[:9]).detections) == 1


def test_a_pressure_altitude_is_corrected_by_the_geometric_one() -> None:
    rows = [
        row(0, alt=36_000, geometric=36_400),
        row(5, alt=36_100, geometric=None),
        row(9, alt=30_000, flags=8),
    ]
    rows[2][10] = None
    np.testing.assert_allclose(of(*rows).detections.alt_m, np.array([36_400, 36_500, 30_000]) * FOOT_M)


def test_what_is_left_out_is_told() -> None:
    recording = of(row(0), row(4, alt="ground"), row(5, lat=None), row(6, lat="x"), row(7, lat=91.0), [], 7)
    assert said(recording) == [
        "trace.json: left out rows without a place or a time: 5",
        "trace.json: left out positions on the ground: 1",
    ]
    assert len(recording.detections) == 1


def test_remarks_on_many_files_become_one() -> None:
    parts = [of(row(k), row(k + 1, alt="ground")) for k in range(3)]
    joined = Recording.join(parts)
    assert said(joined) == ["trace.json and 2 other files: left out positions on the ground: 3"]
    assert joined.sensors.sensor.values() == ["adsb"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '{"icao"',
            "trace.json: is no JSON, or is cut short (",
        ),
        ('["icao"]', "trace.json: is no JSON object"),
        ('{"icao": 7}', "trace.json: key icao: is something else; expected text"),
        ('{"icao": "a"}', "trace.json: key timestamp: is missing; expected a number"),
        (
            '{"icao": "a", "timestamp": true}',
            "trace.json: key timestamp: is something else; expected a number",
        ),
        (
            '{"icao": "a", "timestamp": 1, "trace": {}}',
            "trace.json: key trace: is something else; expected a list",
        ),
    ],
)
def test_other_files_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text.encode(), "trace.json")
    assert str(caught.value).startswith(sentence)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
)


@given(
    rows=st.lists(st.lists(anything, min_size=5, max_size=13) | anything, max_size=5),
    begin=st.floats() | st.integers(),
)
def test_any_trace_is_read_or_refused(rows: list[Any], begin: float) -> None:
    try:
        of(*rows, timestamp=begin)
    except InputError:
        return


@given(data=st.binary(max_size=100))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        read(b'{"icao"' + data, "trace.json")


def test_a_number_too_great_for_a_float_is_told() -> None:
    """Found by hypothesis: JSON's whole numbers have no end."""
    with pytest.raises(InputError, match="is no JSON, or is cut short"):
        of(row(0), row(10**400))


def test_the_beginning_is_what_it_is_known_by() -> None:
    assert is_trace(b'{"icao":"3c66b0",')
    assert not is_trace(b'{"type":"FeatureCollection"')
