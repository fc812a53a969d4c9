"""The compiled order book: the reference's events and `state_sha256`, millions of commands a second.

`book.CompiledBook` is what is used. `layout` says how a book lies in memory; `store` keeps orders, `trading`
has the steps of the reference, `commands` what is told, `calls` the ways in, all compiled by numba at first
use and kept in `__pycache__`. `translate` turns words into numbers and back.
"""
