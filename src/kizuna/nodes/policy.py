"""One nation's rules of release, written in Cedar: what may go to which nation, and how coarse.

A rule is a Cedar policy with an ``@id``. Nothing is released unless a ``permit`` says so, and a ``forbid``
outdoes every permit. Annotations of a permit make what it grants coarser. What several permits grant adds up:
who may have the place by one rule and the identity by another may have both.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import cedarpy

from kizuna.errors import InputError
from kizuna.forms.cedar import plain, statements

DROPPABLE: Final = ("identity", "kind")
"""What ``@drop`` may name."""

_SCHEMA: Final = """
entity Nation;
entity Record = {
  kind: String, originator: String, object_kind: String, identified: Bool, marking: String, sensor: String,
  areas: Set<String>, age_s: Long
};
action release appliesTo { principal: Nation, resource: Record, context: { phase: String } };
"""
_ACTION: Final = {"type": "Action", "id": "release"}


class Record(NamedTuple):
    """A class of records: all that a rule may ask of one. Records of one class share their fate.

    What None stands for, records of this kind don't have. A rule that asks for it fails, and then nothing is
    released: no one can say that a radar's plot lies outside an area.
    """

    kind: str
    """``detections``, ``tracks`` or ``notices``."""
    originator: str
    """Nation that it comes from."""
    object_kind: str | None = "unknown"
    identified: bool | None = False
    """Whether the object has said who it is."""
    marking: str = ""
    sensor: str | None = None
    """Name of the sensor, of detections."""
    areas: tuple[str, ...] | None = ()
    """Names of the areas that it lies in, in order."""
    age_s: int = 0
    """Whole seconds since the time that it is about."""


@dataclass(frozen=True, slots=True)
class Grant:
    """How a record may be released: rounded, without some of its words, later.

    Parameters
    ----------
    round_m
        Places are rounded to a grid of this size, m; 0 for not at all.
    drop
        Which of `DROPPABLE` are left out.
    delay_s
        How old it must be, s.
    """

    round_m: float = 0.0
    drop: frozenset[str] = frozenset()
    delay_s: float = 0.0

    def __or__(self, other: "Grant") -> "Grant":
        """What two grants allow together."""
        return Grant(
            min(self.round_m, other.round_m), self.drop & other.drop, min(self.delay_s, other.delay_s)
        )

    def covers(self, other: "Grant") -> bool:
        """Whether whoever has this grant may have what is released under the other."""
        # Of two grids, neither tells the other: their cells overlap.
        fine = self.round_m in (0.0, other.round_m)
        return fine and self.drop <= other.drop and self.delay_s <= other.delay_s


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one class of records for one nation, and by which rules."""

    grant: Grant | None
    """How it may go; None when it may not."""
    rules: tuple[str, ...]
    """The permits that let it through, or the forbids that stopped it; none when nothing permits it."""
    errors: tuple[str, ...] = ()
    """What Cedar could not evaluate; then nothing is released."""


class Policies:
    """The rules of one nation.

    Parameters
    ----------
    text
        Cedar policies.
    file
        What to call the text in errors.

    Raises
    ------
    InputError
        When the text is not Cedar, asks for what no record has, or has an annotation that isn't understood.
    """

    def __init__(self, text: str, file: str) -> None:
        self._rules: dict[str, _Rule] = {}
        for line, source in statements(text):
            rule = _parsed(file, line, source)
            if rule.name in self._rules:
                first = self._rules[rule.name].line
                problem = f"there is a rule of this name already (line {first})"
                raise InputError(file, rule.place, problem, "an @id of its own for each rule")
            self._rules[rule.name] = rule
        self._set = cedarpy.PolicySet.from_str(text)
        self._by_key = {f"policy{number}": rule for number, rule in enumerate(self._rules.values())}
        self._asked = "\n".join(rule.parsed for rule in self._rules.values())

    @classmethod
    def read(cls, path: Path) -> "Policies":
        """The rules in a file; InputError as for the text, and when the file can't be read."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(str(path), "", f"can't be read ({error})", "Cedar policies in UTF-8") from None
        return cls(text, str(path))

    def asks(self, attribute: str) -> bool:
        """Whether any rule asks for an attribute of a record; if none does, it makes no difference."""
        return f'"attr":"{attribute}"' in self._asked

    def decide(self, to: str, record: Record, phase: str = "") -> Decision:
        """Whether a class of records may go to a nation in a phase of the exercise, and how."""
        answer = cedarpy.is_authorized(_request(to, phase), self._set, [_entity(record)])
        applying = [self._by_key[key] for key in answer.diagnostics.reasons]
        rules = tuple(sorted(rule.name for rule in applying))
        errors = tuple(self._told(str(error)) for error in answer.diagnostics.errors)
        # Cedar passes over a forbid that fails; here nothing is released then.
        if errors or not answer.allowed:
            return Decision(None, rules if not answer.allowed else (), errors)
        whole = applying[0].grant
        for rule in applying[1:]:
            whole = whole | rule.grant
        return Decision(whole, rules)

    def applying(self, to: str, record: Record, phase: str = "") -> dict[str, bool]:
        """For each rule, whether it applies to a class of records and a nation by itself."""
        made = {}
        for name, rule in self._rules.items():
            # Alone, a forbid that applies and a permit that doesn't both deny: the reasons tell.
            alone = cedarpy.is_authorized(_request(to, phase), rule.source, [_entity(record)])
            made[name] = bool(alone.diagnostics.reasons)
        return made

    def line(self, rule: str) -> int:
        """The line in which a rule begins."""
        return self._rules[rule].line

    def _told(self, error: str) -> str:
        """What Cedar says of a rule that failed, by the rule's own name."""
        for key, rule in self._by_key.items():
            error = error.replace(f"`{key}`", rule.name)
        return " ".join(error.split())


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule as it stands in the file."""

    name: str
    line: int
    source: str
    parsed: str
    """As JSON."""
    grant: Grant

    @property
    def place(self) -> str:
        return f"line {self.line}, rule {self.name}"


def _request(to: str, phase: str) -> dict[str, Any]:
    return {
        "principal": {"type": "Nation", "id": to},
        "action": _ACTION,
        "resource": {"type": "Record", "id": "record"},
        "context": {"phase": phase},
    }


def _entity(record: Record) -> dict[str, Any]:
    attributes: dict[str, Any] = {key: value for key, value in record._asdict().items() if value is not None}
    if record.areas is not None:
        attributes["areas"] = list(record.areas)
    return {"uid": {"type": "Record", "id": "record"}, "attrs": attributes, "parents": []}


def _parsed(file: str, line: int, source: str) -> _Rule:
    """One rule, checked; InputError for what it may not be."""
    try:
        policies: dict[str, Any] = json.loads(cedarpy.policies_to_json_str(source))["staticPolicies"]
    except ValueError as error:
        problem = f"the policy that begins here is not Cedar: {plain(error)}"
        raise InputError(file, f"line {line}", problem, "permit (…) or forbid (…), and a semicolon") from None
    if not policies:
        raise InputError(file, f"line {line}", "the policy has a slot to fill in", "a policy without slots")
    [policy] = policies.values()
    notes: dict[str, str] = policy.get("annotations", {})
    name = notes.get("id")
    if not name:
        raise InputError(file, f"line {line}", "the rule has no name", '@id("a-name") before it')
    place = f"line {line}, rule {name}"
    more = sorted(set(notes) - {"id"})
    if policy["effect"] == "forbid" and more:
        problem = f"a forbid has the annotation @{more[0]}"
        raise InputError(file, place, problem, "@id alone: it stops all")
    for flaw in cedarpy.validate_policies(source, _SCHEMA).errors:
        problem = plain(flaw.error).removeprefix(f"for policy `{flaw.policy_id}`, ")
        raise InputError(file, place, problem, f"of a record: {', '.join(Record._fields)}; or context.phase")
    return _Rule(name, line, source, json.dumps(policy, separators=(",", ":")), _grant(file, place, notes))


def _grant(file: str, place: str, annotations: dict[str, str]) -> Grant:
    """What a permit grants, from its annotations."""
    for annotation in annotations:
        if annotation not in ("id", "round_m", "drop", "delay_s"):
            problem = f"the annotation @{annotation} is not known"
            raise InputError(file, place, problem, "@id, @round_m, @drop or @delay_s")
    numbers = {}
    for annotation in ("round_m", "delay_s"):
        written = annotations.get(annotation, "0")
        if not (written.isascii() and written.isdecimal()):
            raise InputError(file, place, f"@{annotation} is {written!r}", "a whole number in quotes")
        numbers[annotation] = float(written)
    drop = frozenset(annotations.get("drop", "").replace(",", " ").split())
    for word in sorted(drop - set(DROPPABLE)):
        raise InputError(file, place, f"@drop names {word!r}", "one of " + ", ".join(DROPPABLE))
    return Grant(numbers["round_m"], drop, numbers["delay_s"])
