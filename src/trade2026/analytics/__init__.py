"""Pure numerics: float64 arrays in, numbers out, each statistic with its stated convention.

May import `primitives`, numpy and msgspec; never `model`, `ports`, or anything that reads or writes.
Money enters as float64 and never returns to the books from here. A statistic that does not exist (the
Sharpe ratio of one period) is an `Undefined` with a reason, never NaN, infinity or a convenient zero.
Start with `tear_sheet`, which computes everything a run reports; `docs/conventions.md` has each formula.
"""
