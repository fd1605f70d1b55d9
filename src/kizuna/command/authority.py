"""Whether a post may do something with an order, by which policy, and what it lacks otherwise."""

from dataclasses import dataclass, field
from functools import cached_property

import cedarpy

from kizuna.command.organisation import Organisation, Situation
from kizuna.command.policy import cell_name, conditions_of, late_name, parsed


@dataclass(frozen=True, slots=True)
class Picture:
    """What the picture says of the thing that an order is about."""

    confirming: int = 0
    """How many nations' sensors see it."""
    inside: bool = False
    """Whether it is inside the identification zone."""
    identity: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a post would do.

    Parameters
    ----------
    by
        The post that acts.
    role
        The post whose authority it uses: its own, or that of one for whom it acts.
    step
        What it would do: see `kizuna.command.orders`.
    action
        What the order does.
    concerned
        Nations that the order concerns.
    consenting
        Nations asked that have consented, the deciding one included.
    people
        Posts that take part, `by` included.
    escalated
        Whether the order has waited so long that others may decide.
    picture
        What is known of the thing that it is about.
    """

    by: str
    role: str
    step: str
    action: str
    concerned: tuple[str, ...] = ()
    consenting: int = 0
    people: int = 1
    escalated: bool = False
    picture: Picture = field(default_factory=Picture)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policies say."""

    allowed: bool
    policies: tuple[str, ...]
    """Those that let it through, or those that forbid it; none when nothing permits it."""
    why: str
    """As a sentence without its stop."""


class Authority:
    """The policies of an organisation, ready to be asked.

    Parameters
    ----------
    organisation
        The organisation.
    file
        What to call its file in errors.

    Raises
    ------
    InputError
        When its conditions or further policies are not Cedar.
    """

    def __init__(self, organisation: Organisation, file: str = "") -> None:
        self.organisation = organisation
        self._set, self._names = parsed(organisation, file)
        self._answers: dict[object, tuple[bool, tuple[str, ...], tuple[str, ...]]] = {}

    @cached_property
    def _conditions(self) -> dict[str, cedarpy.PolicySet]:
        return {
            name: cedarpy.PolicySet.from_str(f"permit (principal, action, resource) when {{ {text} }};")
            for name, text in conditions_of(self.organisation).items()
        }

    def decide(self, asked: Asked, situation: Situation) -> Decision:
        """Whether a post may do something in a situation."""
        allowed, policies, errors = self._answer(asked, situation)
        if errors:
            # Cedar passes over a forbid that fails; here nothing is allowed then.
            return Decision(False, (), f"a policy failed ({'; '.join(errors)})")
        acting = "" if asked.by == asked.role else f", acting for {asked.role},"
        if allowed:
            return Decision(True, policies, f"{asked.by}{acting} may by {_listed(policies)}")
        if policies:
            return Decision(False, policies, f"{asked.by}{acting} may not: {_listed(policies)} forbids it")
        lacks = self._lacking(asked, situation)
        return Decision(False, (), f"{asked.by}{acting} may not {asked.step} {asked.action}: {lacks}")

    def roles(
        self, post: str, action: str, concerned: tuple[str, ...], situation: Situation
    ) -> tuple[str, ...]:
        """The posts whose authority a post may use for an action: its own first, then those it acts for."""
        organisation = self.organisation
        row = [*organisation.authority.get(action, {}), organisation.rules[action].escalate_to]
        made = [post]
        for other in dict.fromkeys(name for name in row if name is not None and name != post):
            delegated = any(
                each.giver == other
                and each.to == post
                and action in each.actions
                and each.from_s <= situation.time_s < each.to_s
                for each in organisation.delegations
            )
            if delegated or situation.stands_in(post, other, concerned):
                made.append(other)
        return tuple(made)

    def _answer(self, asked: Asked, situation: Situation) -> tuple[bool, tuple[str, ...], tuple[str, ...]]:
        context = self._context(asked, situation)
        key = (asked.role, asked.action, str(context))
        if key not in self._answers:
            answer = cedarpy.is_authorized(_request(asked, context), self._set, [])
            names = tuple(sorted(self._names[key] for key in answer.diagnostics.reasons))
            self._answers[key] = (answer.allowed, names, tuple(map(str, answer.diagnostics.errors)))
        return self._answers[key]

    def _context(self, asked: Asked, situation: Situation) -> dict[str, object]:
        organisation, picture = self.organisation, asked.picture
        rule, nation = organisation.rules[asked.action], organisation.posts[asked.by].nation
        commands = situation.commands(asked.role, asked.action, asked.concerned)
        return {
            "step": asked.step,
            "by": asked.by,
            "stands_in": situation.stands_in(asked.by, asked.role, asked.concerned),
            "escalated": asked.escalated,
            "commands": commands,
            "concerned": nation in asked.concerned or not asked.concerned,
            # Consent counts from the nations asked, and from those who command the ones concerned.
            "voice": nation in rule.nations(asked.concerned) or commands,
            "consenting": asked.consenting,
            "asked": len(rule.nations(asked.concerned)),
            "people": asked.people,
            "time_s": int(situation.time_s),
            "nations": sorted(asked.concerned),
            "picture": {
                "confirming": picture.confirming,
                "inside": picture.inside,
                "identity": picture.identity,
                "kind": picture.kind,
            },
        }

    def _lacking(self, asked: Asked, situation: Situation) -> str:
        """Which policy is not met and why, as words."""
        rule = self.organisation.rules[asked.action]
        role = self.organisation.authority.get(asked.action, {}).get(asked.role)
        late = role != "decide" and asked.role == rule.escalate_to and asked.step == "issue"
        if late:
            named = f"“{late_name(asked.action, asked.role)}”"
        elif role is not None:
            named = f"“{cell_name(asked.action, asked.role, role)}”"
        else:
            return "no policy gives it any part in it"
        if late and not asked.escalated:
            return f"{named} begins {rule.escalate_s:.10g} s after the proposal"
        if asked.step in ("consent", "refuse") and role != "propose":
            return f"{named} asks other nations"
        if asked.step != "issue" or not (late or role == "decide"):
            return f"{named} and no more"
        return f"{named} needs {self._unmet(asked, situation)}"

    def _unmet(self, asked: Asked, situation: Situation) -> str:
        """What an order to be issued lacks."""
        rule = self.organisation.rules[asked.action]
        context = self._context(asked, situation)
        if not context["commands"]:
            return f"command of {' and '.join(asked.concerned)} in this"
        needed = rule.needed(asked.concerned)
        if asked.consenting < needed:
            nations = ", ".join(rule.nations(asked.concerned))
            return f"consent of {needed} of {nations}, and {asked.consenting} gave it"
        if asked.people < rule.people:
            return f"{rule.people} posts, and {asked.people} take part"
        failing = [
            name
            for name in rule.when
            if not cedarpy.is_authorized(_request(asked, context), self._conditions[name], []).allowed
        ]
        return (
            " and ".join(failing)
            if failing
            else "another post to act: it is not cut off, or the time is past"
        )


def _listed(policies: tuple[str, ...]) -> str:
    return " and ".join(f"“{name}”" for name in policies)


def _request(asked: Asked, context: dict[str, object]) -> dict[str, object]:
    return {
        "principal": {"type": "Post", "id": asked.role},
        "action": {"type": "Action", "id": asked.action},
        "resource": {"type": "Order", "id": "order"},
        "context": context,
    }
