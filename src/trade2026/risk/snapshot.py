"""Risk's state as canonical bytes: same state, same bytes, whatever order things were inserted in.

Derived values (totals, values at prices) are stored too, so that a state restored from a snapshot is
the state that was saved, to the last unit, and not one recomputed under newer rules.
"""

from typing import Any

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

_ENCODER = msgspec.msgpack.Encoder(order="deterministic")


class _StoredExposure(msgspec.Struct, array_like=True):
    instrument: Instrument
    limits: InstrumentLimits | None
    ints: list[int]
    money: list[bytes]


class _StoredAccount(msgspec.Struct, array_like=True):
    account: Account
    limits: AccountLimits | None
    limits_version: int
    open_orders: int
    cash: dict[str, bytes]
    reserved: dict[str, bytes]
    money: list[bytes]
    exposures: dict[str, _StoredExposure]


class _StoredOrder(msgspec.Struct, array_like=True, gc=False):
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
    accounts: dict[str, _StoredAccount]
    open_orders: list[tuple[int, _StoredOrder]]  # By order id.
    rates: list[tuple[str, str, int, int]]
    trading_states: list[tuple[Scope, str, TradingState]]
    venue_sessions: dict[str, VenueSessionState]


_DECODER = msgspec.msgpack.Decoder(_Stored)


def _take(source: Any, names: tuple[str, ...]) -> list[int]:
    return [getattr(source, name) for name in names]


def _money(source: Any, names: tuple[str, ...]) -> list[bytes]:
    return [encode_money(getattr(source, name)) for name in names]


def _store_account(account: AccountRisk) -> _StoredAccount:
    return _StoredAccount(
        account.account,
        account.limits,
        account.limits_version,
        account.open_orders,
        {currency: encode_money(amount) for currency, amount in account.cash.items()},
        {currency: encode_money(amount) for currency, amount in account.reserved.items()},
        _money(account, _ACCOUNT_MONEY),
        {
            instrument_id: _StoredExposure(
                exposure.instrument,
                exposure.limits,
                _take(exposure, _EXPOSURE_INTS),
                _money(exposure, _EXPOSURE_MONEY),
            )
            for instrument_id, exposure in account.exposures.items()
        },
    )


def _store_order(order: OpenOrder) -> _StoredOrder:
    """Attribute by attribute: there may be many, and nothing is decided while a snapshot is taken."""
    pending = [(name, *terms) for name, terms in order.pending.items()] if order.pending else []
    return _StoredOrder(
        order.account_id,
        order.instrument_id,
        order.side,
        [order.order_qty, order.cum_qty, order.leaves, order.price],
        [encode_money(order.worth)],
        pending,
        order.is_child,
    )


def encode_state(state: RiskState) -> bytes:
    """MessagePack with sorted keys; money in sixteen bytes."""
    return _ENCODER.encode(
        _Stored(
            state.environment,
            state.instruments,
            {account_id: _store_account(account) for account_id, account in state.accounts.items()},
            [(order_id, _store_order(order)) for order_id, order in sorted(state.open_orders.items())],
            sorted((*pair, *rate) for pair, rate in state.rates.items()),
            sorted((*scope, trading_state) for scope, trading_state in state.trading_states.items()),
            state.venue_sessions,
        )
    )


def _restore_account(stored: _StoredAccount) -> AccountRisk:
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
    """Inverse of `encode_state`."""
    stored = _DECODER.decode(data)
    state = RiskState()
    state.environment = stored.environment
    state.instruments = stored.instruments
    state.accounts = {account_id: _restore_account(kept) for account_id, kept in stored.accounts.items()}
    for order_id, kept in stored.open_orders:
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
