"""How fast one leg is planned, or proved impossible, on 1,000 × 1,000 cells over 28 days of quarter hours."""

import resource
import sys
import time
from dataclasses import replace

import numpy as np

from kizuna.geo.time import parse_utc
from kizuna.lunar.ephemeris import load_ephemeris
from kizuna.lunar.leg import Query, seek
from kizuna.lunar.power import KWH, PowerPlant
from kizuna.lunar.rover import Rover
from kizuna.lunar.site import Rules, Site, build_site
from kizuna.lunar.synthetic import summit_m, synthetic_terrain

DAYS = 28
SEED = 4
GOALS = 6


def main() -> None:
    """Time legs between far corners of a made-up pole, feasible and not."""
    cells = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    terrain = synthetic_terrain(SEED, cells=cells, step_m=20.0, centre_m=summit_m(SEED))
    start_s = parse_utc("2029-01-01")
    began_s = time.perf_counter()
    top = np.unravel_index(int(np.argmax(terrain.near.height_m)), terrain.near.shape)
    haven = tuple(float(each) for each in terrain.near.place(*top))
    site = build_site(
        terrain,
        load_ephemeris(),
        (start_s, start_s + DAYS * 86_400.0),
        Rover(),
        PowerPlant(tank_j=300.0 * KWH),
        Rules(light=0.3, link=True),
        havens=(haven,),
    )
    print(f"the site: {time.perf_counter() - began_s:.1f} s, {site.frames.nbytes / 1e9:.2f} GB of frames")
    print(f"most memory so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    time_legs(site, int(top[0]) * cells + int(top[1]))
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def time_legs(site: Site, start: int) -> None:
    """Legs from a cell to cells that can be reached, drawn by lot; then with too little of something."""
    rng = np.random.default_rng(1)
    span_s = site.end_s - site.start_s
    full_j = site.plant.deliverable_j
    seek(site, Query(start, start, 0.0, span_s, full_j, full_j))  # compiles
    fine = np.flatnonzero(np.isfinite(site.moves.seconds).any(axis=0).reshape(-1))
    for goal in rng.choice(fine, GOALS):
        query = Query(start, int(goal), 0.0, span_s, full_j, site.reserve_j)
        for name, asked in (
            ("as it is", query),
            ("a fifth stored", replace(query, energy_j=0.2 * full_j)),
            ("full on arrival", replace(query, arrive_j=0.999 * full_j)),
            ("back", replace(query, first=int(goal), last=start)),
            ("two days", replace(query, deadline_s=2 * 86_400.0)),
        ):
            began_s = time.perf_counter()
            answer = seek(site, asked)
            took_s = time.perf_counter() - began_s
            arrives = f"{answer.state[answer.label, 2] / 3600:.2f} h" if answer.found else "none"
            print(
                f"{name:16s} {took_s:6.2f} s {arrives:>10s} least {answer.to_go_s[asked.first] / 3600:.2f} h "
                f"{answer.expanded:,} labels {answer.whole}"
            )


if __name__ == "__main__":
    main()
