"""What the adapter has to remember of orders to read the venue's words; it decides nothing by it.

All of it can be asked again after a restart: numbers lead to client order ids in the venue's own lists.
"""

from collections import OrderedDict
from typing import Final, Generic, TypeVar

from trade2026.model.events import OrderApproved

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")

_ORDERS_MAX: Final = 100_000


class Recent(Generic[KeyT, ValueT]):
    """A mapping that forgets what was put in first once there is too much."""

    def __init__(self, most: int = _ORDERS_MAX) -> None:
        self._most = most
        self._values: OrderedDict[KeyT, ValueT] = OrderedDict()

    def put(self, key: KeyT, value: ValueT) -> None:
        """Remember it."""
        self._values[key] = value
        if len(self._values) > self._most:
            self._values.popitem(last=False)

    def get(self, key: KeyT) -> ValueT | None:
        """What was put in, or None."""
        return self._values.get(key)

    def __contains__(self, key: KeyT) -> bool:
        return key in self._values


class Memory:
    """Of one account.

    Attributes
    ----------
    names : Recent
        Client order ids by symbol and number.
    cancels : Recent
        Ids of our cancels, by what they are called there.
    replaces : Recent
        Ids of the orders that our replaces meant to make.
    sent : Recent
        Orders as they were sent, or became by a replace, by client order id.
    acknowledged, ended : Recent
        Symbols and numbers of orders that were told as NEW, or as over.
    executions : Recent
        Symbols and execution ids that were told.
    """

    def __init__(self) -> None:
        self.names: Recent[tuple[str, int], str] = Recent()
        self.cancels: Recent[str, str] = Recent()
        self.replaces: Recent[str, bool] = Recent()
        self.sent: Recent[str, OrderApproved] = Recent()
        self.acknowledged: Recent[tuple[str, int], bool] = Recent()
        self.ended: Recent[tuple[str, int], bool] = Recent()
        self.executions: Recent[tuple[str, str], bool] = Recent()
