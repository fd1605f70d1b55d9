"""What is wrong between the parts of an organisation: names, cycles, and rules that nobody could meet."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kizuna.command.actions import ACTIONS, CARRIES, OPERATIONAL
from kizuna.command.actions import Relationship as Kind
from kizuna.command.form import Organisation, Relationship, Rule
from kizuna.forms.explain import Flaw, not_known
from kizuna.forms.yaml import KeyPath

CONDITIONS = ("confirmed_by_two_nations", "inside_zone")
"""Conditions that there are without being written."""


def check_form(organisation: Organisation, folder: Path) -> Iterator[Flaw]:
    """All that is wrong between the parts of an organisation.

    Parameters
    ----------
    organisation
        The organisation.
    folder
        Where its file lies; the file of policies is relative to this.
    """
    yield from _places(organisation)
    yield from _posts(organisation)
    yield from _relationships(organisation)
    yield from _links(organisation)
    for name, rule in organisation.actions.items():
        yield from _rule(("actions", name), rule, organisation)
        yield from _never(("actions", name), name, rule, organisation)
    yield from _cycle(
        ("actions",), "waits for itself", {n: rule.after for n, rule in organisation.actions.items()}
    )
    yield from _authority(organisation)
    yield from _delegations(organisation)
    if organisation.policies is not None and not (folder / organisation.policies).is_file():
        problem = f"the file of policies {organisation.policies!r} is not there"
        yield Flaw(("policies",), problem, f"Cedar policies at a path relative to {folder}")


def actions_of(organisation: Organisation) -> tuple[str, ...]:
    """All actions that an organisation knows."""
    return tuple(dict.fromkeys((*ACTIONS, *organisation.actions)))


def carried(kind: Kind, organisation: Organisation) -> tuple[str, ...]:
    """The actions that a kind of relationship carries in an organisation; its own go with OPCOM and OPCON."""
    whole = CARRIES[kind]
    own = tuple(name for name in organisation.actions if name not in ACTIONS)
    return whole + own if whole == OPERATIONAL else whole


def _name(path: KeyPath, what: str, name: str, known: Iterable[str]) -> Flaw:
    return Flaw(path, *not_known(f"no {what} {name!r}", name, known))


def _places(organisation: Organisation) -> Iterator[Flaw]:
    seen: set[str] = set()
    for number, nation in enumerate(organisation.nations):
        if nation in organisation.nations[:number]:
            yield Flaw(("nations", number), f"the nation {nation!r} is there twice", "each nation once")
    for number, place in enumerate(organisation.headquarters):
        path: KeyPath = ("headquarters", number)
        if place.nation is not None and place.nation not in organisation.nations:
            yield _name((*path, "nation"), "nation is called", place.nation, organisation.nations)
        if place.headquarters in seen:
            yield Flaw((*path, "headquarters"), f"{place.headquarters!r} is there twice", "names that differ")
        seen.add(place.headquarters)
    national = [place.headquarters for place in organisation.headquarters if place.nation is not None]
    for number, unit in enumerate(organisation.units):
        if unit.headquarters not in national:
            path = ("units", number, "headquarters")
            yield _name(path, "national headquarters is called", unit.headquarters, national)
        if unit.unit in seen:
            yield Flaw(("units", number, "unit"), f"{unit.unit!r} is there twice", "names that differ")
        seen.add(unit.unit)


def _posts(organisation: Organisation) -> Iterator[Flaw]:
    places = [place.headquarters for place in organisation.headquarters]
    at: dict[str, str] = {}
    names = [post.post for post in organisation.posts]
    for number, post in enumerate(organisation.posts):
        path = ("posts", number)
        if post.nation not in organisation.nations:
            yield _name((*path, "nation"), "nation is called", post.nation, organisation.nations)
        if post.headquarters not in places:
            yield _name((*path, "headquarters"), "headquarters is called", post.headquarters, places)
        if post.post in at:
            problem = f"the post {post.post!r} is at {at[post.post]!r} already"
            yield Flaw((*path, "post"), problem, "each post in one place")
        at[post.post] = post.headquarters
        for place, name in enumerate(post.successors):
            if name not in names:
                yield _name((*path, "successors", place), "post is called", name, names)
            if name == post.post:
                yield Flaw((*path, "successors", place), f"{name!r} succeeds itself", "another post")


def _relationships(organisation: Organisation) -> Iterator[Flaw]:
    places = [place.headquarters for place in organisation.headquarters]
    over = places + [unit.unit for unit in organisation.units]
    for number, each in enumerate(organisation.relationships):
        path = ("relationships", number)
        if each.of not in places:
            yield _name((*path, "of"), "headquarters is called", each.of, places)
        if each.over not in over:
            yield _name((*path, "over"), "headquarters or unit is called", each.over, over)
        if each.to_s <= each.from_s:
            yield Flaw((*path, "to_s"), f"{each.to_s:.10g} ends it before it begins", "a time after from_s")
        yield from _limits(path, each, organisation)
    for number in range(len(organisation.relationships)):
        below: dict[str, list[str]] = {}
        for other in organisation.relationships[: number + 1]:
            below.setdefault(other.of, []).append(other.over)
        found = next(_cycle(("relationships", number), "commands itself", below), None)
        if found is not None:
            yield found
            return


def _limits(path: KeyPath, each: Relationship, organisation: Organisation) -> Iterator[Flaw]:
    may = carried(each.kind, organisation)
    for place, action in enumerate(each.actions or ()):
        if action not in actions_of(organisation):
            yield _name((*path, "actions", place), "action is called", action, actions_of(organisation))
        elif action not in may:
            yield Flaw(
                (*path, "actions", place), *not_known(f"{each.kind} does not carry {action}", action, may)
            )


def _links(organisation: Organisation) -> Iterator[Flaw]:
    nodes = list(dict.fromkeys(place.node for place in organisation.headquarters))
    for number, pair in enumerate(organisation.links):
        for place, node in enumerate(pair):
            if node not in nodes:
                yield _name(("links", number, place), "headquarters is at a node", node, nodes)
        if pair[0] == pair[1]:
            yield Flaw(("links", number), f"the link leads from {pair[0]!r} to itself", "two nodes")


def _rule(path: KeyPath, rule: Rule, organisation: Organisation) -> Iterator[Flaw]:
    names = [post.post for post in organisation.posts]
    for place, condition in enumerate(rule.when):
        known = (*CONDITIONS, *organisation.conditions)
        if condition not in known:
            yield _name((*path, "when", place), "condition is called", condition, known)
    for place, before in enumerate(rule.after):
        if before not in actions_of(organisation):
            yield _name((*path, "after", place), "action is called", before, actions_of(organisation))
    if (rule.escalate_s is None) != (rule.escalate_to is None):
        yield Flaw(path, "escalate_s and escalate_to need each other", "both or none")
    elif rule.escalate_to is not None and rule.escalate_to not in names:
        yield _name((*path, "escalate_to"), "post is called", rule.escalate_to, names)
    elif rule.escalate_s is not None and rule.escalate_s >= rule.deadline_s:
        problem = f"{rule.escalate_s:.10g} s is not before the order expires"
        yield Flaw((*path, "escalate_s"), problem, f"less than deadline_s, {rule.deadline_s:.10g} s")


def _never(path: KeyPath, action: str, rule: Rule, organisation: Organisation) -> Iterator[Flaw]:
    """A rule that can't be met even when all posts are there."""
    row = organisation.authority.get(action, {})
    takers = {post for post, role in row.items() if role != "propose"} | {rule.escalate_to or ""}
    nations = {post.nation for post in organisation.posts if post.post in takers}
    if row and rule.people > len([post for post in organisation.posts if post.post in takers]):
        problem = f"can never be met: fewer than {rule.people} posts decide or consent"
        yield Flaw((*path, "people"), problem, "a number of posts that there are")
    if rule.consent is None:
        return
    asked = rule.consent.of if rule.consent.of is not None else organisation.nations
    for place, nation in enumerate(rule.consent.of or ()):
        if nation not in organisation.nations:
            yield _name((*path, "consent", "of", place), "nation is called", nation, organisation.nations)
    needed = rule.consent.at_least or (1 if rule.consent.of is None else len(asked))
    able = [nation for nation in dict.fromkeys(asked) if nation in nations]
    if row and needed > len(able):
        problem = f"can never be met: {needed} must consent, and posts of {len(able)} nations asked may"
        yield Flaw((*path, "consent"), problem, "at_least a number of nations whose posts decide or consent")


def _authority(organisation: Organisation) -> Iterator[Flaw]:
    names = [post.post for post in organisation.posts]
    known = actions_of(organisation)
    for action, row in organisation.authority.items():
        if action not in known:
            yield _name(("authority", action), "action is called", action, known)
        for post in row:
            if post not in names:
                yield _name(("authority", action, post), "post is called", post, names)
        late = organisation.actions[action].escalate_to if action in organisation.actions else None
        if "decide" not in row.values() and late is None:
            yield Flaw(("authority", action), "nobody decides", "`decide` for one post at least")


def _delegations(organisation: Organisation) -> Iterator[Flaw]:
    names = [post.post for post in organisation.posts]
    for number, each in enumerate(organisation.delegations):
        path = ("delegations", number)
        for key, name in (("from", each.from_), ("to", each.to)):
            if name not in names:
                yield _name((*path, key), "post is called", name, names)
        if each.from_ == each.to:
            yield Flaw((*path, "to"), f"{each.to!r} delegates to itself", "another post")
        if each.to_s <= each.from_s:
            yield Flaw(
                (*path, "to_s"), f"has expired at {each.to_s:.10g} s, before it begins", "a time after from_s"
            )
        for place, action in enumerate(each.actions):
            row = organisation.authority.get(action, {})
            if action not in actions_of(organisation):
                yield _name((*path, "actions", place), "action is called", action, actions_of(organisation))
            elif each.from_ in names and each.from_ not in row:
                problem = f"{each.from_!r} has no authority for {action} to delegate"
                yield Flaw((*path, "actions", place), problem, f"{each.from_} in the row of {action}")


def _cycle(path: KeyPath, what: str, after: Mapping[str, Iterable[str]]) -> Iterator[Flaw]:
    """The first way from a name over others back to itself."""
    for start in after:
        waiting: list[tuple[str, tuple[str, ...]]] = [(start, (start,))]
        seen: set[str] = set()
        while waiting:
            name, way = waiting.pop()
            for following in after.get(name, ()):
                if following == start:
                    yield Flaw(path, f"{start!r} {what}: {' → '.join((*way, start))}", "no cycle")
                    return
                if following not in seen:
                    seen.add(following)
                    waiting.append((following, (*way, following)))
