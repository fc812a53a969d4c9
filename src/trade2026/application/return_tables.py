"""Tables of returns, such as the factors of Kenneth French's library, and the prices they are returns of.

A table has a column for the time and one for each series; what stands above its header and behind its last
row is left out, so that a file of that library is read as it was downloaded. Times are months ("192607",
"1926-07") or days ("20200131", "2020-01-31"); a return belongs to the time that ends with its month or day.

Data is kept as prices. The level of a series begins at 100, at the end of the time before the first return,
and is rounded half to even to nine decimals: returns of the levels differ from those of the table by 1e-11
near 100, and by 1e-7 at the least level that is taken.
"""

import calendar
import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

import msgspec

from trade2026.primitives.errors import InputError

LEVEL: Final = 100
_NONE: Final = frozenset({"", ".", "NA", "N/A", "NAN", "NULL"})
_MISSING: Final = frozenset(map(Decimal, ("-99.99", "-999", "-999.99", "-9999")))
"""What the library writes where there is no return; none of them can be one but for the first in percent."""
_TIME: Final = re.compile(r"([0-9]{4})-?(0[1-9]|1[0-2])(?:-?([0-9]{2}))?\Z")
_NINE: Final = Decimal("1e-9")
_LEAST, _MOST = Decimal("0.01"), Decimal(10**9)
"""Of a level: below, nine decimals are too few for its returns; above, it would soon be no price."""
_PER_YEAR: Final = {"month": 12.0, "day": 252.0}


class ReturnUnit(StrEnum):
    """What a number of a table counts."""

    PERCENT = "percent"
    FRACTION = "fraction"


class ReturnTable(msgspec.Struct, frozen=True, kw_only=True):
    """Simple returns of some series.

    Attributes
    ----------
    names : tuple of str
        Of the series, as the header has them.
    days : tuple of date
        The last day of each period; they rise.
    rows : tuple of tuple of Decimal
        A row for each day, as fractions, above -1.
    is_monthly : bool
        Whether periods are months; else days.
    left_out : int
        Lines behind the table, such as a second table of years.
    """

    names: tuple[str, ...]
    days: tuple[date, ...]
    rows: tuple[tuple[Decimal, ...], ...]
    is_monthly: bool
    left_out: int


def read_returns(
    text: str, unit: ReturnUnit, *, first: date | None = None, what: str = "table"
) -> ReturnTable:
    """The first table of a text with commas.

    Parameters
    ----------
    first : date, optional
        Periods that end before it are left out, also where they have no returns.
    what : str
        What messages call the text.

    Raises
    ------
    InputError
        There is no such table, a time does not rise, or a number is missing or cannot be a return; the
        message names line, series and value.
    """
    lines = [(number, [cell.strip() for cell in cells]) for number, cells in _lines(text, what)]
    is_row = [len(cells) > 1 and _TIME.match(cells[0]) is not None for _, cells in lines]
    begin = is_row.index(True) if True in is_row else 0
    if begin == 0:
        raise InputError(
            f"{what} must have a header and below it rows such as 192607,2.96 or 2020-01-31,0.5, had none; "
            "take a table of months or days"
        )
    number, header = lines[begin - 1]
    names = tuple(header[1:])
    if not all(names) or len(set(names)) < len(names):
        raise InputError(f"{what} line {number} must name each series once, was {', '.join(names)}")
    width = len(lines[begin][1][0])
    days: list[date] = []
    rows: list[tuple[Decimal, ...]] = []
    end = begin
    while end < len(lines) and is_row[end] and len(lines[end][1][0]) == width:
        number, cells = lines[end]
        end += 1
        day = _end_of(cells[0], f"{what} line {number}")
        if days and day <= days[-1]:
            raise InputError(f"{what} line {number} must be later than {days[-1]}, was {cells[0]}")
        if first is None or day >= first:
            days.append(day)
            rows.append(_returns(cells[1:], names, unit, f"{what} line {number}"))
    if not rows:
        raise InputError(f"{what} must have periods that end on {first} or later, had none")
    is_monthly = width < len("20200101")
    return ReturnTable(
        names=names, days=tuple(days), rows=tuple(rows), is_monthly=is_monthly, left_out=len(lines) - end
    )


def _lines(text: str, what: str) -> Iterator[tuple[int, list[str]]]:
    """Numbers and cells of the lines that are not empty."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield number, next(csv.reader([line]))
            except csv.Error as error:
                raise InputError(f"{what} line {number} must be cells with commas: {error}") from None


def _end_of(text: str, where: str) -> date:
    """The last day of a month, or the day."""
    found = _TIME.match(text)
    assert found is not None, "it was looked at before"
    year, month = int(found[1]), int(found[2])
    try:
        return date(year, month, int(found[3]) if found[3] else calendar.monthrange(year, month)[1])
    except ValueError:
        raise InputError(f"{where} must begin with a month or a day, was {text!r}") from None


def _returns(cells: list[str], names: tuple[str, ...], unit: ReturnUnit, where: str) -> tuple[Decimal, ...]:
    if len(cells) != len(names):
        raise InputError(f"{where} must have {len(names)} returns, had {len(cells)}")
    return tuple(_return(cell, unit, f"{where} {name}") for cell, name in zip(cells, names, strict=True))


def _return(cell: str, unit: ReturnUnit, where: str) -> Decimal:
    if cell.upper() in _NONE:
        raise InputError(f"{where} must be a return, was {cell!r}; begin behind the last one that is missing")
    try:
        value = Decimal(cell)
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite():
        raise InputError(f"{where} must be a number, was {cell!r}")
    if value in _MISSING:
        raise InputError(
            f"{where} must be a return, was {cell}, which stands for none; begin behind the last such row"
        )
    whole = 100 if unit is ReturnUnit.PERCENT else 1
    if not -whole < value < 10 * whole:
        other = "; state percent if it is so many" if unit is ReturnUnit.FRACTION else ""
        raise InputError(f"{where} must be above -{whole} and below {10 * whole:,}, was {cell}{other}")
    return value / whole


def symbols_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """Symbols of the series: capitals, digits and dashes; InputError where two are the same."""
    found = tuple(re.sub(r"[^A-Z0-9]+", "-", name.upper()).strip("-") for name in names)
    if not all(found) or len(set(found)) < len(found):
        raise InputError(
            f"series must have names that differ in letters or digits, were {', '.join(names)}; rename one"
        )
    return found


def levels_csv(table: ReturnTable) -> str:
    """The levels as a CSV file of bars: timestamp, symbol, close; times are ends of bars.

    Raises
    ------
    InputError
        Two series would have one symbol, or a level leaves what a price can be.
    """
    begin = table.days[0].replace(day=1) if table.is_monthly else table.days[0]
    levels = [Decimal(LEVEL)] * len(table.names)
    symbols = symbols_of(table.names)
    lines = ["timestamp,symbol,close"]
    for day, row in zip(
        (begin - timedelta(days=1), *table.days), ((Decimal(0),) * len(levels), *table.rows), strict=True
    ):
        levels = [(each * (1 + earned)).quantize(_NINE) for each, earned in zip(levels, row, strict=True)]
        for symbol, level in zip(symbols, levels, strict=True):
            if not _LEAST <= level <= _MOST:
                raise InputError(
                    f"the level of {symbol}, which begins at {LEVEL}, must be from {_LEAST:f} to {_MOST:,}, "
                    f"was {level:f} on {day}; begin later"
                )
        lines += [f"{day}T23:59:59Z,{s},{level:f}" for s, level in zip(symbols, levels, strict=True)]
    return "\n".join(lines) + "\n"


def own_rows(table: ReturnTable) -> dict[str, Any]:
    """The table as the rows of a request: what its fields `own` and `factor_own` take."""
    return {
        "assets": list(table.names),
        "days": [day.isoformat() for day in table.days],
        "rows": [[float(each) for each in row] for row in table.rows],
        "periods_per_year": _PER_YEAR["month" if table.is_monthly else "day"],
    }
