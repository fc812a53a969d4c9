"""Risk's state as canonical bytes: same state, same bytes, whatever order things were inserted in.

Derived values (totals, values at prices) are stored too, so that a state restored from a snapshot is
the state that was saved, to the last unit, and not one recomputed under newer rules.
"""

from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec

from trade2026.model.enums import Environment, Scope, Side, TradingState, VenueSessionState
from trade2026.model.instrument import Instrument
from trade2026.model.limits import Account, AccountLimits, InstrumentLimits
from trade2026.primitives.fixed_point import decode_money, encode_money
from trade2026.risk.open_order import OpenOrder
from trade2026.risk.state import AccountRisk, Exposure, RiskState

_EXPOSURE_INTS = ("open_orders", "open_buys", "price")
_EXPOSURE_MONEY = (
    "quantity", "open_buy", "open_sell", "open_worth", "buy_worth", "open_value", "reserve", "position_value",
    "long_value", "short_value", "worst_value",
)  # fmt: skip
_ACCOUNT_MONEY = ("open_notional", "gross", "net_long", "net_short", "position_value")

ENCODER: Final = msgspec.msgpack.Encoder(order="deterministic")
"""Writes whatever is part of the state."""


class _StoredExposure(msgspec.Struct, array_like=True):
    instrument: Instrument
    limits: InstrumentLimits | None
    ints: list[int]
    money: list[bytes]


class StoredAccount(msgspec.Struct, array_like=True):
    """An account as it is kept."""

    account: Account
    limits: AccountLimits | None
    limits_version: int
    open_orders: int
    cash: dict[str, bytes]
    reserved: dict[str, bytes]
    money: list[bytes]
    exposures: dict[str, _StoredExposure]


class StoredOrder(msgspec.Struct, array_like=True, gc=False):
    """An open order as it is kept."""

    account_id: str
    instrument_id: str
    side: Side
    ints: list[int]
    money: list[bytes]
    pending: list[tuple[str, int, int]]
    is_child: bool


class _Stored(msgspec.Struct, array_like=True):
    environment: Environment | None
    instruments: dict[str, Instrument]
    accounts: dict[str, StoredAccount]
    open_orders: list[tuple[int, StoredOrder]]  # By order id.
    rates: list[tuple[str, str, int, int]]
    trading_states: list[tuple[Scope, str, TradingState]]
    venue_sessions: dict[str, VenueSessionState]


_DECODER = msgspec.msgpack.Decoder(_Stored)


class AccountNumbers(NamedTuple):
    """All that an account is, by value; of each exposure what `_EXPOSURE` takes."""

    account: Account
    limits: AccountLimits | None
    limits_version: int
    open_orders: int
    cash: dict[str, int]
    reserved: dict[str, int]
    money: tuple[int, ...]
    exposures: dict[str, tuple[Any, ...]]


_ACCOUNT: Final = attrgetter(*_ACCOUNT_MONEY)
_EXPOSURE: Final = attrgetter("instrument", "limits", *_EXPOSURE_INTS, *_EXPOSURE_MONEY)


def account_numbers(account: AccountRisk) -> AccountNumbers:
    """What the account is now; half a microsecond an exposure."""
    return AccountNumbers(
        account.account,
        account.limits,
        account.limits_version,
        account.open_orders,
        dict(account.cash),
        dict(account.reserved),
        _ACCOUNT(account),
        {name: _EXPOSURE(exposure) for name, exposure in account.exposures.items()},
    )


def store_account(numbers: AccountNumbers) -> StoredAccount:
    """As it is kept."""
    return StoredAccount(
        numbers.account,
        numbers.limits,
        numbers.limits_version,
        numbers.open_orders,
        {currency: encode_money(amount) for currency, amount in numbers.cash.items()},
        {currency: encode_money(amount) for currency, amount in numbers.reserved.items()},
        [encode_money(amount) for amount in numbers.money],
        {name: _store_exposure(*values) for name, values in numbers.exposures.items()},
    )


def _store_exposure(
    instrument: Instrument, limits: InstrumentLimits | None, *numbers: int
) -> _StoredExposure:
    split = len(_EXPOSURE_INTS)
    money = [encode_money(amount) for amount in numbers[split:]]
    return _StoredExposure(instrument, limits, list(numbers[:split]), money)


def store_order(order_id: int, order: OpenOrder) -> tuple[int, StoredOrder]:
    """As it is kept; attribute by attribute, because there may be many."""
    pending = [(name, *terms) for name, terms in order.pending.items()] if order.pending else []
    return order_id, StoredOrder(
        order.account_id,
        order.instrument_id,
        order.side,
        [order.order_qty, order.cum_qty, order.leaves, order.price],
        [encode_money(order.worth)],
        pending,
        order.is_child,
    )


def store_rest(state: RiskState) -> tuple[Any, ...]:
    """What `_Stored` ends with: rates, trading states, sessions of venues; by value."""
    return (
        sorted((*pair, *rate) for pair, rate in state.rates.items()),
        sorted((*scope, trading_state) for scope, trading_state in state.trading_states.items()),
        dict(state.venue_sessions),
    )


def encode_state(state: RiskState) -> bytes:
    """MessagePack with sorted keys; money in sixteen bytes."""
    return ENCODER.encode(
        _Stored(
            state.environment,
            state.instruments,
            {name: store_account(account_numbers(account)) for name, account in state.accounts.items()},
            [store_order(*item) for item in sorted(state.open_orders.items())],
            *store_rest(state),
        )
    )


def _restore_account(stored: StoredAccount) -> AccountRisk:
    account = AccountRisk(stored.account)
    account.limits = stored.limits
    account.limits_version = stored.limits_version
    account.open_orders = stored.open_orders
    account.cash = {currency: decode_money(amount) for currency, amount in stored.cash.items()}
    account.reserved = {currency: decode_money(amount) for currency, amount in stored.reserved.items()}
    for name, amount in zip(_ACCOUNT_MONEY, stored.money, strict=True):
        setattr(account, name, decode_money(amount))
    for instrument_id, kept in stored.exposures.items():
        exposure = account.exposures[instrument_id] = Exposure(kept.instrument)
        exposure.limits = kept.limits
        for name, number in zip(_EXPOSURE_INTS, kept.ints, strict=True):
            setattr(exposure, name, number)
        for name, amount in zip(_EXPOSURE_MONEY, kept.money, strict=True):
            setattr(exposure, name, decode_money(amount))
    return account


def decode_state(data: bytes) -> RiskState:
    """Inverse of `encode_state`, and of what a cut writes, whose open orders have no order."""
    stored = _DECODER.decode(data)
    state = RiskState()
    state.environment = stored.environment
    state.instruments = stored.instruments
    state.accounts = {account_id: _restore_account(kept) for account_id, kept in stored.accounts.items()}
    for order_id, kept in sorted(stored.open_orders, key=_order_id):
        order_qty, cum_qty, leaves, price = kept.ints
        (worth,) = kept.money
        pending = {name: (total, price) for name, total, price in kept.pending}
        state.open_orders[order_id] = OpenOrder(
            kept.account_id, kept.instrument_id, kept.side, order_qty, price, pending, cum_qty, leaves,
            decode_money(worth), kept.is_child,
        )  # fmt: skip
    state.rates = {(currency, base): (rate, ts) for currency, base, rate, ts in stored.rates}
    state.trading_states = {(scope, target): kind for scope, target, kind in stored.trading_states}
    state.venue_sessions = stored.venue_sessions
    return state


def _order_id(item: tuple[int, StoredOrder]) -> int:
    return item[0]
