"""Answers of routes whose documented example is shorter than what a page reads."""

import tempfile
from functools import cache
from typing import Any

import msgspec

from trade2026.application.analyses.registry import analyses
from trade2026.application.analyses.run import encode_document, run_analysis
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.wiring import make_services
from trade2026.web.routes.examples import ANALYSIS_JOB

_TS = "1990-01-25T21:00:00Z"

RESULT: dict[str, Any] = {
    "summary": {
        "total_return": 0.12,
        "annual_return": 0.04,
        "volatility": 0.11,
        "sharpe_ratio": 0.4,
        "sortino_ratio": 0.6,
        "calmar_ratio": 0.2,
        "max_drawdown": 0.21,
        "hit_rate": 0.55,
        "profit_factor": 1.3,
        "turnover": 2.5,
        "costs_total": 1200.5,
        "time_in_market": 0.9,
        "profit": 120000.0,
        "starting_equity": 1000000.0,
        "ending_equity": 1120000.0,
        "round_trips": 40,
        "years": 3.0,
        "final_equity": "1120000",
        "status": "finished",
    },
    "currency": "USD",
    "equity": [{"ts": _TS, "equity": 1000000.0}],
    "drawdown": [{"ts": _TS, "drawdown": 0.0}],
    "monthly": [[1990, 1, 0.01]],
    "round_trips": [
        {
            "instrument_id": "KO.XNYS",
            "direction": "long",
            "quantity": "100",
            "opened": _TS,
            "closed": _TS,
            "entry_price": "1.25",
            "exit_price": "1.5",
            "pnl": 24.5,
        }
    ],
    "fills": [
        {
            "ts": _TS,
            "instrument_id": "KO.XNYS",
            "side": "BUY",
            "quantity": "100",
            "price": "1.25",
            "commission": "0.01 USD",
        }
    ],
    "limits": ["Only instruments that exist today are in the data."],
    "warnings": [],
    "statistics": {},
    "provenance": {},
}

SAMPLES: dict[str, Any] = {f"/backtests/{{{name}}}/result": RESULT for name in ("job", "a", "b")}
SAMPLES["/jobs"] = {"items": [ANALYSIS_JOB], "next_cursor": None}


@cache
def analysis_result(page_id: str) -> Any:
    """What the example of an analysis gives, by its page or the page that compares two of its results."""
    wanted = page_id.removesuffix("-compare")
    (analysis,) = [each for each in analyses() if each.page_id == wanted]
    with tempfile.TemporaryDirectory() as home:
        services = make_services(Config(home))
        document = run_analysis(services, analysis.analysis_id, analysis.example, lambda share, text: None)
    return msgspec.json.decode(encode_document(document))
