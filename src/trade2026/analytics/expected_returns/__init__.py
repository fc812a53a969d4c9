"""Expected returns from panels of returns: sample means, shrunk means, and those that a market implies.

May import `primitives`, the rest of `analytics`, numpy, scipy and msgspec; never `model` or
`ports`. Returns are float64 of shape (n_periods, n_assets), simple and as fractions, oldest first;
an expected return is the arithmetic mean per period and never annualized. Sample means of returns are
so noisy that an optimizer mostly maximizes their error: that is why there are the others. Start with
`estimators`, the table of those that begin from returns; `docs/portfolio-statistics.md` has each
convention and its source.
"""
