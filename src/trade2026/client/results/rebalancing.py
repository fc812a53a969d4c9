"""Rebalancing proposals."""

from decimal import Decimal
from enum import StrEnum

import msgspec

from trade2026.client.problem import Failure
from trade2026.client.results.orders import Order
from trade2026.client.values import Timestamp
from trade2026.model.enums import OrderType, Side, TimeInForce


class ProposalState(StrEnum):
    """What has become of a proposal; `Proposal.reason` says why where nobody asked for it."""

    OPEN = "OPEN"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"
    SENDING = "SENDING"
    WAITING = "WAITING"
    INTERRUPTED = "INTERRUPTED"
    STOPPED = "STOPPED"
    SENT = "SENT"


class Verdict(StrEnum):
    """What risk says to a proposed order; WAITS is a buy that needs the cash of sells."""

    APPROVED = "APPROVED"
    WAITS = "WAITS"
    REFUSED = "REFUSED"


class QuoteSource(StrEnum):
    """Who stands behind a quote: the market, or the paper venue around the last price."""

    MARKET = "MARKET"
    PAPER = "PAPER"


class ProposedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order of a proposal; money in the account's currency, `value` at the mid.

    `half_spread` and `fee` are what is expected on top of it; `order` is None until it was sent.
    """

    client_order_id: str
    instrument_id: str
    side: Side
    order_qty: Decimal
    order_type: OrderType
    time_in_force: TimeInForce
    limit_price: Decimal | None
    expected_price: Decimal
    value: Decimal
    half_spread: Decimal
    fee: Decimal
    risk: Verdict
    risk_text: str
    failures: tuple[Failure, ...]
    order: Order | None


class ProposedLine(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument before, as wanted, and after; weights are shares of the account's equity.

    `open_qty` is what open orders add, `target_qty` is not rounded and None for what is kept, `left_out` says
    why there is no order or a smaller one.
    """

    instrument_id: str
    before_qty: Decimal
    open_qty: Decimal
    target_qty: Decimal | None
    order_qty: Decimal
    after_qty: Decimal
    before_weight: Decimal
    target_weight: Decimal
    after_weight: Decimal
    price: Decimal
    bid: Decimal | None
    ask: Decimal | None
    quote_ts: Timestamp | None
    source: QuoteSource | None
    left_out: str


class Others(StrEnum):
    """What becomes of positions that the weights do not name."""

    KEEP = "KEEP"
    CLOSE = "CLOSE"


class ProposalRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for; either `weights` or `job_id`."""

    account_id: str
    weights: dict[str, str] | None
    job_id: str | None
    capital: Decimal | None
    others: Others
    order_type: OrderType
    time_in_force: TimeInForce
    offset_bps: int
    min_trade: Decimal


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A rebalancing proposal; money in `currency`, times of the real clock.

    `why_not` says why it cannot be confirmed now, "" where it can or was. `cash_after` is with every order
    filled at its expected price, `cash_after_worst` with sells at their limits and buys at all that risk
    reserves.
    """

    proposal_id: str
    account_id: str
    state: ProposalState
    reason: str
    why_not: str
    job_id: str
    created_by: str
    created: Timestamp
    expires: Timestamp
    seconds_left: float
    confirmed_by: str
    confirmed: Timestamp | None
    currency: str
    is_sequenced: bool
    equity: Decimal
    capital: Decimal
    turnover: Decimal
    half_spread: Decimal
    fees: Decimal
    cost: Decimal
    cash_before: Decimal
    cash_after: Decimal
    cash_after_worst: Decimal
    gross_before: Decimal
    gross_after: Decimal
    notes: tuple[str, ...]
    orders: tuple[ProposedOrder, ...]
    lines: tuple[ProposedLine, ...]
    request: ProposalRequest


class Confirmed(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal that was confirmed; `repeated` where it had been before, and nothing was sent twice."""

    proposal: Proposal
    repeated: bool
