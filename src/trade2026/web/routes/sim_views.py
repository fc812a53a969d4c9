"""The simulated market in answers: decimals and times as texts, figures that are no money as numbers."""

from typing import Any

import msgspec

from trade2026.model.enums import Side
from trade2026.ports.sim_shown import (
    CUSTOMER,
    SimAgent,
    SimAgents,
    SimBook,
    SimColumn,
    SimGauges,
    SimInjected,
    SimKind,
    SimLive,
    SimStatus,
    SimTrade,
)
from trade2026.primitives.fixed_point import format_raw
from trade2026.primitives.time import SECOND_NS, format_ns

_BPS = 1e4
_PLACES = 6


class SimBookView(msgspec.Struct, frozen=True):
    """One book: prices None where there is none, `change_bps` and counts since the market began."""

    instrument_id: str
    symbol: str
    base: str
    quote: str
    tick_size: str
    lot_size: str
    price: str | None
    bid: str | None
    ask: str | None
    spread_bps: float | None
    change_bps: float | None
    volume: str
    trades: int
    phase: str


class SimInjectedView(msgspec.Struct, frozen=True):
    """A scenario that was brought about: when, when it begins, what, by whom and why."""

    at: str
    begins: str
    kind: str
    instrument_id: str
    text: str
    trader_id: str
    reason: str


class SimView(msgspec.Struct, frozen=True):
    """The simulated market.

    `run` names this run of it, `speed` is seconds of it in one of the clock and None for as fast as it can,
    `behind_s` by how much it lags. `orders`, `cancels` and `trades` are since it began, `agents` its own
    traders, `customers` accounts of others that one may see. `is_turbulent` and `news` are of the hidden
    values. `injected` are the last scenarios, newest first.
    """

    run: str
    seed: int
    speed: float | None
    behind_s: float
    now: str
    started: str
    is_paused: bool
    books: tuple[SimBookView, ...]
    orders: int
    cancels: int
    trades: int
    agents: int
    is_turbulent: bool
    news: int
    customers: tuple[str, ...]
    injected: tuple[SimInjectedView, ...]


class SimTopView(msgspec.Struct, frozen=True):
    """The best of a book, and the price of the last trade."""

    bid: str | None
    ask: str | None
    bid_size: str | None
    ask_size: str | None
    price: str | None


class SimPrintView(msgspec.Struct, frozen=True):
    """A trade; `side` is the taker's."""

    trade_id: int
    at: str
    price: str
    qty: str
    side: Side
    is_block: bool


class SimColumnView(msgspec.Struct, frozen=True):
    """A book at one moment: `sizes[i]` lots rest in the `step_ticks` ticks from `low_tick + i * step_ticks`
    on, bids and offers together.
    """

    at: str
    mid: str
    bid: str | None
    ask: str | None
    low_tick: int
    step_ticks: int
    sizes: tuple[int, ...]


class SimLiveView(msgspec.Struct, frozen=True):
    """A book now, and what happened since `cursor` was the one asked after.

    Levels are price, quantity, orders, the best first; `tape` is newest first, `columns` oldest first. With
    another `run` than before, everything begins anew.
    """

    run: str
    cursor: int
    now: str
    instrument_id: str
    quote: SimTopView
    bids: tuple[tuple[str, str, int], ...]
    asks: tuple[tuple[str, str, int], ...]
    tape: tuple[SimPrintView, ...]
    columns: tuple[SimColumnView, ...]


class SimBookTopView(msgspec.Struct, frozen=True):
    """A book now as the live feed tells it: the levels of `SimLiveView`."""

    run: str
    now: str
    instrument_id: str
    quote: SimTopView
    bids: tuple[tuple[str, str, int], ...]
    asks: tuple[tuple[str, str, int], ...]


class SimGaugeView(msgspec.Struct, frozen=True):
    """One figure: None where it cannot be said yet, `text` says why then, else by which convention it is."""

    id: str
    title: str
    value: float | None
    unit: str
    text: str


class SimGaugesView(msgspec.Struct, frozen=True):
    """Figures of a book over the last `window_s` seconds."""

    instrument_id: str
    now: str
    window_s: float
    gauges: tuple[SimGaugeView, ...]


class SimAgentView(msgspec.Struct, frozen=True):
    """A trader since the market began; `inventory` is None for all books together.

    `kind` is noise, informed, maker, momentum, customer or scenario. Money is in the quote asset.
    """

    name: str
    kind: str
    inventory: str | None
    inventory_value: str
    cash_change: str
    pnl: str
    orders: int
    open_orders: int
    trades: int
    volume: str


class SimAgentsView(msgspec.Struct, frozen=True):
    """Who trades there, in one book or in all (`instrument_id` None): the market's own traders, and of the
    customers those whose accounts one may see.
    """

    now: str
    instrument_id: str | None
    rows: tuple[SimAgentView, ...]


class SimFieldView(msgspec.Struct, frozen=True):
    """A field of a form; `type` is choice, number or integer, bounds are included."""

    name: str
    title: str
    unit: str
    type: str
    default: Any
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]


class SimKindView(msgspec.Struct, frozen=True):
    """A kind of scenario with its form."""

    kind: str
    title: str
    text: str
    fields: tuple[SimFieldView, ...]


class SimKindsView(msgspec.Struct, frozen=True):
    """What can be brought about."""

    kinds: tuple[SimKindView, ...]


class SimRestarting(msgspec.Struct, frozen=True):
    """The market is being made anew from this seed."""

    seed: int
    text: str


# ------------------------------------------------------------------------------------------ from the port


def sim_view(status: SimStatus, accounts: frozenset[str] | None) -> SimView:
    """The market as who may see these accounts is shown it; None for all."""
    customers = tuple(name for name in status.customers if accounts is None or name in accounts)
    return SimView(
        status.run, status.seed, status.speed or None, round(max(status.behind, 0) / SECOND_NS, 3),
        format_ns(status.now), format_ns(status.started), False, tuple(map(_book, status.books)),
        status.orders, status.cancels, status.trades, status.agents, status.is_turbulent, status.news,
        customers, tuple(map(injected_view, status.injected)),
    )  # fmt: skip


def _book(book: SimBook) -> SimBookView:
    spread = None
    if book.bid is not None and book.ask is not None:
        spread = round((book.ask - book.bid) / (book.ask + book.bid) * 2 * _BPS, 4)
    change = None if book.price is None else round((book.price / book.open_price - 1) * _BPS, 4)
    return SimBookView(
        book.instrument_id, book.symbol, book.base, book.quote, format_raw(book.tick_size),
        format_raw(book.lot_size), _raw(book.price), _raw(book.bid), _raw(book.ask), spread, change,
        _decimal(book.volume), book.trades, book.phase,
    )  # fmt: skip


def injected_view(injected: SimInjected) -> SimInjectedView:
    """A scenario as it is shown."""
    return SimInjectedView(
        format_ns(injected.at), format_ns(injected.begins), injected.kind, injected.instrument_id,
        injected.text, injected.trader_id, injected.reason,
    )  # fmt: skip


def live_view(live: SimLive) -> SimLiveView:
    """A book as it is shown."""
    top = book_top_view(live)
    return SimLiveView(
        top.run, live.cursor, top.now, top.instrument_id, top.quote, top.bids, top.asks,
        tuple(map(print_view, live.tape)), tuple(map(column_view, live.columns)),
    )  # fmt: skip


def book_top_view(live: SimLive) -> SimBookTopView:
    """A book now, without what happened in it."""
    bids, asks = tuple(map(_level, live.bids)), tuple(map(_level, live.asks))
    bid, bid_size = bids[0][:2] if bids else (None, None)
    ask, ask_size = asks[0][:2] if asks else (None, None)
    quote = SimTopView(bid, ask, bid_size, ask_size, _raw(live.price))
    return SimBookTopView(live.run, format_ns(live.now), live.instrument_id, quote, bids, asks)


def print_view(trade: SimTrade) -> SimPrintView:
    """A trade as it is shown."""
    return SimPrintView(
        trade.trade_id, format_ns(trade.at), format_raw(trade.price), format_raw(trade.qty), trade.side,
        trade.is_block,
    )  # fmt: skip


def _level(level: tuple[int, int, int]) -> tuple[str, str, int]:
    return format_raw(level[0]), format_raw(level[1]), level[2]


def column_view(column: SimColumn) -> SimColumnView:
    """A column of the heat map as it is shown."""
    return SimColumnView(
        format_ns(column.at), format_raw(column.mid), _raw(column.bid), _raw(column.ask), column.low_tick,
        column.step_ticks, column.sizes,
    )  # fmt: skip


def gauges_view(found: SimGauges) -> SimGaugesView:
    """Figures as they are shown."""
    rows = tuple(
        SimGaugeView(each.gauge_id, each.title, each.value, each.unit, each.text) for each in found.gauges
    )
    return SimGaugesView(found.instrument_id, format_ns(found.now), found.window_s, rows)


def agents_view(found: SimAgents, accounts: frozenset[str] | None) -> SimAgentsView:
    """Traders as who may see these accounts is shown them; None for all."""
    rows = tuple(
        _agent(each)
        for each in found.rows
        if each.kind != CUSTOMER or accounts is None or each.name in accounts
    )
    return SimAgentsView(format_ns(found.now), found.instrument_id or None, rows)


def _agent(agent: SimAgent) -> SimAgentView:
    return SimAgentView(
        agent.name, agent.kind, _raw(agent.inventory), format_raw(agent.inventory_value),
        format_raw(agent.cash_change), format_raw(agent.pnl), agent.orders, agent.open_orders, agent.trades,
        _decimal(agent.volume),
    )  # fmt: skip


def kinds_view(kinds: tuple[SimKind, ...]) -> SimKindsView:
    """Forms as they are shown."""
    return SimKindsView(
        tuple(
            SimKindView(
                kind.kind, kind.title, kind.text,
                tuple(
                    SimFieldView(
                        each.name, each.title, each.unit, each.type, each.default, each.minimum,
                        each.maximum, each.choices,
                    )
                    for each in kind.fields
                ),
            )
            for kind in kinds
        )
    )  # fmt: skip


def _raw(raw: int | None) -> str | None:
    return None if raw is None else format_raw(raw)


def _decimal(value: float) -> str:
    """A sum that is kept as a float, as a plain decimal."""
    return f"{value:.{_PLACES}f}".rstrip("0").rstrip(".")
