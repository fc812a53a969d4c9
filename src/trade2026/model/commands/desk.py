"""Commands that set up and steer the desk. Tags are part of the journal's format: never renumber one."""

import msgspec

from trade2026.model.enums import Environment, Scope, TradingState, VenueSessionState
from trade2026.model.instrument import Instrument
from trade2026.model.limits import Account, AccountLimits, InstrumentLimits


class RegisterInstrument(msgspec.Struct, frozen=True, array_like=True, tag=20):
    """Make an instrument known; naming a known one replaces its rules while it has no open order."""

    now: int
    instrument: Instrument


class OpenAccount(msgspec.Struct, frozen=True, array_like=True, tag=21):
    """Open a trading account; an id is used once."""

    now: int
    account: Account


class TransferCash(msgspec.Struct, frozen=True, array_like=True, tag=22):
    """Pay money in (positive) or out (negative); `amount` is raw money in sixteen bytes."""

    now: int
    account_id: str
    currency: str
    amount: bytes
    text: str


class SetAccountLimits(msgspec.Struct, frozen=True, array_like=True, tag=23):
    """Replace the limits of an account as a whole."""

    now: int
    account_id: str
    limits: AccountLimits


class SetInstrumentLimits(msgspec.Struct, frozen=True, array_like=True, tag=24):
    """Replace the limits of an account in one instrument."""

    now: int
    account_id: str
    instrument_id: str
    limits: InstrumentLimits


class SetTradingState(msgspec.Struct, frozen=True, array_like=True, tag=25):
    """Allow, reduce or halt trading in a scope; `target` is "" for GLOBAL, else an id of that scope."""

    now: int
    scope: Scope
    target: str
    state: TradingState
    trader_id: str
    text: str


class SetRate(msgspec.Struct, frozen=True, array_like=True, tag=26):
    """Journal an exchange rate: `currency` is worth `rate` (raw) of `base_currency` at `ts_event`."""

    now: int
    currency: str
    base_currency: str
    rate: int
    ts_event: int
    source: str


class Mark(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The price that values a position: raw price and when it was made on the feed's clock."""

    instrument_id: str
    price: int
    ts_event: int


class RecordMarks(msgspec.Struct, frozen=True, array_like=True, tag=27):
    """Journal the prices that official equity and risk are computed from."""

    now: int
    source: str
    marks: tuple[Mark, ...]


class StartRun(msgspec.Struct, frozen=True, array_like=True, tag=28):
    """First command of a run: what runs, on what, with which code, in which environment.

    `details` is a JSON document: strategy, parameters, data name and hash, fill model, seed.
    """

    now: int
    run_id: str
    environment: Environment
    code_version: str
    details: str


class StopRun(msgspec.Struct, frozen=True, array_like=True, tag=29):
    """Last command of a run, with the hash of every input it was given."""

    now: int
    run_id: str
    input_sha256: str
    text: str


class SetEntitlement(msgspec.Struct, frozen=True, array_like=True, tag=30):
    """Let a trader (a person or a strategy) send orders for an account, or no longer."""

    now: int
    account_id: str
    trader_id: str
    entitled: bool


class RecordClock(msgspec.Struct, frozen=True, array_like=True, tag=31):
    """Journal what the real clock says (UTC nanoseconds) at a trading time; decides nothing."""

    now: int
    wall_ns: int


class SetVenueSession(msgspec.Struct, frozen=True, array_like=True, tag=42):
    """Journal how far a venue can be trusted; `text` says why it changed."""

    now: int
    venue: str
    state: VenueSessionState
    text: str


class Difference(msgspec.Struct, frozen=True, array_like=True):
    """One line of a reconciliation: what we have and what the venue has, as exact decimals or words.

    `kind` is ORDER, EXECUTION, POSITION or BALANCE; `name` the client order id, execution id, instrument or
    currency; `action` what was done about it, or "" where a person has to.
    """

    kind: str
    account_id: str
    name: str
    ours: str
    venues: str
    action: str


class RecordReconciliation(msgspec.Struct, frozen=True, array_like=True, tag=43):
    """Journal the outcome of comparing our books with a venue's.

    Attributes
    ----------
    passes : int
        How often both were compared until nothing changed.
    is_converged : bool
        Whether nothing is left that a person must decide.
    differences : tuple of Difference
        Every line that differed, with what was done.
    """

    now: int
    venue: str
    passes: int
    is_converged: bool
    orders: int
    executions: int
    differences: tuple[Difference, ...]


class AdjustPosition(msgspec.Struct, frozen=True, array_like=True, tag=44):
    """Take the venue's holding as the truth: book the difference against a suspense account.

    `commodity` is a currency or an instrument; `amount` raw in sixteen bytes, positive when the venue has
    more. `price` values a difference in an instrument, raw, 0 for a currency. `trader_id` accepted it,
    `text` says why.
    """

    now: int
    account_id: str
    commodity: str
    amount: bytes
    price: int
    trader_id: str
    text: str
