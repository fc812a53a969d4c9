"""A call, whichever way it came, and the table of what can be called."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from trade2026.primitives.errors import StoreUnavailable
from trade2026.web.binance import refusals
from trade2026.web.binance.door import LOG, BinanceDoor
from trade2026.web.binance.keys import ApiKey, Permission
from trade2026.web.binance.params import Params
from trade2026.web.binance.refusals import Refusal
from trade2026.web.binance.symbols import Symbol

ENCODER: Final = msgspec.json.Encoder()


class Call:
    """One call.

    Attributes
    ----------
    owner : str
        Who asks, once a signed call is proven; "" before, and for all others.
    """

    __slots__ = ("address", "door", "key", "owner", "params")

    def __init__(self, door: BinanceDoor, params: Params, address: str) -> None:
        self.door = door
        self.params = params
        self.address = address
        self.key: ApiKey | None = None
        self.owner = ""

    def symbol(self) -> Symbol:
        """The symbol that has to be named."""
        return self.door.symbol(self.params.text("symbol"))

    def optional_symbol(self) -> Symbol | None:
        """The symbol where one is named."""
        name = self.params.optional("symbol")
        return None if name is None else self.door.symbol(name)

    def span_ms(self) -> tuple[int | None, int | None]:
        """StartTime and endTime; Refusal where they are the wrong way round."""
        start, end = self.params.integer("startTime"), self.params.integer("endTime")
        if start is not None and end is not None and start > end:
            raise refusals.not_valid("startTime")
        return start, end

    def admit(self, key: ApiKey | None, permission: Permission) -> None:
        """Take a key for the asker's; Refusal where there is none, or it may not."""
        if key is None or permission not in key.permissions:
            raise refusals.bad_key()
        self.key, self.owner = key, key.owner


Handler = Callable[[Call], Awaitable[Any]]
Weight = Callable[[Params], int]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """What can be called.

    Attributes
    ----------
    rest : str
        Method and path, "" where REST does not have it; `ws` its name in the WebSocket API.
    permission : Permission or None
        What a signed call needs; None for calls that are not signed.
    weight : int or callable
        What it costs the address, perhaps by its parameters.
    """

    handler: Handler
    rest: str = ""
    ws: str = ""
    permission: Permission | None = None
    weight: int | Weight = 1

    def cost(self, params: Params) -> int:
        """The weight of a call with these parameters."""
        return self.weight if isinstance(self.weight, int) else self.weight(params)

    async def answer(self, call: Call) -> Any:
        """What comes of a call. What is signed is answered, with a no as well, once all is kept that the
        answer knows of.

        Raises
        ------
        Refusal
            It is a no; or -1006: it cannot be kept, and nobody knows what became of it.
        """
        if self.permission is None:
            return await self.handler(call)
        kept = call.door.kept
        try:
            try:
                answer = await self.handler(call)
            except Refusal:
                await kept.sync()
                raise
            await kept.sync()
        except StoreUnavailable as error:
            LOG.error("what was answered with an unknown outcome: %s", error)
            raise refusals.unknown_outcome() from error
        return answer
