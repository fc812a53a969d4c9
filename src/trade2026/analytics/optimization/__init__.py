"""Portfolio weights from expected returns, covariances, scenarios and views: solvers of our own, arrays in.

May import `primitives`, `analytics.arrays`, numpy, scipy and msgspec; never `model` or `ports`. Every method
returns a `Portfolio`: weights, what they measure, how far they are from their constraints, and notes on
anything that was decided for the caller. Where a problem has no solution an `InputError` says why and by how
much. Start with `table.OPTIMIZERS`, which lists every method with its inputs, or with `mean_variance`;
`constraints` and `limits` hold what weights must satisfy, `objective` has every measure of risk, `transition`
what trading costs. `quadratic`, `interior` and `cone` solve, `branching` chooses assets.
`docs/portfolio-optimization.md` has each problem, its convention and its source.
"""
