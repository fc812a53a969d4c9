"""What is journaled about a strategy that runs live, and the intents that start and stop one.

A run is there from the `RunStarted` whose details say so until its `RunStopped`; its id names the strategy in
orders and is the trader entitled to the account. Halting the scope of that name is how it is stopped: the
core refuses its orders from then on, whatever its process does.
"""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from trade2026.model.enums import Scope, TradingState
from trade2026.ports.core_link import (
    DESK_TRADER,
    CancelAllIntent,
    Intent,
    SetEntitlementIntent,
    SetTradingStateIntent,
    StartRunIntent,
    StopRunIntent,
)
from trade2026.primitives.errors import InputError
from trade2026.primitives.identifiers import check_identifier

FAILED: Final = "failed: "
"""Begins the text of a `RunStopped` whose run failed."""

_TEXT_MAX: Final = 500


class RunDetails(msgspec.Struct, frozen=True, kw_only=True):
    """Details of a `RunStarted` that is a strategy's; `parameters` is a JSON object."""

    kind: Literal["strategy"] = "strategy"
    strategy: str
    parameters: msgspec.Raw
    account_id: str
    trader_id: str


def read_details(details: str) -> RunDetails | None:
    """The details of a strategy's run; None for those of any other run."""
    try:
        plain = msgspec.json.decode(details, type=dict[str, msgspec.Raw])
        if bytes(plain.get("kind", b"")) != b'"strategy"':
            return None
        return msgspec.json.decode(details, type=RunDetails)
    except msgspec.MsgspecError:
        return None


def next_run_id(strategy_id: str, used: Iterable[str]) -> str:
    """ "NAME-N" with the first N, from 1, above all that were used: "momentum-3"."""
    stem = f"{strategy_id}-"
    numbers = [int(tail) for run in used if run.startswith(stem) and (tail := run[len(stem) :]).isdecimal()]
    return check_identifier(f"{stem}{max(numbers, default=0) + 1}", "run_id")


def start_intents(
    run_id: str, strategy: str, parameters: str, account_id: str, trader_id: str
) -> tuple[Intent, ...]:
    """Entitle the run, let it trade, and journal that it starts; one batch, in this order.

    Raises
    ------
    InputError
        `parameters` is no JSON object.
    """
    details = RunDetails(
        strategy=strategy, parameters=msgspec.Raw(_object(parameters)), account_id=account_id,
        trader_id=trader_id,
    )  # fmt: skip
    text = f"{trader_id} starts {strategy}"[:_TEXT_MAX]
    return (
        SetEntitlementIntent(account_id, run_id, True),
        SetTradingStateIntent(Scope.STRATEGY, run_id, TradingState.ACTIVE, trader_id, text),
        StartRunIntent(run_id, msgspec.json.encode(details).decode()),
    )


def halt_intents(run_id: str, trader_id: str, reason: str, request_id: str) -> tuple[Intent, ...]:
    """Halt a run and cancel its orders; `request_id` begins the ids of the cancels and is used once."""
    return (
        SetTradingStateIntent(Scope.STRATEGY, run_id, TradingState.HALTED, trader_id, reason[:_TEXT_MAX]),
        CancelAllIntent(request_id, DESK_TRADER, "", "", run_id),
    )


def end_intents(run_id: str, account_id: str, input_sha256: str, text: str) -> tuple[Intent, ...]:
    """Journal that a halted run has ended, and take its entitlement back."""
    return (
        StopRunIntent(run_id, input_sha256, text[:_TEXT_MAX]),
        SetEntitlementIntent(account_id, run_id, False),
    )


def parameter_pairs(parameters: str) -> tuple[tuple[str, str], ...]:
    """Names and texts, as `parse_parameters` takes them, of a JSON object; InputError for anything else."""
    plain = msgspec.json.decode(_object(parameters), type=dict[str, msgspec.Raw])
    pairs = []
    for name, raw in plain.items():
        text = bytes(raw).decode()
        pairs.append((name, msgspec.json.decode(text, type=str) if text.startswith('"') else text))
    return tuple(pairs)


def _object(parameters: str) -> bytes:
    """The JSON object in its shortest form."""
    try:
        return msgspec.json.encode(msgspec.json.decode(parameters or "{}", type=dict[str, object]))
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise InputError(
            f'parameters must be a JSON object such as {{"top": 5}}, was {parameters[:100]!r}: {error}'
        ) from None
