"""The composition root: typed configuration, the registry of factories, and the wiring of the whole desk.

The only package that names a concrete adapter, makes random generators and catches what nobody foresaw.
It may import everything. Start at `main.py`, the entry point of the `trade2026` command.
"""
