"""Proposals as they are shown: decimals as text, times as RFC 3339, and what became of each order."""

import msgspec

from trade2026.application.read_models.views import FailureView, OrderView, format_optional, format_ts
from trade2026.application.rebalancing.checking import Check, Verdict
from trade2026.application.rebalancing.plan import Others, Plan, PlanLine, PlannedOrder, QuoteSource
from trade2026.application.rebalancing.proposal import Proposal, ProposalState
from trade2026.application.rebalancing.service import Rebalancing
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.primitives.fixed_point import format_raw
from trade2026.primitives.time import format_ns


class ProposedOrder(msgspec.Struct, frozen=True):
    """An order of a proposal: what it would cost, what risk says, and what became of it.

    `value` is at the mid, `half_spread` and `fee` what is expected on top, all in the account's currency.
    `limit_price` is None on market orders, `order` until it was sent. `risk` is APPROVED, REFUSED, or WAITS
    for a buy that needs the cash of sells.
    """

    client_order_id: str
    instrument_id: str
    side: Side
    order_qty: str
    order_type: OrderType
    time_in_force: TimeInForce
    limit_price: str | None
    expected_price: str
    value: str
    half_spread: str
    fee: str
    risk: Verdict
    risk_text: str
    failures: tuple[FailureView, ...]
    order: OrderView | None


class ProposedLine(msgspec.Struct, frozen=True):
    """An instrument before, as wanted, and after; weights are shares of the account's equity.

    `open_qty` is what open orders add, `target_qty` is not rounded to lots and None for what is kept.
    `left_out` says why there is no order, or a smaller one. `source` is MARKET for a quote of the market,
    PAPER for what the paper venue makes of the last price, None for what is not traded.
    """

    instrument_id: str
    before_qty: str
    open_qty: str
    target_qty: str | None
    order_qty: str
    after_qty: str
    before_weight: str
    target_weight: str
    after_weight: str
    price: str
    bid: str | None
    ask: str | None
    quote_ts: str | None
    source: QuoteSource | None
    left_out: str


class ProposalRequest(msgspec.Struct, frozen=True):
    """What was asked for, as a body that asks for the same again."""

    account_id: str
    weights: dict[str, str] | None
    job_id: str | None
    capital: str | None
    others: Others
    order_type: OrderType
    time_in_force: TimeInForce
    offset_bps: int
    min_trade: str


class ProposalView(msgspec.Struct, frozen=True):
    """A rebalancing proposal; money in `currency`, times of the real clock.

    `why_not` says why it cannot be confirmed now, "" where it can or was. `is_sequenced` says that buys wait
    for the cash of sells, as in every CASH account. `cash_after` is with every order filled at its expected
    price, `cash_after_worst` with sells at their limits and buys at all that risk reserves. `turnover` is the
    value of all orders over equity; `request` asks for the same again.
    """

    proposal_id: str
    account_id: str
    state: ProposalState
    reason: str
    why_not: str
    job_id: str
    created_by: str
    created: str
    expires: str
    seconds_left: float
    confirmed_by: str
    confirmed: str | None
    currency: str
    is_sequenced: bool
    equity: str
    capital: str
    turnover: str
    half_spread: str
    fees: str
    cost: str
    cash_before: str
    cash_after: str
    cash_after_worst: str
    gross_before: str
    gross_after: str
    notes: tuple[str, ...]
    orders: tuple[ProposedOrder, ...]
    lines: tuple[ProposedLine, ...]
    request: ProposalRequest


def proposal_view(proposal: Proposal, rebalancing: Rebalancing) -> ProposalView:
    """The proposal as it is now."""
    plan = proposal.plan
    left = max(proposal.expires_ns - rebalancing.now_ns(), 0) if proposal.state is ProposalState.OPEN else 0
    orders = tuple(
        _order(proposal.name(number), order, check, rebalancing.sender.order_of(proposal, number))
        for number, (order, check) in enumerate(zip(plan.orders, proposal.checks, strict=True))
    )
    return ProposalView(
        proposal.proposal_id, proposal.account_id, proposal.state, proposal.reason,
        rebalancing.why_not(proposal), proposal.job_id, proposal.created_by, format_ns(proposal.created_ns),
        format_ns(proposal.expires_ns), left / 1e9, proposal.confirmed_by,
        format_ns(proposal.confirmed_ns) if proposal.confirmed_ns else None, plan.currency, plan.is_sequenced,
        format_raw(plan.equity), format_raw(plan.capital), format_raw(plan.turnover),
        format_raw(plan.half_spread), format_raw(plan.fees), format_raw(plan.half_spread + plan.fees),
        format_raw(plan.cash_before), format_raw(plan.cash_after), format_raw(plan.cash_after_worst),
        format_raw(plan.gross_before), format_raw(plan.gross_after), plan.notes, orders,
        _lines(plan), _request(proposal),
    )  # fmt: skip


def _request(proposal: Proposal) -> ProposalRequest:
    wishes, job_id = proposal.wishes, proposal.job_id
    weights = {name: format_raw(each) for name, each in wishes.weights.items()}
    return ProposalRequest(
        proposal.account_id, None if job_id else weights, job_id or None, format_optional(wishes.capital),
        wishes.others, wishes.order_type, wishes.time_in_force, wishes.offset_bps,
        format_raw(wishes.min_trade),
    )  # fmt: skip


def _order(name: str, planned: PlannedOrder, check: Check, order: OrderView | None) -> ProposedOrder:
    return ProposedOrder(
        name, planned.instrument_id, planned.side, format_raw(planned.order_qty), planned.order_type,
        planned.time_in_force, format_optional(planned.limit_price), format_raw(planned.expected_price),
        format_raw(planned.value), format_raw(planned.half_spread), format_raw(planned.fee), check.verdict,
        check.text, check.failures, order,
    )  # fmt: skip


def _lines(plan: Plan) -> tuple[ProposedLine, ...]:
    signed = {
        each.instrument_id: each.order_qty if each.side is Side.BUY else -each.order_qty
        for each in plan.orders
    }
    return tuple(_line(each, signed.get(each.instrument_id, 0)) for each in plan.lines)


def _line(line: PlanLine, order_qty: int) -> ProposedLine:
    touch = line.touch
    bid, ask = (None, None) if touch is None else (format_raw(touch.bid), format_raw(touch.ask))
    ts, source = (None, None) if touch is None else (format_ts(touch.ts), touch.source)
    return ProposedLine(
        line.instrument_id, format_raw(line.before_qty), format_raw(line.open_qty),
        format_optional(line.target_qty), format_raw(order_qty), format_raw(line.after_qty),
        format_raw(line.before_weight), format_raw(line.target_weight), format_raw(line.after_weight),
        format_raw(line.mark), bid, ask, ts, source, line.left_out,
    )  # fmt: skip
