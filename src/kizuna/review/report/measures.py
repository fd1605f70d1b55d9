"""The measures that the report knows: their names for people, units, digits, and what each one means."""

import math
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure.

    Parameters
    ----------
    key
        Its name in `NodeResult.measures`.
    label, unit
        What people call it, and what it is counted in; an empty unit for a share or a ratio.
    better
        1 when more is better, -1 when less is, 0 when neither.
    digits
        Decimals that are shown. Two values that agree in them count as equal.
    meaning
        How it is measured, in one sentence.
    """

    key: str
    label: str
    unit: str
    better: int
    digits: int
    meaning: str

    def text(self, value: float) -> str:
        """The number as shown, without unit: ``0.93``, ``1,204``; a dash where there is none."""
        return number(value, self.digits)

    def change(self, before: float, after: float) -> float:
        """`after` less `before`, as a reader would work it out from the digits shown; NaN when one is
        missing.
        """
        if not (math.isfinite(before) and math.isfinite(after)):
            return math.nan
        return round(round(after, self.digits) - round(before, self.digits), self.digits)

    def gain(self, before: float, after: float) -> int:
        """1 when `after` is better than `before`, -1 when worse, 0 when equal or not to be compared."""
        change = self.change(before, after)
        return 0 if math.isnan(change) else self.better * ((change > 0) - (change < 0))


def number(value: float, digits: int) -> str:
    """A number with a fixed count of decimals and commas between thousands; a dash for NaN and infinity."""
    if not math.isfinite(value):
        return "–"
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0.0 else text.replace("-", "−")


def signed(value: float, digits: int) -> str:
    """A change with its sign: ``+0.32``, ``−14``, ``±0``; a dash for NaN and infinity."""
    if not math.isfinite(value):
        return "–"
    text = number(abs(value), digits)
    if value == 0.0:
        return "±0"
    return f"+{text}" if value > 0 else f"−{text}"


KNOWN: Final = (
    Measure(
        "completeness",
        "Completeness",
        "",
        1,
        2,
        "Share of the objects present that have a confirmed track, averaged over time (SIAP).",
    ),
    Measure(
        "ambiguity",
        "Ambiguity",
        "tracks per object",
        -1,
        2,
        "Tracks for each object that is held; 1 is best (SIAP).",
    ),
    Measure(
        "spurious",
        "Spurious tracks",
        "",
        -1,
        3,
        "Share of the tracks that follow no object (SIAP).",
    ),
    Measure(
        "rmse_m",
        "Position error",
        "m",
        -1,
        0,
        "Root mean square distance in space between a track and its object, while it is held.",
    ),
    Measure(
        "velocity_error_mps",
        "Velocity error",
        "m/s",
        -1,
        1,
        "Mean difference between a track's velocity and its object's, while it is held (SIAP).",
    ),
    Measure(
        "gospa_m",
        "GOSPA",
        "m",
        -1,
        0,
        "Generalised optimal sub-pattern assignment (Rahmathullah and others 2017, α = 2, p = 2): one "
        "distance between picture and truth that counts error, missed objects and false tracks, averaged "
        "over time.",
    ),
    Measure(
        "gospa_localisation_m",
        "GOSPA, localisation part",
        "m",
        0,
        0,
        "The part of GOSPA that comes from the distance between tracks and the objects they hold. It grows "
        "with the number of objects held, so that more is neither better nor worse.",
    ),
    Measure(
        "missed",
        "Missed objects",
        "at a time",
        -1,
        1,
        "Objects present without a track within the cut-off distance, averaged over time (from GOSPA).",
    ),
    Measure(
        "false",
        "False tracks",
        "at a time",
        -1,
        1,
        "Tracks without an object within the cut-off distance, averaged over time (from GOSPA).",
    ),
    Measure(
        "ospa2_m",
        "OSPA(2)",
        "m",
        -1,
        0,
        "Optimal sub-pattern assignment over whole tracks (Beard, Vo and Vo 2020): it also counts switched "
        "and broken tracks.",
    ),
    Measure(
        "id_switches",
        "Track changes",
        "",
        -1,
        0,
        "How often an object that is held goes over to another track.",
    ),
    Measure(
        "continuity",
        "Continuity",
        "",
        1,
        2,
        "Share of an object's time held that its longest-held track covers (SIAP).",
    ),
    Measure(
        "time_to_first_track_s",
        "Time to first track, median",
        "s",
        -1,
        0,
        "From an object's first appearance in the exercise to its first confirmed track.",
    ),
    Measure(
        "commonality",
        "Commonality",
        "",
        1,
        2,
        "Share of the objects held by any node that all nodes hold at the same time (SIAP).",
    ),
    Measure(
        "same_number",
        "One number everywhere",
        "",
        1,
        2,
        "Share of the objects held by any node that all nodes hold under the same track number.",
    ),
)
"""In the order in which the report shows them."""

_BY_KEY: Final = {measure.key: measure for measure in KNOWN}

EXPLAINED: Final = frozenset(_BY_KEY)
"""Names of the measures that the report explains."""


def known(key: str) -> Measure:
    """The measure with this key; one that the report doesn't know has neither better nor worse."""
    if key in _BY_KEY:
        return _BY_KEY[key]
    return Measure(key, key.replace("_", " "), "", 0, 3, "A measure that this report has no explanation for.")


def in_order(keys: set[str]) -> list[Measure]:
    """The measures of these keys: the known ones in their order, then the others by name."""
    rest = sorted(keys - _BY_KEY.keys())
    return [measure for measure in KNOWN if measure.key in keys] + [known(key) for key in rest]
