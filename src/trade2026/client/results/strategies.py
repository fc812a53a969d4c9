"""Strategies that can be started, and their runs."""

from decimal import Decimal
from typing import Any

import msgspec

from trade2026.client.values import Timestamp


class Strategy(msgspec.Struct, frozen=True, kw_only=True):
    """A strategy that can be started; `schema` is the JSON Schema of its parameters."""

    name: str
    summary: str
    schema: dict[str, Any]


class RunPosition(msgspec.Struct, frozen=True, kw_only=True):
    """What a strategy's fills sum up to in one instrument."""

    instrument_id: str
    quantity: Decimal


class StrategyRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run of a strategy.

    `state` is STARTING, RUNNING, RESTARTING, STOPPING, STOPPED or FAILED; `realized` is the profit of what
    its fills closed, by currency; `restarts` counts how often its process was started again.
    """

    seq: int
    run_id: str
    strategy: str
    parameters: dict[str, Any]
    account_id: str
    trader_id: str
    state: str
    started: Timestamp
    started_wall: Timestamp | None
    stopped: Timestamp | None
    stopped_wall: Timestamp | None
    error: str
    orders: int
    fills: int
    realized: dict[str, Decimal]
    positions: tuple[RunPosition, ...]
    restarts: int = 0


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """Something a strategy said: its number in the run, trading time, text."""

    n: int
    ts: Timestamp
    text: str
