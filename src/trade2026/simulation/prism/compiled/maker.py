"""Market makers after Avellaneda and Stoikov (2008), who take their quotes away and quote anew.

Around the mid price s, with inventory q in clips of the quoted size, variance v of the mid a second and
horizon h: the reservation price is s - q g v h, and the half spread g v h / 2 + ln(1 + g / k) / g. Prices
are counted in basis points of the mid, so that parameters hold for every book; g is the aversion to risk
(in one over basis points and clips), k how fast fills become rare with the distance (one over basis points).

A book with an empty side teaches no variance, and neither term goes beyond 2 % of the mid: makers who
believe the price of an emptied book ask for ever more distance, and carry it away by themselves.
"""

import math

from trade2026.matching.compiled import layout as book_at
from trade2026.matching.compiled.keeping import part, piece
from trade2026.matching.compiled.layout import Memory
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.compiled.base import inventory, look, own_row, say, say_cancel
from trade2026.simulation.prism.compiled.elementary import left_after
from trade2026.simulation.prism.compiled.layout import Floats
from trade2026.simulation.prism.compiled.values import news_level

_BPS = 1e-4
_FARTHEST = 200.0
"""How far a reservation price or half a spread goes, basis points."""


@part
def see_variance(w: Memory, x: Floats, f: int, mid: float) -> float:
    """The maker's estimate of the variance of the mid's return a second, an exponential mean."""
    seconds = (w[at.NOW] - x[f + at.LAST_NS]) * 1e-9
    if seconds > 0.0 and x[f + at.LAST_MID] > 0.0:
        change = mid / x[f + at.LAST_MID] - 1.0
        keep = left_after(seconds / x[f + at.VARIANCE_HALF_LIFE_S])
        seen = change * change / seconds
        x[f + at.VARIANCE] = keep * x[f + at.VARIANCE] + (1.0 - keep) * seen
    x[f + at.LAST_MID], x[f + at.LAST_NS] = mid, w[at.NOW]
    return x[f + at.VARIANCE]


@part
def quote_terms(x: Floats, f: int, variance: float, clips: float) -> tuple[float, float]:
    """How far the reservation price is from the mid, and half the spread, both in basis points."""
    risk = x[f + at.GAMMA] * variance / (_BPS * _BPS) * x[f + at.HORIZON_S]
    return -clips * risk, 0.5 * risk + x[f + at.LEAST_HALF]


@piece
def _requote(
    w: Memory, x: Floats, s: int, f: int, m: Memory, own: int, side: int, price: int, near: int
) -> None:
    """Have an order at this price, or none where it is 0; one that is near enough stays."""
    if w[own]:
        row = own_row(w, own, m)
        if row:
            if price and abs(w[own + at.OWN_PRICE - at.OWN] - price) <= near:
                return
            say_cancel(w, s, w[own], row)
        w[own] = 0
    if price:
        w[own] = say(w, s, side, book_at.GTC, int(x[f + at.SIZE]), price, 1)
        w[own + at.OWN_PRICE - at.OWN] = price


@part
def make_market(w: Memory, x: Floats, s: int, f: int, m: Memory) -> None:
    """Look, and quote anew what is not where it should be."""
    number = w[s + at.BOOK]
    bid, ask, mid = look(w, x, number, m)
    variance = see_variance(w, x, f, mid) if bid and ask else x[f + at.VARIANCE]
    held = inventory(w, s, m)
    away, half = quote_terms(x, f, variance, held / x[f + at.SIZE])
    away = min(max(away, -_FARTHEST), _FARTHEST)
    half = min(half * (1.0 + news_level(w, x, number)), _FARTHEST)
    is_away = w[at.NOW] < w[w[at.BOOKS] + number * at.BOOK_INTS + at.WITHDRAWN_UNTIL]
    near = int(x[f + at.TOLERANCE] * half * _BPS * mid)
    for level in range(int(x[f + at.LEVELS])):
        offset = half * (1.0 + x[f + at.SPACING] * level)
        low = math.floor(mid * (1.0 + (away - offset) * _BPS))
        high = math.ceil(mid * (1.0 + (away + offset) * _BPS))
        low = max(min(low, ask - 1), 1) if ask else max(low, 1)
        high = max(high, bid + 1)
        if is_away or held >= x[f + at.INVENTORY_MAX]:
            low = 0
        if is_away or -held >= x[f + at.INVENTORY_MAX]:
            high = 0
        own = s + at.OWN + 2 * level
        _requote(w, x, s, f, m, own, book_at.BUY, low, near)
        _requote(w, x, s, f, m, own + 1, book_at.SELL, high, near)
