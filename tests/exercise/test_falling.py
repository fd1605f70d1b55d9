"""In an exercise people are warned of what falls, told when that changes, and told when it is over."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.exercise.test_run import silent
from tests.gateways.test_cap import SCHEMA
from tests.house.source import ROOT

from kizuna.command.cover import Area, Coverage
from kizuna.command.orders import Order
from kizuna.command.staff import Case
from kizuna.exercise.falling import falling_of, predicted, warn
from kizuna.exercise.run import run
from kizuna.messages import codec
from kizuna.messages.impact import Impacts, Warnings

HOME = Coverage((), (Area("home", 20.0, 145.0, 50_000.0, 1.0, nation="ARD"),))
T0_S = 1.9e9
CASE = Case("ARD-1-ARD", "ARD", 0.0, 600.0)


def predictions(*north_km: float, sigma_m: float = 2_000.0, every_s: float = 10.0, **more: Any) -> Impacts:
    """What a node predicts of one track, so many km north of home."""
    count = len(north_km)
    return Impacts.of(
        **{
            "time": T0_S + every_s * np.arange(count),
            "node": ["ARD"] * count,
            "track": [1] * count,
            "lat_deg": [20.0 + north / 110.7 for north in north_km],
            "lon_deg": [145.0] * count,
            "var_east_m2": [sigma_m**2] * count,
            "cov_east_north_m2": [0.0] * count,
            "var_north_m2": [sigma_m**2] * count,
            "falls": [T0_S + 600.0] * count,
            "sigma_s": [10.0] * count,
            **more,
        }
    )


def told(impacts: Impacts, folder: Path, issued_s: float = 15.0) -> list[tuple[float, str]]:
    """When people are told what, s, if an order is issued then."""
    order = Order("ARD-1-ARD.warn_public", "warn_public", "", ("ARD",), state="issued")
    order.steps = [(0.0, "draft", "head"), (issued_s, "issue", "head")]
    (falls,) = falling_of(HOME, impacts)
    warn({order.name: order}, {CASE: falls}, impacts, T0_S, folder)
    made = codec.read(Warnings, folder / "warnings.parquet")
    for path in (folder / "warnings").glob("*.xml"):
        SCHEMA.validate(str(path))
    return [(time_s - T0_S, says or "") for time_s, says in zip(made.time, made.says.values(), strict=True)]


def test_people_are_told_once_while_nothing_changes(tmp_path: Path) -> None:
    assert told(predictions(0, 0, 0, 0, 0), tmp_path) == [(15.0, "Alert")]


@pytest.mark.parametrize(
    "more",
    [
        {"lat_deg": [20.0] * 3 + [20.03] * 2},
        {"var_north_m2": [4e6] * 3 + [8e5] * 2},
        {"var_north_m2": [4e6] * 3 + [2e7] * 2},
        {"falls": [T0_S + 600.0] * 3 + [T0_S + 640.0] * 2},
    ],
)
def test_people_are_told_when_place_size_or_time_change(tmp_path: Path, more: dict[str, Any]) -> None:
    assert told(predictions(0, 0, 0, 0, 0, **more), tmp_path) == [(15.0, "Alert"), (30.0, "Update")]


def test_what_no_longer_reaches_them_is_cancelled_and_warned_of_anew(tmp_path: Path) -> None:
    """One picture beside them changes nothing: only two do."""
    away = [0, 0, 90, 0, 90, 90, 90, 0, 0]
    assert told(predictions(*away), tmp_path) == [(15.0, "Alert"), (50.0, "Cancel"), (80.0, "Alert")]
    texts = [SCHEMA.to_dict(str(path)) for path in sorted((tmp_path / "warnings").glob("*.xml"))]
    assert [each["msgType"] for each in texts] == ["Alert", "Cancel", "Alert"]
    first = texts[0]
    assert texts[1]["references"] == f"{first['sender']},{first['identifier']},{first['sent']}"


def test_an_order_that_comes_after_the_fall_tells_nobody(tmp_path: Path) -> None:
    assert told(predictions(0, 0, 0), tmp_path, issued_s=700.0) == []


def test_areas_beside_are_not_warned() -> None:
    assert falling_of(HOME, predictions(90, 90, 90)) == []
    assert [each.reaches for each in falling_of(HOME, predictions(90, 54, 50))] == [(False, True, True)]
    # One that goes round the whole area.
    assert falling_of(HOME, predictions(60, sigma_m=200_000.0))[0].reaches == (True,)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped exercise with two objects, in one variant."""
    folder = tmp_path_factory.mktemp("falling")
    text = (ROOT / "examples" / "exercises" / "falling.yaml").read_text()
    for was, becomes in (
        ("count: 8", "count: 2"),
        ("launch_s: [0, 240]", "launch_s: [0, 20]"),
        ("duration_s: 900", "duration_s: 480"),
        ("../", f"{ROOT}/examples/"),
    ):
        assert was in text
        text = text.replace(was, becomes)
    (folder / "falling.yaml").write_text(text)
    run(folder / "falling.yaml", folder / "out", None, ("shared",), "kizuna run falling.yaml", silent)
    return folder / "out"


@pytest.mark.slow
def test_an_exercise_tells_how_its_people_were_warned(out: Path) -> None:
    found = json.loads((out / "summary.json").read_text())["variants"]["shared"]["warnings"]
    assert [each["nation"] for each in found] == ["ARD", "BOR"]
    landings, leads = sum(each["landings"] for each in found), [s for each in found for s in each["lead_s"]]
    assert landings >= 1
    assert len(leads) == landings
    assert all(60.0 < lead_s < 400.0 for lead_s in leads)
    assert len(predicted(out / "shared")) > 50
    sent = codec.read(Warnings, out / "shared" / "warnings.parquet")
    files = sorted((out / "shared" / "warnings").glob("*.xml"))
    assert (
        len(files) == len(sent) == sum(each["alerts"] + each["updates"] + each["cancels"] for each in found)
    )
    assert {SCHEMA.to_dict(str(path))["status"] for path in files} == {"Exercise"}
    assert 'id="warnings"' in (out / "report.html").read_text()
