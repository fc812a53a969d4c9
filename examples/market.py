"""An exchange of one book, from the opening auction to a halt: who trades, at what, and what it costs."""

from trade2026.matching.clearing import Listing
from trade2026.matching.compiled.market import CompiledMarket
from trade2026.matching.words import Phase, PlaceOrder, SetBands, SetPhase
from trade2026.model.enums import OrderType, Side, TimeInForce

# A tick is 0.01 USDT, a lot 0.00001 BTC; makers pay 2 basis points, takers 4.
BTC = Listing("BTCUSDT", "BTC", "USDT", 10**7, 10**4, maker_fee_ppm=200, taker_fee_ppm=400)
market = CompiledMarket([BTC])
for owner in ("ann", "bob", "cleo"):
    market.clearing.deposit(owner, "USDT", 100_000 * 10**9)
    market.clearing.deposit(owner, "BTC", 2 * 10**9)


def limit(number: int, owner: str, side: Side, lots: int, ticks: int) -> PlaceOrder:
    """A limit order that is good till it is canceled."""
    return PlaceOrder(number, owner, side, OrderType.LIMIT, TimeInForce.GTC, lots, ticks)


for command in (
    SetPhase(Phase.AUCTION),
    limit(1, "ann", Side.BUY, 50_000, 6_000_500),
    limit(2, "bob", Side.SELL, 30_000, 5_999_000),
    SetPhase(Phase.CONTINUOUS),
    limit(3, "bob", Side.SELL, 80_000, 6_001_000),
    SetBands(None, None, 5_700_000, 6_300_000),
    PlaceOrder(4, "cleo", Side.BUY, OrderType.MARKET, TimeInForce.IOC, 20_000),
    limit(5, "cleo", Side.BUY, 200_000, 6_001_000),
):
    happened = market.handle(0, command)
    for event in happened.events:
        print(event)
    for settled in happened.settlements:
        print(f"  {settled.buyer} pays {settled.notional / 1e9:,.2f}, fees {settled.taker_fee / 1e9:.2f}")

for owner in ("ann", "bob", "cleo", "HOUSE"):
    print(owner, market.clearing.holdings[owner, "USDT"].total / 1e9)
