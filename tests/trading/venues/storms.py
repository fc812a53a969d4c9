"""A desk that trades while its line does what it likes, and what must hold when it is quiet again."""

import asyncio
from dataclasses import fields

import msgspec

from tests.simulation.faults import LineFaults
from tests.simulation.simvenue import Habits
from tests.trading.venues.edge import READY, TERMS, Edge, Life, cancel, replace, submit
from trade2026.ledger.snapshot import encode_state as ledger_bytes
from trade2026.model.commands import RetireOrders
from trade2026.model.events import OrderApproved
from trade2026.model.instructions import OrderInstructions
from trade2026.oms.state import Working
from trade2026.oms.unknown import is_outstanding
from trade2026.primitives.fixed_point import UNIT

BUSY = Habits(silent=0.3, rejects=0.05, unsolicited=0.05)


async def trade(life: Life, count: int, pause_s: float = 0.01) -> list[str]:
    """Submits, some of them canceled or replaced a moment later; the names of the approved ones."""
    chance, names = life.edge.chance, []
    approved: list[OrderApproved] = []
    for _ in range(count):
        life.edge.number += 1
        name = f"o{life.edge.number}"
        account_id = chance.choice(("margin", "margin", "cash"))
        command = submit(name, life.clock.now_ns(), lots=chance.randint(1, 9), account_id=account_id)
        if chance.random() < 0.2:  # The core sends it in parts.
            command = msgspec.structs.replace(command, instructions=OrderInstructions(display_qty=2 * UNIT))
        events = await life.do(command)
        if type(events[0]) is OrderApproved:
            approved.append(events[0])
            names.append(name)
        if approved and chance.random() < 0.3:
            order = chance.choice(approved)
            await life.do(cancel(f"c{name}", order.order_id, life.clock.now_ns(), order.account_id))
        margin = [each for each in approved if each.account_id == "margin"]
        if margin and chance.random() < 0.2:
            order = chance.choice(margin)
            await life.do(
                replace(f"r{name}", order.order_id, life.clock.now_ns(), lots=chance.randint(1, 12))
            )
        if chance.random() < 0.05:
            closed = [
                each.order_id for each in life.core.engines.oms.orders.values() if not is_outstanding(each)
            ]
            await life.do(RetireOrders(life.clock.now_ns(), tuple(closed), ()))
        await asyncio.sleep(pause_s * chance.random())
    return names


def check_nothing_is_open_twice(life: Life) -> None:
    """What is open at the venue is open here, and nothing else is at the venue; no order is there twice."""
    oms = life.core.engines.oms
    theirs = sorted(
        (order.account_id, oms.accounts[order.account_id].requests[order.client_order_id].order_id)
        for order in life.edge.market.exchange.open_orders()
    )
    ours = sorted(
        (account_id, order_id)
        for account_id, account in oms.accounts.items()
        for order_id in account.open_orders
        if oms.orders[order_id].working is not Working.HELD
    )
    assert ours == theirs


async def settle(life: Life) -> None:
    """No fault any more: within two minutes everything is known and squared."""
    life.edge.line.heal()
    await asyncio.sleep(1)
    await life.until(READY, 120)
    unknown = [""]
    for _ in range(240):
        await asyncio.sleep(0.5)
        unknown = [
            order.client_order_id
            for order in life.core.engines.oms.orders.values()
            if order.unknown_ids or order.pending_cancel_id or order.pending_replaces
        ]
        if not unknown and life.session.state is READY:
            break
    assert not unknown
    await asyncio.sleep(5)
    await life.until(READY, 60)
    check_nothing_is_open_twice(life)
    life.check_books()


ALL_FAULTS = LineFaults(
    slow=0.1, lost_request=0.05, lost_response=0.05, late=0.03, error_though_placed=0.03,
    dropped_report=0.05, dropped_fill=0.1, gap_told=0.5, duplicate=0.1, reordered=0.1, partial_page=0.1,
    hidden_s=0.5, rate_limited=0.02, unanswered_query=0.03, episode_s=10.0, disconnects=True,
    half_open=True, maintenance=True,
)  # fmt: skip


def storm(seed: int) -> Edge:
    """Each seed has about half of the faults, because faults hide one another."""
    edge = Edge(seed, habits=BUSY, terms=TERMS)
    for each in fields(LineFaults):
        if edge.chance.random() < 0.5:
            setattr(edge.faults, each.name, getattr(ALL_FAULTS, each.name))
    return edge


def state_of(life: Life) -> tuple[bytes, bytes]:
    """Orders and books, without what tells how often they were compared."""
    engines = life.core.engines
    orders = [
        (order.account_id, name, order.working, order.done_reason, order.cum_qty, order.order_qty)
        for account in engines.oms.accounts.values()
        for name, request in account.requests.items()
        if request.order_id
        for order in [engines.oms.orders[request.order_id]]
    ]
    return msgspec.msgpack.encode(sorted(orders, key=repr)), ledger_bytes(engines.ledger)
