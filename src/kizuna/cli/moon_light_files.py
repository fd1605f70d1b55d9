"""Light over a terrain and at a place in it, written as maps, a time series and a page."""

from pathlib import Path
from typing import Any

import numpy as np

from kizuna.exercise.progress import Report
from kizuna.geo.time import format_utc
from kizuna.lunar.disc import SUN_LIMB
from kizuna.lunar.ephemeris import load_ephemeris
from kizuna.lunar.horizon import Horizon, horizon_at
from kizuna.lunar.light import Lights, lights_at
from kizuna.lunar.lightmap import light_over
from kizuna.lunar.picture import coloured, write_page, write_png
from kizuna.lunar.relay import Orbit
from kizuna.lunar.spells import Spells
from kizuna.lunar.terrain import Terrain
from kizuna.shapes import FloatN


def light_files(
    surface: Terrain,
    when: FloatN,
    where: tuple[float, float] | None,
    mast_m: float,
    limb: bool,
    relay: bool,
    out: Path,
    report: Report,
) -> list[str]:
    """Write the folder of `kizuna moon light`, and give what it says in sentences.

    Parameters
    ----------
    surface
        The ground.
    when
        (T,) times, s since 1970-01-01 UTC.
    where
        Latitude and longitude of the place for the series, degrees; None: where most light is.
    mast_m
        Height of the eye above the ground, m.
    limb, relay
        Whether the Sun is darkened towards its limb, and whether there is a relay satellite.
    out
        The folder.
    report
        Told how far the work has come.

    Raises
    ------
    InputError
        When a time or the place lies outside what is known.
    WorkError
        When a file can't be written.
    """
    u = SUN_LIMB if limb else 0.0
    ephemeris = load_ephemeris()
    total = light_over(surface, ephemeris, when, mast_m=mast_m, limb=u, report=report)
    if where is None:
        row, column = np.unravel_index(int(np.argmax(total.mean)), total.mean.shape)
        lat, lon = surface.near.place(row, column)
        where = (float(lat), float(lon))
    horizon = horizon_at(surface, *where, mast_m=mast_m)
    lights = lights_at(horizon, ephemeris, when, limb=u, relay=Orbit() if relay else None)
    total.write(out / "light.tif")
    write_png(out / "light.png", coloured(total.grid, total.mean))
    lights.write(out / "series.parquet")
    sentences = _sentences(horizon, lights)
    write_page(out / "light.html", "Light at the lunar pole", sentences, _charts(horizon, lights))
    return sentences


def _sentences(horizon: Horizon, lights: Lights) -> list[str]:
    """What the series says, in words."""
    share = f"On average {lights.sun_fraction.mean():.1%} of the Sun's light arrives"
    return [
        f"At {horizon.lat_deg:.4f}°, {horizon.lon_deg:.4f}°, eye at {horizon.height_m:,.0f} m.",
        f"{share}; word can pass {lights.linked.mean():.1%} of the time.",
        _longest("light", lights.light()),
        _longest("darkness", lights.darkness()),
        _longest("silence (neither Earth nor relay)", lights.silence()),
    ]


def _longest(what: str, spells: Spells) -> str:
    """The longest spell in a sentence."""
    longest = spells.longest
    if longest is None:
        return f"There is no {what}."
    first, last = longest
    return (
        f"Longest {what}: {(last - first) / 3600.0:,.1f} h, from {format_utc(first)} to {format_utc(last)}."
    )


def _charts(horizon: Horizon, lights: Lights) -> list[tuple[str, list[Any], dict[str, Any]]]:
    """Light over time, and the horizon with the courses of Sun and Earth."""
    stamps = [format_utc(float(time_s)) for time_s in lights.times_s]

    def line(name: str, x: object, y: object, **more: object) -> dict[str, object]:
        return {"type": "scatter", "name": name, "x": x, "y": y, **more}

    light_chart = [
        line("Sun", stamps, lights.sun_fraction.round(4).tolist(), line={"color": "#e0a000", "shape": "hv"}),
        line(
            "Earth", stamps, lights.earth_fraction.round(4).tolist(), line={"color": "#2060c0", "shape": "hv"}
        ),
        line(
            "relay", stamps, lights.relay_seen.astype(int).tolist(), line={"color": "#309050", "shape": "hv"}
        ),
    ]
    dots = {"mode": "markers", "marker": {"size": 3}}
    sky_chart = [
        line("ground", horizon.azimuth_deg.tolist(), horizon.elevation_deg.round(3).tolist(), fill="tozeroy"),
        line(
            "Sun",
            lights.sun_azimuth_deg.round(2).tolist(),
            lights.sun_elevation_deg.round(3).tolist(),
            **dots,
        ),
        line(
            "Earth",
            lights.earth_azimuth_deg.round(2).tolist(),
            lights.earth_elevation_deg.round(3).tolist(),
            **dots,
        ),
    ]
    return [
        ("Light and sight over time", light_chart, {"yaxis": {"title": {"text": "share of the disc"}}}),
        (
            "The sky from the place",
            sky_chart,
            {
                "xaxis": {"title": {"text": "azimuth [°]"}},
                "yaxis": {"title": {"text": "elevation [°]"}},
            },
        ),
    ]
