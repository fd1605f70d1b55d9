"""Columns: the one description of a table that memory, wire and file share."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Literal, Self, cast

import numpy as np

from kizuna.shapes import BoolN, CodeN, Float, IntN

Kind = Literal["number", "count", "label", "vector"]


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds.

    `number` is float64, with NaN for null; `count` is int64; `label` is text, held as codes into a list of
    names; `vector` is float64 with `width` numbers a row, NaN for null.
    """

    kind: Kind
    unit: str = ""
    nullable: bool = False
    low: float = -np.inf
    high: float = np.inf
    above: float = -np.inf
    """A bound that the value must exceed; `low` and `high` may be touched."""
    ascending: bool = False
    choices: tuple[str, ...] = ()
    width: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """A column of text, held as `codes` into `names`; code -1 stands for null."""

    codes: CodeN
    names: tuple[str, ...]

    @classmethod
    def of(cls, values: Iterable[str | None]) -> Self:
        """Column that holds these values; names are numbered in the order in which they first appear."""
        numbers: dict[str, int] = {}
        codes = [-1 if value is None else numbers.setdefault(value, len(numbers)) for value in values]
        return cls(np.array(codes, dtype=np.int32), tuple(numbers))

    @classmethod
    def constant(cls, value: str | None, count: int) -> Self:
        """Column that holds the same value `count` times."""
        if value is None:
            return cls(np.full(count, -1, dtype=np.int32), ())
        return cls(np.zeros(count, dtype=np.int32), (value,))

    @classmethod
    def join(cls, parts: Sequence["Labels"]) -> Self:
        """One column after the other."""
        if not parts:
            return cls.constant(None, 0)
        names = parts[0].names
        if all(part.names is names or part.names == names for part in parts):
            return cls(np.concatenate([part.codes for part in parts]), names)
        numbers: dict[str, int] = {}
        for part in parts:
            for name in part.names:
                numbers.setdefault(name, len(numbers))
        return cls(np.concatenate([part.recode(numbers) for part in parts]), tuple(numbers))

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: IntN | BoolN | slice) -> Self:
        """The chosen rows, in the order given."""
        return type(self)(self.codes[rows], self.names)

    def recode(self, numbers: Mapping[str, int]) -> CodeN:
        """Codes of the same text under another numbering; a name that it lacks becomes -1."""
        if not self.names:
            return np.full(len(self.codes), -1, dtype=np.int32)
        # The last entry serves code -1.
        lookup = np.array([*(numbers.get(name, -1) for name in self.names), -1], dtype=np.int32)
        return lookup[self.codes]

    def used(self) -> Self:
        """The same text without names that no row holds, in the order of their first appearance."""
        codes, first = np.unique(self.codes[self.codes >= 0], return_index=True)
        order = codes[np.argsort(first)]
        if len(order) == len(self.names) and (order == np.arange(len(order))).all():
            return self
        lookup = np.full(len(self.names) + 1, -1, dtype=np.int32)
        lookup[order] = np.arange(len(order))
        return type(self)(lookup[self.codes], tuple(self.names[code] for code in order))

    def code(self, name: str) -> int:
        """Code of a name, -1 when no row can hold it."""
        return self.names.index(name) if name in self.names else -1

    def equal(self, name: str) -> BoolN:
        """Which rows hold this name."""
        code = self.code(name)
        return np.zeros(len(self), dtype=np.bool_) if code < 0 else self.codes == code

    def among(self, names: Collection[str]) -> BoolN:
        """Which rows hold one of these names."""
        return np.isin(self.codes, [code for code, name in enumerate(self.names) if name in names])

    def missing(self) -> BoolN:
        """Which rows are null."""
        return self.codes < 0

    def values(self) -> list[str | None]:
        """The text of every row."""
        names = np.array([*self.names, None], dtype=object)
        return list(names[self.codes])


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Base of the records that are made of columns of one length; the fields say what each column holds."""

    @classmethod
    def of(cls, **columns: Any) -> Self:
        """Table from arrays, lists or lists of text; columns that may be null may be left out.

        Raises
        ------
        TypeError
            When a column is unknown, missing, or of another length than the first.
        """
        specs = columns_of(cls)
        unknown = [name for name in columns if name not in specs]
        if unknown:
            raise TypeError(f"{cls.__name__} has no column {unknown[0]!r}")
        absent = [name for name, spec in specs.items() if name not in columns and not spec.nullable]
        if absent:
            raise TypeError(f"{cls.__name__} needs the column {absent[0]!r}")
        count = len(next(iter(columns.values())))
        made = {name: _filled(spec, columns.get(name), count) for name, spec in specs.items()}
        for name, column in made.items():
            if len(column) != count:
                raise TypeError(
                    f"{cls.__name__}.{name} has {len(column)} rows where the first column has {count}"
                )
        return cls(**made)

    @classmethod
    def empty(cls) -> Self:
        """Table without rows."""
        return cls(**{name: _filled(spec, None, 0) for name, spec in columns_of(cls).items()})

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """The rows of all parts, one part after the other."""
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return cls.empty()
        made: dict[str, Any] = {}
        for name, spec in columns_of(cls).items():
            pieces = [getattr(part, name) for part in parts]
            made[name] = Labels.join(pieces) if spec.kind == "label" else np.concatenate(pieces)
        return cls(**made)

    def __len__(self) -> int:
        return len(getattr(self, next(iter(columns_of(type(self))))))

    def take(self, rows: IntN | BoolN | slice) -> Self:
        """The chosen rows, in the order given."""
        made: dict[str, Any] = {}
        for name, spec in columns_of(type(self)).items():
            column = getattr(self, name)
            made[name] = column.take(rows) if spec.kind == "label" else column[rows]
        return type(self)(**made)


def number(unit: str, **limits: Any) -> Any:
    """Field that holds float64 numbers in this unit."""
    return field(metadata={"column": Column("number", unit, **limits)})


def count(**limits: Any) -> Any:
    """Field that holds whole numbers."""
    return field(metadata={"column": Column("count", **limits)})


def label(**limits: Any) -> Any:
    """Field that holds text."""
    return field(metadata={"column": Column("label", **limits)})


def vector(unit: str, width: int, **limits: Any) -> Any:
    """Field that holds `width` float64 numbers in each row."""
    return field(metadata={"column": Column("vector", unit, width=width, **limits)})


def columns_of(table: type[Table]) -> dict[str, Column]:
    """The columns of a kind of table, by name, in their order."""
    return _columns(cast(Hashable, table))


@cache
def _columns(table: Any) -> dict[str, Column]:
    return {item.name: item.metadata["column"] for item in fields(table)}


def _filled(spec: Column, values: Any, count: int) -> Any:
    """The array or `Labels` for one column; all null when `values` is None."""
    if spec.kind == "label":
        if isinstance(values, Labels):
            return values
        return Labels.constant(None, count) if values is None else Labels.of(values)
    if spec.kind == "count":
        return np.zeros(count, dtype=np.int64) if values is None else np.asarray(values, dtype=np.int64)
    shape = (count, spec.width) if spec.kind == "vector" else (count,)
    made: Float = np.full(shape, np.nan) if values is None else np.asarray(values, dtype=np.float64)
    return made
