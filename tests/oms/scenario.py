"""Scenarios of orders as text: one step a line, "what is done -> event, status, cum, leaves".

    submit a 100           -> OrderApproved PENDING_NEW 0 100
    ack a                  -> OrderAcknowledged NEW 0 100
    fill a 40 e1           -> OrderFilled PARTIALLY_FILLED 40 60
    cancel c               -> OrderPendingCancel PENDING_CANCEL 40 60

Steps of the trader: `submit ID QTY [@PRICE] [sell] [market]`, `cancel ID`, `replace ID QTY [@PRICE]`.
Steps of the venue, naming the client id they answer: `ack`, `reject`, `fill ID QTY EXECUTION [@PRICE]`,
`canceled`, `expired`, `replaced ID QTY [@PRICE]`, `cancel-rejected`, `suspended`, `stopped`, `done-for-day`,
`restated ID QTY [@PRICE]`, `bust ID EXECUTION`, `correct ID QTY EXECUTION NEW-EXECUTION [@PRICE]`; `v=ID`
gives the venue's order id, `p=QTY` what self-trade prevention took off, and `external` says what order it is.
Steps of the line between: `unknown ID` (no answer came), `not-received ID` (proved absent).
`#2` points a step (and what is expected) at the second order, else it is the first; `-` expects no order.
"""

from typing import Any

from tests.engine_harness import STOCK, Desk
from trade2026.model.commands import MarkUnknown, ResolveNotReceived
from trade2026.model.enums import ExecType, OrderType, Side
from trade2026.oms.retire import request_ids
from trade2026.oms.state import Order, Working
from trade2026.oms.status import order_status
from trade2026.primitives.fixed_point import UNIT

_VENUE = {
    "ack": ExecType.NEW,
    "reject": ExecType.REJECTED,
    "canceled": ExecType.CANCELED,
    "expired": ExecType.EXPIRED,
    "replaced": ExecType.REPLACED,
    "cancel-rejected": ExecType.CANCEL_REJECTED,
    "suspended": ExecType.SUSPENDED,
    "stopped": ExecType.STOPPED,
    "done-for-day": ExecType.DONE_FOR_DAY,
    "restated": ExecType.RESTATED,
}


def play(desk: Desk, text: str) -> None:
    """Do every step and compare what it says, then check every order's facts."""
    for line in text.splitlines():
        if not line.strip():
            continue
        step, _, expected = line.partition("->")
        words = step.split()
        number = next((int(word[1:]) for word in words if word.startswith("#")), 1)
        event = _do(desk, number, [word for word in words if not word.startswith("#")])
        order = desk.oms.orders.get(number)
        got = f"{type(event).__name__} {describe(order)}"
        assert got == " ".join(expected.split()), f"{line.strip()}\n  got: {got}\n  {event}"
        for order in desk.oms.orders.values():
            check_facts(desk, order)


def describe(order: Order | None) -> str:
    if order is None:
        return "-"
    return f"{order_status(order)} {order.cum_qty // UNIT} {order.leaves_qty // UNIT}"


def check_facts(desk: Desk, order: Order) -> None:
    """Open: total = filled + leaves. Done: nothing left, and a reason. Filled is the sum of executions."""
    is_done = order.working is Working.DONE
    assert is_done == (order.done_reason is not None)
    assert is_done != (order.order_id in desk.oms.accounts[order.account_id].open_orders)
    if is_done:
        assert order.leaves_qty == 0
    else:
        assert order.order_qty == order.cum_qty + order.leaves_qty + order.prevented_qty
        assert order.leaves_qty > 0
    booked = [
        execution
        for executions in desk.oms.accounts[order.account_id].executions.values()
        for execution in executions.values()
        if execution.order_id == order.order_id
    ]
    assert order.cum_qty == sum(execution.last_qty for execution in booked if not execution.is_busted)
    check_trail(desk, order)
    if not order.pending_replace_id:
        assert order.pending_order_qty == 0
        assert order.pending_limit_price is None
    asked = {order.client_order_id, *(each[0] for each in order.pending_replaces)}
    requests = desk.oms.accounts[
        order.account_id
    ].requests  # Of unknown outcome may be cancels before the last.
    asked |= {name for name in request_ids(order) if (change := requests[name].change) and change[1] is None}
    assert asked.issuperset(order.unknown_ids)
    order_status(order)


def check_trail(desk: Desk, order: Order) -> None:
    """The order knows all that is kept under its name elsewhere, so that it can leave memory as a whole."""
    account = desk.oms.accounts[order.account_id]
    requests = [
        name
        for name, request in account.requests.items()
        if order.order_id in (request.order_id, (request.change or (0,))[0])
    ]
    assert sorted(request_ids(order)) == sorted(requests)
    executions = [
        (instrument_id, name)
        for instrument_id, booked in account.executions.items()
        for name, execution in booked.items()
        if execution.order_id == order.order_id
    ]
    known = [(order.instrument_id, name) for name in order.execution_ids or ()]
    assert sorted(known) == sorted(executions)


def _do(desk: Desk, number: int, words: list[str]) -> Any:
    verb, client_id, *rest = words
    price = next((int(word[1:]) * UNIT for word in rest if word.startswith("@")), 10 * UNIT)
    venue_id = next((word[2:] for word in rest if word.startswith("v=")), "")
    plain = [word for word in rest if not word.startswith(("@", "v=", "p="))]
    if verb == "submit":
        side = Side.SELL if "sell" in plain else Side.BUY
        return desk.submit(client_id, side, int(plain[0]) * UNIT, price=None if "market" in plain else price)
    if verb == "cancel":
        return desk.cancel(client_id, number)
    if verb == "replace":
        return desk.replace(client_id, number, int(plain[0]) * UNIT, price)
    terms: dict[str, Any] = {"venue_order_id": venue_id}
    if "external" in plain:
        plain.remove("external")
        terms |= {"instrument_id": STOCK.instrument_id, "side": Side.BUY, "order_qty": 100 * UNIT}
        terms |= {"order_type": OrderType.LIMIT, "limit_price": price}
    if verb == "fill":
        return desk.fill(client_id, plain[1], int(plain[0]) * UNIT, price, **terms)
    if verb in ("bust", "correct"):
        return _change_execution(desk, verb, client_id, plain, price)
    if verb in ("unknown", "not-received"):
        return _doubt(desk, verb, client_id)
    if verb in ("replaced", "restated"):
        terms |= {"order_qty": int(plain[0]) * UNIT, "limit_price": price}
    prevented = next((int(word[2:]) for word in rest if word.startswith("p=")), 0)
    return desk.report(client_id, _VENUE[verb], prevented_qty=prevented * UNIT, **terms)[0]


def _change_execution(desk: Desk, verb: str, client_id: str, plain: list[str], price: int) -> Any:
    if verb == "bust":
        return desk.report(client_id, ExecType.TRADE_CANCEL, ref_execution_id=plain[0])[0]
    return desk.report(
        client_id, ExecType.TRADE_CORRECT, last_qty=int(plain[0]) * UNIT, last_px=price,
        ref_execution_id=plain[1], execution_id=plain[2],
    )[0]  # fmt: skip


def _doubt(desk: Desk, verb: str, client_id: str) -> Any:
    """The first event; None where there was nothing to doubt."""
    command: Any = ResolveNotReceived(desk.now, "A", client_id, "looked twice")
    if verb == "unknown":
        command = MarkUnknown(desk.now, "A", client_id, "no answer")
    events = desk.do(command)
    return events[0] if events else None
