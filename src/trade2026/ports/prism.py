"""The line to the simulated market's process, as who only listens to its prices sees it.

A client says who it is; the market answers what it is, and from then on tells, many times a second, what has
happened since it told last. A line that was lost begins anew with another `PrismWelcome`.
"""

from collections.abc import AsyncIterator
from typing import Final, Protocol

import msgspec

from trade2026.model.instrument import Instrument
from trade2026.model.market_data import MarketEvent

VENUE: Final = "PRISM"
"""What instruments of the simulated market name as their venue."""
DATA: Final = "prism"
"""What a desk's configuration calls it, as the data that it trades on."""


class PrismHello(msgspec.Struct, frozen=True, array_like=True, tag=40):
    """First message of every client.

    Attributes
    ----------
    client : str
        Who it is, for logs: "core".
    account_id : str
        Whose orders it sends and hears of; "" for one that does not trade.
    market_data : bool
        Whether it wants `Tick` messages.
    """

    client: str
    account_id: str
    market_data: bool


class PrismWelcome(msgspec.Struct, frozen=True, array_like=True, tag=60):
    """What the market is.

    Attributes
    ----------
    run : str
        Names this run of the market; another one after every start of its process.
    now : int
        The market's time, UTC nanoseconds.
    seed : int
        What it was made from, with its configuration.
    speed : float
        Seconds of the market in one of the clock; 0 is as fast as it can.
    instruments : tuple of Instrument
        What is traded there, by id.
    """

    run: str
    now: int
    seed: int
    speed: float
    instruments: tuple[Instrument, ...]


class Tick(msgspec.Struct, frozen=True, array_like=True, tag=61, gc=False):
    """What happened since the last one: the newest quote of each book that has moved, every trade, and a bar
    of each book for a minute that has ended.

    Events are in the order of their times; without any it says that the market lives.
    """

    now: int
    events: tuple[MarketEvent, ...]


class PrismLine(Protocol):
    """A line to the market, made again by itself when it is lost."""

    @property
    def is_connected(self) -> bool:
        """Whether the market answers."""
        ...

    async def start(self) -> None:
        """Begin to connect, and to connect again whenever the line is lost."""
        ...

    async def aclose(self) -> None:
        """Hang up."""
        ...

    def told(self) -> "AsyncIterator[PrismWelcome | Tick]":
        """What the market tells from this call on; begins with a `PrismWelcome` whenever the line is new.

        Raises
        ------
        OperatingError
            More was left lying than is kept for one listener.
        """
        ...
