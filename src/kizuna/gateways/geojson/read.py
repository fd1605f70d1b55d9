"""GeoJSON points to tables, and a sentence for what is wrong in them."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import pyarrow as pa

from kizuna.errors import InputError
from kizuna.files import not_there
from kizuna.gateways.geojson.features import MOMENT, POSITION
from kizuna.messages import codec
from kizuna.messages.columns import Column, Table, columns_of

T = TypeVar("T", bound=Table)

_LONGEST_QUOTE: Final = 40
_FILE: Final = "a GeoJSON FeatureCollection of points"
_DEGREES: Final = ("CRS84", "EPSG::4326", "EPSG:4326")
"""How a `crs` member, which RFC 7946 has taken away, says longitude and latitude on WGS-84."""


class GeoJsonFile:
    """A GeoJSON file of points, read and checked for its form.

    Raises
    ------
    InputError
        When the file is not there, is no FeatureCollection, or holds something else than points.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        features = _features(self.path)
        if not features:
            raise InputError(str(path), "", "holds no features", _FILE)
        self._rows = [self._row(number, each) for number, each in enumerate(features)]
        names = dict.fromkeys(name for row in self._rows for name in row)
        names.pop(MOMENT, None)
        self.names = list(names)

    def columns(self, specs: Mapping[str, Column]) -> pa.Table:
        """All columns: those described, with their type; any other as nulls, for its name alone.

        Raises
        ------
        InputError
            With the first feature whose property isn't of the column's type.
        """
        made = {}
        for name in self.names:
            values = [row.get(name) for row in self._rows]
            made[name] = self._column(name, specs[name], values) if name in specs else pa.nulls(len(values))
        return pa.table(made)

    def table(self, kind: type[T], data: pa.Table) -> T:
        """Table of this kind from the columns of this file, checked; its rows are the features.

        Raises
        ------
        InputError
            As `codec.from_arrow`.
        """
        return codec.from_arrow(kind, data, str(self.path))

    def _row(self, number: int, each: Any) -> dict[str, Any]:
        """Properties and position of one feature."""
        if not isinstance(each, dict) or each.get("type") != "Feature":
            self._refuse(number, "is no Feature", 'an object with "type": "Feature"')
        properties, geometry = each.get("properties") or {}, each.get("geometry")
        if not isinstance(properties, dict):
            self._refuse(number, "has properties that are no object", "an object, or null")
        if geometry is None:
            return properties
        shape = geometry.get("type") if isinstance(geometry, dict) else None
        if shape != "Point":
            named = f"is a {shape}" if isinstance(shape, str) else "has a geometry without type"
            self._refuse(number, named, "a Point; `kizuna convert --as points` writes them")
        place = geometry.get("coordinates")
        if not isinstance(place, list) or len(place) not in (2, 3) or not all(map(_is_number, place)):
            self._refuse(
                number,
                f"has the coordinates {_quoted(place)}",
                "longitude, latitude and, if known, height",
            )
        return properties | dict(zip(POSITION, place, strict=False))

    def _column(self, name: str, spec: Column, values: list[Any]) -> pa.Array:
        fits, expected, arrow = {
            "number": (_is_number, "a number", pa.float64()),
            "count": (_is_whole, "a whole number", pa.int64()),
            "label": (_is_text, "text in quotes", pa.string()),
            "vector": (_are_numbers, f"a list of {spec.width} numbers", pa.list_(pa.float64(), spec.width)),
        }[spec.kind]
        for number, value in enumerate(values):
            if value is not None and not (
                fits(value) and (spec.kind != "vector" or len(value) == spec.width)
            ):
                self._refuse(number, f"{_quoted(value)} is there", expected, name)
        if spec.kind == "number":
            # Arrow refuses whole numbers beyond 2^53 where JSON knows but one kind of number.
            values = [None if value is None else float(value) for value in values]
        return pa.array(values, arrow)

    def _refuse(self, number: int, problem: str, expected: str, column: str = "") -> NoReturn:
        place = f"column {column}, feature {number}" if column else f"feature {number}"
        raise InputError(str(self.path), place, problem, expected)


def read(kind: type[T], path: Path | str) -> T:
    """Read a GeoJSON file of points as a table of this kind, checked.

    Raises
    ------
    InputError
        When the file is not there, is no GeoJSON of points, or holds something else than this kind of table.
    """
    file = GeoJsonFile(path)
    return file.table(kind, file.columns(columns_of(kind)))


def _features(path: Path) -> list[Any]:
    """The features of a collection, as JSON has them."""
    file = str(path)
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_no_constant)
    except FileNotFoundError:
        raise not_there(path, "a GeoJSON file") from None
    except IsADirectoryError:
        raise InputError(file, "", "is a folder", "a GeoJSON file") from None
    except UnicodeDecodeError:
        raise InputError(file, "", "is not text in UTF-8", _FILE) from None
    except json.JSONDecodeError as error:
        if not error.doc.strip():
            raise InputError(file, "", "is empty", _FILE) from None
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError(file, place, f"is no JSON, or is cut short ({error.msg})", _FILE) from error
    except (RecursionError, ValueError) as error:
        raise InputError(file, "", f"can't be read ({error})", _FILE) from error
    except OSError as error:
        raise InputError(file, "", f"can't be read ({error.strerror or error})", _FILE) from error
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise InputError(file, "", "is no FeatureCollection", _FILE)
    features = document.get("features")
    if not isinstance(features, list):
        raise InputError(file, "", "has no list of features", _FILE)
    _check_degrees(file, document.get("crs"))
    return features


def _check_degrees(file: str, crs: Any) -> None:
    """Refuse coordinates that say they are something else than degrees on WGS-84."""
    if crs is not None and not any(name in json.dumps(crs) for name in _DEGREES):
        raise InputError(
            file, "crs", "is another coordinate system", "longitude and latitude on WGS-84 (RFC 7946)"
        )


def _quoted(value: Any) -> str:
    """The beginning of a value, as it stands in the file."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE].rstrip()} …"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_whole(value: Any) -> bool:
    return _is_number(value) and value == int(value) and abs(value) < 2**63


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _are_numbers(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_number, value))
