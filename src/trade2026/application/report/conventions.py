"""How each statistic is defined, in a sentence; every report ends with them. More in docs/conventions.md."""

from typing import Final

CONVENTIONS: Final = (
    ("Return", "time-weighted: external flows are taken out at the mark at which they arrive."),
    ("Annual return", "compound growth over elapsed calendar time, years of 365.25 days (CAGR)."),
    ("Volatility", "standard deviation of period returns (n - 1) times the root of periods per year."),
    ("Sharpe", "arithmetic mean excess return over its standard deviation (n - 1), annualized by the root."),
    ("Sortino", "mean excess return over downside deviation below the risk-free rate, over all periods (n)."),
    ("Calmar", "annual return over maximum drawdown of the whole span."),
    (
        "Maximum drawdown",
        "deepest fall from an earlier peak, over every recorded mark, as a share of the peak.",
    ),
    ("Hit rate", "share of closed round trips with P&L above zero, after costs; zero is no hit."),
    ("Profit factor", "gross profit over gross loss of closed round trips; not defined without a loss."),
    ("Turnover", "value bought plus sold, halved, over average equity, per year."),
    ("Costs", "commissions; spread and slippage are in the prices of fills, and so in P&L, not here."),
    ("Exposure", "mean over recorded marks of gross (absolute) and net (signed) positions over equity."),
    ("Months", "compounded over calendar months in UTC; a mark at midnight closes the day before it."),
    ("Skewness, kurtosis", "corrected for sample size; kurtosis is in excess of a normal distribution."),
)
