"""Answers about the simulated market as the documentation shows them, taken from one and shortened."""

from typing import Any, Final

_ID: Final = "BTCUSDT.PRISM"
NOW: Final = "2026-11-29T00:32:06.117708242Z"

INJECTED: Final[dict[str, Any]] = {
    "at": NOW, "begins": NOW, "kind": "metaorder", "instrument_id": _ID,
    "text": "buys 500 usual orders in 50 over 60 s", "trader_id": "admin", "reason": "show the impact",
}  # fmt: skip
SIM: Final[dict[str, Any]] = {
    "run": "5c969f46", "seed": 7, "speed": 1.0, "behind_s": 0.0, "now": NOW,
    "started": "2026-11-29T00:27:00.58799788Z", "is_paused": False,
    "books": [
        {
            "instrument_id": _ID, "symbol": "BTCUSDT", "base": "BTC", "quote": "USDT", "tick_size": "0.01",
            "lot_size": "0.00001", "price": "60014.4", "bid": "60011.98", "ask": "60014.4",
            "spread_bps": 0.4032, "change_bps": 2.4, "volume": "89.13296", "trades": 1673,
            "phase": "CONTINUOUS",
        }
    ],
    "orders": 36125, "cancels": 24019, "trades": 10981, "agents": 40, "is_turbulent": False, "news": 0,
    "customers": ["guest"], "injected": [INJECTED],
}  # fmt: skip
LIVE: Final[dict[str, Any]] = {
    "run": "5c969f46", "cursor": 1795912033119, "now": NOW, "instrument_id": _ID,
    "quote": {
        "bid": "60011.98", "ask": "60014.4", "bid_size": "0.00784", "ask_size": "0.42", "price": "60014.4",
    },
    "bids": [["60011.98", "0.00784", 1], ["60011.48", "0.36922", 1]],
    "asks": [["60014.4", "0.42", 2]],
    "tape": [
        {
            "trade_id": 1673, "at": NOW, "price": "60014.4", "qty": "0.00775", "side": "BUY",
            "is_block": False,
        }
    ],
    "columns": [
        {
            "at": "2026-11-29T00:32:06Z", "mid": "60013.19", "bid": "60011.98", "ask": "60014.4",
            "low_tick": 5994800, "step_ticks": 200, "sizes": [2787, 0, 0, 4587],
        }
    ],
}  # fmt: skip
GAUGES: Final[dict[str, Any]] = {
    "instrument_id": _ID, "now": NOW, "window_s": 300.0,
    "gauges": [
        {
            "id": "quoted_spread", "title": "Quoted spread", "value": 0.2791, "unit": "bps",
            "text": "ask less bid, mean over time, of the mid",
        },
        {"id": "vpin", "title": "VPIN", "value": None, "unit": "", "text": "needs 100 trades, had 21"},
    ],
}  # fmt: skip
AGENTS: Final[dict[str, Any]] = {
    "now": NOW, "instrument_id": _ID,
    "rows": [
        {
            "name": "maker-1", "kind": "maker", "inventory": "-1.10499", "inventory_value": "-66313.985868",
            "cash_change": "66323.352662", "pnl": "9.366794", "orders": 702, "open_orders": 6, "trades": 72,
            "volume": "313148.9816436",
        }
    ],
}  # fmt: skip
KINDS: Final[dict[str, Any]] = {
    "kinds": [
        {
            "kind": "metaorder", "title": "Metaorder",
            "text": "A large order, worked off in equal market orders at equal times.",
            "fields": [
                {
                    "name": "instrument_id", "title": "Book", "unit": "", "type": "choice", "default": _ID,
                    "minimum": None, "maximum": None, "choices": [_ID, "ETHUSDT.PRISM"],
                },
                {
                    "name": "clips", "title": "Size", "unit": "usual orders", "type": "number",
                    "default": 500.0, "minimum": 0.001, "maximum": 5000.0, "choices": [],
                },
            ],
        }
    ]
}  # fmt: skip
SCENARIO: Final[dict[str, Any]] = {
    "kind": "metaorder",
    "fields": {"instrument_id": _ID, "side": "BUY", "clips": 500, "for_s": 60, "children": 50},
    "reason": "show the impact",
}
RESTARTING: Final[dict[str, Any]] = {"seed": 8, "text": "made anew from seed 8: another day"}
SCORECARD: Final[dict[str, Any]] = {
    "name": "PRISM BTCUSDT", "made": NOW, "seeds": [1, 2, 3, 4, 5], "hours": 24.0, "level": 0.95,
    "facts": [
        {
            "name": "heavy tails", "question": "Do large returns come far more often than by a normal law?",
            "criterion": "value in 2 to 5", "verdict": "reproduced", "reason": "", "value": 3.4, "low": 3.0,
            "high": 3.8, "at_least": 2.0, "at_most": 5.0, "seeds": 5, "n": 1439, "needed": 1000,
            "picture": "<svg></svg>",
        }
    ],
    "figures": [
        {"name": "volatility", "words": "volatility a year", "value": 0.3, "low": 0.28, "high": 0.33}
    ],
    "style": ".picture{width:100%}",
}  # fmt: skip
JOB: Final[dict[str, Any]] = {
    "job_id": "scorecard-1", "state": "RUNNING", "owner": "admin", "seeds": 5, "hours": 24.0,
    "progress": 0.4, "text": "2 of 5 runs", "waits_for": None, "error": "", "created": NOW, "finished": None,
}  # fmt: skip
