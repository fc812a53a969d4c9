"""What the desk answers, as frozen structs: one for each kind of row, with decimals and times as such.

Fields have the names and the meaning of the HTTP interface (docs/api.md); a test holds every struct to the
interface's own description. A field that a newer desk adds is ignored. Imports `model`, `primitives` and
`client.values`. Start with `orders`.
"""

from trade2026.client.results.backtests import (
    AnalysisDescription,
    AnalysisRequest,
    AnalysisResult,
    BacktestResult,
    Job,
    JobRequest,
)
from trade2026.client.results.desk import (
    Alert,
    Event,
    Health,
    Me,
    NewUser,
    Service,
    Services,
    Tokens,
    User,
    UserShort,
)
from trade2026.client.results.market import Bar, Bars, Feed, Instrument, Quote
from trade2026.client.results.orders import (
    BatchAnswer,
    BatchResult,
    Canceled,
    ChangeAnswer,
    Evidence,
    Failure,
    Fill,
    Order,
    OrderAnswer,
    OrderEvent,
    OrderResult,
    OrderResults,
    Preview,
    Resumed,
)
from trade2026.client.results.portfolio import (
    Account,
    EquityPoint,
    LedgerEntry,
    Limits,
    Lot,
    Position,
    Posting,
)
from trade2026.client.results.strategies import LogLine, RunPosition, Strategy, StrategyRun
from trade2026.client.results.trading_state import TradingStateRow, TradingStates

__all__ = [
    "Account",
    "Alert",
    "AnalysisDescription",
    "AnalysisRequest",
    "AnalysisResult",
    "BacktestResult",
    "Bar",
    "Bars",
    "BatchAnswer",
    "BatchResult",
    "Canceled",
    "ChangeAnswer",
    "EquityPoint",
    "Event",
    "Evidence",
    "Failure",
    "Feed",
    "Fill",
    "Health",
    "Instrument",
    "Job",
    "JobRequest",
    "LedgerEntry",
    "Limits",
    "LogLine",
    "Lot",
    "Me",
    "NewUser",
    "Order",
    "OrderAnswer",
    "OrderEvent",
    "OrderResult",
    "OrderResults",
    "Position",
    "Posting",
    "Preview",
    "Quote",
    "Resumed",
    "RunPosition",
    "Service",
    "Services",
    "Strategy",
    "StrategyRun",
    "Tokens",
    "TradingStateRow",
    "TradingStates",
    "User",
    "UserShort",
]
