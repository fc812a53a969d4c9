"""Events of setting up and steering the desk. Tags are part of the journal's format."""

import msgspec

from trade2026.model.commands.desk import Difference
from trade2026.model.enums import Environment, Scope, TradingState, VenueSessionState
from trade2026.model.instrument import Instrument
from trade2026.model.limits import Account, AccountLimits, InstrumentLimits


class InstrumentRegistered(msgspec.Struct, frozen=True, array_like=True, tag=140):
    """An instrument is known, with these rules from now on."""

    now: int
    instrument: Instrument


class AccountOpened(msgspec.Struct, frozen=True, array_like=True, tag=141):
    """An account exists."""

    now: int
    account: Account


class AccountLimitsSet(msgspec.Struct, frozen=True, array_like=True, tag=142):
    """The account is bounded by these limits; `version` counts every change of limits."""

    now: int
    account_id: str
    limits: AccountLimits
    version: int


class InstrumentLimitsSet(msgspec.Struct, frozen=True, array_like=True, tag=143):
    """The account is bounded by these limits in the instrument; `version` counts every change of limits."""

    now: int
    account_id: str
    instrument_id: str
    limits: InstrumentLimits
    version: int


class TradingStateSet(msgspec.Struct, frozen=True, array_like=True, tag=144):
    """Trading in the scope is allowed, reduced or halted from now on."""

    now: int
    scope: Scope
    target: str
    state: TradingState
    trader_id: str
    text: str


class RunStarted(msgspec.Struct, frozen=True, array_like=True, tag=145):
    """A run began; `details` is a JSON document."""

    now: int
    run_id: str
    environment: Environment
    code_version: str
    details: str


class RunStopped(msgspec.Struct, frozen=True, array_like=True, tag=146):
    """A run ended; `input_sha256` is the hash of every input it was given."""

    now: int
    run_id: str
    input_sha256: str
    text: str


class CommandDenied(msgspec.Struct, frozen=True, array_like=True, tag=147):
    """A command that sets up or steers the desk could not be done; `text` names value and remedy."""

    now: int
    text: str


class EntitlementSet(msgspec.Struct, frozen=True, array_like=True, tag=148):
    """The trader may send orders for the account from now on, or no longer; orders that are open stay."""

    now: int
    account_id: str
    trader_id: str
    entitled: bool


class ClockRecorded(msgspec.Struct, frozen=True, array_like=True, tag=149):
    """The real clock said `wall_ns` when trading time was `now`: every event after it is at least as late."""

    now: int
    wall_ns: int


class VenueSessionSet(msgspec.Struct, frozen=True, array_like=True, tag=165):
    """How far the venue can be trusted from now on; in READY alone new orders are sent to it."""

    now: int
    venue: str
    state: VenueSessionState
    text: str


class ReconciliationRecorded(msgspec.Struct, frozen=True, array_like=True, tag=167):
    """Our books and the venue's were compared; fields as in `RecordReconciliation`."""

    now: int
    venue: str
    passes: int
    is_converged: bool
    orders: int
    executions: int
    differences: tuple[Difference, ...]
