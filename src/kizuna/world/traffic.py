"""The traffic of an exercise, recorded or made up, as paths."""

from pathlib import Path

from kizuna.errors import InputError
from kizuna.scenario.model import Exercise
from kizuna.scenario.traffic import FlightsTraffic, RecordedTraffic
from kizuna.world import generated, recorded
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
        When a recorded file can't be read, two objects have the same name, or airports are too near for a
        flight.
    """
    parts = []
    for traffic in exercise.traffic:
        if isinstance(traffic, RecordedTraffic):
            path = Path(folder) / traffic.file
            parts.append(
                recorded.read(path, traffic.kind, traffic.nation, traffic.identity, traffic.longest_gap_s)
            )
        elif isinstance(traffic, FlightsTraffic):
            parts.append(generated.flights(exercise, traffic))
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
