"""Pages of the portfolio: what is held, what it is worth over time, in which lots, and the books."""

from typing import Final

from trade2026.application.pages.columns import ACCOUNT, POSITION_COLUMNS
from trade2026.application.pages.spec import Block, Kind, PageSpec, Parameter, Role, Source, View, Workspace
from trade2026.application.pages.views import (
    BarOptions,
    Column,
    Figure,
    Format,
    Good,
    KpiOptions,
    LineOptions,
    Series,
    TableOptions,
)

EQUITY: Final = Source(
    path="/equity",
    query={"account_id": "{account}", "limit": "5000"},
    needs=("account_id",),
    topic="accounts",
    refresh_s=30,
)
_POSITIONS: Final = Source(path="/positions", query={"account_id": "{account}"}, topic="positions")
_HOW_TO_TRADE: Final = "Send an order on the trade page, or start a strategy."

_MONEY: Final = Block(
    view=View.KPI,
    title="Account",
    data="/account",
    opts=KpiOptions(
        items=(
            Figure(key="equity", title="Equity", format=Format.MONEY),
            Figure(key="unrealized", title="Unrealized", format=Format.MONEY, good=Good.UP),
            Figure(key="realized", title="Realized", format=Format.MONEY, good=Good.UP),
            Figure(key="gross", title="Gross", format=Format.MONEY, doc="Sum of absolute market values."),
            Figure(key="net", title="Net", format=Format.MONEY, doc="Sum of signed market values."),
            Figure(key="leverage", title="Leverage", format=Format.DECIMAL, doc="Gross over equity."),
            Figure(key="buying_power", title="Buying power", format=Format.MONEY),
        )
    ),
    span=3,
)

PORTFOLIO: Final = PageSpec(
    page_id="portfolio",
    workspace=Workspace.PORTFOLIO,
    path="/portfolio",
    title="Positions",
    doc="What the account holds, what it is worth at the latest marks, and how exposure is spread.",
    kind=Kind.BOARD,
    order=10,
    role=Role.VIEWER,
    keywords=("positions", "holdings", "exposure", "weights"),
    sources={"account": ACCOUNT, "positions": _POSITIONS},
    layout=(
        _MONEY,
        Block(
            view=View.TABLE,
            title="Positions",
            data="/positions/items",
            opts=TableOptions(
                columns=(
                    *POSITION_COLUMNS,
                    Column("market_value", "Weight", Format.PCT, share_of="/account/equity"),
                ),
                row_key="instrument_id",
                filter=True,
                sort="-market_value",
            ),
            span=2,
            empty=f"No positions. {_HOW_TO_TRADE}",
            doc="Weight is the market value over the account's equity; a short position has a negative one.",
        ),
        Block(
            view=View.BAR,
            title="Exposure",
            data="/positions/items",
            opts=BarOptions(
                x="instrument_id",
                series=(Series(key="market_value", title="Market value"),),
                format=Format.MONEY,
                horizontal=True,
                limit=30,
            ),
            empty="No exposure.",
            doc="Signed market value by instrument, the thirty largest.",
        ),
    ),
)

PORTFOLIO_EQUITY: Final = PageSpec(
    page_id="portfolio-equity",
    workspace=Workspace.PORTFOLIO,
    path="/portfolio/equity",
    title="Equity",
    doc="The account's equity and its fall from the highest point so far, at every journaled mark.",
    kind=Kind.BOARD,
    order=20,
    role=Role.VIEWER,
    keywords=("equity", "drawdown", "performance", "p&l"),
    sources={"account": ACCOUNT, "equity": EQUITY},
    layout=(
        _MONEY,
        Block(
            view=View.LINE,
            title="Equity",
            data="/equity/items",
            opts=LineOptions(
                x="ts",
                series=(Series(key="equity", title="Equity", area=True), Series(key="cash", title="Cash")),
                format=Format.MONEY,
                log=True,
                ranges=True,
                height=300,
            ),
            span=3,
            empty=f"No marks yet: equity is struck at the close of each session. {_HOW_TO_TRADE}",
        ),
        Block(
            view=View.LINE,
            title="Drawdown",
            data="/equity/items",
            opts=LineOptions(
                x="ts",
                series=(Series(key="drawdown_bps", title="Drawdown", area=True, negate=True),),
                format=Format.BPS,
                ranges=True,
                height=160,
            ),
            span=3,
            empty="No marks yet.",
            doc="Fall of equity from its highest mark so far, in percent of that mark.",
        ),
        Block(
            view=View.LINE,
            title="Exposure",
            data="/equity/items",
            opts=LineOptions(
                x="ts",
                series=(Series(key="gross", title="Gross"), Series(key="net", title="Net")),
                format=Format.MONEY,
                ranges=True,
                height=160,
            ),
            span=3,
            empty="No marks yet.",
        ),
    ),
)

PORTFOLIO_LOTS: Final = PageSpec(
    page_id="portfolio-lots",
    workspace=Workspace.PORTFOLIO,
    path="/portfolio/lots",
    title="Lots",
    doc="The open lots of each position, oldest first: what a sale will consume next (first in, first out).",
    kind=Kind.LIST,
    order=30,
    role=Role.VIEWER,
    keywords=("lots", "tax", "cost basis", "fifo"),
    params=(
        Parameter(name="instrument", title="Instrument", doc="Only lots of this one, such as AAPL.XNAS."),
    ),
    sources={
        "lots": Source(
            path="/lots",
            query={"account_id": "{account}", "instrument_id": "{instrument}"},
            topic="positions",
        )
    },
    layout=(
        Block(
            view=View.TABLE,
            title="Open lots",
            data="/lots/items",
            opts=TableOptions(
                columns=(
                    Column("instrument_id", "Instrument", Format.ID),
                    Column("ts", "Opened", Format.TIME),
                    Column("quantity", "Quantity", Format.QTY, signed=True),
                    Column("average_price", "Price", Format.PRICE),
                    Column("cost", "Cost", Format.MONEY),
                    Column("execution_id", "Execution", Format.ID),
                ),
                filter=True,
            ),
            span=3,
            empty=f"No open lots. {_HOW_TO_TRADE}",
        ),
    ),
)

PORTFOLIO_LEDGER: Final = PageSpec(
    page_id="portfolio-ledger",
    workspace=Workspace.PORTFOLIO,
    path="/portfolio/ledger",
    title="Ledger",
    doc="Every entry of the account's books, newest first; the postings of each sum to zero.",
    kind=Kind.LIST,
    order=40,
    role=Role.VIEWER,
    keywords=("ledger", "postings", "books", "accounting", "cash"),
    sources={
        "ledger": Source(
            path="/ledger",
            query={"account_id": "{account}", "limit": "200"},
            refresh_s=15,
            paged=True,
        )
    },
    layout=(
        Block(
            view=View.TABLE,
            title="Entries",
            data="/ledger/items",
            opts=TableOptions(
                columns=(
                    Column("seq", "Number", Format.ID),
                    Column("ts", "Trading time", Format.TIME),
                    Column("wall", "Real time", Format.TIME),
                    Column("kind", "Kind", Format.STATUS),
                    Column("text", "Text"),
                ),
                row_key="seq",
                filter=True,
                detail="postings",
            ),
            span=3,
            empty="No entries: the account was never paid in.",
            doc="Double entry: each entry's postings sum to zero in every commodity. Open a row for them.",
        ),
    ),
)

PORTFOLIO_REBALANCE: Final = PageSpec(
    page_id="portfolio-rebalance",
    workspace=Workspace.PORTFOLIO,
    path="/portfolio/rebalance",
    title="Rebalance",
    doc="From weights to orders: proposed at live quotes, looked at, confirmed once.",
    kind=Kind.CUSTOM,
    order=50,
    role=Role.VIEWER,
    keywords=("rebalance", "weights", "target", "orders", "propose", "confirm", "turnover", "cost"),
    sources={},
    layout=(),
)

PAGES: Final = (PORTFOLIO, PORTFOLIO_EQUITY, PORTFOLIO_LOTS, PORTFOLIO_LEDGER, PORTFOLIO_REBALANCE)
