"""Exact dynamic programming over position, time and energy: what the route search must equal."""

from dataclasses import dataclass

import numpy as np

MOVES = [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)]


@dataclass(frozen=True)
class Case:
    """Arguments of the search, in whole seconds, with frames of one."""

    site: np.ndarray
    seconds: np.ndarray
    energy_j: np.ndarray
    plant: np.ndarray
    start: int
    goal: int
    start_j: float
    arrive_j: float


def random_case(seed, cells=40, frames=200):
    """Waves of light, frames without driving, steps of one to three seconds, some closed; any stores."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:cells, :cells]
    wave = 2 * np.pi * np.arange(frames)[:, None, None] / rng.uniform(40, 160) + rng.uniform(0, 6.3)
    light = np.clip(60 + 90 * np.sin(wave + x / rng.uniform(5, 30) + y / rng.uniform(5, 30)), 0, 127)
    free = rng.random((frames, cells, cells)) < rng.choice([1.0, 0.9, 0.7])
    site = light.astype(np.uint8) | np.where(free, np.uint8(128), np.uint8(0))
    seconds = rng.integers(1, 4, (8, cells, cells)).astype(np.float32)
    energy = rng.integers(5, 60, (8, cells, cells)).astype(np.float32)
    shut = rng.random((8, cells, cells)) < rng.choice([0.0, 0.2, 0.45])
    for k, (down, across) in enumerate(MOVES):
        shut[k] |= (y + down < 0) | (y + down >= cells) | (x + across < 0) | (x + across >= cells)
    seconds[shut] = energy[shut] = np.inf
    reserve, capacity = rng.uniform(0, 40), rng.uniform(150, 600)
    rich = rng.random() < 0.4
    plant = [
        rng.uniform(10, 40), rng.uniform(2, 10), rng.uniform(0, 8), rng.uniform(0.4, 1), rng.uniform(5, 30),
        capacity * (10.0 if rich else 1.0), reserve,
    ]  # fmt: skip
    start, goal = (int(each) for each in rng.integers(0, cells * cells, 2))
    start_j = reserve + (plant[5] - reserve) * rng.uniform(0.2, 1.0)
    arrive_j = reserve if rich else rng.uniform(reserve, 0.8 * capacity)
    flat = np.ascontiguousarray(site.reshape(frames, -1).T)
    return Case(flat, seconds, energy, np.array(plant), start, goal, start_j, arrive_j)


def earliest(case):
    """First whole second at which the goal is reached with enough energy; None when never.

    For each cell and second the most energy is kept, which is all that matters, as more energy can do
    whatever less can.
    """
    seconds, energy_j = case.seconds, case.energy_j
    _, rows, columns = seconds.shape
    array_w, load_w, heater_w, kept, most_w, capacity, reserve = case.plant
    deadline = case.site.shape[1]

    def gain(level):
        share = level / 127.0
        rest = array_w * share - load_w - heater_w * (1.0 - share)
        return np.where(rest > 0.0, np.minimum(rest, most_w) * kept, rest)

    site = case.site.T
    sun = (site & 127).reshape(-1, rows, columns)
    free = (site >= 128).reshape(-1, rows, columns)
    best = np.full((deadline + 1, rows, columns), -np.inf)
    best[0].flat[case.start] = case.start_j
    for now in range(deadline + 1):
        if best[now].flat[case.goal] >= case.arrive_j - 1e-6:
            return now
        if now < deadline:
            waited = np.minimum(best[now] + gain(sun[now]), capacity)
            best[now + 1] = np.maximum(best[now + 1], np.where(waited >= reserve - 1e-6, waited, -np.inf))
        for k, (down, across) in enumerate(MOVES):
            here = (
                slice(max(0, -down), rows - max(0, down)),
                slice(max(0, -across), columns - max(0, across)),
            )
            there = (
                slice(max(0, down), rows + min(0, down)),
                slice(max(0, across), columns + min(0, across)),
            )
            for lasts in np.unique(seconds[k][np.isfinite(seconds[k])]).astype(int):
                if now + lasts > deadline:
                    continue
                frames = slice(now, now + lasts)
                level = np.minimum(sun[frames].min(axis=0)[here], sun[frames].min(axis=0)[there])
                allowed = free[frames].all(axis=0)
                left = np.minimum(best[now][here] - energy_j[k][here] + gain(level) * lasts, capacity)
                good = (seconds[k][here] == lasts) & allowed[here] & allowed[there] & (left >= reserve - 1e-6)
                into = best[now + lasts][there]
                np.maximum(into, np.where(good, left, -np.inf), out=into)
    return None
