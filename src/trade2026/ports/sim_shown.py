"""What the simulated market shows to who looks at it; `sim_view` has the line and its questions.

Prices and quantities are raw, units of 1e-9, unless a field counts ticks or lots; times are the market's own,
UTC nanoseconds. Instruments are named as the desk names them, "BTCUSDT.PRISM".
"""

from typing import Final

import msgspec

from trade2026.model.enums import Side
from trade2026.ports.runner_link import JobState, JobWait

CUSTOMER: Final = "customer"
"""The kind of whoever trades there and is none of the market's own traders."""

# ------------------------------------------------------------------------------------------ the market


class SimBook(msgspec.Struct, frozen=True, kw_only=True):
    """One book; prices are None where there is none.

    Attributes
    ----------
    price : int or None
        Of the last trade.
    open_price : int
        When the market began to be watched, some minutes before it was open to others.
    volume : float
        Since then, in the base asset itself: a sum has no bound that raw units keep to.
    trades : int
    phase : str
        "CONTINUOUS", "AUCTION" or "HALTED".
    """

    instrument_id: str
    symbol: str
    base: str
    quote: str
    tick_size: int
    lot_size: int
    price: int | None
    bid: int | None
    ask: int | None
    open_price: int
    volume: float
    trades: int
    phase: str


class SimInjected(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that somebody brought about; `begins` is when it does, `trader_id` and `reason` whose and
    why.
    """

    at: int
    begins: int
    kind: str
    instrument_id: str
    text: str
    trader_id: str
    reason: str


class SimStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The whole market.

    Attributes
    ----------
    run : str
        Names this run of it; another one after every start of its process.
    speed : float
        Seconds of the market in one of the clock; 0 is as fast as it can.
    behind : int
        By how much it lags behind that, nanoseconds.
    started : int
        When it began to be watched: what is counted is since then.
    orders, cancels, trades : int
        Since then.
    agents : int
        Traders of its own.
    is_turbulent, news : bool and int
        Of the hidden values: whether they move in turbulent times, and jumps so far.
    customers : tuple of str
        Accounts that trade there and are none of its own.
    injected : tuple of SimInjected
        The last ones, newest first.
    """

    run: str
    seed: int
    speed: float
    behind: int
    now: int
    started: int
    books: tuple[SimBook, ...]
    orders: int
    cancels: int
    trades: int
    agents: int
    is_turbulent: bool
    news: int
    customers: tuple[str, ...]
    injected: tuple[SimInjected, ...]


class SimTrade(msgspec.Struct, frozen=True, array_like=True):
    """One trade; `side` is the taker's, `is_block` whether its order took much, see `docs/prism.md`."""

    trade_id: int
    at: int
    price: int
    qty: int
    side: Side
    is_block: bool


class SimColumn(msgspec.Struct, frozen=True, array_like=True):
    """A book at one moment: `sizes[i]` lots rest from `low_tick + i * step_ticks` on, `step_ticks` wide.

    Bids and offers together. `mid` is the last there was where a side is empty.
    """

    at: int
    mid: int
    bid: int | None
    ask: int | None
    low_tick: int
    step_ticks: int
    sizes: tuple[int, ...]


class SimLive(msgspec.Struct, frozen=True, kw_only=True):
    """A book now, and what has happened since `cursor` was another one.

    Attributes
    ----------
    cursor : int
        What to ask after the next time.
    bids, asks : tuple of (price, quantity, orders)
        The best first.
    tape : tuple of SimTrade
        Newest first.
    columns : tuple of SimColumn
        Oldest first.
    """

    run: str
    cursor: int
    now: int
    instrument_id: str
    price: int | None
    bids: tuple[tuple[int, int, int], ...]
    asks: tuple[tuple[int, int, int], ...]
    tape: tuple[SimTrade, ...]
    columns: tuple[SimColumn, ...]


class SimGauge(msgspec.Struct, frozen=True, kw_only=True):
    """One figure; None where it cannot be said, and `text` says why then, else by which convention it is."""

    gauge_id: str
    title: str
    value: float | None
    unit: str
    text: str


class SimGauges(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of a book over the last `window_s` seconds of the market."""

    instrument_id: str
    now: int
    window_s: float
    gauges: tuple[SimGauge, ...]


class SimAgent(msgspec.Struct, frozen=True, kw_only=True):
    """What a trader has made of the time since the market began.

    Attributes
    ----------
    kind : str
        "noise", "informed", "maker", "momentum", "customer" or "scenario".
    inventory : int or None
        Bought less sold, in the base asset; None for all books together.
    inventory_value, cash_change, pnl : int
        In the quote asset: inventory at the mid, what was received less what was paid with fees, and both.
    volume : float
        What was traded, in the quote asset itself.
    """

    name: str
    kind: str
    inventory: int | None
    inventory_value: int
    cash_change: int
    pnl: int
    orders: int
    open_orders: int
    trades: int
    volume: float


class SimAgents(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody who has an account and trades, in one book or, with an `instrument_id` of "", in all."""

    now: int
    instrument_id: str
    rows: tuple[SimAgent, ...]


# ------------------------------------------------------------------------------------------- scenarios


class SimField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a scenario's form.

    Attributes
    ----------
    type : str
        "choice" (one of `choices`), "number" or "integer".
    minimum, maximum : float or None
        Bounds, both included.
    """

    name: str
    title: str
    unit: str
    type: str
    default: float | int | str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


class SimKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of scenario."""

    kind: str
    title: str
    text: str
    fields: tuple[SimField, ...]


# ------------------------------------------------------------------------------------------- scorecard


class SimFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact of real markets, and whether this one shows it.

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
    """A number with its interval; None where there is none."""

    name: str
    words: str
    value: float | None
    low: float | None
    high: float | None


class SimScorecard(msgspec.Struct, frozen=True, kw_only=True):
    """Which facts of real markets the simulated one shows, over independent runs.

    Attributes
    ----------
    name : str
        Of the book that was measured.
    made : int
        When, on the real clock.
    hours : float
        Simulated time of a run.
    level : float
        Confidence of the intervals.
    style : str
        CSS of the pictures.
    """

    name: str
    made: int
    seeds: tuple[int, ...]
    hours: float
    level: float
    facts: tuple[SimFact, ...]
    figures: tuple[SimFigure, ...]
    style: str


class SimScorecardJob(msgspec.Struct, frozen=True, kw_only=True):
    """The making of a scorecard; times on the real clock, 0 before they happened.

    Attributes
    ----------
    seeds : int
        How many runs.
    progress : float
        From 0 to 1.
    text, error : str
        What it is doing or what became of it, and why it failed; "" otherwise.
    key : str
        Named the request; "" for none.
    waits_for : JobWait or None
        What holds it up: a busy desk; None where nothing does.
    """

    job_id: str
    state: JobState
    owner: str
    seeds: int
    hours: float
    created_ns: int
    finished_ns: int = 0
    progress: float = 0.0
    text: str = ""
    error: str = ""
    key: str = ""
    waits_for: JobWait | None = None
