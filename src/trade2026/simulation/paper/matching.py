"""Our orders against one market event: who sees it, at which price, how much is left for the next."""

from collections.abc import Iterable
from typing import Final

from trade2026.model.enums import ExecType, LiquiditySide, TimeInForce
from trade2026.model.execution import ExecutionReport
from trade2026.model.instrument import Instrument
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.ports.feed import DataDescription
from trade2026.ports.venue import ReportSink
from trade2026.simulation.paper.config import PaperConfig
from trade2026.simulation.paper.fees import Charge, make_charge
from trade2026.simulation.paper.rules import (
    Fill,
    participation_cap,
    price_at_print,
    price_at_quote,
    price_in_interval,
)
from trade2026.simulation.paper.state import UNBOUNDED, Market, WorkingOrder

_MAKER: Final = LiquiditySide.MAKER
_TAKER: Final = LiquiditySide.TAKER
_TRADE: Final = ExecType.TRADE
_FOK: Final = TimeInForce.FOK


def _not_connected(report: ExecutionReport) -> None:
    raise AssertionError(f"connect comes before everything else; there is nobody to tell {report}")


class Matcher:
    """The books of all instruments; sends the reports that follow from market data.

    Attributes
    ----------
    markets : dict of str to Market
        Every instrument that can be traded.
    active : dict of str to Market
        Those whose market data must be looked at; the others cost nothing.
    orders : dict of int to WorkingOrder
        Open orders by order_id.
    bar_ts : dict of str to int
        Close of each instrument's last bar.
    quoted, ticked : set of str
        Instruments that have shown quotes; quotes or trades. Asked for membership only.
    """

    def __init__(
        self,
        instruments: Iterable[Instrument],
        config: PaperConfig,
        data: DataDescription | None,
        prefix: str,
    ) -> None:
        self.sink: ReportSink = _not_connected
        self.markets: dict[str, Market] = {}
        self.active: dict[str, Market] = {}
        self.orders: dict[int, WorkingOrder] = {}
        self.bar_ts: dict[str, int] = {}
        self.quoted: set[str] = set()
        self.ticked: set[str] = set()
        self._charges: dict[str, Charge | None] = {}
        for instrument in instruments:
            self.markets[instrument.instrument_id] = Market(instrument)
            self._charges[instrument.instrument_id] = make_charge(config.fees, instrument, data)
        self._slippage_cost = 2 * config.slippage_bps
        self._cost = config.spread_bps + self._slippage_cost
        self._participation_bps = config.participation_bps
        self._bar_interval_ns = data.bar_interval_ns if data else 0
        self._execution_prefix = f"{prefix}-E"
        self._execution_count = 0

    # ------------------------------------------------------------------------------------ market events

    def match_bar(self, market: Market, bar: Bar) -> None:
        """Fill by a bar, before `bar_ts` moves on to it; nothing where quotes or trades are fed as well."""
        instrument = market.instrument
        instrument_id = instrument.instrument_id
        if instrument_id in self.ticked:
            market.bars_ignored = True
            return
        ts, first, low, high = bar.ts_event, bar.open, bar.low, bar.high
        has_open = True
        if first is None or low is None or high is None:
            has_open = False
            first = low = high = bar.close
        start = self.bar_ts.get(instrument_id, 0)
        if self._bar_interval_ns:
            opened = ts - self._bar_interval_ns
            if opened > start:
                start = opened
        available = participation_cap(instrument, bar, self._participation_bps)
        tick_size, cost = instrument.tick_size, self._cost
        for order in market.in_priority():
            if not (order.sees_bar(start, ts) if has_open else order.sees_point(ts)):
                continue
            if available == UNBOUNDED:
                market.cap_unknown = True
            if order.sign > 0:
                fill = price_in_interval(order, first, low, cost, tick_size)
            else:
                fill = price_in_interval(order, -first, -high, cost, tick_size)
            taken = self._judge(market, order, fill, available, ts)
            if available != UNBOUNDED:
                available -= taken
        self.drop_done(market)

    def match_quote(self, market: Market, quote: Quote) -> None:
        """Fill by the displayed best prices, as long as their sizes last and until they change."""
        ts, tick_size = quote.ts_event, market.instrument.tick_size
        ask, bid = (quote.ask_price, quote.ask_size), (quote.bid_price, quote.bid_size)
        if ask != market.ask:
            market.ask, market.ask_left = None, ask[1]
        if bid != market.bid:
            market.bid, market.bid_left = None, bid[1]
        for order in market.concerned(bid[0], ask[0]):
            if not order.sees_point(ts):
                continue
            is_buy = order.sign > 0
            price, left = (ask[0], market.ask_left) if is_buy else (bid[0], market.bid_left)
            fill = None
            if price > 0:
                fill = price_at_quote(order, order.sign * price, self._slippage_cost, tick_size)
            taken = self._judge(market, order, fill, left, ts)
            if taken and is_buy:
                market.ask, market.ask_left = ask, left - taken
            elif taken:
                market.bid, market.bid_left = bid, left - taken
        self.drop_done(market)

    def match_trade(self, market: Market, trade: Trade) -> None:
        """Fill by a public print, with its quantity given once."""
        ts, instrument = trade.ts_event, market.instrument
        is_quoted = instrument.instrument_id in self.quoted
        left = trade.quantity
        for order in market.in_priority():
            # Where there are quotes an order meets a quote first: the book says what it takes on arrival.
            if not order.sees_point(ts) or (is_quoted and (order.limit == UNBOUNDED or not order.resting)):
                continue
            fill = price_at_print(order, order.sign * trade.price, self._cost, instrument.tick_size)
            left -= self._judge(market, order, fill, left, ts)
        self.drop_done(market)

    # ------------------------------------------------------------------------------------ one order

    def _judge(self, market: Market, order: WorkingOrder, fill: Fill | None, available: int, ts: int) -> int:
        """Fill what can be filled, end what may not wait; the raw quantity taken."""
        request, leaves = order.request, order.order_qty - order.cum_qty
        taken = 0
        if (
            fill is not None and available > 0 and order.sign * fill[0] > 0
        ):  # A sell may round down to nothing.
            if order.post_only and not fill[1]:
                self.end(order, ExecType.CANCELED, ts, "post-only: it would have taken liquidity")
                return 0
            taken = leaves
            if available < leaves:
                taken = available - available % market.instrument.lot_size
                if request.time_in_force is _FOK:
                    taken = 0
        if taken == leaves and fill is not None:
            self.forget(order)
            self._trade(market, order, taken, fill, ts)
            return taken
        if not order.acknowledged and not order.immediate:
            self.acknowledge(order)
        if taken and fill is not None:
            self._trade(market, order, taken, fill, ts)
        if order.immediate:
            self.end(
                order,
                ExecType.CANCELED,
                ts,
                f"{request.time_in_force}: not filled in full by the first event",
            )
        else:
            order.resting = True
        return taken

    def _trade(self, market: Market, order: WorkingOrder, last_qty: int, fill: Fill, ts: int) -> None:
        signed_price, is_maker = fill
        last_px = order.sign * signed_price
        order.cum_qty += last_qty
        instrument = market.instrument
        charge = self._charges[instrument.instrument_id]
        commission, currency = 0, instrument.quote_currency
        if charge is not None:
            commission, currency = charge(order, last_qty, last_px, is_maker)
        self._execution_count += 1
        self.sink(
            ExecutionReport(
                order.request.account_id, order.client_order_id, _TRADE, ts, order.venue_order_id,
                f"{self._execution_prefix}{self._execution_count}", last_qty, last_px, commission, currency,
                _MAKER if is_maker else _TAKER,
            )
        )  # fmt: skip

    def charge_again(self, order: WorkingOrder, charged: int, fills: Iterable[tuple[int, int]]) -> None:
        """Count fills of before a restart towards the order's minimum; a doubtful one as if it had taken."""
        charge = self._charges[order.request.instrument_id]
        if charge is not None:
            for last_qty, last_px in fills:
                charge(order, last_qty, last_px, False)
            order.fee_due = min(order.fee_due, charged)

    def acknowledge(self, order: WorkingOrder) -> None:
        """Say that the order was taken when it arrived."""
        order.acknowledged = True
        self.sink(
            ExecutionReport(
                order.request.account_id,
                order.client_order_id,
                ExecType.NEW,
                order.arrival,
                order.venue_order_id,
            )
        )

    def add(self, order: WorkingOrder) -> None:
        """Put a new order on its book."""
        market = self.markets[order.request.instrument_id]
        self.orders[order.request.order_id] = order
        market.add(order)
        self.active[order.request.instrument_id] = market

    def forget(self, order: WorkingOrder) -> None:
        """Mark the order done; `drop_done` takes it off the book."""
        order.is_open = False
        self.markets[order.request.instrument_id].done.append(order)
        del self.orders[order.request.order_id]

    def end(self, order: WorkingOrder, exec_type: ExecType, ts: int, text: str) -> None:
        """Mark the order done for another reason than a fill, and say so."""
        self.forget(order)
        self.sink(
            ExecutionReport(
                order.request.account_id,
                order.client_order_id,
                exec_type,
                ts,
                order.venue_order_id,
                text=text,
            )
        )

    def end_all(self, orders: Iterable[WorkingOrder], exec_type: ExecType, ts: int, text: str) -> None:
        """End many orders for one reason, with one look at each of their books."""
        touched: dict[str, Market] = {}
        for order in orders:
            self.end(order, exec_type, ts, text)
            instrument_id = order.request.instrument_id
            touched[instrument_id] = self.markets[instrument_id]
        for market in touched.values():
            self.drop_done(market)

    def take_off(self, order: WorkingOrder, ts: int) -> None:
        """End an order that its owner cancels, without a look at the others of its book."""
        market = self.markets[order.request.instrument_id]
        self.end(order, ExecType.CANCELED, ts, "")
        market.remove(order)
        market.done.pop()
        if not market.buys and not market.sells:
            self.drop_done(market)

    def drop_done(self, market: Market) -> None:
        """Take done orders off the book, and a book with nothing to watch out of the way of market data."""
        if market.drop_done():
            self.active.pop(market.instrument.instrument_id, None)

    # ------------------------------------------------------------------------------------ what to say of it

    def notes(self) -> tuple[str, ...]:
        """Sentences about this run's fills that a reader of its result must know."""
        unknown = sorted(name for name, market in self.markets.items() if market.cap_unknown)
        ignored = sorted(name for name, market in self.markets.items() if market.bars_ignored)
        notes = []
        if unknown:
            notes.append(
                f"Volume of {', '.join(unknown)} is unknown: no participation cap was applied, and orders of "
                "any size filled in full."
            )
        if ignored:
            notes.append(f"Bars of {', '.join(ignored)} filled nothing: its quotes or trades did.")
        return tuple(notes)
