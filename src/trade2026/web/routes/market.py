"""Instruments, quotes, bars and the feed behind them."""

import math
from typing import Annotated, Final, Literal

import msgspec
from fastapi import Path, Query, Response
from pydantic import Field

from trade2026.application.read_models.instrument_views import InstrumentView
from trade2026.application.read_models.market import BarsView, QuoteView
from trade2026.application.read_models.paging import Page
from trade2026.ports.core_link import FeedAction, FeedStatus
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.time import format_ns
from trade2026.web.api import Routes, Said, reply, reply_as_of
from trade2026.web.context import Here
from trade2026.web.errors import ProblemRaised, invalid, not_found, try_again_after
from trade2026.web.orders.asking import check_connected
from trade2026.web.roles import TRADER, VIEWER
from trade2026.web.routes import examples
from trade2026.web.routes.queries import Id, NoQuery, Nothing, Span, Strict

ROUTES: Final = Routes("market")
_SPEED_MAX: Final = 1_000_000.0


class QuoteList(msgspec.Struct, frozen=True):
    """The latest of every instrument."""

    items: tuple[QuoteView, ...]


class FeedView(msgspec.Struct, frozen=True):
    """What the feed is doing; all but `connected` is as last heard, None before anything was.

    `now` is trading time, `first` and `last` the span of the data, `speed` steps a second, 0 for as fast as
    it goes.
    """

    kind: str | None
    data: str | None
    state: str | None
    now: str | None
    first: str | None
    last: str | None
    speed: float | None
    error: str
    connected: bool


class BarQuery(Span):
    """Which bars: the newest `limit` from `start` to before `end`."""

    instrument_id: Id
    limit: int = Field(500, ge=1, le=10_000)


class FeedControl(Strict):
    """What to do to the replay; `speed` stands with SPEED and only there."""

    action: Literal["PLAY", "PAUSE", "STEP", "SPEED"]
    speed: float | None = Field(None, ge=0, le=_SPEED_MAX, allow_inf_nan=False)


def feed_view(status: FeedStatus | None, connected: bool) -> FeedView:
    """The feed as it is shown."""
    if status is None:
        return FeedView(None, None, None, None, None, None, None, "", connected)
    return FeedView(
        status.kind, status.data, status.state.value, format_ns(status.now), format_ns(status.first_ns),
        format_ns(status.last_ns), status.speed, status.error, connected,
    )  # fmt: skip


@ROUTES.add(
    "GET",
    "/instruments",
    VIEWER,
    Said("Instruments by id.", Page[InstrumentView], examples.listing(examples.INSTRUMENT)),
)
async def list_instruments(here: Here, _: NoQuery) -> Response:
    """List the instruments that can be traded."""
    await here.catch_up()
    page = here.services.read_models.instruments()
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "GET",
    "/instruments/{instrument_id}",
    VIEWER,
    Said("The instrument.", InstrumentView, examples.INSTRUMENT),
    problems=("not-found",),
)
async def get_instrument(
    here: Here, instrument_id: Annotated[str, Path(max_length=64)], _: NoQuery
) -> Response:
    """Get one instrument with its rules."""
    seq = await here.catch_up()
    found = here.services.read_models.instrument(instrument_id)
    if found is None:
        raise not_found(
            f"there is no instrument {instrument_id!r}", field="instrument_id", value=instrument_id
        )
    return reply_as_of(seq, found)


@ROUTES.add(
    "GET", "/quotes", VIEWER, Said("The latest of every instrument.", QuoteList, {"items": [examples.QUOTE]})
)
async def list_quotes(here: Here, _: NoQuery) -> Response:
    """List the latest price of every instrument; `stale` ones should have been followed by newer ones."""
    return reply(QuoteList(here.services.market.quotes()))


@ROUTES.add(
    "GET",
    "/bars",
    VIEWER,
    Said(
        "Bars in order of time, none beyond trading time.",
        BarsView,
        {
            "instrument_id": "AAPL.XNAS",
            "interval_ns": 86_400_000_000_000,
            "has_open": False,
            "items": [
                {"ts": examples.TS, "open": None, "high": None, "low": None, "close": "102", "volume": None}
            ],
        },
    ),
    problems=("not-found",),
)
async def list_bars(here: Here, query: Annotated[BarQuery, Query()]) -> Response:
    """List the newest bars of an instrument."""
    start_ns, end_ns = query.bounds()
    if here.services.read_models.instrument(query.instrument_id) is None:
        raise not_found(f"there is no instrument {query.instrument_id!r}", field="instrument_id")
    bars = await here.services.market.bars(
        query.instrument_id, start_ns=start_ns, end_ns=end_ns, limit=query.limit
    )
    return reply(bars)


@ROUTES.add("GET", "/feed", VIEWER, Said("What the feed is doing.", FeedView, examples.FEED))
async def get_feed(here: Here, _: NoQuery) -> Response:
    """Say what the feed of market data is doing."""
    services = here.services
    return reply(feed_view(services.market.feed, services.core.is_connected))


@ROUTES.add(
    "POST",
    "/feed",
    TRADER,
    Said("What the feed does now.", FeedView, examples.FEED),
    problems=("conflict", "core-away"),
    body_example={"action": "SPEED", "speed": 5.0},
)
async def control_feed(here: Here, body: FeedControl, _: Annotated[Nothing, Query()]) -> Response:
    """Play, pause or step the replay, or set its speed in steps a second."""
    if (body.action == "SPEED") != (body.speed is not None):
        raise invalid("speed", "speed must stand with SPEED, and only there", str(body.speed))
    speed = 1.0 if body.speed is None else body.speed
    assert math.isfinite(speed), "the body refuses others"
    check_connected(here)
    try:
        status = await here.services.core.control_feed(FeedAction(body.action), speed)
    except OperatingError as error:
        raise ProblemRaised(
            "core-away", f"the trading core went away: {error}", headers=try_again_after(None)
        ) from None
    if status.error:
        raise ProblemRaised("conflict", status.error, remedy="see GET /feed for its state")
    return reply(feed_view(status, True))
