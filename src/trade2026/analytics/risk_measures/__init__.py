"""How bad bad periods are, and which asset is to blame.

May import `primitives`, the rest of `analytics`, numpy, scipy and msgspec; never `model` or `ports`. A
measure takes simple returns of one portfolio per period, fractions of shape (n,), oldest first, and gives
a number per period, never annualized; losses are positive, and the tail is a share of periods: 0.05 is
"at 95 percent". With weights and a panel of shape (n, n_assets) the returns are those of fixed weights,
rebalanced each period. Start with `measures`, the table of all; `contributions` splits them by asset,
`diversification` counts bets, `bootstrap` says how sure weights are; `docs/portfolio-statistics.md`
has each convention and its source.
"""
