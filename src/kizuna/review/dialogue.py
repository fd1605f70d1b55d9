"""Whether lines of dialogue stayed open: which calls were answered in time, when a line broke, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

NOT_HEARD: Final = "the call did not arrive"
NOT_ANSWERED: Final = "nobody answered in time"
NOT_RETURNED: Final = "the answer did not arrive"
"""Why a line broke."""


@dataclass(frozen=True, slots=True)
class Break:
    """A line that broke: from the first call that went unanswered to the next answer, s after the start."""

    from_s: float
    to_s: float
    why: str


@dataclass(frozen=True, slots=True)
class Talk:
    """How a line from a node to a nation was.

    Parameters
    ----------
    node, nation
        Who called, and who had to answer.
    calls, heard, in_time
        Notices that asked to be acknowledged; those that arrived; those acknowledged in time.
    wait_s
        From call to answer, s, of each that was answered at all.
    breaks
        When it was broken.
    """

    node: str
    nation: str
    calls: int
    heard: int
    in_time: int
    wait_s: tuple[float, ...]
    breaks: tuple[Break, ...]

    @property
    def broken_s(self) -> float:
        """For how long it was broken, s."""
        return sum(each.to_s - each.from_s for each in self.breaks)


@dataclass(slots=True)
class _Call:
    """One notice that asked to be acknowledged by a nation, s since 1970-01-01 UTC."""

    said_s: float
    by_s: float
    heard_s: float | None = None
    returned_s: float | None = None
    """When an acknowledgement was said at the other end."""
    answered_s: float | None = None


def talks(
    events: Iterable[Mapping[str, Any]], nations: Mapping[str, str], start_s: float, end_s: float
) -> tuple[Talk, ...]:
    """How each line was over which any call went.

    Parameters
    ----------
    events
        Those of a journal.
    nations
        The nation of each node.
    start_s, end_s
        Of the exercise, s since 1970-01-01 UTC. What could still be answered at its end isn't asked for.
    """
    calls: dict[tuple[str, str], dict[int, _Call]] = {}
    for event in events:
        if event["kind"] != "notice":
            continue
        node, number = event["node"], event["notice"]
        if event["answers"] is not None:
            _received(calls, event, nations)
        elif event["answer_by"] is not None and event["answer_by"] <= end_s:
            if node == event["originator"]:
                for nation in event["to"].split(" "):
                    if nation != nations[node]:
                        line = calls.setdefault((node, nation), {})
                        line[number] = _Call(event["time"], event["answer_by"])
            else:
                call = calls.get((event["originator"], nations[node]), {}).get(number)
                if call is not None and call.heard_s is None:
                    call.heard_s = event["time"]
    return tuple(_talk(*line, list(held.values()), start_s, end_s) for line, held in sorted(calls.items()))


def _received(
    calls: dict[tuple[str, str], dict[int, _Call]], event: Mapping[str, Any], nations: Mapping[str, str]
) -> None:
    """Note that an acknowledgement was said, or has arrived."""
    call = calls.get((event["answers"], nations[event["originator"]]), {}).get(event["notice"])
    if call is None:
        return
    if event["node"] == event["originator"]:
        call.returned_s = event["time"] if call.returned_s is None else call.returned_s
    elif event["node"] == event["answers"] and call.answered_s is None:
        call.answered_s = event["time"]


def _talk(node: str, nation: str, held: list[_Call], start_s: float, end_s: float) -> Talk:
    """What the calls of a line say, in order of time."""
    breaks: list[Break] = []
    since_s, why, until_s = None, "", end_s
    for call in sorted(held, key=lambda call: call.said_s):
        if since_s is not None and until_s <= call.said_s:
            breaks.append(Break(since_s - start_s, until_s - start_s, why))
            since_s = None
        good = call.answered_s is not None and call.answered_s <= call.by_s
        if not good and since_s is None:
            since_s, why, until_s = call.said_s, _why(call), end_s
        if call.answered_s is not None and since_s is not None:
            until_s = min(until_s, call.answered_s)
    if since_s is not None:
        breaks.append(Break(since_s - start_s, until_s - start_s, why))
    return Talk(
        node=node,
        nation=nation,
        calls=len(held),
        heard=sum(call.heard_s is not None for call in held),
        in_time=sum(call.answered_s is not None and call.answered_s <= call.by_s for call in held),
        wait_s=tuple(call.answered_s - call.said_s for call in held if call.answered_s is not None),
        breaks=tuple(breaks),
    )


def _why(call: _Call) -> str:
    """Why a call went unanswered."""
    if call.heard_s is None or call.heard_s > call.by_s:
        return NOT_HEARD
    return NOT_ANSWERED if call.returned_s is None or call.returned_s > call.by_s else NOT_RETURNED
