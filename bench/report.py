"""Keeps the last line of every benchmark under docs/results/ and writes docs/benchmarks.md from them."""

import json
from typing import Any

from bench.harness import ROOT

RESULTS = ROOT / "docs" / "results"
PAGE = ROOT / "docs" / "benchmarks.md"
_HEAD = """# Benchmarks

Written by `make bench-report` from the lines in `docs/results/bench-*.json`; each figure is the median of the
runs, with the smallest and largest beside it. Everything ran on one machine, ours and the peers one after
the other in the same run; what a benchmark measures stands in the docstring of `bench/NAME.py`. Figures per
CPU second are the steadier ones on a shared machine. `compiled_*` is the same on the compiled build
([compiled.md](compiled.md)); everything else is plain Python.
"""


MEASURES = (
    "volatility", "semi_deviation", "mean_absolute_deviation", "cvar", "evar", "worst_realization",
    "average_drawdown", "maximum_drawdown", "cdar", "ulcer_index",
)  # fmt: skip

GOALS = {
    "orders_core": {"orders_per_s": "20,000", "filled_orders_per_s": "12,000"},
    "orders_memory": {"rss_ratio": "at most 1.1"},
    "orders_rest": {
        "orders_per_s": "5,000 (floor 4,000)",
        "ack_p50_ms": "at most 2",
        "ack_p99_ms": "at most 10",
    },
    "orders_ws": {"orders_per_s": "20,000 (floor 10,000)"},
    "api_connections": {"p50_ms": "at most 20", "p99_ms": "at most 100", "errors": "0"},
    "live_page": {"updates_per_s": "50,000", "fps": "55", "js_share": "under 0.15"},
    "risk_check": {"p50_us": "at most 25", "p99_us": "at most 100"},
    "replay": {"events_per_s": "150,000"},
    "restart": {"cancel_answered_s": "at most 5"},
    "isolation": {"p50_rise_percent": "at most 10", "loaded_p99_ms": "under 10"},
    "soak": {f"{role}_growth_percent": "under 1" for role in ("core", "web", "runner", "monitor")},
    "book": {"ops_per_cpu_s": "10,000,000", "single_ops_per_cpu_s": "1,000,000"},
    "prism_market": {
        "orders_per_cpu_s": "4,000,000",
        "python_orders_per_cpu_s": "170,000",
        "live_core_share": "under 25",
        "day_rss_growth_percent": "under 1",
    },
    "prism_api": {"orders_per_s": "2,000", "fan_out_p99_ms": "under 100"},
    "portfolio": {
        f"{method}_{assets}_times_faster_than_{peer}": "3"
        for method in ("minimum_variance", "maximum_sharpe", "risk_parity")
        for assets in (20, 500)
        for peer in ("skfolio", "pypfopt", "riskfolio")
    }
    | {"minimum_cvar_500_ms": "under 2,000"},
    "portfolio_optima": {
        f"{measure}_{goal}_{assets}_{what}": limit
        for measure in MEASURES
        for goal in ("minimum", "ratio", "limited")
        for assets in (20, 500)
        for what, limit in (
            ("violation", "at most 1e-8"),
            *(
                (f"worse_than_{peer}", "at most 1e-6")
                for peer in ("cvxpy", "skfolio", "riskfolio", "pypfopt")
            ),
        )
    },
    "backtest_events": {"quotes_per_cpu_s": "200,000", "bars_with_orders_per_cpu_s": "50,000"},
}
"""What the design asks of a benchmark's metrics, of any build; at least, where nothing else is said."""


def keep(line: dict[str, Any]) -> None:
    """Store one benchmark's line."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"bench-{line['bench']}.json").write_text(json.dumps(line, indent=1, sort_keys=True) + "\n")


def write() -> None:
    """Write the page."""
    parts = [_HEAD]
    parts += [_section(json.loads(path.read_text())) for path in sorted(RESULTS.glob("bench-*.json"))]
    PAGE.write_text("\n".join(parts))


def _section(line: dict[str, Any]) -> str:
    rows = [
        f"## {line['bench']}",
        "",
        f"Commit {line['commit']}, {line['runs']} runs, {line['machine']}.",
        "",
    ]
    rows += ["| metric | goal | median | min | max | unit |", "|---|---:|---:|---:|---:|---|"]
    for name in sorted(line["metrics"], key=lambda each: (each.removeprefix("compiled_"), each)):
        metric = line["metrics"][name]
        cells = " | ".join(f"{metric[key]:,}" for key in ("median", "min", "max"))
        goal = GOALS.get(line["bench"], {}).get(name.removeprefix("compiled_"), "")
        rows.append(f"| `{name}` | {goal} | {cells} | {metric['unit']} |")
    if line["peers"]:
        rows += ["", "| peer | figure | value |", "|---|---|---:|"]
        for peer, figures in line["peers"].items():
            rows += [f"| {peer} | {name} | {value:,} |" for name, value in figures.items()]
    rows += [""] + [f"- {note}" for note in line["notes"]] + [""]
    return "\n".join(rows)
