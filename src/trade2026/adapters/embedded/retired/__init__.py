"""`ports.retired` in a SQLite file, with a filter in memory that says no to new keys without asking it."""

from trade2026.adapters.embedded.retired.index import SqliteRetiredIndex

__all__ = ["SqliteRetiredIndex"]
