"""Compile the simulated market ahead of its first start: `make up` does so while the page is built.

What was compiled is kept beside the sources and used until these change; the next call takes a second.
"""

from typing import Final

SECOND: Final = 10**9


def main() -> None:
    """Make a market and let a second of it pass; which seed does not matter."""
    from trade2026.simulation.prism.config import PrismConfig
    from trade2026.simulation.prism.market import PrismMarket
    from trade2026.simulation.prism.timeline import Timeline

    market = PrismMarket(PrismConfig(), seed=0, start_ns=SECOND)
    Timeline(market).run_until(2 * SECOND)


if __name__ == "__main__":
    main()
