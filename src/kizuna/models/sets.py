"""Sets of models of motion to choose from, by kind of object; each number with where it is from."""

from collections.abc import Callable
from typing import Final, Literal

from kizuna.models.motion import Model, Motion, level, turning

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

    Its 4 m²/s³ let it follow a turn at 1°/s and 200 m/s through updates 4 s apart at some 100 m, and a change
    of climb as `civil` does.
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


Name = Literal["civil", "steady", "terminal", "agile"]
MOTIONS: Final[dict[Name, Callable[[], Motion]]] = {
    "civil": civil,
    "steady": steady,
    "terminal": terminal,
    "agile": agile,
}
