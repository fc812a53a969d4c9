"""A web process without a desk behind it: fakes of every port it has, and a caller that speaks ASGI."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from trade2026.application.identity.roles import Principal, Role
from trade2026.model.enums import Environment, OrderStatus
from trade2026.model.events import Event, OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.ports.core_link import (
    Answer,
    CancelAllIntent,
    CancelIntent,
    CoreStatus,
    Decision,
    FeedAction,
    FeedState,
    FeedStatus,
    Intent,
    PreviewIntent,
    ReplaceIntent,
    SubmitIntent,
)
from trade2026.primitives.errors import AuthenticationFailed
from trade2026.primitives.time import MINUTE_NS, SECOND_NS

NOW = 1_800_000_000 * SECOND_NS
TRADING = 633_225_600 * SECOND_NS  # 1990-01-25
FEED = FeedStatus(0, "REPLAY", "sp500", FeedState.PLAYING, TRADING, TRADING, TRADING, 1.0, "")


@dataclass
class FakeClock:
    """Moves when a test moves it."""

    wall: int = NOW
    ticks: int = 0

    def now_ns(self) -> int:
        return self.wall

    def monotonic_ns(self) -> int:
        return self.ticks


@dataclass
class FakeCore:
    """Answers each intent as a test says, or with a yes."""

    is_connected: bool = True
    answers: list[Any] = field(default_factory=list)
    asked: list[Intent] = field(default_factory=list)
    seq: int = 100
    next_order_id: int = 1

    async def ask(self, *intents: Intent) -> Answer:
        self.asked += intents
        self.seq += 1
        decisions = []
        for intent in intents:
            told = self.answers.pop(0) if self.answers else None
            if isinstance(told, BaseException):
                raise told
            decisions.append(told if isinstance(told, Decision) else Decision(told or self.yes(intent)))
        return Answer(1, self.seq, tuple(decisions))

    def yes(self, intent: Intent) -> tuple[Event, ...]:
        if isinstance(intent, PreviewIntent):
            return self.yes(intent.submit)
        if isinstance(intent, SubmitIntent):
            self.next_order_id += 1
            return (approved(intent, self.next_order_id),)
        if isinstance(intent, CancelIntent):
            return (
                OrderPendingCancel(
                    intent.order_id, TRADING, intent.account_id, intent.client_order_id, "a", "AAPL.XNAS"
                ),
            )
        if isinstance(intent, ReplaceIntent):
            return (
                OrderPendingReplace(
                    intent.order_id, TRADING, intent.account_id, intent.client_order_id, "a", "AAPL.XNAS",
                    intent.order_qty, intent.limit_price, 10**11, 1,
                ),
            )  # fmt: skip
        if isinstance(intent, CancelAllIntent):
            return ()
        raise AssertionError(f"no answer to {intent}")

    async def control_feed(self, action: FeedAction, speed: float = 1.0) -> FeedStatus:
        return FEED

    async def status(self) -> CoreStatus:
        return CoreStatus(
            1, 7, "1.0", Environment.PAPER, NOW, NOW, self.seq, self.seq, True, 0, FEED
        )

    async def told(self) -> AsyncIterator[Any]:
        await asyncio.Event().wait()
        yield None


def approved(intent: SubmitIntent, order_id: int) -> OrderApproved:
    return OrderApproved(
        order_id, TRADING, intent.account_id, intent.client_order_id, intent.trader_id, intent.strategy_id,
        intent.instrument_id, intent.side, intent.order_type, intent.time_in_force, intent.order_qty,
        intent.limit_price, 100 * 10**9, TRADING, 1, TRADING, TRADING + MINUTE_NS,
    )  # fmt: skip
