"""Markets that are not real: the paper venue with its fill rules, the backtest driver, the simulated world.

A backtest drives the same trading core as live trading; only the venue behind the port differs. It may
import `trading` and everything below, never an adapter or a strategy. The fill rules are in
`docs/fills.md`.
"""
