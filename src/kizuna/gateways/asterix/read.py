"""ASTERIX to detections and tracks, from a file of any form or from datagrams that were heard."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from kizuna.errors import InputError
from kizuna.gateways.asterix.frames import Frames, frames, is_capture, is_final, is_raw
from kizuna.gateways.asterix.layout import WANTED, layout
from kizuna.gateways.asterix.records import Records, source_name
from kizuna.gateways.asterix.reports import (
    Reports,
    adsb,
    has_address,
    identities,
    multilateration,
    plots,
)
from kizuna.gateways.asterix.sensors import sensors
from kizuna.gateways.asterix.times import heard_at, times
from kizuna.gateways.asterix.tracks import tracks
from kizuna.geo.heights import above_ellipsoid
from kizuna.kernels.asterix import find_records, repeated
from kizuna.messages.columns import Labels
from kizuna.messages.detection import KINDS, Detections
from kizuna.messages.recording import Recording, Remark, in_time, left_out, sound
from kizuna.messages.track import Tracks
from kizuna.shapes import BoolN, ByteN, FloatN, IntN

_REPORTS: Final[dict[int, Callable[[Records], Reports]]] = {
    1: plots,
    20: multilateration,
    21: adsb,
    48: plots,
}
_SERVICES: Final = (2, 34)
_FILE: Final = 'ASTERIX: raw, "final", or UDP captured as pcap or pcapng'
_MEASURED: Final = {"radar": ("range_m", "azimuth_deg"), "position": ("lat_deg", "lon_deg")}


def is_asterix(head: bytes) -> bool:
    """Whether a file that begins so may hold ASTERIX."""
    return is_capture(head) or is_final(head) or is_raw(head, layout())


def read(data: bytes, file: str, start_s: float | None = None) -> Recording:
    """Read a file: raw, "final", pcap or pcapng.

    Radar plots become detections of kind `radar`, reports of ADS-B and multilateration of kind `position`,
    and system tracks become tracks. A sensor, and the node of a track, is called by its SAC and SIC, such as
    `25-201`. Of a source that sends plots and positions, the sensor of the positions is `25-201-position`.

    Parameters
    ----------
    data
        The whole file.
    file
        What to call it.
    start_s
        The day on which it began (midnight UTC), or the time to within an hour, s since 1970-01-01 UTC. Not
        needed for captures, which tell the date.

    Raises
    ------
    InputError
        When most of the file is no ASTERIX, or it tells times of day and `start_s` is None.
    """
    octets = np.frombuffer(data, dtype=np.uint8)
    return decode(octets, frames(octets, file), file, start_s)


def decode(data: ByteN, stretches: Frames, file: str, start_s: float | None = None) -> Recording:
    """Decode the blocks in some stretches of bytes; as `read`."""
    known = layout()
    wanted = max(map(len, WANTED.values()))
    found, where, passed, broken = find_records(
        data, stretches.begins, stretches.ends, known.known, known.roots, known.items, wanted
    )
    if broken[:, 1].sum() > found[:, 3].sum() + (stretches.ends - stretches.begins).sum() * (
        passed.sum() > 0
    ):
        raise InputError(file, "", "is no ASTERIX, or mostly broken", _FILE)
    if not len(found):
        raise InputError(file, "", f"holds no records of CAT {_listed(WANTED)}", _FILE)
    heard_s = heard_at(stretches, file, start_s)[found[:, 2]]
    by_category: dict[int, tuple[IntN, Records]] = {}
    for category in np.unique(found[:, 0]).tolist():
        rows = np.flatnonzero(found[:, 0] == category)
        mine = Records(category, data, found[rows, 1], np.ascontiguousarray(where[rows].T), heard_s[rows])
        by_category[category] = rows, mine
    time_s = times(by_category, len(found), file, start_s)
    first = f"byte {int(broken[0, 0]):,}" if len(broken) else ""
    remarks = [*stretches.remarks, *left_out(file, len(broken), "broken records", first)]
    remarks += [
        Remark(file, int(passed[category]), f"passed over blocks of CAT {category:03d}")
        for category in np.flatnonzero(passed).tolist()
    ]
    detections, named, more = _detections(by_category, time_s, file)
    system, of_tracks = Tracks.empty(), list[Remark]()
    if 62 in by_category:
        rows, mine = by_category[62]
        system, of_tracks = tracks(mine, time_s[rows], file)
    services: dict[int, tuple[Records, FloatN]] = {
        category: (by_category[category][1], time_s[by_category[category][0]])
        for category in _SERVICES
        if category in by_category
    }
    return Recording(detections, system, sensors(named, services), (*remarks, *more, *of_tracks))


def _detections(
    by_category: Mapping[int, tuple[IntN, Records]], time_s: FloatN, file: str
) -> tuple[Detections, dict[str, tuple[int, str]], list[Remark]]:
    """Detections of all categories, source and kind of each sensor, and remarks."""
    parts, remarks = [], []
    for category, decoder in _REPORTS.items():
        if category in by_category:
            rows, mine = by_category[category]
            reports = decoder(mine)
            good, why = _usable(reports, time_s[rows], f"CAT {category:03d}", file)
            remarks += why
            parts.append((reports, rows[good], good))
    if not parts:
        return Detections.empty(), {}, remarks
    at_s = np.concatenate([time_s[rows] for _, rows, _ in parts])
    order = np.arange(len(at_s))[in_time(at_s)]

    def gathered(name: str) -> Any:
        return np.concatenate([getattr(reports, name)[good] for reports, _, good in parts])[order]

    who = gathered("who")
    kind = np.concatenate([np.full(len(rows), KINDS.index(reports.kind)) for reports, rows, _ in parts])[
        order
    ]
    sensor, named = _sensors(gathered("source"), kind)
    detections = Detections.of(
        time=at_s[order],
        sensor=sensor,
        kind=Labels(kind.astype(np.int32), KINDS),
        **{name: gathered(name) for name in ("range_m", "azimuth_deg", "lat_deg", "lon_deg")},
        alt_m=_heights_m(who, gathered("pressure_m"), gathered("geometric_m")),
        identity=identities(who),
    )
    is_plot = kind == KINDS.index("radar")
    again = repeated(
        detections.time,
        sensor.codes,
        np.where(is_plot, detections.range_m, detections.lat_deg),
        np.where(is_plot, detections.azimuth_deg, detections.lon_deg),
    )
    remarks += left_out(file, int(again.sum()), "reports that say again what another said")
    return detections.take(~again) if again.any() else detections, named, remarks


def _heights_m(who: IntN, pressure_m: FloatN, geometric_m: FloatN) -> FloatN:
    """Heights, above the ellipsoid where an address tells whose two heights differ by how much."""
    alt_m = np.where(np.isnan(pressure_m), geometric_m, pressure_m)
    told = has_address(who)
    alt_m[told] = above_ellipsoid(who[told], pressure_m[told], geometric_m[told])
    return alt_m


def _sensors(source: IntN, kind: IntN) -> tuple[Labels, dict[str, tuple[int, str]]]:
    """Names of the sensors; who sends plots as well as positions is two of them."""
    known, codes = np.unique(source * len(KINDS) + kind, return_inverse=True)
    named: dict[str, tuple[int, str]] = {}
    for key in known.tolist():
        number, what = key // len(KINDS), KINDS[key % len(KINDS)]
        name = source_name(number)
        named[f"{name}-{what}" if name in named else name] = number, what
    return Labels(codes.astype(np.int32), tuple(named)), named


def _usable(reports: Reports, time_s: FloatN, name: str, file: str) -> tuple[BoolN, list[Remark]]:
    """Which reports are detections of something that flies, and remarks on the others."""
    needed = {column: getattr(reports, column) for column in _MEASURED[reports.kind]}
    good = sound(Detections, needed | {"time": time_s}) & (reports.source >= 0)
    remarks = []
    for chosen, what in (
        (~reports.real, "reports of test targets and field monitors"),
        (~reports.seen, "tracks that the radar didn't see"),
        (~reports.airborne, "reports from the ground"),
        (~good, f"reports without {' or '.join(_MEASURED[reports.kind])}, a time or a source"),
    ):
        remarks += left_out(file, int(chosen.sum()), f"{name} {what}")
        good &= ~chosen
    return good, remarks


def _listed(categories: Mapping[str, object]) -> str:
    names = [f"{int(name):03d}" for name in categories if name.isdigit()]
    return ", ".join(names)
