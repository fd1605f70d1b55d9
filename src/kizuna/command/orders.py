"""The life of an order: its states, the steps between them, and what a step does that comes twice or late."""

from dataclasses import dataclass, field
from typing import Final, Literal

from kizuna.command.authority import Picture
from kizuna.command.organisation import Rule

State = Literal[
    "drafted",
    "proposed",
    "consented",
    "issued",
    "acknowledged",
    "executing",
    "done",
    "failed",
    "cancelled",
    "expired",
]
Step = Literal[
    "draft",
    "propose",
    "consent",
    "refuse",
    "issue",
    "acknowledge",
    "begin",
    "finish",
    "fail",
    "withdraw",
    "cancel",
    "expire",
]

STEPS: Final[dict[tuple[State | None, Step], State]] = {
    (None, "draft"): "drafted",
    ("drafted", "propose"): "proposed",
    ("proposed", "consent"): "consented",
    ("proposed", "issue"): "issued",
    ("consented", "issue"): "issued",
    ("issued", "acknowledge"): "acknowledged",
    ("acknowledged", "begin"): "executing",
    ("executing", "finish"): "done",
    ("issued", "fail"): "failed",
    ("acknowledged", "fail"): "failed",
    ("executing", "fail"): "failed",
    ("proposed", "refuse"): "cancelled",
    ("drafted", "withdraw"): "cancelled",
    ("proposed", "withdraw"): "cancelled",
    ("consented", "withdraw"): "cancelled",
    ("issued", "cancel"): "cancelled",
    ("acknowledged", "cancel"): "cancelled",
    ("executing", "cancel"): "cancelled",
    ("drafted", "expire"): "expired",
    ("proposed", "expire"): "expired",
    ("consented", "expire"): "expired",
    ("issued", "expire"): "expired",
}
"""Which step leads from which state to which; None is before the order is there.

A consent leads on when it is the last one needed, a refusal when no sufficient number can consent any more.
The proposer consents by proposing and whoever decides by deciding, so that an order may be issued when only
that is lacking.
"""

FINAL: Final = ("done", "failed", "cancelled", "expired")
TAKEN: Final = ("issued", "acknowledged", "executing", "done")
"""States in which the action counts as taken."""


@dataclass(slots=True)
class Order:
    """One order and how far it has come.

    Parameters
    ----------
    name
        Its name, which no other order has.
    action
        What it does.
    about
        What it is about: a track, an area, a defender.
    concerned
        Nations that it concerns.
    picture
        What is known of the thing that it is about.
    """

    name: str
    action: str
    about: str
    concerned: tuple[str, ...]
    picture: Picture = field(default_factory=Picture)
    state: State = "drafted"
    drafted_s: float = 0.0
    proposed_s: float | None = None
    answers: dict[str, bool] = field(default_factory=dict)
    """Posts that have consented (true) or refused."""
    nations: dict[str, str] = field(default_factory=dict)
    """Nation of each post that has answered."""
    decided_by: str | None = None
    steps: list[tuple[float, Step, str]] = field(default_factory=list)
    """What was done: when, what and by whom."""

    @property
    def begun_s(self) -> float:
        """When it was proposed, or drafted while it isn't yet: its deadline counts from here."""
        return self.drafted_s if self.proposed_s is None else self.proposed_s

    def consenting(self, rule: Rule, more: str | None = None) -> int:
        """How many of the nations asked have consented, that of one more post included."""
        found = {self.nations[post] for post, answer in self.answers.items() if answer}
        found |= {more} if more is not None else set()
        return len(found.intersection(rule.nations(self.concerned)))

    def people(self, more: str | None = None) -> int:
        """How many posts take part: those that have consented, and one more."""
        found = {post for post, answer in self.answers.items() if answer}
        return len(found | ({more} if more is not None else set()))

    def is_refused(self, rule: Rule) -> bool:
        """Whether so many nations have refused that the rest is not enough."""
        asked = rule.nations(self.concerned)
        against = {self.nations[post] for post, answer in self.answers.items() if not answer}
        against -= {self.nations[post] for post, answer in self.answers.items() if answer}
        return len(asked) - len(against.intersection(asked)) < rule.needed(self.concerned)
