"""What falls, as warnings to the public: where and when, how urgent and how sure, in several languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.gateways.cap.alert import Alert, Area, Certainty, Info, MsgType, Severity, Urgency
from kizuna.geo.time import format_utc
from kizuna.shapes import Float

SOON_S: Final = 900.0
"""Up to a quarter of an hour before, act at once; the standard leaves this time to the sender (notional)."""
LATER_S: Final = 3_600.0
"""Within the next hour the event is expected (section 3.2.2, urgency)."""
DENSE_PER_KM2: Final = 1e-3
"""From so much probability per km² on a warning is of extreme and not of severe danger (notional)."""
_UNLIKELY: Final = 0.05
_LIKELY: Final = 0.5
"""Likely is above one half, and unlikely close to none (section 3.2.2, certainty)."""
_LATE: Final = 3.0
_EARLY: Final = 2.0
"""Standard deviations of the time from the expected one to the end and the begin of the danger."""
_AFTER_S: Final = 300.0
"""A warning holds for so long after the latest time at which the object may come down (notional)."""


@dataclass(frozen=True, slots=True, eq=False)
class Impact:
    """Where and when something will come down.

    Parameters
    ----------
    name
        Its name: the track.
    time_s, sigma_s
        When, s since 1970-01-01 UTC, and the standard deviation of that, s.
    lat_deg, lon_deg
        The middle of the area.
    semi_major_m, semi_minor_m
        Its half-axes.
    probability
        That it comes down in the area.
    ring
        The area's edge, (P, 2): longitude and latitude in degrees, the first point again at the end.
    """

    name: str
    time_s: float
    sigma_s: float
    lat_deg: float
    lon_deg: float
    semi_major_m: float
    semi_minor_m: float
    probability: float
    ring: Float

    @property
    def begins_s(self) -> float:
        """From when on it may come down."""
        return self.time_s - _EARLY * self.sigma_s

    @property
    def ends_s(self) -> float:
        """Until when a warning of it holds."""
        return self.time_s + _LATE * self.sigma_s + _AFTER_S

    @property
    def area_km2(self) -> float:
        """How large the area is."""
        return float(np.pi * self.semi_major_m * self.semi_minor_m / 1e6)


def warning(
    identifier: str,
    sender: str,
    sent_s: float,
    impacts: Sequence[Impact],
    languages: Sequence[str] = ("en",),
    references: tuple[str, ...] = (),
    cancelled: bool = False,
) -> Alert:
    """A warning of what falls: a first one, or one that updates or cancels those of its references.

    Parameters
    ----------
    identifier, sender, sent_s, references
        As of an `Alert`.
    impacts
        What falls where and when.
    languages
        Some of `LANGUAGES`.
    cancelled
        Whether it takes back what was said before.
    """
    kind: MsgType = "Cancel" if cancelled else "Update" if references else "Alert"
    infos = tuple(_info(impact, sent_s, language, cancelled) for language in languages for impact in impacts)
    note = "The object does not come down there." if cancelled else ""
    return Alert(identifier, sender, sent_s, kind, infos, references=references, note=note)


def urgency(impact: Impact, sent_s: float) -> Urgency:
    """How soon to act, by the earliest time at which it may come down."""
    if impact.ends_s <= sent_s:
        return "Past"
    left_s = impact.begins_s - sent_s
    return "Immediate" if left_s <= SOON_S else "Expected" if left_s <= LATER_S else "Future"


def certainty(impact: Impact) -> Certainty:
    """How sure it is that it comes down in the area."""
    if impact.probability <= _UNLIKELY:
        return "Unlikely"
    return "Likely" if impact.probability > _LIKELY else "Possible"


def severity(impact: Impact) -> Severity:
    """How dangerous it is to be in the area, by the probability per area."""
    if impact.probability <= _UNLIKELY:
        return "Minor"
    return "Extreme" if impact.probability >= DENSE_PER_KM2 * impact.area_km2 else "Severe"


def _info(impact: Impact, sent_s: float, language: str, cancelled: bool) -> Info:
    """What a warning says of one object in one language."""
    said = LANGUAGES[language]
    told = {
        "clock": format_utc(60.0 * round(impact.time_s / 60.0))[11:16],
        "until": format_utc(60.0 * np.ceil(impact.ends_s / 60.0))[11:16],
        "spread": f"{2.0 * impact.sigma_s:.0f}",
        "place": _place(impact.lat_deg, impact.lon_deg, said),
        "percent": f"{100.0 * impact.probability:.0f}",
        "size": f"{2e-3 * impact.semi_major_m:.0f} × {2e-3 * impact.semi_minor_m:.0f} km",
    }
    headline, description, instruction = said["cancel" if cancelled else "warn"].format(**told).split("\n")
    return Info(
        language=language,
        category="Safety",
        event=said["event"],
        response="AllClear" if cancelled else "Shelter",
        urgency="Past" if cancelled else urgency(impact, sent_s),
        severity="Minor" if cancelled else severity(impact),
        certainty="Unlikely" if cancelled else certainty(impact),
        headline=headline,
        description=description,
        instruction=instruction,
        onset_s=max(impact.begins_s, sent_s),
        expires_s=max(impact.ends_s, sent_s),
        parameters=(
            ("track", impact.name),
            ("probability", f"{impact.probability:g}"),
            ("sigma_s", f"{impact.sigma_s:.1f}"),
        ),
        areas=(_area(impact, said["area"].format(**told)),),
    )


def _area(impact: Impact, words: str) -> Area:
    """The ellipse; across 180°, where readers of rings don't agree, the circle around it."""
    if np.abs(impact.ring[:, 0]).max() > 180.0:
        lon_deg = (impact.lon_deg + 180.0) % 360.0 - 180.0
        return Area(words, circles=((impact.lat_deg, lon_deg, impact.semi_major_m),))
    return Area(words, polygons=(tuple((float(lat), float(lon)) for lon, lat in impact.ring),))


def _place(lat_deg: float, lon_deg: float, said: dict[str, str]) -> str:
    """A place in words."""
    lon_deg = (lon_deg + 180.0) % 360.0 - 180.0
    north, east = said["north" if lat_deg >= 0.0 else "south"], said["east" if lon_deg >= 0.0 else "west"]
    return said["place"].format(lat=f"{abs(lat_deg):.2f}", north=north, lon=f"{abs(lon_deg):.2f}", east=east)


LANGUAGES: Final = {
    "en": {
        "event": "Falling object",
        "warn": "EXERCISE. Falling object: impact expected at about {clock} UTC near {place}\n"
        "An object is falling freely. It is expected to reach the ground near {place} at about {clock} UTC, "
        "within {spread} s of it. It will come down within the area shown, {size}, with a probability of "
        "{percent} %.\n"
        "Go indoors, stay away from windows, and remain there until {until} UTC or until the warning is "
        "cancelled.",
        "cancel": "EXERCISE. Cancelled: falling object near {place}\n"
        "The object is no longer expected to come down in the area of the earlier warning.\n"
        "You need not shelter any longer because of it.",
        "area": "Ellipse of {size} around {place}",
        "place": "{lat}° {north}, {lon}° {east}",
        "north": "N",
        "south": "S",
        "east": "E",
        "west": "W",
    },
    "ja": {
        "event": "落下物",
        "warn": "【訓練】落下物:{place}付近に協定世界時{clock}頃落下の見込み\n"
        "物体が落下しています。{place}付近に協定世界時{clock}頃(前後{spread}秒)に落下する見込みです。"
        "図の範囲({size})に落下する確率は{percent}%です。\n"
        "屋内に入り、窓から離れ、協定世界時{until}または警報の解除まで屋内にとどまってください。",
        "cancel": "【訓練】解除:{place}付近の落下物\n"
        "物体が先の警報の範囲に落下する見込みはなくなりました。\n"
        "この警報による屋内退避の必要はありません。",
        "area": "{place}を中心とする楕円({size})",
        "place": "{north}{lat}度{east}{lon}度",
        "north": "北緯",
        "south": "南緯",
        "east": "東経",
        "west": "西経",
    },
}
"""What warnings say, by language (RFC 3066); a line each: headline, description, instruction."""
