"""A market without a door, where right orders are done as the oracle understands them, and its state."""

import asyncio

import msgspec

from tests.fuzz.door_orders import Kind, Verdict
from tests.web.binance.house import WIDE, House, StillClock
from trade2026.matching.clearing import Holding, cost_of
from trade2026.matching.words import CancelOpen
from trade2026.model.enums import Side
from trade2026.simulation.exchange.order_records import OrderRecord, Terms
from trade2026.simulation.exchange.records import refusal_in
from trade2026.simulation.exchange.waiting import Waiting

OWNERS = ("ann", "bob")


class Done(msgspec.Struct, frozen=True):
    """What came of it: whether the answer has to be a result, and the number of a new order, 0 for none."""

    is_taken: bool
    order_id: int = 0


_REFUSED = Done(False)


class Twin:
    """The market; its records, and what waits outside its books, are those of the exchange's own code."""

    def __init__(self, clock: StillClock) -> None:
        self._house = House(clock, WIDE)
        self._house.book()
        door = self._house.app.door
        self._exchange, self._records, self._waiting = self._house.exchange, door.records, door.waiting

    def state(self) -> bytes:
        """Market, accounts and records."""
        return state_of(self._house)

    async def do(self, verdict: Verdict) -> Done:
        """Do it, and all that the market then does by itself."""
        if verdict.kind is Kind.REPLACE:
            done = self._replace(verdict)
        elif verdict.kind is Kind.PLACE:
            done = self._place(verdict)
        elif verdict.kind is Kind.CANCEL:
            done = self._cancel(verdict)
        else:
            done = self._cancel_all(verdict)
        for _ in range(4):  # What a trade has set off here has been set off behind the door as well.
            while self._house.app.door._tasks:
                await asyncio.sleep(0)
            await asyncio.sleep(0)
        return done

    def _replace(self, verdict: Verdict) -> Done:
        assert verdict.old is not None
        canceled = self._cancel(verdict.old).is_taken
        if not canceled and verdict.is_strict:
            return _REFUSED
        placed = self._place(verdict)
        return Done(canceled and placed.is_taken, placed.order_id)

    # ------------------------------------------------------------------------------------------- canceling

    def _cancel_all(self, verdict: Verdict) -> Done:
        ledger = self._records.ledger(verdict.owner)
        found = [each for each in ledger.open.values() if each.number == verdict.number]
        for each in found:
            if each.is_open:
                self._end(each, "")
        return Done(bool(found))

    def _cancel(self, verdict: Verdict) -> Done:
        ledger = self._records.ledger(verdict.owner)
        if verdict.order_id is None:
            order = ledger.by_client.get((verdict.number, verdict.name))
        else:
            order = ledger.order(verdict.number, verdict.order_id)
            if order is not None and verdict.name not in ("", order.terms.client_order_id):
                return _REFUSED
        if order is None or not order.is_open or verdict.status not in ("", order.status):
            return _REFUSED
        self._end(order, verdict.cancel_name)
        return Done(True)

    def _end(self, order: OrderRecord, name: str) -> None:
        name = name or f"cancel-{order.order_id}"
        if self._waiting.is_held(order):
            self._waiting.cancel(order, name)
            return
        self._records.expect_cancel(order.order_id, name)
        self._exchange.do(order.owner, order.number, CancelOpen(order.order_id))

    # --------------------------------------------------------------------------------------------- placing

    def _place(self, verdict: Verdict) -> Done:
        asked = verdict.order
        assert asked is not None
        lots = self._sized(verdict) if verdict.quote_qty else asked.order_qty
        if not lots or not self._may_place(verdict) or (verdict.is_target and not self._can_pay(verdict)):
            return _REFUSED
        order_id = self._exchange.next_order_id()
        terms = Terms(
            client_order_id=verdict.name or f"trade2026-{order_id}", order_type=verdict.order_type,
            time_in_force="GTC" if not asked.limit_price or asked.post_only else asked.time_in_force.value,
            quote_qty=verdict.quote_qty, stop_price=verdict.stop_ticks, strategy_id=verdict.strategy[0],
            strategy_type=verdict.strategy[1],
        )  # fmt: skip
        order = msgspec.structs.replace(asked, order_id=order_id, order_qty=lots)
        if verdict.is_target:
            now = self._exchange.now_ns()
            record = OrderRecord(
                order_id=order_id, number=verdict.number, owner=verdict.owner, terms=terms,
                side=order.side.value, lots=lots, price=order.limit_price or 0, iceberg=order.display_qty,
                prevention=order.prevention.value, time_ns=now, update_ns=now,
            )  # fmt: skip
            is_above = order.side is Side.SELL
            self._waiting.hold(Waiting(record, order, verdict.stop_ticks, is_above))
            return Done(True, order_id)
        self._records.expect(order_id, terms)
        done = self._exchange.do(verdict.owner, verdict.number, order)
        return _REFUSED if refusal_in(done.happened.events) else Done(True, order_id)

    def _sized(self, verdict: Verdict) -> int:
        """Lots that an amount buys, or sells for, at the prices shown; 0 where that is no order."""
        asked, listing = verdict.order, self._exchange.listings[verdict.number]
        assert asked is not None
        other = Side.SELL if asked.side is Side.BUY else Side.BUY
        left, lots = verdict.quote_qty, 0
        for price, shown, _ in self._exchange.levels(verdict.number, other, 5_000):
            affordable = left // (price * listing.unit)
            lots += min(shown, affordable)
            left -= shown * price * listing.unit
            if affordable < shown:
                break
        return lots if listing.min_lots <= lots <= listing.max_lots else 0

    def _may_place(self, verdict: Verdict) -> bool:
        """Whether the owner's other orders and the last price let it in."""
        assert verdict.order is not None
        ledger = self._records.ledger(verdict.owner)
        mine = [each for each in ledger.open.values() if each.number == verdict.number]
        named = ledger.by_client.get((verdict.number, verdict.name)) if verdict.name else None
        if (named is not None and named.is_open) or len(mine) >= WIDE.open_orders:
            return False
        if not verdict.stop_ticks:
            return True
        last = self._records.tapes[verdict.number].last_price
        is_above = (verdict.order.side is Side.BUY) != verdict.is_target
        is_met = last is not None and (last >= verdict.stop_ticks if is_above else last <= verdict.stop_ticks)
        return not is_met and sum(each.terms.stop_price > 0 for each in mine) < WIDE.algo_orders

    def _can_pay(self, verdict: Verdict) -> bool:
        """Whether the owner could pay for an order that waits, now."""
        asked, listing = verdict.order, self._exchange.listings[verdict.number]
        assert asked is not None
        cost = cost_of(listing, asked.side, asked.limit_price or verdict.stop_ticks, asked.order_qty)
        asset = listing.quote if asked.side is Side.BUY else listing.base
        return self._exchange.balances(verdict.owner).get(asset, Holding()).free >= cost


def state_of(house: House) -> bytes:
    """All that orders may change, as bytes that are equal where it is."""
    door = house.app.door
    kept = [
        (list(ledger.open.values()), list(ledger.closed.values()), list(ledger.fills), len(ledger.lists))
        for ledger in map(door.records.ledger, OWNERS)
    ]
    held = [sorted(room) for room in door.waiting._waiting]
    rest = f"{house.market.state_sha256()} {len(door.names_taken)} {door.records.sequences} {held} "
    return rest.encode() + msgspec.json.encode(kept)
