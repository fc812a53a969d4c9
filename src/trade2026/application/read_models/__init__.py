"""Read models: everything the desk shows, built by tailing the journal and by nothing else.

`ReadModels` tails a journal from its start, evolves a replica of the trading core, keeps what queries need
beside it, and tells subscribers what changed; `MarketView` keeps quotes and bars from what the core tells.
Views are frozen structs whose JSON is what the REST interface answers: decimals and times are text. It may
import what `application` may. Start at `models`; `projections` is what happens to one frame, `tail` how
frames arrive, and `docs/read-models.md` says what may be relied on.
"""

from trade2026.application.read_models.market import MarketView
from trade2026.application.read_models.models import ReadModels
from trade2026.application.read_models.order_filter import OrderFilter, OrderScope
from trade2026.application.read_models.paging import Page
from trade2026.application.read_models.tail import TailState
from trade2026.application.read_models.topics import Row, Topic, TopicReplay

__all__ = [
    "MarketView",
    "OrderFilter",
    "OrderScope",
    "Page",
    "ReadModels",
    "Row",
    "TailState",
    "Topic",
    "TopicReplay",
]
