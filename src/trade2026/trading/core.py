"""The trading core: order management, risk and ledger behind two functions, `decide` and `evolve`.

`decide` reads state and answers a command with events; `evolve` changes state by one event. Neither
reads a clock, draws a number or does I/O, so the same commands give the same events and the same state
on every machine, and a journal of both replays.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from trade2026.ledger import evolve as ledger_evolve
from trade2026.ledger import snapshot as ledger_snapshot
from trade2026.ledger import state as ledger_state
from trade2026.model.commands import Command
from trade2026.model.events import Event
from trade2026.oms import evolve as oms_evolve
from trade2026.oms import snapshot as oms_snapshot
from trade2026.oms import state as oms_state
from trade2026.primitives.errors import InputError
from trade2026.risk import evolve as risk_evolve
from trade2026.risk import snapshot as risk_snapshot
from trade2026.risk import state as risk_state
from trade2026.trading.cut import StateCut
from trade2026.trading.decide import DECIDERS, Engines

Apply = Callable[[Any, Any], None]


class Core:
    """State of the three engines, and the only way to change it.

    Not for more than one thread. `oms`, `risk` and `ledger` may be read by anyone who does not keep
    references across an `evolve`.
    """

    __slots__ = ("_cut", "_handlers", "engines")

    def __init__(self, engines: Engines | None = None) -> None:
        """Start empty, or from the engines of a snapshot."""
        self.engines = engines or Engines(
            oms_state.new_state(), risk_state.new_state(), ledger_state.new_state()
        )
        self._handlers = _handlers(self.engines)
        self._cut: StateCut | None = None

    def decide(self, command: Command) -> tuple[Event, ...]:
        """The events a command leads to; changes nothing and raises only for what is not a command."""
        return DECIDERS[type(command)](self.engines, command)

    def evolve(self, event: Event) -> None:
        """Change the state by one event."""
        if self._cut is not None:
            self._cut.before(event)
        for apply, state in self._handlers.get(type(event), ()):
            apply(state, event)

    def begin_cut(self) -> StateCut:
        """Take hold of the state as it is now, to be written while it goes on changing; one at a time."""
        assert self._cut is None, "one cut at a time"
        self._cut = StateCut(self.engines)
        return self._cut

    def end_cut(self) -> None:
        """Let go of it, whether it is whole or not."""
        self._cut = None

    def state_bytes(self) -> bytes:
        """All state as canonical bytes: equal states give equal bytes, in any process."""
        engines = self.engines
        return msgspec.msgpack.encode(
            (
                oms_snapshot.encode_state(engines.oms),
                risk_snapshot.encode_state(engines.risk),
                ledger_snapshot.encode_state(engines.ledger),
            )
        )

    def state_sha256(self) -> str:
        """SHA-256 of `state_bytes`, hexadecimal."""
        return hashlib.sha256(self.state_bytes()).hexdigest()


def restore(data: bytes) -> Core:
    """The core whose `state_bytes` these are.

    Raises
    ------
    InputError
        The bytes are not such a state.
    """
    try:
        oms, risk, ledger = msgspec.msgpack.decode(data, type=tuple[bytes, bytes, bytes])
        return Core(
            Engines(
                oms_snapshot.decode_state(oms),
                risk_snapshot.decode_state(risk),
                ledger_snapshot.decode_state(ledger),
            )
        )
    except msgspec.MsgspecError as error:
        raise InputError(f"state does not decode: {error}; replay the journal from its start") from error


def _handlers(engines: Engines) -> dict[type, tuple[tuple[Apply, Any], ...]]:
    """For each type of event, what each engine does about it, in the order order management, risk, ledger."""
    table: dict[type, list[tuple[Apply, Any]]] = {}
    sources: tuple[tuple[dict[type, Any], Any], ...] = (
        (oms_evolve.HANDLERS, engines.oms),
        (risk_evolve.HANDLERS, engines.risk),
        (ledger_evolve.HANDLERS, engines.ledger),
    )
    for handlers, state in sources:
        for kind, apply in handlers.items():
            table.setdefault(kind, []).append((apply, state))
    return {kind: tuple(entries) for kind, entries in table.items()}
