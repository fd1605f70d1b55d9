"""Who decides what in a variant: models of people at its posts answer what its pictures show."""

import json
import math
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from kizuna.command.authority import Authority
from kizuna.command.coordinate import Coordinator
from kizuna.command.cover import Coverage
from kizuna.command.cover_form import read_coverage
from kizuna.command.desk import Desk
from kizuna.command.keys import Keys
from kizuna.command.ledger import Ledger
from kizuna.command.organisation import Organisation, Situation
from kizuna.command.read import authority_of
from kizuna.command.record import Recorder
from kizuna.command.staff import ActionMeasures, Staff, measured
from kizuna.command.told import told_decisions
from kizuna.errors import InputError
from kizuna.exercise import falling
from kizuna.files import write_text
from kizuna.messages import codec
from kizuna.messages.track import Tracks
from kizuna.scenario.model import Exercise, Variant


@dataclass(frozen=True, slots=True)
class Command:
    """The command structure of a variant, and what is to be protected."""

    authority: Authority
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of the decisions of a variant."""

    organisation: str
    actions: tuple[ActionMeasures, ...]
    load: dict[str, tuple[int, float, float]]
    """Of each post: tasks, seconds busy, and seconds that tasks waited for it."""
    cases: int
    messages: int
    consents: int
    refused: int
    """Acts that were refused."""


def command_of(exercise: Exercise, variant: Variant, folder: Path) -> Command | None:
    """The command structure of a variant; None when it has none.

    Parameters
    ----------
    exercise, variant
        What was asked for.
    folder
        Where its file lies.

    Raises
    ------
    InputError
        When a file can't be read, names nodes that the exercise doesn't have, or asks for what exercises
        don't model.
    """
    if variant.organisation is None:
        return None
    file = str(folder / variant.organisation)
    if exercise.coverage is None:
        raise InputError(file, "", "needs the areas that are protected", "the key coverage in the exercise")
    authority = authority_of(file)
    organisation = authority.organisation
    nodes = [node.node for node in exercise.nodes]
    for place in organisation.headquarters.values():
        if place.node not in nodes:
            problem = (
                f"the headquarters {place.name!r} is at a node {place.node!r} that the exercise doesn't have"
            )
            raise InputError(file, "", problem, f"one of {', '.join(nodes)}")
    for action, rule in organisation.rules.items():
        if rule.when:
            problem = (
                f"{action} asks for {rule.when[0]}, and exercises don't model conditions of the picture yet"
            )
            raise InputError(file, f"key actions.{action}.when", problem, "no conditions")
    coverage = read_coverage(folder / exercise.coverage)
    for area in coverage.areas:
        if area.nation not in organisation.nations:
            problem = f"the area {area.name!r} has no nation of the organisation {organisation.name!r}"
            raise InputError(str(folder / exercise.coverage), "", problem, "nation, for each area")
    return Command(authority, coverage)


def decide(exercise: Exercise, variant: Variant, command: Command, folder: Path) -> Decided:
    """Let the posts answer what a variant's pictures have shown, and write ledgers and `decisions.json`.

    Parameters
    ----------
    exercise, variant
        What was asked for.
    command
        The command structure.
    folder
        The variant's folder, with `tracks.parquet`.

    Raises
    ------
    WorkError
        When the folder can't be written.
    """
    organisation = command.authority.organisation
    down = _Down(exercise, variant, organisation)
    impacts = falling.predicted(folder)
    tracks = falling.others(codec.read(Tracks, folder / "tracks.parquet"), impacts)
    with ExitStack() as stack:
        desk = Desk(command.authority, _recorder(exercise, organisation, folder / "ledgers", stack))
        staff = Staff(desk, down.situation, down.delay_s, exercise.seed)
        coordinator = Coordinator(staff, command.coverage)
        times, first = np.unique(tracks.time, return_index=True)
        for time_s, start, end in zip(times, first, [*first, len(tracks)][1:], strict=True):
            shown = tracks.take(slice(int(start), int(end)))
            staff.at(round(float(time_s) - exercise.start_s, 3), partial(coordinator.see, shown=shown))
        falls = falling.falling_of(command.coverage, impacts)
        warn_of = dict(falling.falling_cases(falls, impacts, staff, exercise.start_s))
        for case in warn_of:
            staff.open(case, falling.ACTION)
        staff.run(exercise.duration_s)
    falling.warn(desk.orders, warn_of, impacts, exercise.start_s, folder)
    refused = sum(outcome.became == "refused" for outcome in staff.outcomes)
    load = {post: (each.tasks, each.busy_s, each.waited_s) for post, each in staff.load.items()}
    made = Decided(
        organisation.name,
        measured(desk, staff),
        load,
        len(staff.opened),
        staff.messages,
        staff.consents,
        refused,
    )
    warned = [((each.node, each.track), case) for case, each in warn_of.items()]
    told = told_decisions(exercise.start_s, command.coverage, staff, coordinator, warned)
    write_text(folder / "decisions.json", json.dumps(told, indent=1) + "\n")
    return made


class _Down:
    """Which links of an organisation are down when, and how long word takes between its nodes."""

    def __init__(self, exercise: Exercise, variant: Variant, organisation: Organisation) -> None:
        self._organisation = organisation
        nodes = sorted({place.node for place in organisation.headquarters.values()})
        self._delays = {(one, other): 0.0 if one == other else math.inf for one in nodes for other in nodes}
        spans: dict[frozenset[str], list[tuple[float, float]]] = {pair: [] for pair in organisation.links}
        there: set[frozenset[str]] = set()
        for link in exercise.directed_links(variant):
            pair = frozenset((link.from_, link.to))
            there.add(pair)
            if pair in spans:
                spans[pair] += [(outage.from_s, outage.to_s) for outage in link.outages]
                mean_s = link.delay_s + (0.5 if link.lateness == "even" else 1.0) * link.jitter_s
                self._delays[link.from_, link.to] = mean_s
        for part in exercise.partitions:
            for pair, held in spans.items():
                if _parted(part.groups, pair):
                    held.append((part.from_s, part.to_s))
        self._spans = {pair: held if pair in there else [(0.0, math.inf)] for pair, held in spans.items()}
        for via in nodes:
            for one in nodes:
                for other in nodes:
                    way_s = self._delays[one, via] + self._delays[via, other]
                    self._delays[one, other] = min(self._delays[one, other], way_s)

    def situation(self, now_s: float) -> Situation:
        """What of the organisation is there at a time, s after the start."""
        lost = frozenset(pair for pair, spans in self._spans.items() if any(a <= now_s < b for a, b in spans))
        return Situation(self._organisation, frozenset(), lost, now_s)

    def delay_s(self, here: str, there: str) -> float:
        """How long word takes from a node to another over the quickest way, s."""
        return self._delays[here, there]


def _parted(groups: tuple[tuple[str, ...], ...], pair: frozenset[str]) -> bool:
    """Whether two nodes are in different parts of a broken network."""
    parts = {next((n for n, group in enumerate(groups) if node in group), -1) for node in pair}
    return len(parts) > 1


def _recorder(exercise: Exercise, organisation: Organisation, folder: Path, stack: ExitStack) -> Recorder:
    """Ledgers of all nodes, new ones, signed with keys that follow from the seed."""
    nodes = list(dict.fromkeys(place.node for place in organisation.headquarters.values()))
    keys = Keys.of_exercise(exercise.seed, [*nodes, *organisation.posts])
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.ledger*"):
        path.unlink()
    opened = {
        node: stack.enter_context(Ledger(folder / f"{node}.ledger", node, keys, exercise.start_s))
        for node in nodes
    }
    return Recorder(organisation, opened, exercise.start_s)
