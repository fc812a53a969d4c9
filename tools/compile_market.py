"""Compile the simulated market ahead of its first start: `make up` does so while the page is built.

What was compiled is kept beside the sources and used until these change; the next call takes a second.
"""

from typing import Final

SECOND: Final = 10**9


def main() -> None:
    """Make a market, let a second of it pass, and ask it what its process asks; the seed does not matter."""
    from trade2026.model.enums import Side
    from trade2026.simulation.prism.config import PrismConfig
    from trade2026.simulation.prism.market import PrismMarket
    from trade2026.simulation.prism.timeline import Timeline

    market = PrismMarket(PrismConfig(), seed=0, start_ns=SECOND, capacity=16)  # So that its books grow.
    Timeline(market).run_until(2 * SECOND)
    market.jump(0, 0.0)
    market.exchange.books[0].levels(Side.BUY, 1)
    market.exchange.books[0].order(1)


if __name__ == "__main__":
    main()
