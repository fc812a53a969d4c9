"""Placing and canceling: what is asked of the exchange, and what it says in the words of the protocol."""

from collections.abc import Sequence

import msgspec

from trade2026.matching.clearing import Holding, cost_of
from trade2026.matching.words import CancelOpen
from trade2026.model.enums import Side
from trade2026.simulation.exchange.order_records import OrderRecord
from trade2026.simulation.exchange.records import refusal_in
from trade2026.simulation.exchange.reports import Report
from trade2026.simulation.exchange.waiting import Waiting
from trade2026.web.binance import refusals
from trade2026.web.binance.door import BinanceDoor
from trade2026.web.binance.new_orders import STOPS, TARGETS, TRIGGERED, NewOrder
from trade2026.web.binance.refusals import Refusal

_LEVELS = 5_000
_IMMEDIATE = "Order would trigger immediately."


class Placed(msgspec.Struct, frozen=True):
    """An order that was taken; `report` None for one that waits outside the book."""

    order: OrderRecord
    report: Report | None


def sized(door: BinanceDoor, order: NewOrder) -> NewOrder:
    """The order in lots: as many as what it may cost buys (or has to bring in sells) at the prices shown
    now.
    """
    if not order.quote_qty:
        return order
    symbol, rest, lots = order.symbol, order.quote_qty, 0
    other = Side.SELL if order.side is Side.BUY else Side.BUY
    for price, shown, _ in door.exchange.levels(symbol.number, other, _LEVELS):
        unit = price * symbol.listing.unit
        taken = min(shown, rest // unit)
        lots += taken
        rest -= taken * unit
        if taken < shown:
            break
    if lots < symbol.listing.min_lots:
        raise refusals.rejected("Order book liquidity is less than LOT_SIZE filter minimum quantity.")
    if lots > symbol.listing.max_lots:
        raise refusals.filter_failure("MARKET_LOT_SIZE")
    return msgspec.structs.replace(order, lots=lots)


def check(door: BinanceDoor, owner: str, order: NewOrder, beside: Sequence[NewOrder] = ()) -> None:
    """Refusal where the owner's other orders, or the last price, do not let it in; `beside` are orders of the
    same symbol that are placed together with it.
    """
    number = order.symbol.number
    ledger = door.records.ledger(owner)
    if order.client_order_id is not None:
        if any(each.client_order_id == order.client_order_id for each in beside):
            raise refusals.rejected("Duplicate order sent.")
        named = ledger.by_client.get((number, order.client_order_id))
        if (named is not None and named.is_open) or (
            owner,
            number,
            order.client_order_id,
        ) in door.names_taken:
            raise refusals.rejected("Duplicate order sent.")
    if len(ledger.open) + len(beside) >= door.limits.open_orders:
        mine = [each for each in ledger.open.values() if each.number == number]
        if len(mine) + len(beside) >= door.limits.open_orders:
            raise refusals.filter_failure("MAX_NUM_ORDERS")
    if order.order_type in TRIGGERED:
        algo = sum(
            each.number == number and each.terms.order_type in TRIGGERED for each in ledger.open.values()
        ) + sum(each.order_type in TRIGGERED for each in beside)
        if algo >= door.limits.algo_orders:
            raise refusals.filter_failure("MAX_NUM_ALGO_ORDERS")
        _check_trigger(door, order)


def _check_trigger(door: BinanceDoor, order: NewOrder) -> None:
    last = door.records.tapes[order.symbol.number].last_price
    if last is None:
        return
    is_met = last >= order.stop_ticks if order.triggers_above else last <= order.stop_ticks
    if is_met:
        raise refusals.rejected(_IMMEDIATE)


async def place(door: BinanceDoor, owner: str, order: NewOrder, list_id: int = -1) -> Placed:
    """Have an order placed, or let it wait; Refusal where it is not taken."""
    check(door, owner, order)
    order = sized(door, order)
    if order.order_type in TARGETS:
        check_funds(door, owner, order)
        return Placed(hold(door, owner, order, list_id), None)
    order_id = door.exchange.next_order_id()
    terms = order.terms(order_id, list_id)
    name = (owner, order.symbol.number, terms.client_order_id)
    door.records.expect(order_id, terms)
    door.names_taken.add(name)
    try:
        report = await door.exchange.request(owner, order.symbol.number, order.command(owner, order_id))
    finally:
        door.names_taken.discard(name)
        door.records.forget(order_id)
    refused = refusal_in(report.happened.events)
    if refused is not None:
        raise refusals.by_market(refused)
    record = door.records.ledger(owner).order(order.symbol.number, order_id)
    assert record is not None, "the records have what was accepted"
    return Placed(record, report)


def hold(door: BinanceDoor, owner: str, order: NewOrder, list_id: int = -1) -> OrderRecord:
    """Let an order wait outside the book for its trigger."""
    order_id = door.exchange.next_order_id()
    now = door.exchange.now_ns()
    record = OrderRecord(
        order_id=order_id, number=order.symbol.number, owner=owner, terms=order.terms(order_id, list_id),
        side=order.side.value, lots=order.lots, price=order.ticks, iceberg=order.iceberg,
        prevention=order.prevention, time_ns=now, update_ns=now,
    )  # fmt: skip
    command = order.command(owner, order_id)
    if order.order_type in STOPS:  # Its trigger is looked for here, so the book gets what follows it.
        plain = "LIMIT" if order.ticks else "MARKET"
        command = msgspec.structs.replace(order, order_type=plain).command(owner, order_id)
    door.waiting.hold(Waiting(record, command, order.stop_ticks, order.triggers_above))
    return record


def check_funds(door: BinanceDoor, owner: str, order: NewOrder) -> None:
    """Refusal where the owner could not pay for it now; nothing is held back for an order that waits."""
    listing = order.symbol.listing
    cost = cost_of(listing, order.side, order.ticks or order.stop_ticks, order.lots)
    asset = listing.quote if order.side is Side.BUY else listing.base
    if door.exchange.balances(owner).get(asset, Holding()).free < cost:
        raise refusals.rejected("Account has insufficient balance for requested action.")


def find(
    door: BinanceDoor, owner: str, number: int, order_id: int | None, client_order_id: str | None
) -> OrderRecord | None:
    """An order by its number, its name or both; None where there is none that has all that was said."""
    ledger = door.records.ledger(owner)
    if order_id is not None:
        found = ledger.order(number, order_id)
        is_it = client_order_id is None or (found and found.terms.client_order_id == client_order_id)
        return found if is_it else None
    return ledger.by_client.get((number, client_order_id or ""))


async def cancel(
    door: BinanceDoor, order: OrderRecord, cancel_id: str, restriction: str | None = None
) -> None:
    """Take an order back; Refusal where it is over already, or not in the state that was asked for."""
    if not order.is_open:
        raise refusals.unknown_order()
    wanted = {"ONLY_NEW": "NEW", "ONLY_PARTIALLY_FILLED": "PARTIALLY_FILLED"}
    if restriction is not None and order.status != wanted[restriction]:
        raise Refusal(-2011, "Order was not canceled due to cancel restrictions.")
    if door.waiting.is_held(order):
        door.waiting.cancel(order, cancel_id)
        return
    door.records.expect_cancel(order.order_id, cancel_id)
    report = await door.exchange.request(order.owner, order.number, CancelOpen(order.order_id))
    if refusal_in(report.happened.events) is not None:
        raise refusals.unknown_order()
