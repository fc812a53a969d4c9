"""Figures of a book over the last minutes, by the measures of `analytics.microstructure`.

Each is the point estimate alone: over so short a time an interval says little, and making one costs more than
the figure. What a measure cannot say yet it says in words.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from trade2026.analytics.microstructure import flow, quotes, stylised
from trade2026.analytics.microstructure.bootstrap import Resampling
from trade2026.analytics.microstructure.estimate import NotTestable
from trade2026.analytics.microstructure.inputs import grid, log_returns, mids_by
from trade2026.application.prism.observing import NEAR_BPS, WINDOW_NS, WatchedBook
from trade2026.matching.clearing import Listing
from trade2026.matching.compiled.layout import Memory
from trade2026.ports.sim_shown import SimGauge
from trade2026.primitives.time import SECOND_NS

HORIZON_NS: Final = 5 * SECOND_NS
"""From a trade to the mid that says what its maker kept."""
INTERVAL_NS: Final = 5 * SECOND_NS
"""Of flows and of what they move."""
BUCKETS: Final = 50

WINDOW_S: Final = WINDOW_NS / SECOND_NS

_RESAMPLING: Final = Resampling(seed=1, replicates=20, mean_block=1_000.0)
"""Intervals are not shown: the cheapest that is taken."""
_RAW: Final = 1e9
_BPS: Final = 1e4
_MILLION: Final = 1e6


class Seen(NamedTuple):
    """The window of a book in money and in the base asset; an empty side of a quote is NaN."""

    now_ns: int
    listing: Listing
    quote_ns: Memory
    bid: Any
    ask: Any
    bid_sizes: Any
    ask_sizes: Any
    trade_ns: Memory
    prices: Any
    quantities: Any
    signs: Memory
    depth: Memory
    counts: Memory


_Said = tuple[float | None, str]


def gauges(seen: Seen) -> tuple[SimGauge, ...]:
    """Every figure; some milliseconds of work on arrays alone."""
    listing = seen.listing
    effective, realised = _spreads_of_trades(seen)
    quote = listing.quote
    rows: tuple[tuple[str, str, str, _Said], ...] = (
        ("quoted_spread", "Quoted spread", "bps", _quoted(seen)),
        ("effective_spread", "Effective spread", "bps", effective),
        ("realised_spread", "Realised spread", "bps", realised),
        ("depth_10bps", f"Depth within {NEAR_BPS:g} bps", quote, _depth(seen)),
        ("imbalance", "Imbalance", "", _imbalance(seen)),
        ("vpin", "VPIN", "", _vpin(seen)),
        ("kyle_lambda", "Kyle's lambda", f"bps per million {quote}", _kyle(seen)),
        ("amihud", "Amihud", f"bps per million {quote}", _amihud(seen)),
        ("realised_volatility", "Realised volatility", "% a year", _volatility(seen)),
        ("vwap", "VWAP", quote, _vwap(seen)),
        ("orders_per_s", "Orders a second", "1/s", _orders(seen)),
        ("cancel_ratio", "Cancel ratio", "", _cancels(seen)),
    )
    return tuple(
        SimGauge(gauge_id=name, title=title, unit=unit, value=value, text=text)
        for name, title, unit, (value, text) in rows
    )


def see(book: WatchedBook, listing: Listing, now_ns: int) -> Seen:
    """The window of a book as of now, to be measured at leisure."""
    tick, lot = listing.tick_size / _RAW, listing.lot_size / _RAW
    quoted = book.quotes.joined(now_ns)
    trades = book.trades.joined(now_ns)
    sides = np.where(quoted[:, 1:3] > 0, quoted[:, 1:3] * tick, np.nan)
    return Seen(
        now_ns, listing, quoted[:, 0], sides[:, 0], sides[:, 1], quoted[:, 3] * lot, quoted[:, 4] * lot,
        trades[:, 0], trades[:, 1] * tick, trades[:, 2] * lot, trades[:, 3],
        book.depth.joined(now_ns), book.counts.joined(now_ns),
    )  # fmt: skip


def _why(found: NotTestable) -> _Said:
    return None, found.reason


def _quoted(seen: Seen) -> _Said:
    found = quotes.quoted_spread(seen.quote_ns, seen.bid, seen.ask, _RESAMPLING, end_ns=_end(seen))
    if isinstance(found, NotTestable):
        return _why(found)
    return found.bps.value, "ask less bid, mean over time, of the mid"


def _end(seen: Seen) -> int | None:
    return seen.now_ns if len(seen.quote_ns) else None


def _spreads_of_trades(seen: Seen) -> tuple[_Said, _Said]:
    (found,) = quotes.spread_decomposition(
        seen.trade_ns, seen.prices, seen.signs, seen.quote_ns, seen.bid, seen.ask, _RESAMPLING,
        horizons_ns=[HORIZON_NS],
    )  # fmt: skip
    if isinstance(found, NotTestable):
        return _why(found), _why(found)
    after = HORIZON_NS // SECOND_NS
    return (
        (found.effective.bps.value, "twice what a taker paid beyond the mid before it, mean of trades"),
        (found.realised.bps.value, f"twice what a maker kept to the mid {after} s later, mean of trades"),
    )


def _depth(seen: Seen) -> _Said:
    if not len(seen.depth):
        return None, "needs a second of the market, had none"
    lots = seen.depth[:, 1:].sum(axis=1).mean()
    mid = _last_mid(seen)
    if mid is None:
        return None, "needs a quote of both sides, had none"
    worth = float(lots) * seen.listing.lot_size / _RAW * mid
    return worth, f"what both sides show within {NEAR_BPS:g} bps of the mid, mean of every second"


def _last_mid(seen: Seen) -> float | None:
    mids = (seen.bid + seen.ask) / 2
    mids = mids[np.isfinite(mids)]
    return float(mids[-1]) if len(mids) else None


def _imbalance(seen: Seen) -> _Said:
    found = quotes.depth(
        seen.quote_ns, seen.bid_sizes, seen.ask_sizes, _RESAMPLING, end_ns=_end(seen)
    )  # fmt: skip
    if isinstance(found, NotTestable):
        return _why(found)
    if isinstance(found.imbalance, NotTestable):
        return _why(found.imbalance)
    return found.imbalance.value, "bid less ask over both, quantities at the best prices, mean over time"


def _vpin(seen: Seen) -> _Said:
    if len(seen.trade_ns) < flow.TRADES_NEEDED:
        return None, f"needs {flow.TRADES_NEEDED} trades, had {len(seen.trade_ns)}"
    bought, sold = flow.split_by_sign(seen.quantities, seen.signs)
    found = flow.vpin(bought, sold, _RESAMPLING, bucket_volume=float(seen.quantities.sum()) / BUCKETS)
    if isinstance(found, NotTestable):
        return _why(found)
    text = f"mean of |bought - sold| over volume, {BUCKETS} buckets; Easley, Lopez de Prado, O'Hara 2012"
    return found.value, text


def _kyle(seen: Seen) -> _Said:
    volumes, changes = flow.flow_by_interval(
        seen.trade_ns, seen.quantities, seen.signs, seen.quote_ns, seen.bid, seen.ask, interval_ns=INTERVAL_NS
    )
    found = flow.kyle_lambda(volumes, changes, interval_ns=INTERVAL_NS)
    if isinstance(found, NotTestable):
        return _why(found)
    mid = _last_mid(seen)
    assert mid is not None, "a flow has quotes"
    seconds = INTERVAL_NS // SECOND_NS
    value = found.slope.value / mid**2 * _BPS * _MILLION
    return value, f"move of the mid per unit bought less sold, over {seconds} s; Kyle 1985"


def _mids_at(seen: Seen, step_ns: int) -> tuple[Memory, Any]:
    """Mids at each multiple of a time, where there is one."""
    if len(seen.quote_ns) == 0:
        return np.zeros(0, np.int64), np.zeros(0)
    edges = grid(int(seen.quote_ns[0]), seen.now_ns, step_ns)
    mids = mids_by(np.append(seen.quote_ns, seen.now_ns), _closed(seen), edges)
    known = np.isfinite(mids)
    return edges[known], mids[known]


def _closed(seen: Seen) -> Any:
    """Mids, the last of which holds until now."""
    mids = (seen.bid + seen.ask) / 2
    return np.append(mids, mids[-1])


def _amihud(seen: Seen) -> _Said:
    edges, mids = _mids_at(seen, INTERVAL_NS)
    if len(edges) < 2:
        return None, f"needs {flow.INTERVALS_NEEDED} periods with trades, had 0"
    running = np.concatenate(([0.0], np.cumsum(seen.prices * seen.quantities)))
    notional = np.diff(running[np.searchsorted(seen.trade_ns, edges)])
    found = flow.amihud_illiquidity(log_returns(mids), notional, _RESAMPLING)
    if isinstance(found, NotTestable):
        return _why(found)
    seconds = INTERVAL_NS // SECOND_NS
    text = f"mean of |return| over what was traded, each {seconds} s; Amihud 2002"
    return found.value * _BPS * _MILLION, text


def _volatility(seen: Seen) -> _Said:
    edges, mids = _mids_at(seen, SECOND_NS)
    if len(edges) < 2:
        return None, "needs 2 returns, had 0"
    found = stylised.realised_volatility(mids, span_ns=int(edges[-1] - edges[0]))
    if isinstance(found, NotTestable):
        return _why(found)
    text = "root of the sum of squared returns of the mid of a second, a year of 365 days"
    return found.annual.value * 100.0, text


def _vwap(seen: Seen) -> _Said:
    if not len(seen.trade_ns):
        return None, "needs a trade, had none"
    return stylised.vwap(seen.prices, seen.quantities), "mean price of trades, weighted by quantity"


def _counted(seen: Seen) -> tuple[float, int, int]:
    """Seconds, orders and cancels of the window."""
    if len(seen.counts) < 2:
        return 0.0, 0, 0
    span_ns, orders, cancels = (seen.counts[-1] - seen.counts[0]).tolist()
    return span_ns / SECOND_NS, orders, cancels


def _orders(seen: Seen) -> _Said:
    seconds, orders, _ = _counted(seen)
    if not seconds:
        return None, "needs a second of the market, had none"
    return orders / seconds, "orders sent, also those that were refused"


def _cancels(seen: Seen) -> _Said:
    seconds, orders, cancels = _counted(seen)
    if not seconds or not orders:
        return None, "needs an order, had none"
    return cancels / orders, "cancels sent over orders sent"
