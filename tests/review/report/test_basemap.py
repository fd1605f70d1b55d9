"""The map shows land where land is, also across the date line and at the pole, and its data stay small."""

from importlib.resources import files

import numpy as np
import pytest

from kizuna.geo.geodesic import great_circle_m
from kizuna.review.report.basemap import basemap, natural_earth
from kizuna.review.report.canvas import canvas_for
from kizuna.review.report.graticule import graticule
from kizuna.review.report.lines import Box
from kizuna.review.report.material import ReportMaterial
from kizuna.review.report.projection import Projection, box_around, for_any_window, grown, overlap

HALF_KM = 1500.0
VIEW: Box = (-HALF_KM, HALF_KM, -HALF_KM, HALF_KM)
BUNDLE_BYTES = 600_000


def is_land(land: np.ndarray, point: np.ndarray) -> bool:
    """Whether a point is in any of the rings, by counting edges to its right."""
    inside = False
    for ring in np.split(land, np.flatnonzero(np.isnan(land[:, 0]))):
        known = ring[np.isfinite(ring[:, 0])]
        ahead = np.roll(known, -1, axis=0)
        spans = (known[:, 1] > point[1]) != (ahead[:, 1] > point[1])
        x = known[spans, 0] + (point[1] - known[spans, 1]) / (ahead[spans, 1] - known[spans, 1]) * (
            ahead[spans, 0] - known[spans, 0]
        )
        inside |= bool(np.count_nonzero(x > point[0]) % 2)
    return inside


@pytest.mark.parametrize(
    ("centre", "land", "sea"),
    [
        pytest.param(
            (36.0, 140.0), [(36.2, 138.5), (43.2, 142.5)], [(34.0, 145.0), (40.0, 135.0)], id="Japan"
        ),
        pytest.param(
            (-17.0, 179.5), [(-17.8, 178.0), (-16.6, 179.2)], [(-17.5, -179.9), (-20.0, 179.9)], id="Fiji"
        ),
        pytest.param(
            (66.0, 180.0), [(67.0, 179.9), (67.0, -179.9), (66.0, -160.0)], [(60.0, 180.0)], id="Chukotka"
        ),
        pytest.param(
            (88.0, 0.0), [(81.0, -40.0), (81.5, -75.0)], [(89.9, 10.0), (85.0, 180.0)], id="North Pole"
        ),
        pytest.param((46.8, 8.2), [(46.9, 7.4), (48.1, 11.6)], [(43.5, 9.0), (44.0, 14.0)], id="Alps"),
        pytest.param(
            (-25.0, 135.0), [(-25.0, 135.0), (-20.0, 140.0)], [(-36.0, 131.0)], id="land all around"
        ),
    ],
)
def test_places_on_land_are_on_land_and_places_at_sea_at_sea(
    centre: tuple[float, float], land: list[tuple[float, float]], sea: list[tuple[float, float]]
) -> None:
    projection = Projection(*centre)
    drawn = basemap(projection, VIEW, 1.0)
    assert all(is_land(drawn.land, projection.xy_km(*place)) for place in land)
    assert not any(is_land(drawn.land, projection.xy_km(*place)) for place in sea)


def test_a_country_about_the_antipode_is_not_drawn_inside_out() -> None:
    """The antipode of 10° N 140° E lies in Brazil."""
    projection = Projection(10.0, 140.0)
    drawn = basemap(projection, VIEW, 5.0)
    assert not is_land(drawn.land, projection.xy_km(10.0, 141.0))


def test_no_line_crosses_the_map_where_the_date_line_is() -> None:
    """A jump from 180° to -180° within a line would be drawn as a stroke around the world."""
    projection = Projection(-17.0, 179.5)
    drawn = basemap(projection, VIEW, 1.0)
    for lines in (drawn.coast, drawn.border, drawn.land):
        step = np.linalg.norm(np.diff(lines, axis=0), axis=1)
        assert np.nanmax(step, initial=0.0) < 500.0


def test_borders_are_told_from_coasts() -> None:
    projection = Projection(46.8, 8.2)
    drawn = basemap(projection, grown(VIEW, -0.4), 1.0)
    assert len(drawn.border) > 200
    # The border of Italy and Switzerland passes through the Matterhorn.
    gap = np.nanmin(np.linalg.norm(drawn.border - projection.xy_km(45.9766, 7.6585), axis=1))
    assert gap < 10.0


def test_the_graticule_is_named_at_the_edges_of_the_first_view() -> None:
    projection = Projection(0.0, 180.0)
    grid = graticule(projection, grown(VIEW, 0.2), VIEW)
    assert {"0°", "5° N", "10° S", "180°", "175° E", "170° W"} <= set(grid.labels)
    on_edge = np.isclose(grid.label_xy[:, 0], -HALF_KM) | np.isclose(grid.label_xy[:, 1], -HALF_KM)
    assert on_edge.all()


@pytest.mark.parametrize("centre", [(46.8, 8.2), (-17.0, 179.5), (75.0, 20.0), (89.0, 0.0), (0.0, -180.0)])
@pytest.mark.parametrize("half_km", [50.0, 400.0, 3000.0])
def test_the_graticule_fills_the_map_everywhere(centre: tuple[float, float], half_km: float) -> None:
    box: Box = (-half_km, half_km, -half_km, half_km)
    lines = graticule(Projection(*centre), box, box).lines
    assert 12 < len(lines) < 3000
    shown = lines[np.isfinite(lines[:, 0])]
    for axis, sign in ((0, -1.0), (0, 1.0), (1, -1.0), (1, 1.0)):
        assert (sign * shown[:, axis]).max() > 0.8 * half_km


def test_the_bundled_lines_are_small_and_say_where_they_come_from() -> None:
    folder = files("kizuna.review.report").joinpath("natural_earth")
    sizes = [len(item.read_bytes()) for item in folder.iterdir()]
    assert sum(sizes) < BUNDLE_BYTES
    text = folder.joinpath("README.md").read_text(encoding="utf-8")
    assert "public domain" in text
    assert "naturalearthdata.com" in text
    assert np.abs(natural_earth().lat_deg).max() <= 90.0
    assert np.abs(natural_earth().lon_deg).max() <= 180.001


def test_distances_from_the_centre_are_true() -> None:
    projection = Projection(20.0, 140.0)
    lat, lon = np.array([43.0, -12.4, 21.3]), np.array([141.7, 130.9, -157.9])
    found = np.linalg.norm(projection.xy_km(lat, lon), axis=1)
    assert found == pytest.approx(great_circle_m(20.0, 140.0, lat, lon) / 1000.0, abs=1e-6)


def test_the_centre_lies_between_the_sensors_also_across_the_date_line() -> None:
    centre = Projection.about(np.array([0.0, 0.0, np.nan]), np.array([170.0, -170.0, 0.0]))
    assert (centre.lat_deg, abs(centre.lon_deg)) == pytest.approx((0.0, 180.0))
    assert Projection.about(np.array([np.nan]), np.array([0.0])) == Projection(0.0, 0.0)


def test_boxes() -> None:
    box = box_around(np.array([[0.0, 0.0], [400.0, 100.0], [np.nan, 0.0]]))
    assert box == (0.0, 400.0, 0.0, 100.0)
    assert grown(box, 0.1) == (-40.0, 440.0, -40.0, 140.0)
    assert overlap(box, (100.0, 900.0, -9.0, 50.0)) == (100.0, 400.0, 0.0, 50.0)
    wide = for_any_window(box)
    assert (wide[1] - wide[0]) / (wide[3] - wide[2]) == pytest.approx(0.75)
    assert box_around(np.full((3, 2), np.nan)) == (-100.0, 100.0, -100.0, 100.0)


def test_the_canvas_holds_every_sensor(material: ReportMaterial) -> None:
    canvas = canvas_for(material)
    xy = canvas.projection.xy_km(material.sensors.lat_deg, material.sensors.lon_deg)
    x0, x1, y0, y1 = canvas.view
    assert ((xy > [x0, y0]) & (xy < [x1, y1])).all()
    assert canvas.reach[0] <= x0
    assert canvas.reach[3] >= y1
