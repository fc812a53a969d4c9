"""The simulated market: its books, its traders, what befalls it, and how like a market it is.

Times are the market's own unless a field says otherwise. Figures that are no money are floats.
"""

from decimal import Decimal
from typing import Any

import msgspec

from trade2026.client.results.backtests import JobState, JobWait
from trade2026.client.values import Timestamp
from trade2026.model.enums import Side


class SimBook(msgspec.Struct, frozen=True, kw_only=True):
    """One book: prices None where there is none, `change_bps` and counts since the market began."""

    instrument_id: str
    symbol: str
    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal
    price: Decimal | None
    bid: Decimal | None
    ask: Decimal | None
    spread_bps: float | None
    change_bps: float | None
    volume: Decimal
    trades: int
    phase: str


class SimInjected(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that was brought about: when, when it begins, what, by whom and why."""

    at: Timestamp
    begins: Timestamp
    kind: str
    instrument_id: str
    text: str
    trader_id: str
    reason: str


class SimState(msgspec.Struct, frozen=True, kw_only=True):
    """The simulated market.

    Attributes
    ----------
    run : str
        Names this run of it; another one after every start.
    speed : float or None
        Seconds of the market in one of the clock; None is as fast as it can.
    behind_s : float
        By how much it lags behind that, seconds.
    orders, cancels, trades : int
        Since it began.
    agents : int
        Traders of its own.
    is_turbulent, news : bool and int
        Of the hidden values: whether they move in turbulent times, and jumps so far.
    customers : tuple of str
        Accounts of others that one may see; the live feed leaves them out, its topic `sim/agents` has them.
    injected : tuple of SimInjected
        The last scenarios, newest first.
    """

    run: str
    seed: int
    speed: float | None
    behind_s: float
    now: Timestamp
    started: Timestamp
    is_paused: bool
    books: tuple[SimBook, ...]
    orders: int
    cancels: int
    trades: int
    agents: int
    is_turbulent: bool
    news: int
    customers: tuple[str, ...] = ()
    injected: tuple[SimInjected, ...]


class SimTop(msgspec.Struct, frozen=True, kw_only=True):
    """The best of a book, and the price of the last trade; None where there is none."""

    bid: Decimal | None
    ask: Decimal | None
    bid_size: Decimal | None
    ask_size: Decimal | None
    price: Decimal | None


class SimLevel(msgspec.Struct, frozen=True, array_like=True):
    """A price, what rests there, and in how many orders."""

    price: Decimal
    qty: Decimal
    orders: int


class SimTrade(msgspec.Struct, frozen=True, kw_only=True):
    """A trade; `side` is the taker's, `is_block` whether its order took much."""

    trade_id: int
    at: Timestamp
    price: Decimal
    qty: Decimal
    side: Side
    is_block: bool


class SimColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A second of a book, for a heat map.

    `sizes[i]` lots rest in the `step_ticks` ticks from `low_tick + i * step_ticks` on, bids and offers
    together; `mid` is the last there was where a side is empty.
    """

    at: Timestamp
    mid: Decimal
    bid: Decimal | None
    ask: Decimal | None
    low_tick: int
    step_ticks: int
    sizes: tuple[int, ...]


class SimBookLive(msgspec.Struct, frozen=True, kw_only=True):
    """A book now, and what happened since a cursor.

    Attributes
    ----------
    run : str
        With another one than before, everything begins anew: ask with `after=0`.
    cursor : int
        What to ask after the next time.
    bids, asks : tuple of SimLevel
        The best first, 40 at most.
    tape : tuple of SimTrade
        Newest first, 100 at most.
    columns : tuple of SimColumn
        Oldest first, one a second of the market; the last 600 are kept.
    """

    run: str
    cursor: int
    now: Timestamp
    instrument_id: str
    quote: SimTop
    bids: tuple[SimLevel, ...]
    asks: tuple[SimLevel, ...]
    tape: tuple[SimTrade, ...]
    columns: tuple[SimColumn, ...]


class SimBookTop(msgspec.Struct, frozen=True, kw_only=True):
    """What the live feed says of a book: its levels now, as those of `SimBookLive`."""

    run: str
    now: Timestamp
    instrument_id: str
    quote: SimTop
    bids: tuple[SimLevel, ...]
    asks: tuple[SimLevel, ...]


class SimGauge(msgspec.Struct, frozen=True, kw_only=True):
    """One figure: None where it cannot be said yet; `text` says why then, else by which convention it is."""

    id: str
    title: str
    value: float | None
    unit: str
    text: str


class SimGauges(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of a book over the last `window_s` seconds of the market."""

    instrument_id: str
    now: Timestamp
    window_s: float
    gauges: tuple[SimGauge, ...]


class SimAgent(msgspec.Struct, frozen=True, kw_only=True):
    """What a trader has made since the market began.

    Attributes
    ----------
    kind : str
        noise, informed, maker, momentum, customer or scenario.
    inventory : Decimal or None
        Bought less sold, in the base asset; None for all books together.
    inventory_value, cash_change, pnl : Decimal
        In the quote asset: inventory at the mid, what was received less what was paid with fees, and both.
    volume : Decimal
        What was traded, in the quote asset.
    """

    name: str
    kind: str
    inventory: Decimal | None
    inventory_value: Decimal
    cash_change: Decimal
    pnl: Decimal
    orders: int
    open_orders: int
    trades: int
    volume: Decimal


class SimAgents(msgspec.Struct, frozen=True, kw_only=True):
    """Who trades, in one book or (`instrument_id` None) in all; of others' accounts those one may see."""

    now: Timestamp
    instrument_id: str | None
    rows: tuple[SimAgent, ...]


class SimField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a scenario; `type` is choice, number or integer, bounds are included."""

    name: str
    title: str
    unit: str
    type: str
    default: Any
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]


class SimKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of scenario with its fields."""

    kind: str
    title: str
    text: str
    fields: tuple[SimField, ...]


class SimKinds(msgspec.Struct, frozen=True, kw_only=True):
    """What can be brought about."""

    kinds: tuple[SimKind, ...]


class SimRestarting(msgspec.Struct, frozen=True, kw_only=True):
    """The market is being made anew from this seed."""

    seed: int
    text: str


class SimFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact of real markets, and whether the simulated one shows it.

    Attributes
    ----------
    verdict : str
        "reproduced", "not reproduced" or "not testable".
    value, low, high : float or None
        Mean over seeds with its interval.
    at_least, at_most : float or None
        Where the fact counts as reproduced; `criterion` says it in words.
    seeds, n, needed : int
        Seeds that could answer, observations in a run, and how many are needed.
    picture : str
        The interval and the criterion as SVG; "" where there is no value.
    """

    name: str
    question: str
    criterion: str
    verdict: str
    reason: str
    value: float | None
    low: float | None
    high: float | None
    at_least: float | None
    at_most: float | None
    seeds: int
    n: int
    needed: int
    picture: str


class SimFigure(msgspec.Struct, frozen=True, kw_only=True):
    """A number of the market with its interval; None where there is none."""

    name: str
    words: str
    value: float | None
    low: float | None
    high: float | None


class SimScorecard(msgspec.Struct, frozen=True, kw_only=True):
    """Which facts of real markets the simulated one shows, over independent runs of `hours` each.

    `made` is of the real clock, `level` the confidence of the intervals, `style` the CSS of the pictures.
    """

    name: str
    made: Timestamp
    seeds: tuple[int, ...]
    hours: float
    level: float
    facts: tuple[SimFact, ...]
    figures: tuple[SimFigure, ...]
    style: str


class SimScorecardJob(msgspec.Struct, frozen=True, kw_only=True):
    """The making of a scorecard; `progress` goes from 0 to 1, times are of the real clock.

    `waits_for` is what holds it up, a busy desk; None where nothing does.
    """

    job_id: str
    state: JobState
    owner: str
    seeds: int
    hours: float
    progress: float
    text: str
    waits_for: JobWait | None
    error: str
    created: Timestamp
    finished: Timestamp | None
