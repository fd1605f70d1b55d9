"""Who can still take each action when posts and links are lost: a search over all losses of one or two."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from kizuna.command.actions import PAUSE
from kizuna.command.authority import Asked, Authority, Picture
from kizuna.command.organisation import Situation
from kizuna.command.policy import conditions_of

Loss = tuple[str, ...]
"""What is lost: posts by name, links as `A–B`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An action about a nation, and what it takes to make it impossible.

    Parameters
    ----------
    action, nation
        The action, and the nation that it concerns; no nation when it concerns none.
    takers
        The posts that can take it when nothing is lost, their own authority alone.
    impossible_without
        Losses of one or two after which nobody can take it, none of which holds a smaller one.
    alone
        Posts that can take it without anybody else though the file says that more must, each with a smallest
        loss that lets it.
    """

    action: str
    nation: str | None
    takers: tuple[str, ...]
    impossible_without: tuple[Loss, ...]
    alone: tuple[tuple[str, Loss], ...]

    @property
    def single_points(self) -> tuple[str, ...]:
        """Posts and links whose loss alone makes it impossible."""
        return tuple(loss[0] for loss in self.impossible_without if len(loss) == 1)

    @property
    def pairs(self) -> tuple[Loss, ...]:
        """Pairs that make it impossible together, and neither alone."""
        return tuple(loss for loss in self.impossible_without if len(loss) == 2)


def check(authority: Authority, time_s: float = 0.0) -> list[Finding]:
    """Search all losses of one or two posts and links, for every action about every nation.

    A nation without a headquarters of its own has none to carry anything out, and is left out. Conditions
    about the picture count as met, and who may act takes part: what is found impossible is so however
    everybody behaves.

    Parameters
    ----------
    authority
        The organisation and its policies.
    time_s
        When, s after the start of the exercise: delegations and relationships have their times.
    """
    organisation = authority.organisation
    nations = [nation for nation in organisation.nations if organisation.nodes_of(nation)]
    met = dict.fromkeys(conditions_of(organisation), "true")
    search = _Search(Authority(replace(organisation, conditions=met)), time_s)
    return [
        search.finding(action, nation)
        for action in authority.organisation.authority
        for nation in (nations if action != PAUSE else (None,))
    ]


def times_of(authority: Authority) -> tuple[float, ...]:
    """The times at which something about an organisation changes, the start included, s after the start."""
    organisation = authority.organisation
    spans = [(each.from_s, each.to_s) for each in organisation.relationships]
    spans += [(each.from_s, each.to_s) for each in organisation.delegations]
    latest_s = max((start_s for start_s, _ in spans), default=0.0)
    ends = {end_s for _, end_s in spans if end_s < 7 * 86_400.0}
    return tuple(sorted({0.0, latest_s, *(start_s for start_s, _ in spans), *ends}))


class _Search:
    def __init__(self, authority: Authority, time_s: float) -> None:
        self._authority = authority
        self._time_s = time_s
        # Posts that can't take part in anything can be left out: losing them changes nothing.
        organisation = authority.organisation
        acting = {post for row in organisation.authority.values() for post in row}
        acting |= {rule.escalate_to for rule in organisation.rules.values() if rule.escalate_to}
        acting |= {each.to for each in organisation.delegations}
        acting |= {name for post in acting for name in organisation.posts[post].successors}
        links = {"–".join(sorted(pair)): pair for pair in organisation.links}
        elements = [*sorted(acting), *sorted(links)]
        self._losses: list[Loss] = [(), *((name,) for name in elements), *combinations(elements, 2)]
        self._situations = {
            loss: Situation(
                organisation,
                frozenset(name for name in loss if name in acting),
                frozenset(links[name] for name in loss if name in links),
                time_s,
            )
            for loss in self._losses
        }
        self._voices: dict[tuple[Loss, str, tuple[str, ...]], list[str]] = {}
        self._possible: dict[tuple[Loss, str, str | None], bool] = {}

    def finding(self, action: str, nation: str | None) -> Finding:
        impossible: list[Loss] = []
        alone: dict[str, Loss] = {}
        rule = self._authority.organisation.rules[action]
        concerned = (nation,) if nation is not None else ()
        together = rule.people > 1 or rule.needed(concerned) > 1
        for loss in self._losses:
            smaller = any(set(other) <= set(loss) for other in impossible)
            if not smaller and not self._can(loss, action, nation):
                impossible.append(loss)
            if together:
                for post, _ in self._issuers(loss, action, nation, by_itself=True):
                    alone.setdefault(post, loss)
        takers = dict.fromkeys(post for post, _ in self._issuers((), action, nation, by_itself=False))
        return Finding(action, nation, tuple(takers), tuple(impossible), tuple(alone.items()))

    def _can(self, loss: Loss, action: str, nation: str | None) -> bool:
        """Whether anybody can take an action, and those that must come before it."""
        key = (loss, action, nation)
        if key not in self._possible:
            before = self._authority.organisation.rules[action].after
            self._possible[key] = any(
                True for _ in self._issuers(loss, action, nation, by_itself=False)
            ) and all(self._can(loss, each, nation) for each in before)
        return self._possible[key]

    def _issuers(
        self, loss: Loss, action: str, nation: str | None, *, by_itself: bool
    ) -> Iterator[tuple[str, str]]:
        """Posts that can issue it, and in whose place; together with all who are there, or by themselves."""
        situation = self._situations[loss]
        organisation = self._authority.organisation
        rule = organisation.rules[action]
        concerned = (nation,) if nation is not None else ()
        asked = rule.nations(concerned)
        for post in organisation.posts:
            if situation.is_cut_off(post, concerned):
                continue
            nations, people = {organisation.posts[post].nation}, {post}
            if not by_itself:
                for other in self._consenting(loss, action, concerned):
                    if situation.meet(post, other):
                        nations.add(organisation.posts[other].nation)
                        people.add(other)
            for role in self._authority.roles(post, action, concerned, situation):
                issue = Asked(
                    by=post,
                    role=role,
                    step="issue",
                    action=action,
                    concerned=concerned,
                    consenting=len(nations.intersection(asked)),
                    people=len(people),
                    escalated=True,
                    picture=_ANY,
                )
                if self._authority.decide(issue, situation).allowed:
                    yield post, role
                    break

    def _consenting(self, loss: Loss, action: str, concerned: tuple[str, ...]) -> list[str]:
        """Posts that may consent."""
        key = (loss, action, concerned)
        if key in self._voices:
            return self._voices[key]
        situation = self._situations[loss]
        made = []
        for post in self._authority.organisation.posts:
            if post in situation.lost_posts:
                continue
            for role in self._authority.roles(post, action, concerned, situation):
                consent = Asked(post, role, "consent", action, concerned, picture=_ANY)
                if self._authority.decide(consent, situation).allowed:
                    made.append(post)
                    break
        self._voices[key] = made
        return made


_ANY = Picture(confirming=99, inside=True)
"""For further policies that ask of the picture."""
