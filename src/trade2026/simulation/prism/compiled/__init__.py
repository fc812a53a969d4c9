"""The simulated market as compiled code: traders, their messages under way, and the exchange in time.

`layout` says how it lies in memory. `loop` has the ways in, and takes whoever is due next from a tree of due
times; `values` is what assets are worth, `noise`, `maker` and `takers` are the traders, `exchange` the way
of a command into its book. The books are those of `matching.compiled`.
"""
