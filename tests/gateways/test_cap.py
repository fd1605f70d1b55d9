"""Warnings are valid by the schema that OASIS publishes, and say to another reader what they were made of."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xmlschema
from pyproj import Geod

from kizuna.errors import InputError
from kizuna.gateways.cap.alert import Alert, Area, Info, references_of, write, xml_of
from kizuna.gateways.cap.impacts import LANGUAGES, Impact, certainty, severity, urgency, warning
from kizuna.geo.time import parse_utc
from kizuna.tracking.warning import Areas

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "cap12" / "CAP-v1.2.xsd")
SENT_S = parse_utc("2030-06-01T00:00:00Z")
INFO = Info("en", "Safety", "Test", "None", "Unknown", "Unknown", "Unknown", "Head", "Text")


def impact(lon_deg: float = 127.65, after_s: float = 600.0, **changes: Any) -> Impact:
    """An object that comes down near Okinawa, or elsewhere on its parallel."""
    cov = np.array([[[9e6, 2e6], [2e6, 4e6]]])
    areas = Areas(np.array([26.2]), np.array([lon_deg]), cov, np.array([after_s]), np.array([14.0]))
    ring = areas.rings(0.95)[0]
    ring[:, 0] = np.unwrap(ring[:, 0], period=360.0)
    major, minor, _ = (float(each[0]) for each in areas.ellipses(0.95))
    made = Impact("T7", SENT_S + after_s, 14.0, 26.2, lon_deg, major, minor, 0.95, ring)
    return replace(made, **changes)


def read(alert: Alert) -> Any:
    """What a reader that knows the schema alone finds in a message; it fails on one that isn't valid."""
    return SCHEMA.to_dict(xml_of(alert), preserve_root=True)["alert"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["Alert", "Update", "Cancel"])
def test_a_warning_is_valid_and_read_as_it_was_meant(kind: str, language: str) -> None:
    before = () if kind == "Alert" else ("kizuna.exercise,w-0,2030-05-31T23:59:00-00:00",)
    alert = warning("w-1", "kizuna.exercise", SENT_S, [impact()], [language], before, kind == "Cancel")
    held = read(alert)
    assert (held["identifier"], held["status"], held["msgType"]) == ("w-1", "Exercise", kind)
    assert held["sent"] == "2030-06-01T00:00:00-00:00"
    assert held.get("references") == (before[0] if before else None)
    (info,) = held["info"]
    assert info["language"] == language
    assert info["responseType"] == [("AllClear" if kind == "Cancel" else "Shelter")]
    assert info["urgency"] == ("Past" if kind == "Cancel" else "Immediate")
    assert info["onset"] == "2030-06-01T00:09:32-00:00"
    assert info["expires"] == "2030-06-01T00:15:42-00:00"
    words = [info[name] for name in ("event", "headline", "description", "instruction")]
    assert all(words)
    assert "{" not in " ".join(words)


def test_the_polygon_is_the_ellipse() -> None:
    """Its area on the ellipsoid, by pyproj, is that of the ellipse; latitudes come first."""
    held = read(warning("w-1", "kizuna.exercise", SENT_S, [impact()]))
    (text,) = held["info"][0]["area"][0]["polygon"]
    lat, lon = np.array([pair.split(",") for pair in text.split(" ")], dtype=np.float64).T
    area_m2, _ = Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)
    assert abs(area_m2) / 1e6 == pytest.approx(impact().area_km2, rel=5e-3)
    assert (lat[0], lon[0]) == (lat[-1], lon[-1])


def test_across_the_date_line_it_is_the_circle_around_the_ellipse() -> None:
    held = read(warning("w-1", "kizuna.exercise", SENT_S, [impact(lon_deg=180.01)]))
    (area,) = held["info"][0]["area"]
    assert "polygon" not in area
    assert area["circle"] == [f"26.20000,-179.99000 {impact().semi_major_m / 1000:.3f}"]


def test_each_object_is_told_in_each_language() -> None:
    held = read(warning("w-1", "me", SENT_S, [impact(), impact(name="T8")], ["en", "ja"]))
    found = [(info["language"], info["parameter"][0]["value"]) for info in held["info"]]
    assert found == [("en", "T7"), ("en", "T8"), ("ja", "T7"), ("ja", "T8")]


@pytest.mark.parametrize(
    ("after_s", "says"), [(-1e3, "Past"), (-60, "Immediate"), (920, "Immediate"), (930, "Expected")]
)
def test_urgency_goes_by_the_time_that_is_left(after_s: float, says: str) -> None:
    assert urgency(impact(after_s=after_s), SENT_S) == says


def test_certainty_and_severity_go_by_probability_and_area() -> None:
    assert [certainty(impact(probability=p)) for p in (0.95, 0.5, 0.05)] == ["Likely", "Possible", "Unlikely"]
    small, large = impact(semi_major_m=2e4, semi_minor_m=1e4), impact(semi_major_m=4e4, semi_minor_m=1e4)
    assert [severity(each) for each in (small, large)] == ["Extreme", "Severe"]
    assert severity(impact(probability=0.01)) == "Minor"


def test_a_message_in_private_names_whom_it_is_for() -> None:
    held = read(Alert("n-1", "me", SENT_S, "Alert", (INFO,), "Private", ("AUS", "KES")))
    assert (held["scope"], held["addresses"]) == ("Private", "AUS KES")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sender": "two words"}, "'two words' names nothing"),
        ({"identifier": "a,b"}, "'a,b' names nothing"),
        ({"scope": "Private"}, "a private message has addresses"),
        ({"addresses": ("AUS",)}, "a private message has addresses"),
        ({"kind": "Update"}, "refers to no other message"),
        ({"references": ("a,b,c",)}, "refers to no other message"),
    ],
)
def test_what_the_schema_does_not_see_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        replace(Alert("n-1", "me", SENT_S, "Alert"), **changes)


def test_a_ring_that_is_open_is_refused() -> None:
    area = Area("there", polygons=(((1.0, 2.0), (1.0, 3.0), (2.0, 3.0), (2.0, 2.0)),))
    with pytest.raises(ValueError, match="ends where it begins"):
        xml_of(Alert("n-1", "me", SENT_S, "Alert", (replace(INFO, areas=(area,)),)))


def test_what_follows_refers_to_all_before(tmp_path: Path) -> None:
    first = Alert("w-1", "me", SENT_S, "Alert")
    write(first, tmp_path / "1.xml")
    second = Alert("w-2", "me", SENT_S + 60.0, "Update", references=references_of(tmp_path / "1.xml"))
    write(second, tmp_path / "2.xml")
    assert references_of(tmp_path / "2.xml") == (first.reference, second.reference)
    assert first.reference == "me,w-1,2030-06-01T00:00:00-00:00"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<alert>", "line 1: is no XML"),
        ("<alert/>", "holds no alert"),
        ('<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>', "sender: is ''"),
        (None, "is not there"),
    ],
)
def test_what_is_no_message_is_told(tmp_path: Path, text: str | None, says: str) -> None:
    if text is not None:
        (tmp_path / "m.xml").write_text(text)
    with pytest.raises(InputError) as caught:
        references_of(tmp_path / "m.xml")
    assert says in str(caught.value)
