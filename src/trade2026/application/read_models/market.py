"""The market as it is shown: quotes as the core tells them, bars from stored data up to trading time."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Final, Protocol, TypeVar

import msgspec

from trade2026.application.read_models.bars import BARS_MAX, Bars, BarView, MinuteBars, bar_view
from trade2026.application.read_models.paging import check_limit
from trade2026.application.read_models.sessions import Latest, Sessions
from trade2026.application.read_models.tail import Spawn
from trade2026.application.read_models.views import format_optional, format_ts
from trade2026.application.requests import DataRequest
from trade2026.application.services import DataSources
from trade2026.model.market_data import Bar, MarketEvent, Trade
from trade2026.ports.calendar import CalendarProvider
from trade2026.ports.core_link import Advanced, FeedState, FeedStatus, Market
from trade2026.ports.feed import DataDescription
from trade2026.primitives.errors import Trade2026Error
from trade2026.primitives.fixed_point import div_half_even, format_raw
from trade2026.primitives.time import MINUTE_NS

BARS_LIMIT_MAX: Final = 20_000
_CENTI_BPS: Final = 1_000_000
_CENTI_RAW: Final = 10_000_000
_SILENT: Final = (FeedState.FAILED, FeedState.AWAY)

ResultT = TypeVar("ResultT")


class InThread(Protocol):
    """Runs a blocking call in a thread; await the outcome."""

    def __call__(self, call: Callable[[], ResultT]) -> Awaitable[ResultT]:
        """The outcome."""
        ...


class QuoteView(msgspec.Struct, frozen=True):
    """The latest of an instrument; `ts` is when the price was made. `stale`: newer ones should have come."""

    instrument_id: str
    last: str
    previous_close: str | None
    change_bps: str | None
    bid: str | None
    ask: str | None
    ts: str
    stale: bool


class BarsView(msgspec.Struct, frozen=True):
    """Bars of one instrument in order of time; `has_open` is False for close-only data."""

    instrument_id: str
    interval_ns: int
    has_open: bool
    items: tuple[BarView, ...]


Callback = Callable[[Sequence[str]], None]


class _Known:
    """What is known of the market from one data set."""

    def __init__(self, sessions: Sessions, bars_max: int) -> None:
        self.sessions = sessions
        self.bars_max = bars_max
        self.latest: dict[str, Latest] = {}
        self.prices: dict[str, tuple[int, int]] = {}
        self.bars: dict[str, Bars] = {}
        self.minutes: dict[str, MinuteBars] = {}

    def take(self, events: Iterable[MarketEvent]) -> None:
        """Take events in order of time."""
        for event in events:
            instrument_id = event.instrument_id
            latest = self.latest.get(instrument_id)
            if latest is None:
                latest = self.latest[instrument_id] = Latest()
            bar: Bar | None
            if isinstance(event, Bar):
                price, bar = event.close, event
            else:
                bar = self.minutes.setdefault(instrument_id, MinuteBars()).take(event)
                if isinstance(event, Trade):
                    price = event.price
                else:
                    latest.bid, latest.ask = event.bid_price, event.ask_price
                    latest.quote_ts = event.ts_event
                    price = (event.bid_price + event.ask_price) // 2
            self.sessions.move(instrument_id, latest, price, event.ts_event)
            self.prices[instrument_id] = (latest.price, latest.ts)
            if bar is not None:
                bars = self.bars.get(instrument_id)
                if bars is None:
                    bars = self.bars[instrument_id] = Bars(instrument_id, self.bars_max)
                bars.append(bar)


class MarketView:
    """Quotes and bars; lives in one asyncio loop, fed by `tell`.

    History is read in a thread when the feed first says which data it plays, and when a market that was away
    is back: everything up to trading time, nothing beyond it. What arrives meanwhile waits and follows.

    Parameters
    ----------
    data : DataSources
        Finds the data set the feed names.
    spawn : callable
        Starts the task that loads.
    in_thread : callable
        Runs a blocking call in a thread.
    bars_max : int
        Bars of each instrument kept in memory, at least.
    """

    def __init__(
        self,
        data: DataSources,
        calendars: CalendarProvider,
        spawn: Spawn,
        in_thread: InThread,
        *,
        bars_max: int = BARS_MAX,
    ) -> None:
        self._data = data
        self._calendars = calendars
        self._spawn = spawn
        self._in_thread = in_thread
        self._bars_max = bars_max
        self._known = _Known(Sessions(calendars), bars_max)
        self._description: DataDescription | None = None
        self._loading: asyncio.Task[None] | None = None
        self._name = ""
        self._waiting: list[Market] = []
        self._subscribers: list[Callback] = []
        self.status: FeedStatus | None = None
        self.is_connected = False
        self.now = 0
        self.problem = ""
        """Why there is no history; "" otherwise."""

    # --------------------------------------------------------------------------------------- being told

    def tell(self, message: Market | FeedStatus | Advanced) -> None:
        """Take what the core tells."""
        self.is_connected = True
        if isinstance(message, FeedStatus):
            was_away = self.status is not None and self.status.state is FeedState.AWAY
            is_back = was_away and message.state is FeedState.PLAYING  # It may have a past now.
            self.status = message
            self.now = max(self.now, message.now)
            if message.data and (message.data != self._name or is_back) and self._loading is None:
                self._name = message.data
                self._loading = self._spawn(self._load(message.data), "market history")
        elif isinstance(message, Market):
            self.now = max(self.now, message.now)
            if self._loading is not None:
                self._waiting.append(message)
            self._take(message)

    def lost(self) -> None:
        """The line to the core is lost: every quote is stale until it tells something again."""
        self.is_connected = False

    def _take(self, message: Market) -> None:
        self._known.take(message.events)
        if self._subscribers and message.events:
            changed = tuple(dict.fromkeys(event.instrument_id for event in message.events))
            for callback in self._subscribers:
                callback(changed)

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Have the instruments that moved told after each message; the answer ends it. It must not raise."""
        self._subscribers = [*self._subscribers, callback]

        def unsubscribe() -> None:
            self._subscribers = [each for each in self._subscribers if each is not callback]

        return unsubscribe

    async def _load(self, name: str) -> None:
        """Read the history, then what arrived meanwhile."""
        now = self.now
        try:
            known, description = await self._in_thread(partial(self._read, name, now))
        except Trade2026Error as error:
            self.problem = str(error)
        else:
            for message in self._waiting:
                if message.now > now:
                    known.take(message.events)
            self._known, self._description, self.problem = known, description, ""
            for callback in self._subscribers:
                callback(tuple(known.latest))
        finally:
            self._waiting = []
            self._loading = None

    def _read(self, name: str, now: int) -> tuple[_Known, DataDescription]:
        source = self._data.open(DataRequest(names=(name,)))
        description = source.describe()
        sessions = Sessions(self._calendars)
        for instrument in source.instruments():
            sessions.register(instrument.instrument_id, instrument.calendar)
        known = _Known(sessions, self._bars_max)
        for batch in source.batches(None, now + 1):
            known.take(batch)
        return known, description

    # ------------------------------------------------------------------------------------------- quotes

    @property
    def feed(self) -> FeedStatus | None:
        """The feed as last told, at the trading time it has reached since; None before it told anything."""
        status = self.status
        if status is None or status.now >= self.now:
            return status
        return msgspec.structs.replace(status, now=self.now)

    def prices(self) -> dict[str, tuple[int, int]]:
        """Raw price and its time by instrument; not to be changed nor kept."""
        return self._known.prices

    def latest(self, instrument_id: str) -> Latest | None:
        """The latest of an instrument as raw integers; not to be changed nor kept."""
        return self._known.latest.get(instrument_id)

    def last_bar(self, instrument_id: str) -> Bar | None:
        """The last bar of an instrument, raw, or of the minute that goes on where minutes are made of trades
        or quotes; None without any.
        """
        minutes = self._known.minutes.get(instrument_id)
        if minutes is not None and (forming := minutes.forming(instrument_id)) is not None:
            return forming
        bars = self._known.bars.get(instrument_id)
        return bars[-1] if bars else None

    def is_stale(self, instrument_id: str) -> bool:
        """Whether a newer price should have come by now, or the feed is away or broken."""
        status, latest = self.status, self._known.latest.get(instrument_id)
        if latest is None or not self.is_connected or (status and status.state in _SILENT):
            return True
        return self._known.sessions.is_late(instrument_id, latest, self.now, self._interval_ns)

    def quote(self, instrument_id: str) -> QuoteView | None:
        """The latest of an instrument; None before its first price."""
        latest = self._known.latest.get(instrument_id)
        if latest is None:
            return None
        previous = latest.previous_close
        change = None
        if previous:
            change = div_half_even((latest.price - previous) * _CENTI_BPS, previous) * _CENTI_RAW
        return QuoteView(
            instrument_id, format_raw(latest.price), format_optional(previous), format_optional(change),
            format_optional(latest.bid), format_optional(latest.ask), format_ts(latest.ts),
            self.is_stale(instrument_id),
        )  # fmt: skip

    def quotes(self) -> tuple[QuoteView, ...]:
        """The latest of every instrument, by id."""
        views = (self.quote(instrument_id) for instrument_id in sorted(self._known.latest))
        return tuple(view for view in views if view is not None)

    # --------------------------------------------------------------------------------------------- bars

    @property
    def _interval_ns(self) -> int:
        described = 0 if self._description is None else self._description.bar_interval_ns
        return described or MINUTE_NS

    async def bars(
        self,
        instrument_id: str,
        *,
        start_ns: int | None = None,
        end_ns: int | None = None,
        limit: int = 500,
    ) -> BarsView:
        """The newest `limit` bars with start <= ts < end that trading time has reached, in order of time.

        Waits for the history while it is loaded. Raises InputError, or OperatingError where older bars than
        those in memory are asked for and cannot be read.
        """
        check_limit(limit, BARS_LIMIT_MAX)
        if self._loading is not None:
            await asyncio.wait([self._loading])
        end = self.now + 1 if end_ns is None else min(end_ns, self.now + 1)
        bars = self._known.bars.get(instrument_id)
        found = [] if bars is None else bars.span(start_ns, end, limit)
        first = None if bars is None else bars.first_ns
        if bars is not None and bars.is_cut and first is not None and len(found) < limit:
            older = await self._in_thread(
                partial(self._read_bars, instrument_id, start_ns, min(end, first), limit - len(found))
            )
            found = older + found
        has_open = self._description is None or self._description.has_open or not self._is_bars
        return BarsView(instrument_id, self._interval_ns, has_open, tuple(map(bar_view, found)))

    @property
    def _is_bars(self) -> bool:
        return self._description is None or self._description.bar_interval_ns > 0

    def _read_bars(self, instrument_id: str, start_ns: int | None, end_ns: int, limit: int) -> list[Bar]:
        """Bars that are no longer in memory, the newest `limit` of them."""
        newest: deque[Bar] = deque(maxlen=limit)
        minutes = MinuteBars()
        source = self._data.open(DataRequest(names=(self._name,)))
        for batch in source.batches(start_ns, end_ns):
            for event in batch:
                if event.instrument_id == instrument_id:
                    bar = event if isinstance(event, Bar) else minutes.take(event)
                    if bar is not None:
                        newest.append(bar)
        return list(newest)
