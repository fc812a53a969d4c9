"""A house whose customers' property is kept: one life of it on a disk that a test may take the power from."""

from typing import Any

from tests.web.binance.house import BTC, ETH, WIDE, House, known_keys
from trade2026.application.prism.customers import Customer
from trade2026.application.prism.keeping import Keeper
from trade2026.application.prism.keeping.shown import listings_of
from trade2026.application.prism.service import Made, PrismDesk
from trade2026.matching.compiled.market import CompiledMarket
from trade2026.ports.storage import Storage
from trade2026.simulation.exchange.instant import InstantExchange
from trade2026.web.binance.app import BinanceApp, binance_app

CASH = (("BTC", 100 * 10**9), ("ETH", 100 * 10**9), ("USDT", 10**6 * 10**9))


class KeptHouse(House):
    """As `bootstrap.roles.prism` puts a door before a market; mia has no account and makes the prices."""

    def __init__(
        self, storage: Storage, clock: Any, exchange_kind: type[InstantExchange] = InstantExchange
    ) -> None:
        self.clock = clock
        self.market = CompiledMarket([BTC, ETH])
        for asset, amount in CASH:
            self.market.clearing.deposit("mia", asset, amount)
        self.exchange = exchange_kind(self.market, clock.now_ns)
        self.keys = known_keys()
        self.keeper = Keeper(storage, clock.now_ns)
        self.keeper.begin(listings_of([BTC, ETH]))
        self.desk = PrismDesk(
            self.exchange, self.market.clearing, self.keeper, clock, Made(1, 1.0), _nobody_else,
            self.keys.is_owner,
        )  # fmt: skip
        for owner in ("ann", "bob"):
            self.desk.open_account(Customer(owner, CASH))
        self.app: BinanceApp = binance_app(self.exchange, self.keys, clock, WIDE, self.desk)
        self.book()


def _nobody_else(_account_id: str) -> Customer | None:
    return None
