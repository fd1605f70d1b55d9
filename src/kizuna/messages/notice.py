"""Notices: what one node says to others in words, for all to whom it is addressed to read."""

from dataclasses import dataclass

from kizuna.messages.columns import Labels, Table, count, label, number
from kizuna.shapes import FloatN, IntN

NOTICES = ("words", "reservation", "launch", "incident", "check", "received")
"""Words; an airspace reservation; a launch; an incident; a test of the line; and that one was received."""


@dataclass(frozen=True, slots=True, eq=False)
class Notices(Table):
    """Notices, in any order.

    `originator` is the node that says it and `notice` its number there. `area` is the name of the area that
    it is about, from `south_deg` to `north_deg` and from `west_deg` eastwards to `east_deg`; null when it is
    about none. `releasable_to` lists the nations to which it is addressed. It asks to be acknowledged by the
    time `answer_by`; null when it doesn't. One of the kind `received` acknowledges the notice of its own
    number that the node `answers` has said. `kind` is null for words.
    """

    time: FloatN = number("s since 1970-01-01 UTC", low=0.0, high=1e10)
    originator: Labels = label()
    notice: IntN = count()
    text: Labels = label()
    area: Labels = label(nullable=True)
    south_deg: FloatN = number("deg", nullable=True, low=-90.0, high=90.0)
    north_deg: FloatN = number("deg", nullable=True, low=-90.0, high=90.0)
    west_deg: FloatN = number("deg", nullable=True, low=-180.0, high=180.0)
    east_deg: FloatN = number("deg", nullable=True, low=-180.0, high=180.0)
    marking: Labels = label(nullable=True)
    releasable_to: Labels = label(nullable=True)
    kind: Labels = label(nullable=True, choices=NOTICES)
    answer_by: FloatN = number("s since 1970-01-01 UTC", nullable=True, low=0.0, high=1e10)
    answers: Labels = label(nullable=True)
