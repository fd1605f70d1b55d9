"""Were people warned of what falls: the sentence and the table of the report's section on warnings."""

import math

import numpy as np

from kizuna.review.report.material import ReportMaterial
from kizuna.review.report.measures import number
from kizuna.review.report.tables import Table


def warnings_table(material: ReportMaterial) -> Table:
    """How the people of each nation were warned in each variant that has anybody to warn them."""
    rows = []
    for variant in material.variants:
        for each in variant.warned:
            vain = 100.0 * each.in_vain_km2_min / each.km2_min if each.km2_min else math.nan
            leads = each.lead_s
            rows.append(
                (
                    variant.name,
                    each.nation,
                    str(each.landings),
                    str(each.warned),
                    str(each.in_time),
                    number(float(np.median(leads)), 0) if leads else "–",
                    number(min(leads), 0) if leads else "–",
                    f"{each.alerts} / {each.updates} / {each.cancels}",
                    str(each.false),
                    number(each.km2_min / 60.0, 0),
                    f"{number(vain, 0)} %" if each.km2_min else "–",
                )
            )
    headings = (
        "variant",
        "nation",
        "came down in its areas",
        "warned",
        "in time",
        "median lead s",
        "shortest s",
        "alerts / updates / cancels",
        "false",
        "km²·h warned",
        "in vain",
    )
    return Table(headings, tuple(rows), names=2)


def warnings_sentence(material: ReportMaterial) -> str:
    """What the last variant's warnings gain over those of the one before; empty without two."""
    held = [variant for variant in material.variants if variant.warned]
    if len(held) < 2:
        return ""
    parts = []
    for variant in held[-2:]:
        leads = [lead_s for each in variant.warned for lead_s in each.lead_s]
        landings = sum(each.landings for each in variant.warned)
        in_time = sum(each.in_time for each in variant.warned)
        median = f", in the median {number(float(np.median(leads)), 0)} s before" if leads else ""
        parts.append(f"{in_time} of {landings} places in time{median}")
    return f"under {held[-1].name} instead of {held[-2].name}, {parts[1]}, instead of {parts[0]}."
