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
CPU second are the steadier ones on a shared machine.
"""


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
    rows += ["| metric | median | min | max | unit |", "|---|---:|---:|---:|---|"]
    for name, metric in line["metrics"].items():
        cells = " | ".join(f"{metric[key]:,}" for key in ("median", "min", "max"))
        rows.append(f"| `{name}` | {cells} | {metric['unit']} |")
    if line["peers"]:
        rows += ["", "| peer | figure | value |", "|---|---|---:|"]
        for peer, figures in line["peers"].items():
            rows += [f"| {peer} | {name} | {value:,} |" for name, value in figures.items()]
    rows += [""] + [f"- {note}" for note in line["notes"]] + [""]
    return "\n".join(rows)
