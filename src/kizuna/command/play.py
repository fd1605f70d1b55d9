"""Steps that a file says posts take, played on an organisation, with ledgers when they are wanted."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kizuna.command.authority import Picture
from kizuna.command.desk import Act, Desk, Outcome
from kizuna.command.form import Seconds
from kizuna.command.keys import Keys
from kizuna.command.ledger import Ledger
from kizuna.command.orders import Step
from kizuna.command.organisation import Organisation, Situation
from kizuna.command.read import authority_of
from kizuna.command.record import Recorder
from kizuna.errors import InputError
from kizuna.forms.explain import flaws_of
from kizuna.forms.keys import Record, key
from kizuna.forms.schema import schema_of
from kizuna.forms.yaml import shown
from kizuna.geo.time import parse_utc

START_S = parse_utc("2030-01-01T00:00:00Z")
"""When a play begins: in a world of its own, so that the same steps give the same ledgers."""


class Seen(Record):
    """What the picture says of the thing that an order is about."""

    confirming: int = key("How many nations' sensors see it", default=0, ge=0)
    inside: bool = key("Whether it is inside the identification zone", default=False)
    identity: str = key("Its identity", default="")
    kind: str = key("Its kind", default="")


class Line(Record):
    """One line of a file of steps."""

    time_s: Seconds = key("When, after the start", "s")
    post: str | None = key("Who", default=None)
    order: str | None = key("Which order", default=None)
    step: Step | None = key("What is done with it", default=None)
    action: str = key("Of a draft: what the order does", default="")
    about: str = key("Of a draft: what it is about", default="")
    concerns: list[str] = key("Of a draft: the nations that it concerns", default=[])
    picture: Seen = key("Of a draft: what the picture says", default=Seen())
    lose: str | None = key("A post that nobody fills from now on", default=None)
    regain: str | None = key("A post that is filled again", default=None)
    cut: list[str] | None = key("Two nodes whose link fails", default=None, min_length=2, max_length=2)
    join: list[str] | None = key("Two nodes whose link returns", default=None, min_length=2, max_length=2)


@dataclass(slots=True)
class _World:
    organisation: Organisation
    posts: set[str] = field(default_factory=set)
    links: set[frozenset[str]] = field(default_factory=set)

    def at(self, time_s: float) -> Situation:
        return Situation(self.organisation, frozenset(self.posts), frozenset(self.links), time_s)


def play_steps(file: Path, steps: Path, ledgers: Path | None, stack: ExitStack) -> Iterator[str]:
    """Play the steps, and tell what became of each.

    Parameters
    ----------
    file
        The organisation.
    steps
        The steps, in order of time.
    ledgers
        Folder for the ledger of each node; none are written when it is None.
    stack
        Closes the ledgers.

    Raises
    ------
    InputError
        When the organisation or a step is wrong, or a ledger is there already.
    WorkError
        When a ledger can't be written.
    """
    authority = authority_of(file)
    lines = [_line(steps, number, text) for number, text in enumerate(_text(steps).splitlines(), 1)]
    world = _World(authority.organisation)
    recorder = _recorder(authority.organisation, ledgers, stack) if ledgers is not None else None
    desk = Desk(authority, recorder)
    for number, line in enumerate(lines, 1):
        if number > 1 and line.time_s < lines[number - 2].time_s:
            raise InputError(
                str(steps), f"line {number}", "comes before the line before it", "lines in order of time"
            )
        situation = world.at(line.time_s)
        yield from map(_told, desk.expire(line.time_s, situation))
        changed = _change(world, line, steps, number)
        if changed:
            yield f"{line.time_s:>7g} s  {changed}"
        elif line.post is None or line.order is None or line.step is None:
            problem = "says neither who does what with which order nor what is lost"
            raise InputError(
                str(steps), f"line {number}", problem, "post, order and step; or lose, regain, cut, join"
            )
        else:
            picture = Picture(**line.picture.model_dump())
            act = Act(
                line.time_s,
                line.post,
                line.step,
                line.order,
                line.action,
                line.about,
                tuple(line.concerns),
                picture,
            )
            yield _told(desk.take(act, situation))


def _told(outcome: Outcome) -> str:
    act = outcome.act
    who = "" if act.step == "expire" else f"{act.post} "
    became = f"{outcome.became}, {outcome.state or 'no order'}; {outcome.why}"
    return f"{act.time_s:>7g} s  {who}{act.step} {act.order}: {became}"


def _change(world: _World, line: Line, steps: Path, number: int) -> str:
    """Take a post or a link away, or give it back; what was done, if anything."""
    organisation = world.organisation
    for name in (line.lose, line.regain):
        if name is not None and name not in organisation.posts:
            raise InputError(
                str(steps), f"line {number}", f"no post is called {name!r}", "a post of the organisation"
            )
    for pair in (line.cut, line.join):
        if pair is not None and frozenset(pair) not in organisation.links:
            problem = f"no link joins {pair[0]!r} and {pair[1]!r}"
            raise InputError(str(steps), f"line {number}", problem, "a link of the organisation")
    if line.lose is not None:
        world.posts.add(line.lose)
        return f"{line.lose} is lost"
    if line.regain is not None:
        world.posts.discard(line.regain)
        return f"{line.regain} is back"
    if line.cut is not None:
        world.links.add(frozenset(line.cut))
        return f"the link {'–'.join(line.cut)} is cut"
    if line.join is not None:
        world.links.discard(frozenset(line.join))
        return f"the link {'–'.join(line.join)} is back"
    return ""


def _recorder(organisation: Organisation, folder: Path, stack: ExitStack) -> Recorder:
    nodes = list(dict.fromkeys(place.node for place in organisation.headquarters.values()))
    keys = Keys.of_exercise(0, [*nodes, *organisation.posts])
    folder.mkdir(parents=True, exist_ok=True)
    opened = {}
    for node in nodes:
        path = folder / f"{node}.ledger"
        if path.exists():
            raise InputError(str(path), "", "is there already", "a folder without ledgers")
        opened[node] = stack.enter_context(Ledger(path, node, keys, START_S))
    return Recorder(organisation, opened, START_S)


def _line(path: Path, number: int, text: str) -> Line:
    place = f"line {number}"
    try:
        held: Any = json.loads(text)
    except ValueError:
        raise InputError(str(path), place, "is not JSON", 'an object such as {"time_s": 5, …}') from None
    try:
        return Line.model_validate(held)
    except ValidationError as error:
        flaw = flaws_of(error, schema_of(Line))[0]
        at = f"{place}, key {shown(flaw.path)}" if flaw.path else place
        raise InputError(str(path), at, flaw.problem, flaw.expected) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), "", f"can't be read ({error})", "lines of JSON in UTF-8") from None
