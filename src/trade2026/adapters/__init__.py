"""The translations between our ports and the outside: files, clocks, disks, venues, vendors.

An adapter translates and decides nothing. It may import `ports`, `model` and `primitives`, and only
`bootstrap` may name it. Each is a package of its own that knows no other; start at `embedded`.
"""
