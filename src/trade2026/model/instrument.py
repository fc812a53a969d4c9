"""A tradable contract at one venue, with the rules its orders must follow."""

from enum import StrEnum

import msgspec

from trade2026.model.enums import ExecutionInstruction, OrderType, TimeInForce
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX, UNIT, format_raw
from trade2026.primitives.identifiers import check_identifier


class InstrumentKind(StrEnum):
    """What is traded; decides what a fill moves in the ledger."""

    EQUITY = "EQUITY"
    CRYPTO_SPOT = "CRYPTO_SPOT"
    FX_SPOT = "FX_SPOT"


class VolumeUnit(StrEnum):
    """What a volume of this instrument counts: units of it, money traded, or contracts."""

    BASE = "BASE"
    QUOTE = "QUOTE"
    CONTRACTS = "CONTRACTS"


class Instrument(msgspec.Struct, frozen=True, array_like=True):
    """A contract, identified as "SYMBOL.VENUE".

    Prices and quantities are raw integers in units of 1e-9.

    Attributes
    ----------
    instrument_id : str
        Unique on the platform, e.g. "AAPL.XNAS" or "BTCUSDT.BINANCE".
    quote_currency : str
        Currency of its prices. USDT is not USD.
    base_currency : str or None
        What one unit is, for spot pairs ("BTC"); None for equities, whose unit is the share itself.
    tick_size, lot_size : int
        Smallest increment of price and of quantity; positive.
    multiplier : int
        Money per price point and unit; 1e9 (one) for equities and spot.
    calendar : str
        Name known to exchange_calendars, or "24/7".
    volume_unit : VolumeUnit
        Mandatory: a volume in contracts is no cap for an order in coins.
    min_qty, max_qty : int
        Bounds of one order at the venue; `max_qty` 0 means the venue states none.
    min_notional : int
        Smallest order value in the quote currency, raw; 0 for none.
    order_types, times_in_force, execution_instructions : tuple
        What the venue takes and does by itself. Stops, GTD and a display quantity that it lacks are done by
        the core (see `trading.emulator`); post-only cannot be, and is refused there.
    """

    instrument_id: str
    venue: str
    kind: InstrumentKind
    quote_currency: str
    base_currency: str | None
    tick_size: int
    lot_size: int
    multiplier: int
    calendar: str
    volume_unit: VolumeUnit
    min_qty: int = 0
    max_qty: int = 0
    min_notional: int = 0
    order_types: tuple[OrderType, ...] = (OrderType.MARKET, OrderType.LIMIT)
    times_in_force: tuple[TimeInForce, ...] = (
        TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK,
    )  # fmt: skip
    execution_instructions: tuple[ExecutionInstruction, ...] = (ExecutionInstruction.POST_ONLY,)

    @property
    def commodity(self) -> str:
        """What the ledger calls one unit of the position: the base currency, or the instrument itself."""
        return self.base_currency or self.instrument_id

    def whole_lots(self, quantity: int) -> int:
        """The part of a raw signed quantity that can be traded: whole lots, rounded towards zero.

        Fees charged in the coin traded leave less than a lot behind; what is below one lot stays held.
        """
        lots = abs(quantity) // self.lot_size * self.lot_size
        return lots if quantity >= 0 else -lots

    def takes_commission_in_units(self, commission_currency: str) -> bool:
        """Whether a commission in this currency is taken from the units traded instead of from cash.

        So it is where a crypto venue charges the coin traded. A broker of currencies charges cash, also
        where its currency is the pair's base.
        """
        return (
            commission_currency == self.base_currency
            and self.kind is InstrumentKind.CRYPTO_SPOT
            and self.multiplier == UNIT  # One unit of the instrument is one of the currency.
        )


def check_instrument(instrument: Instrument) -> Instrument:
    """Return the instrument when every field is usable, else raise InputError naming field and value."""
    check_identifier(instrument.instrument_id, "instrument_id")
    check_identifier(instrument.venue, "venue")
    check_identifier(instrument.quote_currency, "quote_currency")
    if not instrument.instrument_id.endswith(f".{instrument.venue}"):
        raise InputError(
            f"instrument_id must be SYMBOL.VENUE, was {instrument.instrument_id!r} "
            f"for venue {instrument.venue!r}"
        )
    if (instrument.base_currency is None) != (instrument.kind is InstrumentKind.EQUITY):
        raise InputError(
            f"base_currency must be given for spot pairs and only for them, "
            f"was {instrument.base_currency!r} for {instrument.kind}"
        )
    if instrument.base_currency is not None:
        check_identifier(instrument.base_currency, "base_currency")
        if instrument.base_currency == instrument.quote_currency:
            raise InputError(
                f"base_currency must differ from quote_currency, both were {instrument.quote_currency!r}"
            )
    _check_numbers(instrument)
    check_identifier(instrument.calendar, "calendar")
    for name in ("order_types", "times_in_force"):
        if not getattr(instrument, name):
            raise InputError(f"{name} must name at least one, was empty")
    return instrument


def _check_numbers(instrument: Instrument) -> None:
    for name in ("tick_size", "lot_size", "multiplier"):
        if (raw := getattr(instrument, name)) <= 0:
            raise InputError(f"{name} must be positive, was {format_raw(raw)}")
    for name in ("min_qty", "max_qty", "min_notional"):
        if (raw := getattr(instrument, name)) < 0:
            raise InputError(f"{name} must not be negative, was {format_raw(raw)}; 0 means none")
    for name in ("tick_size", "lot_size", "multiplier", "min_qty", "max_qty", "min_notional"):
        if (raw := getattr(instrument, name)) > INT64_MAX:
            raise InputError(f"{name} must be at most {format_raw(INT64_MAX)}, was {format_raw(raw)}")
    if 0 < instrument.max_qty < instrument.min_qty:
        raise InputError(
            f"max_qty must be 0 or at least min_qty, was {format_raw(instrument.max_qty)} "
            f"with min_qty {format_raw(instrument.min_qty)}"
        )


def equity(symbol: str, venue: str, *, tick_size: int = UNIT // 100, calendar: str = "XNYS") -> Instrument:
    """A US-dollar share in lots of one; `tick_size` raw, a cent by default."""
    return check_instrument(
        Instrument(
            f"{symbol}.{venue}", venue, InstrumentKind.EQUITY, "USD", None, tick_size, UNIT, UNIT, calendar,
            VolumeUnit.BASE,
        )
    )  # fmt: skip


def _spot(
    kind: InstrumentKind, symbol: str, venue: str, base: str, quote: str, tick: int, lot: int, calendar: str,
    min_notional: int,
) -> Instrument:  # fmt: skip
    return check_instrument(
        Instrument(
            f"{symbol}.{venue}", venue, kind, quote, base, tick, lot, UNIT, calendar, VolumeUnit.BASE,
            min_notional=min_notional,
        )
    )  # fmt: skip


_CRYPTO: dict[str, tuple[str, str, int, int]] = {
    # symbol: base, quote, tick and lot in units of 1e-9, as Binance spot lists them.
    "BTCUSDT": ("BTC", "USDT", 10_000_000, 10_000),
    "ETHUSDT": ("ETH", "USDT", 10_000_000, 100_000),
    "SOLUSDT": ("SOL", "USDT", 10_000_000, 1_000_000),
    "BNBUSDT": ("BNB", "USDT", 10_000_000, 1_000_000),
    "ADAUSDT": ("ADA", "USDT", 100_000, 100_000_000),
}
_FX: dict[str, tuple[str, str, int]] = {
    "EURUSD": ("EUR", "USD", 10_000),
    "GBPUSD": ("GBP", "USD", 10_000),
    "USDJPY": ("USD", "JPY", 1_000_000),
}
_CRYPTO_MIN_NOTIONAL = 5 * UNIT


def crypto_spot(symbol: str, venue: str = "BINANCE") -> Instrument:
    """One of BTCUSDT, ETHUSDT, SOLUSDT, BNBUSDT, ADAUSDT with its venue rules; InputError for another."""
    if symbol not in _CRYPTO:
        raise InputError(f"symbol must be one of {', '.join(_CRYPTO)}, was {symbol!r}")
    base, quote, tick, lot = _CRYPTO[symbol]
    return _spot(
        InstrumentKind.CRYPTO_SPOT, symbol, venue, base, quote, tick, lot, "24/7", _CRYPTO_MIN_NOTIONAL
    )


def fx_spot(symbol: str, venue: str = "SIM") -> Instrument:
    """One of EURUSD, GBPUSD, USDJPY in units of one of the base currency; InputError for another."""
    if symbol not in _FX:
        raise InputError(f"symbol must be one of {', '.join(_FX)}, was {symbol!r}")
    base, quote, tick = _FX[symbol]
    return _spot(InstrumentKind.FX_SPOT, symbol, venue, base, quote, tick, UNIT, "24/5", 0)
