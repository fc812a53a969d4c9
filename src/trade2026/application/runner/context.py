"""What a strategy that runs live sees and asks: a backtest's context over the line to the trading core."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from trade2026.model.commands import CancelOrder, Command, ReplaceOrder, SubmitOrder
from trade2026.model.events import Event, OrderDenied
from trade2026.model.events.order import DenialReason
from trade2026.model.instrument import Instrument
from trade2026.ports.core_link import (
    BlockingCoreClient,
    CancelIntent,
    Intent,
    ReplaceIntent,
    SubmitIntent,
)
from trade2026.simulation.backtest.context import RunContext
from trade2026.simulation.backtest.market import History, Sessions
from trade2026.simulation.backtest.requests import writable
from trade2026.trading.core import Core

AT_ONCE_MAX: Final = 10_000
"""Requests at one instant of trading time, which may be long: beyond it a strategy is taken for a loop."""


class LiveContext(RunContext):
    """`say` keeps what the strategy says; `seq` is the last frame of the journal that `core` has seen."""

    def __init__(
        self,
        core: Core,
        account_id: str,
        run_id: str,
        instruments: Mapping[str, Instrument],
        sessions: Sessions,
        history: History,
        requests: "Requests",
        say: Callable[[int, str], None],
        seq: int,
    ) -> None:
        super().__init__(
            core, account_id, run_id, instruments, sessions, history, requests.execute, AT_ONCE_MAX,
            execute_together=requests.execute_together,
            environment=core.engines.ledger.accounts[account_id].account.environment,
            requests_before=requests_made(core, account_id, run_id, seq),
        )  # fmt: skip
        self._say = say

    def log(self, text: str) -> None:
        """Keep a sentence with the run."""
        self._say(self.now, writable(str(text)))


def requests_made(core: Core, account_id: str, run_id: str, seq: int) -> int:
    """The highest number the run has given a request: ids of an earlier process are not used again.

    Requests that have left memory are not seen; each took a frame of the journal, so that the number of
    frames is above all of theirs.
    """
    prefix = f"{run_id}-"
    tails = (
        name[len(prefix) :]
        for name in core.engines.oms.accounts[account_id].requests
        if name.startswith(prefix)
    )
    seen = max((int(tail) for tail in tails if tail.isdecimal()), default=0)
    return max(seen, seq) if core.engines.oms.retirements else seen


class Requests:
    """Puts a strategy's commands to the core as intents, and waits for what became of them.

    The core stamps time, price and session itself, so those of the command are not sent. What cannot be
    decided (the journal is full) is a denial that nobody journals: a no is an answer, never an exception.

    Parameters
    ----------
    see : callable
        Told the answer's number in the journal, to bring what the strategy sees up to it.
    """

    def __init__(self, line: BlockingCoreClient, see: Callable[[int], None]) -> None:
        self._line = line
        self._see = see

    def execute(self, command: Command) -> tuple[Event, ...]:
        """The events a command led to, all of them seen; raises OperatingError when the line is lost."""
        return self.execute_together((command,))[0]

    def execute_together(self, commands: Sequence[Command]) -> Sequence[tuple[Event, ...]]:
        """The events each command led to, decided one after the other with nothing in between."""
        answer = self._line.ask(*(_intent(command) for command in commands))
        if not all(decision.error for decision in answer.decisions):
            self._see(answer.seq)
        return [
            (_denial(command, decision.error),) if decision.error else decision.events
            for command, decision in zip(commands, answer.decisions, strict=True)
        ]


def _intent(command: Any) -> Intent:
    if type(command) is SubmitOrder:
        return SubmitIntent(
            command.account_id, command.client_order_id, command.trader_id, command.strategy_id,
            command.instrument_id, command.side, command.order_type, command.time_in_force,
            command.order_qty, command.limit_price, command.instructions,
        )  # fmt: skip
    if type(command) is CancelOrder:
        return CancelIntent(command.account_id, command.client_order_id, command.trader_id, command.order_id)
    assert type(command) is ReplaceOrder, f"a strategy asks for nothing else: {type(command)}"
    return ReplaceIntent(
        command.account_id, command.client_order_id, command.trader_id, command.order_id, command.order_qty,
        command.limit_price, command.trigger_price,
    )  # fmt: skip


def _denial(command: Any, error: str) -> OrderDenied:
    order_id = 0 if type(command) is SubmitOrder else command.order_id
    return OrderDenied(
        command.now, command.account_id, command.client_order_id, order_id, DenialReason.MALFORMED,
        f"not decided: {error}",
    )  # fmt: skip
