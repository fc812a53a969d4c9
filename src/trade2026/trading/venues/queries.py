"""Asking a venue: within its rate limit, within a time, whole or not at all."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from trade2026.model.execution import ExecutionReport
from trade2026.ports.clock import Clock
from trade2026.ports.venue import Holding, LiveVenue, Page, VenueOrder
from trade2026.primitives.errors import OperatingError, RateLimited, VenueUnreachable
from trade2026.primitives.time import SECOND_NS
from trade2026.trading.venues.budget import Kind, RateBudget
from trade2026.trading.venues.sane import (
    GARBAGE,
    why_unusable_holding,
    why_unusable_order,
    why_unusable_report,
)

ItemT = TypeVar("ItemT")
AnswerT = TypeVar("AnswerT")

_TRIES: Final = 4
_PAUSE_S: Final = 0.25


class Queries:
    """The venue's queries, each repeated a few times; raises VenueUnreachable or RateLimited in the end.

    Parameters
    ----------
    orders_wait : callable
        Whether orders wait for the rate limit too.
    quarantine : callable
        Told of an answer that could not be read.
    """

    def __init__(
        self,
        venue: LiveVenue,
        clock: Clock,
        budget: RateBudget,
        *,
        timeout_ns: int,
        orders_wait: Callable[[], bool],
        quarantine: Callable[[str], None],
    ) -> None:
        self._venue = venue
        self._clock = clock
        self._budget = budget
        self._timeout_s = timeout_ns / SECOND_NS
        self._orders_wait = orders_wait
        self._quarantine = quarantine

    async def server_time_ns(self) -> int:
        """The venue's clock; asked once."""
        return await self._ask(self._venue.server_time_ns, "server_time_ns")

    async def renew_dead_man(self, account_id: str, timeout_ns: int) -> None:
        """Renew the dead-man switch; asked once."""
        await self._ask(lambda: self._venue.renew_dead_man(account_id, timeout_ns), "renew_dead_man")

    async def open_orders(self, account_id: str) -> tuple[VenueOrder, ...]:
        """Every order that may still fill."""
        return await self._whole(
            lambda: self._venue.open_orders(account_id), "open_orders", why_unusable_order
        )

    async def order_history(self, account_id: str, since_ns: int) -> tuple[VenueOrder, ...]:
        """Every order with an event since then."""
        return await self._whole(
            lambda: self._venue.order_history(account_id, since_ns), "order_history", why_unusable_order
        )

    async def executions(self, account_id: str, since_ns: int) -> tuple[ExecutionReport, ...]:
        """Every execution since then."""
        return await self._whole(
            lambda: self._venue.executions(account_id, since_ns), "executions",
            lambda report: why_unusable_report(report, (account_id,)),
        )  # fmt: skip

    async def holdings(self, account_id: str) -> tuple[Holding, ...]:
        """Balances and positions."""
        return await self._whole(lambda: self._venue.holdings(account_id), "holdings", why_unusable_holding)

    async def _whole(
        self, make: Callable[[], Awaitable[Page[ItemT]]], name: str, why_unusable: Callable[[object], str]
    ) -> tuple[ItemT, ...]:
        """All of it: a part is asked for again, and never taken as the whole."""

        async def read() -> Page[ItemT]:
            page = await make()
            for problem in filter(None, map(why_unusable, page.items)):
                raise ValueError(problem)
            return page

        failure: OperatingError | None = None
        for attempt in range(_TRIES):
            if attempt:
                await asyncio.sleep(_PAUSE_S * attempt)
            try:
                page = await self._ask(read, name)
            except OperatingError as error:
                failure = error
                continue
            if page.is_complete:
                return page.items
            failure = VenueUnreachable(f"{self._venue.name} answered {name} in part", retryable=True)
        assert failure is not None, "there was at least one attempt"
        raise failure

    async def _ask(self, make: Callable[[], Awaitable[AnswerT]], name: str) -> AnswerT:
        while wait := self._budget.wait_ns(
            Kind.QUERY, self._clock.monotonic_ns(), orders_wait=self._orders_wait()
        ):
            await asyncio.sleep(wait / SECOND_NS)
        self._budget.spend(Kind.QUERY, self._clock.monotonic_ns())
        try:
            async with asyncio.timeout(self._timeout_s):
                return await make()
        except RateLimited as error:
            self._budget.block(error.retry_after_ns, self._clock.monotonic_ns())
            raise
        except OperatingError:
            raise
        except TimeoutError:
            text = f"{self._venue.name} did not answer {name} within {self._timeout_s:g} s"
            raise VenueUnreachable(text, retryable=True) from None
        except GARBAGE as error:
            self._quarantine(f"{name}: {type(error).__name__}: {error}")
            text = f"{self._venue.name} answered {name} with something that cannot be read: {error}"
            raise VenueUnreachable(text, retryable=True) from error
