"""Squares our books with a venue's: asks, compares, feeds what is missing, proves what is absent."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from trade2026.model.commands import Command, ReportExecution, ResolveNotReceived
from trade2026.model.commands.desk import Difference
from trade2026.model.events import AlarmRaised, CancelRejected, Event, ExecutionRepeated, InvalidTransition
from trade2026.model.execution import ExecutionReport
from trade2026.oms.unknown import is_outstanding
from trade2026.ports.clock import Clock
from trade2026.ports.venue import VenueTerms
from trade2026.primitives.time import SECOND_NS
from trade2026.trading.core import Core
from trade2026.trading.reconciliation import compare
from trade2026.trading.sequencer import Answer
from trade2026.trading.venues.holdings import compare_holdings
from trade2026.trading.venues.queries import Queries
from trade2026.trading.venues.requests import Requests
from trade2026.trading.venues.truth import Findings, Repair, Truth, merge_orders

Post = Callable[[Command], Answer]

_NO_CHANGE: Final = (ExecutionRepeated, InvalidTransition, AlarmRaised, CancelRejected)
"""Changes nothing that is compared: a refused cancel or replace leaves the order as it was."""
_SETTLE_NS: Final = SECOND_NS // 2
"""How much longer than the venue's own lag an answer may be behind the stream."""
_QUERY_NS: Final = 10 * SECOND_NS
"""No answer is used that was asked longer ago."""
_QUIET_S: Final = 0.25
_QUIET_MAX_NS: Final = 60 * SECOND_NS
"""How long a reconciliation waits for proofs and confirmations, beyond the window of the last request."""


class Outcome(NamedTuple):
    """How a reconciliation ended; fields as in `RecordReconciliation`, `text` is "" or why not converged."""

    passes: int
    is_converged: bool
    orders: int
    executions: int
    differences: tuple[Difference, ...]
    text: str


@dataclass(slots=True)
class _Pass:
    """What one pass over all accounts came to."""

    changed: bool = False
    wait_until: int = 0
    unsettled: list[str] = field(default_factory=list)
    done: list[Difference] = field(default_factory=list)
    open: list[Difference] = field(default_factory=list)
    orders: int = 0
    executions: int = 0
    asked_at: int = 0


class Settler:
    """Compares and repairs; one reconciliation or check at a time.

    Parameters
    ----------
    post : callable
        Journals a command; the answer has its events, once they are durable.
    now : callable
        Trading time, for commands.
    drain : callable
        Journals what the stream said meanwhile; whether it changed anything.
    first_since_ns : int
        From when on history is asked before the first success, by the venue's clock; 0 for all of it.
    """

    def __init__(
        self,
        core: Core,
        queries: Queries,
        requests: Requests,
        terms: VenueTerms,
        clock: Clock,
        *,
        accounts: tuple[str, ...],
        trades: Callable[[str], bool],
        post: Post,
        now: Callable[[], int],
        drain: Callable[[], Awaitable[bool]],
        passes_max: int,
        first_since_ns: int,
    ) -> None:
        self._core, self._queries, self._requests = core, queries, requests
        self._terms, self._clock = terms, clock
        self._accounts, self._trades = accounts, trades
        self._post, self._now, self._drain = post, now, drain
        self._passes_max = passes_max
        self._first_since_ns = first_since_ns
        self._proofs: dict[tuple[str, str], tuple[int, str]] = {}  # Of a first query: when it ended, words.
        self._touched: dict[int, int] = {}
        self._squared_at: int | None = None  # Monotonic: when the pass began that last changed nothing.
        self._is_wide = False  # Whether history is asked from its start, for an order it did not show.
        self.venue_offset_ns = 0  # The venue's clock less our monotonic one.

    def touch(self, order_id: int) -> None:
        """The order had news just now: what the venue answers may be older."""
        self._touched[order_id] = self._clock.monotonic_ns()

    # ------------------------------------------------------------------------------ reconciliation

    async def reconcile(self) -> Outcome:
        """Compare and repair until a pass changes nothing; raises OperatingError when it cannot be asked.

        A difference that a person must decide counts once two passes in a row have it and neither changed
        anything: answers lag behind one another.
        """
        try:
            return await self._until_quiet()
        finally:
            self._is_wide = False

    async def _until_quiet(self) -> Outcome:
        began = self._clock.monotonic_ns()
        done: dict[Difference, None] = {}
        passes, last_open = 0, None
        while True:
            made = await self._pass(with_holdings=True)
            made.changed = await self._drain() or made.changed
            done.update(dict.fromkeys(made.done))
            if made.changed or passes == 0:
                passes += 1
            if made.changed:
                last_open = None
                if passes >= self._passes_max:
                    text = f"{passes} passes still changed something"
                    return self._outcome(passes, made, done, text)
                continue
            is_waiting = bool(made.unsettled) or made.wait_until > 0 or bool(made.open)
            if not is_waiting:
                self._squared_at = made.asked_at
                return self._outcome(passes, made, done, "")
            if made.open and made.open == last_open and not made.unsettled and not made.wait_until:
                return self._outcome(passes, made, done, f"{len(made.open)} differences")
            self._is_wide = self._is_wide or (bool(made.unsettled) and last_open is not None)
            last_open = made.open
            now = self._clock.monotonic_ns()
            limit = began + self._terms.request_window_ns + 4 * self._terms.history_lag_ns + _QUIET_MAX_NS
            if now > limit:
                names = ", ".join(made.unsettled[:5])
                return self._outcome(passes, made, done, f"not settled in time: {names}")
            await self._pause(max(made.wait_until - now, self._terms.history_lag_ns))

    def _outcome(self, passes: int, made: _Pass, done: Iterable[Difference], text: str) -> Outcome:
        differences = (*done, *made.open)
        return Outcome(passes, text == "", made.orders, made.executions, differences, text)

    async def _pause(self, wait_ns: int) -> None:
        await asyncio.sleep(max(wait_ns / SECOND_NS, _QUIET_S))

    async def _pass(self, *, with_holdings: bool) -> _Pass:
        made = _Pass(asked_at=self._clock.monotonic_ns())
        for account_id in self._accounts:
            await self._account(account_id, made)
            if with_holdings and not made.changed:
                made.open += await self._holdings(account_id)
        self._forget_young()
        return made

    async def _account(self, account_id: str, made: _Pass) -> None:
        asked_at = self._clock.monotonic_ns()
        truth = await self._truth(account_id, with_history=True)
        ended_at = self._clock.monotonic_ns()
        findings = self._compare(truth, asked_at)
        made.done += await self._repair(findings.repairs, made)
        await self._prove(account_id, findings.absent, asked_at, ended_at, made)
        made.unsettled += findings.unsettled
        for difference in findings.differences:
            (made.done if difference.action else made.open).append(difference)
        made.orders += len(truth.orders)
        made.executions += len(truth.executions)

    async def _truth(self, account_id: str, *, with_history: bool) -> Truth:
        """Orders first and executions after them, so that no order is ahead of its fills."""
        since_ns = self._since(with_history=with_history)
        answers = [await self._queries.open_orders(account_id)]
        if with_history:
            answers.append(await self._queries.order_history(account_id, since_ns))
        executions = await self._queries.executions(account_id, since_ns)
        is_whole = with_history and since_ns == self._first_since_ns
        return Truth(account_id, since_ns, merge_orders(answers), executions, is_whole)

    def _since(self, *, with_history: bool) -> int:
        if self._squared_at is None or self._is_wide:
            return self._first_since_ns
        times = [self._squared_at]
        earliest = self._requests.earliest() if with_history else None
        if earliest is not None:
            times.append(earliest)
        margin = (
            self._terms.history_lag_ns + self._terms.request_window_ns + self._terms.max_clock_skew_ns
        ) + 2 * SECOND_NS
        return max(min(times) + self.venue_offset_ns - margin, 1)

    def _compare(self, truth: Truth, asked_at: int) -> Findings:
        oms = self._core.engines.oms
        return compare(
            oms.accounts[truth.account_id], oms.orders, truth, self._outstanding(truth.account_id),
            trades=self._trades, is_young=lambda order_id: self._is_young(order_id, asked_at),
        )  # fmt: skip

    def _outstanding(self, account_id: str) -> list[int]:
        """Orders that may still fill at the venue or wait for an answer of it, by number."""
        oms = self._core.engines.oms
        found = {*oms.accounts[account_id].open_orders, *self._requests.orders_of(account_id)}
        return [
            order_id
            for order_id in sorted(found)
            if is_outstanding(order := oms.orders[order_id]) and self._trades(order.instrument_id)
        ]

    def _is_young(self, order_id: int, asked_at: int) -> bool:
        touched = self._touched.get(order_id)
        return touched is not None and touched + self._terms.history_lag_ns + _SETTLE_NS > asked_at

    def _forget_young(self) -> None:
        now = self._clock.monotonic_ns()
        self._touched = {
            order_id: touched
            for order_id, touched in self._touched.items()
            if touched + self._terms.history_lag_ns + 2 * _SETTLE_NS + _QUERY_NS > now
        }

    async def _holdings(self, account_id: str) -> tuple[Difference, ...]:
        book = self._core.engines.ledger.accounts.get(account_id)
        holdings = await self._queries.holdings(account_id)
        return () if book is None else compare_holdings(book, holdings, self._trades)

    # -------------------------------------------------------------------------------------- repairs

    async def feed(self, reports: Iterable[ExecutionReport]) -> bool:
        """Journal reports as if the stream had said them, in order; whether they changed anything."""
        answers = [self._post(ReportExecution(self._now(), report)) for report in reports]
        return any(_changes(events) for events in await _all(answers))

    async def _repair(self, repairs: Iterable[Repair], made: _Pass) -> list[Difference]:
        """Journal what we did not know; the lines of what changed something."""
        repairs = list(repairs)
        answers = [self._post(ReportExecution(self._now(), each.report)) for each in repairs]
        changed = [_changes(events) for events in await _all(answers)]
        made.changed = any(changed) or made.changed
        return [
            each.note
            for each, is_new in zip(repairs, changed, strict=True)
            if is_new and each.note is not None
        ]

    async def _prove(
        self, account_id: str, absent: tuple[str, ...], asked_at: int, ended_at: int, made: _Pass
    ) -> None:
        """A request of which two complete queries, late enough and apart, show nothing, was not received."""
        for name in absent:
            key = account_id, name
            expiry = self._requests.expiry(account_id, name)
            if expiry is None:  # Not sent yet, or no silence would prove anything.
                continue
            if asked_at < expiry:
                made.wait_until = max(made.wait_until, expiry)
                continue
            words = f"asked {(asked_at - expiry) / SECOND_NS:.1f} s after it could take effect no more"
            first = self._proofs.get(key)
            if first is None:
                self._proofs[key] = ended_at, words
                made.wait_until = max(made.wait_until, ended_at + self._terms.history_lag_ns + 1)
                continue
            if asked_at <= first[0] + self._terms.history_lag_ns:
                made.wait_until = max(made.wait_until, first[0] + self._terms.history_lag_ns + 1)
                continue
            evidence = f"no trace of it in the venue's complete history, {first[1]}, and again, {words}"
            del self._proofs[key]
            events = await self._post(ResolveNotReceived(self._now(), account_id, name, evidence))
            made.changed = _changes(events) or made.changed
        kept = {key: proof for key, proof in self._proofs.items() if key[0] != account_id or key[1] in absent}
        self._proofs = kept

    # ---------------------------------------------------------------------------- continuous checks

    async def check(self, grace_ns: int) -> str:
        """A look at open orders and executions; what the stream left out, "" where it keeps its promise.

        Requests of unknown outcome are settled on the way, and orders that others placed are taken up. News
        younger than `grace_ns` and the venue's lag may still be on its way and is left to the stream.
        """
        began = self._clock.monotonic_ns()
        for account_id in self._accounts:
            asked_at = self._clock.monotonic_ns()
            truth = await self._truth(account_id, with_history=self._requests.has_unknown)
            if self._lacks(truth, asked_at):
                asked_at = self._clock.monotonic_ns()
                truth = await self._truth(account_id, with_history=True)
            ended_at = self._clock.monotonic_ns()
            findings = self._compare(truth, asked_at)
            expected, late = self._sort(findings, account_id, grace_ns)
            if late:
                return late
            await self.feed(expected)
            await self._prove(account_id, findings.absent, asked_at, ended_at, _Pass())
            if findings.doubted:
                return f"the venue counts other fills of {findings.doubted[0]} than we have"
            for difference in findings.differences:
                if not difference.action:
                    return f"{difference.kind} {difference.name} differs"
        self._squared_at = began
        self._forget_young()
        return ""

    async def check_holdings(self) -> str:
        """Compare cash and positions; a difference that stays, in words."""
        for account_id in self._accounts:
            if await self._holdings(account_id):
                await self._pause(self._terms.history_lag_ns + _SETTLE_NS)
                again = await self._holdings(account_id)
                if again:
                    return f"{again[0].kind} {again[0].name} differs"
        return ""

    def _lacks(self, truth: Truth, asked_at: int) -> bool:
        """Whether an order of ours is not among those that are open: history tells how it ended."""
        orders = self._core.engines.oms.orders
        named = {each.venue_order_id for each in truth.orders.values()}
        return any(
            orders[order_id].venue_order_id not in named and not self._is_young(order_id, asked_at)
            for order_id in self._outstanding(truth.account_id)
        )

    def _sort(self, findings: Findings, account_id: str, grace_ns: int) -> tuple[list[ExecutionReport], str]:
        """Reports that we had to ask for, and in words one that the stream should have brought."""
        account = self._core.engines.oms.accounts[account_id]
        venue_now = self._clock.monotonic_ns() + self.venue_offset_ns
        expected = []
        for report in (each.report for each in findings.repairs):
            request = account.requests.get(report.client_order_id)
            if request is None or not request.order_id or self._requests.is_unknown(request.order_id):
                expected.append(report)
            elif venue_now - report.ts_event > grace_ns + self._terms.history_lag_ns:
                return [], f"the stream left out {report.exec_type} of {report.client_order_id}"
        return expected, ""


async def _all(answers: list[Answer]) -> list[tuple[Event, ...]]:
    return await asyncio.gather(*answers)  # dst-ok: futures of the sequencer, no task is started


def _changes(events: Iterable[Event]) -> bool:
    return any(not isinstance(event, _NO_CHANGE) for event in events)
