"""Whether dialogue stayed open: the table of the report's section on it."""

import math

import numpy as np

from kizuna.geo.time import format_utc
from kizuna.review.report.material import ReportMaterial
from kizuna.review.report.measures import number
from kizuna.review.report.tables import Table


def dialogue_table(material: ReportMaterial) -> Table:
    """How each line of dialogue was in each variant, and when it broke and why."""
    rows = []
    for variant in material.variants:
        for talk in variant.talks:
            breaks = [
                f"{format_utc(math.floor(material.start_s + each.from_s))[11:19]} for "
                f"{number(each.to_s - each.from_s, 0)} s: {each.why}"
                for each in talk.breaks
            ]
            rows.append(
                (
                    variant.name,
                    f"{talk.node} to {talk.nation}",
                    str(talk.calls),
                    str(talk.heard),
                    str(talk.in_time),
                    number(float(np.median(talk.wait_s)), 0) if talk.wait_s else "–",
                    number(talk.broken_s, 0),
                    "; ".join(breaks) or "never",
                )
            )
    headings = (
        "variant",
        "line",
        "calls",
        "arrived",
        "answered in time",
        "median wait s",
        "broken s",
        "when it broke",
    )
    return Table(headings, tuple(rows), names=2)
