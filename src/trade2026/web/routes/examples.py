"""One answer of each kind, as the documentation shows it; a test holds each to its schema."""

from typing import Any, Final

TS: Final = "1990-01-25T21:00:00Z"
WALL: Final = "2026-11-20T20:15:00Z"

ORDER: Final[dict[str, Any]] = {
    "order_id": 7, "seq": 131, "created_seq": 131, "account_id": "main", "client_order_id": "first-1",
    "trader_id": "admin", "strategy_id": "", "instrument_id": "AAPL.XNAS", "side": "BUY",
    "order_type": "LIMIT", "time_in_force": "DAY", "order_qty": "100", "limit_price": "101.25",
    "status": "PENDING_NEW", "cum_qty": "0", "leaves_qty": "100", "average_price": None,
    "venue_order_id": "", "pending_order_qty": None, "pending_limit_price": None, "text": "",
    "failures": [], "largest_qty": None, "created": TS, "created_wall": None, "updated": TS,
    "updated_wall": None,
}  # fmt: skip
WORKING_ORDER: Final[dict[str, Any]] = {
    **ORDER, "seq": 133, "status": "NEW", "venue_order_id": "P-7", "created_wall": WALL,
    "updated_wall": WALL,
}  # fmt: skip
ORDER_BODY: Final[dict[str, Any]] = {
    "account_id": "main", "instrument_id": "AAPL.XNAS", "side": "BUY", "order_type": "LIMIT",
    "time_in_force": "DAY", "order_qty": "100", "limit_price": "101.25", "client_order_id": "first-1",
}  # fmt: skip
HELD_ORDER: Final[dict[str, Any]] = {
    **ORDER, "order_id": 8, "client_order_id": "first-2", "side": "SELL", "order_type": "STOP",
    "time_in_force": "GTC", "limit_price": None, "status": "HELD", "trigger_price": "97.5",
    "trigger_source": "LAST", "contingency_type": "OTO", "parent_client_order_id": "first-1",
    "armed_qty": "0",
}  # fmt: skip
BRACKET_BODY: Final[dict[str, Any]] = {
    "entry": ORDER_BODY, "take_profit": {"limit_price": "108"}, "stop_loss": {"trigger_price": "97.5"},
}  # fmt: skip
ORDER_LIFE: Final[list[dict[str, Any]]] = [
    {
        "seq": 131, "n": 0, "ts": TS, "wall": WALL, "type": "OrderApproved", "title": "Approved",
        "text": "BUY 100 AAPL.XNAS at 101.25 LIMIT, DAY, asked by admin",
        "evidence": [
            {"name": "client order id", "value": "first-1"}, {"name": "limits version", "value": "3"},
            {"name": "reference price", "value": "102"}, {"name": "age of the reference", "value": "0 s"},
        ],
        "postings": [],
    },
    {
        "seq": 140, "n": 0, "ts": TS, "wall": WALL, "type": "OrderFilled", "title": "Filled",
        "text": "BUY 100 at 101.2, 100 in all, 0 left",
        "evidence": [
            {"name": "execution id", "value": "P-7-1"}, {"name": "venue's time", "value": TS},
            {"name": "commission", "value": "1.01 USD"}, {"name": "liquidity", "value": "TAKER"},
        ],
        "postings": [
            {"account": "CASH", "commodity": "USD", "amount": "-10120"},
            {"account": "COST", "commodity": "USD", "amount": "10120"},
        ],
    },
]  # fmt: skip
FILL: Final[dict[str, Any]] = {
    "seq": 140, "ts": TS, "wall": WALL, "execution_id": "P-7-1", "order_id": 7,
    "client_order_id": "first-1", "account_id": "main", "strategy_id": "", "instrument_id": "AAPL.XNAS",
    "side": "BUY", "last_qty": "100", "last_px": "101.2", "cum_qty": "100", "currency": "USD",
    "commission": "1.01", "commission_currency": "USD", "liquidity_side": "TAKER", "realized": "0",
}  # fmt: skip
POSITION: Final[dict[str, Any]] = {
    "seq": 140, "account_id": "main", "instrument_id": "AAPL.XNAS", "currency": "USD", "quantity": "100",
    "average_price": "101.2", "cost": "10120", "last_price": "102", "price_ts": TS,
    "market_value": "10200", "unrealized": "80", "realized": "0", "unit_fees": "0", "opened": TS, "lots": 1,
}  # fmt: skip
LOT: Final[dict[str, Any]] = {
    "account_id": "main", "instrument_id": "AAPL.XNAS", "quantity": "100", "cost": "10120",
    "average_price": "101.2", "ts": TS, "execution_id": "P-7-1",
}  # fmt: skip
ACCOUNT: Final[dict[str, Any]] = {
    "seq": 140, "ts": TS, "account_id": "main", "environment": "PAPER", "account_type": "MARGIN",
    "base_currency": "USD", "cash": {"USD": "989878.99"}, "equity": "1000078.99", "realized": "0",
    "unrealized": "80", "fees": "1.01", "gross": "10200", "net": "10200", "leverage": "0.01019",
    "buying_power": "1989957.98", "open_orders": 0,
    "limits": {
        "max_gross_exposure": "2000000", "max_net_exposure": "2000000", "max_leverage": "2",
        "max_open_orders": 1000, "max_open_notional": "2000000",
    },
    "stale": False, "problem": "",
}  # fmt: skip
LEDGER_ENTRY: Final[dict[str, Any]] = {
    "seq": 1, "ts": TS, "wall": WALL, "account_id": "main", "kind": "TRANSFER", "text": "opening cash",
    "postings": [
        {"account": "cash", "commodity": "USD", "amount": "1000000"},
        {"account": "transfers", "commodity": "USD", "amount": "-1000000"},
    ],
}  # fmt: skip
EQUITY_POINT: Final[dict[str, Any]] = {
    "seq": 140, "ts": TS, "equity": "1000078.99", "cash": "989878.99", "gross": "10200", "net": "10200",
    "drawdown_bps": "0",
}  # fmt: skip
INSTRUMENT: Final[dict[str, Any]] = {
    "instrument_id": "AAPL.XNAS", "venue": "XNAS", "kind": "EQUITY", "quote_currency": "USD",
    "base_currency": None, "tick_size": "0.01", "lot_size": "1", "multiplier": "1", "calendar": "XNYS",
    "volume_unit": "BASE", "min_qty": "0", "max_qty": "0", "min_notional": "0",
    "order_types": ["MARKET", "LIMIT"], "times_in_force": ["DAY", "GTC", "IOC", "FOK"],
    "execution_instructions": ["POST_ONLY"],
}  # fmt: skip
EVENT: Final[dict[str, Any]] = {
    "seq": 131, "n": 0, "ts": TS, "wall": WALL, "type": "OrderApproved",
    "data": {"order_id": 7, "account_id": "main", "client_order_id": "first-1", "order_qty": "100"},
}  # fmt: skip
RUN: Final[dict[str, Any]] = {
    "seq": 150, "run_id": "momentum-1", "strategy": "momentum", "parameters": {"top": 5},
    "account_id": "main", "trader_id": "admin", "state": "RUNNING", "started": TS, "started_wall": WALL,
    "stopped": None, "stopped_wall": None, "error": "", "orders": 4, "fills": 3,
    "realized": {"USD": "120.5"},
    "positions": [{"instrument_id": "AAPL.XNAS", "quantity": "100"}], "restarts": 0,
}  # fmt: skip
STATE: Final[dict[str, Any]] = {
    "seq": 160, "scope": "GLOBAL", "target": "", "state": "HALTED", "since": TS, "wall": WALL,
    "by": "admin", "text": "prices look wrong",
}  # fmt: skip
RUNG: Final[dict[str, Any]] = {
    "scope": "VENUE", "target": "XSIM", "state": "HALTED", "since": TS, "wall": WALL, "by": "admin",
    "text": "prices look wrong", "open_orders": 2, "cancels_pending": 2, "unknown": 0,
    "venue_word": "OUTSTANDING",
}  # fmt: skip
TARGET: Final[dict[str, Any]] = {"scope": "VENUE", "target": "XSIM", "title": ""}
ALERT: Final[dict[str, Any]] = {
    "seq": 158, "ts": TS, "wall": WALL, "severity": "CRITICAL", "title": "Venue paused",
    "text": "XSIM, only cancels go out: 1 differences", "account_id": None, "link": "/ops/venues",
}  # fmt: skip
UNKNOWN: Final[dict[str, Any]] = {
    "seq": 150, "venue": "XSIM", "order_id": 9, "account_id": "main", "instrument_id": "AAPL.XSIM",
    "client_order_id": "first-3", "request": "ORDER", "side": "BUY", "reserved_qty": "100", "since": TS,
    "wall": WALL, "text": "no answer within 5 s",
}  # fmt: skip
DIFFERENCE: Final[dict[str, Any]] = {
    "seq": 157, "venue": "XSIM", "ts": TS, "wall": WALL, "kind": "POSITION", "account_id": "main",
    "name": "AAPL.XSIM", "ours": "100", "venues": "90", "difference": "-10", "action": "",
    "decision": "ACCEPT",
}  # fmt: skip
RECONCILIATION: Final[dict[str, Any]] = {
    "seq": 157, "venue": "XSIM", "ts": TS, "wall": WALL, "result": "OPEN", "passes": 2, "converged": False,
    "orders": 12, "executions": 40, "count": 1, "open": 1,
    "differences": [
        {
            "kind": "POSITION", "account_id": "main", "name": "AAPL.XSIM", "ours": "100", "venues": "90",
            "action": "",
        }
    ],
}  # fmt: skip
VENUE: Final[dict[str, Any]] = {
    "seq": 158, "venue": "XSIM", "state": "PAUSED", "text": "1 differences", "since": TS, "wall": WALL,
    "unknown": 1, "unknown_since": TS, "unknown_wall": WALL,
    "reconciliation": {
        "seq": 157, "ts": TS, "wall": WALL, "passes": 2, "converged": False, "orders": 12, "executions": 40,
        "open": 1,
        "differences": [
            {
                "kind": "EXECUTION", "account_id": "main", "name": "E-40", "ours": "",
                "venues": "10 at 101.2", "action": "booked as the venue states it",
            },
            {
                "kind": "POSITION", "account_id": "main", "name": "AAPL.XSIM", "ours": "100",
                "venues": "90", "action": "",
            },
        ],
    },
}  # fmt: skip
FEED: Final[dict[str, Any]] = {
    "kind": "REPLAY", "data": "sp500", "state": "PLAYING", "now": TS, "first": "1990-01-02T21:00:00Z",
    "last": "2019-12-31T21:00:00Z", "speed": 1.0, "error": "", "connected": True,
}  # fmt: skip
QUOTE: Final[dict[str, Any]] = {
    "instrument_id": "AAPL.XNAS", "last": "102", "previous_close": "101.2", "change_bps": "79.05",
    "bid": None, "ask": None, "ts": TS, "stale": False,
}  # fmt: skip
DATA: Final[dict[str, Any]] = {
    "items": [
        {
            "name": "prism", "kind": "CAPTURED",
            "text": "captured by the desk, 2 instruments, bars of 1m, 2026-11-02 to 2026-11-29",
            "instruments": ["BTCUSDT.PRISM", "ETHUSDT.PRISM"],
            "rows": ["bars"], "bar_interval_ns": 60_000_000_000,
            "frequencies": ["minute", "hour", "day", "week", "month"], "first": TS, "last": TS,
            "limits": ["Prices are those that were traded, never adjusted closes."], "problem": "",
        }
    ]
}  # fmt: skip
JOB: Final[dict[str, Any]] = {
    "job_id": "backtest-1", "kind": "backtest", "title": "momentum",
    "asked": "sp500 · Parameters (Skip 0, Top 5) · Cash 1000000",
    "state": "RUNNING", "progress": 0.4, "text": "1999-03-01",
    "waits_for": None, "owner": "admin", "created": WALL, "started": WALL, "finished": None, "error": "",
    "page": "/strategies/backtest?job=backtest-1", "compare": "/strategies/compare?a=backtest-1",
    "propose": "",
    "request": {
        "type": "backtest", "strategy": "momentum", "parameters": {"skip": 0, "top": 5}, "data": "sp500",
        "start": "", "end": "", "cash": "1000000", "account_type": "", "max_leverage": "", "costs": {},
        "seed": 0,
    },
}  # fmt: skip
ANALYSIS_JOB: Final[dict[str, Any]] = {
    "job_id": "analysis-1", "kind": "analysis", "title": "Assets", "asked": "sp500 · Frequency Months",
    "state": "QUEUED", "progress": 0.0, "text": "waiting",
    "waits_for": "JOBS", "owner": "admin", "created": WALL, "started": None, "finished": None, "error": "",
    "page": "/portfolio/assets?job=analysis-1", "compare": "/portfolio/assets/compare?a=analysis-1",
    "propose": "",
    "request": {
        "type": "analysis", "analysis": "portfolio/assets",
        "request": {"data": "sp500", "frequency": "month"},
    },
}  # fmt: skip
ANALYSIS: Final[dict[str, Any]] = {
    "data": {"summary": {"assets": 20}},
    "limits": ["The sample holds only companies that are still listed."],
    "warnings": [], "solved": [],
    "provenance": {
        "analysis": "portfolio/assets", "request": {"data": "sp500"}, "inputs_sha256": "0" * 64,
        "data": "sp500", "data_sha256": "0" * 64, "assets": ["AAPL.XNAS"], "first": TS, "last": TS,
        "periods": 250, "periods_per_year": 252.0, "code_version": "2026.1",
    },
    "python": "desk.analyze('portfolio/assets')",
}  # fmt: skip
TOKENS: Final[dict[str, Any]] = {
    "access_token": "eyJhbGciOi...", "token_type": "Bearer", "expires_in": 900, "refresh_token": "r1...",
    "user": {"name": "admin", "role": "admin", "accounts": ["*"]}, "must_change_password": True,
}  # fmt: skip
USER: Final[dict[str, Any]] = {
    "name": "ann", "role": "trader", "accounts": ["main"], "disabled": False,
    "must_change_password": True, "created": WALL, "password_changed": WALL,
}  # fmt: skip
SERVICE: Final[dict[str, Any]] = {
    "role": "core", "state": "RUNNING", "pid": 4711, "started": WALL, "restarts": 0, "text": "",
}  # fmt: skip
MONITOR: Final[dict[str, Any]] = {
    "since": WALL, "written": WALL, "seq": 170, "orders_in": 12, "orders_out": 12, "fills": 5,
    "core": "connected", "alarms": 1,
    "last": [{"at": WALL, "rule": "NOT_APPROVED", "text": "order 7 left", "did": "halted at 170"}],
}  # fmt: skip
PROPOSAL: Final[dict[str, Any]] = {
    "proposal_id": "rb-5f0c2a9e11d0b7c4", "account_id": "main", "state": "OPEN", "reason": "", "why_not": "",
    "job_id": "", "created_by": "admin", "created": WALL, "expires": "2026-11-20T20:16:00Z",
    "seconds_left": 58.5, "confirmed_by": "", "confirmed": None, "currency": "USD", "is_sequenced": False,
    "equity": "1000000", "capital": "40000", "turnover": "0.009996", "half_spread": "0.98",
    "fees": "0.999698", "cost": "1.979698", "cash_before": "1000000", "cash_after": "990002.020302",
    "cash_after_worst": "989991.52", "gross_before": "0", "gross_after": "9996", "notes": [],
    "orders": [
        {
            "client_order_id": "rb-5f0c2a9e11d0b7c4.0", "instrument_id": "AAPL.XNAS", "side": "BUY",
            "order_qty": "98", "order_type": "LIMIT", "time_in_force": "DAY", "limit_price": "102.12",
            "expected_price": "102.01", "value": "9996", "half_spread": "0.98", "fee": "0.999698",
            "risk": "APPROVED", "risk_text": "would be sent", "failures": [], "order": None,
        }
    ],
    "lines": [
        {
            "instrument_id": "AAPL.XNAS", "before_qty": "0", "open_qty": "0", "target_qty": "98.039215686",
            "order_qty": "98", "after_qty": "98", "before_weight": "0", "target_weight": "0.01",
            "after_weight": "0.009996", "price": "102", "bid": "101.99", "ask": "102.01", "quote_ts": TS,
            "source": "PAPER", "left_out": "",
        }
    ],
    "request": {
        "account_id": "main", "weights": {"AAPL.XNAS": "0.25"}, "job_id": None, "capital": "40000",
        "others": "KEEP", "order_type": "LIMIT", "time_in_force": "DAY", "offset_bps": 10, "min_trade": "0",
    },
}  # fmt: skip


def listing(item: dict[str, Any]) -> dict[str, Any]:
    """A list of one."""
    return {"items": [item], "next_cursor": None, "as_of_seq": 160}
