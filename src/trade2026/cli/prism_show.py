"""What the `prism` commands print: facts and figures beside those of a tape, impact by time and by size."""

from typing import TYPE_CHECKING, Any

import numpy as np

from trade2026.analytics.microstructure.estimate import Estimate, NotTestable
from trade2026.cli.output import table

if TYPE_CHECKING:
    from trade2026.analytics.microstructure.estimate import Absent
    from trade2026.analytics.microstructure.metaorders import MetaorderImpact
    from trade2026.simulation.prism.counterfactual import CausalImpact
    from trade2026.simulation.prism.scoring import CombinedFact, Figure, Scored

_SHOWN_MARKS = 12
_MEET = {None: "-", True: "apart", False: "overlap"}


def value_text(each: "Figure | CombinedFact") -> str:
    """A value with its interval: "2.82 [2.64, 3.12]"; "-" for none."""
    if each.value is None:
        return "-"
    if each.low is None or each.high is None:
        return f"{each.value:.3g}"
    return f"{each.value:.3g} [{each.low:.3g}, {each.high:.3g}]"


def scored_lines(market: "Scored", tape: "Scored | None") -> list[str]:
    """Facts with verdicts, then figures; both with the tape's where there is one."""
    from trade2026.simulation.prism.scoring import are_apart

    head, rows = ["fact", "simulated", "mean over seeds", "seeds"], []
    if tape is not None:
        head += ["tape", "its value", "intervals"]
    for at, fact in enumerate(market.facts):
        row = [fact.name, fact.verdict.value, value_text(fact), str(fact.seeds)]
        if tape is not None:
            other = tape.facts[at]
            row += [other.verdict.value, value_text(other), _MEET[are_apart(fact, other)]]
        rows.append(row)
    lines = table(head, rows, right=("seeds",))
    head, rows = (
        ["figure", "simulated", *(["tape", "intervals"] if tape is not None else []), "what it is"],
        [],
    )
    for at, figure in enumerate(market.figures):
        known = None if tape is None else tape.figures[at]
        beside = [] if known is None else [value_text(known), _MEET[are_apart(figure, known)]]
        rows.append([figure.name, value_text(figure), *beside, figure.words])
    return [*lines, "", *table(head, rows)]


def support_lines(market: "Scored", tape: "Scored | None") -> list[str]:
    """Which fact each tape can support, by how many observations, and why not."""
    head = [
        "fact",
        "needs",
        "a run has",
        *(["the tape has"] if tape is not None else []),
        "not testable because",
    ]
    rows = []
    for at, fact in enumerate(market.facts):
        other = None if tape is None else tape.facts[at]
        row = [fact.name, f"{fact.needed:,}", f"{fact.n:,}"]
        reasons = []
        if fact.verdict.value == "not testable":
            reasons.append(f"run: {fact.reason}")
        if other is not None:
            row.append(f"{other.n:,}")
            if other.verdict.value == "not testable":
                reasons.append(f"tape: {other.reason}")
        rows.append([*row, "; ".join(reasons)])
    return table(head, rows, right=("needs", "a run has", "the tape has"))


def scored_json(scored: "Scored") -> dict[str, Any]:
    """Facts and figures by name."""
    return {
        "name": scored.name, "seeds": list(scored.seeds), "level": scored.level,
        "facts": {
            fact.name: {
                "verdict": fact.verdict.value, "reason": fact.reason, "value": fact.value, "low": fact.low,
                "high": fact.high, "seeds": fact.seeds, "n": fact.n, "needed": fact.needed,
                "criterion": fact.criterion,
            }
            for fact in scored.facts
        },
        "figures": {
            figure.name: {"value": figure.value, "low": figure.low, "high": figure.high}
            for figure in scored.figures
        },
    }  # fmt: skip


def causal_lines(path: "CausalImpact") -> list[str]:
    """A dozen marks of the path."""
    marks = np.unique(np.linspace(0, path.grid_s.size - 1, _SHOWN_MARKS).astype(int))
    rows = [
        (f"{path.grid_s[at]:.0f}", f"{path.mean[at]:+.2f}", _range(float(path.low[at]), float(path.high[at])))
        for at in marks.tolist()
    ]
    head = ("seconds", "mid, bps", f"{path.level:.0%} over seeds")
    return table(head, rows, right=head)


def _range(low: float, high: float) -> str:
    return "-" if not np.isfinite(low + high) else f"[{low:+.2f}, {high:+.2f}]"


def curve_lines(found: "MetaorderImpact | NotTestable | None") -> list[str]:
    """Impact by size, exponent and decay."""
    if found is None or isinstance(found, NotTestable):
        return [] if found is None else [f"not testable: {found.reason}"]
    lines = [f"mean move at the end  {estimate_text(found.peak, 1e4)} bps"]
    for at, each in enumerate(found.decay):
        lines.append(f"left at instant {at}     {estimate_text(each)}")
    curve = found.curve
    if isinstance(curve, NotTestable):
        return [*lines, f"exponent              not testable: {curve.reason}"]
    rows = [
        (f"{size:.3g}", f"{move * 1e4:.2f}", _range(low * 1e4, high * 1e4), f"{count:,}")
        for size, move, low, high, count in zip(
            curve.sizes.tolist(), curve.moves.tolist(), curve.low.tolist(), curve.high.tolist(),
            curve.counts.tolist(), strict=True,
        )
    ]  # fmt: skip
    head = ("clips", "move, bps", "interval", "orders")
    return [
        *lines,
        f"exponent              {estimate_text(curve.exponent)}",
        "",
        *table(head, rows, right=head),
    ]


def estimate_text(each: "Estimate | Absent | NotTestable", scale: float = 1.0) -> str:
    """An estimate with its interval, or why there is none."""
    if isinstance(each, Estimate):
        return f"{each.value * scale:.3g} [{each.low * scale:.3g}, {each.high * scale:.3g}]"
    return each.reason


def impact_json(path: "CausalImpact | None", found: "MetaorderImpact | NotTestable | None") -> dict[str, Any]:
    """Numbers of a path or of a curve; None where an interval does not exist."""
    if path is not None:
        return {
            "seconds": path.grid_s.tolist(), "mean_bps": path.mean.tolist(), "low_bps": _finite(path.low),
            "high_bps": _finite(path.high), "level": path.level, "seeds": len(path.paths),
        }  # fmt: skip
    if found is None or isinstance(found, NotTestable):
        return {"not_testable": "" if found is None else found.reason}
    curve = found.curve
    values: dict[str, Any] = {
        "peak": estimate_text(found.peak),
        "decay": [estimate_text(x) for x in found.decay],
    }
    if isinstance(curve, NotTestable):
        return values | {"not_testable": curve.reason}
    exponent = curve.exponent
    is_known = isinstance(exponent, Estimate)
    return values | {
        "clips": curve.sizes.tolist(), "moves_bps": (curve.moves * 1e4).tolist(),
        "exponent": exponent.value if isinstance(exponent, Estimate) else None,
        "exponent_interval": [exponent.low, exponent.high] if isinstance(exponent, Estimate) else None,
        "reason": "" if is_known else estimate_text(exponent),
    }  # fmt: skip


def _finite(values: Any) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]
