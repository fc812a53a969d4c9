"""How a fault in a file is told: file, line, column, value and remedy."""

from dataclasses import dataclass
from typing import NoReturn

from trade2026.primitives.errors import InputError


@dataclass(frozen=True, slots=True)
class Place:
    """A file, and what its rows are counted in: "line" with the header as line 1, or "row" for Parquet."""

    file: str
    unit: str

    def refuse(self, number: int, column: str, must: str, value: object, remedy: str = "") -> NoReturn:
        """Raise InputError for one value; long values are cut."""
        text = repr(value)
        if len(text) > 80:
            text = f"{text[:77]}..."
        where = f"{self.file} {self.unit} {number} column {column!r}"
        raise InputError(f"{where} must {must}, was {text}" + (f"; {remedy}" if remedy else ""))


@dataclass(frozen=True, slots=True)
class CellFault:
    """The first cell of a column that cannot be used; `index` counts rows of the frame."""

    index: int
    must: str
    value: object
    remedy: str = ""
