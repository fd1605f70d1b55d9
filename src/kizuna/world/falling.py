"""Traffic that is made up and falls: objects that rise under thrust, and then fly freely to the ground."""

from typing import Final

import numpy as np

from kizuna.geo.frames import aer_to_enu, enu_basis, geodetic_to_ecef
from kizuna.kernels import ballistic as kernel
from kizuna.models.ballistic import PATH, unboost
from kizuna.scenario.model import Exercise
from kizuna.scenario.traffic import BallisticTraffic
from kizuna.shapes import Float, FloatN
from kizuna.world.flights import Flights
from kizuna.world.generated import draws, evenly, names_of, within

KNOT_S: Final = 1.0
"""Time from knot to knot: the cubics between them stay within a metre of the path, in the densest air too."""
LONGEST_S: Final = 3_600.0
_ROUNDS: Final = 15


def ballistic(exercise: Exercise, traffic: BallisticTraffic) -> Flights:
    """Objects that are launched in an area, rise under thrust along their velocity, and then fall freely.

    Where they come down follows from that; nobody chooses it.
    """
    names = names_of(traffic.name, traffic.count)
    u = draws(exercise.seed, names)
    lat, lon = within(traffic.from_, u[:, 0], u[:, 1])
    state, boost_s = ended(
        lat,
        lon,
        evenly(u[:, 2], traffic.course_deg),
        evenly(u[:, 3], traffic.rise_deg),
        evenly(u[:, 4], traffic.burnout_mps),
        evenly(u[:, 5], traffic.boost_mps2),
    )
    log_drag = -np.log(evenly(u[:, 6], traffic.mass_kg_per_m2))
    launch_s = exercise.start_s + evenly(u[:, 7], traffic.launch_s)
    parts = [
        _path(names[row], traffic, state[row], boost_s[row], log_drag[row], launch_s[row])
        for row in range(len(names))
    ]
    return Flights.join(parts)


def ended(
    lat_deg: FloatN,
    lon_deg: FloatN,
    course_deg: FloatN,
    rise_deg: FloatN,
    speed_mps: FloatN,
    boost_mps2: FloatN,
) -> tuple[Float, FloatN]:
    """States (N, 7) at the end of thrust of what was launched at places (N,), and how long it took, s.

    Parameters
    ----------
    lat_deg, lon_deg
        Where they are launched, on the ellipsoid, (N,) degrees.
    course_deg, rise_deg, speed_mps
        Course, angle above the level and speed over the ground when thrust ends, seen from the launch, (N,).
    boost_mps2
        Acceleration under thrust, net of drag, (N,) m/s²: the seventh number of the states.
    """
    goal = geodetic_to_ecef(lat_deg, lon_deg, 0.0)
    velocity = np.einsum(
        "ni,nij->nj", aer_to_enu(course_deg, rise_deg, speed_mps), enu_basis(lat_deg, lon_deg)
    )
    state = np.concatenate([goal, velocity, boost_mps2[:, None]], axis=1)
    for _ in range(_ROUNDS):
        # Going back from where thrust ends leads beside the place of launch, by as much as it started beside.
        begun = state.copy()
        after_s = unboost(begun)
        state[:, :3] += goal - begun[:, :3]
    return state, -after_s


def _path(
    name: str, traffic: BallisticTraffic, state: FloatN, boost_s: float, log_drag: float, launch_s: float
) -> Flights:
    """The path of one object: knots each `KNOT_S`, back to the launch and on to the ground."""
    before_s, rise = _knots(state, -boost_s, thrust=True)
    free = np.append(state[:6], log_drag)
    fall_s = kernel.fall(free[None].copy(), False, np.zeros(1), LONGEST_S, PATH)[0]
    after_s, fall = _knots(free, LONGEST_S if np.isnan(fall_s) else fall_s, thrust=False)
    knots = np.concatenate([rise[:0:-1], fall])
    time_s = launch_s + boost_s + np.concatenate([before_s[:0:-1], after_s])
    joined = np.ones(len(time_s), dtype=np.bool_)
    joined[-1] = False
    return Flights(
        names=(name,),
        kinds=("ballistic",),
        nations=(traffic.nation,),
        identities=(name if traffic.identity else None,),
        first=np.array([0, len(time_s)]),
        time_s=time_s,
        position_m=knots[:, :3],
        velocity_mps=knots[:, 3:6],
        joined=joined,
    )


def _knots(state: FloatN, end_s: float, thrust: bool) -> tuple[FloatN, Float]:
    """Times (K,) from 0 to an end, s, and the states (K, 7) then."""
    count = max(int(np.ceil(abs(end_s) / KNOT_S)), 1)
    times = np.linspace(0.0, end_s, count + 1)
    states = np.tile(state, (count + 1, 1))
    kernel.move(states, times, thrust, PATH)
    return times, states
