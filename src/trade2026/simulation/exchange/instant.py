"""The smallest exchange that doors can be put in front of: a market without latency, for tests and small
uses.
"""

from collections.abc import Callable, Mapping, Sequence

from trade2026.matching.clearing import Holding, Listing
from trade2026.matching.compiled.market import CompiledMarket
from trade2026.matching.market import Market
from trade2026.matching.order import Level
from trade2026.matching.words import BookCommand
from trade2026.model.enums import Side
from trade2026.simulation.exchange.hearers import Hearers
from trade2026.simulation.exchange.reports import Hearer, Report


class InstantExchange:
    """The `Exchange` of a market that nobody else uses; what is asked is done at once.

    Parameters
    ----------
    market : Market or CompiledMarket
        Deposits are made there; commands have to come through here.
    clock_ns : callable
        The exchange's time, UTC nanoseconds.
    """

    def __init__(self, market: Market | CompiledMarket, clock_ns: Callable[[], int]) -> None:
        self.market = market
        self._clock_ns = clock_ns
        self._hearers = Hearers()
        self._sequence = 0
        self._order_id = 0

    @property
    def listings(self) -> Sequence[Listing]:
        """What is traded; a listing's position is its number."""
        return self.market.listings

    def now_ns(self) -> int:
        """The exchange's time."""
        return self._clock_ns()

    def next_order_id(self) -> int:
        """A number that no order had yet."""
        self._order_id += 1
        return self._order_id

    def number_from(self, order_id: int, trade_ids: Sequence[int]) -> None:
        """Number orders, and the trades of each book, from these on at least."""
        self._order_id = max(self._order_id, order_id - 1)
        for number, trade_id in enumerate(trade_ids):
            self.market.books[number].number_trades_from(trade_id)

    async def request(self, owner: str, number: int, command: BookCommand) -> Report:
        """Have a command done."""
        return self.do(owner, number, command)

    def do(self, owner: str, number: int, command: BookCommand) -> Report:
        """As `request`, for who need not wait."""
        happened = self.market.handle(number, command)
        self._sequence += 1
        report = Report(self._sequence, self._clock_ns(), number, owner, command, happened)
        self._hearers.tell(report)
        return report

    def subscribe(self, callback: Hearer) -> Callable[[], None]:
        """Have every report told from now on; call the result to end it."""
        return self._hearers.add(callback)

    def levels(self, number: int, side: Side, most: int) -> list[Level]:
        """The best prices of a side, the best first."""
        return self.market.books[number].levels(side, most)

    def balances(self, owner: str) -> Mapping[str, Holding]:
        """What an owner has, by asset."""
        clearing = self.market.clearing
        if isinstance(self.market, CompiledMarket):
            rows = self.market.clearing.array[self.market.clearing.number(owner)]
            return {
                asset: Holding(*rows[column, :3].tolist()) for column, asset in enumerate(clearing.assets)
            }
        holdings = clearing.holdings
        return {asset: holdings.get((owner, asset), Holding()) for asset in clearing.assets}
