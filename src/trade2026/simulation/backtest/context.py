"""The window a strategy has on the desk: `ports.strategy.StrategyContext`, in a backtest and live."""

from collections.abc import Callable, Mapping, Sequence
from heapq import heappush
from types import MappingProxyType
from typing import Final

import msgspec

from trade2026.ledger.state import AccountBook
from trade2026.model.commands import CancelOrder, Command, ReplaceOrder, SubmitOrder
from trade2026.model.enums import Environment, OrderType, Side, TimeInForce
from trade2026.model.events import (
    Event,
    OrderApproved,
    OrderCanceled,
    OrderHeld,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderRepeated,
    OrderReplaced,
)
from trade2026.model.instructions import OrderInstructions
from trade2026.model.instrument import Instrument
from trade2026.model.lists import as_child, as_pair, opposite
from trade2026.model.market_data import Bar
from trade2026.model.money import notional
from trade2026.oms.state import Order
from trade2026.oms.status import order_status
from trade2026.ports.strategy import Leg, OrderView, PositionView, SubmitResult
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import multiply_half_even
from trade2026.primitives.time import format_ns
from trade2026.simulation.backtest.market import History, Sessions
from trade2026.simulation.backtest.requests import (
    check_client_order_id,
    check_instructions,
    check_integer,
    check_submit,
    check_terms,
    writable,
)
from trade2026.trading.core import Core

_NO_POSITION: Final = PositionView(0, 0)
_ACCEPTED: Final = frozenset(
    {OrderApproved, OrderRepeated, OrderPendingCancel, OrderPendingReplace, OrderCanceled, OrderReplaced}
)
"""Answers that are a yes; what the core holds is canceled and replaced at once."""

ExecuteTogether = Callable[[Sequence[Command]], Sequence[tuple[Event, ...]]]
"""Decides commands one after the other with nothing in between; the events each led to."""


class RunContext:
    """What the strategy may see and ask; the driver moves `now`, `latest` and `history` forward.

    `latest` maps an instrument to its last price and that price's time. `inside_core` is true while a
    request of the strategy is being worked on, so that a fault of ours is not taken for one of its own.
    `requests_before` is how many requests the strategy has made under this id before, when it runs again.
    """

    def __init__(
        self,
        core: Core,
        account_id: str,
        strategy_id: str,
        instruments: Mapping[str, Instrument],
        sessions: Sessions,
        history: History,
        execute: Callable[[Command], tuple[Event, ...]],
        requests_at_once_max: int,
        *,
        environment: Environment = Environment.BACKTEST,
        requests_before: int = 0,
        execute_together: ExecuteTogether | None = None,
    ) -> None:
        self.now = 0
        self.instruments: Mapping[str, Instrument] = MappingProxyType(dict(instruments))
        self.latest: dict[str, tuple[int, int]] = {}
        self.timers: list[tuple[int, int, str]] = []
        self.messages: list[tuple[int, str]] = []
        self.inside_core = False
        self._engines = core.engines
        self._account_id = account_id
        self._strategy_id = strategy_id
        self._sessions = sessions
        self._history = history
        self._execute = execute
        self._execute_together = execute_together or (lambda commands: [execute(each) for each in commands])
        self._id_prefix = f"{strategy_id}-"
        self._environment = environment
        self._requests = requests_before
        self._timer_count = 0
        self._at_once_max = requests_at_once_max
        self._at_once = 0
        self._at_once_ts = -1

    # What it may see.

    def history(self, instrument_id: str, count: int) -> Sequence[Bar]:
        """The last `count` bars up to now, oldest first."""
        return self._history.last(instrument_id, count)

    def latest_price(self, instrument_id: str) -> int | None:
        """Raw last known price; None before the first."""
        known = self.latest.get(instrument_id)
        return None if known is None else known[0]

    def position(self, instrument_id: str) -> PositionView:
        """The account's position; zero when there is none."""
        position = self._book().positions.get(instrument_id)
        return _NO_POSITION if position is None else PositionView(position.quantity, position.cost)

    def open_orders(self, instrument_id: str | None = None) -> Sequence[OrderView]:
        """Orders of this strategy that may still fill, oldest first."""
        oms = self._engines.oms
        return [
            _view(order)
            for order in (
                oms.orders[order_id] for order_id in sorted(oms.accounts[self._account_id].open_orders)
            )
            if order.strategy_id == self._strategy_id
            and (instrument_id is None or order.instrument_id == instrument_id)
        ]

    def cash(self, currency: str) -> int:
        """Raw money of one currency held by the account."""
        return self._book().cash.get(currency, 0)

    def equity(self) -> int:
        """Raw money in the base currency: cash and positions at their latest prices, journaled rates."""
        book = self._book()
        base = book.account.base_currency
        total = 0
        for currency, amount in book.cash.items():
            total += amount if currency == base else self._convert(amount, currency, base)
        for instrument_id, position in book.positions.items():
            if position.quantity:
                value = notional(
                    self.latest[instrument_id][0],
                    position.quantity,
                    self.instruments[instrument_id].multiplier,
                )
                currency = position.currency
                total += value if currency == base else self._convert(value, currency, base)
        return total

    def _convert(self, amount: int, currency: str, base: str) -> int:
        rate = self._engines.ledger.rates.get((currency, base))
        if rate is None:
            raise InputError(f"equity needs a rate from {currency} to {base}; set one before asking")
        return multiply_half_even(amount, rate.rate)

    def _book(self) -> AccountBook:
        return self._engines.ledger.accounts[self._account_id]

    # What it may ask.

    def submit_order(
        self,
        instrument_id: str,
        side: Side,
        order_qty: int,
        *,
        order_type: OrderType = OrderType.MARKET,
        limit_price: int | None = None,
        time_in_force: TimeInForce = TimeInForce.DAY,
        client_order_id: str | None = None,
        instructions: OrderInstructions | None = None,
    ) -> SubmitResult:
        """Send an order; a no is an answer, never an exception, but an unknown instrument is a fault."""
        check_submit(side, order_qty, order_type, limit_price, time_in_force)
        if client_order_id is not None:
            check_client_order_id(client_order_id, self._id_prefix)
        if instructions is not None:
            check_instructions(instructions)
        return self._ask(
            self._submit(
                client_order_id or self._next_id(), instrument_id, side, order_qty, order_type, limit_price,
                time_in_force, instructions,
            )
        )  # fmt: skip

    def _submit(
        self,
        client_order_id: str,
        instrument_id: str,
        side: Side,
        order_qty: int,
        order_type: OrderType,
        limit_price: int | None,
        time_in_force: TimeInForce,
        instructions: OrderInstructions | None,
    ) -> SubmitOrder:
        now = self.now
        if instrument_id not in self.instruments:
            raise InputError(f"instrument_id must be one of the run's, was {instrument_id!r}")
        price, price_ts = self.latest.get(instrument_id, (None, 0))
        session_open, session_close = self._sessions.bounds(instrument_id, now)
        return SubmitOrder(
            now, self._account_id, client_order_id, self._strategy_id, self._strategy_id, self._environment,
            instrument_id, side, order_type, time_in_force, order_qty, limit_price, price, price_ts,
            session_open, session_close, instructions,
        )  # fmt: skip

    def submit_bracket(
        self, instrument_id: str, side: Side, order_qty: int, entry: Leg, take_profit: Leg, stop_loss: Leg
    ) -> tuple[SubmitResult, SubmitResult, SubmitResult]:
        """Send an entry with two exits on the other side, which its fills arm."""
        name, other = self._next_id(), opposite(side)
        exits = [
            msgspec.structs.replace(leg, instructions=as_child(leg.instructions, name, name))
            for leg in (take_profit, stop_loss)
        ]
        first, second, third = self._submit_list(
            instrument_id, order_qty, ((name, side, entry), *((self._next_id(), other, leg) for leg in exits))
        )
        return first, second, third

    def submit_oco(
        self, instrument_id: str, side: Side, order_qty: int, first: Leg, second: Leg
    ) -> tuple[SubmitResult, SubmitResult]:
        """Send two orders of which a fill of one reduces the other by as much."""
        name = self._next_id()
        pair = [
            msgspec.structs.replace(leg, instructions=as_pair(leg.instructions, name))
            for leg in (first, second)
        ]
        one, two = self._submit_list(
            instrument_id, order_qty, ((name, side, pair[0]), (self._next_id(), side, pair[1]))
        )
        return one, two

    def _submit_list(
        self, instrument_id: str, order_qty: int, legs: Sequence[tuple[str, Side, Leg]]
    ) -> list[SubmitResult]:
        commands = []
        for name, side, leg in legs:
            check_submit(side, order_qty, leg.order_type, leg.limit_price, leg.time_in_force)
            if leg.instructions is not None:
                check_instructions(leg.instructions)
            commands.append(
                self._submit(
                    name, instrument_id, side, order_qty, leg.order_type, leg.limit_price, leg.time_in_force,
                    leg.instructions,
                )
            )  # fmt: skip
            self._count_request()
        self.inside_core = True
        answers = self._execute_together(commands)
        self.inside_core = False
        return [_result(events[0]) for events in answers]

    def cancel_order(self, order_id: int) -> SubmitResult:
        """Ask to cancel what is left of an order."""
        check_integer(order_id, "order_id", "an order's id")
        return self._ask(
            CancelOrder(self.now, self._account_id, self._next_id(), self._strategy_id, order_id)
        )

    def replace_order(
        self,
        order_id: int,
        order_qty: int,
        limit_price: int | None = None,
        *,
        trigger_price: int | None = None,
    ) -> SubmitResult:
        """Ask for other terms; `order_qty` is the new total, `trigger_price` None leaves the trigger."""
        check_integer(order_id, "order_id", "an order's id")
        check_terms(order_qty, limit_price)
        if trigger_price is not None:
            check_integer(trigger_price, "trigger_price", "None or a raw integer in units of 1e-9")
        order = self._engines.oms.orders.get(order_id)
        if order is None:
            raise InputError(f"order_id must be an order of the run, was {order_id}")
        price, price_ts = self.latest.get(order.instrument_id, (None, 0))
        session_open, session_close = self._sessions.bounds(order.instrument_id, self.now)
        return self._ask(
            ReplaceOrder(
                self.now, self._account_id, self._next_id(), self._strategy_id, order_id, order_qty,
                limit_price, price, price_ts, session_open, session_close, trigger_price,
            )
        )  # fmt: skip

    def set_timer(self, name: str, at: int) -> None:
        """Call `on_timer` once when time reaches `at`, after all market events of that time."""
        check_integer(at, "the time of a timer", "UTC nanoseconds as an integer")
        if at < self.now:
            raise InputError(f"a timer must not lie in the past, was {at} at {self.now}")
        self._count_request()
        self._timer_count += 1
        heappush(self.timers, (at, self._timer_count, name))

    def log(self, text: str) -> None:
        """Keep a sentence with the run."""
        self.messages.append((self.now, writable(str(text))))

    def _next_id(self) -> str:
        self._requests += 1
        return f"{self._id_prefix}{self._requests}"

    def _count_request(self) -> None:
        """A strategy that answers each event with a request, and each request with an event, never ends."""
        if self.now != self._at_once_ts:
            self._at_once_ts, self._at_once = self.now, 0
        if self._at_once >= self._at_once_max:
            raise InputError(
                f"a strategy must let time go on; {self._at_once} requests were made at {format_ns(self.now)}"
            )
        self._at_once += 1

    def _ask(self, command: SubmitOrder | CancelOrder | ReplaceOrder) -> SubmitResult:
        self._count_request()
        self.inside_core = True
        event = self._execute(command)[0]
        self.inside_core = False
        return _result(event)


def _result(event: Event) -> SubmitResult:
    if type(event) in _ACCEPTED:
        return SubmitResult(event.order_id, event)  # type: ignore[union-attr]
    return SubmitResult(event.order.order_id if type(event) is OrderHeld else 0, event)


def _view(order: Order) -> OrderView:
    return OrderView(
        order.order_id,
        order.client_order_id,
        order.instrument_id,
        order.side,
        order.order_type,
        order.time_in_force,
        order.order_qty,
        order.limit_price,
        order.cum_qty,
        order.leaves_qty,
        order_status(order),
        order.instructions,
        order.trigger_price,
        order.armed_qty,
    )
