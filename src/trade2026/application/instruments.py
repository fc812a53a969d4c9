"""The instrument of a user's file, from the few words a command line has for it."""

from typing import Any, Final

import msgspec

from trade2026.application.requests import DataRequest
from trade2026.model.instrument import (
    Instrument,
    InstrumentKind,
    VolumeUnit,
    check_instrument,
    crypto_spot,
    equity,
    fx_spot,
)
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT, parse_raw

_KINDS: Final = tuple(kind.value.lower().replace("_", "-") for kind in InstrumentKind)
_OPTIONS: Final = (
    ("tick_size", "--tick"), ("lot_size", "--lot"), ("multiplier", "--multiplier"),
    ("base_currency", "--base-currency"), ("quote_currency", "--currency"), ("calendar", "--calendar"),
    ("instrument_id", "--instrument"),
)  # fmt: skip
"""Fields of an instrument and the options that state them."""
_UNITS: Final = tuple(unit.value.lower() for unit in VolumeUnit)


def instrument_of(instrument_id: str, request: DataRequest) -> Instrument:
    """The instrument "SYMBOL.VENUE" with the rules the request states.

    BTCUSDT and other symbols the desk knows bring their rules; `kind` brings those of its kind; what the
    request states replaces either. The unit of the volume is never guessed.

    Raises
    ------
    InputError
        Something is missing or cannot be used; the message names the option.
    """
    symbol, dot, venue = instrument_id.rpartition(".")
    if not dot or not symbol or not venue:
        raise InputError(f"--instrument must be SYMBOL.VENUE such as BTCUSDT.BINANCE, was {instrument_id!r}")
    if not request.volume_unit:
        raise InputError(
            f"--volume-unit must be stated for {instrument_id}; one of {', '.join(_UNITS)}: what its volumes "
            f"and quantities count"
        )
    known = _known(symbol, venue, request)
    stated: dict[str, Any] = {
        "volume_unit": VolumeUnit(_choice("--volume-unit", request.volume_unit, _UNITS))
    }
    for name in ("tick_size", "lot_size", "multiplier"):
        if text := getattr(request, name):
            stated[name] = parse_raw(text, f"--{name.partition('_')[0]}")
    if request.currency:
        stated["quote_currency"] = request.currency
    if request.base_currency:
        stated["base_currency"] = request.base_currency
    if request.calendar:
        stated["calendar"] = request.calendar
    try:
        return check_instrument(msgspec.structs.replace(known, **stated))
    except InputError as error:
        raise InputError(_in_options(str(error))) from None


def _in_options(text: str) -> str:
    """The text of an error with the options that state an instrument's fields in place of their names."""
    for name, option in _OPTIONS:
        text = text.replace(name, option)
    return text


def _known(symbol: str, venue: str, request: DataRequest) -> Instrument:
    """What the symbol or the kind implies."""
    kind = request.kind and _choice("--kind", request.kind.replace("_", "-"), _KINDS)
    for preset, name in ((crypto_spot, "crypto-spot"), (fx_spot, "fx-spot")):
        if kind in ("", name):
            try:
                return preset(symbol, venue)
            except InputError:  # Not one of those the desk knows.
                continue
    if not kind:
        raise InputError(f"--kind must be stated for {symbol}.{venue}; one of {', '.join(_KINDS)}")
    if kind == "equity":
        return equity(symbol, venue)
    for option, value in (
        ("--currency", request.currency), ("--base-currency", request.base_currency),
        ("--tick", request.tick_size), ("--lot", request.lot_size),
    ):  # fmt: skip
        if not value:
            raise InputError(
                f"{option} must be stated for {symbol}.{venue}, whose rules the desk does not know"
            )
    calendar = "24/7" if kind == "crypto-spot" else "24/5"
    return Instrument(
        f"{symbol}.{venue}", venue, InstrumentKind(kind.upper().replace("-", "_")), request.currency,
        request.base_currency, UNIT, UNIT, UNIT, calendar, VolumeUnit.BASE,
    )  # fmt: skip


def _choice(option: str, text: str, choices: tuple[str, ...]) -> str:
    if text.lower() not in choices:
        raise InputError(f"{option} must be one of {', '.join(choices)}, was {text!r}")
    return text.upper() if option == "--volume-unit" else text.lower()
