"""Covariance matrices from panels of returns: estimated, shrunk, cleaned of noise, made positive, forecast.

May import `primitives`, the rest of `analytics`, numpy, scipy and msgspec; never `model` or `ports`. Returns
are float64 of shape (n_periods, n_assets), simple and as fractions, oldest first; covariances are per period
and never annualized. An estimator gives an `Estimate`: the matrix, what it chose, what a reader must know.
Nothing is filled or dropped: what is not finite, too short or constant raises InputError naming the column.
Start with `estimators`, the table of all that begin from returns; `spectrum` says what is in a matrix;
`docs/portfolio-statistics.md` has each convention and its source.
"""
