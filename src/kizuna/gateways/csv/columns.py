"""What the columns of a table are called in CSV, where one cell holds one value."""

from collections.abc import Mapping

from kizuna.messages.columns import Column


def cells_of(specs: Mapping[str, Column]) -> dict[str, tuple[str, ...]]:
    """The CSV columns that each column of a table is written to.

    A covariance takes one column for each element of its upper triangle, called by the element's row and
    column from 0: ``cov_00, cov_01, …, cov_05, cov_11, …, cov_55``. Every other column keeps its name.
    """
    return {
        name: _triangle(name, spec.width) if spec.kind == "vector" else (name,)
        for name, spec in specs.items()
    }


def _triangle(name: str, width: int) -> tuple[str, ...]:
    """Names of the elements of an upper triangle that holds this many numbers, row by row."""
    size = next(size for size in range(1, width + 1) if size * (size + 1) // 2 >= width)
    made = tuple(f"{name}_{row}{column}" for row in range(size) for column in range(row, size))
    if len(made) != width or size > 10:
        raise ValueError(f"{width} numbers are no upper triangle of a matrix up to 10 x 10")
    return made
