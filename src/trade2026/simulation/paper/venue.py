"""A venue that fills our orders against market data: requests in, market events in, execution reports out.

Requests wait in the order sent until they arrive; market events fill; both happen in order of time. Reports
go out while an event is being worked on, so a sink may send new requests then: they only wait.
"""

from collections import deque
from collections.abc import Iterable
from heapq import heappop, heappush
from typing import Final

from trade2026.model.enums import Environment, ExecType, TimeInForce
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.model.instrument import Instrument
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.ports.feed import DataDescription
from trade2026.ports.venue import ReportSink
from trade2026.primitives.errors import InputError
from trade2026.primitives.identifiers import check_identifier
from trade2026.simulation.paper.admission import why_not_accept, why_not_replace
from trade2026.simulation.paper.config import PaperConfig
from trade2026.simulation.paper.latency import RandomSource, make_sampler
from trade2026.simulation.paper.matching import Matcher
from trade2026.simulation.paper.state import UNBOUNDED, WorkingOrder

Request = OrderApproved | OrderPendingCancel | OrderPendingReplace

_DAY: Final = TimeInForce.DAY
_NEVER: Final = 1 << 70
_STOPPED: Final = "the paper venue was stopped"


class PaperVenue:
    """Behind `ports.venue.Venue`; its market side is `on_bar`, `on_quote`, `on_trade` and `advance`.

    Feed events in order of `ts_event`. Every market event first does what `advance` to its time would do.

    Parameters
    ----------
    name : str
        The venue's name, or one for the several venues it stands for; begins every id it gives.
    environment : Environment
        Not LIVE: a fill here is no real trade.
    instruments : iterable of Instrument
        What can be traded; orders for anything else are rejected.
    config : PaperConfig or None
        None for its defaults.
    data : DataDescription or None
        What the market data is: refuses fees it cannot bear and tells the usual length of a bar.
    random : RandomSource or None
        Seeded; needed for a random latency.
    run_id : str
        Part of every id it gives; keeps runs apart that write to one journal.

    Raises
    ------
    InputError
        Environment, fees or latency cannot be used.
    """

    def __init__(
        self,
        name: str,
        environment: Environment,
        instruments: Iterable[Instrument],
        config: PaperConfig | None = None,
        *,
        data: DataDescription | None = None,
        random: RandomSource | None = None,
        run_id: str = "",
    ) -> None:
        if environment is Environment.LIVE:
            raise InputError("environment was LIVE; a paper venue takes BACKTEST, SIM or PAPER")
        config = config or PaperConfig()
        self._name = check_identifier(name, "name")
        self._environment = environment
        prefix = f"{name}-{check_identifier(run_id, 'run_id')}" if run_id else name
        self._order_prefix = f"{prefix}-O"
        self._order_count = 0
        self._draw_latency = make_sampler(config.latency, random)
        self._matcher = matcher = Matcher(instruments, config, data, prefix)
        # Looked at for every market event, so not through the matcher.
        self._active, self._bar_ts = matcher.active, matcher.bar_ts
        self._quoted, self._ticked = matcher.quoted, matcher.ticked
        self._now = 0
        self._due = _NEVER  # When `advance` has something to do next.
        self._last_arrival = 0
        self._sequence = 0
        self._requests: deque[tuple[int, Request]] = deque()
        self._closes: list[int] = []  # A heap of the keys of `_closing`.
        self._closing: dict[int, list[WorkingOrder]] = {}  # DAY orders by the close of their session.
        self._is_stopped = False

    @property
    def name(self) -> str:
        """The venue as instruments name it."""
        return self._name

    @property
    def environment(self) -> Environment:
        """What a fill here means."""
        return self._environment

    def connect(self, sink: ReportSink) -> None:
        """Say where reports go; called once before anything is sent."""
        self._matcher.sink = sink

    def notes(self) -> tuple[str, ...]:
        """Sentences about the fills so far that a reader of the result must know."""
        return self._matcher.notes()

    # ------------------------------------------------------------------------------------ requests

    def submit(self, order: OrderApproved) -> None:
        """Send a new order; it is looked at when it arrives."""
        self._send(order)

    def cancel(self, request: OrderPendingCancel) -> None:
        """Ask to cancel what is left of an order when the request arrives."""
        self._send(request)

    def replace(self, request: OrderPendingReplace) -> None:
        """Ask for other terms from when the request arrives."""
        self._send(request)

    def _send(self, request: Request) -> None:
        now = request.now
        if now > self._now:
            self._now = now
        arrival = now + self._draw_latency()
        if arrival < self._last_arrival:
            arrival = self._last_arrival  # One session: a request never overtakes an earlier one.
        self._last_arrival = arrival
        self._requests.append((arrival, request))
        if arrival < self._due:
            self._due = arrival

    def _receive(self, arrival: int, request: Request) -> None:
        if isinstance(request, OrderApproved):
            self._accept(arrival, request)
        elif isinstance(request, OrderPendingReplace):
            self._replace(arrival, request)
        else:
            self._cancel(arrival, request)

    def _accept(self, arrival: int, request: OrderApproved) -> None:
        market = self._matcher.markets.get(request.instrument_id)
        text = _STOPPED
        if not self._is_stopped:
            text = why_not_accept(request, None if market is None else market.instrument, arrival, self._name)
        if text:
            self._matcher.sink(
                ExecutionReport(
                    request.account_id, request.client_order_id, ExecType.REJECTED, arrival, text=text
                )
            )
            return
        order = self._book(request, arrival)
        if order.limit != UNBOUNDED and not order.immediate:
            self._matcher.acknowledge(order)

    def _book(self, request: OrderApproved, arrival: int) -> WorkingOrder:
        """Put an order on its book, with an id of the venue and, for a DAY order, an end."""
        self._order_count += 1
        self._sequence += 1
        order = WorkingOrder(request, arrival, self._sequence, f"{self._order_prefix}{self._order_count}")
        self._matcher.add(order)
        if request.time_in_force is _DAY:
            close = request.session_close
            if close in self._closing:
                self._closing[close].append(order)
            else:
                self._closing[close] = [order]
                heappush(self._closes, close)
                if close + 1 < self._due:
                    self._due = close + 1
        return order

    def restore(
        self,
        request: OrderApproved,
        *,
        now: int,
        cum_qty: int,
        venue_order_id: str,
        is_resting: bool = False,
        charged: int = 0,
        fills: Iterable[tuple[int, int]] = (),
    ) -> None:
        """Take back an order that this venue had taken before it was started, last in line.

        Parameters
        ----------
        request : OrderApproved
            The order with its present terms; its `now` is when it was first approved, from when on the
            market may fill it.
        now : int
            Time of the restart. An IOC order that has filled in part had its event, and ends then.
        cum_qty : int
            Raw quantity filled so far, below `order_qty`.
        venue_order_id : str
            As it was acknowledged; "" for one that was not.
        is_resting : bool
            Whether an event has seen it and left it waiting: it makes liquidity then.
        charged, fills : int, iterable of (last_qty, last_px)
            Commission of its fills so far, and these: what counts towards a minimum for each order.

        Raises
        ------
        InputError
            The venue does not trade the instrument, or nothing of the order is left.
        """
        if request.instrument_id not in self._matcher.markets:
            raise InputError(f"instrument_id {request.instrument_id!r} is not traded at {self._name}")
        if not 0 <= cum_qty < request.order_qty:
            raise InputError(f"cum_qty must be below order_qty {request.order_qty}, was {cum_qty}")
        order = self._book(request, request.now)
        order.cum_qty, order.resting = cum_qty, is_resting
        self._matcher.charge_again(order, charged, fills)
        if venue_order_id:
            order.venue_order_id = venue_order_id
            order.acknowledged = True
        if order.immediate and cum_qty:
            self._matcher.take_off(order, now)

    def _cancel(self, arrival: int, request: OrderPendingCancel) -> None:
        order = self._matcher.orders.get(request.order_id)
        if order is None:
            self._reject_change(arrival, request, "")
            return
        order.client_order_id = request.client_order_id  # The report answers this request.
        self._matcher.take_off(order, arrival)

    def _replace(self, arrival: int, request: OrderPendingReplace) -> None:
        order = self._matcher.orders.get(request.order_id)
        if order is None:
            self._reject_change(arrival, request, "")
            return
        market = self._matcher.markets[order.request.instrument_id]
        if text := why_not_replace(request, order, market.instrument):
            self._reject_change(arrival, request, text)
            return
        if not order.acknowledged:
            self._matcher.acknowledge(order)
        order_qty = max(request.order_qty, order.cum_qty)
        limit_price = request.limit_price
        limit = UNBOUNDED if limit_price is None else order.sign * limit_price
        if limit != order.limit or order_qty > order.order_qty:  # Less of the same keeps its place.
            self._sequence += 1
            market.requeue(order, limit, self._sequence, request.now, arrival)
        order.order_qty = order_qty
        order.client_order_id = request.client_order_id
        if order_qty == order.cum_qty:
            self._matcher.forget(order)
            self._matcher.drop_done(market)
        self._matcher.sink(
            ExecutionReport(
                request.account_id, order.client_order_id, ExecType.REPLACED, arrival, order.venue_order_id,
                order_qty=order_qty, limit_price=limit_price or 0,
            )
        )  # fmt: skip

    def _reject_change(
        self, arrival: int, request: OrderPendingCancel | OrderPendingReplace, text: str
    ) -> None:
        text = text or f"order {request.orig_client_order_id!r} is not open: it is done or never arrived"
        self._matcher.sink(
            ExecutionReport(
                request.account_id, request.client_order_id, ExecType.CANCEL_REJECTED, arrival, text=text
            )
        )

    # ------------------------------------------------------------------------------------ time

    def next_event_time(self) -> int | None:
        """When `advance` will have something to do even without market data; None when never."""
        return None if self._due == _NEVER else self._due

    def advance(self, now: int) -> None:
        """Let what arrived by `now` and what closed before it take effect, in order of time."""
        if now >= self._due:
            self._advance(now)
        if now > self._now:
            self._now = now

    def _advance(self, now: int) -> None:
        requests, closes = self._requests, self._closes
        while True:
            arrival = requests[0][0] if requests else _NEVER
            # What is stamped with the very close belongs to the session, so that it ends just after.
            end = closes[0] + 1 if closes else _NEVER
            if end <= arrival:
                due = end
                if due > now:
                    break
                self._close_session(heappop(closes))
            else:
                due = arrival
                if due > now:
                    break
                self._receive(arrival, requests.popleft()[1])
        self._due = due

    def _close_session(self, close: int) -> None:
        orders = [order for order in self._closing.pop(close) if order.is_open]
        self._matcher.end_all(orders, ExecType.EXPIRED, close, "the session closed")

    def stop(self) -> None:
        """End every open order and answer every request on its way, at the latest time seen.

        Orders that come later are rejected when time is advanced to their arrival.
        """
        self._advance(self._now)
        self._is_stopped = True
        self._matcher.end_all(list(self._matcher.orders.values()), ExecType.CANCELED, self._now, _STOPPED)
        while self._requests:
            self._receive(self._now, self._requests.popleft()[1])
        self._closing.clear()
        self._closes.clear()
        self._due = _NEVER

    # ------------------------------------------------------------------------------------ the market

    def on_bar(self, bar: Bar) -> None:
        """Fill by a bar, known at its close; nothing where quotes or trades of the instrument are fed too."""
        ts = bar.ts_event
        if ts >= self._due:
            self._advance(ts)
        self._now = ts
        instrument_id = bar.instrument_id
        if instrument_id in self._active:
            self._matcher.match_bar(self._active[instrument_id], bar)
        self._bar_ts[instrument_id] = ts

    def on_quote(self, quote: Quote) -> None:
        """Fill by the displayed best bid and ask."""
        ts = quote.ts_event
        if ts >= self._due:
            self._advance(ts)
        self._now = ts
        instrument_id = quote.instrument_id
        if instrument_id not in self._quoted:
            self._quoted.add(instrument_id)
            self._ticked.add(instrument_id)
        if instrument_id in self._active:
            self._matcher.match_quote(self._active[instrument_id], quote)

    def on_trade(self, trade: Trade) -> None:
        """Fill by a public print."""
        ts = trade.ts_event
        if ts >= self._due:
            self._advance(ts)
        self._now = ts
        instrument_id = trade.instrument_id
        if instrument_id not in self._ticked:
            self._ticked.add(instrument_id)
        if instrument_id in self._active:
            self._matcher.match_trade(self._active[instrument_id], trade)
