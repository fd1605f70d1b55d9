"""Who is there and who commands whom, and what of it holds when posts and links are lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kizuna.command.actions import SOVEREIGN, Role


@dataclass(frozen=True, slots=True)
class Headquarters:
    """A place of command; joint when it has no nation."""

    name: str
    node: str
    nation: str | None


@dataclass(frozen=True, slots=True)
class Post:
    """A place in a headquarters that one person fills; `successors` stand in for it, the first first."""

    name: str
    nation: str
    headquarters: str
    successors: tuple[str, ...] = ()
    decides_s: float = 20.0
    """Median time of a decision, s; log-normal with `spread`, and longer by `slower` for each that waits."""
    spread: float = 0.5
    slower: float = 0.1


@dataclass(frozen=True, slots=True)
class Relationship:
    """Command of a headquarters over another one or a unit, for some actions and a time."""

    of: str
    over: str
    actions: frozenset[str]
    """What it carries, and is not limited to less."""
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Delegation:
    """Authority of a post that another one has for a time."""

    giver: str
    to: str
    actions: frozenset[str]
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Rule:
    """What it takes to take an action; see the keys of `actions` in an organisation file."""

    asked: tuple[str, ...] | None = None
    """Nations whose consent is asked; those concerned when None."""
    at_least: int | None = 0
    """How many of them must consent; all when None."""
    people: int = 1
    when: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    deadline_s: float = 300.0
    escalate_s: float | None = None
    escalate_to: str | None = None

    def nations(self, concerned: tuple[str, ...]) -> tuple[str, ...]:
        """The nations that are asked about an order that concerns some."""
        return concerned if self.asked is None else self.asked

    def needed(self, concerned: tuple[str, ...]) -> int:
        """How many of them must consent."""
        return len(self.nations(concerned)) if self.at_least is None else self.at_least


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation, as `kizuna.command.read` makes it from a file."""

    name: str
    title: str
    nations: tuple[str, ...]
    headquarters: Mapping[str, Headquarters]
    units: Mapping[str, str]
    """Headquarters of each unit."""
    posts: Mapping[str, Post]
    relationships: tuple[Relationship, ...]
    links: frozenset[frozenset[str]]
    """Pairs of nodes."""
    rules: Mapping[str, Rule]
    """Of every action that there is."""
    authority: Mapping[str, Mapping[str, Role]]
    """The role of each post in each action."""
    delegations: tuple[Delegation, ...] = ()
    conditions: Mapping[str, str] = field(default_factory=dict)
    """Cedar expressions, by name."""
    policies: str = ""
    """Further Cedar policies."""
    policies_file: str = ""

    def node_of(self, post: str) -> str:
        """The node at which a post sits."""
        return self.headquarters[self.posts[post].headquarters].node

    def nodes_of(self, nation: str) -> frozenset[str]:
        """The nodes of a nation's own headquarters, where orders that concern it are carried out."""
        return frozenset(place.node for place in self.headquarters.values() if place.nation == nation)


@dataclass(frozen=True, slots=True)
class Situation:
    """What of an organisation is there at a time.

    Parameters
    ----------
    organisation
        The organisation.
    lost_posts, lost_links
        Posts that nobody fills, and pairs of nodes whose link is down.
    time_s
        Seconds after the start of the exercise.
    """

    organisation: Organisation
    lost_posts: frozenset[str] = frozenset()
    lost_links: frozenset[frozenset[str]] = frozenset()
    time_s: float = 0.0
    _reached: dict[str, frozenset[str]] = field(default_factory=dict, compare=False)
    _cut_off: dict[tuple[str, tuple[str, ...]], bool] = field(default_factory=dict, compare=False)

    def reaches(self, node: str) -> frozenset[str]:
        """The nodes that a node reaches over links that are up, itself included."""
        if node not in self._reached:
            up = self.organisation.links - self.lost_links
            found, waiting = {node}, [node]
            while waiting:
                here = waiting.pop()
                for pair in up:
                    if here in pair:
                        (there,) = pair - {here} or {here}
                        if there not in found:
                            found.add(there)
                            waiting.append(there)
            self._reached[node] = frozenset(found)
        return self._reached[node]

    def meet(self, one: str, other: str) -> bool:
        """Whether two posts are there and reach each other."""
        organisation = self.organisation
        if one in self.lost_posts or other in self.lost_posts:
            return False
        return organisation.node_of(other) in self.reaches(organisation.node_of(one))

    def is_cut_off(self, post: str, concerned: tuple[str, ...]) -> bool:
        """Whether a post is lost, or doesn't reach the headquarters of a nation concerned."""
        if post in self.lost_posts:
            return True
        key = (post, concerned)
        if key not in self._cut_off:
            reached = self.reaches(self.organisation.node_of(post))
            self._cut_off[key] = any(
                reached.isdisjoint(self.organisation.nodes_of(nation)) for nation in concerned
            )
        return self._cut_off[key]

    def stands_in(self, post: str, other: str, concerned: tuple[str, ...]) -> bool:
        """Whether a post is the first that can act for another one, which can't itself.

        It lapses as soon as the other one is there again.
        """
        if not self.is_cut_off(other, concerned):
            return False
        for name in self.organisation.posts[other].successors:
            if not self.is_cut_off(name, concerned):
                return name == post
        return False

    def commands(self, post: str, action: str, concerned: tuple[str, ...]) -> bool:
        """Whether an action of a post binds all nations concerned, by its nation or its headquarters."""
        return all(self._commands(post, action, nation) for nation in concerned)

    def _commands(self, post: str, action: str, nation: str) -> bool:
        organisation = self.organisation
        held = organisation.posts[post]
        if action in SOVEREIGN:
            return held.nation == nation
        if organisation.headquarters[held.headquarters].nation == nation:
            return True
        own = {name for name, place in organisation.headquarters.items() if place.nation == nation}
        own |= {unit for unit, place in organisation.units.items() if place in own}
        waiting, seen = [held.headquarters], {held.headquarters}
        while waiting:
            here = waiting.pop()
            for each in organisation.relationships:
                carries = action in each.actions and each.from_s <= self.time_s < each.to_s
                if each.of == here and carries and each.over not in seen:
                    seen.add(each.over)
                    waiting.append(each.over)
        return not seen.isdisjoint(own)
