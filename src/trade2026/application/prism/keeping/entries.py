"""Entries of the log: each is all that there is to know of one change; raw integers, UTC nanoseconds.

`now` is the exchange's clock; no two entries of the log have one time, and later ones have later times.
`venue_order_id` is "RUN-NUMBER": numbers of orders may begin anew with every run of the market, runs never
do. `shown` is the exchange's record of the order after the change, where the account's owner is shown its
orders at a door (see `shown`); what was written before there was one has None.
"""

import msgspec

from trade2026.application.prism.keeping.shown import KeptList, Listings
from trade2026.model.enums import ExecType, OrderType, Side, TimeInForce
from trade2026.simulation.exchange.order_records import FillRecord, OrderRecord

Amounts = tuple[tuple[str, int], ...]
"""Asset and raw amount, by asset."""


class Began(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """The market was made anew; `run` is above every one before. Records have the numbers of `listings`."""

    now: int
    run: int
    listings: Listings = ()


class Opened(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """An account with what it begins with, and how much of each asset it may sell beyond what it has."""

    now: int
    account_id: str
    cash: Amounts
    shortable: Amounts


class Taken(msgspec.Struct, frozen=True, array_like=True, tag=3, gc=False):
    """An order was accepted; `client_order_id` "" for one whose owner named it elsewhere."""

    now: int
    account_id: str
    venue_order_id: str
    client_order_id: str
    instrument_id: str
    base: str
    quote: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None
    shown: OrderRecord | None = None


class Filled(msgspec.Struct, frozen=True, array_like=True, tag=4, gc=False):
    """An order traded; `notional` is what it moved of the quote asset, the commission is paid in that too.

    `is_over` where nothing of the order is left.
    """

    now: int
    account_id: str
    venue_order_id: str
    execution_id: str
    last_qty: int
    last_px: int
    notional: int
    commission: int
    is_maker: bool
    is_over: bool
    shown: OrderRecord | None = None
    fill: FillRecord | None = None


class Changed(msgspec.Struct, frozen=True, array_like=True, tag=5, gc=False):
    """An order has other terms and another name; `is_over` where it was filled beyond them already."""

    now: int
    account_id: str
    venue_order_id: str
    client_order_id: str
    order_qty: int
    limit_price: int | None
    is_over: bool
    shown: OrderRecord | None = None


class Over(msgspec.Struct, frozen=True, array_like=True, tag=6, gc=False):
    """What was left of an order is out; `client_order_id` is the cancel's, "" without one.

    `shown` None also where the market has ended, with its records.
    """

    now: int
    account_id: str
    venue_order_id: str
    exec_type: ExecType
    client_order_id: str
    text: str
    prevented_qty: int
    shown: OrderRecord | None = None


class Prices(msgspec.Struct, frozen=True, array_like=True, tag=7):
    """Where the prices were, by instrument; what a market that is made anew begins with."""

    now: int
    prices: Amounts


class Updated(msgspec.Struct, frozen=True, array_like=True, tag=8, gc=False):
    """A record changed and the account did not: a stop was triggered, a part of it may not trade."""

    now: int
    account_id: str
    shown: OrderRecord


class ListBegan(msgspec.Struct, frozen=True, array_like=True, tag=9, gc=False):
    """Orders that are there already are a list."""

    now: int
    account_id: str
    record: KeptList


Entry = Began | Opened | Taken | Filled | Changed | Over | Prices | Updated | ListBegan
