"""Risk's state as of one moment, written down piece by piece while it goes on changing.

Open orders are written as order management's are (see `oms.cut`), by whoever holds both cuts. The numbers of
accounts and exposures are taken at once, and written later.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from trade2026.primitives.packing import array_head, map_head, without_head
from trade2026.risk.snapshot import (
    ENCODER,
    AccountNumbers,
    account_numbers,
    store_account,
    store_order,
    store_rest,
)
from trade2026.risk.state import RiskState

_AT_ONCE: Final = 100
"""Exposures or instruments that are written in one step: less than a millisecond."""


class RiskCut:
    """Of one state; not for two threads."""

    def __init__(self, state: RiskState) -> None:
        """Costs half a microsecond an exposure; nothing is written yet."""
        self._open_orders = state.open_orders
        self._environment = state.environment
        self._instruments = dict(state.instruments)
        self._accounts = {name: account_numbers(account) for name, account in state.accounts.items()}
        self._rest = store_rest(state)
        self._count, self._written = len(state.open_orders), 0
        self._orders: list[bytes] = []
        self._before: list[bytes] = []

    def write(self, order_ids: Iterable[int]) -> None:
        """Write those of the orders that are open as they are now, which must be as they were; each once."""
        known = self._open_orders
        orders = [store_order(each, order) for each in order_ids if (order := known.get(each)) is not None]
        self._written += len(orders)
        self._orders.append(without_head(ENCODER.encode(orders), len(orders)))

    def steps(self) -> Iterator[None]:
        """Write the rest, some at a time; once, and at any time."""
        parts = self._before
        parts += [array_head(7), ENCODER.encode(self._environment), map_head(len(self._instruments))]
        instruments = iter(self._instruments.items())
        while some := dict(islice(instruments, _AT_ONCE)):
            parts.append(without_head(ENCODER.encode(some), len(some)))
            yield
        parts.append(map_head(len(self._accounts)))
        for account_id, numbers in self._accounts.items():
            parts.append(ENCODER.encode(account_id))
            yield from _write_account(parts, numbers)

    def parts(self) -> list[bytes]:
        """Once all is written: what `snapshot.decode_state` reads when it is joined."""
        assert self._written == self._count, f"open orders: {self._written} of {self._count}"
        parts = [*self._before, array_head(self._count), *self._orders]
        return parts + [ENCODER.encode(each) for each in self._rest]


def _write_account(parts: list[bytes], numbers: AccountNumbers) -> Iterator[None]:
    """As `StoredAccount` is, whose last field are the exposures."""
    without = ENCODER.encode(store_account(numbers._replace(exposures={})))
    parts += [without[: -len(map_head(0))], map_head(len(numbers.exposures))]
    items = iter(numbers.exposures.items())
    while some := dict(islice(items, _AT_ONCE)):
        stored = store_account(numbers._replace(exposures=some)).exposures
        parts.append(without_head(ENCODER.encode(stored), len(some)))
        yield
