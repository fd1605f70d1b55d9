"""Who is warned of what falls: orders that predicted impacts ask for, and the messages that follow."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from kizuna.bus.journal import read_tables
from kizuna.command.cover import Coverage
from kizuna.command.orders import TAKEN, Order
from kizuna.command.staff import Case, Staff
from kizuna.gateways.cap.alert import Alert
from kizuna.gateways.cap.alert import write as write_alert
from kizuna.gateways.cap.impacts import Impact, warning
from kizuna.geo.geodesic import great_circle_m
from kizuna.messages import codec
from kizuna.messages.columns import Labels
from kizuna.messages.impact import Impacts, Warnings
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth
from kizuna.review.warnings import PROBABILITY, Protected, Warned, landings_of, warned
from kizuna.scenario.model import Exercise
from kizuna.shapes import BoolN, Float, IntN
from kizuna.tracking.warning import Areas

STREAM: Final = "impacts"
"""The stream of the journal in which nodes write what they predict."""
ACTION: Final = "warn_public"
_STEADY: Final = 2
"""A prediction must reach an area in so many pictures one after the other, or miss it, to be acted upon."""
_MOVED: Final = 0.5
"""People are told anew when the middle has moved by this share of the longer half-axis,"""
_SHRUNK: Final = 0.5
"""when the area is smaller or larger by this factor,"""
_LATER_S: Final = 30.0
"""or when the time has changed by so much."""
_LANGUAGES: Final = ("en", "ja")


@dataclass(frozen=True, slots=True)
class Falling:
    """A track that falls towards a nation's areas: its rows of predictions, and which of them reach one."""

    node: str
    track: int
    nation: str
    rows: tuple[int, ...]
    reaches: tuple[bool, ...]


def predicted(folder: Path) -> Impacts:
    """What the nodes of a variant have predicted, out of its journal."""
    return Impacts.join([Impacts.empty(), *read_tables(folder, STREAM, Impacts)])


def numbers(impacts: Impacts) -> dict[str, IntN]:
    """The tracks that fall, by node."""
    return {node: np.unique(impacts.track[impacts.node.equal(node)]) for node in impacts.node.names}


def others(tracks: Tracks, impacts: Impacts) -> Tracks:
    """The tracks that never fall, which may fly on along great circles."""
    falls = np.zeros(len(tracks), dtype=np.bool_)
    for node, fallen in numbers(impacts).items():
        falls |= tracks.node.equal(node) & np.isin(tracks.track, fallen)
    return tracks.take(np.flatnonzero(~falls)) if falls.any() else tracks


def falling_of(coverage: Coverage, impacts: Impacts) -> list[Falling]:
    """All tracks whose predicted area reaches areas of a nation in some picture."""
    nations = sorted({area.nation for area in coverage.areas if area.nation is not None})
    reach = {nation: _reaches(coverage, impacts, nation) for nation in nations}
    made = []
    for node, tracks in sorted(numbers(impacts).items()):
        for track in tracks:
            rows = np.flatnonzero(impacts.node.equal(node) & (impacts.track == track))
            made += [
                Falling(node, int(track), nation, tuple(rows.tolist()), tuple(reach[nation][rows].tolist()))
                for nation in nations
                if reach[nation][rows].any()
            ]
    return made


def falling_cases(
    falling: Sequence[Falling], impacts: Impacts, staff: Staff, start_s: float
) -> Iterator[tuple[Case, Falling]]:
    """The cases of warning: when a prediction steadily reaches an area, at the node whose watch warns."""
    organisation = staff.organisation
    for each in falling:
        for place in _steadily(each.reaches):
            row = each.rows[place]
            now_s, falls_s = (float(time_s) - start_s for time_s in (impacts.time[row], impacts.falls[row]))
            watch = staff.watch(ACTION, each.nation, now_s)
            if watch is not None and organisation.node_of(watch) == each.node and falls_s > now_s:
                yield Case(f"{each.node}-{each.track}-{each.nation}", each.nation, now_s, falls_s), each
                break


def warn(
    orders: Mapping[str, Order], cases: Mapping[Case, Falling], impacts: Impacts, start_s: float, folder: Path
) -> None:
    """The messages to the public that issued orders lead to; written as a table, and each in CAP.

    Parameters
    ----------
    orders
        All orders of the variant.
    cases
        What falls, by its case.
    impacts
        What nodes have predicted.
    start_s
        When the exercise begins, s since 1970-01-01 UTC.
    folder
        Gets `warnings.parquet`, and `warnings/` with the messages, where anything falls.

    Raises
    ------
    WorkError
        When the folder can't be written.
    """
    out = folder / "warnings.parquet"
    for old in (out, *(folder / "warnings").glob("*.xml")):
        old.unlink(missing_ok=True)
    if not len(impacts):
        return
    parts = [Warnings.empty()]
    for case, each in cases.items():
        order = orders.get(f"{case.name}.{ACTION}")
        if order is None or order.state not in TAKEN:
            continue
        issued_s = next(time_s for time_s, step, _ in order.steps if step == "issue")
        parts.append(_chain(order.name, each, impacts, start_s + issued_s))
    made = Warnings.join(parts)
    made = made.take(np.argsort(made.time, kind="stable"))
    codec.write(made, out)
    _write_messages(made, folder / "warnings")


def measured(exercise: Exercise, coverage: Coverage, folder: Path) -> tuple[Warned, ...]:
    """How people were warned in a variant; nothing where nothing falls.

    Parameters
    ----------
    exercise, coverage
        What was asked for, and where people are.
    folder
        The variant's folder; the truth lies above it.

    Raises
    ------
    InputError
        When a file can't be read.
    """
    if not any(each.source == "ballistic" or each.kind == "ballistic" for each in exercise.traffic):
        return ()
    path = folder / "warnings.parquet"
    told = codec.read(Warnings, path) if path.exists() else Warnings.empty()
    landings = landings_of(codec.read(Truth, folder.parent / "truth.parquet"), exercise.end_s)
    areas = [
        Protected(area.nation, area.lat_deg, area.lon_deg, area.radius_m)
        for area in coverage.areas
        if area.nation is not None
    ]
    return warned(landings, told, areas, coverage.warn_before_s)


def _chain(order: str, each: Falling, impacts: Impacts, issued_s: float) -> Warnings:
    """An alert, and what follows from later predictions; nobody decides again on what only follows."""
    rows = np.array(each.rows)
    reaches = np.array(each.reaches)
    known = np.flatnonzero(impacts.time[rows] <= issued_s)
    first = int(known[-1]) if len(known) else 0
    sent: list[tuple[int, float, str]] = []
    if impacts.falls[rows[first]] > issued_s:
        sent.append((int(rows[first]), issued_s, "Alert"))
    misses = 0
    for place in range(first + 1, len(rows)):
        row, now_s = int(rows[place]), float(impacts.time[rows[place]])
        misses = 0 if reaches[place] else misses + 1
        standing = bool(sent) and sent[-1][2] != "Cancel"
        if standing and misses >= _STEADY:
            sent.append((sent[-1][0], now_s, "Cancel"))
        elif not standing and place and reaches[place] and reaches[place - 1]:
            sent.append((row, now_s, "Alert"))
        elif standing and reaches[place] and _differs(impacts, sent[-1][0], row):
            sent.append((row, now_s, "Update"))
    return _rows(order, each, impacts, sent)


def _rows(order: str, each: Falling, impacts: Impacts, sent: list[tuple[int, float, str]]) -> Warnings:
    """What was sent, as rows: of which prediction, when and as what."""
    held = impacts.take(np.array([row for row, _, _ in sent], dtype=np.int64))
    count = len(sent)
    return Warnings(
        time=np.array([time_s for _, time_s, _ in sent]),
        **{
            name: getattr(held, name)
            for name in (
                *("node", "track", "lat_deg", "lon_deg", "falls", "sigma_s"),
                *("var_east_m2", "cov_east_north_m2", "var_north_m2"),
            )
        },
        nation=Labels.constant(each.nation, count),
        order=Labels.constant(order, count),
        message=np.arange(1, count + 1),
        says=Labels.of([says for _, _, says in sent]),
        ends=np.array([impact_of(held, row).ends_s for row in range(count)]),
    )


def impact_of(table: Impacts, row: int) -> Impact:
    """One prediction as warnings tell it."""
    areas = _areas(table.take(slice(row, row + 1)))
    major, minor, _ = (float(each[0]) for each in areas.ellipses(PROBABILITY))
    ring = areas.rings(PROBABILITY)[0]
    ring[:, 0] = np.unwrap(ring[:, 0], period=360.0)
    return Impact(
        name=str(int(table.track[row])),
        time_s=float(table.falls[row]),
        sigma_s=float(table.sigma_s[row]),
        lat_deg=float(table.lat_deg[row]),
        lon_deg=float(table.lon_deg[row]),
        semi_major_m=major,
        semi_minor_m=minor,
        probability=PROBABILITY,
        ring=ring,
    )


def _areas(table: Impacts) -> Areas:
    """The predicted places as areas."""
    cov = np.empty((len(table), 2, 2))
    cov[:, 0, 0], cov[:, 1, 1] = table.var_east_m2, table.var_north_m2
    cov[:, 0, 1] = cov[:, 1, 0] = table.cov_east_north_m2
    return Areas(table.lat_deg, table.lon_deg, cov, table.falls - table.time, table.sigma_s)


def _reaches(coverage: Coverage, impacts: Impacts, nation: str) -> BoolN:
    """Which predicted ellipses overlap an area of a nation, (N,)."""
    rings = _areas(impacts).rings(PROBABILITY) if len(impacts) else np.empty((0, 1, 2))
    found = np.zeros(len(impacts), dtype=np.bool_)
    for area in coverage.areas:
        if area.nation == nation:
            edge_m = great_circle_m(rings[..., 1], rings[..., 0], area.lat_deg, area.lon_deg)
            middle_m = great_circle_m(impacts.lat_deg, impacts.lon_deg, area.lat_deg, area.lon_deg)
            # The edge comes into the area, or the area lies within the edge and no farther than it.
            found |= (edge_m.min(axis=1, initial=math.inf) <= area.radius_m) | (middle_m <= area.radius_m)
            found |= _holds(rings, area.lat_deg, area.lon_deg)
    return found


def _holds(rings: Float, lat_deg: float, lon_deg: float) -> BoolN:
    """Which rings, (N, P, 2) longitudes and latitudes, go round a place."""
    east = (rings[..., 0] - lon_deg + 180.0) % 360.0 - 180.0
    turn = np.unwrap(np.arctan2(rings[..., 1] - lat_deg, east), axis=1)
    return np.abs(turn[:, -1] - turn[:, 0]) > np.pi if len(rings) else np.zeros(0, dtype=np.bool_)


def _steadily(reaches: tuple[bool, ...]) -> list[int]:
    """Places in a list at which so many have been true one after the other."""
    return [
        place for place in range(_STEADY - 1, len(reaches)) if all(reaches[place - _STEADY + 1 : place + 1])
    ]


def _differs(impacts: Impacts, before: int, now: int) -> bool:
    """Whether a prediction differs so much from the one that people know that they must be told."""
    one, other = impact_of(impacts, before), impact_of(impacts, now)
    moved_m = float(great_circle_m(one.lat_deg, one.lon_deg, other.lat_deg, other.lon_deg))
    ratio = other.area_km2 / one.area_km2
    return (
        moved_m > _MOVED * one.semi_major_m
        or not _SHRUNK < ratio < 1.0 / _SHRUNK
        or abs(other.time_s - one.time_s) > _LATER_S
    )


def _write_messages(made: Warnings, folder: Path) -> None:
    """Each message in CAP, in a file of its own."""
    before: dict[str, list[Alert]] = {}
    columns = (made.order, made.says, made.nation, made.node)
    for row, words in enumerate(zip(*(each.values() for each in columns), strict=True)):
        order, says, nation, node = (word or "" for word in words)
        earlier = before.setdefault(order, [])
        name = f"{order}-{int(made.message[row])}"
        alert = warning(
            name,
            f"{nation}.{node}",
            float(made.time[row]),
            [impact_of(made, row)],
            _LANGUAGES,
            tuple(each.reference for each in earlier),
            says == "Cancel",
        )
        # What is warned of anew after a cancellation refers to nothing before.
        before[order] = [] if says == "Cancel" else [*earlier, alert]
        write_alert(alert, folder / f"{name}.xml")
