"""A life of the desk in front of a venue whose line fails: sessions, the emulator, and an operator."""

import asyncio
from contextlib import suppress

from tests.simulation.life import Life, requests_of
from tests.simulation.order_workload import OrderWorkload
from tests.simulation.simloop import SimLoop
from tests.simulation.simvenue import Request
from tests.simulation.workload import set_up
from trade2026.model.commands import Command, ReplaceOrder, ReportExecution
from trade2026.model.commands.desk import Difference
from trade2026.model.enums import ExecType, OrderStatus, VenueSessionState
from trade2026.model.events import CashTransferred, OrderPendingCancel
from trade2026.model.execution import ExecutionReport
from trade2026.model.market_data import Trade
from trade2026.oms.state import Order, Working
from trade2026.oms.status import order_status
from trade2026.ports.venue import Venue
from trade2026.primitives.errors import InputError, StoreUnavailable
from trade2026.primitives.fixed_point import UNIT, decode_money
from trade2026.trading.codec import decode_record
from trade2026.trading.core import Core
from trade2026.trading.emulator import Emulator
from trade2026.trading.venues.session import VenueSession

READY = VenueSessionState.READY
SOON_S = 0.3
"""A cancel that was handed over this long ago and is not answered by the order's own end is waiting."""
OPERATOR_S = 15.0


class Watched:
    """The session as the router sees it, and when it was handed which cancel."""

    def __init__(self, session: VenueSession, waiting: dict[str, float], loop: SimLoop) -> None:
        self._session, self._waiting, self._loop = session, waiting, loop
        self.name, self.environment = session.name, session.environment
        self.connect, self.submit, self.replace = session.connect, session.submit, session.replace

    def cancel(self, request: OrderPendingCancel) -> None:
        self._waiting[request.client_order_id] = self._loop.time()
        self._session.cancel(request)


class EdgeLife(Life):
    """`Life` with a session between router and line."""

    session: VenueSession
    patience_s = 10.0
    largest_frame = 48_000  # A reconciliation that found much.

    def _venue(self) -> Venue:
        world = self.world
        self.session = VenueSession(
            self._line(), self.core, self.desk, self.clock, self._spawn, world.chance,
            accounts=tuple(account.account_id for account in world.goods.accounts),
            trades=world.goods.trades,
            now=self.clock.now_ns, note=self._note,
        )  # fmt: skip
        self.session.connect(self._report)
        self._waiting: dict[str, float] = {}  # Cancels that the session has, and since when.
        world.on_wire = self._check_wire
        if world.seed % 4 == 0:  # Some ask for the end of an order again before anybody can have answered.
            self.patience_s = 0.5
        assert isinstance(world.workload, OrderWorkload)
        world.workload.orders = lambda: self.core.engines.oms.orders
        return Watched(self.session, self._waiting, self.loop)

    def _check_wire(self, request: Request) -> None:
        """Nothing but cancels leaves unless the venue is trusted, and nothing passes a cancel that waits."""
        self.world.counts["requests seen on the wire"] += 1
        if type(request) is OrderPendingCancel:
            self._waiting.pop(request.client_order_id, None)
            return
        state = self.session.state
        assert state is READY, f"an order left while the session was {state}: {request.client_order_id}"
        orders = self.core.engines.oms.orders
        pending = {order.pending_cancel_id for order in orders.values()}
        now = self.loop.time()
        for name, since in self._waiting.items():
            is_passed = name in pending and now - since > SOON_S
            assert not is_passed, f"{request.client_order_id} left before cancel {name}, which waited"

    def _note(self, text: str) -> None:
        self.world.counts["notes of the session"] += 1

    async def prepare(self) -> bool:
        """Set up what is not set up yet, and let the session begin; False when the desk failed in it."""
        if not self.world.is_set_up:
            for command in self._set_up():
                if not await self._done(command):
                    return False
            self._deposit()
        self.world.is_set_up = True
        for command in unrouted(self.core, self.world.goods.unrouted, self.clock.now_ns()):
            if not await self._done(command):
                return False
        with suppress(StoreUnavailable):  # The desk has failed; whoever asks is told so below.
            await self.session.start()
        return self.desk.failure is None and not self.is_dead

    def _set_up(self) -> list[Command]:
        """What must be journaled before the first order."""
        return set_up(self.clock.now_ns(), self.world.goods)

    def _deposit(self) -> None:
        """What the books say was paid in is at the venue too."""
        deposits = self.world.market.exchange.deposits
        deposits.clear()
        for seq, payload in enumerate(self.world.appended, start=1):
            for event in decode_record(payload, seq)[1]:
                if type(event) is CashTransferred:
                    deposits[event.account_id, event.currency] += decode_money(event.amount)

    async def client(self) -> None:
        """Ask for ever; half of the time wait until the session takes orders."""
        while self.desk.is_open:
            if self.chance.random() < 0.5:
                for _ in range(20):
                    if self.session.state is READY:
                        break
                    await asyncio.sleep(0.2)
            await asyncio.sleep(self.chance.expovariate(1 / self.plan.pause_s))
            command = self.world.workload.next(self.clock.now_ns())
            answer = self.post(command)
            if answer is None:
                return
            if type(command) is ReplaceOrder and self.chance.random() < 0.4:  # And thinks again at once.
                price = None if command.limit_price is None else command.limit_price + self._tick(command)
                again = self.world.workload.renamed(command, price)
                if self.post(again) is None:
                    return
            if self.chance.random() < 0.6:
                await asyncio.wait([answer])

    def _tick(self, command: ReplaceOrder) -> int:
        order = self.core.engines.oms.orders.get(command.order_id)
        return 0 if order is None else self.world.goods.instruments[order.instrument_id].tick_size

    async def prices(self) -> None:
        """The feed, seen by the emulator, which asks for what it leads to."""
        edge, chance = self.plan.edge, self.chance
        assert edge is not None
        emulator = Emulator(self.core.engines.oms)
        names = self.world.goods.routed
        while self.desk.is_open:
            await asyncio.sleep(chance.expovariate(1 / edge.prices_s))
            name, now = chance.choice(names), self.clock.now_ns()
            price = self._price(name)
            trade = Trade(name, now, now, price, UNIT, None, "")
            self.check_reserved()
            for command in [*emulator.on_event(trade, now), *emulator.on_time(now)]:
                if self.post(command) is None:
                    return
                self.world.counts[f"emulator: {type(command).__name__}"] += 1

    def _price(self, instrument_id: str) -> int:
        """Somewhere near its price."""
        goods = self.world.goods
        tick = goods.instruments[instrument_id].tick_size
        return int(goods.prices[instrument_id] * UNIT * (1 + self.chance.uniform(-0.02, 0.02))) // tick * tick

    def crowd(self) -> "list[asyncio.Task[None]]":
        """Everyone who is there beside the desk."""
        return [*super().crowd(), self._spawn(self.prices(), "prices"), *self.watchers()]

    def watchers(self) -> "list[asyncio.Task[None]]":
        """Who looks after the desk, in peace too."""
        return [self._spawn(self.operator(), "operator")]

    async def close(self) -> None:
        """As always, the session first."""
        await self.session.close()
        await super().close()

    async def operator(self) -> None:
        """Looks at a paused session after a while, and takes the venue's word line by line."""
        while self.desk.is_open:
            await asyncio.sleep(OPERATOR_S)
            if self.session.state is not VenueSessionState.PAUSED or self.session.last is None:
                continue
            for difference in self.session.last.differences:
                if not difference.action:
                    await self._accept(difference)

    async def _accept(self, difference: Difference) -> None:
        """Take the venue's word for one line; positions and balances follow from the executions."""
        counts = self.world.counts
        if difference.kind == "ORDER" and self._ended_at_market(difference):
            return
        if difference.kind != "EXECUTION":
            counts[f"operator left {difference.kind}"] += 1
            return
        try:
            command = self.session.acceptance(
                difference.account_id, difference.kind, difference.name, "desk", "the statement says so"
            )
        except InputError:
            counts["operator could not accept yet"] += 1
            return
        if await self._done(command):
            counts["operator accepted an execution"] += 1
            self.session.reconcile_now("an operator accepted a difference")

    def _ended_at_market(self, difference: Difference) -> bool:
        """What a bust has opened again and is over here is ended at the market's own screen.

        No other order that is over here and open there: a desk in good order has none.
        """
        exchange = self.world.market.exchange
        order = exchange.by_id.get((difference.account_id, difference.name))
        if order is None or not (order.is_open and order.is_reopened):
            return False
        exchange.cancel_unasked(order, ExecType.CANCELED, "ended by hand")
        self.world.counts["operator ended an order at the market"] += 1
        self.session.reconcile_now("an operator ended an order at the venue")
        return True

    def unsettled(self) -> str:
        """Beside that: what is of unknown outcome, and a session that is not ready."""
        orders = self.core.engines.oms.orders
        unknown = [order for order in self.unknown() if not self._cannot_be_known(order)]
        if unknown:
            return f"the outcome of orders {[order.order_id for order in unknown]} is still not known"
        is_stuck = any(self._cannot_be_known(orders[each]) for each in super().open_orders())
        if is_stuck:
            self.world.counts["orders that nothing can prove absent"] += 1
        if self.session.state is not READY:
            lines = () if self.session.last is None else self.session.last.differences
            waiting = [line for line in lines if not line.action]
            is_done = self.session.state is VenueSessionState.PAUSED and not waiting
            if not (is_stuck and is_done):
                return f"the session is still {self.session.state}: {self.session.text} {waiting}"
        return super().unsettled()

    def open_orders(self) -> list[int]:
        """Those that can be ended."""
        orders = self.core.engines.oms.orders
        return [each for each in super().open_orders() if not self._cannot_be_known(orders[each])]

    def _cannot_be_known(self, order: Order) -> bool:
        """Where a venue has no window, silence proves nothing: an order that never arrived stays open."""
        market = self.world.market
        if market.terms.request_window_ns or order.working is not Working.SENT:
            return False
        known = {(each.account_id, name) for each in market.exchange.orders.values() for name in each.ids}
        return (order.account_id, order.client_order_id) not in known

    def check(self) -> None:
        """As always; and what the outcome of is not known is held open by risk."""
        super().check()
        self.check_reserved()

    def check_reserved(self) -> None:
        """What the outcome of is not known, risk holds open."""
        risk = self.core.engines.risk
        for order in self.unknown():
            self.world.counts["orders of unknown outcome looked at"] += 1
            assert order.order_id in risk.open_orders, f"nothing is reserved for order {order.order_id}"

    def unknown(self) -> list[Order]:
        """Orders of which nobody knows what became."""
        orders = self.core.engines.oms.orders
        return [order for _, order in sorted(orders.items()) if order_status(order) is OrderStatus.UNKNOWN]


def unrouted(core: Core, instrument_id: str, now: int) -> list[ReportExecution]:
    """A no to what a life before left for instruments that no venue trades: no session asks about it."""
    found = []
    for _, order in sorted(core.engines.oms.orders.items()):
        if order.instrument_id == instrument_id and order.working is not Working.HELD:
            found += [
                ExecutionReport(order.account_id, name, kind, now, text="not sent: no venue trades it")
                for name, kind in requests_of(order)
            ]
    return [ReportExecution(now, report) for report in found]
