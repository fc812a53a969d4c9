"""Who may trade and what of: cash and inventory of every owner, what open orders hold back, and fees.

An exchange counts prices in ticks and quantities in lots, so that what a trade is worth is an exact product
of integers. Amounts of an asset are raw, units of 1e-9. Nothing is lent: an order holds back all that it may
cost until it has traded or ended, and what nobody holds back is the owner's to use. Fees go to `HOUSE`, so
every asset's amounts add up to what was deposited, at every moment.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from trade2026.matching.order import BookOrder
from trade2026.model.enums import Side
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT

HOUSE: Final = "HOUSE"
"""The exchange itself: what it charges is its own."""

AMOUNT_MAX: Final = 4 * 10**18
"""Most of an asset that may exist, most that an order may be worth, raw: sums of two fit int64."""

_MILLION: Final = 1_000_000


class Listing(msgspec.Struct, frozen=True):
    """What trades in a book, and the exchange's rules for it.

    Attributes
    ----------
    base, quote : str
        The asset that is traded and the one that it is paid in.
    tick_size, lot_size : int
        Raw price of a tick, raw quantity of a lot; a tick of a lot is worth a whole number of raw units.
    min_lots, max_lots : int
        Smallest and largest order, lots.
    min_notional : int
        Least that a limit order may be worth, raw; 0 for none.
    maker_fee_ppm, taker_fee_ppm : int
        Millionths of what was traded, paid in `quote`; negative for a rebate. In an auction both sides pay as
        makers, and nobody gets a rebate.
    max_parts : int
        Most parts that an iceberg may be shown in: whoever takes all of it makes as many trades.
    """

    symbol: str
    base: str
    quote: str
    tick_size: int
    lot_size: int
    min_lots: int = 1
    max_lots: int = 10**9
    min_notional: int = 0
    maker_fee_ppm: int = 0
    taker_fee_ppm: int = 0
    max_parts: int = 1_000

    def __post_init__(self) -> None:
        """Refuse rules that contradict themselves, naming the field."""
        for name in ("tick_size", "lot_size", "min_lots", "max_parts"):
            if getattr(self, name) <= 0:
                raise InputError(f"{name} of {self.symbol} must be positive, was {getattr(self, name)}")
        if self.base == self.quote:
            raise InputError(f"base and quote of {self.symbol} must differ, were both {self.base!r}")
        if self.tick_size * self.lot_size % UNIT:
            raise InputError(
                f"tick_size times lot_size of {self.symbol} must be a whole number of 1e-9, was "
                f"{self.tick_size} times {self.lot_size} raw; make one of them larger"
            )
        most = AMOUNT_MAX // max(self.lot_size, self.unit)
        if not self.min_lots <= self.max_lots <= most:
            raise InputError(f"max_lots of {self.symbol} must be min_lots to {most}, was {self.max_lots}")
        if abs(self.maker_fee_ppm) > _MILLION or abs(self.taker_fee_ppm) > _MILLION:
            raise InputError(f"fees of {self.symbol} must be within a million millionths")
        if self.maker_fee_ppm + self.taker_fee_ppm < 0:
            raise InputError(f"the fees of {self.symbol} must not pay out more than they take in")

    @property
    def unit(self) -> int:
        """What one lot is worth at a price of one tick, raw."""
        return self.tick_size * self.lot_size // UNIT


def fee_of(notional: int, ppm: int) -> int:
    """The fee on what was traded, raw, rounded toward nothing; negative for a rebate."""
    fee = notional * abs(ppm) // _MILLION
    return fee if ppm >= 0 else -fee


class Holding(msgspec.Struct, eq=False):
    """What an owner has of an asset; `held` of it is for open orders, `shortable` may be sold beyond it."""

    total: int = 0
    held: int = 0
    shortable: int = 0

    @property
    def free(self) -> int:
        """What a new order may use."""
        return self.total + self.shortable - self.held


class Settlement(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a trade moved: `notional` from buyer to seller, fees from both to the house, raw."""

    trade_id: int
    buyer: str
    seller: str
    quantity: int
    notional: int
    maker_fee: int
    taker_fee: int


def check_asset(asset: str, assets: Sequence[str]) -> None:
    """InputError for what no listing is about."""
    if asset not in assets:
        raise InputError(f"asset must be one of {', '.join(assets)}, was {asset!r}")


def check_deposit(owner: str, asset: str, amount: int, issued: int, free: int) -> int:
    """How much of the asset there is with this deposit; InputError where it cannot be made."""
    if not 0 <= issued + amount <= AMOUNT_MAX:
        raise InputError(f"amount must keep {asset} within 0 to {AMOUNT_MAX} raw in all, was {amount}")
    if amount < 0 and free < -amount:
        raise InputError(f"amount must be at most what {owner!r} has free of {asset}, was {-amount}")
    return issued + amount


def check_short(asset: str, amount: int, issued: int, *, is_given: bool) -> int:
    """How much of the asset there may be with this permission; InputError where it cannot be given."""
    if amount < 0 or issued + amount > AMOUNT_MAX or is_given:
        raise InputError(f"amount must be 0 to {AMOUNT_MAX} raw of {asset} and given once, was {amount}")
    return issued + amount


def check_overdraft(owner: str, asset: str, amount: int, issued: int, holding: Holding) -> int:
    """How much of the asset there is with this debt; InputError where the owner may not have it."""
    if not 0 <= amount <= holding.free or issued < amount:
        raise InputError(
            f"amount must be at most the {holding.free} raw {asset} that {owner!r} may sell, and the "
            f"{issued} that there are, was {amount}"
        )
    return issued - amount


class Clearing:
    """Holdings by owner and asset, and what each open order holds back."""

    def __init__(self, assets: Sequence[str]) -> None:
        self.assets = tuple(assets)
        self.holdings: dict[tuple[str, str], Holding] = {}
        self.issued: dict[str, int] = {}

    def deposit(self, owner: str, asset: str, amount: int) -> None:
        """Give the owner more, or take it back with a negative amount; InputError where that cannot be."""
        check_asset(asset, self.assets)
        holding = self.holdings.get((owner, asset)) or Holding()
        free = holding.total - holding.held
        self.issued[asset] = check_deposit(owner, asset, amount, self.issued.get(asset, 0), free)
        holding.total += amount
        self.holdings[owner, asset] = holding

    def permit_short(self, owner: str, asset: str, amount: int) -> None:
        """Let the owner sell so much that it does not have; once only, and counted as if it existed."""
        check_asset(asset, self.assets)
        holding = self._of(owner, asset)
        issued = self.issued.get(asset, 0)
        self.issued[asset] = check_short(asset, amount, issued, is_given=bool(holding.shortable))
        holding.shortable = amount

    def overdraw(self, owner: str, asset: str, amount: int) -> None:
        """Have the owner begin with so much less: what it sold short in a market before this one."""
        check_asset(asset, self.assets)
        holding = self._of(owner, asset)
        self.issued[asset] = check_overdraft(owner, asset, amount, self.issued.get(asset, 0), holding)
        holding.total -= amount

    def hold(self, listing: Listing, owner: str, side: Side, amount: int) -> None:
        """Hold back so much more; negative gives back."""
        self._of(owner, listing.quote if side is Side.BUY else listing.base).held += amount

    def free(self, listing: Listing, owner: str, side: Side) -> int:
        """What an order of that side may use."""
        found = self.holdings.get((owner, listing.quote if side is Side.BUY else listing.base))
        return 0 if found is None else found.free

    def settle(
        self, listing: Listing, trade_id: int, price: int, lots: int, maker: BookOrder, taker: BookOrder,
        *, in_auction: bool,
    ) -> Settlement:  # fmt: skip
        """Move what was traded and charge for it; what orders hold back is the caller's to adjust."""
        notional = price * lots * listing.unit
        buyer, seller = (taker, maker) if taker.side is Side.BUY else (maker, taker)
        maker_ppm, taker_ppm = listing.maker_fee_ppm, listing.taker_fee_ppm
        if in_auction:
            maker_ppm = taker_ppm = max(maker_ppm, 0)
        maker_fee, taker_fee = fee_of(notional, maker_ppm), fee_of(notional, taker_ppm)
        quantity = lots * listing.lot_size
        self._of(buyer.owner, listing.base).total += quantity
        self._of(seller.owner, listing.base).total -= quantity
        self._of(buyer.owner, listing.quote).total -= notional
        self._of(seller.owner, listing.quote).total += notional
        self._of(maker.owner, listing.quote).total -= maker_fee
        self._of(taker.owner, listing.quote).total -= taker_fee
        self._of(HOUSE, listing.quote).total += maker_fee + taker_fee
        return Settlement(trade_id, buyer.owner, seller.owner, quantity, notional, maker_fee, taker_fee)

    def _of(self, owner: str, asset: str) -> Holding:
        return self.holdings.setdefault((owner, asset), Holding())


def cost_of(listing: Listing, side: Side, limit_price: int, lots: int) -> int:
    """What an order of so many lots holds back: a sell its lots, a buy its worth at the limit and the fee.

    The fee is the dearest that may be charged, rounded up, so fills in any parts never cost more.
    """
    if side is Side.SELL:
        return lots * listing.lot_size
    notional = limit_price * lots * listing.unit
    ppm = max(listing.maker_fee_ppm, listing.taker_fee_ppm, 0)
    return notional - (-notional * ppm // _MILLION)
