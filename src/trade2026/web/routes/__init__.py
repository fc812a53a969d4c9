"""Every route that is not one of the fast ones: one module for each topic, each with its `ROUTES`.

A handler translates: it reads a checked body or query, asks `application` or a port, and answers what that
says. It imports what `web` may; `examples` has the answers the documentation shows. Start with `market`.
"""

from typing import Final

from trade2026.web.api import Routes
from trade2026.web.routes import (
    analyses,
    backtests,
    control,
    data,
    entry,
    halt_page,
    jobs,
    market,
    portfolio,
    rebalancing,
    sim,
    strategies,
    system,
    trading,
    users,
    venues,
)

ALL_ROUTES: Final[tuple[Routes, ...]] = (
    system.ROUTES,
    entry.ROUTES,
    entry.WELL_KNOWN,
    users.ROUTES,
    market.ROUTES,
    trading.ROUTES,
    portfolio.ROUTES,
    rebalancing.ROUTES,
    strategies.ROUTES,
    backtests.ROUTES,
    jobs.ROUTES,
    analyses.ROUTES,
    data.ROUTES,
    control.ROUTES,
    venues.ROUTES,
    sim.ROUTES,
    halt_page.ROUTES,
)
