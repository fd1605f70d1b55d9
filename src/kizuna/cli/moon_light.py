"""The verb `kizuna moon light`: where and when there is light, as maps, time series and pictures."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from kizuna.cli.moon_ground import ground, place, times
from kizuna.cli.progress import progress
from kizuna.errors import InputError
from kizuna.geo.time import format_utc
from kizuna.lunar.disc import SUN_LIMB
from kizuna.lunar.ephemeris import load_ephemeris
from kizuna.lunar.horizon import Horizon, horizon_at
from kizuna.lunar.light import Lights, lights_at
from kizuna.lunar.lightmap import light_over
from kizuna.lunar.picture import coloured, write_page, write_png
from kizuna.lunar.relay import Orbit
from kizuna.lunar.spells import Spells


def light(
    out: Annotated[Path, typer.Option(help="The folder for the results.", metavar="DIR")],
    terrain: Annotated[
        list[Path] | None,
        typer.Option(help="Elevation model; give it again for wider, coarser ones.", metavar="FILE"),
    ] = None,
    synthetic: Annotated[
        int | None, typer.Option(help="A made-up south pole from this seed instead.", min=0, metavar="SEED")
    ] = None,
    cells: Annotated[int, typer.Option(help="Rows and columns of the made-up map.", min=16)] = 400,
    cell: Annotated[float, typer.Option(help="Size of its cells, metres.", metavar="M")] = 20.0,
    start: Annotated[str, typer.Option("--from", help="First time, UTC.")] = "2029-01-01",
    end: Annotated[str, typer.Option("--to", help="Last time, UTC.")] = "2029-02-01",
    step: Annotated[float, typer.Option(help="Seconds between times.", metavar="S")] = 3600.0,
    at: Annotated[
        str | None, typer.Option(help="LAT,LON for the series; without it, where most light is.")
    ] = None,
    mast: Annotated[float, typer.Option(help="Height of the eye above the ground, metres.")] = 2.0,
    relay: Annotated[bool, typer.Option(help="With a relay satellite on an assumed orbit.")] = False,
    limb: Annotated[bool, typer.Option(help="Darken the Sun towards its limb.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Work out where and when there is light.

    The folder gets light.tif (mean light, share of time lit, longest light and darkness), light.png,
    series.parquet (Sun, Earth and relay at the place) and light.html.

    Example: kizuna moon light --synthetic 4 --from 2029-01-01 --to 2029-02-01 --out out/light
    """
    if mast < 0.0:
        raise InputError("--mast", "", f"{mast:g} m", "0 or more")
    when = times(start, end, step)
    where = place("--at", at) if at else None
    u = SUN_LIMB if limb else 0.0
    with progress(quiet) as report:
        surface = ground(terrain or [], synthetic, cells, cell)
        ephemeris = load_ephemeris()
        total = light_over(surface, ephemeris, when, mast_m=mast, limb=u, report=report)
        if where is None:
            row, column = np.unravel_index(int(np.argmax(total.mean)), total.mean.shape)
            lat, lon = surface.near.place(row, column)
            where = (float(lat), float(lon))
        horizon = horizon_at(surface, *where, mast_m=mast)
        lights = lights_at(horizon, ephemeris, when, limb=u, relay=Orbit() if relay else None)
        total.write(out / "light.tif")
        write_png(out / "light.png", coloured(total.grid, total.mean))
        lights.write(out / "series.parquet")
        sentences = _sentences(horizon, lights)
        write_page(out / "light.html", "Light at the lunar pole", sentences, _charts(horizon, lights))
    if not quiet:
        for sentence in sentences:
            print(sentence)
        print(f"Page: {out / 'light.html'}")


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
