"""Coordination: which defender is sent against which track, planned anew as the pictures change."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kizuna.command.assign import Standing, assign
from kizuna.command.cover import Coverage, Threats, threats
from kizuna.command.orders import FINAL, TAKEN, Order, Step
from kizuna.command.staff import Case, Staff
from kizuna.messages.track import Tracks

STEADY: Final = 2
"""A track must head for an area in so many pictures one after the other before anybody acts."""

_NODES: Final = 100
"""A search for a plan has so many branches at most: with a limit of time, plans would hang on the machine."""

_ANYWAY: Final = 6.0
"""When nothing has changed, a plan is made anew after so many times the time between plans."""

_ASSIGN: Final = "assign_defender"
_HAND_OVER: Final = "hand_over"
_IDENTIFY: Final = "declare_identity"

Place = tuple[str, int]
"""A track in a picture: the node, and the number that it has there."""


@dataclass(slots=True)
class Sent:
    """A defender that is to cover a track, and what became of it; times in s after the start.

    Parameters
    ----------
    order
        Name of the order.
    defender, area
        Indices of the defender and of the area that the track heads for.
    place
        The track.
    asked_s
        When the plan asked for it.
    begins_s
        When its turn begins, as planned last.
    instead
        Order of the defender that it relieves.
    """

    order: str
    defender: int
    area: int
    place: Place
    asked_s: float
    begins_s: float
    instead: str | None = None
    began_s: float | None = None
    ended_s: float | None = None
    ended: str = ""
    """Why it is over: `covered`, `relieved`, `dropped`, `lost`, `late`, `changed` or `full`."""

    def end(self, why: str, now_s: float) -> None:
        """It is over."""
        self.ended, self.ended_s = why, now_s

    @property
    def is_open(self) -> bool:
        """Whether it may still begin."""
        return not self.ended and self.began_s is None


class Coordinator:
    """Watches pictures, opens cases, and has defenders sent by those who command them.

    A headquarters plans for all nations for which its posts propose that defenders be assigned, on the
    picture of its own node: a joint one for all together, national ones each for itself.

    Parameters
    ----------
    staff
        The people, who make orders of plans.
    coverage
        The defenders and areas.
    """

    def __init__(self, staff: Staff, coverage: Coverage) -> None:
        self._staff = staff
        self._coverage = coverage
        self._seen: dict[tuple[Place, str], int] = {}
        self._planned_s: dict[str, float] = {}
        self._rested_on: dict[str, tuple[object, ...]] = {}
        self.cases: dict[Place, Case] = {}
        """The case of each track that ever was one."""
        self.sent: list[Sent] = []
        """Every defender ever sent."""

    def see(self, now_s: float, shown: Tracks) -> None:
        """Look at the pictures of all nodes at one time, s after the start."""
        watching = self._nodes(_IDENTIFY, {area.nation or "" for area in self._coverage.areas}, now_s)
        every_s = self._coverage.plan_every_s
        planning = self._nodes(_ASSIGN, {each.nation for each in self._coverage.defenders}, now_s)
        for node in sorted({*watching.values(), *planning.values()}):
            unknown = shown.node.equal(node) & (shown.identity.codes < 0)
            heading = threats(self._coverage, shown.take(np.flatnonzero(unknown)))
            own = [nation for nation, at in planning.items() if at == node]
            self._watch(node, heading, watching, own, now_s)
            cases = np.array([(node, int(track)) in self.cases for track in heading.track], dtype=np.bool_)
            heading = heading.take(np.flatnonzero(cases))
            self._carry_out(node, heading, now_s)
            if len(heading.track) and own and now_s >= self._planned_s.get(node, -math.inf) + every_s:
                self._reconsider(node, heading, own, now_s)

    def _nodes(self, action: str, nations: set[str], now_s: float) -> dict[str, str]:
        """The node at which an action about each nation is proposed, if there is one."""
        organisation = self._staff.organisation
        return {
            nation: organisation.node_of(post)
            for nation in sorted(nations.intersection(organisation.nations))
            if (post := self._staff.watch(action, nation, now_s)) is not None
        }

    def _watch(
        self, node: str, heading: Threats, watching: dict[str, str], own: list[str], now_s: float
    ) -> None:
        """Open a case for each track without identity that heads for an area steadily."""
        here = set()
        for row, number in enumerate(heading.track):
            # Who is in the area already can't be met before he arrives.
            if heading.arrives_s[row] <= 0.0:
                continue
            place = (node, int(number))
            nation = self._coverage.areas[heading.area[row]].nation or ""
            warns = watching.get(nation) == node
            nation = nation if warns else self._helper(heading, row, own)
            if not nation or place in self.cases:
                continue
            key = (place, nation)
            here.add(key)
            self._seen[key] = self._seen.get(key, 0) + 1
            if self._seen[key] == STEADY:
                arrives_s = now_s + float(heading.arrives_s[row])
                self.cases[place] = Case(f"{node}-{number}", nation, now_s, arrives_s, warns)
                self._staff.open(self.cases[place])
        for key in [key for key in self._seen if key[0][0] == node and key not in here]:
            del self._seen[key]

    def _helper(self, heading: Threats, row: int, own: list[str]) -> str:
        """The first nation planned for here whose defenders could cover a track; empty when there is none."""
        for number, defender in enumerate(self._coverage.defenders):
            stays_s = heading.closes_s[row, number] - heading.opens_s[row, number]
            if defender.nation in own and stays_s >= defender.needs_s:
                return defender.nation
        return ""

    def _carry_out(self, node: str, heading: Threats, now_s: float) -> None:
        """Let defenders begin and end their turns, and relieve those whose successors are there."""
        rows = {int(track): row for row, track in enumerate(heading.track)}
        for each in self.sent:
            if each.place[0] != node or each.ended:
                continue
            order, defender = self._order(each), self._coverage.defenders[each.defender]
            if each.began_s is not None:
                if order is not None and now_s >= each.began_s + defender.needs_s:
                    each.end("covered", now_s)
                    self._say("finish", order, now_s)
                continue
            if order is not None and order.state == "acknowledged":
                self._relieve(each, now_s)
                if now_s >= each.begins_s:
                    self._begin(each, order, rows.get(each.place[1]), heading, now_s)
            elif order is not None and order.state in FINAL:
                each.end("dropped", now_s)
            elif each.place[1] not in rows and now_s >= each.begins_s:
                each.end("lost", now_s)

    def _begin(self, each: Sent, order: Order, row: int | None, heading: Threats, now_s: float) -> None:
        """Begin a turn, if the track is there and a place is free."""
        defender = self._coverage.defenders[each.defender]
        if row is None:
            each.end("lost", now_s)
            self._say("fail", order, now_s)
            return
        inside = heading.opens_s[row, each.defender] <= 0.0
        if not inside or heading.closes_s[row, each.defender] < defender.needs_s:
            # The next plan finds another turn, or ends it.
            return
        busy = sum(
            other.defender == each.defender and other.began_s is not None and not other.ended
            for other in self.sent
        )
        if busy >= defender.capacity:
            each.end("full", now_s)
            self._say("fail", order, now_s)
            return
        each.began_s = now_s
        self._say("begin", order, now_s)

    def _relieve(self, each: Sent, now_s: float) -> None:
        """Take the order back of a defender whose successor has acknowledged."""
        for other in self.sent:
            if other.order == each.instead and other.is_open:
                other.end("relieved", now_s)
                self._staff.drop(other.order, now_s)

    def _reconsider(self, node: str, heading: Threats, nations: list[str], now_s: float) -> None:
        """Plan anew when anything has changed that a plan rests on, or the last one is old."""
        rests_on = (
            tuple(nations),
            tuple((int(track), self._is_ready((node, int(track)))) for track in heading.track),
            tuple(each.order for each in self.sent if each.is_open),
            all(self._fits(each, heading, row, now_s) for each, row in self._open(node, heading)),
        )
        is_old = now_s >= self._planned_s.get(node, -math.inf) + _ANYWAY * self._coverage.plan_every_s
        if is_old or not rests_on[-1] or rests_on != self._rested_on.get(node):
            self._planned_s[node], self._rested_on[node] = now_s, rests_on
            self._plan(node, heading, nations, now_s)

    def _fits(self, each: Sent, heading: Threats, row: int, now_s: float) -> bool:
        """Whether the track will be in the footprint for the turn that is planned."""
        begins_s = each.begins_s - now_s
        ends_s = begins_s + self._coverage.defenders[each.defender].needs_s
        opens_s, closes_s = heading.opens_s[row, each.defender], heading.closes_s[row, each.defender]
        return bool(begins_s >= 0.0 and opens_s <= begins_s and ends_s <= closes_s)

    def _plan(self, node: str, heading: Threats, nations: list[str], now_s: float) -> None:
        """Plan anew for the tracks of a picture, and have orders made of what changed."""
        standing, left = self._standing(node, heading, now_s)
        plan = assign(self._coverage, left, nations, math.inf, standing, _NODES)
        chosen = {(each.threat, each.defender): now_s + each.begins_s for each in plan.assignments}
        held, spare = self._kept(node, heading, chosen, now_s)
        for (row, number), begins_s in chosen.items():
            place = (node, int(heading.track[row]))
            if (row, number) not in held and self._is_ready(place):
                idle = spare.get(row, [])
                self._send(
                    place, number, int(heading.area[row]), begins_s, idle.pop() if idle else None, now_s
                )
        relieved = {each.instead for each in self.sent if each.is_open}
        for each in (each for idle in spare.values() for each in idle):
            # Who is relieved stays until his successor has acknowledged.
            if each.order not in relieved:
                each.end("dropped", now_s)
                self._staff.drop(each.order, now_s)

    def _kept(
        self, node: str, heading: Threats, chosen: dict[tuple[int, int], float], now_s: float
    ) -> tuple[set[tuple[int, int]], dict[int, list[Sent]]]:
        """Tracks and defenders of which an order stands, and for each track whom the plan no longer needs."""
        held, spare = set(), dict[int, list[Sent]]()
        for each, row in self._open(node, heading):
            pair = (row, each.defender)
            held.add(pair)
            if pair in chosen:
                each.begins_s = chosen[pair]
            elif self._could(each, heading, row, now_s):
                spare.setdefault(row, []).append(each)
            elif (order := self._order(each)) is not None and order.state == "acknowledged":
                each.end("changed", now_s)
                self._say("fail", order, now_s)
            else:
                each.end("late", now_s)
        return held, spare

    def _open(self, node: str, heading: Threats) -> Iterator[tuple[Sent, int]]:
        """Who is sent against the tracks of a picture and may still begin, and the rows of the tracks."""
        rows = {(node, int(track)): row for row, track in enumerate(heading.track)}
        return ((each, rows[each.place]) for each in self.sent if each.is_open and each.place in rows)

    def _could(self, each: Sent, heading: Threats, row: int, now_s: float) -> bool:
        """Whether a turn is left in which a defender could cover a track."""
        needs_s = self._coverage.defenders[each.defender].needs_s
        opens_s, closes_s = (float(held[row, each.defender]) for held in (heading.opens_s, heading.closes_s))
        if opens_s + needs_s > closes_s:
            return False
        return opens_s + -(now_s + opens_s) % needs_s + needs_s <= closes_s

    def _is_ready(self, place: Place) -> bool:
        """Whether what must be decided about a track before anybody is sent has been."""
        rule = self._staff.organisation.rules[_ASSIGN]
        orders = [self._staff.orders.get(f"{self.cases[place].name}.{before}") for before in rule.after]
        return all(order is not None and order.state in TAKEN for order in orders)

    def _send(
        self, place: Place, number: int, area: int, begins_s: float, idle: Sent | None, now_s: float
    ) -> None:
        """Have an order proposed that sends a defender against a track, instead of another one maybe."""
        case = self.cases[place]
        defender = self._coverage.defenders[number]
        before = None if idle is None else self._order(idle)
        nations = (() if before is None else before.concerned[-1:]) + (defender.nation,)
        hands_over = before is not None and before.state in TAKEN and len(set(nations)) > 1
        if hands_over and _HAND_OVER in self._staff.organisation.authority:
            action, concerned = _HAND_OVER, nations
        else:
            action, concerned = _ASSIGN, (defender.nation,)
        again = sum(each.place == place and each.defender == number for each in self.sent)
        name = f"{case.name}.{defender.name}{f'-{again + 1}' if again else ''}.{action}"
        instead = None if idle is None else idle.order
        self.sent.append(Sent(name, number, area, place, now_s, begins_s, instead))
        self._staff.propose(name, action, case, concerned, now_s)

    def _order(self, each: Sent) -> Order | None:
        """The order that sends a defender, once it is drafted."""
        return self._staff.orders.get(each.order)

    def _say(self, step: Step, order: Order, now_s: float) -> None:
        """Have whoever acknowledged an order say how it goes."""
        by = next(post for _, done, post in reversed(order.steps) if done == "acknowledge")
        self._staff.note(by, step, order.name, now_s)

    def _standing(self, node: str, heading: Threats, now_s: float) -> tuple[Standing, Threats]:
        """What stands of earlier plans, and the tracks with what is left of their values."""
        coverage = self._coverage
        nothing = Standing.nothing(coverage, heading)
        earliest_s, favour, most = nothing.earliest_s + coverage.lead_s, nothing.favour, nothing.most.copy()
        value = heading.value.copy()
        busy = []
        rows = {(node, int(track)): row for row, track in enumerate(heading.track)}
        for each in self.sent:
            defender = coverage.defenders[each.defender]
            if each.began_s is not None and not each.ended:
                busy.append((each.defender, each.began_s + defender.needs_s - now_s))
            row = rows.get(each.place)
            if row is None:
                continue
            if each.began_s is not None:
                earliest_s[row, each.defender] = math.inf
                value[row] *= 1.0 - defender.probability
                most[row] = max(0, most[row] - 1)
            elif not each.ended:
                earliest_s[row, each.defender] = 0.0
                favour[row, each.defender] = coverage.favour
        return Standing(now_s, earliest_s, favour, most, tuple(busy)), replace(heading, value=value)
