"""Pre-trade risk as a pure engine: what an order may do to an account, decided before it is sent.

Imports `model` and `primitives` only. What has no limit is refused. A refusal names every failed
check with its limit and use, and the largest quantity that would have passed. `check` has the checks,
`sizing` finds that quantity, `decide` answers commands, `evolve` keeps exposure up to date.
Start with `state`.
"""
