"""Pairing: which track belongs to which object, in every picture of every node; all measures start here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kizuna.geo.frames import geodetic_to_ecef
from kizuna.kernels.assignment import assign
from kizuna.kernels.continuity import follow
from kizuna.kernels.nearby import associate, find_nearby
from kizuna.messages.track import Tracks
from kizuna.review.pictures import Paths, Sample, rows_at, samples, velocity_to_ecef
from kizuna.shapes import BoolN, FloatN, IntN


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """Who is there in each picture: the truth without its places, the same for all nodes."""

    times: FloatN
    """(T,) picture times, s since 1970-01-01 UTC."""
    start: IntN
    """(T + 1,) picture t owns the entries start[t] to start[t + 1] - 1."""
    path: IntN
    """(M,) path of each entry."""
    names: tuple[str, ...]
    """(P,) object of each path."""
    begin_s: FloatN
    """(P,) when the path begins."""
    order: IntN
    """(M,) the entries, path by path and in order of time within each."""
    path_start: IntN
    """(P + 1,) path p owns the entries order[path_start[p] : path_start[p + 1]]."""

    def picture(self) -> IntN:
        """Picture (M,) of each entry."""
        return np.repeat(np.arange(len(self.times)), np.diff(self.start))


@dataclass(frozen=True, slots=True, eq=False)
class Pairing:
    """Rows of one node's pictures (no tentative tracks) and the entries of `Presence` they belong to."""

    node: str
    presence: Presence
    start: IntN
    """(T + 1,) picture t owns the rows start[t] to start[t + 1] - 1."""
    track: IntN
    """(N,) the node's tracks, counted from 0 in the order of their numbers."""
    numbers: IntN
    """(K,) those numbers."""
    assigned: IntN
    """(N,) entry that the assignment of least total cost gives to the row, -1 for none: one to one."""
    associated: IntN
    """(N,) the assigned entry, else the nearest within the cutoff, else -1: rows may share an entry."""
    distance_m: FloatN
    """(N,) distance in space to the associated entry, NaN where there is none."""
    velocity_error_mps: FloatN
    """(N,) length of the difference of velocities to the associated entry, NaN where unknown."""
    edge_start: IntN
    """(N + 1,) row n owns the edges edge_start[n] to edge_start[n + 1] - 1."""
    edge_entry: IntN
    """(E,) entries within the cutoff of a row."""
    edge_squared_m2: FloatN
    """(E,) squared distance, m²."""
    switched: BoolN
    """(M,) whether another track took over the entry's object in this picture (`kernels.continuity`)."""

    def picture(self) -> IntN:
        """Picture (N,) of each row."""
        return np.repeat(np.arange(len(self.presence.times)), np.diff(self.start))

    def row_of_entry(self) -> IntN:
        """Row (M,) that is assigned to each entry, -1 for none."""
        row = np.full(len(self.presence.path), -1, dtype=np.int64)
        paired = np.flatnonzero(self.assigned >= 0)
        row[self.assigned[paired]] = paired
        return row


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """One node's rows and what has been found for them so far, batch by batch."""

    picture: IntN
    track: IntN
    lat_deg: FloatN
    lon_deg: FloatN
    alt_m: FloatN
    velocity_mps: tuple[FloatN, FloatN, FloatN]
    """East, north, up."""
    assigned: IntN
    associated: IntN
    distance_m: FloatN
    velocity_error_mps: FloatN
    edge_count: IntN
    edge_entry: list[IntN]
    edge_squared: list[FloatN]


def pair(
    paths: Paths,
    tracks: Tracks,
    times: FloatN,
    nodes: Sequence[str],
    cutoff_m: float,
    progress: Callable[[float], None] | None = None,
) -> list[Pairing]:
    """Pair tracks with objects in every picture of every node.

    In each picture the assignment minimises Σ d² over the pairs plus c²/2 for each object and each track left
    alone, with d the distance in space and c the cutoff; pairs are closer than c. This is the assignment of
    the GOSPA metric with p = 2 and α = 2 (Rahmathullah, García-Fernández and Svensson, Generalized optimal
    sub-pattern assignment metric, Fusion 2017, proposition 1). Tentative tracks don't take part.

    Parameters
    ----------
    paths
        The truth (`pictures.paths_of`).
    tracks
        Of all nodes, ordered by time.
    times
        (T,) picture times, s, ascending; rows at other times don't take part.
    nodes
        Names of the nodes, which may have no row at all.
    cutoff_m
        c, m.
    progress
        Called now and then with the share of the work that is done, 0 to 1.

    Returns
    -------
    list
        One pairing for each node, in the order given.
    """
    works = [_gathered(tracks, times, node) for node in nodes]
    starts, owners, entries = [np.zeros(1, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], 0
    for sample in samples(paths, times):
        for work in works:
            _pair_batch(work, sample, entries, cutoff_m)
        starts.append(entries + sample.start[1:])
        owners.append(sample.path)
        entries += len(sample.path)
        if progress is not None:
            progress((sample.first + len(sample.start) - 1) / len(times))
    path = np.concatenate(owners)
    presence = Presence(
        times=times,
        start=np.concatenate(starts),
        path=path,
        names=paths.names,
        begin_s=paths.begin_s,
        order=np.argsort(path, kind="stable"),
        path_start=np.searchsorted(np.sort(path), np.arange(len(paths.names) + 1)),
    )
    return [_finished(node, work, presence) for node, work in zip(nodes, works, strict=True)]


def _gathered(tracks: Tracks, times: FloatN, node: str) -> _Node:
    mine = np.flatnonzero(tracks.node.equal(node) & ~tracks.status.equal("tentative"))
    picture = rows_at(times, tracks.time[mine])
    mine, picture = mine[picture >= 0], picture[picture >= 0]
    count = len(mine)
    return _Node(
        picture=picture,
        track=tracks.track[mine],
        lat_deg=tracks.lat_deg[mine],
        lon_deg=tracks.lon_deg[mine],
        alt_m=tracks.alt_m[mine],
        velocity_mps=(tracks.ve_mps[mine], tracks.vn_mps[mine], tracks.vu_mps[mine]),
        assigned=np.full(count, -1, dtype=np.int64),
        associated=np.full(count, -1, dtype=np.int64),
        distance_m=np.full(count, np.nan),
        velocity_error_mps=np.full(count, np.nan),
        edge_count=np.zeros(count, dtype=np.int64),
        edge_entry=[np.zeros(0, dtype=np.int64)],
        edge_squared=[np.zeros(0)],
    )


def _pair_batch(work: _Node, sample: Sample, entries: int, cutoff_m: float) -> None:
    """Pair one node's rows in one batch of pictures; writes into `work`. Entries count from `entries`."""
    pictures = len(sample.start) - 1
    start = np.searchsorted(work.picture, sample.first + np.arange(pictures + 1))
    batch = slice(int(start[0]), int(start[-1]))
    if batch.start == batch.stop:
        return
    lat, lon = work.lat_deg[batch], work.lon_deg[batch]
    position = geodetic_to_ecef(lat, lon, work.alt_m[batch])
    edge_start, target, squared = find_nearby(
        position, start - start[0], sample.position_m, sample.start, sample.axis, cutoff_m
    )
    chosen = assign(edge_start, target, squared - cutoff_m**2, len(sample.path))
    associated, distance = associate(edge_start, target, squared, chosen)
    work.assigned[batch] = np.where(chosen >= 0, chosen + entries, -1)
    work.associated[batch] = np.where(associated >= 0, associated + entries, -1)
    work.distance_m[batch] = distance
    work.edge_count[batch] = np.diff(edge_start)
    work.edge_entry.append(target + entries)
    work.edge_squared.append(squared)
    velocities = [column[batch] for column in work.velocity_mps]
    if not np.isnan(velocities[0]).all():
        paired = np.flatnonzero(associated >= 0)
        error = velocity_to_ecef(lat, lon, *velocities)[paired] - sample.velocity_mps[associated[paired]]
        work.velocity_error_mps[batch.start + paired] = np.linalg.norm(error, axis=1)


def _finished(node: str, work: _Node, presence: Presence) -> Pairing:
    numbers, track = np.unique(work.track, return_inverse=True)
    start = np.searchsorted(work.picture, np.arange(len(presence.times) + 1))
    edge_start = np.concatenate([[0], np.cumsum(work.edge_count)])
    edge_entry = np.concatenate(work.edge_entry)
    _, switched = follow(
        presence.start,
        presence.path,
        start,
        track,
        edge_start,
        edge_entry,
        work.assigned,
        len(presence.names),
        len(numbers),
    )
    return Pairing(
        node=node,
        presence=presence,
        start=start,
        track=track,
        numbers=numbers,
        assigned=work.assigned,
        associated=work.associated,
        distance_m=work.distance_m,
        velocity_error_mps=work.velocity_error_mps,
        edge_start=edge_start,
        edge_entry=edge_entry,
        edge_squared_m2=np.concatenate(work.edge_squared),
        switched=switched,
    )
