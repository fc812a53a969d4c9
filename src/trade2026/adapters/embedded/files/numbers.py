"""Columns of decimals as int64 in units of 1e-9, exactly: what is not exact is refused, never rounded.

Texts take a vectorized path that is exact by construction (a decimal cast with nine places, nothing longer,
no exponent); every text outside it goes through `parse_raw`, whose rules are thereby the only rules.
"""

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from trade2026.adapters.embedded.files.faults import CellFault
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX, UNIT, parse_raw

Raws = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int64]

_NINE_PLACES: Final = pl.Decimal(38, 9)
_NOT_PLAIN: Final = r"\.[0-9]{10}|[eE]"
_INT64_MIN: Final = -(2**63)
_UNIQUE_DIGITS: Final = 10.0**15
"""Below it a double is told from its neighbours by fifteen digits, so nine decimals are read back exactly."""
_MUST: Final = "be a decimal with at most nine places"
_EXCESS_REMEDY: Final = "round it"
_COMMA_REMEDY: Final = "write decimals with a point, and nothing between thousands"
_HALF_EVEN: Final = Context(prec=60, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation])
_NO_ROWS: Final[Rows] = np.zeros(0, np.int64)


class Numbers(NamedTuple):
    """A column read: raw values, the first cell that has none, and the rows that were rounded.

    Where there is a fault the raws are meaningless from its row on, and may end there.
    """

    raws: Raws
    fault: CellFault | None
    rounded: Rows


def to_raws(column: pl.Series, *, round_excess: bool = False, excess_remedy: str = _EXCESS_REMEDY) -> Numbers:
    """Raw values of a column of texts, floats, integers or decimals.

    With `round_excess` more than nine decimals are rounded to the nearest, ties to even; without it they are
    a fault, told with `excess_remedy`.
    """
    found = _read(column, round_excess)
    if found.fault is not None and found.fault.remedy == _EXCESS_REMEDY:
        return found._replace(fault=replace(found.fault, remedy=excess_remedy))
    return found


def _read(column: pl.Series, round_excess: bool) -> Numbers:
    if column.null_count():
        known = column[: _first(column.is_null().to_numpy())]
        read = _read(known, round_excess)
        empty = CellFault(len(known), _MUST, "", "the cell is empty or the line too short")
        return read._replace(fault=read.fault or empty)
    if column.dtype.is_float():
        return _from_floats(column, round_excess)
    if column.dtype.is_integer():
        return _from_integers(column)
    return _from_texts(column.cast(pl.String), round_excess)


def _from_texts(texts: pl.Series, round_excess: bool) -> Numbers:
    raws = texts.cast(_NINE_PLACES, strict=False).to_physical().cast(pl.Int64, strict=False)
    doubtful = raws.is_null() | texts.str.contains(_NOT_PLAIN)
    result = raws.fill_null(0).to_numpy(writable=True)
    suspects = doubtful.to_numpy() | (result == _INT64_MIN)
    if not suspects.any():
        return Numbers(result, None, _NO_ROWS)
    known: dict[str, tuple[int, bool] | CellFault] = {}
    rounded: list[int] = []
    for index in np.flatnonzero(suspects).tolist():
        text = texts[index]
        if text not in known:
            known[text] = _parse(text, round_excess)
        found = known[text]
        if isinstance(found, CellFault):
            fault = CellFault(index, found.must, text, found.remedy)
            return Numbers(result, fault, np.array(rounded, np.int64))
        result[index] = found[0]
        if found[1]:
            rounded.append(index)
    return Numbers(result, None, np.array(rounded, np.int64))


def _parse(text: str, round_excess: bool) -> tuple[int, bool] | CellFault:
    """Raw value of one text and whether it was rounded; index and value of a fault are left to the caller."""
    try:
        return parse_raw(text, "value"), False
    except InputError as error:
        must = str(error).removeprefix("value must ").split(", ")[0]
    try:
        nearest = Decimal(text).quantize(Decimal("1e-9"), context=_HALF_EVEN)
        raw = parse_raw(f"{nearest:f}", "value")
    except (ArithmeticError, ValueError, InputError):
        return CellFault(0, must, text, _COMMA_REMEDY if "," in text else "")
    return (raw, True) if round_excess else CellFault(0, must, text, _EXCESS_REMEDY)


def _from_floats(column: pl.Series, round_excess: bool) -> Numbers:
    """Doubles as the shortest decimal that reads back as the same double."""
    values = column.to_numpy().astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.rint(values * UNIT)
        exact = (scaled / UNIT == values) & (np.abs(scaled) < _UNIQUE_DIGITS)
    if column.dtype != pl.Float64:
        exact[:] = False  # The shortest text of a single is not that of the double it widens to.
    result = np.where(exact, scaled, 0.0).astype(np.int64)
    if exact.all():
        return Numbers(result, None, _NO_ROWS)
    others = np.flatnonzero(~exact)
    raws, fault, rounded = _from_texts(column.gather(others).cast(pl.String), round_excess)
    result[others] = raws
    if fault is not None:
        fault = CellFault(int(others[fault.index]), fault.must, fault.value, fault.remedy)
    return Numbers(result, fault, others[rounded])


def _from_integers(column: pl.Series) -> Numbers:
    limit = INT64_MAX // UNIT
    wide = column.cast(pl.Int64, strict=False).fill_null(INT64_MAX).to_numpy()
    outside = (wide > limit) | (wide < -limit)
    if outside.any():
        index = _first(outside)
        fault = CellFault(index, f"be at most {limit} in magnitude", column[index])
        return Numbers(np.zeros(len(column), np.int64), fault, _NO_ROWS)
    return Numbers(wide * UNIT, None, _NO_ROWS)


def _first(mask: npt.NDArray[np.bool_]) -> int:
    return int(np.argmax(mask))
