"""A market without a door, where right orders are done as the oracle understands them, and its state."""

import asyncio

import msgspec

from tests.fuzz.door_orders import Kind, Verdict
from tests.web.binance.house import WIDE, House, StillClock
from trade2026.matching.clearing import Holding, cost_of
from trade2026.matching.words import CancelOpen
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.simulation.exchange.order_records import Ledger, ListRecord, OrderRecord, Terms
from trade2026.simulation.exchange.records import refusal_in
from trade2026.simulation.exchange.waiting import Waiting

OWNERS = ("ann", "bob")


class Done(msgspec.Struct, frozen=True):
    """What came of it: whether the answer has to be a result, and the numbers of a new order or list, 0 for
    none."""

    is_taken: bool
    order_id: int = 0
    list_id: int = 0


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
        elif verdict.kind is Kind.LIST:
            done = self._place_list(verdict)
        elif verdict.kind is Kind.END_LIST:
            done = self._end_list(verdict)
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

    def _end_list(self, verdict: Verdict) -> Done:
        lists = self._records.ledger(verdict.owner).lists
        if verdict.order_id is None:
            found = [each for each in lists.values() if each.client_list_id == verdict.name][-1:]
        else:
            found = [each for number, each in lists.items() if number == verdict.order_id]
        if not found or found[0].number != verdict.number or not found[0].is_open:
            return _REFUSED
        for order in sorted(found[0].orders, key=self._waiting.is_held):  # The book's first.
            if order.is_open:
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
        if verdict.is_target:
            return Done(True, self._hold(verdict).order_id)
        return self._send(verdict, lots)

    def _send(self, verdict: Verdict, lots: int, list_id: int = -1) -> Done:
        """An order for the book."""
        order_id = self._exchange.next_order_id()
        assert verdict.order is not None
        self._records.expect(order_id, _terms(verdict, order_id, list_id))
        order = msgspec.structs.replace(verdict.order, order_id=order_id, order_qty=lots)
        done = self._exchange.do(verdict.owner, verdict.number, order)
        return _REFUSED if refusal_in(done.happened.events) else Done(True, order_id)

    def _hold(self, verdict: Verdict, list_id: int = -1) -> OrderRecord:
        """An order that waits outside the book for its trigger, which the book is not told of then."""
        asked, order_id, now = verdict.order, self._exchange.next_order_id(), self._exchange.now_ns()
        assert asked is not None
        record = OrderRecord(
            order_id=order_id, number=verdict.number, owner=verdict.owner,
            terms=_terms(verdict, order_id, list_id), side=asked.side.value, lots=asked.order_qty,
            price=asked.limit_price or 0, iceberg=asked.display_qty, prevention=asked.prevention.value,
            time_ns=now, update_ns=now,
        )  # fmt: skip
        is_above = (asked.side is Side.BUY) != verdict.is_target
        order = msgspec.structs.replace(asked, order_id=order_id, trigger_price=None)
        if order.limit_price is None:
            order = msgspec.structs.replace(order, order_type=OrderType.MARKET, time_in_force=TimeInForce.IOC)
        else:
            order = msgspec.structs.replace(order, order_type=OrderType.LIMIT)
        self._waiting.hold(Waiting(record, order, verdict.stop_ticks, is_above))
        return record

    def _place_list(self, verdict: Verdict) -> Done:
        """The limit order to the book, what has a trigger outside of it."""
        ledger = self._records.ledger(verdict.owner)
        is_full = sum(each.is_open for each in ledger.lists.values()) >= WIDE.order_lists
        above, below = verdict.legs
        if is_full or not self._may_place(above) or not self._may_place(below, above):
            return _REFUSED
        list_id = self._waiting.next_list_id()
        orders: list[OrderRecord | None] = [None, None]
        for at, leg in enumerate(verdict.legs):
            if leg.order_type == "LIMIT_MAKER":
                assert leg.order is not None
                sent = self._send(leg, leg.order.order_qty, list_id)
                if not sent.is_taken:
                    return _REFUSED
                orders[at] = ledger.order(leg.number, sent.order_id)
        if orders == [None, None] and not self._can_pay(verdict.legs[0]):
            return _REFUSED
        found = [each or self._hold(verdict.legs[at], list_id) for at, each in enumerate(orders)]
        self._waiting.begin_list(ListRecord(
            list_id=list_id, number=verdict.number, owner=verdict.owner,
            client_list_id=verdict.name or f"trade2026-list-{list_id}", time_ns=self._exchange.now_ns(),
            orders=found,
        ))  # fmt: skip
        return Done(True, list_id=list_id)

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

    def _may_place(self, verdict: Verdict, beside: Verdict | None = None) -> bool:
        """Whether the owner's other orders, the one placed with it, and the last price let it in."""
        assert verdict.order is not None
        ledger = self._records.ledger(verdict.owner)
        mine = [each for each in ledger.open.values() if each.number == verdict.number]
        named = ledger.by_client.get((verdict.number, verdict.name)) if verdict.name else None
        count, algo = len(mine), sum(each.terms.stop_price > 0 for each in mine)
        if beside is not None:
            count, algo = count + 1, algo + (beside.stop_ticks > 0)
            if verdict.name and verdict.name == beside.name:
                return False
        if (named is not None and named.is_open) or count >= WIDE.open_orders:
            return False
        if not verdict.stop_ticks:
            return True
        last = self._records.tapes[verdict.number].last_price
        is_above = (verdict.order.side is Side.BUY) != verdict.is_target
        is_met = last is not None and (last >= verdict.stop_ticks if is_above else last <= verdict.stop_ticks)
        return not is_met and algo < WIDE.algo_orders

    def _can_pay(self, verdict: Verdict) -> bool:
        """Whether the owner could pay for an order that waits, now."""
        asked, listing = verdict.order, self._exchange.listings[verdict.number]
        assert asked is not None
        cost = cost_of(listing, asked.side, asked.limit_price or verdict.stop_ticks, asked.order_qty)
        asset = listing.quote if asked.side is Side.BUY else listing.base
        return self._exchange.balances(verdict.owner).get(asset, Holding()).free >= cost


def _terms(verdict: Verdict, order_id: int, list_id: int) -> Terms:
    """What the owner calls it."""
    asked = verdict.order
    assert asked is not None
    return Terms(
        client_order_id=verdict.name or f"trade2026-{order_id}", order_type=verdict.order_type,
        time_in_force="GTC" if not asked.limit_price or asked.post_only else asked.time_in_force.value,
        quote_qty=verdict.quote_qty, stop_price=verdict.stop_ticks, list_id=list_id,
        strategy_id=verdict.strategy[0], strategy_type=verdict.strategy[1],
    )  # fmt: skip


def state_of(house: House) -> bytes:
    """All that orders may change, as bytes that are equal where it is."""
    door = house.app.door
    kept = [
        (list(ledger.open.values()), list(ledger.closed.values()), list(ledger.fills), _lists(ledger))
        for ledger in map(door.records.ledger, OWNERS)
    ]
    held = [sorted(room) for room in door.waiting._waiting]
    rest = f"{house.market.state_sha256()} {len(door.names_taken)} {door.records.sequences} {held} "
    return rest.encode() + msgspec.json.encode(kept)


def _lists(ledger: Ledger) -> list[object]:
    return [
        (
            each.list_id, each.number, each.client_list_id, each.time_ns, each.is_done, sorted(each.ending),
            [order.order_id for order in each.orders],
        )
        for each in ledger.lists.values()
    ]  # fmt: skip
