"""The read models: one tail of the journal, and every question that is answered from it."""

from collections.abc import Callable
from typing import Final, TypeVar

from trade2026.application.read_models.accounts import narrowed
from trade2026.application.read_models.event_log import EventLog, EventQuery
from trade2026.application.read_models.halt_ladder import RungView, TargetView
from trade2026.application.read_models.instrument_views import InstrumentView, instrument_view
from trade2026.application.read_models.market import MarketView
from trade2026.application.read_models.order_filter import OrderFilter
from trade2026.application.read_models.order_life import OrderLife
from trade2026.application.read_models.order_words import OrderEventView
from trade2026.application.read_models.paging import Page
from trade2026.application.read_models.projections import Projections
from trade2026.application.read_models.tail import JournalTail, Spawn, TailState
from trade2026.application.read_models.topics import RING, Callback, Topic, TopicReplay
from trade2026.application.read_models.trading_states import TradingStateRow
from trade2026.application.read_models.unknown import UnknownView
from trade2026.application.read_models.venues import DifferenceRow, ReconciliationRow, VenueView
from trade2026.application.read_models.views import (
    AccountView,
    AlertView,
    EquityPoint,
    EventView,
    FillView,
    LedgerEntry,
    LotView,
    OrderView,
    PositionView,
    StrategyRunView,
    TradingStateView,
)
from trade2026.application.read_models.worth import Prices
from trade2026.model.enums import Scope
from trade2026.ports.history import History
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import IntegrityError
from trade2026.primitives.time import DAY_NS
from trade2026.trading.core import Core

MARK_MAX_AGE_NS: Final = 7 * DAY_NS
"""Oldest price that values an account without being called stale: no exchange stays closed for longer."""

Accounts = frozenset[str] | None
"""The accounts the asker may see; None for all."""

ViewT = TypeVar("ViewT")


class ReadModels:
    """What the desk shows; lives in one asyncio loop and is read from there.

    Every answer is as of frame `seq`. `accounts` hides what belongs to others: a foreign order or account is
    as if it were not there.

    Parameters
    ----------
    storage : Storage
        The journal's folder.
    spawn : callable
        Starts the task that follows the journal.
    history : History
        Takes rows that no longer change; new and empty, and closed with the read models.
    market : MarketView or None
        Latest prices; without it journaled marks value everything.
    mark_max_age_ns : int
        Oldest mark or price that values an account without being called stale.
    progress : callable or None
        Told the frames applied while `start` catches up.
    ring : int
        Changes of each lossless topic that are kept for those who resume.
    """

    def __init__(
        self,
        storage: Storage,
        spawn: Spawn,
        history: History,
        market: MarketView | None = None,
        *,
        mark_max_age_ns: int = MARK_MAX_AGE_NS,
        progress: Callable[[int], None] | None = None,
        ring: int = RING,
    ) -> None:
        prices: Callable[[], Prices] = dict if market is None else market.prices
        self._history = history
        self._all = Projections(prices, mark_max_age_ns, history, ring)
        self._tail = JournalTail(storage, self._all.apply, self._all.topics.publish, spawn, progress)
        self._events = EventLog(
            storage, self._tail.checkpoints, self._account_of_order, self._all.wall,
            self._all.trading_states.account_of, self._all.runs.account_of,
        )  # fmt: skip
        self._life = OrderLife(
            storage, self._tail.checkpoints, self._all.lives, self._all.orders.named,
            self.core.engines.ledger, self._all.wall,
        )  # fmt: skip

    async def start(self) -> None:
        """Apply all that is durable, then follow the journal in a task; see `state` for how it went."""
        await self._tail.start()

    async def aclose(self) -> None:
        """Stop following; questions are still answered, until `close`."""
        await self._tail.aclose()

    def close(self) -> None:
        """Let go of the history, once nobody asks any more."""
        self._history.close()

    def _account_of_order(self, order_id: int) -> str | None:
        key = self._all.orders.key_of(order_id)
        return None if key is None else key.account_id

    @property
    def state(self) -> TailState:
        """Whether what is shown can be relied on."""
        return self._tail.state

    @property
    def reason(self) -> str:
        """Why it is STALLED or FAILED, with the remedy; "" otherwise."""
        return self._tail.reason

    @property
    def seq(self) -> int:
        """The last frame applied."""
        return self._all.seq

    @property
    def now(self) -> int:
        """Trading time of the last frame, UTC nanoseconds; 0 before the first."""
        return self._all.now

    @property
    def wall_ns(self) -> int | None:
        """The last journaled real time, UTC nanoseconds."""
        return self._all.wall.at(self.seq)

    @property
    def core(self) -> Core:
        """The replica of the trading core; read only, and never across an await."""
        return self._all.core

    async def wait_for(self, seq: int, timeout_ns: int) -> bool:
        """Whether frame `seq` is applied within `timeout_ns`; False at once when it never will be."""
        return await self._tail.wait_for(seq, timeout_ns)

    # --------------------------------------------------------------------------------------- being told

    def subscribe(self, topic: Topic, callback: Callback, accounts: Accounts = None) -> Callable[[], None]:
        """Have changed rows told, a batch at a time, in the loop; the answer ends it.

        The callback must not raise: what it raises ends the read models.
        """
        return self._all.topics.subscribe(topic, callback, accounts)

    def replay_topic(self, topic: Topic, from_seq: int, accounts: Accounts, limit: int) -> TopicReplay:
        """Rows of frames from `from_seq` on, at most about `limit`; a frame is never cut in two.

        Called in the same turn of the loop as `subscribe`, the two leave no gap and tell nothing twice.
        """
        return self._all.topics.replay(topic, from_seq, accounts, limit)

    # ------------------------------------------------------------------------------------------- orders

    def orders(self, chosen: OrderFilter, limit: int = 100, cursor: str | None = None) -> Page[OrderView]:
        """Orders, the newest first."""
        return self._all.orders.page(chosen, limit, cursor, self.seq)

    def order(self, order_id: int, accounts: Accounts) -> OrderView | None:
        """An order; None where there is none, or a foreign one."""
        return self._all.orders.order(order_id, accounts)

    def order_by_client_id(
        self, account_id: str, client_order_id: str, accounts: Accounts
    ) -> OrderView | None:
        """What a client order id led to, a refused or denied request included; None for nothing."""
        if accounts is not None and account_id not in accounts:
            return None
        return self._all.orders.by_client_id(account_id, client_order_id)

    async def order_life(
        self, order_id: int, accounts: Accounts, limit: int = 100, cursor: str | None = None
    ) -> Page[OrderEventView] | None:
        """What happened to an order, the oldest first; None where there is none, or a foreign one.

        A page may be short and have a cursor: the work for one page is bounded.
        """
        order = self._all.orders.order(order_id, accounts)
        if order is None:
            return None
        try:
            return await self._life.page(order_id, order.created_seq, limit, cursor, self.seq)
        except IntegrityError as error:
            self._tail.fail(str(error))
            raise

    def fills(
        self,
        chosen: OrderFilter,
        order_id: int | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[FillView]:
        """Fills, the newest first; of one order with `order_id`."""
        return self._all.executions.fills(chosen, order_id, limit, cursor, self.seq)

    # ----------------------------------------------------------------------------------------- accounts

    def positions(
        self,
        accounts: Accounts,
        account_id: str | None = None,
        instrument_id: str | None = None,
        *,
        include_flat: bool = False,
    ) -> Page[PositionView]:
        """Positions at the latest prices, by account and instrument."""
        seen = narrowed(accounts, account_id)
        return self._whole(self._all.accounts.positions(seen, instrument_id, include_flat))

    def lots(
        self, accounts: Accounts, account_id: str | None = None, instrument_id: str | None = None
    ) -> Page[LotView]:
        """Open lots, the oldest of each position first."""
        return self._whole(self._all.accounts.lots(narrowed(accounts, account_id), instrument_id))

    def accounts(self, accounts: Accounts) -> Page[AccountView]:
        """Accounts at the latest prices, by id."""
        names = self._all.accounts.account_ids(accounts)
        return self._whole(tuple(self._all.accounts.account(name) for name in names))

    def account(self, account_id: str, accounts: Accounts) -> AccountView | None:
        """An account; None where there is none, or a foreign one."""
        if account_id not in self._all.accounts.account_ids(accounts):
            return None
        return self._all.accounts.account(account_id)

    def equity(
        self,
        account_id: str,
        accounts: Accounts,
        *,
        start_ns: int | None = None,
        end_ns: int | None = None,
        limit: int = 1_000,
    ) -> tuple[EquityPoint, ...]:
        """The newest `limit` official points with start <= ts < end, in order of time."""
        if accounts is not None and account_id not in accounts:
            return ()
        return self._all.equity.points(account_id, start_ns, end_ns, limit)

    def ledger(
        self,
        accounts: Accounts,
        account_id: str | None = None,
        instrument_id: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[LedgerEntry]:
        """Entries of the ledger, the newest first."""
        chosen = OrderFilter(accounts, account_id, instrument_id)
        return self._all.executions.entries(chosen, limit, cursor, self.seq)

    # ----------------------------------------------------------------------------------------- the desk

    async def events(self, query: EventQuery, limit: int = 100, cursor: str | None = None) -> Page[EventView]:
        """Journaled events; a page may be short and have a cursor, see `EventLog.page`."""
        try:
            return await self._events.page(query, limit, cursor, self.seq)
        except IntegrityError as error:
            self._tail.fail(str(error))
            raise

    def alerts(self, accounts: Accounts, limit: int = 100, cursor: str | None = None) -> Page[AlertView]:
        """Alerts, the newest first."""
        return self._all.alerts.page(accounts, limit, cursor, self.seq)

    def strategy_runs(self, accounts: Accounts) -> Page[StrategyRunView]:
        """Runs of strategies, the one started last first."""
        return self._whole(self._all.runs.runs(accounts))

    def strategy_run(self, run_id: str, accounts: Accounts) -> StrategyRunView | None:
        """A run; None where there is none, or a foreign one."""
        account_id = self._all.runs.account_of(run_id)
        if account_id is None or (accounts is not None and account_id not in accounts):
            return None
        return self._all.runs.run(run_id)

    def trading_states(self, accounts: Accounts, *, include_active: bool = False) -> Page[TradingStateView]:
        """GLOBAL first, always; then what is not ACTIVE, or all that was ever set."""
        return self._whole(self._all.trading_states.states(accounts, include_active))

    def trading_state(self, scope: Scope, target: str) -> TradingStateRow | None:
        """The last word on one scope as raw values; None where nothing was said: ACTIVE."""
        return self._all.trading_states.row(scope, target)

    def venues(self, accounts: Accounts) -> Page[VenueView]:
        """Venues with a session, by name: how far each is trusted, and how it last compared."""
        return self._whole(self._all.venues.venues(accounts))

    def differences(self, accounts: Accounts) -> Page[DifferenceRow]:
        """Lines of the last comparison with each venue; what a person must decide comes first."""
        return self._whole(self._all.venues.differences(accounts))

    def reconciliations(self, accounts: Accounts) -> Page[ReconciliationRow]:
        """The last comparisons with every venue, the newest first."""
        return self._whole(self._all.venues.reconciliations(accounts))

    def unknown_outcomes(self, accounts: Accounts) -> Page[UnknownView]:
        """Requests that a venue has not answered, the oldest first."""
        return self._whole(self._all.unknown.rows(accounts))

    def halt_ladder(self, accounts: Accounts) -> Page[RungView]:
        """Scopes from the widest to the narrowest, with what is halted and what is still open in it."""
        return self._whole(self._all.ladder.rungs(accounts))

    def halt_targets(self, accounts: Accounts) -> Page[TargetView]:
        """What can be halted by itself."""
        return self._whole(self._all.ladder.targets(accounts))

    def instruments(self) -> Page[InstrumentView]:
        """Registered instruments, by id."""
        known = self.core.engines.ledger.instruments
        return self._whole(tuple(instrument_view(known[name]) for name in sorted(known)))

    def instrument(self, instrument_id: str) -> InstrumentView | None:
        """An instrument; None for an unknown one."""
        known = self.core.engines.ledger.instruments.get(instrument_id)
        return None if known is None else instrument_view(known)

    def _whole(self, items: tuple[ViewT, ...]) -> Page[ViewT]:
        return Page(items, None, self.seq)
