"""Strategies that ship with the platform; one file each, each also an example.

They import `ports.strategy`, `model` and `primitives`, and see the world only through their context.
Start with `dual_moving_average`.
"""
