"""What `kizuna warn` makes of areas of impact."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Kizuna
from tests.gateways.test_cap import SCHEMA

RING = [[127.6, 26.1], [127.7, 26.1], [127.7, 26.3], [127.6, 26.3], [127.6, 26.1]]
FALLS = {
    "track": 4,
    "area": "impact",
    "utc": "2030-06-01T00:10:00Z",
    "sigma_s": 14.0,
    "seen_utc": "2030-06-01T00:02:00.5Z",
    "probability": 0.95,
    "lat_deg": 26.2,
    "lon_deg": 127.65,
    "semi_major_m": 11000,
    "semi_minor_m": 5000,
    "orientation_deg": 0.0,
}


def put(path: Path, **changes: object) -> Path:
    """A file with an area of impact and one of launch."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [RING]},
            "properties": FALLS | {"area": area} | changes,
        }
        for area in ("impact", "launch")
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_a_warning_is_updated_and_cancelled(kizuna: Kizuna, tmp_path: Path) -> None:
    areas, one, two, three = (tmp_path / name for name in ("a.geojson", "1.xml", "2.xml", "3.xml"))
    put(areas)
    left = kizuna("warn", areas, one, "--language", "en", "--language", "ja")
    assert left.status == 0, left.err
    assert left.out.startswith("Alert 20300601T000200Z-")
    assert left.out.endswith(f" of 1 object in en and ja: {one}\n")
    put(areas, seen_utc="2030-06-01T00:03:00Z")
    assert kizuna("warn", areas, two, "--after", one).status == 0
    taken_back = kizuna("warn", areas, three, "--after", two, "--cancel", "--at", "2030-06-01T00:05:00Z")
    assert taken_back.status == 0
    held = [SCHEMA.to_dict(str(each)) for each in (one, two, three)]
    assert [each["msgType"] for each in held] == ["Alert", "Update", "Cancel"]
    assert [len(each["info"]) for each in held] == [2, 1, 1]
    said = [f"{each['sender']},{each['identifier']},{each['sent']}" for each in held]
    assert [each.get("references") for each in held] == [None, said[0], f"{said[0]} {said[1]}"]
    assert len({each["identifier"] for each in held}) == 3


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--language", "xx"), "--language: is 'xx'; expected one of en, ja"),
        (("--cancel",), "--cancel: takes back nothing; expected --after EARLIER.xml"),
        (("--sender", "a b"), "--sender: 'a b' names nothing"),
        (("--at", "soon"), "--at: 'soon' is not a time; expected a time such as"),
    ],
)
def test_arguments_that_do_not_fit(
    refused: Callable[..., str], tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    assert refused("warn", put(tmp_path / "a.geojson"), tmp_path / "w.xml", *words).startswith(says)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not JSON"),
        ("[]", "is no FeatureCollection"),
        ('{"features": []}', "holds no area of impact"),
        ('{"features": [1]}', "feature 0: has no properties"),
        ('{"features": [{"properties": {"area": "impact"}}]}', "feature 0: is not what describes"),
    ],
)
def test_files_that_are_no_areas(refused: Callable[..., str], tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(text)
    assert refused("warn", path, tmp_path / "w.xml").startswith(f"{path}: {says}")


def test_a_ring_that_is_open(refused: Callable[..., str], tmp_path: Path) -> None:
    path = put(tmp_path / "a.geojson")
    path.write_text(path.read_text().replace("[127.6, 26.1]]", "[127.6, 26.2]]"))
    assert "feature 0: is no closed ring" in refused("warn", path, tmp_path / "w.xml")
