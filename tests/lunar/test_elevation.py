"""Elevation models come out of files as they went in, and wrong ones are told in a sentence."""

import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS
from rasterio.transform import Affine
from tests.lunar.made import grid_of

from kizuna.errors import InputError
from kizuna.geo.stereographic import NORTH, SOUTH
from kizuna.lunar.elevation import read_elevation, write_grid, write_layers

HALF_A_METRE = 0.5
LUNAR_SOUTH = "IAU_2015:30135"


def hills(x, y):
    """Smooth ground, some hundred metres high."""
    return 300.0 * np.sin(x / 700.0) * np.cos(y / 900.0) + 0.02 * x


def save(path, values, crs=LUNAR_SOUTH, transform=None, **profile):
    """Write a raster as somebody else would."""
    settings = {
        "driver": "GTiff",
        "height": values.shape[0],
        "width": values.shape[1],
        "count": 1,
        "dtype": values.dtype,
        "transform": transform or Affine(20.0, 0, -1000.0, 0, -20.0, 32_000.0),
        **({"crs": CRS.from_user_input(crs)} if crs else {}),
        **profile,
    }
    with rasterio.open(path, "w", **settings) as out:
        out.write(values, 1)
    return path


@pytest.mark.parametrize("plane", [NORTH, SOUTH], ids=["north", "south"])
def test_what_was_written_is_read(tmp_path, plane):
    """Heights, place and size of the cells, and the plane."""
    grid = grid_of(hills, cells=40, plane=plane)
    write_grid(tmp_path / "ground.tif", grid)
    back = read_elevation(tmp_path / "ground.tif")
    assert np.array_equal(back.height_m, grid.height_m)
    assert (back.west_m, back.top_m, back.step_m, back.plane) == (
        pytest.approx(grid.west_m),
        pytest.approx(grid.top_m),
        20.0,
        plane,
    )


def test_cells_are_known_by_their_middles(tmp_path):
    """GDAL's corner is half a cell away from the first height."""
    grid = read_elevation(save(tmp_path / "a.tif", np.zeros((10, 10), np.float32)))
    assert (grid.west_m, grid.top_m) == (-990.0, 31_990.0)


def test_a_part_can_be_read_more_coarsely(tmp_path):
    """A window around a place, four cells by four averaged."""
    grid = grid_of(hills, cells=128)
    write_grid(tmp_path / "ground.tif", grid)
    lat, lon = grid.place(63.5, 63.5)
    part = read_elevation(tmp_path / "ground.tif", around=(lat, lon), size_m=1600.0, step_m=80.0)
    assert part.shape == (20, 20)
    assert part.step_m == 80.0
    x, y = np.meshgrid(part.x_m, part.y_m)
    assert part.height_m == pytest.approx(hills(x, y), abs=HALF_A_METRE)


def test_scale_and_offset_of_a_file_are_applied(tmp_path):
    """LOLA's polar products are whole numbers of half metres, some with the radius added."""
    path = save(tmp_path / "half.tif", np.full((5, 5), 240, np.int16))
    with rasterio.open(path, "r+") as out:
        out.scales, out.offsets = (0.5,), (1_737_400.0,)
    assert read_elevation(path).height_m == pytest.approx(120.0)


def test_a_pds_label_is_read(tmp_path):
    """The form in which LOLA's archive gives its maps."""
    heights = np.arange(64, dtype="<i2").reshape(8, 8)
    heights.tofile(tmp_path / "ldem.img")
    (tmp_path / "ldem.lbl").write_text(PDS_LABEL)
    grid = read_elevation(tmp_path / "ldem.lbl")
    assert grid.plane == SOUTH
    assert grid.step_m == pytest.approx(20.0)
    assert grid.height_m == pytest.approx(heights * 0.5)
    assert (grid.west_m, grid.top_m) == (pytest.approx(-70.0), pytest.approx(70.0))


def test_latitude_and_longitude_are_drawn_on_the_plane(tmp_path):
    """Ground that depends on the distance from the pole, given on a sphere's degrees."""
    lat = -85.0 - 0.01 * (np.arange(400) + 0.5)
    values = np.broadcast_to((lat[:, None] + 87.0) * 100.0, (400, 360)).astype(np.float32)
    path = save(tmp_path / "degrees.tif", values, "IAU_2015:30100", Affine(0.1, 0, 10.0, 0, -0.01, -85.0))
    grid = read_elevation(path, around=(-87.0, 28.0), size_m=40_000.0, step_m=500.0)
    assert grid.plane == SOUTH
    there, _ = grid.places()
    assert grid.height_m == pytest.approx((there + 87.0) * 100.0, abs=HALF_A_METRE)


@pytest.mark.parametrize(
    ("crs", "sentence"),
    [
        (None, "names no coordinate system; expected a lunar one"),
        ("EPSG:3031", "is drawn on another body, with WGS84; expected the Moon's sphere of 1,737,400 m"),
        ("IAU_2015:49935", "is drawn on another body, of radius 3,396,190 m"),
    ],
)
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_map_of_another_body_is_told(tmp_path, crs, sentence):
    """The Earth, Mars, or nobody knows."""
    path = save(tmp_path / "map.tif", np.zeros((5, 5), np.float32), crs)
    with pytest.raises(InputError) as caught:
        read_elevation(path)
    assert sentence in str(caught.value)
    assert str(path) in str(caught.value)


def test_holes_are_told_with_the_first_of_them(tmp_path):
    """Both NaN and the file's own number for nothing."""
    values = np.zeros((9, 9), np.float32)
    values[4, 7] = -9999.0
    values[8, 1] = np.nan
    path = save(tmp_path / "holes.tif", values, nodata=-9999.0)
    with pytest.raises(InputError) as caught:
        read_elevation(path)
    assert "row 4, column 7: has no height there, one of 2 holes; expected" in str(caught.value)


@pytest.mark.parametrize(
    ("transform", "sentence"),
    [
        (Affine(20.0, 0, 0, 0, -30.0, 0), "has cells that aren't squares"),
        (Affine(20.0, 5.0, 0, 5.0, -20.0, 0), "has cells that aren't squares"),
    ],
)
def test_cells_that_are_no_squares_are_told(tmp_path, transform, sentence):
    """Stretched and turned maps."""
    path = save(tmp_path / "map.tif", np.zeros((5, 5), np.float32), transform=transform)
    with pytest.raises(InputError, match=sentence):
        read_elevation(path)


def test_files_that_are_no_maps_are_told(tmp_path):
    """Missing, of another kind, too small, and a part beyond the edge."""
    with pytest.raises(InputError, match="is not there"):
        read_elevation(tmp_path / "missing.tif")
    (tmp_path / "text.tif").write_text("no map")
    with pytest.raises(InputError, match="is no raster that GDAL knows"):
        read_elevation(tmp_path / "text.tif")
    with pytest.raises(InputError, match="at least 3 rows and columns"):
        read_elevation(save(tmp_path / "small.tif", np.zeros((2, 5), np.float32)))
    path = save(tmp_path / "map.tif", np.zeros((50, 50), np.float32))
    with pytest.raises(InputError, match="reaches beyond the map"):
        read_elevation(path, around=(-89.0, 0.0), size_m=5000.0)


def test_layers_keep_names_and_scale(tmp_path):
    """What another program sees: names of the bands and numbers with their scale."""
    grid = grid_of(hills, cells=8)
    write_layers(
        tmp_path / "out.tif",
        grid,
        {"one": np.full((8, 8), 3, np.int16), "two": np.zeros((8, 8), np.int16)},
        0.25,
    )
    with rasterio.open(tmp_path / "out.tif") as file:
        assert file.descriptions == ("one", "two")
        assert file.scales == (0.25, 0.25)
        assert file.read(1)[0, 0] == 3


PDS_LABEL = """PDS_VERSION_ID = PDS3
RECORD_TYPE = FIXED_LENGTH
RECORD_BYTES = 16
FILE_RECORDS = 8
^IMAGE = "ldem.img"
OBJECT = IMAGE
 LINES = 8
 LINE_SAMPLES = 8
 SAMPLE_TYPE = LSB_INTEGER
 SAMPLE_BITS = 16
 SCALING_FACTOR = 0.5
 OFFSET = 1737400.
END_OBJECT = IMAGE
OBJECT = IMAGE_MAP_PROJECTION
 MAP_PROJECTION_TYPE = "POLAR STEREOGRAPHIC"
 TARGET_NAME = MOON
 A_AXIS_RADIUS = 1737.4 <KM>
 B_AXIS_RADIUS = 1737.4 <KM>
 C_AXIS_RADIUS = 1737.4 <KM>
 COORDINATE_SYSTEM_NAME = "MEAN EARTH/POLAR AXIS OF DE421"
 POSITIVE_LONGITUDE_DIRECTION = "EAST"
 CENTER_LATITUDE = -90 <DEG>
 CENTER_LONGITUDE = 0 <DEG>
 MAP_SCALE = 20 <M/PIXEL>
 LINE_PROJECTION_OFFSET = 3.5 <PIXEL>
 SAMPLE_PROJECTION_OFFSET = 3.5 <PIXEL>
END_OBJECT = IMAGE_MAP_PROJECTION
END
"""
