"""An operator takes a venue's word: the command that makes our books say what the venue's do."""

from collections.abc import Iterable
from typing import Final

from trade2026.model.commands import AdjustPosition, Command, ReportExecution
from trade2026.model.commands.desk import Difference
from trade2026.model.enums import ExecType
from trade2026.model.execution import ExecutionReport
from trade2026.oms.correction import live_execution
from trade2026.oms.state import Booked, Working
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import MONEY_MAX, encode_money, format_raw, parse_raw
from trade2026.trading.decide import Engines
from trade2026.trading.venues.truth import OPEN

_AT: Final = " at "


def find(differences: Iterable[Difference], account_id: str, kind: str, name: str) -> Difference:
    """The difference of that name that waits for a person; InputError where there is none."""
    waiting = [each for each in differences if not each.action]
    for each in waiting:
        if (each.account_id, each.kind, each.name) == (account_id, kind, name):
            return each
    known = ", ".join(f"{each.kind} {each.name} of {each.account_id}" for each in waiting) or "none"
    raise InputError(
        f"no difference {kind} {name!r} of {account_id!r} waits to be accepted; waiting: {known}"
    )


def is_acceptable(difference: Difference) -> bool:
    """Whether the venue's word for it can be taken; what it cannot be taken for is settled at the venue."""
    if difference.kind in ("POSITION", "BALANCE"):
        return True
    if difference.kind == "EXECUTION":
        return difference.ours != ""
    return difference.ours == OPEN and not difference.venues


def accept(
    engines: Engines, difference: Difference, now: int, wall_ns: int, trader_id: str, text: str
) -> Command:
    """The command that settles it; InputError where our books have moved on, or nothing of ours can."""
    if difference.kind in ("POSITION", "BALANCE"):
        return _adjust(engines, difference, now, trader_id, text)
    if difference.kind == "EXECUTION":
        return _restate(engines, difference, now, wall_ns, f"accepted by {trader_id}: {text}")
    if difference.ours == OPEN and not difference.venues:
        return _forget(engines, difference, now, wall_ns, f"accepted by {trader_id}: {text}")
    ours, venues = difference.ours or "unknown", difference.venues or "unknown"
    raise InputError(
        f"order {difference.name!r} is {ours} here and {venues} at the venue; settle it there, then reconcile"
    )


def _adjust(engines: Engines, difference: Difference, now: int, trader_id: str, text: str) -> AdjustPosition:
    name = difference.name
    amount = _raw(difference.venues) - _raw(difference.ours)
    book = engines.ledger.accounts[difference.account_id]
    price = 0
    if name in engines.ledger.instruments:
        commodity = engines.ledger.instruments[name].commodity
        held = sum(each.quantity for each in book.positions.values() if each.commodity == commodity)
        held += book.cash.get(commodity, 0)
        price = engines.ledger.marks.get(name, (0, 0))[0]
        if not price:
            raise InputError(f"{name} has no price yet to value the difference at; wait for one")
    else:
        held = book.cash.get(name, 0)
    if held != _raw(difference.ours):
        raise InputError(
            f"{name} of {difference.account_id} was {difference.ours} and is {format_raw(held)} now; "
            f"reconcile, then decide"
        )
    return AdjustPosition(now, difference.account_id, name, encode_money(amount), price, trader_id, text)


def _restate(engines: Engines, difference: Difference, now: int, wall_ns: int, text: str) -> ReportExecution:
    """Take back a fill that the venue does not have, or correct it to what the venue has."""
    if not difference.ours:
        raise InputError(
            f"execution {difference.name!r} contradicts another of its order that the venue does not have; "
            f"accept that one, then reconcile"
        )
    order_id, live_id = _booked(engines, difference)
    order = engines.oms.orders[order_id]
    kind, quantity, price = ExecType.TRADE_CANCEL, 0, 0
    if difference.venues:
        stated = difference.venues.split(_AT)
        kind, quantity, price = ExecType.TRADE_CORRECT, _raw(stated[0]), _raw(stated[1])
    report = ExecutionReport(
        difference.account_id, order.client_order_id, kind, wall_ns, order.venue_order_id,
        ref_execution_id=live_id, last_qty=quantity, last_px=price, instrument_id=order.instrument_id,
        text=text,
    )  # fmt: skip
    return ReportExecution(now, report)


def _forget(engines: Engines, difference: Difference, now: int, wall_ns: int, text: str) -> ReportExecution:
    """End an order that the venue does not know."""
    request = engines.oms.accounts[difference.account_id].requests.get(difference.name)
    order = None if request is None else engines.oms.orders.get(request.order_id)
    if order is None or order.working is not Working.WORKING:
        raise InputError(f"order {difference.name!r} is not as it was compared; reconcile, then decide")
    return ReportExecution(
        now,
        ExecutionReport(
            difference.account_id, order.client_order_id, ExecType.CANCELED, wall_ns, order.venue_order_id,
            text=f"the venue does not know it; {text}",
        ),
    )  # fmt: skip


def _booked(engines: Engines, difference: Difference) -> tuple[int, str]:
    for _, executions in sorted(engines.oms.accounts[difference.account_id].executions.items()):
        if difference.name in executions:
            live_id, live = live_execution(executions, difference.name)
            if f"{format_raw(live.last_qty)}{_AT}{format_raw(live.last_px)}" == difference.ours:
                return _order_of(live), live_id
    raise InputError(f"execution {difference.name!r} is not as it was compared; reconcile, then decide")


def _order_of(booked: Booked) -> int:
    return booked.order_id


def _raw(text: str) -> int:
    return parse_raw(text, "amount", maximum=MONEY_MAX)
