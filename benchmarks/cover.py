"""How long it takes to plan which notional defenders cover which tracks, and how good the plan is."""

import math
import time
from dataclasses import replace

import numpy as np

from kizuna.command.assign import assign
from kizuna.command.cover import Area, Coverage, Defender, Threats

TRACKS, DEFENDERS = 100, 40
LIMIT_S = 0.2
ROUNDS = 5


FADES_S = 900.0
BRANCHES = 100


def scene(seed: int, twice: int) -> tuple[Coverage, Threats]:
    """Tracks that are in a third of all footprints for up to 400 s; to some areas' tracks two may be sent."""
    dice = np.random.default_rng(seed)
    areas = tuple(
        Area(f"a{n}", 0.0, 0.0, 80e3, float(dice.uniform(1.0, 10.0)), 2 if n < twice else 1) for n in range(8)
    )
    nations = ("JPN", "USA", "AUS", "GBR")
    held = tuple(
        Defender(
            name=f"d{n}",
            nation=nations[n % 4],
            lat_deg=0.0,
            lon_deg=0.0,
            radius_m=250e3,
            needs_s=60.0,
            capacity=int(dice.integers(1, 4)),
            probability=float(dice.choice([0.5, 0.6, 0.7, 0.8])),
        )
        for n in range(DEFENDERS)
    )
    opens_s = dice.uniform(0.0, 600.0, (TRACKS, DEFENDERS))
    closes_s = opens_s + dice.uniform(0.0, 400.0, (TRACKS, DEFENDERS))
    inside = dice.random((TRACKS, DEFENDERS)) < 1.0 / 3.0
    area = dice.integers(0, 8, TRACKS)
    made = Threats(
        track=np.arange(TRACKS),
        value=np.array([areas[n].value for n in area]),
        area=area,
        arrives_s=np.full(TRACKS, 1_200.0),
        opens_s=np.where(inside, opens_s, np.inf),
        closes_s=np.where(inside, closes_s, -np.inf),
    )
    return Coverage(held, areas, reserve={"JPN": 2, "USA": 2}), made


def main() -> None:
    """Print the processor time that plans of several scenes take, and the greatest gap."""
    for twice in (0, 2, 8):
        for fades_s, limit_s, nodes in ((math.inf, LIMIT_S, None), (FADES_S, math.inf, BRANCHES)):
            took_ms, gaps = [], []
            for seed in range(ROUNDS):
                coverage, made = scene(seed, twice)
                began_s = time.process_time()
                plan = assign(replace(coverage, fades_s=fades_s), made, None, limit_s, nodes=nodes)
                took_ms.append(1e3 * (time.process_time() - began_s))
                gaps.append(plan.gap)
            how = "tracks that fade, as in exercises" if nodes else "tracks that last"
            print(
                f"{TRACKS} tracks, {DEFENDERS} defenders, two to one for {twice} of 8 areas, {how}: median "
                f"{np.median(took_ms):.0f} ms of one core, longest {max(took_ms):.0f} ms, "
                f"gap up to {100 * max(gaps):.2g} %"
            )


if __name__ == "__main__":
    main()
