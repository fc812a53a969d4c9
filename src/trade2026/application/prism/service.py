"""The simulated market behind its line: prices for who listens, accounts for who trades, and what is kept."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import msgspec

from trade2026.application.prism.booking import Booking, nobody
from trade2026.application.prism.customers import Clearing, Customer, bring_in
from trade2026.application.prism.instruments import instrument_of
from trade2026.application.prism.keeping import Keeper
from trade2026.application.prism.keeping.entries import Prices as NotedPrices
from trade2026.application.prism.prices import Prices
from trade2026.application.prism.trading import Trading
from trade2026.matching.clearing import HOUSE
from trade2026.ports.clock import Clock
from trade2026.ports.prism import PrismWelcome, Tick
from trade2026.ports.prism_trading import (
    BEAT_NS,
    AccountReport,
    AskTime,
    Beat,
    News,
    Question,
    Reply,
)
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import SECOND_NS
from trade2026.simulation.exchange.order_records import ListRecord
from trade2026.simulation.exchange.records import Records
from trade2026.simulation.exchange.reports import Exchange, Report
from trade2026.simulation.prism.sessions import OPERATOR

TICK_NS: Final = 50_000_000
"""Between two looks at what there is to tell."""
_NOTE_NS: Final = 5 * SECOND_NS
"""Between two notes of where the prices are."""


class Made(msgspec.Struct, frozen=True):
    """What a market was made from, for its welcome; `speed` 0 is as fast as it can."""

    seed: int
    speed: float


class PrismDesk:
    """`ports.prism_trading.PrismService` over any exchange, for one run of it, and `Kept` for a door to it.

    It hears the exchange from the moment it is made, and has to hear it before anybody else does: what it
    keeps is written down before others tell of it. What is told and answered here is on the disk.

    Parameters
    ----------
    keeper : Keeper
        For which `begin` was called.
    clearing : Clearing
        Of the exchange; accounts that are kept are brought in here.
    find_customer : callable
        Who an account is that is not kept yet; None for nobody's.
    is_shown : callable
        Whether an account is shown its orders at a door, so that all of what it is shown there is kept.
    """

    def __init__(
        self,
        exchange: Exchange,
        clearing: Clearing,
        keeper: Keeper,
        clock: Clock,
        made: Made,
        find_customer: Callable[[str], Customer | None],
        is_shown: Callable[[str], bool] = nobody,
    ) -> None:
        self._exchange, self._clearing, self._keeper = exchange, clearing, keeper
        self._clock, self._made, self._find_customer = clock, made, find_customer
        self._assets = sorted({asset for each in exchange.listings for asset in (each.base, each.quote)})
        self._instruments = tuple(
            sorted(map(instrument_of, exchange.listings), key=lambda each: each.instrument_id)
        )
        self._booking = Booking(keeper, exchange.listings, is_shown)
        self._go_on(is_shown)
        self._prices = Prices(exchange, f"{keeper.run:x}", self._booking.records.tapes)
        self._trading = Trading(exchange, keeper, self._booking, clock)
        self._numbers = {each.account_id: each.number for each in keeper.state.accounts.values()}
        """By account: the last report that was told."""
        self._listeners: dict[int, Callable[[Tick], None]] = {}
        self._attending: dict[int, tuple[str, Callable[[News], None]]] = {}
        self._made_so_far = 0
        self._beat_at = clock.monotonic_ns()
        self._noted_at = self._beat_at - _NOTE_NS  # Where it begins is noted at once.
        self._others = {owner for owner, _ in clearing.holdings} | {HOUSE, OPERATOR}
        keeper.told = self._tell_account
        for account in keeper.state.accounts.values():
            bring_in(account, clearing, self._assets)
        self._end_hearing = exchange.subscribe(self._hear)

    def open_account(self, customer: Customer) -> bool:
        """Open an account and fund it, once in its life; whether it was new."""
        if customer.account_id in self._others:
            raise InputError(
                f"account_id must not be that of a trader or of the exchange itself, was "
                f"{customer.account_id!r}; call the account something else"
            )
        is_new = self._keeper.open_account(customer.account_id, customer.cash, customer.shortable)
        if is_new:
            bring_in(self._keeper.state.accounts[customer.account_id], self._clearing, self._assets)
        return is_new

    # --------------------------------------------------------------------------------------- the port

    def welcome(self) -> PrismWelcome:
        """What the market is."""
        run, made = f"{self._keeper.run:x}", self._made
        return PrismWelcome(run, self._exchange.now_ns(), made.seed, made.speed, self._instruments)

    def listen(self, told: Callable[[Tick], None]) -> Callable[[], None]:
        """Have prices told from now on; call the result to end it."""
        key = self._next_key()
        self._listeners[key] = told
        self._prices.begin()

        def end() -> None:
            self._listeners.pop(key, None)
            if not self._listeners:
                self._prices.end()

        return end

    def attend(self, account_id: str, told: Callable[[News], None]) -> Callable[[], None]:
        """Have an account's news told from now on; one that is not there yet is opened for who has it.

        Raises
        ------
        InputError
            There is no such account, and nobody has one of that name.
        """
        if account_id not in self._keeper.state.accounts:
            customer = self._find_customer(account_id)
            if customer is None:
                raise InputError(
                    f"account_id must be that of an account at this market, was {account_id!r}; give an "
                    f"account of the desk's configuration the venue PRISM"
                )
            self.open_account(customer)
        key = self._next_key()
        self._attending[key] = (account_id, told)
        told(self._beat(account_id))
        return lambda: self._forget(key)

    async def answer(self, account_id: str, question: Question) -> Reply:
        """Do what is asked for an account ("" for none); `Refused` where that cannot be."""
        reply = await self._trading.answer(account_id, question)
        if not isinstance(question, AskTime):  # Whose answer is soon too old.
            await self._keeper.sync()
        return reply

    # ----------------------------------------------------------------------------------------- time

    async def run(self) -> None:
        """Have what is written on the disk at once, and tell what there is now and then, until canceled."""
        due_ns = self._clock.monotonic_ns()
        while True:
            left_ns = due_ns - self._clock.monotonic_ns()
            if left_ns <= 0:
                self.turn()
                due_ns, left_ns = self._clock.monotonic_ns() + TICK_NS, TICK_NS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_ns / SECOND_NS):
                    await self._keeper.changed()
            await self._keeper.sync()

    def turn(self) -> None:
        """Tell what there is to tell now."""
        now = self._clock.monotonic_ns()
        is_due = now - self._beat_at >= BEAT_NS
        self._trading.watch_the_dead()
        if self._listeners:
            events = self._prices.take()
            if events or is_due:
                tick = Tick(self._exchange.now_ns(), events)
                for listener in tuple(self._listeners.values()):
                    listener(tick)
        if is_due:
            self._beat_at = now
            for account_id, told in tuple(self._attending.values()):
                told(self._beat(account_id))
        if now - self._noted_at >= _NOTE_NS:
            self._noted_at = now
            self.note_prices()

    def note_prices(self) -> None:
        """Keep where the prices are."""
        self._keeper.book(NotedPrices(self._keeper.now_ns(), self._prices.last_prices()))

    def close(self) -> None:
        """Hear no more, and have everything on the disk."""
        self._end_hearing()
        try:
            self.note_prices()
        finally:
            self._keeper.close()

    # ------------------------------------------------------------------------------------------- a door

    @property
    def records(self) -> Records:
        """Of the exchange, as they are now."""
        return self._booking.records

    async def sync(self) -> None:
        """Until all that was asked and done so far is on the disk; StoreUnavailable where that cannot be."""
        await self._keeper.sync()

    def once_kept(self, tell: Callable[[], None]) -> None:
        """Have it called once all that was asked and done so far is on the disk."""
        self._keeper.once_kept(tell)

    def keep_list(self, record: ListRecord) -> None:
        """Keep a list of orders that a door has begun."""
        self._booking.keep_list(record)

    def _go_on(self, is_shown: Callable[[str], bool]) -> None:
        """Give orders and trades numbers that no account was shown before."""
        shown = [each.shown for each in self._keeper.state.accounts.values() if is_shown(each.account_id)]
        if shown:
            trades = [
                max(each.last_trades.get(number, 0) for each in shown) + 1
                for number in range(len(self._exchange.listings))
            ]
            self._exchange.number_from(max(each.last_order for each in shown) + 1, trades)

    # -------------------------------------------------------------------------------------- telling

    def _hear(self, report: Report) -> None:
        self._booking.hear(report)
        self._prices.hear(report)

    def _tell_account(self, account_id: str, report: AccountReport) -> None:
        self._numbers[account_id] = report.number
        for owner, told in tuple(self._attending.values()):
            if owner == account_id:
                told(report)

    def _beat(self, account_id: str) -> Beat:
        return Beat(self._keeper.now_ns(), self._numbers.get(account_id, 0))

    def _forget(self, key: int) -> None:
        self._attending.pop(key, None)

    def _next_key(self) -> int:
        self._made_so_far += 1
        return self._made_so_far
