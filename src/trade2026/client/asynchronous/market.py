"""Instruments, quotes, bars and the feed."""

from typing import Final

from trade2026.client.asynchronous.line import AsyncLine
from trade2026.client.call import decoder, get, post, rows_decoder, segment
from trade2026.client.results.market import Bars, Feed, Instrument, Quote
from trade2026.client.rows import Rows
from trade2026.client.values import Moment, moment_text

_INSTRUMENT: Final = decoder(Instrument)
_INSTRUMENTS: Final = rows_decoder(Instrument)
_QUOTES: Final = rows_decoder(Quote)
_BARS: Final = decoder(Bars)
_FEED: Final = decoder(Feed)


class AsyncMarket(AsyncLine):
    """Requests about the market and its feed."""

    async def instruments(self) -> Rows[Instrument]:
        """The instruments that can be traded."""
        return await self._send(get(_INSTRUMENTS, "/instruments"))

    async def instrument(self, instrument_id: str) -> Instrument:
        """One instrument with its rules."""
        return await self._send(get(_INSTRUMENT, f"/instruments/{segment(instrument_id)}"))

    async def quotes(self) -> Rows[Quote]:
        """The latest price of every instrument."""
        return await self._send(get(_QUOTES, "/quotes"))

    async def bars(
        self, instrument_id: str, *, start: Moment | None = None, end: Moment | None = None, limit: int = 500
    ) -> Bars:
        """The newest `limit` bars from `start` to before `end`; none is beyond trading time."""
        query = {
            "instrument_id": instrument_id, "start": moment_text(start, "start"),
            "end": moment_text(end, "end"), "limit": limit,
        }  # fmt: skip
        return await self._send(get(_BARS, "/bars", query))

    async def feed(self) -> Feed:
        """What the feed of market data is doing."""
        return await self._send(get(_FEED, "/feed"))

    async def play(self) -> Feed:
        """Let the replay go on."""
        return await self._send(post(_FEED, "/feed", {"action": "PLAY"}, is_repeatable=True))

    async def pause(self) -> Feed:
        """Stop the replay where it is."""
        return await self._send(post(_FEED, "/feed", {"action": "PAUSE"}, is_repeatable=True))

    async def step(self) -> Feed:
        """Let a paused replay take one step: all events of one time."""
        return await self._send(post(_FEED, "/feed", {"action": "STEP"}))

    async def set_speed(self, speed: float) -> Feed:
        """Set the speed of the replay in steps a second; 0 is as fast as it goes."""
        body = {"action": "SPEED", "speed": float(speed)}
        return await self._send(post(_FEED, "/feed", body, is_repeatable=True))
