"""What an observer keeps, as the answers of `ports.sim_shown`."""

from itertools import islice, takewhile
from typing import Final

import numpy as np

from trade2026.application.prism.instruments import instrument_id_of
from trade2026.application.prism.observing import Column, Observer, Print
from trade2026.matching.clearing import HOUSE
from trade2026.model.enums import Side
from trade2026.ports.asking import UnknownId
from trade2026.ports.sim_shown import (
    CUSTOMER,
    SimAgent,
    SimAgents,
    SimBook,
    SimColumn,
    SimInjected,
    SimLive,
    SimStatus,
    SimTrade,
)
from trade2026.simulation.prism.live import LivePrism
from trade2026.simulation.prism.scenarios import OWNER as SCENARIO
from trade2026.simulation.prism.sessions import OPERATOR

LEVELS: Final = 40
TAPE: Final = 100

_RAW: Final = 1e9
_NOBODY: Final = ("", HOUSE, OPERATOR)
"""Who has no order of its own."""


class Show:
    """Makes answers; the observer is brought up to date first.

    Parameters
    ----------
    run : str
        Names this run of the market.
    """

    def __init__(self, prism: LivePrism, observer: Observer, run: str) -> None:
        self._prism, self._observer, self._run = prism, observer, run
        self._market = observer.market
        self._config = self._market.config
        self._numbers = {
            instrument_id_of(book.listing.symbol): number for number, book in enumerate(self._config.books)
        }
        self._kinds = {trader.name: trader.kind for trader in self._market.traders} | {SCENARIO: "scenario"}

    def number(self, instrument_id: str) -> int:
        """Of a book; raises UnknownId."""
        number = self._numbers.get(instrument_id)
        if number is None:
            raise UnknownId(f"instrument_id must be one of {', '.join(self._numbers)}, was {instrument_id!r}")
        return number

    # ------------------------------------------------------------------------------------------ the market

    def status(self, injected: tuple[SimInjected, ...]) -> SimStatus:
        """The whole market."""
        self._observer.count()
        watched = self._observer.books
        speed = self._prism.speed
        return SimStatus(
            run=self._run, seed=self._market.seed, speed=0.0 if speed is None else speed,
            behind=self._prism.behind_ns, now=self._market.now_ns, started=self._observer.started_ns,
            books=tuple(self._book(number) for number in range(len(watched))),
            orders=sum(book.orders for book in watched), cancels=sum(book.cancels for book in watched),
            trades=sum(book.trade_count for book in watched), agents=len(self._market.traders),
            is_turbulent=self._market.is_turbulent, news=self._market.news_count,
            customers=tuple(name for name, kind in self._people() if kind == CUSTOMER), injected=injected,
        )  # fmt: skip

    def _people(self) -> list[tuple[str, str]]:
        names = self._market.exchange.clearing.owners.names
        return [(name, self._kinds.get(name, CUSTOMER)) for name in names if name not in _NOBODY]

    def _book(self, number: int) -> SimBook:
        watched, engine = self._observer.books[number], self._market.exchange.books[number]
        listing = self._config.books[number].listing
        quote, tick = self._market.quote(number), listing.tick_size
        return SimBook(
            instrument_id=instrument_id_of(listing.symbol), symbol=listing.symbol, base=listing.base,
            quote=listing.quote, tick_size=tick, lot_size=listing.lot_size,
            price=_price(engine.last_price or 0, tick), bid=_price(quote.bid, tick),
            ask=_price(quote.ask, tick), open_price=self._observer.begun_at[number] * tick,
            volume=watched.lots * listing.lot_size / _RAW, trades=watched.trade_count,
            phase=engine.phase.value,
        )  # fmt: skip

    # --------------------------------------------------------------------------------------------- a book

    def live(self, instrument_id: str, after: int) -> SimLive:
        """A book now, and what was shown since the mark was `after`; a mark of the future is none of ours."""
        number = self.number(instrument_id)
        self._observer.count()
        after = after if after <= self._observer.mark else 0
        watched, engine = self._observer.books[number], self._market.exchange.books[number]
        listing = self._config.books[number].listing
        tick, lot = listing.tick_size, listing.lot_size
        bids, asks = (
            tuple((price * tick, lots * lot, orders) for price, lots, orders in rows.tolist())
            for rows in (engine.level_rows(Side.BUY, LEVELS), engine.level_rows(Side.SELL, LEVELS))
        )

        def is_new(shown: Print | Column) -> bool:
            return shown.mark > after

        tape = islice(takewhile(is_new, reversed(watched.tape)), TAPE)
        columns = list(takewhile(is_new, reversed(watched.columns)))
        return SimLive(
            run=self._run, cursor=self._observer.mark, now=self._market.now_ns, instrument_id=instrument_id,
            price=_price(engine.last_price or 0, tick), bids=bids, asks=asks,
            tape=tuple(_trade(each, tick, lot) for each in tape),
            columns=tuple(_column(each, tick) for each in reversed(columns)),
        )  # fmt: skip

    # --------------------------------------------------------------------------------------------- people

    def agents(self, instrument_id: str) -> SimAgents:
        """Everybody who trades, in one book or, with "", in all."""
        numbers = [self.number(instrument_id)] if instrument_id else list(self._numbers.values())
        self._observer.count()
        names = self._market.exchange.clearing.owners.names
        self._observer.flows.cover(len(names))
        open_orders = [self._market.exchange.books[n].open_by_owner(len(names)) for n in numbers]
        counts = np.sum(open_orders, axis=0).tolist()
        rows = tuple(
            self._agent(name, kind, names.index(name), numbers, counts) for name, kind in self._people()
        )
        return SimAgents(now=self._market.now_ns, instrument_id=instrument_id, rows=rows)

    def _agent(self, name: str, kind: str, owner: int, numbers: list[int], counts: list[int]) -> SimAgent:
        flows, mids = self._observer.flows, self._market.mids()
        value = cash = 0
        volume = 0.0
        for number in numbers:
            unit = self._config.books[number].listing.unit
            value += int(int(flows.base[owner, number]) * mids[number] * unit)
            cash += int(flows.cash[owner, number])
            volume += float(flows.notional[owner, number]) * unit / _RAW
        inventory = None
        if len(numbers) == 1:
            inventory = int(flows.base[owner, numbers[0]]) * self._config.books[numbers[0]].listing.lot_size
        return SimAgent(
            name=name, kind=kind, inventory=inventory, inventory_value=value, cash_change=cash,
            pnl=value + cash, orders=int(flows.orders[owner, numbers].sum()), open_orders=counts[owner],
            trades=int(flows.trades[owner, numbers].sum()), volume=volume,
        )  # fmt: skip


def _price(ticks: int, tick_size: int) -> int | None:
    return ticks * tick_size if ticks else None


def _trade(shown: Print, tick: int, lot: int) -> SimTrade:
    side = Side.BUY if shown.is_buy else Side.SELL
    return SimTrade(
        shown.trade_id, shown.at, shown.price * tick, shown.lots * lot, side, shown.is_block
    )  # fmt: skip


def _column(shown: Column, tick: int) -> SimColumn:
    return SimColumn(
        shown.at, int(shown.mid_ticks * tick), _price(shown.bid, tick), _price(shown.ask, tick),
        shown.low_tick, shown.step_ticks, tuple(shown.sizes),
    )  # fmt: skip
