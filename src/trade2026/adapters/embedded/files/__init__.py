"""Bars, trades and quotes in the user's own CSV and Parquet files, checked before anything trades on them.

A file is read twice: once to check every value, order, duplicates and gaps, with the columns put into a
temporary store as integers; then from that store, as often as wanted. It may import `ports`, `model`,
`primitives`, numpy and polars, and asks calendars through their port. Start at `source`; what the user may
choose is in `options`.
"""

from trade2026.adapters.embedded.files.options import FileOptions
from trade2026.adapters.embedded.files.source import FileSource

__all__ = ["FileOptions", "FileSource"]
