"""Risk limits as values: what is not stated is refused."""

import msgspec

from trade2026.model.enums import AccountType, Environment, LotMethod


class Account(msgspec.Struct, frozen=True, array_like=True):
    """A trading account: whose orders it takes, in which environment, valued in which currency.

    Attributes
    ----------
    account_id : str
        Unique on the platform.
    entitled : tuple of str
        Trader ids (people and strategies) that may send orders for it.
    """

    account_id: str
    account_type: AccountType
    base_currency: str
    environment: Environment
    entitled: tuple[str, ...]
    lot_method: LotMethod = LotMethod.FIFO

    def with_entitlement(self, trader_id: str, entitled: bool) -> "Account":
        """The account as it is once the trader may, or may no longer, send orders for it."""
        others = tuple(each for each in self.entitled if each != trader_id)
        return msgspec.structs.replace(self, entitled=(*others, trader_id) if entitled else others)


class AccountLimits(msgspec.Struct, frozen=True, array_like=True):
    """Limits on the account as a whole; money raw in its base currency.

    Attributes
    ----------
    max_gross_exposure, max_net_exposure : int
        Worst case of sum |position| and |sum position|, open orders included.
    max_leverage : int
        Worst-case gross exposure over equity, raw ratio (1e9 is one); read for MARGIN accounts only.
    max_open_orders : int
        Count over all instruments.
    max_open_notional : int
        Value of all unexecuted orders.
    rate_max_age_ns : int
        Oldest exchange rate that may still value an order or equity.
    """

    max_gross_exposure: int
    max_net_exposure: int
    max_leverage: int
    max_open_orders: int
    max_open_notional: int
    rate_max_age_ns: int


class InstrumentLimits(msgspec.Struct, frozen=True, array_like=True):
    """Limits of one account in one instrument; quantities raw, money raw in the account's base currency.

    Attributes
    ----------
    max_order_qty, max_order_notional : int
        Fat-finger bounds of one order.
    max_long_qty, max_short_qty : int
        Worst-case position with every open order filled, both positive; `max_short_qty` 0 forbids shorts.
    max_open_orders, max_open_qty : int
        Unexecuted orders of this instrument.
    price_collar_bps : int
        Largest distance of a limit price from the reference, in basis points, on the side that hurts.
    reference_max_age_ns : int
        Oldest reference price a decision may use, on the feed's clock.
    market_protection_bps : int
        Slippage a market order is reserved for; 0 forbids market orders.
    fee_bps, fee_per_unit, fee_per_order : int
        Fees reserved on top of an open buy's value in a CASH account: basis points of the value, raw money
        of the quote currency for each unit, and for each order.
    hold_until_open : bool
        Whether an order sent out of hours waits for the next session; refused when False.
    """

    max_order_qty: int
    max_order_notional: int
    max_long_qty: int
    max_short_qty: int
    max_open_orders: int
    max_open_qty: int
    price_collar_bps: int
    reference_max_age_ns: int
    market_protection_bps: int
    fee_bps: int
    hold_until_open: bool
    fee_per_unit: int = 0
    fee_per_order: int = 0
