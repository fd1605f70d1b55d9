"""Sets of models of motion to choose from, by kind of object; each number with where it is from."""

from collections.abc import Callable
from typing import Final, Literal

from kizuna.models.ballistic import Ballistic as Body
from kizuna.models.motion import Model, Motion, boosting, falling, level, turning

CALM_LEVEL_Q, CALM_VERTICAL_Q = 0.2, 0.1
"""Straight flight wanders by 1 m/s in 5 s; m²/s³."""


def civil(enter_hz: float = 1.0 / 300.0, leave_hz: float = 1.0 / 25.0) -> Motion:
    """Airliners under way: straight flight most of the time, turns and changes of climb in between.

    Two straight models. A turn of acceleration a that lasts through updates τ apart needs about a²τ: at
    10 m/s² (1 g, or 3°/s at 190 m/s) and 4 s, 400 m²/s³. A change of climb by 7 m/s takes some 10 s, or
    5 m²/s³. Turns and changes of climb take half a minute of every five minutes of a civil flight: `enter_hz`
    and `leave_hz` are the rates at which they begin and end, 1/s.
    """
    forget_hz = enter_hz + leave_hz
    hard = enter_hz / forget_hz
    return Motion(
        (
            Model("straight", CALM_LEVEL_Q, CALM_VERTICAL_Q, 1.0 - hard),
            Model("straight", 400.0, 5.0, hard),
        ),
        forget_hz,
    )


def steady() -> Motion:
    """Whatever keeps its course: one straight model, the least work.

    4 m²/s³ is a turn of 1 m/s², or 0.3°/s at 200 m/s, that lasts through updates 4 s apart; 1 m²/s³ a change
    of climb by 3 m/s in 10 s.
    """
    return Motion((Model("straight", 4.0, 1.0, 1.0),), 0.0)


def terminal() -> Motion:
    """Airliners near airports, which turn and change their climb every minute.

    Procedures are made for turns at 3°/s or 25° of bank, whichever is slower (ICAO Doc 8168, PANS-OPS, Volume
    II, I-2-3): from 3°/s at 90 m/s to 1°/s at 260 m/s, so that 2 ± 1°/s are expected. A turn by 60° at that
    rate takes half a minute, and a quarter of a minute passes in doubt.
    """
    return Motion(
        (
            level(CALM_LEVEL_Q, CALM_VERTICAL_Q, 0.6),
            level(CALM_LEVEL_Q, 5.0, 0.1),
            turning(0.5, 0.5, 0.15, 2.0, 1.0, 0.1),
            turning(0.5, 0.5, 0.15, -2.0, 1.0, 0.1),
        ),
        forget_hz=1.0 / 20.0,
    )


def agile() -> Motion:
    """Aircraft that manoeuvre at up to 3 g half of the time, in legs of some ten seconds.

    Level turns at 1 to 3 g, at 180 to 300 m/s, are turns at 1.9 to 9.4°/s (acceleration over speed): 4.7 ±
    2.5°/s are expected, and the pilot changes them by half a degree a second each second. A climb of up to
    60 m/s begins or ends within ten seconds, or 400 m²/s³; in a turn the nose drops or rises by 20 m/s in
    that time, or 50 m²/s³. That an object leaves its model every 8 to 12 s is notional.
    """
    return Motion(
        (
            level(1.0, 2.0, 0.35),
            level(1.0, 400.0, 0.15),
            turning(4.0, 50.0, 0.25, 4.7, 2.5, 0.5),
            turning(4.0, 50.0, 0.25, -4.7, 2.5, 0.5),
        ),
        forget_hz=1.0 / 6.0,
        sigma_vertical_mps=30.0,
    )


def balloon() -> Motion:
    """What drifts with the wind: it floats, or it rises and sinks through winds that change with the height.

    Two straight models. The wind that a drifting thing feels changes as q τ with q = 6 ε, for the dissipation
    ε of the turbulence (Pope 2000, "Turbulent Flows", 12.4; C0 = 6): for ε = 10⁻³ m²/s³, light turbulence (an
    EDR of 0.1 m^⅔/s; ICAO Annex 3, appendix 4), 0.006 m²/s³. A balloon that rises at 5 m/s (WMO-No. 8, Volume
    III, chapter 8) through a shear of 0.01/s is drawn along at 0.05 m/s², for a minute or so: a²τ = 0.15
    m²/s³; that it begins to rise, or bursts and sinks, takes some ten seconds: 2.5 m²/s³ for 5 m/s. Winds of
    20 m/s along each axis are expected: a jet stream of 60 m/s lies within three standard deviations.
    """
    return Motion(
        (Model("straight", 0.006, 0.006, 0.8), Model("straight", 0.15, 2.5, 0.2)),
        forget_hz=1.0 / 300.0,
        sigma_level_mps=20.0,
        sigma_vertical_mps=5.0,
    )


def ballistic() -> Motion:
    """What falls freely, or rises under thrust: `kizuna.models.ballistic` has the numbers of bodies and air.

    Thrust lasts a minute or two, and does not begin again: it takes a tenth of the time (notional). Over
    400 km a body needs 2,000 m/s (v² = g range at 45°), which is expected along each axis: a range nine times
    as long lies within three standard deviations. Slices are short, since a body that the air brakes at 30 g
    leaves the straight line by 37 m in half a second.
    """
    return Motion(
        (falling(Body(), 0.9), boosting(Body(), 0.1)),
        forget_hz=1.0 / 100.0,
        sigma_level_mps=2_000.0,
        sigma_vertical_mps=2_000.0,
        longest_slice_s=1.0,
    )


def anything() -> Motion:
    """Where nobody knows what comes: airliners, aircraft at 3 g, and what falls freely.

    The models of the other sets, turns a little slower and velocities between; the shares are notional.
    """
    return Motion(
        (
            level(0.5, 0.3, 0.45),
            level(1.0, 400.0, 0.1),
            turning(4.0, 50.0, 0.175, 4.0, 2.5, 0.5),
            turning(4.0, 50.0, 0.175, -4.0, 2.5, 0.5),
            falling(Body(), 0.1),
        ),
        forget_hz=1.0 / 10.0,
        sigma_level_mps=500.0,
        sigma_vertical_mps=300.0,
        longest_slice_s=1.0,
    )


Name = Literal["civil", "steady", "terminal", "agile", "balloon", "ballistic", "any"]
MOTIONS: Final[dict[Name, Callable[[], Motion]]] = {
    "civil": civil,
    "steady": steady,
    "terminal": terminal,
    "agile": agile,
    "balloon": balloon,
    "ballistic": ballistic,
    "any": anything,
}
