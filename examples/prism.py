"""Ten minutes of a simulated market, a fat finger in it, and what the traders have made of that."""

from collections import defaultdict

from trade2026.matching.compiled import layout as book_at
from trade2026.model.enums import Side
from trade2026.simulation.prism.config import PrismConfig
from trade2026.simulation.prism.market import Chunk, PrismMarket
from trade2026.simulation.prism.scenarios import FatFinger, inject
from trade2026.simulation.prism.timeline import Timeline

SECOND = 10**9
START = 1_790_000_000 * SECOND

market = PrismMarket(PrismConfig(), seed=7, start_ns=START)
timeline = Timeline(market)
counts: dict[str, int] = defaultdict(int)


def count(chunk: Chunk) -> None:
    """Somebody who listens; the arrays are good until this returns."""
    counts["commands"] += len(chunk.commands)
    counts["trades"] += sum(int((events[:, 0] == book_at.TRADED).sum()) for events in chunk.events)


market.listen(count)


def show(title: str) -> None:
    """The first book, and what its asset is worth, which no trader sees whole."""
    quote, tick = market.quote(0), market.config.books[0].listing.tick_size / 1e9
    value = market.values()[0] * tick
    print(f"{title}: {quote.bid * tick:.2f} / {quote.ask * tick:.2f}, value {value:.2f}")


timeline.run_until(START + 300 * SECOND)
show("before")
inject(timeline, FatFinger(symbol="BTCUSDT", side=Side.BUY, clips=400))
timeline.run_until(START + 300 * SECOND + SECOND // 10)
show("a tenth of a second after")
timeline.run_until(START + 600 * SECOND)
show("five minutes later")
print(dict(counts))

begun = PrismMarket(PrismConfig(), seed=7, start_ns=START).exchange.clearing.holdings
mids = {book.listing.base: mid for book, mid in zip(market.config.books, market.mids(), strict=True)}
units = {book.listing.base: book.listing for book in market.config.books}
profit: dict[str, float] = defaultdict(float)
for (owner, asset), holding in market.exchange.clearing.holdings.items():
    if "-" not in owner:
        continue  # The exchange itself, and the account of the scenario.
    before = begun.get((owner, asset))
    change = (holding.total - (before.total if before else 0)) / 1e9
    price = 1.0 if asset == "USDT" else mids[asset] * units[asset].tick_size / 1e9
    profit[owner.split("-")[0]] += change * price
for kind, amount in profit.items():
    print(f"{kind:10} {amount:12,.2f} USDT")
