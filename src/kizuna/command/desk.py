"""Where orders are decided: each step is asked of the authority, applied once, and told, refused ones too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from kizuna.command.authority import Asked, Authority, Decision, Picture
from kizuna.command.orders import FINAL, STEPS, TAKEN, Order, State, Step
from kizuna.command.organisation import Situation

Became = Literal["applied", "repeated", "late", "refused"]


@dataclass(frozen=True, slots=True)
class Act:
    """What a post does, at a time after the start, s. A draft says what the order is."""

    time_s: float
    post: str
    step: Step
    order: str
    action: str = ""
    about: str = ""
    concerned: tuple[str, ...] = ()
    picture: Picture = field(default_factory=Picture)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an act."""

    act: Act
    became: Became
    state: State | None
    """State of the order after it."""
    why: str
    policies: tuple[str, ...] = ()


class Desk:
    """The orders of one organisation.

    Nothing is lost or done twice by a step that comes again, and one that comes too late changes nothing.

    Parameters
    ----------
    authority
        Who may do what.
    tell
        Told each outcome, refused acts included; this is where a ledger is written.
    orders
        Those that are there already, by name.
    """

    def __init__(
        self,
        authority: Authority,
        tell: Callable[[Outcome], None] | None = None,
        orders: Mapping[str, Order] | None = None,
    ) -> None:
        self.authority = authority
        self.orders: dict[str, Order] = dict(orders or {})
        self._tell = tell

    def take(self, act: Act, situation: Situation) -> Outcome:
        """Do what a post asks, when it may."""
        outcome = self._outcome(act, situation)
        if self._tell is not None:
            self._tell(outcome)
        return outcome

    def may(self, post: str, name: str, time_s: float, situation: Situation) -> tuple[Step, ...]:
        """The steps that the policies permit a post with an order as it stands, and that it hasn't taken."""
        order = self.orders[name]
        done = {step for _, step, by in order.steps if by == post}
        return tuple(
            step
            for state, step in [*STEPS, ("consented", "consent")]
            if state == order.state
            and step not in done
            and step != "expire"
            and not (step in ("consent", "refuse") and post in order.answers)
            and self._ask(Act(time_s, post, step, name), order, situation).allowed
        )

    def expire(self, time_s: float, situation: Situation) -> list[Outcome]:
        """Let orders expire whose deadline has passed, in order of time."""
        made = []
        open_ = [order for order in self.orders.values() if (order.state, "expire") in STEPS]
        for order in sorted(open_, key=lambda order: (self._ends_s(order), order.name)):
            if time_s >= self._ends_s(order):
                act = Act(self._ends_s(order), order.steps[0][2], "expire", order.name)
                made.append(self.take(act, situation))
        return made

    def _ends_s(self, order: Order) -> float:
        """When an order expires."""
        return order.begun_s + self.authority.organisation.rules[order.action].deadline_s

    def _outcome(self, act: Act, situation: Situation) -> Outcome:
        organisation = self.authority.organisation
        order = self.orders.get(act.order)
        if act.post not in organisation.posts:
            return Outcome(act, "refused", order.state if order else None, f"no post is called {act.post!r}")
        if act.step == "draft":
            return self._draft(act, order, situation)
        if order is None:
            return Outcome(act, "refused", None, f"there is no order {act.order!r}")
        done = {(step, post) for _, step, post in order.steps}
        if (act.step, act.post) in done:
            return Outcome(act, "repeated", order.state, "was done before")
        if act.step in ("consent", "refuse") and act.post in order.answers:
            return Outcome(act, "late", order.state, f"{act.post} has answered already")
        if act.step == "expire":
            return self._expire(act, order)
        if order.state in FINAL:
            return Outcome(act, "late", order.state, f"the order is {order.state}")
        return self._decide(act, order, situation)

    def _draft(self, act: Act, order: Order | None, situation: Situation) -> Outcome:
        organisation = self.authority.organisation
        if order is not None:
            same = (order.action, order.about, order.concerned) == (act.action, act.about, act.concerned)
            if same and order.steps[0][2] == act.post:
                return Outcome(act, "repeated", order.state, "was done before")
            return Outcome(act, "refused", order.state, f"another order is called {act.order!r}")
        if act.action not in organisation.rules:
            return Outcome(act, "refused", None, f"no action is called {act.action!r}")
        unknown = [nation for nation in act.concerned if nation not in organisation.nations]
        if unknown:
            return Outcome(act, "refused", None, f"no nation is called {unknown[0]!r}")
        order = Order(act.order, act.action, act.about, act.concerned, act.picture, drafted_s=act.time_s)
        decision = self._ask(act, order, situation)
        if not decision.allowed:
            return Outcome(act, "refused", None, decision.why)
        self.orders[order.name] = order
        return self._apply(act, order, "drafted", decision)

    def _decide(self, act: Act, order: Order, situation: Situation) -> Outcome:
        organisation = self.authority.organisation
        rule = organisation.rules[order.action]
        decision = self._ask(act, order, situation)
        if not decision.allowed:
            return Outcome(act, "refused", order.state, decision.why, decision.policies)
        # A second voice is welcome where enough have consented already, as long as nothing was decided.
        if (order.state, act.step) not in STEPS and (order.state, act.step) != ("consented", "consent"):
            return Outcome(act, "late", order.state, f"the order is {order.state}")
        if act.step == "issue":
            missing = [before for before in rule.after if not self._is_taken(before, order.about)]
            if missing:
                why = f"{' and '.join(missing)} about {order.about or 'it'} must come first"
                return Outcome(act, "refused", order.state, why)
        if act.step in ("consent", "refuse"):
            order.answers[act.post] = act.step == "consent"
            order.nations[act.post] = organisation.posts[act.post].nation
        state: State = STEPS.get((order.state, act.step), order.state)
        if act.step == "propose":
            order.proposed_s = act.time_s
            state = self._proposed(act, order, situation)
        elif (act.step == "consent" and not self._is_enough(order)) or (
            act.step == "refuse" and not order.is_refused(rule)
        ):
            state = order.state
        elif act.step == "issue":
            order.decided_by = act.post
        return self._apply(act, order, state, decision)

    def _proposed(self, act: Act, order: Order, situation: Situation) -> State:
        """State after a proposal, which is the proposer's own consent where it may give one."""
        if self._ask(Act(act.time_s, act.post, "consent", order.name), order, situation).allowed:
            order.answers[act.post] = True
            order.nations[act.post] = self.authority.organisation.posts[act.post].nation
        return "consented" if self._is_enough(order) else "proposed"

    def _is_enough(self, order: Order) -> bool:
        """Whether consents suffice."""
        rule = self.authority.organisation.rules[order.action]
        return order.consenting(rule) >= rule.needed(order.concerned)

    def _ask(self, act: Act, order: Order, situation: Situation) -> Decision:
        """Whether a post may do this, by its own authority or that of one for whom it acts."""
        organisation = self.authority.organisation
        rule = organisation.rules[order.action]
        since_s = act.time_s - order.begun_s
        first: Decision | None = None
        for role in self.authority.roles(act.post, order.action, order.concerned, situation):
            asked = Asked(
                by=act.post,
                role=role,
                step=act.step,
                action=order.action,
                concerned=order.concerned,
                consenting=order.consenting(rule, organisation.posts[act.post].nation),
                people=order.people(act.post),
                escalated=rule.escalate_s is not None and since_s >= rule.escalate_s,
                picture=order.picture,
            )
            decision = self.authority.decide(asked, situation)
            if decision.allowed:
                return decision
            first = first or decision
        assert first is not None, "a post always has its own role"  # noqa: S101
        return first

    def _is_taken(self, action: str, about: str) -> bool:
        return any(
            order.action == action and order.about == about and order.state in TAKEN
            for order in self.orders.values()
        )

    def _expire(self, act: Act, order: Order) -> Outcome:
        if order.state in FINAL or (order.state, act.step) not in STEPS:
            return Outcome(act, "late", order.state, f"the order is {order.state}")
        order.state = "expired"
        order.steps.append((act.time_s, act.step, act.post))
        return Outcome(act, "applied", "expired", "nobody decided in time, or nobody acknowledged")

    def _apply(self, act: Act, order: Order, state: State, decision: Decision) -> Outcome:
        order.state = state
        order.steps.append((act.time_s, act.step, act.post))
        return Outcome(act, "applied", state, decision.why, decision.policies)
