"""What a line to a venue does to those who rely on it: any `LiveVenue`, made unreliable from a seed.

Each fault has a share or a length in `LineFaults`, is drawn from the seed, and is counted when it fires. What
a market does by itself (busts, orders by hand, suspensions) is not the line's doing and not here.
"""

import asyncio
import random
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from typing import TypeVar

import msgspec

from tests.simulation.simvenue import Request, SimVenue, nothing
from tests.simulation.timeline import Timeline
from trade2026.model.enums import Environment, ExecType
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.ports.venue import (
    Holding,
    LiveVenue,
    Page,
    ReportSink,
    RequestFailed,
    StreamSink,
    StreamState,
    VenueOrder,
    VenueTerms,
)
from trade2026.primitives.errors import RateLimited, VenueUnreachable

ItemT = TypeVar("ItemT", VenueOrder, ExecutionReport)
PageT = TypeVar("PageT")
SECOND = 1_000_000_000
MARGIN_NS = SECOND // 4
"""The venue's own line takes less than this, so what is sent on in time arrives in time."""


@dataclass(slots=True)
class LineFaults:
    """Shares are of requests, reports or queries (0 to 1); lengths in seconds. All zero: a good line."""

    slow: float = 0.0  # A request that takes up to slow_s longer, within its window.
    slow_s: float = 0.5
    lost_request: float = 0.0
    lost_response: float = 0.0  # It arrives, and the sender is told that nobody answered.
    late: float = 0.0  # It arrives after its window, or where there is none after the time-out.
    late_s: float = 10.0
    timeout_s: float = 1.0
    error_though_placed: float = 0.0  # Answered at once with an error that cannot be read.
    false_reject: float = 0.0  # Answered with a plain no, although it was placed.
    stray_reject: float = 0.0  # A no to an id that works, as a venue answers an id that comes again.
    dropped_report: float = 0.0
    dropped_fill: float = 0.0  # Executions alone; heartbeats and all else go on.
    gap_told: float = 0.0  # Share of dropped reports that the stream's numbering shows.
    duplicate: float = 0.0
    duplicate_s: float = 1.0
    reordered: float = 0.0
    reordered_s: float = 1.0
    partial_page: float = 0.0
    hidden_s: float = 0.0  # How long queries may not know of what has happened.
    rate_limited: float = 0.0
    unanswered_query: float = 0.0
    skew_s: float = 0.0  # The venue's clock is ahead by this much.
    episode_s: float = 0.0  # Mean time between episodes; 0 for none.
    episode_length_s: float = 1.0
    disconnects: bool = False
    half_open: bool = False  # The stream says nothing more, and not that it is gone.
    maintenance: bool = False
    cancel_on_disconnect: bool = False

    def heal(self) -> None:
        """A good line from now on; what is under way still arrives."""
        for each in fields(self):
            setattr(self, each.name, each.default)


class FaultyVenue:
    """A `LiveVenue` around another. Outlives the desk as `SimVenue` does, on the same timeline.

    `cancel_everything` is what the venue does to an account when its line is lost, where it does.
    """

    def __init__(
        self,
        inner: LiveVenue,
        chance: random.Random,
        faults: LineFaults,
        timeline: Timeline,
        inspect: Callable[[Request], None] = nothing,
        cancel_everything: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.inner, self.chance, self.faults, self.timeline = inner, chance, faults, timeline
        self.inspect, self._cancel_everything = inspect, cancel_everything
        self.counts: Counter[str] = Counter()
        self._sink: ReportSink | None = None
        self._stream: StreamSink | None = None
        self._failed: RequestFailed | None = None
        self._life = 0
        self._is_open = self._is_half_open = self._is_away = False
        self._told: list[ExecutionReport] = []
        self._seen: dict[str, int] = {}
        self._is_raining = False

    # --------------------------------------------------------------------------------------------- the port

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def environment(self) -> Environment:
        return self.inner.environment

    @property
    def terms(self) -> VenueTerms:
        lag = round(self.faults.hidden_s * SECOND)
        terms = self.inner.terms
        return msgspec.structs.replace(terms, history_lag_ns=max(lag, terms.history_lag_ns))

    def connect(self, sink: ReportSink) -> None:
        self._sink = sink
        self.inner.connect(self._on_report)

    def watch(self, stream: StreamSink, failed: RequestFailed) -> None:
        self._stream, self._failed = stream, failed
        self.inner.watch(self._on_stream, self._tell_failed)

    async def open(self) -> None:
        self._check_here()
        self._is_half_open = False
        await self.inner.open()
        self._is_open = True
        self._begin_episodes()

    async def close(self) -> None:
        self._is_open = False
        await self.inner.close()

    def submit(self, order: OrderApproved) -> None:
        self._request(order, lambda: self.inner.submit(order))

    def cancel(self, request: OrderPendingCancel) -> None:
        self._request(request, lambda: self.inner.cancel(request))

    def replace(self, request: OrderPendingReplace) -> None:
        self._request(request, lambda: self.inner.replace(request))

    async def server_time_ns(self) -> int:
        return await self._query(self.inner.server_time_ns) + round(self.faults.skew_s * SECOND)

    async def open_orders(self, account_id: str) -> Page[VenueOrder]:
        page = await self._query(lambda: self.inner.open_orders(account_id))
        return self._part_of(self._visible(page))

    async def order_history(self, account_id: str, since_ns: int) -> Page[VenueOrder]:
        page = await self._query(lambda: self.inner.order_history(account_id, since_ns))
        return self._part_of(self._visible(page))

    async def executions(self, account_id: str, since_ns: int) -> Page[ExecutionReport]:
        page = await self._query(lambda: self.inner.executions(account_id, since_ns))
        return self._part_of(self._visible(page))

    async def holdings(self, account_id: str) -> Page[Holding]:
        return await self._query(lambda: self.inner.holdings(account_id))

    async def renew_dead_man(self, account_id: str, timeout_ns: int) -> None:
        await self._query(lambda: self.inner.renew_dead_man(account_id, timeout_ns))

    # ------------------------------------------------------------------------------------- the desk's lives

    def attach(self, loop: asyncio.AbstractEventLoop, now: Callable[[], int]) -> None:
        """Go on in this loop with what was under way in the last one."""
        self._life += 1
        if isinstance(self.inner, SimVenue):
            self.inner.attach(loop, now)
        else:
            self.timeline.attach(loop, now)

    def detach(self) -> None:
        """The desk is gone: what is on its way to the venue still arrives, what comes back reaches nobody."""
        self._life += 1
        self._is_open = False
        self._sink = self._stream = self._failed = None
        if isinstance(self.inner, SimVenue):
            self.inner.detach()
        else:
            self.timeline.detach()

    def heal(self) -> None:
        """No fault begins any more, and an episode that goes on ends."""
        self.faults.heal()
        self._is_away = False
        if self._is_half_open:
            self._is_half_open = False
            self._lose_stream("the line was dead")

    # ---------------------------------------------------------------------------------------- the way there

    def _request(self, request: Request, action: Callable[[], None]) -> None:
        self.inspect(request)
        faults = self.faults
        if self._is_away:
            self._count("request during maintenance")
            self._fail_later(request, 0.01, "the venue is away for maintenance")
        elif self._hits(faults.lost_request, "request lost"):
            self._fail_later(request, faults.timeout_s, "no answer in time")
        elif self._hits(faults.lost_response, "response lost"):
            action()
            self._fail_later(request, faults.timeout_s, "no answer in time")
        elif self._hits(faults.error_though_placed, "error although placed"):
            action()
            self._fail_later(request, 0.01, "the answer cannot be read: 502 Bad Gateway")
        elif self._hits(faults.false_reject, "refused although placed"):
            action()
            self._deliver_later(refusal(request, self.timeline.now()), 0.01)
        elif self._hits(faults.late, "request late"):
            self._send_late(request, action)
        elif self._hits(faults.slow, "request slow"):
            window = self.terms.request_window_ns or 60 * SECOND
            delay = min(round(self.chance.random() * faults.slow_s * SECOND), window - MARGIN_NS)
            self.timeline.later(max(delay, 0), action)
            if delay > faults.timeout_s * SECOND:
                self._fail_later(request, faults.timeout_s, "no answer in time")
        else:
            action()

    def _send_late(self, request: Request, action: Callable[[], None]) -> None:
        """Past its window a venue refuses it, and the answer reaches nobody; else it takes effect, late."""
        faults, window = self.faults, self.terms.request_window_ns
        self._fail_later(request, faults.timeout_s, "no answer in time")
        delay = round(max(window, faults.timeout_s * SECOND) + self.chance.random() * faults.late_s * SECOND)
        if window:
            self._count("late request refused by its window")
        else:
            self.timeline.later(delay, action)

    def _fail_later(self, request: Request, after_s: float, text: str) -> None:
        life, account_id, client_order_id = self._life, request.account_id, request.client_order_id

        def tell() -> None:
            if life == self._life:
                self._tell_failed(account_id, client_order_id, text)

        self.timeline.later(round(after_s * SECOND) + 1, tell)

    def _tell_failed(self, account_id: str, client_order_id: str, text: str) -> None:
        if self._failed is not None:
            self._count("request failed")
            self._failed(account_id, client_order_id, text)

    # ----------------------------------------------------------------------------------------- the way back

    def _on_report(self, report: ExecutionReport) -> None:
        faults = self.faults
        if not self._is_open or self._is_half_open:
            self._count("report into a dead stream")
            return
        is_fill = report.exec_type is ExecType.TRADE
        if (is_fill and self._hits(faults.dropped_fill, "fill dropped")) or self._hits(
            faults.dropped_report, "report dropped"
        ):
            if self._hits(faults.gap_told, "gap told"):
                self._say_of_stream(StreamState.GAP, "a number is missing")
            return
        self._told.append(report)
        if self._hits(faults.duplicate, "report repeated"):
            self._deliver_later(self.chance.choice(self._told), faults.duplicate_s)
        if self._hits(faults.reordered, "report delayed behind others"):
            self._deliver_later(report, faults.reordered_s)
        elif self._sink is not None:
            self._sink(report)
            if report.exec_type is ExecType.NEW and self._hits(faults.stray_reject, "id that works rejected"):
                self._deliver_later(stray_reject(report), 0.1)

    def _deliver_later(self, report: ExecutionReport, within_s: float) -> None:
        life = self._life

        def deliver() -> None:
            if life == self._life and self._sink is not None:
                self._sink(report)

        self.timeline.later(round(self.chance.random() * within_s * SECOND), deliver)

    def _on_stream(self, state: StreamState, text: str) -> None:
        if self._is_half_open:
            return
        if state is StreamState.DISCONNECTED:
            self._is_open = False
        self._say_of_stream(state, text)

    def _say_of_stream(self, state: StreamState, text: str) -> None:
        if self._stream is not None:
            self._stream(state, text)

    # ---------------------------------------------------------------------------------------------- queries

    async def _query(self, ask: Callable[[], Awaitable[PageT]]) -> PageT:
        faults = self.faults
        self._check_here()
        if self._hits(faults.unanswered_query, "query not answered"):
            await asyncio.sleep(faults.timeout_s)
            raise VenueUnreachable(f"venue {self.name!r} did not answer; ask again", retryable=True)
        if self._hits(faults.rate_limited, "query rate limited"):
            raise RateLimited(
                f"venue {self.name!r} takes no more requests for now; wait",
                retryable=True, retry_after_ns=SECOND // 10,
            )  # fmt: skip
        answer = await ask()
        self._check_here()
        return answer

    def _check_here(self) -> None:
        if self._is_away:
            self._count("query during maintenance")
            raise VenueUnreachable(f"venue {self.name!r} is away for maintenance; ask later", retryable=True)

    def _visible(self, page: Page[ItemT]) -> Page[ItemT]:
        """Without what is new: how long each order or execution stays hidden follows from its name."""
        hidden = self.faults.hidden_s * SECOND
        if not hidden:
            return page
        now = self.timeline.now()
        items = tuple(item for item in page.items if now - self._since(item) >= hidden * _share(item))
        self.counts["item not visible yet"] += len(page.items) - len(items)
        return Page(items, page.is_complete)

    def _since(self, item: VenueOrder | ExecutionReport) -> int:
        """When it was there first."""
        return self._seen.setdefault(_name(item), item.ts_event)

    def _part_of(self, page: Page[ItemT]) -> Page[ItemT]:
        if page.items and self._hits(self.faults.partial_page, "partial page"):
            return Page(page.items[: len(page.items) // 2], is_complete=False)  # The new ones are missing.
        return page

    # --------------------------------------------------------------------------------------------- episodes

    def _begin_episodes(self) -> None:
        if self.faults.episode_s and not self._is_raining:
            self._is_raining = True
            self._wait_for_episode()

    def _wait_for_episode(self) -> None:
        mean = self.faults.episode_s
        if not mean:
            self._is_raining = False
            return
        self.timeline.later(round(self.chance.expovariate(1 / mean) * SECOND), self._episode, is_endless=True)

    def _episode(self) -> None:
        faults = self.faults
        kinds = [
            kind
            for kind, is_on in (
                (self._disconnect, faults.disconnects),
                (self._go_half_open, faults.half_open),
                (self._go_away, faults.maintenance),
            )
            if is_on
        ]
        if kinds and self._is_open and not self._is_half_open:
            self.chance.choice(kinds)()
        self._wait_for_episode()

    def _disconnect(self) -> None:
        self._count("stream lost")
        self._lose_stream("connection reset")

    def _lose_stream(self, text: str) -> None:
        was_open, self._is_open = self._is_open, False
        if self.faults.cancel_on_disconnect:
            self._count("orders canceled on disconnect")
            self._cancel_everything("canceled on disconnect")
        if isinstance(self.inner, SimVenue):
            self.inner.drop_stream(text)
        elif was_open:
            self._say_of_stream(StreamState.DISCONNECTED, text)

    def _go_half_open(self) -> None:
        self._count("stream half open")
        self._is_half_open = True

    def _go_away(self) -> None:
        self._count("maintenance")
        self._is_away = True  # Requests fail at once; the stream ends a little later.
        self.timeline.later(
            round(self.chance.random() * 2 * SECOND), lambda: self._lose_stream("maintenance")
        )
        self.timeline.later(
            round(self.chance.random() * self.faults.episode_length_s * SECOND), self._be_back
        )

    def _be_back(self) -> None:
        self._is_away = False

    def _hits(self, share: float, what: str) -> bool:
        if share and self.chance.random() < share:
            self._count(what)
            return True
        return False

    def _count(self, what: str) -> None:
        self.counts[what] += 1


def refusal(request: Request, now: int) -> ExecutionReport:
    """A no that names nothing but the request."""
    kind = ExecType.REJECTED if type(request) is OrderApproved else ExecType.CANCEL_REJECTED
    return ExecutionReport(
        request.account_id, request.client_order_id, kind, now, text="400 Bad Request: try again"
    )


def stray_reject(report: ExecutionReport) -> ExecutionReport:
    """What a venue says of another order under the same id, while the first one works."""
    return ExecutionReport(
        report.account_id, report.client_order_id, ExecType.REJECTED, report.ts_event, "v0",
        text="duplicate client order id",
    )  # fmt: skip


def _name(item: VenueOrder | ExecutionReport) -> str:
    return item.execution_id if isinstance(item, ExecutionReport) else item.venue_order_id


def _share(item: VenueOrder | ExecutionReport) -> float:
    """Of the longest time that anything stays hidden, below 1."""
    return zlib.crc32(_name(item).encode()) % 100 / 100
