"""How much was traded, what it cost, and how much of the equity was at work."""

from trade2026.analytics.arrays import FloatArray, Statistic, Undefined, check_not_negative, check_series
from trade2026.primitives.errors import InputError


def turnover(traded_notional: FloatArray, average_equity: float, years: float) -> Statistic:
    """Times per year the average equity was bought and sold again.

    sum(traded_notional) / 2 / average_equity / years. Half, so that one purchase and its sale count once.

    Parameters
    ----------
    traded_notional : float64, shape (m,)
        Absolute value of all fills, bought plus sold, per day or per fill; zero or positive, in money.
    average_equity : float
        Arithmetic mean of the equity marks, in money.
    years : float
        Elapsed years of 365.25 days.

    Returns
    -------
    float or Undefined
        Per year; 1.0 replaces the whole portfolio once a year. Undefined without elapsed time or equity.
    """
    check_not_negative("traded_notional", traded_notional)
    if years <= 0.0:
        return Undefined("no time elapsed between the first and the last mark")
    if average_equity <= 0.0:
        return Undefined("average equity is not above zero")
    return float(traded_notional.sum()) / 2.0 / average_equity / years


def cost_rate(costs_total: float, traded_notional: FloatArray) -> Statistic:
    """Costs as a fraction of what was traded; times 10,000 for basis points.

    `traded_notional` is as in `turnover`. Undefined when nothing was traded.
    """
    check_not_negative("traded_notional", traded_notional)
    traded = float(traded_notional.sum())
    if traded <= 0.0:
        return Undefined("nothing was traded")
    return costs_total / traded


def average_exposure(exposure: FloatArray, equity: FloatArray) -> Statistic:
    """Mean over all marks of exposure / equity, as a fraction; every mark weighs the same.

    Parameters
    ----------
    exposure : float64, shape (n,)
        Market value of positions at each mark: of absolute values for gross, signed for net.
    equity : float64, shape (n,)
        Equity at the same marks.

    Returns
    -------
    float or Undefined
        1.0 is fully invested, -1.0 fully short (net). Undefined when equity is zero or negative at any mark.
    """
    check_series("equity", equity)
    check_series("exposure", exposure, size=equity.size)
    if equity.size == 0 or float(equity.min()) <= 0.0:
        return Undefined("equity was zero or negative at a mark")
    return float((exposure / equity).mean())


def time_in_market(gross: FloatArray) -> Statistic:
    """Share of marks with a position, that is with a gross exposure above zero.

    Raises InputError on a negative gross exposure; Undefined without marks.
    """
    check_series("gross", gross)
    if gross.size == 0:
        return Undefined("there are no marks")
    if float(gross.min()) < 0.0:
        raise InputError(
            f"gross exposure must not be negative, was {float(gross.min())}; sum absolute values"
        )
    return float((gross > 0.0).mean())
