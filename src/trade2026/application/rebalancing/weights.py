"""Target weights from what a job found, or from what a request names."""

from collections.abc import Mapping
from typing import Final, get_args

import msgspec

from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT, parse_raw

WEIGHTS_MAX: Final = 500
_WEIGHT_MAX: Final = 1_000 * UNIT


class _Row(msgspec.Struct):
    asset: str
    weight: float


class _Data(msgspec.Struct):
    weights: list[_Row]


class _Document(msgspec.Struct):
    data: _Data


def weights_of_result(job_id: str, result: bytes) -> dict[str, int]:
    """The weights of an allocation's result, raw; each rounded half to even at the ninth decimal.

    Raises
    ------
    InputError
        The result has no table of weights by asset, or one of them is no number.
    """
    try:
        rows = msgspec.json.decode(result, type=_Document).data.weights
    except msgspec.DecodeError:
        raise InputError(
            f"job_id must be of an analysis whose result has weights, {job_id} has none; choose an allocation"
        ) from None
    found: dict[str, int] = {}
    for row in rows:
        if row.asset in found:
            raise InputError(f"job_id {job_id} has two weights for {row.asset}; name the weights instead")
        found[row.asset] = round(row.weight * UNIT)  # Half to even, as Python rounds.
    return checked(found, "job_id")


def has_weights(result: type) -> bool:
    """Whether results of that type have a table of weights by asset, as `weights_of_result` reads it."""
    fields = {each.name: each.type for each in msgspec.structs.fields(result)}
    rows = get_args(fields.get("weights"))
    if not rows or not isinstance(rows[0], type) or not issubclass(rows[0], msgspec.Struct):
        return False
    return {"asset", "weight"} <= set(rows[0].__struct_fields__)


def parse_weights(given: Mapping[str, str]) -> dict[str, int]:
    """Weights from decimals as text; raises InputError that names the instrument."""
    return checked({name: parse_raw(text, f"weights.{name}") for name, text in given.items()}, "weights")


def checked(weights: dict[str, int], field: str) -> dict[str, int]:
    """The same, where there are some, not too many, and none is absurd; InputError otherwise."""
    if not 0 < len(weights) <= WEIGHTS_MAX:
        raise InputError(f"{field} must name 1 to {WEIGHTS_MAX} instruments, named {len(weights)}")
    for name, weight in weights.items():
        if abs(weight) > _WEIGHT_MAX:
            raise InputError(
                f"{field} must be shares of capital, 1 being all, was {weight / UNIT:g} for {name}"
            )
    return weights
