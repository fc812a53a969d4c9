"""The adapters that need no server: the disk, the clock and the data of this machine.

They make the desk run on a laptop with one command. It may import `ports`, `model`, `primitives` and the
libraries it translates for. `samples/` holds the price data that ships with the package, with its notice.
"""
