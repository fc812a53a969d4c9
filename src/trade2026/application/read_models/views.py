"""What is shown, as frozen structs: their JSON is the JSON of the REST interface.

Decimals are exact text, times are RFC 3339 in UTC. `ts` and what is named after an event is trading time;
`wall` is the last real time that was journaled before, None where none was. `seq` is the journal's number of
the last change.
"""

from functools import lru_cache
from typing import Any

import msgspec

from trade2026.model.enums import (
    AccountType,
    ContingencyType,
    Environment,
    LiquiditySide,
    OrderStatus,
    OrderType,
    Scope,
    Side,
    TimeInForce,
    TradingState,
    TrailingOffsetType,
    TriggerSource,
)
from trade2026.model.events import RiskFailure
from trade2026.model.limits import AccountLimits
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import format_raw
from trade2026.primitives.time import format_ns


class FailureView(msgspec.Struct, frozen=True):
    """One failed risk check: the limit, what it would have become, and what to do."""

    check: str
    limit: str
    used: str
    text: str


class OrderView(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """An order, or a request for one that was refused by risk or denied by order management.

    What most orders lack comes last and is left out where it is None, false or "".

    Attributes
    ----------
    order_id : int or None
        The platform's; None where it never became an order (REFUSED, DENIED).
    created_seq : int
        The journal's number of the frame that made it; unique among orders.
    client_order_id : str
        The last accepted one.
    average_price : str or None
        Of its executions, rounded half to even; None before the first.
    pending_order_qty, pending_limit_price : str or None
        Terms of a replace that is not answered.
    text : str
        Why it was refused, denied, rejected, canceled or expired, why it is UNKNOWN, the proof that it was
        NOT_RECEIVED, why it was released; "" otherwise.
    failures : tuple of FailureView
        Every failed check of a refused one; `largest_qty` would have passed.
    trigger_price : str or None
        Where the trigger is now: that of a trailing stop moves.
    armed_qty : str or None
        How much of an order that the core holds may be sent: for an exit what its parent has filled.
    prevented_qty : str or None
        What self-trade prevention took off.
    unknown_requests : tuple of str
        Client order ids of requests (the order, a cancel, a replace) that were sent with an outcome that is
        not known.
    """

    order_id: int | None
    seq: int
    created_seq: int
    account_id: str
    client_order_id: str
    trader_id: str
    strategy_id: str
    instrument_id: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: str
    limit_price: str | None
    status: OrderStatus
    cum_qty: str
    leaves_qty: str
    average_price: str | None
    venue_order_id: str
    pending_order_qty: str | None
    pending_limit_price: str | None
    text: str
    failures: tuple[FailureView, ...]
    largest_qty: str | None
    created: str
    created_wall: str | None
    updated: str
    updated_wall: str | None
    trigger_price: str | None = None
    trigger_source: TriggerSource | None = None
    trailing_offset: str | None = None
    trailing_offset_type: TrailingOffsetType | None = None
    display_qty: str | None = None
    expire_time: str | None = None
    post_only: bool = False
    reduce_only: bool = False
    contingency_type: ContingencyType | None = None
    list_id: str = ""
    parent_client_order_id: str = ""
    armed_qty: str | None = None
    prevented_qty: str | None = None
    unknown_requests: tuple[str, ...] = ()


class FillView(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One execution; `commission` is positive when paid, `realized` the profit of what it closed before
    commissions, in `currency`; `cum_qty` is the order's after it. With `ref_execution_id` it takes that
    execution back: `side` and `commission` are turned round.
    """

    seq: int
    ts: str
    wall: str | None
    execution_id: str
    order_id: int
    client_order_id: str
    account_id: str
    strategy_id: str
    instrument_id: str
    side: Side
    last_qty: str
    last_px: str
    cum_qty: str
    currency: str
    commission: str
    commission_currency: str
    liquidity_side: LiquiditySide | None
    realized: str
    ref_execution_id: str = ""


class PositionView(msgspec.Struct, frozen=True):
    """A holding; money in `currency`. Without a price `last_price`, `market_value` and `unrealized` are None.

    `price_ts` is when the price was made; `opened` when the oldest lot was.
    """

    seq: int
    account_id: str
    instrument_id: str
    currency: str
    quantity: str
    average_price: str | None
    cost: str
    last_price: str | None
    price_ts: str | None
    market_value: str | None
    unrealized: str | None
    realized: str
    unit_fees: str
    opened: str | None
    lots: int


class LotView(msgspec.Struct, frozen=True):
    """What is left of one acquisition, as `ledger.state.Lot`; `average_price` is its cost a unit."""

    account_id: str
    instrument_id: str
    quantity: str
    cost: str
    average_price: str
    ts: str
    execution_id: str


class LimitsView(msgspec.Struct, frozen=True):
    """Limits on an account as a whole, in its base currency; `max_leverage` is a ratio."""

    max_gross_exposure: str
    max_net_exposure: str
    max_leverage: str
    max_open_orders: int
    max_open_notional: str


class AccountView(msgspec.Struct, frozen=True):
    """An account at the latest prices; money in the base currency but for `cash`, which is by currency.

    Attributes
    ----------
    equity, unrealized, gross, net : str or None
        None where a price or a rate is missing; `problem` says which.
    realized, fees : str or None
        Since the account was opened, at the latest rates; `fees` are those paid in money.
    leverage : str or None
        Gross over equity; None unless equity is positive.
    buying_power : str or None
        What new orders may use: of a CASH account its free cash in the base currency, of a MARGIN account
        what both limits leave of gross exposure, open orders counted as filled.
    stale : bool
        Whether a price or a rate that was used is older than it may be; `problem` names it.
    """

    seq: int
    ts: str
    account_id: str
    environment: Environment
    account_type: AccountType
    base_currency: str
    cash: dict[str, str]
    equity: str | None
    realized: str | None
    unrealized: str | None
    fees: str | None
    gross: str | None
    net: str | None
    leverage: str | None
    buying_power: str | None
    open_orders: int
    limits: LimitsView | None
    stale: bool
    problem: str


class EquityPoint(msgspec.Struct, frozen=True):
    """The official worth of an account at one set of marks, in its base currency.

    `equity` is `cash` plus `net`; `drawdown_bps` is how far below its highest equity so far it was, positive.
    All are None where the account could not be valued.
    """

    seq: int
    ts: str
    equity: str | None
    cash: str | None
    gross: str | None
    net: str | None
    drawdown_bps: str | None


class PostingView(msgspec.Struct, frozen=True):
    """One side of an entry: the ledger account's kind, the commodity, and the amount, a debit positive."""

    account: str
    commodity: str
    amount: str


class LedgerEntry(msgspec.Struct, frozen=True):
    """A balanced entry: its postings sum to zero in each commodity.

    `kind` is TRADE, BUST (an execution taken back), TRANSFER or ADJUSTMENT.
    """

    seq: int
    ts: str
    wall: str | None
    account_id: str
    kind: str
    text: str
    postings: tuple[PostingView, ...]


class EventView(msgspec.Struct, frozen=True):
    """One journaled event; `n` counts the events of a frame from 0."""

    seq: int
    n: int
    ts: str
    wall: str | None
    type: str
    data: dict[str, Any]


class AlertView(msgspec.Struct, frozen=True):
    """Something a person should know; `severity` is INFO, WARNING or CRITICAL.

    `link` is the address of the page that shows more, below where the desk is; "" for none.
    """

    seq: int
    ts: str
    wall: str | None
    severity: str
    title: str
    text: str
    account_id: str | None
    link: str


class RunPosition(msgspec.Struct, frozen=True):
    """What a strategy's fills sum up to in one instrument."""

    instrument_id: str
    quantity: str


class StrategyRunView(msgspec.Struct, frozen=True):
    """A strategy that runs or ran, as far as the journal says.

    `state` is RUNNING, STOPPING (its trading is halted), STOPPED or FAILED; `realized` is the profit of what
    its fills closed, by currency; `positions` leaves flat ones out.
    """

    seq: int
    run_id: str
    strategy: str
    parameters: dict[str, Any]
    account_id: str
    trader_id: str
    state: str
    started: str
    started_wall: str | None
    stopped: str | None
    stopped_wall: str | None
    error: str
    orders: int
    fills: int
    realized: dict[str, str]
    positions: tuple[RunPosition, ...]


class TradingStateView(msgspec.Struct, frozen=True):
    """What trading is allowed in a scope; `since` is trading time, `wall` the real time of the change."""

    seq: int
    scope: Scope
    target: str
    state: TradingState
    since: str | None
    wall: str | None
    by: str
    text: str


def limits_view(limits: AccountLimits) -> LimitsView:
    """The account's limits as they are shown."""
    return LimitsView(
        format_raw(limits.max_gross_exposure),
        format_raw(limits.max_net_exposure),
        format_raw(limits.max_leverage),
        limits.max_open_orders,
        format_raw(limits.max_open_notional),
    )


def failure_views(failures: tuple[RiskFailure, ...]) -> tuple[FailureView, ...]:
    """Failed checks as they are shown."""
    return tuple(FailureView(each.check.value, each.limit, each.used, each.text) for each in failures)


def format_optional(raw: int | None) -> str | None:
    """A raw integer as text; None stays None."""
    return None if raw is None else format_raw(raw)


@lru_cache(maxsize=4096)  # Rows of one time come together.
def format_ts(ts: int) -> str:
    """A time as text; what a venue calls a time and is none is shown as the number it is."""
    try:
        return format_ns(ts)
    except InputError:
        return f"{ts} ns"


def format_time(ts: int | None) -> str | None:
    """A time as text; None stays None."""
    return None if ts is None else format_ts(ts)
