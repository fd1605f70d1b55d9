"""The traffic of an exercise, recorded or made up, as paths."""

from pathlib import Path

from kizuna.errors import InputError
from kizuna.geo.time import format_utc
from kizuna.scenario.model import Exercise
from kizuna.scenario.traffic import BallisticTraffic, FlightsTraffic, RecordedTraffic
from kizuna.world import falling, generated, recorded
from kizuna.world.flights import Flights


def build(exercise: Exercise, folder: Path | str) -> Flights:
    """All that moves in an exercise, in the order of its file.

    What an object does depends on the seed and its own name alone, so that another one never changes it.

    Parameters
    ----------
    exercise
        What was asked for.
    folder
        Where the exercise file lies; paths of recorded files are relative to it.

    Raises
    ------
    InputError
        When a recorded file can't be read or is of another time, or two objects have the same name.
    """
    parts = []
    for traffic in exercise.traffic:
        if isinstance(traffic, RecordedTraffic):
            path = Path(folder) / traffic.file
            found = recorded.read(path, traffic.kind, traffic.nation, traffic.identity, traffic.longest_gap_s)
            _check_time(found, exercise, path)
            parts.append(found)
        elif isinstance(traffic, FlightsTraffic):
            parts.append(generated.flights(exercise, traffic))
        elif isinstance(traffic, BallisticTraffic):
            parts.append(falling.ballistic(exercise, traffic))
        else:
            parts.append(generated.incoming(exercise, traffic))
    flights = Flights.join(parts)
    seen: set[str] = set()
    for name in flights.names:
        if name in seen:
            problem = f"two objects are called {name!r}"
            raise InputError(exercise.exercise, "traffic", problem, "a name of its own for each object")
        seen.add(name)
    return flights


def _check_time(found: Flights, exercise: Exercise, path: Path) -> None:
    """Refuse a recording of which nothing moves during the exercise."""
    if not len(found.time_s):
        raise InputError(str(path), "", "holds no flights", "at least two positions of one object")
    first_s, last_s = float(found.time_s.min()), float(found.time_s.max())
    if first_s > exercise.end_s or last_s < exercise.start_s:
        span = f"reaches from {format_utc(first_s)} to {format_utc(last_s)}"
        asked = f"{format_utc(exercise.start_s)} to {format_utc(exercise.end_s)}"
        raise InputError(str(path), "column time", span, f"some of the exercise's time, {asked}")
