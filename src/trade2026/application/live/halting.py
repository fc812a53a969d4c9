"""Ending risk in a running desk: cancels of a scope, halts with nobody to answer, and what still works."""

import asyncio
from collections.abc import Iterator
from typing import Final

from trade2026.model.commands import CancelOrder
from trade2026.model.enums import Scope, TradingState
from trade2026.oms.state import Order
from trade2026.oms.status import order_status
from trade2026.ports.core_link import CancelAllIntent, Decision
from trade2026.ports.working_orders import WORKING_MAX, WorkingOrder, WorkingOrders
from trade2026.trading.core import Core
from trade2026.trading.sequencer import BatchingSequencer

_HALTED: Final = TradingState.HALTED


async def cancel_all(core: Core, sequencer: BatchingSequencer, intent: CancelAllIntent, now: int) -> Decision:
    """Cancel what matches; raises Trade2026Error when it cannot be journaled.

    What was asked for before is decided first, so that no order is overlooked; also with the journal full.
    Where a halt covers all that matches there is nothing to wait for: it refuses what is not decided yet.
    """
    if not _is_halted(core, intent):
        await sequencer.settled()
    answers = [sequencer.post(command) for command in _cancels(core, intent, now)]
    made = await asyncio.gather(*answers)
    return Decision(tuple(event for events in made for event in events))


def _is_halted(core: Core, intent: CancelAllIntent) -> bool:
    states = core.engines.risk.trading_states
    asked = (
        (Scope.VENUE, intent.venue), (Scope.ACCOUNT, intent.account_id),
        (Scope.STRATEGY, intent.strategy_id), (Scope.INSTRUMENT, intent.instrument_id),
    )  # fmt: skip
    return states.get((Scope.GLOBAL, "")) is _HALTED or any(
        target and states.get((scope, target)) is _HALTED for scope, target in asked
    )


def _cancels(core: Core, intent: CancelAllIntent, now: int) -> list[CancelOrder]:
    accounts = (intent.account_id,) if intent.account_id else ()
    return [
        CancelOrder(
            now, order.account_id, f"{intent.client_order_id}-{order.order_id}", intent.trader_id,
            order.order_id,
        )
        for order in _open_orders(core, accounts)
        if not order.pending_cancel_id
        and intent.instrument_id in ("", order.instrument_id)
        and intent.strategy_id in ("", order.strategy_id)
        and intent.venue in ("", _venue_of(core, order))
    ]  # fmt: skip


def working_orders(core: Core, scope: Scope, target: str, seq: int) -> WorkingOrders:
    """Orders of a scope that are not done, as of now; none for a target that is not known."""
    found = [
        order
        for order in _open_orders(core, (target,) if scope is Scope.ACCOUNT else ())
        if scope in (Scope.GLOBAL, Scope.ACCOUNT)
        or (scope is Scope.STRATEGY and order.strategy_id == target)
        or (scope is Scope.INSTRUMENT and order.instrument_id == target)
        or (scope is Scope.VENUE and _venue_of(core, order) == target)
    ]
    named = sorted(found, key=lambda order: order.order_id)[:WORKING_MAX]
    return WorkingOrders(
        0, seq, core.engines.risk.trading_states.get((scope, target), TradingState.ACTIVE), len(found),
        sum(bool(order.pending_cancel_id) for order in found),
        tuple(
            WorkingOrder(
                order.order_id, order.account_id, order.strategy_id, order.instrument_id, order_status(order)
            )
            for order in named
        ),
    )  # fmt: skip


def _open_orders(core: Core, account_ids: tuple[str, ...]) -> Iterator[Order]:
    """Orders that are not done, of these accounts or of all, by account and number."""
    oms = core.engines.oms
    for account_id in account_ids or sorted(oms.accounts):
        account = oms.accounts.get(account_id)
        for order_id in sorted(account.open_orders) if account is not None else ():
            yield oms.orders[order_id]


def _venue_of(core: Core, order: Order) -> str:
    instrument = core.engines.risk.instruments.get(order.instrument_id)
    return "" if instrument is None else instrument.venue
