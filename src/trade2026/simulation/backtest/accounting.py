"""Equity struck at each session's end from journaled marks, and the list of executions."""

from collections.abc import Callable

from trade2026.ledger.valuation import Valuation, equity
from trade2026.model.commands import Command, RecordMarks
from trade2026.model.commands.desk import Mark
from trade2026.model.events import CommandDenied, Event, OrderFilled, TradeBooked
from trade2026.model.money import notional
from trade2026.primitives.fixed_point import decode_money
from trade2026.primitives.time import format_ns
from trade2026.simulation.backtest.config import BacktestConfig
from trade2026.simulation.backtest.result import EquitySample, FillRecord
from trade2026.trading.core import Core


class Accounting:
    """Keeps samples and executions of one account while a run goes on."""

    def __init__(
        self,
        core: Core,
        config: BacktestConfig,
        execute: Callable[[Command], tuple[Event, ...]],
        bar_interval_ns: int,
    ) -> None:
        self._ledger = core.engines.ledger
        self._config = config
        self._execute = execute
        self._mark_max_age_ns = max(config.mark_max_age_ns, 2 * bar_interval_ns)
        self._traded = 0
        self._refused: list[int] = []
        self._why_refused = ""
        self.samples: list[EquitySample] = []
        self.fills: list[FillRecord] = []

    def notes(self) -> tuple[str, ...]:
        """What a reader of the samples must know: where there is none, and why."""
        refused = self._refused
        if not refused:
            return ()
        text = (
            f"No equity at {len(refused)} of {len(refused) + len(self.samples) - 1} session ends, from "
            f"{format_ns(refused[0])} to {format_ns(refused[-1])}: {self._why_refused}."
        )
        last = self.samples[-1].ts
        if last < refused[-1]:
            text += f" The final equity and every figure are as of {format_ns(last)}."
        return (text,)

    def open(self, ts: int) -> None:
        """The first sample: the starting cash."""
        self.samples.append(EquitySample(ts, self._config.cash, 0, 0, 0))

    def book(self, fill: OrderFilled, booked: TradeBooked) -> None:
        """Keep one execution."""
        instrument = self._ledger.instruments[fill.instrument_id]
        value = notional(fill.last_px, fill.last_qty, instrument.multiplier)
        self.fills.append(
            FillRecord(
                fill.ts_event, fill.order_id, fill.instrument_id, fill.side, fill.last_qty, fill.last_px,
                booked.currency, value, decode_money(booked.realized), booked.closed_qty, fill.commission,
                fill.commission_currency,
            )
        )  # fmt: skip
        assert booked.currency == self._config.base_currency, "set_up refuses prices in another currency"
        self._traded += value

    def strike(self, now: int, latest: dict[str, tuple[int, int]]) -> None:
        """Journal the marks of all open positions, then value the account by them alone."""
        book = self._ledger.accounts[self._config.account_id]
        marks = tuple(
            Mark(instrument_id, *latest[instrument_id])
            for instrument_id, position in sorted(book.positions.items())
            if position.quantity
        )
        denied = self._execute(RecordMarks(now, "session close", marks))[0] if marks else None
        if isinstance(denied, CommandDenied):
            self._refuse(now, denied.text)
            return
        value = equity(
            self._ledger,
            self._config.account_id,
            now=now,
            rate_max_age_ns=self._mark_max_age_ns,
            mark_max_age_ns=self._mark_max_age_ns,
        )
        if not isinstance(value, Valuation):
            self._refuse(now, value.text)
            return
        gross = net = 0
        for market_value in value.market_value.values():  # In the base currency, as all prices are.
            gross += abs(market_value)
            net += market_value
        self.samples.append(EquitySample(now, value.equity, gross, net, self._traded))
        self._traded = 0

    def _refuse(self, now: int, why: str) -> None:
        self._why_refused = self._why_refused or why
        self._refused.append(now)
