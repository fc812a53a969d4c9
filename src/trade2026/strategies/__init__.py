"""The strategies that ship with the desk, one file each.

A strategy is an object of the Protocol in `ports/strategy.py` with typed, validated parameters; the same
object runs in a backtest and live. It may import `ports`, `model`, `analytics` and `primitives`. Start at
the moving average, the shortest one.
"""
