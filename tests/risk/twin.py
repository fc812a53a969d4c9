"""The slow twin of risk's exposure: everything worked out anew from all events, with fractions.

Nothing here is incremental and nothing is taken from risk: an account's numbers are sums over what its
history says is held, owed and still open.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

from trade2026.model.enums import AccountType, Side
from trade2026.model.events import (
    AccountOpened,
    CancelRejected,
    CashTransferred,
    Event,
    InstrumentLimitsSet,
    InstrumentRegistered,
    MarksRecorded,
    OrderApproved,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderPendingReplace,
    OrderRejected,
    OrderReplaced,
    RateSet,
    TradeBooked,
)
from trade2026.model.instrument import Instrument
from trade2026.model.limits import Account, InstrumentLimits
from trade2026.primitives.fixed_point import UNIT


@dataclass
class Terms:
    """An order as its events tell it; prices are what a fill is assumed to cost."""

    approval: OrderApproved
    price: int
    total: int
    filled: int = 0
    asked: dict[str, tuple[int, int]] = field(default_factory=dict)  # New total and price of each replace.
    ended: bool = False

    @property
    def is_open(self) -> bool:
        """A filled order still is while a larger total is asked for."""
        return not self.ended and (self.filled < self.total or bool(self.asked))

    def quantity(self) -> int:
        totals = [self.total, *(total for total, _ in self.asked.values())]
        return max(0, *(total - self.filled for total in totals)) if self.is_open else 0

    def worth(self) -> int:
        """The most that can still trade: whatever part of the old terms fills before the new ones count.

        With more than one replace unanswered: the largest total at the highest price.
        """
        if not self.is_open:
            return 0
        old = max(self.total - self.filled, 0)
        if not self.asked:
            return old * self.price
        if len(self.asked) > 1:
            return self.quantity() * max(self.price, *(price for _, price in self.asked.values()))
        ((total, price),) = self.asked.values()
        new = max(total - self.filled, 0)
        return max(
            first * self.price + max(new - first, 0) * price for first in {0, old, min(old, new), old // 2}
        )


@dataclass
class Twin:
    """All accounts of a history."""

    accounts: dict[str, Account] = field(default_factory=dict)
    instruments: dict[str, Instrument] = field(default_factory=dict)
    limits: dict[tuple[str, str], InstrumentLimits] = field(default_factory=dict)
    orders: dict[int, Terms] = field(default_factory=dict)
    rates: dict[tuple[str, str], int] = field(default_factory=dict)
    prices: dict[tuple[str, str], int] = field(default_factory=dict)
    positions: dict[tuple[str, str], int] = field(default_factory=dict)
    cash: dict[tuple[str, str], int] = field(default_factory=dict)

    def _cost(self, account: str, instrument: str, side: Side, limit: int | None, reference: int) -> int:
        if limit is not None:
            return limit if side is Side.BUY else max(limit, reference)
        bps = self.limits[account, instrument].market_protection_bps
        return ceil(Fraction(reference * (10_000 + bps), 10_000)) if side is Side.BUY else reference

    def _pay(self, account: str, currency: str, amount: int) -> None:
        self.cash[account, currency] = self.cash.get((account, currency), 0) + amount

    def see(self, event: Event) -> None:  # noqa: C901 - one branch an event.
        """Take one event of the history."""
        match event:
            case AccountOpened():
                self.accounts[event.account.account_id] = event.account
            case InstrumentRegistered():
                self.instruments[event.instrument.instrument_id] = event.instrument
            case InstrumentLimitsSet():
                self.limits[event.account_id, event.instrument_id] = event.limits
            case RateSet():
                self.rates[event.currency, event.base_currency] = event.rate
            case MarksRecorded():
                for mark in event.marks:
                    for account in self.accounts:
                        self.prices[account, mark.instrument_id] = mark.price
            case CashTransferred():
                self._pay(event.account_id, event.currency, int.from_bytes(event.amount, "big", signed=True))
            case OrderApproved():
                self.prices[event.account_id, event.instrument_id] = event.reference_price
                price = self._cost(
                    event.account_id,
                    event.instrument_id,
                    event.side,
                    event.limit_price,
                    event.reference_price,
                )
                self.orders[event.order_id] = Terms(event, price, event.order_qty)
            case OrderPendingReplace():
                self.prices[event.account_id, event.instrument_id] = event.reference_price
                order = self.orders[event.order_id]
                price = self._cost(
                    event.account_id, event.instrument_id, order.approval.side, event.limit_price,
                    event.reference_price,
                )  # fmt: skip
                order.asked[event.client_order_id] = (event.order_qty, price)
            case OrderReplaced():
                order = self.orders[event.order_id]
                order.price, order.total = order.asked.pop(event.client_order_id)[1], event.order_qty
                if event.limit_price is not None:
                    is_buy = order.approval.side is Side.BUY
                    order.price = event.limit_price if is_buy else max(event.limit_price, order.price)
            case CancelRejected():
                if event.was_replace:
                    self.orders[event.order_id].asked.pop(event.client_order_id)
            case OrderCanceled() | OrderExpired() | OrderRejected():
                self.orders[event.order_id].ended = True
            case OrderFilled():
                self.prices[event.account_id, event.instrument_id] = event.last_px
                self.orders[event.order_id].filled += event.last_qty
            case TradeBooked():
                key = (event.account_id, event.instrument_id)
                self.positions[key] = self.positions.get(key, 0) + event.quantity
                self._pay(event.account_id, event.currency, int.from_bytes(event.cash, "big", signed=True))
                instrument = self.instruments[event.instrument_id]
                if event.commission_currency != instrument.base_currency or instrument.kind != "CRYPTO_SPOT":
                    commission = int.from_bytes(event.commission, "big", signed=True)
                    self._pay(event.account_id, event.commission_currency, -commission)
            case _:
                pass

    def exposure(self, account_id: str, instrument_id: str) -> dict[str, int]:
        """What risk should know of one account in one instrument."""
        account, instrument = self.accounts[account_id], self.instruments[instrument_id]
        base, quote = account.base_currency, instrument.quote_currency
        rate = UNIT if base == quote else self.rates.get((quote, base), 0)
        scale = Fraction(instrument.multiplier * rate, UNIT**4)
        price = self.prices.get((account_id, instrument_id), 0)
        quantity = self.positions.get((account_id, instrument_id), 0)
        mine = [
            order
            for order in self.orders.values()
            if (order.approval.account_id, order.approval.instrument_id) == (account_id, instrument_id)
        ]
        buys = [order for order in mine if order.approval.side is Side.BUY]
        sells = [order for order in mine if order.approval.side is Side.SELL]
        open_buy = sum(order.quantity() for order in buys)
        open_sell = sum(order.quantity() for order in sells)
        long_value = ceil(price * (quantity + open_buy) * scale * UNIT)
        short_value = ceil(price * (open_sell - quantity) * scale * UNIT)
        reserve = 0
        if account.account_type is AccountType.CASH:
            quote_value = ceil(
                Fraction(sum(order.worth() for order in buys) * instrument.multiplier, UNIT**2)
            )
            limits = self.limits.get((account_id, instrument_id))
            fee_bps = limits.fee_bps if limits else 0
            reserve = ceil(Fraction(quote_value * (10_000 + fee_bps), 10_000))
            if limits and open_buy:
                reserve += ceil(Fraction(limits.fee_per_unit * open_buy, UNIT))
                reserve += limits.fee_per_order * sum(order.is_open for order in buys)
        return {
            "quantity": quantity,
            "open_buy": open_buy,
            "open_sell": open_sell,
            "open_orders": sum(order.is_open for order in mine),
            "open_buys": sum(order.is_open for order in buys),
            "open_value": ceil(sum(order.worth() for order in mine) * scale * UNIT),
            "reserve": reserve,
            "position_value": floor(price * quantity * scale * UNIT),
            "long_value": long_value,
            "short_value": short_value,
            "worst_value": max(long_value, short_value),
        }

    def account(self, account_id: str) -> dict[str, object]:
        """What risk should know of one account."""
        exposures = {name: self.exposure(account_id, name) for name in self.instruments}
        reserved: dict[str, int] = {}
        for name, exposure in exposures.items():
            currency = self.instruments[name].quote_currency
            reserved[currency] = reserved.get(currency, 0) + exposure["reserve"]

        def total(what: str) -> int:
            return sum(exposure[what] for exposure in exposures.values())

        return {
            "exposures": exposures,
            "cash": {c: amount for (a, c), amount in self.cash.items() if a == account_id and amount},
            "reserved": {c: amount for c, amount in reserved.items() if amount},
            "open_orders": total("open_orders"),
            "open_notional": total("open_value"),
            "gross": total("worst_value"),
            "net_long": total("long_value"),
            "net_short": total("short_value"),
            "position_value": total("position_value"),
        }


def twin_of(events: Iterable[Event]) -> Twin:
    """The twin after a whole history."""
    twin = Twin()
    for event in events:
        twin.see(event)
    return twin
