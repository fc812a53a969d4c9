"""What a rebalancing is made from and what it comes to, as values; money, prices and quantities are raw.

Weights are shares of capital in units of 1e-9: `UNIT` is all of it, below zero is short.
"""

from enum import StrEnum

import msgspec

from trade2026.model.enums import AccountType, OrderType, Side, TimeInForce
from trade2026.model.instrument import Instrument


class Others(StrEnum):
    """What becomes of positions that the weights do not name."""

    KEEP = "KEEP"
    CLOSE = "CLOSE"


class QuoteSource(StrEnum):
    """Who stands behind a quote: a market that shows both sides, or the paper venue around the last price."""

    MARKET = "MARKET"
    PAPER = "PAPER"


class Touch(msgspec.Struct, frozen=True):
    """The best prices that can be traded at; `ts` is trading time, UTC nanoseconds."""

    bid: int
    ask: int
    ts: int
    source: QuoteSource = QuoteSource.MARKET

    @property
    def mid(self) -> int:
        """Halfway between both, rounded down."""
        return (self.bid + self.ask) // 2


class Fees(msgspec.Struct, frozen=True):
    """What risk holds back for fees: whole basis points of the value, raw money a unit and an order."""

    bps: int = 0
    per_unit: int = 0
    per_order: int = 0


class Holding(msgspec.Struct, frozen=True):
    """An account in one instrument, before.

    Attributes
    ----------
    quantity : int
        Position, signed.
    open_buy, open_sell : int
        What open orders may still do, both positive.
    mark : int
        Price that values it: the mid of the quote where there is one, else the last price.
    touch : Touch or None
        None for what is kept and therefore not traded.
    protection_bps : int
        By how much a market order may miss the touch before it is more than risk reserves.
    """

    instrument: Instrument
    quantity: int
    open_buy: int
    open_sell: int
    mark: int
    touch: Touch | None = None
    fees: Fees = Fees()
    protection_bps: int = 0


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted.

    Attributes
    ----------
    weights : dict of str to int
        By instrument, raw shares of the capital.
    capital : int or None
        What the weights are shares of; None for all that is not in positions that are kept.
    order_type : OrderType
        LIMIT or MARKET.
    offset_bps : int
        How far a limit goes through the touch; 0 is at it, below zero waits inside or behind it.
    min_trade : int
        Orders worth less than that at the mid are left out; money of the account's currency.
    """

    weights: dict[str, int]
    capital: int | None = None
    others: Others = Others.KEEP
    order_type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.DAY
    offset_bps: int = 10
    min_trade: int = 0


class AccountState(msgspec.Struct, frozen=True):
    """An account, before.

    Attributes
    ----------
    cash : int
        In the account's currency.
    reserved : int
        Of it, what open buys hold back; 0 for MARGIN accounts, which hold nothing back.
    other_cash : int
        Cash of other currencies, valued in the account's.
    """

    account_id: str
    account_type: AccountType
    currency: str
    cash: int
    reserved: int
    other_cash: int
    holdings: tuple[Holding, ...]


class PlannedOrder(msgspec.Struct, frozen=True):
    """An order that is proposed.

    Attributes
    ----------
    expected_price : int
        What a fill at once would pay: the touch, or the limit where that is better.
    value : int
        At the mid, positive.
    half_spread : int
        What the expected price costs against the mid; below zero for a limit inside the touch.
    fee : int
        At the expected price.
    cash_needed : int
        The most a buy may take from cash, fees included: what risk reserves for it; 0 for a sell.
    cash_raised : int
        The least a sell brings in at its limit, less fees; 0 for a buy.
    """

    instrument_id: str
    side: Side
    order_qty: int
    order_type: OrderType
    time_in_force: TimeInForce
    limit_price: int | None
    expected_price: int
    value: int
    half_spread: int
    fee: int
    cash_needed: int
    cash_raised: int


class PlanLine(msgspec.Struct, frozen=True):
    """One instrument of a plan; weights are shares of the account's equity.

    Attributes
    ----------
    target_qty : int or None
        Where the target weight would be, not rounded to lots; None for what is kept.
    after_qty : int
        With open orders and the proposed one filled.
    left_out : str
        Why there is no order, or a smaller one, though the target differs; "" otherwise.
    """

    instrument_id: str
    before_qty: int
    open_qty: int
    target_qty: int | None
    after_qty: int
    before_weight: int
    target_weight: int
    after_weight: int
    mark: int
    touch: Touch | None
    left_out: str


class Plan(msgspec.Struct, frozen=True):
    """Orders in the order they are sent, and what they come to.

    Attributes
    ----------
    capital : int
        What the weights were taken of: in a CASH account at most what pays for the orders and their costs.
    half_spread, fees : int
        Sums of the orders'; their sum is the expected cost.
    cash_before, cash_after : int
        Free of other open buys, before and with every order filled at its expected price.
    cash_after_worst : int
        With sells at their limits and buys at all that risk reserves; at least 0 in a CASH account.
    turnover : int
        Value of all orders over equity, raw.
    gross_before, gross_after : int
        Sum of absolute values of positions.
    """

    account_id: str
    currency: str
    is_sequenced: bool
    equity: int
    capital: int
    orders: tuple[PlannedOrder, ...]
    lines: tuple[PlanLine, ...]
    half_spread: int
    fees: int
    cash_before: int
    cash_after: int
    cash_after_worst: int
    turnover: int
    gross_before: int
    gross_after: int
    notes: tuple[str, ...]
