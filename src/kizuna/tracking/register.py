"""The register of tracks: columns that grow, and rows that move up when others leave."""

from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np

from kizuna.kernels.rows import move
from kizuna.shapes import BoolN, CodeN, Float, FloatN, IntN

_SENSORS_KEPT = 32
"""Of so many sensors a track knows when they last saw it: few see one object within a minute."""


@dataclass(slots=True, eq=False)
class Register:
    """Tracks as columns; the first `count` rows are live.

    A row is one track. Rows change places when a track leaves, so a track is known by its number, which it
    gets when it is confirmed and keeps. Times are seconds since 1970-01-01 UTC.
    """

    state: Float
    """(T, M, 6): ECEF position and velocity under each model of motion, m and m/s; (T, M, 7) where a model
    has a number of its own to find out, such as a turn rate."""
    cov: Float
    """(T, M, 21): packed covariances, see `kizuna.kernels.kalman`; (T, M, 28), see `kizuna.kernels.turn`."""
    mode: Float
    """(T, M): probability of each model."""
    time_s: FloatN
    """The time of state and covariance."""
    score: FloatN
    """Log-odds that the object exists, at `score_time_s`."""
    score_time_s: FloatN
    rate_hz: FloatN
    """What the score loses per second while no sensor sees the object."""
    least: FloatN
    """The score below which the track is dropped."""
    born_s: FloatN
    last_hit_s: FloatN
    hits: IntN
    """How many detections it has had."""
    seen_by: CodeN
    """(T, K): the sensors that saw the object, the last ones if there were more than K; -1 behind them."""
    seen_s: Float
    """(T, K): when each of them last saw it."""
    identity: IntN
    """(T, 2): codes of what the object said of itself, by channel; -1 for nothing."""
    confirmed: BoolN
    number: IntN
    """Track number from 1; 0 before confirmation."""
    serial: IntN
    """Which track this is, from its first detection on."""
    count: int = 0

    @classmethod
    def of(cls, sensors: int, models: int, numbers: int = 6, capacity: int = 256) -> Self:
        """Empty register for this many sensors and models of motion, with 6 or 7 numbers in a state."""
        kept = min(sensors, _SENSORS_KEPT)
        return cls(
            state=np.zeros((capacity, models, numbers)),
            cov=np.zeros((capacity, models, numbers * (numbers + 1) // 2)),
            mode=np.zeros((capacity, models)),
            time_s=np.zeros(capacity),
            score=np.zeros(capacity),
            score_time_s=np.zeros(capacity),
            rate_hz=np.zeros(capacity),
            least=np.zeros(capacity),
            born_s=np.zeros(capacity),
            last_hit_s=np.zeros(capacity),
            hits=np.zeros(capacity, dtype=np.int64),
            seen_by=np.full((capacity, kept), -1, dtype=np.int32),
            seen_s=np.zeros((capacity, kept)),
            identity=np.full((capacity, 2), -1, dtype=np.int64),
            confirmed=np.zeros(capacity, dtype=np.bool_),
            number=np.zeros(capacity, dtype=np.int64),
            serial=np.zeros(capacity, dtype=np.int64),
        )

    def copy(self) -> Self:
        """The live rows, in columns of their own."""
        return replace(self, **{name: self.live(name).copy() for name in _COLUMNS})

    def take(self, rows: IntN) -> Self:
        """These rows, any of them any number of times, in columns of their own."""
        return replace(self, **{name: getattr(self, name)[rows] for name in _COLUMNS}, count=len(rows))

    def append(self, other: "Register", rows: IntN) -> None:
        """Add rows of another register at the end."""
        for name in _COLUMNS:
            setattr(self, name, np.concatenate([self.live(name), getattr(other, name)[rows]]))
        self.count += len(rows)

    def make_room(self, more: int) -> None:
        """Make the columns long enough for this many further rows."""
        capacity = len(self.time_s)
        if self.count + more <= capacity:
            return
        grown = max(capacity + capacity // 2, self.count + more)
        for name in _COLUMNS:
            old = getattr(self, name)
            new = np.zeros((grown, *old.shape[1:]), dtype=old.dtype)
            new[: self.count] = old[: self.count]
            setattr(self, name, new)

    def remove(self, rows: IntN) -> None:
        """Take rows out, given in ascending order; the last rows move into the holes."""
        if not len(rows):
            return
        move(
            rows,
            self.count,
            self.state,
            self.cov,
            self.mode,
            self.seen,
            self.identity,
            (
                self.time_s,
                self.score,
                self.score_time_s,
                self.rate_hz,
                self.least,
                self.born_s,
                self.last_hit_s,
            ),
            (self.hits, self.number, self.serial),
            self.confirmed,
        )
        self.count -= len(rows)

    @property
    def seen(self) -> tuple[CodeN, Float]:
        """Which sensors saw the objects, and when."""
        return self.seen_by, self.seen_s

    @staticmethod
    def columns() -> list[str]:
        """The names of the columns."""
        return _COLUMNS

    def live(self, name: str) -> Any:
        """The live rows of one column, as a view."""
        return getattr(self, name)[: self.count]


_COLUMNS = [item.name for item in fields(Register) if item.name != "count"]
