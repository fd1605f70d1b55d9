"""Notices between nations in CAP: private messages, and their acknowledgements."""

from collections.abc import Mapping
from typing import Final

from kizuna.gateways.cap.alert import Alert, Area, Category, Info

EVENTS: Final[Mapping[str, tuple[str, Category]]] = {
    "words": ("Notice", "Other"),
    "reservation": ("Airspace reservation", "Transport"),
    "launch": ("Launch notification", "Safety"),
    "incident": ("Incident", "Security"),
    "check": ("Test of the line", "Other"),
}
"""What a notice of each kind is called, and its category."""
_WHOLE: Final = 180.0


def notice(
    identifier: str,
    sender: str,
    sent_s: float,
    kind: str,
    text: str,
    nations: tuple[str, ...],
    area: tuple[str, tuple[float, float], tuple[float, float]] | None = None,
) -> Alert:
    """A notice to some nations.

    Parameters
    ----------
    identifier, sender, sent_s
        As of an `Alert`.
    kind
        One of `EVENTS`.
    text
        What it says.
    nations
        To whom it is addressed.
    area
        Name, southern and northern, western and eastern edge in degrees of what it is about; None for none.
    """
    event, category = EVENTS[kind]
    info = Info(
        language="en",
        category=category,
        event=event,
        response="None",
        urgency="Unknown",
        severity="Unknown",
        certainty="Unknown",
        headline=f"EXERCISE. {event}",
        description=text,
        areas=() if area is None else (_box(*area),),
    )
    return Alert(identifier, sender, sent_s, "Alert", (info,), "Private", nations)


def acknowledgement(
    identifier: str, sender: str, sent_s: float, of: Alert, nations: tuple[str, ...]
) -> Alert:
    """That a notice was received."""
    return Alert(identifier, sender, sent_s, "Ack", (), "Private", nations, (of.reference,), "Received.")


def _box(name: str, lat_deg: tuple[float, float], lon_deg: tuple[float, float]) -> Area:
    """A box as a polygon; one across 180° as two."""
    west, east = lon_deg
    spans = [(west, east)] if west <= east else [(west, _WHOLE), (-_WHOLE, east)]
    south, north = lat_deg
    rings = tuple(
        ((south, left), (south, right), (north, right), (north, left), (south, left)) for left, right in spans
    )
    return Area(name, rings)
