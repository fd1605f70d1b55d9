"""Models of the people at their posts: one thing at a time, queues, and decisions slower under load."""

import heapq
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Final, NamedTuple

import numpy as np

from kizuna.command.authority import Asked, Picture
from kizuna.command.desk import Act, Desk, Outcome
from kizuna.command.orders import FINAL, TAKEN, Order, Step
from kizuna.command.organisation import Situation
from kizuna.seeds import generator

_AGAIN_S: Final = 5.0
"""Who finds nobody to ask, because all are cut off or lost, looks again after so long."""

FOLLOWS: Final = {"declare_identity": ("warn_public",)}
"""What is begun when an order is issued; who covers the track is planned (`kizuna.command.coordinate`)."""


@dataclass(frozen=True, slots=True)
class Case:
    """Something in a picture that asks for decisions.

    Parameters
    ----------
    name
        Its name: the track.
    nation
        The nation that it concerns.
    shown_s
        When the picture showed it, s after the start.
    arrives_s
        When it reaches the area that it threatens.
    warns
        Whether it threatens an area of that nation, whose public is then warned.
    picture
        What the picture says of it.
    """

    name: str
    nation: str
    shown_s: float
    arrives_s: float
    warns: bool = True
    picture: Picture = field(default_factory=Picture)


class Task(NamedTuple):
    """Something that a post had to do about an order; times in s after the start."""

    post: str
    step: Step
    order: str
    asked_s: float
    begun_s: float
    """When it was taken up: word has come, and what came before is done."""
    done_s: float


@dataclass(frozen=True, slots=True)
class _Wish:
    """What an order that is not there yet shall be."""

    case: Case
    action: str
    concerned: tuple[str, ...]


@dataclass(slots=True)
class Load:
    """What one post had to do."""

    tasks: int = 0
    busy_s: float = 0.0
    waited_s: float = 0.0
    """For how long tasks waited for it, all together."""
    free_s: float = 0.0
    """When it will be free."""
    due: list[float] = field(default_factory=list)
    """When each task that it has taken on will be done."""


class Staff:
    """People at all posts of an organisation, who decide cases as they come.

    Parameters
    ----------
    desk
        Where orders are decided.
    situation
        What is lost at a time, s after the start.
    delay_s
        How long word takes from a node to another.
    seed
        Of the exercise.
    """

    def __init__(
        self,
        desk: Desk,
        situation: Callable[[float], Situation],
        delay_s: Callable[[str, str], float],
        seed: int,
    ) -> None:
        self._desk = desk
        self.organisation = desk.authority.organisation
        """Whose posts they fill."""
        self._situation = situation
        self._delay_s = delay_s
        self._seed = seed
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._turn = count()
        self._issuing: set[str] = set()
        self._dropped: set[str] = set()
        self._wishes: dict[str, _Wish] = {}
        self.opened: list[Case] = []
        """All cases."""
        self.tasks: list[Task] = []
        """What each post had to do, in the order in which it was taken up."""
        self.load: dict[str, Load] = {post: Load() for post in self.organisation.posts}
        self.messages = 0
        """How often word went from a node to another."""
        self.consents = 0
        """How often a consent was asked for."""
        self.outcomes: list[Outcome] = []

    def case_of(self, order: str) -> Case:
        """The case of an order."""
        return self._wishes[order].case

    @property
    def orders(self) -> Mapping[str, Order]:
        """The orders that there are, by name."""
        return self._desk.orders

    def open(self, case: Case, action: str = "declare_identity") -> None:
        """Have a case dealt with from the time at which it is shown, by what must come before an action."""
        self.opened.append(case)
        after = self.organisation.rules[action].after
        before = [first for first, then in FOLLOWS.items() if first in after and action in then]
        first = before[0] if before else action
        self.at(case.shown_s, lambda now_s: self._begin(case, first, now_s, None))

    def propose(self, name: str, action: str, case: Case, concerned: tuple[str, ...], now_s: float) -> None:
        """Have an order about a case drafted, proposed and decided, `name` and all."""
        self._wishes[name] = _Wish(case, action, concerned)
        self._draft(name, now_s, None)

    def note(self, post: str, step: Step, order: str, now_s: float) -> None:
        """Do a step that takes no thought and so no time."""
        self._take(Act(now_s, post, step, order), self._situation(now_s))

    def drop(self, name: str, now_s: float) -> None:
        """Take an order back, however far it has come, before it is carried out."""
        order = self._desk.orders.get(name)
        if order is None:
            self._dropped.add(name)
        elif order.state in TAKEN and order.decided_by is not None:
            self.note(order.decided_by, "cancel", name, now_s)
        elif order.state not in FINAL:
            self.note(order.steps[0][2], "withdraw", name, now_s)

    def run(self, until_s: float) -> None:
        """Let time pass up to a time, s after the start."""
        while self._events and self._events[0][0] <= until_s:
            now_s, _, do = heapq.heappop(self._events)
            self.outcomes += self._desk.expire(now_s, self._situation(now_s))
            do(now_s)
        self.outcomes += self._desk.expire(until_s, self._situation(until_s))

    def at(self, time_s: float, do: Callable[[float], None]) -> None:
        """Have something done at a time, s after the start; what is asked first comes first."""
        heapq.heappush(self._events, (time_s, next(self._turn), do))

    def _begin(self, case: Case, action: str, now_s: float, asker: str | None) -> None:
        """Have an action about a case taken, if the organisation knows it."""
        if action in self.organisation.authority:
            name = f"{case.name}.{action}"
            self._wishes[name] = _Wish(case, action, (case.nation,))
            self._draft(name, now_s, asker)

    def _draft(self, name: str, now_s: float, asker: str | None) -> None:
        """Have a post draft and propose an order; look again later when nobody is there."""
        wish = self._wishes[name]
        if now_s > wish.case.arrives_s:
            return
        post = self.watch(wish.action, wish.concerned[-1], now_s)
        if post is None or (asker is not None and not self._situation(now_s).meet(asker, post)):
            self.at(now_s + _AGAIN_S, lambda again_s: self._draft(name, again_s, asker))
            return
        self._ask(post, "draft", name, now_s, asker)

    def watch(self, action: str, nation: str, now_s: float) -> str | None:
        """The post that proposes: of those with a say about a nation the one with the least authority."""
        situation = self._situation(now_s)
        row = self.organisation.authority.get(action, {})
        for role in ("propose", "consent", "decide"):
            for post, held in row.items():
                own = self.organisation.posts[post].nation == nation
                says = own or role == "propose" or situation.commands(post, action, (nation,))
                if held == role and says and not situation.is_cut_off(post, (nation,)):
                    return post
        return None

    def _ask(self, post: str, step: Step, order: str, now_s: float, asker: str | None) -> None:
        """Put a task before a post; it takes it up when word has come and what came before is done."""
        here, there = (self.organisation.node_of(each) for each in (asker or post, post))
        comes_s = now_s
        if here != there:
            self.messages += 1
            comes_s += self._delay_s(here, there)
        self.at(comes_s, lambda time_s: self._take_up(post, step, order, time_s, now_s))

    def _take_up(self, post: str, step: Step, order: str, now_s: float, asked_s: float) -> None:
        load, held = self.load[post], self.organisation.posts[post]
        load.due = [done_s for done_s in load.due if done_s > now_s]
        draw = generator(self._seed, "staff", post, order, step).standard_normal()
        # Log-normal, as response times are; more is on the desk, less attention each thing gets.
        takes_s = held.decides_s * math.exp(held.spread * float(draw)) * (1.0 + held.slower * len(load.due))
        begins_s = max(now_s, load.free_s)
        load.tasks += 1
        load.busy_s += takes_s
        load.waited_s += begins_s - now_s
        load.free_s = begins_s + takes_s
        load.due.append(load.free_s)
        self.tasks.append(Task(post, step, order, asked_s, begins_s, load.free_s))
        self.at(load.free_s, lambda time_s: self._do(post, step, order, time_s))

    def _do(self, post: str, step: Step, name: str, now_s: float) -> None:
        """What a post does when it has made up its mind."""
        situation = self._situation(now_s)
        wish = self._wishes[name]
        if post in situation.lost_posts or name in self._dropped:
            return
        if step == "draft":
            case = wish.case
            act = Act(now_s, post, "draft", name, wish.action, case.name, wish.concerned, case.picture)
            self._take(act, situation)
            step = "propose"
        outcome = self._take(Act(now_s, post, step, name), situation)
        order = self._desk.orders.get(name)
        if order is None or order.state in FINAL:
            return
        if step == "propose" and outcome.became == "applied":
            for other in self._asked(order, post, situation):
                self.consents += 1
                self._ask(other, "consent", name, now_s, post)
        if step in ("propose", "consent"):
            self._seek_decision(order, post, now_s)
        elif step == "issue" and order.state in TAKEN:
            self._issued(order, wish.case, post, now_s)
        elif step == "issue":
            self._issuing.discard(name)
            self.at(now_s + _AGAIN_S, lambda again_s: self._seek_decision(order, post, again_s))

    def _take(self, act: Act, situation: Situation) -> Outcome:
        outcome = self._desk.take(act, situation)
        self.outcomes.append(outcome)
        return outcome

    def _asked(self, order: Order, author: str, situation: Situation) -> list[str]:
        """Whose consent is sought: of as many as lack, besides whoever proposes and whoever decides."""
        rule, posts = self.organisation.rules[order.action], self.organisation.posts
        decider = self._decider(order, author, situation)
        part = {post for post in (*order.answers, decider) if post is not None}
        given = {posts[post].nation for post in part}.intersection(rule.nations(order.concerned))
        row = self.organisation.authority[order.action]
        able = [
            post
            for post in sorted(posts, key=lambda post: row.get(post) == "decide")
            if post not in part
            and situation.meet(author, post)
            and self._may(post, "consent", order, situation)
        ]
        made: list[str] = []
        for post in able:
            nation = posts[post].nation
            lacks = len(given) < rule.needed(order.concerned)
            if lacks and nation in rule.nations(order.concerned) and nation not in given:
                given.add(nation)
                made.append(post)
        for post in able:
            if len(part) + len(made) < rule.people and post not in made:
                made.append(post)
        return made

    def _seek_decision(self, order: Order, post: str, now_s: float) -> None:
        """Ask who decides, once everybody needed has consented."""
        if order.state not in ("proposed", "consented") or order.name in self._issuing:
            return
        situation = self._situation(now_s)
        decider = self._decider(order, post, situation)
        if decider is None:
            self.at(now_s + _AGAIN_S, lambda again_s: self._seek_decision(order, post, again_s))
            return
        rule = self.organisation.rules[order.action]
        nation = self.organisation.posts[decider].nation
        if (
            order.consenting(rule, nation) >= rule.needed(order.concerned)
            and order.people(decider) >= rule.people
        ):
            self._issuing.add(order.name)
            self._ask(decider, "issue", order.name, now_s, post)

    def _decider(self, order: Order, post: str, situation: Situation) -> str | None:
        """The post that could issue an order, were all to consent; by its own right before for another."""
        row = self.organisation.authority[order.action]
        for other in sorted(self.organisation.posts, key=lambda other: row.get(other) != "decide"):
            reached = other == post or situation.meet(post, other)
            if reached and self._may(other, "issue", order, situation):
                return other
        return None

    def _may(self, post: str, step: Step, order: Order, situation: Situation) -> bool:
        authority = self._desk.authority
        return any(
            authority.decide(
                Asked(post, role, step, order.action, order.concerned, 99, 99, picture=order.picture),
                situation,
            ).allowed
            for role in authority.roles(post, order.action, order.concerned, situation)
        )

    def _issued(self, order: Order, case: Case, post: str, now_s: float) -> None:
        """Have the order acknowledged, and begin what follows from it."""
        situation = self._situation(now_s)
        there = [
            other
            for other, held in self.organisation.posts.items()
            if held.nation in order.concerned and situation.meet(post, other)
        ]
        if there:
            least = min(there, key=lambda other: (self.load[other].free_s, other))
            self._ask(least, "acknowledge", order.name, now_s, post)
        for action in FOLLOWS.get(order.action, ()) if case.warns else ():
            self._begin(case, action, now_s, post)


@dataclass(frozen=True, slots=True)
class ActionMeasures:
    """How the orders of one action went."""

    action: str
    orders: int
    issued: int
    in_time: int
    """Cases of which one was issued before the track reached its area."""
    cases: int
    """Cases that asked for the action."""
    took_s: tuple[float, ...]
    """From shown to issued, of each that was."""
    states: Mapping[str, int]

    def quantile(self, share: float) -> float:
        """Time within which a share of the issued orders was, s; NaN when none was."""
        return float(np.quantile(self.took_s, share)) if self.took_s else math.nan


def measured(desk: Desk, staff: Staff) -> tuple[ActionMeasures, ...]:
    """How the orders of each action went."""
    made = []
    for action in dict.fromkeys(order.action for order in desk.orders.values()):
        orders = [order for order in desk.orders.values() if order.action == action]
        issued_s = {
            order.name: time_s for order in orders for time_s, step, _ in order.steps if step == "issue"
        }
        states: dict[str, int] = {}
        for order in orders:
            states[order.state] = states.get(order.state, 0) + 1
        in_time = {
            staff.case_of(name)
            for name, time_s in issued_s.items()
            if time_s <= staff.case_of(name).arrives_s
        }
        made.append(
            ActionMeasures(
                action=action,
                orders=len(orders),
                issued=len(issued_s),
                in_time=len(in_time),
                cases=sum(case.warns or action != "warn_public" for case in staff.opened),
                took_s=tuple(
                    sorted(time_s - staff.case_of(name).shown_s for name, time_s in issued_s.items())
                ),
                states=states,
            )
        )
    return tuple(made)
