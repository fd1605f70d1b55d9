"""The report's tables, which also say in numbers what each chart shows."""

import math
from dataclasses import dataclass

import numpy as np

from kizuna.messages.sensor import DEFAULTS, Sensors
from kizuna.review.report.answer import Cell, change_cell
from kizuna.review.report.bars import unit_for
from kizuna.review.report.coverage import HEIGHTS_M, ground_range_m
from kizuna.review.report.curves import waits_of
from kizuna.review.report.map import kind_of_sensor
from kizuna.review.report.material import ReportMaterial
from kizuna.review.report.measures import in_order, number
from kizuna.review.report.missed import REASONS, Missed


@dataclass(frozen=True, slots=True)
class Table:
    """Headings, and rows; the first `names` cells of a row are names, the others numbers, all as text."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1


def completeness_table(material: ReportMaterial, key: str = "completeness") -> Table:
    """One measure of each node in each variant, and its change from the first."""
    measure = in_order({key})[0]
    rows = []
    for first in material.variants[0].nodes if material.variants else ():
        before = float(first.measures.get(key, math.nan))
        cells = [Cell(measure.text(before), "", "")]
        for variant in material.variants[1:]:
            result = variant.result(first.node)
            after = float(result.measures.get(key, math.nan)) if result else math.nan
            cells.append(change_cell(measure, before, after))
        texts = [f"{cell.value} ({cell.change})" if cell.change else cell.value for cell in cells]
        rows.append((first.node, *texts))
    return Table(("node", *(variant.name for variant in material.variants)), tuple(rows))


def measures_table(material: ReportMaterial) -> Table:
    """Every measure of every node in every variant."""
    results = [(variant.name, result) for variant in material.variants for result in variant.nodes]
    measures = in_order({key for _, result in results for key in result.measures})
    headings = [f"{measure.label}, {measure.unit}" if measure.unit else measure.label for measure in measures]
    rows = [
        (
            result.node,
            variant,
            *(measure.text(float(result.measures.get(measure.key, math.nan))) for measure in measures),
        )
        for variant, result in results
    ]
    return Table(("node", "variant", *headings), tuple(rows), names=2)


def missed_table(material: ReportMaterial, misses: dict[tuple[str, str], Missed]) -> Table:
    """Share of the objects' time that each node missed in each variant, by reason, in per cent."""
    rows = []
    for first in material.variants[0].nodes if material.variants else ():
        for variant in material.variants:
            found = misses.get((variant.name, first.node))
            if found is not None:
                shares = [number(100.0 * share, 1) for share in (*found.share, found.share.sum())]
                rows.append((first.node, variant.name, *shares))
    return Table(
        ("node", "variant", *(f"{reason}, %" for reason in REASONS), "together, %"), tuple(rows), names=2
    )


def errors_table(material: ReportMaterial) -> Table:
    """Median and 95th percentile of the position error of each node in each variant."""
    rows = []
    for variant in material.variants:
        for result in variant.nodes:
            known = result.errors_m[np.isfinite(result.errors_m)]
            if len(known):
                median, most = np.percentile(known, [50.0, 95.0])
                rows.append((result.node, variant.name, number(median, 0), number(most, 0)))
    return Table(("node", "variant", "median, m", "95 % below, m"), tuple(rows), names=2)


def first_track_table(material: ReportMaterial, kinds: list[str], kind_of: dict[str, str]) -> Table:
    """Median time to the first track by kind, variant and node; an object never tracked counts as endless."""
    rows = []
    for kind in kinds:
        for variant in material.variants:
            for result in variant.nodes:
                waits = waits_of(result, kind, kind_of)
                if len(waits):
                    never = int(np.isnan(waits).sum())
                    median = float(np.sort(np.where(np.isnan(waits), np.inf, waits))[(len(waits) - 1) // 2])
                    text = number(median, 0) if math.isfinite(median) else "never"
                    rows.append((kind, variant.name, result.node, text, str(len(waits)), str(never)))
    return Table(("kind", "variant", "node", "median, s", "objects", "never tracked"), tuple(rows), names=3)


def links_table(material: ReportMaterial) -> Table:
    """Each link, and what it carried in each variant that uses it."""
    rows = []
    for link in material.links:
        name = f"{link.source} → {link.target}"
        settings = (number(link.delay_s, 2), number(link.jitter_s, 2), number(100.0 * link.loss, 1))
        for variant in material.variants:
            for item in variant.traffic:
                if (item.source, item.target) == (link.source, link.target):
                    scale, unit = unit_for(item.bytes)
                    size = f"{number(item.bytes / scale, 1 if scale > 1.0 else 0)} {unit}"
                    rate = number(8.0 * item.bytes / max(material.duration_s, 1.0) / 1000.0, 1)
                    counts = (f"{item.messages:,}", size, rate, f"{item.lost:,}")
                    rows.append((name, variant.name, *settings, *counts))
    headings = (
        "link",
        "variant",
        "delay, s",
        "jitter, s",
        "loss, %",
        "messages",
        "carried",
        "mean rate, kbit/s",
        "lost",
    )
    return Table(headings, tuple(rows), names=2)


def sensors_table(sensors: Sensors) -> Table:
    """Every sensor with what is known of it; a dash for what it doesn't have."""
    reach = [ground_range_m(sensors, height) / 1000.0 for height in HEIGHTS_M]
    rows = []
    for row in range(len(sensors)):
        pd, clutter = (
            DEFAULTS[name] if np.isnan(getattr(sensors, name)[row]) else getattr(sensors, name)[row]
            for name in ("pd", "clutter_per_scan")
        )
        rows.append(
            (
                sensors.sensor.values()[row] or "",
                sensors.nation.values()[row] or "",
                kind_of_sensor(sensors, row),
                _sigmas(sensors, row),
                number(sensors.lat_deg[row], 2),
                number(sensors.lon_deg[row], 2),
                number(sensors.alt_m[row], 0),
                number(sensors.max_range_m[row] / 1000.0, 0),
                number(sensors.period_s[row], 1),
                number(pd, 2),
                number(clutter, 1),
                *(number(kilometres[row], 0) for kilometres in reach),
            )
        )
    headings = (
        "sensor",
        "nation",
        "kind",
        "accuracy, 1 σ",
        "lat, °",
        "lon, °",
        "height, m",
        "range, km",
        "period, s",
        "Pd",
        "clutter per scan",
        *(f"at {height:,.0f} m, km" for height in HEIGHTS_M),
    )
    return Table(headings, tuple(rows), names=4)


def _sigmas(sensors: Sensors, row: int) -> str:
    """`60 m, 0.15°, 0.20° elevation`, whatever the sensor has."""
    parts = (
        (sensors.sigma_range_m[row], 0, " m range"),
        (sensors.sigma_azimuth_deg[row], 2, "° azimuth"),
        (sensors.sigma_elevation_deg[row], 2, "° elevation"),
        (sensors.sigma_range_rate_mps[row], 1, " m/s range rate"),
        (sensors.sigma_position_m[row], 0, " m position"),
        (sensors.sigma_altitude_m[row], 0, " m height"),
    )
    return ", ".join(number(value, digits) + unit for value, digits, unit in parts if math.isfinite(value))
