"""Statistics of closed round trips: position opened from flat, or in part, and closed again."""

from trade2026.analytics.arrays import FloatArray, Statistic, Undefined, check_series

_NO_TRADES = "there are no closed round trips"


def hit_rate(pnl: FloatArray) -> Statistic:
    """Share of closed round trips with a P&L above zero, costs included; a P&L of zero is no hit.

    `pnl` is shape (n,), money per round trip, any order. Undefined without round trips.
    """
    check_series("pnl", pnl)
    if pnl.size == 0:
        return Undefined(_NO_TRADES)
    return float((pnl > 0.0).mean())


def profit_factor(pnl: FloatArray) -> Statistic:
    """Gross profit over gross loss of closed round trips, both positive.

    `pnl` is shape (n,), money per round trip. Undefined without round trips or without a losing one.
    """
    check_series("pnl", pnl)
    if pnl.size == 0:
        return Undefined(_NO_TRADES)
    lost = gross_loss(pnl)
    if lost == 0.0:
        return Undefined("no round trip lost money")
    return gross_profit(pnl) / lost


def gross_profit(pnl: FloatArray) -> float:
    """Sum of the P&L of winning round trips, zero or positive."""
    return float(pnl[pnl > 0.0].sum())


def gross_loss(pnl: FloatArray) -> float:
    """Sum of what losing round trips lost, zero or positive."""
    return abs(float(pnl[pnl < 0.0].sum()))


def average_pnl(pnl: FloatArray) -> Statistic:
    """Arithmetic mean P&L per closed round trip, in money; Undefined without round trips."""
    check_series("pnl", pnl)
    if pnl.size == 0:
        return Undefined(_NO_TRADES)
    return float(pnl.mean())
