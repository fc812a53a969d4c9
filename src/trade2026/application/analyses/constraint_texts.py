"""Constraints from the texts of a request: bounds of assets, groups, linear rows, exposures to factors."""

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.constraints import Constraints, Group, Rows

_NUMBER_MAX: Final = 1e12
"""Far beyond it solvers refuse a row."""
_TERM: Final = re.compile(r"(?:([0-9.eE+-]+)\s+)?(\S.*)\Z")
_SIGN: Final = re.compile(r"\s+([+-])\s+")
_BOUND: Final = "a bound is ASSET=LOW..HIGH, either end may be left out"
_GROUP: Final = "a group is NAME: ASSET + ASSET = LOW..HIGH, either end may be left out"
_LINEAR: Final = "a row is NUMBER ASSET + NUMBER ASSET <= NUMBER, with >= or = as well"
_FACTOR: Final = "a factor is NAME: EXPOSURE EXPOSURE ... = LOW..HIGH, an exposure for each asset"


class Texts(NamedTuple):
    """As in `limits.Constraining`, which says how each is written."""

    bounds: tuple[str, ...]
    groups: tuple[str, ...]
    linear: tuple[str, ...]
    factors: tuple[str, ...]
    budget: float


def read_constraints(
    texts: Texts, lower: "FloatArray", upper: "FloatArray", assets: tuple[str, ...]
) -> "Constraints":
    """The constraints that the texts say, on assets with these bounds unless a text has others.

    InputError quotes a text that cannot be read and how it is written, or names constraints that conflict.
    """
    from trade2026.analytics.optimization.constraints import Constraints

    low, high = lower.copy(), upper.copy()
    for text in texts.bounds:
        name, _, span = text.rpartition("=")
        at = _asset(name.strip(), assets, "bounds", text)
        first, last = _span(span, "bounds", text, _BOUND)
        low[at] = low[at] if first is None else first
        high[at] = high[at] if last is None else last
    at_most, equal = _rows(texts, assets)
    groups = tuple(_group(text, assets) for text in texts.groups)
    return Constraints(low, high, texts.budget, groups, at_most, equal, assets)


def _group(text: str, assets: Sequence[str]) -> "Group":
    from trade2026.analytics.optimization.constraints import Group

    name, colon, rest = text.partition(":")
    members, _, span = rest.rpartition("=")
    if not colon or not name.strip() or not members.strip():
        raise InputError(f"constraints.groups must be readable, was {text!r}; {_GROUP}")
    low, high = _span(span, "groups", text, _GROUP)
    found = tuple(
        dict.fromkeys(_asset(each.strip(), assets, "groups", text) for each in re.split(r"\s*\+\s*", members))
    )
    bounds: dict[str, float] = {}
    if low is not None:
        bounds["lower"] = low
    if high is not None:
        bounds["upper"] = high
    return Group(name.strip(), found, **bounds)


def _rows(texts: Texts, assets: Sequence[str]) -> tuple["Rows | None", "Rows | None"]:
    """Linear rows and factor exposures, as rows that are at most, and rows that are equal."""
    most: list[_Side] = []
    equal: list[_Side] = []
    for text in texts.linear:
        row, sign, right = _row(text, assets)
        (equal if sign == "=" else most).append(_Side(row, right, text, sign == ">="))
    for text in texts.factors:
        name, row, low, high = _factor(text, assets)
        if low is not None and low == high:
            equal.append(_Side(row, low, f"exposure to {name} equal to {low:g}", False))
            continue
        if high is not None:
            most.append(_Side(row, high, f"exposure to {name} at most {high:g}", False))
        if low is not None:
            most.append(_Side(row, low, f"exposure to {name} at least {low:g}", True))
    return _made(most), _made(equal)


class _Side(NamedTuple):
    """A row, its right side, its name, and whether it is a constraint from below."""

    row: "FloatArray"
    right: float
    name: str
    is_turned: bool


def _made(sides: Sequence[_Side]) -> "Rows | None":
    import numpy as np

    from trade2026.analytics.optimization.constraints import Rows

    if not sides:
        return None
    turned = tuple(each.is_turned for each in sides)
    signs = np.where(turned, -1.0, 1.0)
    matrix = signs[:, None] * np.array([each.row for each in sides])
    right = signs * np.array([each.right for each in sides])
    return Rows(matrix, right, tuple(each.name for each in sides), turned)


def _row(text: str, assets: Sequence[str]) -> tuple["FloatArray", str, float]:
    import numpy as np

    parts = re.split(r"(<=|>=|=)", text)
    if len(parts) != 3:
        raise InputError(f"constraints.linear must be readable, was {text!r}; {_LINEAR}")
    right = _number(parts[2], "linear", text, _LINEAR)
    body = parts[0].strip()
    sign = -1.0 if body.startswith("- ") else 1.0
    row = np.zeros(len(assets))
    for each in _SIGN.split(body.removeprefix("- ").strip()):
        if each in ("+", "-"):
            sign = 1.0 if each == "+" else -1.0
            continue
        term = _TERM.match(each.strip())
        if term is None:
            raise InputError(f"constraints.linear must be readable, was {text!r}; {_LINEAR}")
        factor = 1.0 if term[1] is None else _number(term[1], "linear", text, _LINEAR)
        row[_asset(term[2].strip(), assets, "linear", text)] += sign * factor
    return row, parts[1], right


def _factor(text: str, assets: Sequence[str]) -> tuple[str, "FloatArray", float | None, float | None]:
    import numpy as np

    name, colon, rest = text.partition(":")
    exposures, _, span = rest.rpartition("=")
    if not colon or not name.strip():
        raise InputError(f"constraints.factors must be readable, was {text!r}; {_FACTOR}")
    values = [_number(each, "factors", text, _FACTOR) for each in exposures.split()]
    if len(values) != len(assets):
        raise InputError(
            f"constraints.factors must have {len(assets)} exposures each, {name.strip()} has {len(values)}; "
            f"{_FACTOR}"
        )
    return name.strip(), np.array(values), *_span(span, "factors", text, _FACTOR)


def _span(span: str, field: str, text: str, form: str) -> tuple[float | None, float | None]:
    """LOW..HIGH, with one end at least."""
    first, dots, last = span.partition("..")
    if not dots or not (first.strip() or last.strip()):
        raise InputError(f"constraints.{field} must be readable, was {text!r}; {form}")
    low = _number(first, field, text, form) if first.strip() else None
    return low, _number(last, field, text, form) if last.strip() else None


def _number(word: str, field: str, text: str, form: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if math.isfinite(value) and abs(value) > _NUMBER_MAX:
        raise InputError(
            f"constraints.{field} must have numbers up to {_NUMBER_MAX:g} in size, {word.strip()!r} of "
            f"{text!r} is beyond; write the row in another unit"
        )
    if not math.isfinite(value):
        raise InputError(
            f"constraints.{field} must be readable, {word.strip()!r} of {text!r} is no number; {form}"
        )
    return value


def _asset(name: str, assets: Sequence[str], field: str, text: str) -> int:
    if name not in assets:
        raise InputError(
            f"constraints.{field} must name assets of the request, {name!r} of {text!r} is none; "
            f"they are {', '.join(assets[:30])}"
        )
    return assets.index(name)
