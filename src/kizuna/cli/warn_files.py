"""Areas of impact read from GeoJSON, and the warning of them written."""

import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from kizuna.errors import InputError
from kizuna.files import not_there
from kizuna.gateways.cap.alert import references_of, write
from kizuna.gateways.cap.impacts import LANGUAGES, Impact, warning
from kizuna.geo.time import format_utc, parse_utc

_EXPECTED: Final = "areas of impact, as `kizuna track --impacts` writes"
_NUMBERS: Final = ("sigma_s", "probability", "lat_deg", "lon_deg", "semi_major_m", "semi_minor_m")


def write_warning(
    source: Path,
    out: Path,
    languages: Sequence[str],
    sender: str,
    after: Path | None,
    cancel: bool,
    at: str | None,
) -> str:
    """Write a warning, and give what was written as a sentence.

    Raises
    ------
    InputError
        When a file or an argument is wrong.
    WorkError
        When the warning can't be written.
    """
    for language in languages:
        if language not in LANGUAGES:
            raise InputError("--language", "", f"is {language!r}", f"one of {', '.join(LANGUAGES)}")
    if cancel and after is None:
        raise InputError("--cancel", "", "takes back nothing", "--after EARLIER.xml")
    references = () if after is None else references_of(after)
    impacts, seen_s = _impacts(source)
    sent_s = seen_s if at is None else _time("--at", at)
    words = [source.read_text(encoding="utf-8"), sender, str(cancel), *languages, *references]
    digest = hashlib.blake2b("\x1f".join(words).encode(), digest_size=4).hexdigest()
    name = f"{format_utc(float(round(sent_s))).replace('-', '').replace(':', '')}-{digest}"
    try:
        made = warning(name, sender, sent_s, impacts, languages, references, cancel)
    except ValueError as error:
        raise InputError("--sender", "", str(error), "a name such as warnings@example.org") from None
    write(made, out)
    objects = f"{len(impacts)} object{'' if len(impacts) == 1 else 's'}"
    return f"{made.kind} {name} of {objects} in {' and '.join(languages)}: {out}"


def _impacts(path: Path) -> tuple[list[Impact], float]:
    """The areas of impact in a file, and when the last of them was seen."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise not_there(path, _EXPECTED) from None
    except OSError as error:
        raise InputError(str(path), "", f"can't be read ({error.strerror})", _EXPECTED) from None
    except ValueError:
        raise InputError(str(path), "", "is not JSON", _EXPECTED) from None
    features = held.get("features") if isinstance(held, dict) else None
    if not isinstance(features, list):
        raise InputError(str(path), "", "is no FeatureCollection", _EXPECTED)
    made, seen_s = [], -math.inf
    for number, each in enumerate(features):
        properties = each.get("properties") if isinstance(each, dict) else None
        if not isinstance(properties, dict):
            raise InputError(str(path), f"feature {number}", "has no properties", _EXPECTED)
        if properties.get("area") == "impact":
            impact, time_s = _impact(str(path), f"feature {number}", each, properties)
            made.append(impact)
            seen_s = max(seen_s, time_s)
    if not made:
        raise InputError(str(path), "", "holds no area of impact", _EXPECTED)
    return made, seen_s


def _impact(file: str, place: str, each: dict[str, Any], held: dict[str, Any]) -> tuple[Impact, float]:
    """One area of impact, and when its object was seen."""
    try:
        ring = np.array(each["geometry"]["coordinates"][0], dtype=np.float64)
        numbers = {name: float(held[name]) for name in _NUMBERS}
        times_s = [parse_utc(held[name]) for name in ("utc", "seen_utc")]
        name = str(held["track"])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        raise InputError(file, place, "is not what describes an area of impact", _EXPECTED) from None
    closed = ring.ndim == 2 and ring.shape[1] == 2 and len(ring) > 3 and (ring[0] == ring[-1]).all()
    if not closed or not np.isfinite([*ring.ravel(), *numbers.values()]).all():
        raise InputError(file, place, "is no closed ring", _EXPECTED)
    return Impact(name=name, time_s=times_s[0], ring=ring, **numbers), times_s[1]


def _time(option: str, text: str) -> float:
    """A time of an option."""
    try:
        return parse_utc(text)
    except ValueError as error:
        raise InputError(
            option, "", str(error).split(";")[0], "a time such as 2030-06-01T00:20:00Z"
        ) from None
