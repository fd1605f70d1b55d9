"""The timeline: equal to trying everything on small cases, and bounds that are bounds."""

from dataclasses import replace

import numpy as np
import pytest
from tests.lunar.brute import best_timeline

from kizuna.lunar.drives import Drive
from kizuna.lunar.power import KWH
from kizuna.lunar.task import Stop, Task
from kizuna.lunar.timeline import _pieces, _turns, find_timeline

SLOTS = 20


def random_task(seed):
    """Three stations with light that comes and goes, drives that are forbidden at times, scarce energy."""
    rng = np.random.default_rng(seed)

    def parked():
        gain = np.where(rng.random(SLOTS // 5).repeat(5) < 0.5, rng.uniform(2, 8), -rng.uniform(2, 8))
        return np.concatenate(([0.0], np.cumsum(gain))) * KWH

    stops = [Stop("start", parked())]
    for name in ("a", "b", "c"):
        eva = int(rng.integers(0, 4))
        allowed = rng.random(SLOTS) < 0.6
        stops.append(
            Stop(name, parked(), float(rng.integers(1, 9)), int(rng.integers(0, 4)), eva, allowed,
                 float(rng.integers(0, 60)), bool(rng.random() < 0.15))
        )  # fmt: skip
    stops.append(Stop("finish", parked()))
    drives = {
        (i, j): Drive(
            np.where(rng.random(SLOTS) < 0.6, 1_800.0 * rng.integers(1, 4), np.inf), rng.uniform(2, 15) * KWH
        )
        for i in range(5)
        for j in range(5)
        if i != j and rng.random() < 0.9
    }
    drives = {pair: drive for pair, drive in drives.items() if drive.allowed.any()}
    return Task(
        stops, drives, 1_800.0, SLOTS, rng.uniform(15, 35) * KWH, 35.0 * KWH, 6.0 * KWH,
        sleep=0, awake=SLOTS, cargo_kg=120.0, effort=5.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    "seed", [*range(12), *(pytest.param(n, marks=pytest.mark.slow) for n in range(12, 60))]
)
def test_it_equals_trying_everything(seed):
    """Value and end, up to the 2.2 kWh that rounding may cost."""
    task = random_task(seed)
    found = find_timeline(task)
    most, least = best_timeline(task), best_timeline(task, 2.2 * KWH)
    got = None if found is None else (found.value, found.visits[-1].arrive)
    rank = [(-1.0, 0) if each is None else (each[0], -each[1]) for each in (least, got, most)]
    assert rank[0] <= rank[1] <= rank[2]
    if found is not None:
        assert found.bound >= found.value


def test_the_cases_are_neither_all_easy_nor_undecided():
    """Some have no timeline, some leave stations out, and for most the two bounds are the same."""
    most = [best_timeline(random_task(seed)) for seed in range(40)]
    least = [best_timeline(random_task(seed), 2.2 * KWH) for seed in range(40)]
    assert 2 <= most.count(None) <= 30
    assert sum(a == b for a, b in zip(most, least, strict=True)) >= 25
    assert len({each[0] for each in most if each}) > 5


def calm(**more):
    """Four days of steady light, two stations with work outside."""
    slots = 192
    steady = np.arange(slots + 1) * 3.0 * KWH
    free = np.ones(slots, dtype=bool)
    stops = [Stop("start", steady)]
    stops += [Stop(name, steady, 1.0, 2, 13, free) for name in ("a", "b")]
    stops.append(Stop("finish", steady))
    drives = {(i, j): Drive(np.full(slots, 1_000.0), KWH) for i in range(4) for j in range(4) if i != j}
    return replace(
        Task(stops, drives, 1_800.0, slots, 50.0 * KWH, 60.0 * KWH, 6.0 * KWH, sleep=16, awake=36), **more
    )


def test_the_crew_sleeps_in_time_and_not_while_it_works_or_drives():
    """Sleeps of eight hours, eighteen at most between them; three excursions in four days."""
    found = find_timeline(calm(evas=1, evas_within=100))
    evas = [visit.eva for visit in found.visits if visit.eva is not None]
    assert len(evas) == 2
    assert abs(evas[0] - evas[1]) >= 100
    edges = [0, *(edge for begins in found.sleeps for edge in (begins, begins + 16))]
    assert all(b - a <= 36 for a, b in zip(edges[::2], found.sleeps, strict=False))
    for begins in found.sleeps:
        for visit in found.visits:
            if visit.eva is not None:
                assert begins + 16 <= visit.eva or begins >= visit.eva + 13
    awake = find_timeline(calm(awake_before=30))
    assert awake.sleeps[0] <= 6
    late = find_timeline(calm(evas=1, evas_within=100, evas_before=(-10,)))
    assert min(visit.eva for visit in late.visits if visit.eva is not None) >= 90


def test_what_light_brings_to_full_stores_is_lost():
    """Ten slots that bring 30 kWh to stores of 20, then a dark wait of 12 kWh for the one way back."""
    light = np.concatenate((np.arange(11) * 3.0, 30.0 - 2.0 * np.arange(1, 11))) * KWH
    stops = [Stop("start", np.zeros(21)), Stop("a", light, 1.0), Stop("finish", np.zeros(21))]
    there, back = (np.where(np.arange(20) == slot, 1_000.0, np.inf) for slot in (0, 16))
    drives = {(0, 1): Drive(there, KWH), (0, 2): Drive(np.full(20, 1_000.0), KWH)}
    drives[1, 2] = Drive(back, 5.0 * KWH)
    task = Task(stops, drives, 1_800.0, 20, 19.0 * KWH, 20.0 * KWH, 2.0 * KWH, sleep=0, awake=20)
    assert find_timeline(task).value == 0.0
    assert find_timeline(replace(task, capacity_j=30.0 * KWH)).value == 1.0


def test_samples_must_fit():
    """Two of thirty kilograms in fifty: one stays."""
    task = calm()
    heavy = [replace(stop, samples_kg=30.0 if stop.value else 0.0) for stop in task.stops]
    assert find_timeline(replace(task, stops=heavy, cargo_kg=50.0)).value == 1.0
    assert find_timeline(replace(task, stops=heavy, cargo_kg=60.0)).value == 2.0


def test_the_same_task_gives_the_same_timeline():
    """Whatever the machine does meanwhile."""
    assert find_timeline(random_task(3)) == find_timeline(random_task(3))


@pytest.mark.parametrize("seed", range(5))
def test_pieces_lie_above_and_below(seed):
    """By no more than a kilowatt hour; together they cover every slot once."""
    rng = np.random.default_rng(seed)
    table = np.cumsum(np.where(rng.random(100) < 0.9, 5_000, -3_000) + rng.integers(-50, 50, 100))
    covered = []
    for first, last, slope, low, high in _pieces(table):
        at = np.arange(first, last + 1)
        assert (slope * at + low <= table[at]).all()
        assert (slope * at + high >= table[at]).all()
        assert high - low <= 1_000
        covered += at.tolist()
    assert covered == list(range(100))


def test_turns_are_tops_and_bottoms():
    """Smaller than a kilowatt hour they don't count."""
    kwh = np.array([0.0, 5.0, 10.0, 9.5, 10.0, 4.0, -3.0, -2.5, 6.0, 7.0])
    assert _turns(kwh * KWH) == [(0, "bottom"), (2, "top"), (6, "bottom")]
