"""Read an organisation file, and refuse what is wrong in it with one sentence."""

from pathlib import Path

from kizuna.command import form as asked
from kizuna.command.authority import Authority
from kizuna.command.form_check import actions_of, carried, check_form
from kizuna.command.organisation import (
    Delegation,
    Headquarters,
    Organisation,
    Post,
    Relationship,
    Rule,
)
from kizuna.errors import InputError
from kizuna.forms.read import refuse, validated
from kizuna.forms.schema import Schema, schema_of
from kizuna.forms.yaml import load


def authority_of(path: Path | str) -> Authority:
    """The organisation in a file, with its policies.

    Raises
    ------
    InputError
        With the file, the line, the key, what is there and what was expected; for the first flaw in the file.
    """
    file, folder = str(path), Path(path).parent
    data, lines = load(path)
    read = validated(asked.Organisation, data, lines, file)
    refuse(check_form(read, folder), lines, file)
    return Authority(_organisation(read, folder), file)


def organisation_schema() -> Schema:
    """JSON Schema (draft 2020-12) of organisation files."""
    return schema_of(asked.Organisation)


def _organisation(read: asked.Organisation, folder: Path) -> Organisation:
    file = "" if read.policies is None else str(folder / read.policies)
    return Organisation(
        name=read.organisation,
        title=read.title,
        nations=read.nations,
        headquarters={
            each.headquarters: Headquarters(each.headquarters, each.node, each.nation)
            for each in read.headquarters
        },
        units={unit.unit: unit.headquarters for unit in read.units},
        posts={
            post.post: Post(
                post.post,
                post.nation,
                post.headquarters,
                post.successors,
                post.decides_s,
                post.spread,
                post.slower,
            )
            for post in read.posts
        },
        relationships=tuple(
            Relationship(
                each.of,
                each.over,
                frozenset(carried(each.kind, read) if each.actions is None else each.actions),
                each.from_s,
                each.to_s,
            )
            for each in read.relationships
        ),
        links=frozenset(frozenset(pair) for pair in read.links),
        rules={action: _rule(read.actions.get(action, asked.Rule())) for action in actions_of(read)},
        authority=read.authority,
        delegations=tuple(
            Delegation(each.from_, each.to, frozenset(each.actions), each.from_s, each.to_s)
            for each in read.delegations
        ),
        conditions=read.conditions,
        policies=_text(file) if file else "",
        policies_file=file,
    )


def _rule(rule: asked.Rule) -> Rule:
    consent = rule.consent
    return Rule(
        asked=None if consent is None else consent.of,
        at_least=0 if consent is None else consent.at_least,
        people=rule.people,
        when=rule.when,
        after=rule.after,
        deadline_s=rule.deadline_s,
        escalate_s=rule.escalate_s,
        escalate_to=rule.escalate_to,
    )


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(file, "", f"can't be read ({error})", "Cedar policies in UTF-8") from None
