"""The matrix of actions and posts as Cedar policies, and Cedar's answers as words."""

import json
import re
from typing import Any, Final

import cedarpy

from kizuna.command.organisation import Organisation, Rule
from kizuna.errors import InputError
from kizuna.forms.cedar import plain, statements

CONDITIONS: Final = {
    "confirmed_by_two_nations": "context.picture.confirming >= 2",
    "inside_zone": "context.picture.inside",
}
"""Conditions that there are without being written in a file."""

_CONTEXT: Final = """{
  step: String, by: String, stands_in: Bool, escalated: Bool, commands: Bool, concerned: Bool, voice: Bool,
  consenting: Long, asked: Long, people: Long, time_s: Long, nations: Set<String>,
  picture: { confirming: Long, inside: Bool, identity: String, kind: String }
}"""


def policies_of(organisation: Organisation) -> str:
    """All policies of an organisation: those of its matrix, then its own, as Cedar text."""
    made = [
        _permit(cell_name(action, post, role), organisation, action, post, _may(role, rule, organisation))
        for action, row in organisation.authority.items()
        for post, role in row.items()
        for rule in (organisation.rules[action],)
    ]
    made += [
        _permit(
            late_name(action, rule.escalate_to),
            organisation,
            action,
            rule.escalate_to,
            f'context.step == "issue" && context.escalated && {_met(rule, organisation)}',
        )
        for action, rule in organisation.rules.items()
        if rule.escalate_to is not None and action in organisation.authority
    ]
    made.append(
        '@id("whom it concerns carries it out")\npermit (principal, action, resource)\n'
        'when { ["acknowledge", "begin", "finish", "fail"].contains(context.step) && context.concerned };\n'
    )
    return "\n".join([*made, organisation.policies])


def schema_of(organisation: Organisation) -> str:
    """Cedar's schema of what policies may ask."""
    actions = ", ".join(json.dumps(action) for action in organisation.rules)
    applies = f"principal: [Post], resource: [Order], context: {_CONTEXT}"
    return f"entity Post; entity Order; action {actions} appliesTo {{ {applies} }};"


def conditions_of(organisation: Organisation) -> dict[str, str]:
    """Cedar expression of each condition."""
    return {**CONDITIONS, **organisation.conditions}


def parsed(organisation: Organisation, file: str) -> tuple[cedarpy.PolicySet, dict[str, str]]:
    """The policies ready to be asked, and their names by Cedar's own.

    Raises
    ------
    InputError
        When a condition or the further policies are not Cedar, or ask for what no order has.
    """
    _check_conditions(organisation, file)
    _check_own(organisation)
    text = policies_of(organisation)
    held: dict[str, Any] = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
    names = {key: policy["annotations"]["id"] for key, policy in held.items()}
    for policy, problem in _flaws(text, organisation):
        place = f"policy {names.get(policy, policy)}"
        raise InputError(organisation.policies_file or file, place, problem, "what an order has")
    return cedarpy.PolicySet.from_str(text), names


def cell_name(action: str, post: str, role: str) -> str:
    """Name of the policy of one cell of the matrix."""
    return f"{action}: {post} {role}s"


def late_name(action: str, post: str) -> str:
    """Name of the policy by which a post decides what others haven't in time."""
    return f"{action}: {post} decides when it is late"


def _permit(name: str, organisation: Organisation, action: str, post: str, may: str) -> str:
    """A policy that lets a post, and who acts for it, do something."""
    acts = [f"context.by == {json.dumps(post)}", "context.stands_in"]
    acts += [
        f"(context.by == {json.dumps(each.to)} && context.time_s >= {round(each.from_s)} "
        f"&& context.time_s < {round(each.to_s)})"
        for each in organisation.delegations
        if each.giver == post and action in each.actions
    ]
    return (
        f"@id({json.dumps(name)})\n"
        f'permit (principal == Post::{json.dumps(post)}, action == Action::"{action}", resource)\n'
        f"when {{ {' || '.join(acts)} }}\nwhen {{ {may} }};\n"
    )


def _may(role: str, rule: Rule, organisation: Organisation) -> str:
    """What a role may do, as a Cedar expression."""
    may = '["draft", "propose", "withdraw"].contains(context.step)'
    if role in ("consent", "decide"):
        may += ' || (["consent", "refuse"].contains(context.step) && context.voice)'
    if role == "decide":
        may += ' || (context.step == "cancel" && context.commands)'
        may += f' || (context.step == "issue" && {_met(rule, organisation)})'
    return may


def _met(rule: Rule, organisation: Organisation) -> str:
    """What must hold when an order is issued, as a Cedar expression."""
    parts = ["context.commands"]
    if rule.at_least is None:
        parts.append("context.consenting >= context.asked")
    elif rule.at_least:
        parts.append(f"context.consenting >= {rule.at_least}")
    if rule.people > 1:
        parts.append(f"context.people >= {rule.people}")
    parts += [f"({conditions_of(organisation)[name]})" for name in rule.when]
    return " && ".join(parts)


def _check_conditions(organisation: Organisation, file: str) -> None:
    for name, expression in organisation.conditions.items():
        place = f"key conditions.{name}"
        text = f'@id("{name}")\npermit (principal, action, resource) when {{ {expression} }};'
        try:
            cedarpy.policies_to_json_str(text)
        except ValueError as error:
            problem = f"is no expression in Cedar ({plain(error)})"
            raise InputError(file, place, problem, "such as context.picture.confirming >= 2") from None
        for _, problem in _flaws(text, organisation):
            raise InputError(file, place, problem, "what an order has, such as context.picture.confirming")


def _check_own(organisation: Organisation) -> None:
    """Whether each of the further policies is one, and has a name."""
    for line, text in statements(organisation.policies):
        file, place = organisation.policies_file, f"line {line}"
        try:
            held = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
        except ValueError as error:
            problem = f"is not Cedar ({plain(error)})"
            raise InputError(
                file, place, problem, "permit or forbid (principal, action, resource);"
            ) from None
        for policy in held.values():
            if "id" not in policy.get("annotations", {}):
                raise InputError(file, place, "the policy has no name", '@id("a-name") before it')


def _flaws(text: str, organisation: Organisation) -> list[tuple[str, str]]:
    """What policies ask for that no order has, by Cedar's names, always in the same order."""
    found = cedarpy.validate_policies(text, schema_of(organisation)).errors
    # Cedar says it once for each action, in an order that changes.
    told = re.compile(r'^for policy `\w+`, | for Action::"\w+"| in context')
    return sorted({(str(flaw.policy_id), told.sub("", plain(flaw.error))) for flaw in found})
