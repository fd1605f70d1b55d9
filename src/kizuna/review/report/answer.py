"""The answer in words and in one table: what each variant changed, for better and for worse."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.review.report.material import NodeResult, ReportMaterial, VariantResult
from kizuna.review.report.measures import Measure, in_order, known, signed

HEADLINE: Final = known("completeness")
"""The measure that the sentence is about."""

_NAMED_WHEN_BETTER: Final = ("time_to_first_track_s", "rmse_m", "gospa_m")
"""What got better is named when it is one of these; what got worse is always named."""

_VERDICTS: Final = {1: "better", -1: "worse", 0: "same"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, its change from the first variant, and `better`, `worse`, `same` or no verdict on that."""

    value: str
    change: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Row:
    """One measure in all variants."""

    measure: Measure
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The sentence, what else got better and worse, and the table of variants and measures."""

    sentence: str
    better: str
    worse: str
    table: tuple[Row, ...]


def answer(material: ReportMaterial) -> Answer:
    """Say what the best variant changed against the first one, from the numbers alone."""
    table = comparison(material)
    if not material.variants or not material.variants[0].nodes:
        return Answer("No picture was scored.", "", "", table)
    best = best_variant(material)
    if best is None:
        return Answer(_level_sentence(material.variants[0]), "", "", table)
    first = material.variants[0]
    return Answer(
        _change_sentence(material, first, best),
        _others(first, best, gain=1),
        _others(first, best, gain=-1),
        table,
    )


def total(variant: VariantResult, key: str) -> float:
    """A measure of the whole variant: what `overall` says, or the mean over the nodes that have it (NaN for
    none).
    """
    if key in variant.overall:
        return float(variant.overall[key])
    values = [float(result.measures[key]) for result in variant.nodes if key in result.measures]
    finite = [value for value in values if math.isfinite(value)]
    return float(np.mean(finite)) if finite else math.nan


def best_variant(material: ReportMaterial) -> VariantResult | None:
    """The variant after the first with the highest mean completeness; None when there is only one variant."""
    others = material.variants[1:]
    if not others:
        return None
    return max(others, key=lambda variant: np.nan_to_num(total(variant, HEADLINE.key), nan=-1.0))


def comparison(material: ReportMaterial) -> tuple[Row, ...]:
    """Variants by measures, each with its change from the first variant."""
    keys = {key for variant in material.variants for result in variant.nodes for key in result.measures}
    keys |= {key for variant in material.variants for key in variant.overall}
    rows = []
    for measure in in_order(keys):
        values = [total(variant, measure.key) for variant in material.variants]
        cells = [Cell(measure.text(values[0]), "", "")]
        cells += [change_cell(measure, values[0], value) for value in values[1:]]
        rows.append(Row(measure, tuple(cells)))
    return tuple(rows)


def change_cell(measure: Measure, before: float, after: float) -> Cell:
    """The cell of a value that is compared with an earlier one."""
    change = measure.change(before, after)
    if math.isnan(change):
        return Cell(measure.text(after), "", "")
    verdict = _VERDICTS[measure.gain(before, after)] if measure.better or change == 0.0 else ""
    return Cell(measure.text(after), signed(change, measure.digits), verdict)


def node_changes(first: VariantResult, other: VariantResult) -> dict[str, float]:
    """Change of completeness for each node that both variants have; 0 when both values read the same."""
    changes = {}
    for before in first.nodes:
        after = other.result(before.node)
        if after is not None:
            change = HEADLINE.change(completeness(before), completeness(after))
            if math.isfinite(change):
                changes[before.node] = change
    return changes


def completeness(result: NodeResult) -> float:
    """The node's completeness, NaN when it was not measured."""
    return float(result.measures.get(HEADLINE.key, math.nan))


def _change_sentence(material: ReportMaterial, first: VariantResult, best: VariantResult) -> str:
    before, after = total(first, HEADLINE.key), total(best, HEADLINE.key)
    change = HEADLINE.change(before, after)
    if math.isnan(change):
        return "Completeness was not measured, so that there is no answer here."
    what = best.change or f"The variant {best.name}"
    if change == 0.0:
        main = f"{what} left the mean completeness at {HEADLINE.text(after)}"
    else:
        verb = "raised" if change > 0 else "lowered"
        main = f"{what} {verb} the mean completeness from {HEADLINE.text(before)} to {HEADLINE.text(after)}"
    as_good = [each for each in material.variants[1:] if total(each, HEADLINE.key) == after]
    if len(as_good) < len(material.variants) - 1:
        main += f", the best of {len(material.variants) - 1} variants tried against {first.name}"
    who = _who(node_changes(first, best), rising=change >= 0.0)
    return f"{main}; {who}." if who else f"{main}."


def _who(changes: dict[str, float], *, rising: bool) -> str:
    """Who gains and who loses, the greatest first; nothing when there is one node, or nothing changed."""
    if len(changes) < 2 or not any(changes.values()):
        return ""
    shown = {signed(change, HEADLINE.digits) for change in changes.values()}
    if len(shown) == 1:
        gaining = max(changes.values()) > 0.0
        return f"every node {'gains' if gaining else 'loses'} the same ({shown.pop()})"
    gains, losses = _extreme(changes, "gains", 1.0), _extreme(changes, "loses", -1.0)
    parts = [gains, losses] if rising else [losses, gains]
    return ", ".join(part for part in parts if part)


def _extreme(changes: dict[str, float], verb: str, sign: float) -> str:
    """`JPN gains most (+0.41)`; without "most" when no other node goes the same way; empty when none does."""
    same_way = {node: change for node, change in changes.items() if sign * change > 0.0}
    if not same_way:
        return ""
    node = max(same_way, key=lambda name: sign * same_way[name])
    most = " most" if len(same_way) > 1 else ""
    return f"{node} {verb}{most} ({signed(same_way[node], HEADLINE.digits)})"


def _level_sentence(only: VariantResult) -> str:
    """What one variant alone shows: a level, and no change."""
    mean = total(only, HEADLINE.key)
    if math.isnan(mean):
        return "Completeness was not measured, so that there is no answer here."
    main = (
        f"With one variant, {only.name}, there is nothing to compare: "
        f"the mean completeness is {HEADLINE.text(mean)}"
    )
    levels = {result.node: completeness(result) for result in only.nodes}
    levels = {node: level for node, level in levels.items() if math.isfinite(level)}
    if len({HEADLINE.text(level) for level in levels.values()}) < 2:
        return f"{main}."
    most, least = max(levels, key=lambda node: levels[node]), min(levels, key=lambda node: levels[node])
    return (
        f"{main}, highest for {most} ({HEADLINE.text(levels[most])}) "
        f"and lowest for {least} ({HEADLINE.text(levels[least])})."
    )


def _others(first: VariantResult, best: VariantResult, *, gain: int) -> str:
    """What else became better (gain 1) or worse (-1), such as `position error 212 → 118 m`."""
    parts = []
    for measure in in_order({key for result in first.nodes for key in result.measures} | set(first.overall)):
        if measure.key == HEADLINE.key or (gain == 1 and measure.key not in _NAMED_WHEN_BETTER):
            continue
        before, after = total(first, measure.key), total(best, measure.key)
        if measure.gain(before, after) == gain:
            unit = f" {measure.unit}" if measure.unit else ""
            label = measure.label if measure.label.isupper() else _lower_first(measure.label)
            parts.append(f"{label} {measure.text(before)} → {measure.text(after)}{unit}")
    return ", ".join(parts)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
