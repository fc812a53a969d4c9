"""The result of a run for a person: a self-contained HTML page, or lines for a terminal.

Fill a `RunReport` (see `model`), then call `render_report` (`page`) or `render_text` (`text`). Both are pure:
the same report gives the same bytes, nothing is fetched, nothing is read, no clock is asked.
May import `analytics` and `primitives`.
"""

from trade2026.application.report.model import Benchmark, FillRow, RoundTripRow, RunReport
from trade2026.application.report.page import render_report
from trade2026.application.report.text import render_text

__all__ = ["Benchmark", "FillRow", "RoundTripRow", "RunReport", "render_report", "render_text"]
