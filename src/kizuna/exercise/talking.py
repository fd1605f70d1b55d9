"""What nodes have said to nations in a variant: how the lines of dialogue were, and each notice in CAP."""

from pathlib import Path

from kizuna.bus.journal import Event, read_events
from kizuna.exercise.rules import nations_of
from kizuna.gateways.cap.alert import Alert, write
from kizuna.gateways.cap.notice import acknowledgement, notice
from kizuna.review.dialogue import Talk, talks
from kizuna.scenario.model import Exercise


def talked(exercise: Exercise, folder: Path) -> tuple[Talk, ...]:
    """How the lines of dialogue of a variant were; its notices are written into `notices/`.

    Tests of the line and their answers are not written, as they say nothing.

    Parameters
    ----------
    exercise
        What was asked for.
    folder
        The variant's folder, with its journal.

    Raises
    ------
    WorkError
        When a notice can't be written.
    """
    if not exercise.notices and not exercise.dialogue:
        return ()
    events = [event for event in read_events(folder) if event["kind"] == "notice"]
    nations = nations_of(exercise)
    out = folder / "notices"
    for path in out.glob("*.xml"):
        path.unlink()
    said: dict[tuple[str, int], Alert] = {}
    for event in events:
        if event["node"] != event["originator"] or event["what"] == "check":
            continue
        made = _message(exercise, event, said)
        if made is not None:
            write(made, out / f"{made.identifier}.xml")
    return talks(events, nations, exercise.start_s, exercise.end_s)


def _message(exercise: Exercise, event: Event, said: dict[tuple[str, int], Alert]) -> Alert | None:
    """What was said, in CAP; None for an answer to what isn't written."""
    node, number = event["node"], event["notice"]
    if event["answers"] is not None:
        first = said.get((event["answers"], number))
        if first is None:
            return None
        name = f"{first.identifier}-{node}"
        return acknowledgement(name, node, event["time"], first, tuple(event["to"].split()))
    area = event["area"]
    box = None if area is None else exercise.areas[area]
    placed = None if box is None else (area, box.lat_deg, box.lon_deg)
    made = notice(
        f"{node}-{number}",
        node,
        event["time"],
        event["what"],
        event["text"],
        tuple(event["to"].split()),
        placed,
    )
    said[node, number] = made
    return made
