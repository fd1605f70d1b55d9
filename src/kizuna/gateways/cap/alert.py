"""Messages of the Common Alerting Protocol 1.2 as records, and as XML."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from kizuna.errors import InputError
from kizuna.files import not_there, write_text
from kizuna.geo.time import format_utc, parse_utc

MsgType = Literal["Alert", "Update", "Cancel", "Ack"]
Scope = Literal["Public", "Restricted", "Private"]
Category = Literal["Safety", "Security", "Transport", "Other"]
Response = Literal["Shelter", "Avoid", "Monitor", "AllClear", "None"]
Urgency = Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
Certainty = Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]

STATUS: Final = "Exercise"
"""All that Kizuna says is said in an exercise: a message of another status is not written."""
_SPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
_NAME: Final = re.compile(r"[^\s,<&]+")
"""Identifiers and senders: no white space, comma, < or & (section 3.2.1)."""
_FEWEST: Final = 4
"""Points of a polygon, the first again at the end included."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the ground.

    Parameters
    ----------
    words
        Where it is, in words.
    polygons
        Each a ring of latitudes and longitudes in degrees, the first point again at the end.
    circles
        Latitude and longitude of the middle in degrees, and radius in m.
    """

    words: str
    polygons: tuple[tuple[tuple[float, float], ...], ...] = ()
    circles: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Info:
    """What a message says in one language; times are seconds since 1970-01-01 UTC."""

    language: str
    category: Category
    event: str
    response: Response
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    headline: str
    description: str
    instruction: str = ""
    onset_s: float | None = None
    expires_s: float | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """One message.

    Parameters
    ----------
    identifier, sender
        Its name, which the sender gives to no other, and the sender's.
    sent_s
        When it was sent, s since 1970-01-01 UTC.
    kind
        A first alert, or what it does to those of its references.
    infos
        What it says, once for each language and thing.
    scope
        For whom it is; `addresses` are needed where it is private.
    references
        The earlier messages that it updates, cancels or answers, as `reference` names them.
    note
        For an acknowledgement or a cancellation: why.
    """

    identifier: str
    sender: str
    sent_s: float
    kind: MsgType
    infos: tuple[Info, ...] = ()
    scope: Scope = "Public"
    addresses: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what the standard forbids and its schema doesn't see, with ValueError."""
        for name in (self.identifier, self.sender):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} names nothing: white space, commas, < and & may not be in it")
        if (self.scope == "Private") != bool(self.addresses):
            raise ValueError("a private message has addresses, and no other has any")
        if (self.kind == "Alert") == bool(self.references):
            raise ValueError("a first alert refers to no other message, and every other message to one")

    @property
    def reference(self) -> str:
        """How later messages refer to this one."""
        return f"{self.sender},{self.identifier},{moment(self.sent_s)}"


def moment(time_s: float) -> str:
    """A time as the standard wants it (section 3.3.2): whole seconds, and UTC as -00:00 and not Z."""
    return f"{format_utc(float(round(time_s))).removesuffix('Z')}-00:00"


def xml_of(alert: Alert) -> str:
    """A message as XML; ValueError when a ring isn't closed."""
    root = ET.Element("alert", xmlns=_SPACE)
    _put(root, "identifier", alert.identifier)
    _put(root, "sender", alert.sender)
    _put(root, "sent", moment(alert.sent_s))
    _put(root, "status", STATUS)
    _put(root, "msgType", alert.kind)
    _put(root, "scope", alert.scope)
    _put(root, "addresses", " ".join(alert.addresses))
    _put(root, "note", alert.note)
    _put(root, "references", " ".join(alert.references))
    for info in alert.infos:
        _put_info(ET.SubElement(root, "info"), info, alert.sender)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def write(alert: Alert, path: Path | str) -> None:
    """Write a message into a file.

    Raises
    ------
    WorkError
        When the file can't be written.
    """
    write_text(path, xml_of(alert))


def references_of(path: Path | str) -> tuple[str, ...]:
    """The messages that one which follows a message in a file must refer to: those before it, and itself.

    Raises
    ------
    InputError
        When the file holds no such message.
    """
    expected = "a message of CAP 1.2"
    try:
        text = Path(path).read_bytes()
    except FileNotFoundError:
        raise not_there(path, expected) from None
    except OSError as error:
        raise InputError(str(path), "", f"can't be read ({error.strerror})", expected) from None
    try:
        # Expat loads nothing from elsewhere, and refuses entities that grow beyond measure.
        root = ET.fromstring(text)  # noqa: S314
    except ET.ParseError as error:
        raise InputError(str(path), f"line {error.position[0]}", "is no XML", expected) from None
    if root.tag != f"{{{_SPACE}}}alert":
        raise InputError(str(path), "", "holds no alert", expected)
    names = ("sender", "identifier", "sent")
    held = {name: root.findtext(f"{{{_SPACE}}}{name}", "").strip() for name in names}
    for name, text_ in held.items():
        if not _NAME.fullmatch(text_):
            raise InputError(str(path), name, f"is {text_!r}", expected)
    try:
        parse_utc(held["sent"])
    except ValueError as error:
        raise InputError(str(path), "sent", str(error), expected) from None
    before = root.findtext(f"{{{_SPACE}}}references", "").split()
    return (*before, ",".join(held.values()))


def _put(parent: ET.Element, name: str, text: str) -> None:
    """Add an element, unless it has nothing to say."""
    if text:
        ET.SubElement(parent, name).text = text


def _put_info(element: ET.Element, info: Info, sender: str) -> None:
    """What is said in one language, in the order of the schema."""
    _put(element, "language", info.language)
    _put(element, "category", info.category)
    _put(element, "event", info.event)
    _put(element, "responseType", info.response)
    _put(element, "urgency", info.urgency)
    _put(element, "severity", info.severity)
    _put(element, "certainty", info.certainty)
    _put(element, "onset", "" if info.onset_s is None else moment(info.onset_s))
    _put(element, "expires", "" if info.expires_s is None else moment(info.expires_s))
    _put(element, "senderName", sender)
    _put(element, "headline", info.headline)
    _put(element, "description", info.description)
    _put(element, "instruction", info.instruction)
    for name, value in info.parameters:
        parameter = ET.SubElement(element, "parameter")
        _put(parameter, "valueName", name)
        _put(parameter, "value", value)
    for area in info.areas:
        placed = ET.SubElement(element, "area")
        _put(placed, "areaDesc", area.words)
        for ring in area.polygons:
            if len(ring) < _FEWEST or ring[0] != ring[-1]:
                raise ValueError("a polygon has 4 points or more, and ends where it begins")
            _put(placed, "polygon", " ".join(f"{lat_deg:.5f},{lon_deg:.5f}" for lat_deg, lon_deg in ring))
        for lat_deg, lon_deg, radius_m in area.circles:
            _put(placed, "circle", f"{lat_deg:.5f},{lon_deg:.5f} {radius_m / 1000.0:.3f}")
