"""Accounts to plan for: instruments with every rule, quotes and holdings, small enough to check by hand."""

from typing import Any

import msgspec

from trade2026.application.rebalancing.plan import AccountState, Fees, Holding, Touch, Wishes
from trade2026.model.enums import AccountType
from trade2026.model.instrument import Instrument, equity
from trade2026.primitives.fixed_point import UNIT, parse_raw

ONE_BP = Fees(1)
TS = 1_000 * UNIT


def raw(text: str) -> int:
    return parse_raw(text, "it")


def share(name: str, **rules: Any) -> Instrument:
    return msgspec.structs.replace(equity(name, "XNYS"), **rules)


def holding(
    name: str, bid: str, ask: str, quantity: str = "0", *, fees: Fees = ONE_BP, **more: Any
) -> Holding:
    touch = Touch(raw(bid), raw(ask), TS)
    rules = {key: more.pop(key) for key in ("lot_size", "min_qty", "min_notional") if key in more}
    more = {"open_buy": 0, "open_sell": 0, "protection_bps": 500, **more}
    return Holding(share(name, **rules), raw(quantity), mark=touch.mid, touch=touch, fees=fees, **more)


def account(
    cash: str, *holdings: Holding, kind: AccountType = AccountType.CASH, reserved: str = "0"
) -> AccountState:
    return AccountState("A", kind, "USD", raw(cash), raw(reserved), 0, holdings)


def wishes(weights: dict[str, str], **more: Any) -> Wishes:
    return Wishes(weights={f"{name}.XNYS": raw(text) for name, text in weights.items()}, **more)
