"""A listing in the words of the protocol: its decimals, its filters, and what exchangeInfo says of it."""

from typing import Any, Final

from trade2026.matching.clearing import AMOUNT_MAX, Listing
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX
from trade2026.web.binance import refusals
from trade2026.web.binance.amounts import PLACES, ratio_text, text
from trade2026.web.binance.counting import Limits

ORDER_TYPES: Final = (
    "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT",
)  # fmt: skip
PREVENTIONS: Final = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")
DEFAULT_PREVENTION: Final = "EXPIRE_MAKER"
_AVERAGE_MINUTES: Final = 5


class Symbol:
    """One listing.

    Parameters
    ----------
    number : int
        Of the listing at the exchange.
    """

    def __init__(self, number: int, listing: Listing, limits: Limits) -> None:
        for name in ("tick_size", "lot_size"):
            if getattr(listing, name) % 10:
                raise InputError(
                    f"{name} of {listing.symbol} must have at most {PLACES} decimals for this protocol, "
                    f"was {getattr(listing, name)} raw"
                )
        if not (listing.symbol.isascii() and listing.symbol.isalnum() and listing.symbol.isupper()):
            raise InputError(f"symbol must be capital letters and digits, was {listing.symbol!r}")
        self.number = number
        self.listing = listing
        self.name = listing.symbol
        self.lower = listing.symbol.lower()
        self._tick, self._lot = listing.tick_size, listing.lot_size
        most_notional = (AMOUNT_MAX // 2) // (listing.unit * listing.min_lots)
        self.ticks_max = min(INT64_MAX // listing.tick_size, most_notional)
        self._limits = limits

    def price(self, ticks: int) -> str:
        """A price as it is sent."""
        return text(ticks * self._tick)

    def quantity(self, lots: int) -> str:
        """A quantity as it is sent."""
        return text(lots * self._lot)

    def average(self, quote: int, lots: int) -> str:
        """The mean price at which so many lots cost so much."""
        return ratio_text(quote, lots * self._lot)

    def ticks_of(self, raw: int) -> int:
        """A price in ticks; Refusal where it is not as PRICE_FILTER asks."""
        ticks, rest = divmod(raw, self._tick)
        if rest or not 1 <= ticks <= self.ticks_max:
            raise refusals.filter_failure("PRICE_FILTER")
        return ticks

    def lots_of(self, raw: int, name: str = "LOT_SIZE") -> int:
        """A quantity in lots; Refusal where it is not as the filter of this name asks."""
        lots, rest = divmod(raw, self._lot)
        if rest or not self.listing.min_lots <= lots <= self.listing.max_lots:
            raise refusals.filter_failure(name)
        return lots

    def check_notional(self, ticks: int, lots: int) -> None:
        """Refusal where an order is worth less, or more, than it may."""
        notional = ticks * lots * self.listing.unit
        if not self.listing.min_notional <= notional <= AMOUNT_MAX // 2:
            raise refusals.filter_failure("NOTIONAL")

    def filters(self) -> list[dict[str, Any]]:
        """What its orders have to keep to."""
        listing, limits = self.listing, self._limits
        lots = {
            "minQty": self.quantity(listing.min_lots),
            "maxQty": self.quantity(listing.max_lots),
            "stepSize": text(listing.lot_size),
        }
        return [
            {
                "filterType": "PRICE_FILTER", "minPrice": text(listing.tick_size),
                "maxPrice": self.price(self.ticks_max), "tickSize": text(listing.tick_size),
            },
            {"filterType": "LOT_SIZE", **lots},
            {"filterType": "ICEBERG_PARTS", "limit": listing.max_parts},
            {"filterType": "MARKET_LOT_SIZE", **lots},
            {
                "filterType": "NOTIONAL", "minNotional": text(listing.min_notional),
                "applyMinToMarket": False, "maxNotional": text(AMOUNT_MAX // 2),
                "applyMaxToMarket": False, "avgPriceMins": _AVERAGE_MINUTES,
            },
            {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": limits.open_orders},
            {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": limits.order_lists},
            {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": limits.algo_orders},
        ]  # fmt: skip

    def description(self) -> dict[str, Any]:
        """Its part of exchangeInfo."""
        listing = self.listing
        return {
            "symbol": self.name, "status": "TRADING",
            "baseAsset": listing.base, "baseAssetPrecision": PLACES,
            "quoteAsset": listing.quote, "quotePrecision": PLACES, "quoteAssetPrecision": PLACES,
            "baseCommissionPrecision": PLACES, "quoteCommissionPrecision": PLACES,
            "orderTypes": list(ORDER_TYPES), "icebergAllowed": True, "ocoAllowed": True,
            "otoAllowed": False, "opoAllowed": False, "quoteOrderQtyMarketAllowed": True,
            "allowTrailingStop": False, "cancelReplaceAllowed": True, "amendAllowed": False,
            "pegInstructionsAllowed": False, "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False, "filters": self.filters(), "permissions": [],
            "permissionSets": [["SPOT"]], "defaultSelfTradePreventionMode": DEFAULT_PREVENTION,
            "allowedSelfTradePreventionModes": list(PREVENTIONS),
        }  # fmt: skip


def rate_limits(limits: Limits) -> list[dict[str, Any]]:
    """The limits that exchangeInfo tells."""
    return [
        {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}
        for kind, interval, number, limit in (
            ("REQUEST_WEIGHT", "MINUTE", 1, limits.weight_1m),
            ("ORDERS", "SECOND", 10, limits.orders_10s),
            ("ORDERS", "DAY", 1, limits.orders_1d),
            ("CONNECTIONS", "MINUTE", 5, limits.connections_5m),
        )
    ]
