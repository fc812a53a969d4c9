"""The use cases: what the command line, a page or another program may ask of the desk.

Run a backtest, verify a journal, build a tear sheet: each is one function or class that joins the layers
below and hands back a typed result. It may import everything below it, never an adapter. Start at `desk`,
which has all of them; `services` is what they need from the outside.
"""
