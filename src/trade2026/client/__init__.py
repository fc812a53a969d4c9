"""The desk from Python: a typed client of its HTTP interface and of its live feed, for scripts and notebooks.

`Client` waits for its answers, `AsyncClient` is the same for asyncio, `LiveFeed` follows what changes,
`OrderLine` sends orders in batches. It
knows the desk by what the desk says over the line and by nothing else: it may import `model` and
`primitives`, httpx and websockets, and (where a table is asked for) numpy and polars. Start with
`asynchronous.client`; `synchronous` is made from it by `tools/make_sync_client.py`. Results are in
`results`, ways to fail in `errors`, what is asked again and when in `attempts`.
"""

from trade2026.client.asynchronous.analyses import AsyncAnalysis
from trade2026.client.asynchronous.backtests import AsyncBacktest
from trade2026.client.asynchronous.client import AsyncClient
from trade2026.client.asynchronous.sim import AsyncScorecardJob
from trade2026.client.errors import (
    Conflict,
    DeskUnreachable,
    FieldProblem,
    LoginNeeded,
    NotAllowed,
    OrderRefused,
    OutcomeUnknown,
    Problem,
    ProblemError,
    RequestInvalid,
    RowsLost,
    Unavailable,
)
from trade2026.client.live.feed import LiveFeed
from trade2026.client.live.frames import Columns, Update
from trade2026.client.live.order_line import OrderLine
from trade2026.client.requests import CancelOrder, NewOrder, ReplaceOrder, StopLoss
from trade2026.client.rows import Rows
from trade2026.client.synchronous.analyses import Analysis
from trade2026.client.synchronous.backtests import Backtest
from trade2026.client.synchronous.client import Client
from trade2026.client.synchronous.sim import ScorecardJob
from trade2026.client.values import Amount, Timestamp, to_json

__all__ = [
    "Amount",
    "Analysis",
    "AsyncAnalysis",
    "AsyncBacktest",
    "AsyncClient",
    "AsyncScorecardJob",
    "Backtest",
    "CancelOrder",
    "Client",
    "Columns",
    "Conflict",
    "DeskUnreachable",
    "FieldProblem",
    "LiveFeed",
    "LoginNeeded",
    "NewOrder",
    "NotAllowed",
    "OrderLine",
    "OrderRefused",
    "OutcomeUnknown",
    "Problem",
    "ProblemError",
    "ReplaceOrder",
    "RequestInvalid",
    "Rows",
    "RowsLost",
    "ScorecardJob",
    "StopLoss",
    "Timestamp",
    "Unavailable",
    "Update",
    "to_json",
]
