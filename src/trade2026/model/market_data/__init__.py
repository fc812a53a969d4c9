"""Market data as values: bars, quotes and trades.

Imports `primitives` and msgspec. Start with `bar`.
"""

from trade2026.model.market_data.bar import Bar
from trade2026.model.market_data.quote import Quote
from trade2026.model.market_data.trade import Trade

MarketEvent = Bar | Quote | Trade
"""What a feed delivers."""

__all__ = ["Bar", "MarketEvent", "Quote", "Trade"]
