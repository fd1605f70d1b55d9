"""The organisation file as one record: who is there, who commands whom, and who may decide what."""

from typing import Annotated

from pydantic import Field, Strict

from kizuna.command.actions import Relationship as Kind
from kizuna.command.actions import Role
from kizuna.forms.keys import Name, Record, Text, key

LONGEST_S = 7 * 86_400.0
"""A time of more than a week is taken for a slip of units."""

Seconds = Annotated[float, Field(ge=0.0, le=LONGEST_S)]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""Names of actions and conditions, which also stand in policies."""
Names = Annotated[tuple[Name, ...], Strict(False)]
Words = Annotated[tuple[Word, ...], Strict(False)]


class Headquarters(Record):
    """A place of command, at a node of the network."""

    headquarters: Name = key("Name of the headquarters")
    node: Name = key("Node of the network at which it is")
    nation: Name | None = key("Nation that it belongs to; a joint headquarters when absent", default=None)


class Unit(Record):
    """Forces of a nation: sensors and notional defenders."""

    unit: Name = key("Name of the unit")
    headquarters: Name = key("National headquarters that it belongs to")


class Post(Record):
    """A place in a headquarters that one person fills."""

    post: Name = key("Name of the post")
    nation: Name = key("Nation of the person who fills it")
    headquarters: Name = key("Headquarters at which it is")
    decides_s: float = key(
        "Median time that a decision takes, where people are modelled", "s", 20.0, gt=0.0, le=3_600.0
    )
    spread: float = key("Standard deviation of that time's natural logarithm", "1", 0.5, ge=0.0, le=3.0)
    slower: float = key("Share by which each thing that waits slows it down", "1", 0.1, ge=0.0, le=10.0)
    successors: Names = key(
        "Posts that stand in for it when it is lost or cut off, the first first", default=()
    )


class Relationship(Record):
    """Command of a headquarters over another one or a unit."""

    kind: Kind = key("What it is")
    of: Name = key("Headquarters that holds it")
    over: Name = key("Headquarters or unit over which it is held")
    actions: Words | None = key(
        "The actions to which it is limited; all that it carries when absent", default=None
    )
    from_s: Seconds = key("When it begins, after the start of the exercise", "s", 0.0)
    to_s: Seconds = key("When it ends", "s", LONGEST_S)


class Consent(Record):
    """Whose consent an action needs."""

    of: Names | None = key(
        "The nations that are asked; when absent, those that the order concerns", default=None, min_length=1
    )
    at_least: int | None = key("How many of them must consent; all when absent", default=None, ge=1)


class Rule(Record):
    """What it takes to take an action."""

    consent: Consent | None = key("Whose consent it needs; nobody's when absent", default=None)
    people: int = key("How many posts must take part, whoever decides included", "1", 1, ge=1, le=10)
    when: Words = key("Conditions that must hold", default=())
    after: Words = key("Actions that must have been taken before, about the same thing", default=())
    deadline_s: float = key("Time from proposal to expiry", "s", 300.0, gt=0.0, le=LONGEST_S)
    escalate_s: float | None = key(
        "Time from proposal after which another post may decide too", "s", None, gt=0.0
    )
    escalate_to: Name | None = key("That post", default=None)


class Delegation(Record):
    """Authority that a post hands to another for a time."""

    from_: Name = key("Post that delegates", alias="from")
    to: Name = key("Post that may then act as if it were the first")
    actions: Words = key("For which actions", min_length=1)
    from_s: Seconds = key("When it begins, after the start of the exercise", "s", 0.0)
    to_s: Seconds = key("When it expires", "s")


class Organisation(Record):
    """Kizuna organisation: nations, headquarters and posts, and the authority of each."""

    organisation: Name = key("Name of the organisation")
    title: Text = key("What it is, in a few words")
    notional: Text = key("A sentence that says what in it is notional")
    nations: Names = key("The nations", min_length=1)
    headquarters: Annotated[tuple[Headquarters, ...], Strict(False)] = key(
        "The places of command", min_length=1
    )
    units: Annotated[tuple[Unit, ...], Strict(False)] = key("The forces", default=())
    posts: Annotated[tuple[Post, ...], Strict(False)] = key("Who decides", min_length=1)
    relationships: Annotated[tuple[Relationship, ...], Strict(False)] = key("Who commands whom", default=())
    links: Annotated[tuple[Annotated[Names, Field(min_length=2, max_length=2)], ...], Strict(False)] = key(
        "Pairs of nodes that reach each other", default=()
    )
    conditions: dict[Word, Text] = key("Own conditions, by name: expressions in Cedar", default={})
    actions: dict[Word, Rule] = key(
        "What it takes to take each action; own actions are added here", default={}
    )
    authority: dict[Word, dict[Name, Role]] = key(
        "The matrix of actions and posts: decide, consent or propose", min_length=1
    )
    delegations: Annotated[tuple[Delegation, ...], Strict(False)] = key("Authority handed over", default=())
    policies: Text | None = key("File of further Cedar policies, relative to this one", default=None)
