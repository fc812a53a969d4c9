"""Who was the aggressor, for tapes that do not say.

On tapes that do say, Lee and Ready agree with the truth in about 85 trades of 100 (Ellis, Michaely and O'Hara
2000), the tick rule in fewer; measures made of inferred signs carry that error, and say so by their name.
"""

import math

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.microstructure import inputs
from trade2026.analytics.microstructure.inputs import Numbers
from trade2026.analytics.microstructure.quotes import mid_prices
from trade2026.primitives.errors import InputError


def tick_rule(prices: Numbers) -> FloatArray:
    """+1 where a trade is above the last different price, -1 below it, 0 while there is no different one."""
    prices = inputs.floats("prices", prices)
    if prices.size == 0:
        return np.zeros(0)
    moves = np.concatenate(([0.0], np.sign(np.diff(prices))))
    last = np.maximum.accumulate(np.where(moves != 0.0, np.arange(prices.size), 0))
    result: FloatArray = moves[last]
    return result


def lee_ready(
    trade_ns: IntArray, prices: Numbers, quote_ns: IntArray, bid: Numbers, ask: Numbers, *, lag_ns: int = 0
) -> FloatArray:
    """Signs by the quote rule, at the mid by the tick rule. Lee and Ready (1991), J. Finance 46, 733-746.

    The quote is the last one strictly before trade time less `lag_ns`. Their lag of five seconds was for
    quotes that were recorded ahead of trades; where both carry the exchange's time it is zero. A trade at
    the mid, or without a quote of two sides, gets the sign of the tick rule over all trades.

    Returns
    -------
    float64, shape (n,)
        +1 buyer-initiated, -1 seller-initiated, 0 where neither rule decides.
    """
    trade_ns = inputs.times("trade_ns", trade_ns)
    prices = inputs.floats("prices", prices, size=trade_ns.size)
    if lag_ns < 0:
        raise InputError(f"lag_ns must not be negative, was {lag_ns}; a later quote would be hindsight")
    quote_ns, mids = mid_prices(quote_ns, bid, ask)
    mid = inputs.mids_before(quote_ns, mids, trade_ns - lag_ns)
    by_quote = np.where(np.isfinite(mid), np.sign(prices - mid), 0.0)
    result: FloatArray = np.where(by_quote != 0.0, by_quote, tick_rule(prices))
    return result


def bulk_volume_buys(price_changes: Numbers, volumes: Numbers) -> FloatArray:
    """Volume of each bar that counts as bought: V Phi(dP / sigma), the rest was sold.

    Easley, Lopez de Prado and O'Hara (2012), Review of Financial Studies 25, 1457-1493: Phi the normal
    distribution, sigma the standard deviation (ddof 1) of the price changes of all bars, so bars early in the
    sample are classified with hindsight of its volatility.

    Parameters
    ----------
    price_changes, volumes : shape (n,)
        Last price less the last price of the bar before, and volume; at least two bars that differ.
    """
    changes = inputs.floats("price_changes", price_changes)
    volumes = inputs.not_negative("volumes", volumes, size=changes.size)
    if changes.size < 2 or not float(np.ptp(changes)) > 0.0:
        raise InputError(
            "price_changes must hold at least two bars that differ; their deviation is the scale"
        )
    scale = float(changes.std(ddof=1)) * math.sqrt(2.0)
    shares = np.fromiter(map(math.erf, changes / scale), np.float64, changes.size)
    result: FloatArray = volumes * 0.5 * (1.0 + shares)
    return result
