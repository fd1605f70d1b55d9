"""Reports in few bytes come back as exact as was promised and never surer; nonsense does no harm."""

from dataclasses import replace
from zlib import crc32

import numpy as np
import pytest

from kizuna.errors import InputError
from kizuna.fusion.states import states_of
from kizuna.messages import codec
from kizuna.messages.columns import Labels
from kizuna.messages.packed import Told, pack, unpack
from kizuna.messages.report import Reports
from kizuna.seeds import generator

COUNT = 300
full_bytes = 120
coarse_bytes = 40
rounding_of_sums = 1e-9


def reports(seed: int = 1, count: int = COUNT) -> Reports:
    """Reports all over the Earth, with covariances of any shape."""
    draw = generator(seed, "packed")
    root = draw.standard_normal((count, 6, 6)) * np.array([300.0] * 3 + [20.0] * 3)[:, None]
    cov = (root @ root.transpose(0, 2, 1) + 1e-3 * np.eye(6))[(slice(None), *np.triu_indices(6))]
    named = draw.random(count) < 0.7
    return Reports.of(
        time=1.9e9 + np.round(draw.uniform(0.0, 5.0, count), 3),
        originator=["JPN"] * (count // 2) + ["AUS"] * (count - count // 2),
        track=draw.permutation(np.arange(1, count + 1)),
        claim=draw.integers(1, 10**9, count),
        since=1.9e9 - draw.uniform(0.0, 1e4, count),
        lat_deg=np.degrees(np.arcsin(draw.uniform(-1.0, 1.0, count))),
        lon_deg=draw.uniform(-180.0, 180.0, count),
        alt_m=draw.uniform(-100.0, 3e4, count),
        ve_mps=draw.uniform(-400.0, 400.0, count),
        vn_mps=draw.uniform(-400.0, 400.0, count),
        vu_mps=draw.uniform(-50.0, 50.0, count),
        cov=cov,
        status=draw.choice(["tentative", "confirmed"], count).tolist(),
        identity=[f"{row:06X}" if told else None for row, told in enumerate(named)],
        kind=[None] * count,
        sensors=draw.integers(1, 5, count),
        marking=["ALLIES"] * count,
        releasable_to=draw.choice(["AUS", "AUS USA"], count).tolist(),
    )


def in_order(table: Reports) -> Reports:
    """As they come out: by originator and track."""
    names = np.array([str(name) for name in table.originator.values()])
    first = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return table.take(np.lexsort((table.track, [first[name] for name in names])))


def come(table: Reports, precision_m: float) -> Reports:
    """The same, packed and unpacked."""
    return unpack(pack(table, precision_m), Told())


def test_exact_reports_come_back_as_they_were() -> None:
    sent, got = in_order(reports()), come(reports(), 0.0)
    for name in ("time", "track", "claim", "since", "lat_deg", "lon_deg", "alt_m", "sensors"):
        assert np.array_equal(getattr(got, name), getattr(sent, name)), name
    for name in ("originator", "status", "identity", "kind", "marking", "releasable_to"):
        assert getattr(got, name).values() == getattr(sent, name).values(), name
    assert np.allclose(got.ve_mps, sent.ve_mps, rtol=1e-6, atol=1e-4)
    assert np.allclose(got.cov[:, 0], sent.cov[:, 0], rtol=3e-3)


@pytest.mark.parametrize("precision_m", [1.0, 10.0, 100.0])
def test_places_are_off_by_no_more_than_was_said(precision_m: float) -> None:
    """All over the Earth, to the poles and across 180°; and nearly as much as that for some."""
    sent, got = in_order(reports()), come(reports(), precision_m)
    before, after = states_of(sent)[0], states_of(got)[0]
    off_m = np.linalg.norm(after[:, :3] - before[:, :3], axis=1)
    assert 0.6 * precision_m < off_m.max() <= precision_m
    speed = np.stack([got.ve_mps - sent.ve_mps, got.vn_mps - sent.vn_mps, got.vu_mps - sent.vu_mps])
    assert np.linalg.norm(speed, axis=0).max() <= 0.9
    assert np.abs(got.time - sent.time).max() <= 0.0005 + 1e-6


@pytest.mark.parametrize("precision_m", [0.0, 10.0, 100.0])
def test_covariances_never_claim_more_than_was_known(precision_m: float) -> None:
    """In no direction: the difference has no negative eigenvalue, nor when it is nearly singular."""
    many = reports(2, 2000)
    thin = np.eye(6)
    thin[0, 3] = thin[3, 0] = 0.9999
    scale = np.outer([80.0] * 3 + [3.0] * 3, [80.0] * 3 + [3.0] * 3)
    many.cov[:5] = (thin * scale)[np.triu_indices(6)]
    full = np.empty((2, 2000, 6, 6))
    row, column = np.triu_indices(6)
    for place, table in enumerate((in_order(many), come(many, precision_m))):
        full[place][:, row, column] = full[place][:, column, row] = table.cov
    least = np.linalg.eigvalsh(full[1] - full[0])[:, 0]
    assert np.all(least >= -rounding_of_sums * np.linalg.eigvalsh(full[0])[:, -1])


def test_bytes_of_an_update() -> None:
    """At full precision and at 10 m, with what seldom changes told of every sixth row."""
    table = replace(reports(), time=np.full(COUNT, 1.9e9))
    seldom = np.arange(COUNT) % 6 == 0
    assert len(pack(table, 0.0)) / COUNT < full_bytes
    assert len(pack(table, 10.0, seldom)) / COUNT < coarse_bytes
    assert len(codec.to_ipc(table)) / COUNT > 2 * full_bytes


def test_what_seldom_changes_is_remembered() -> None:
    """Rows of which nothing was told yet are left out and counted."""
    told, table = Told(), reports()
    some = np.arange(COUNT) % 2 == 0
    first = unpack(pack(table, 10.0, some), told)
    assert len(first) == COUNT // 2 == told.unknown
    unpack(pack(table, 10.0), told)
    again = unpack(pack(table, 10.0, np.zeros(COUNT, dtype=np.bool_)), told)
    assert again.identity.values() == in_order(table).identity.values()
    assert np.array_equal(again.claim, in_order(table).claim)


def test_what_was_told_for_some_is_not_put_to_a_row_for_others() -> None:
    """An identity that was for AUS alone is not in a row that may go to USA too, should a message be lost."""
    told, table = Told(), reports().take(np.array([0]))
    table = replace(table, identity=Labels.of(["SECRET"]), releasable_to=Labels.of(["AUS"]))
    unpack(pack(table, 10.0), told)
    wider = replace(table, identity=Labels.of([None]), releasable_to=Labels.of(["AUS USA"]))
    nothing = unpack(pack(wider, 10.0, np.array([False])), told)
    assert len(nothing) == 0
    assert unpack(pack(wider, 10.0), told).identity.values() == [None]


def test_names_of_other_rows_stay_at_home() -> None:
    """A table cut out of another still knows its names."""
    part = replace(reports(), identity=Labels.of(["CANARY"] + ["X"] * (COUNT - 1))).take(slice(1, COUNT))
    raw = pack(part, 0.0)
    assert "CANARY" not in str(unpack(raw, Told()).identity.names)


@pytest.mark.parametrize("length", [0, 3, 20, 60, -1])
def test_what_is_cut_short_is_refused(length: int) -> None:
    with pytest.raises(InputError, match="is no packed table of reports"):
        unpack(pack(reports(), 10.0)[:length], Told())


@pytest.mark.parametrize("mended", [False, True])
def test_garbage_never_breaks_anything(mended: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checksum finds flipped bits; where somebody mends it, there is a table or a refusal."""
    draw, good = generator(3, "garbage"), pack(reports(), 10.0)
    if mended:
        right = int.from_bytes(good[4:8], "little")
        monkeypatch.setattr("kizuna.messages.packed.crc32", lambda data: right)
    refused = 0
    for _ in range(300):
        bad = bytearray(good)
        for place in draw.integers(0, len(bad), 3):
            bad[place] ^= int(draw.integers(1, 256))
        try:
            unpack(bytes(bad), Told())
        except InputError:
            refused += 1
    assert refused == 300 or mended


def test_a_bomb_is_not_unpacked() -> None:
    """A message that claims to be gigabytes is refused before any memory is taken."""
    good = bytearray(pack(reports(), 10.0))
    good[12:16] = (2**31).to_bytes(4, "little")
    good[4:8] = crc32(good[8:]).to_bytes(4, "little")
    with pytest.raises(InputError, match="wrong mark or length"):
        unpack(bytes(good), Told())


def test_an_empty_table() -> None:
    assert len(come(reports().take(slice(0, 0)), 10.0)) == 0
    assert len(come(reports().take(slice(0, 0)), 0.0)) == 0
