"""The verbs of `kizuna moon`: what they write, and sentences for what they can't use."""

import builtins
import json
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest
import rasterio
from tests.lunar.made import grid_of

from kizuna.cli.main import main
from kizuna.lunar.elevation import write_grid
from kizuna.lunar.synthetic import summit_m, synthetic_terrain


def kizuna(monkeypatch, *words):
    """Run the command; its exit status."""
    monkeypatch.setattr(sys, "argv", ["kizuna", *(str(word) for word in words)])
    monkeypatch.delitem(sys.modules, "kizuna.cli.moon", raising=False)
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code or 0


def test_light_writes_maps_series_and_a_page(monkeypatch, tmp_path, capsys):
    """From a user's elevation models, near and far."""
    write_grid(tmp_path / "near.tif", grid_of(lambda x, y: 0.0 * x * y + 900.0, 40, 20.0, (0.0, 5_000.0)))
    write_grid(
        tmp_path / "far.tif",
        grid_of(lambda x, y: np.where(y > 20_000.0, 2_500.0, 0.0) + 0.0 * x, 200, 400.0, (0.0, 0.0)),
    )
    status = kizuna(
        monkeypatch, "moon", "light", "--terrain", tmp_path / "near.tif", "--terrain", tmp_path / "far.tif",
        "--from", "2029-01-01", "--to", "2029-01-10", "--step", 14_400, "--out", tmp_path / "out", "--relay",
    )  # fmt: skip
    told = capsys.readouterr().out
    assert status == 0
    assert "eye at 902 m" in told
    assert "Longest darkness: " in told
    series = pq.read_table(tmp_path / "out" / "series.parquet")
    assert len(series) == 9 * 6 + 1
    with rasterio.open(tmp_path / "out" / "light.tif") as file:
        assert file.read(1).max() == pytest.approx(series["sun_fraction"].to_numpy().mean(), abs=0.03)
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        picture = rasterio.open(tmp_path / "out" / "light.png").read()
    assert picture.shape == (3, 40, 40)
    assert "The sky from the place" in (tmp_path / "out" / "light.html").read_text()


def test_the_summit_is_the_highest_ground():
    """Higher than 99 of 100 places of the made-up world within 25 km; small craters make the rest."""
    x, y = summit_m(4)
    top = synthetic_terrain(4, cells=40, step_m=50.0, centre_m=(x, y), reach_m=0.0).near.height_m.max()
    whole = synthetic_terrain(4, cells=100, step_m=500.0, centre_m=(0.0, 0.0), reach_m=0.0).near.height_m
    assert top > np.quantile(whole, 0.99)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "--terrain: isn't given; expected elevation models, or --synthetic with a seed"),
        (["--terrain", "a.tif", "--synthetic", 1], "--synthetic: is given beside --terrain"),
        (["--terrain", "missing.tif"], "missing.tif: is not there"),
        (["--synthetic", 1, "--from", "soon"], "--from: 'soon' is not a time"),
        (["--synthetic", 1, "--to", "2028-01-01"], "--to: 2028-01-01 is less than a step of 3600 s after"),
        (["--synthetic", 1, "--at", "there"], "--at: 'there' is no place; expected LAT,LON in degrees"),
        (["--synthetic", 1, "--mast=-1"], "--mast: -1 m; expected 0 or more"),
        (["--synthetic", 4, "--cells", 16, "--to", "2060-01-01"], "lies outside the ephemeris"),
        (["--synthetic", 4, "--cells", 16, "--to", "2029-01-02", "--at=-60,0"], "lies outside the map"),
    ],
)
def test_what_light_cannot_use_is_told(monkeypatch, tmp_path, capsys, options, sentence):
    """Status 2 and one sentence."""
    assert kizuna(monkeypatch, "moon", "light", "--out", tmp_path, "--quiet", *options) == 2
    assert sentence in capsys.readouterr().err


HERE, THERE = "--start=-89.5051,146.4688", "--goal=-89.5052,145.2614"


def test_route_writes_a_plan_that_check_accepts_and_refuses(monkeypatch, tmp_path, capsys):
    """As it is, and after somebody made the rover leave too late to be in time at its speed."""
    ways = ("--synthetic", 4, "--cells", 100, HERE, THERE, "--until", "2029-09-20T06:00:00Z")
    assert kizuna(monkeypatch, "moon", "route", *ways, "--out", tmp_path) == 0
    told = capsys.readouterr().out
    assert "no plan arrives earlier" in told
    assert "Margins, the weakest first" in told
    assert "Where" in (tmp_path / "route.html").read_text()
    line, *points = json.loads((tmp_path / "route.geojson").read_text())["features"]
    assert line["geometry"]["coordinates"][0] == pytest.approx([146.4688, -89.5051], abs=0.05)
    assert [point["properties"]["name"] for point in points] == ["haven 1", "start", "goal"]
    clock, rover, *_ = json.loads((tmp_path / "route.czml").read_text())
    assert clock["clock"]["interval"].startswith("2029-09-20T00:00:00Z/")
    fixed = np.array(rover["position"]["cartesian"]).reshape(-1, 4)[:, 1:]
    assert np.linalg.norm(fixed, axis=1) == pytest.approx(1_740_000.0, abs=3_000.0)
    plan = tmp_path / "plan.yaml"
    assert kizuna(monkeypatch, "moon", "check", plan) == 0
    assert "walk home" in capsys.readouterr().out
    text = plan.read_text().replace("2029-09-20T00:00:00Z", "2029-09-20T00:00:03Z")
    plan.write_text(text)
    assert kizuna(monkeypatch, "moon", "check", plan, "--quiet") == 1
    assert "limits; speed by " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "status", "sentence"),
    [
        ([HERE, "--goal=-80,0"], 2, "goal: -80, 0: lies outside the map"),
        ([HERE, "--goal=-89.5051,146.4688"], 2, "--goal: lies in the same cell as --start"),
        ([HERE, THERE, "--until", "2029-09-19"], 2, "--until: 2029-09-19 isn't after 2029-09-20"),
        (
            [HERE, THERE, "--from", "2029-09-08", "--until", "2029-09-09"],
            1,
            "light or sight of the Earth never",
        ),
        ([HERE, THERE, "--stored", "0.05"], 1, "the stores hold too little at the start: 5"),
    ],
)
def test_routes_that_cannot_be_are_told(monkeypatch, tmp_path, capsys, options, status, sentence):
    """Status 2 for input that can't be used, 1 for a way that isn't there."""
    words = ("--synthetic", 4, "--cells", 60, "--out", tmp_path, "--quiet")
    assert kizuna(monkeypatch, "moon", "route", *words, *options) == status
    assert sentence in capsys.readouterr().err


def test_without_the_extra_one_sentence_says_so(monkeypatch, tmp_path, capsys):
    """A package of the extra that is not there is named, with what to install."""
    importing = builtins.__import__

    def refuse(name, *rest, **more):
        if name.split(".")[0] == "rasterio":
            raise ModuleNotFoundError("No module named 'rasterio'", name="rasterio")
        return importing(name, *rest, **more)

    for name in [name for name in sys.modules if name.startswith(("kizuna.lunar", "kizuna.cli.moon"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", refuse)
    assert kizuna(monkeypatch, "moon", "light", "--out", tmp_path) == 2
    assert capsys.readouterr().err == (
        "kizuna: kizuna moon light: needs the package rasterio, which isn't installed; "
        "expected the extra `moon`: pip install 'kizuna[moon]'\n"
    )
