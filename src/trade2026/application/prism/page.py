"""What was measured as one HTML page that needs nothing but itself."""

from collections.abc import Sequence
from html import escape

from trade2026.analytics.microstructure.estimate import Estimate, NotTestable
from trade2026.analytics.microstructure.facts import FACTS
from trade2026.analytics.microstructure.metaorders import MetaorderImpact
from trade2026.analytics.microstructure.scorecard import Verdict
from trade2026.application.prism import pictures
from trade2026.application.prism.pictures import Interval
from trade2026.application.report.styles import CSS
from trade2026.simulation.prism.calibration import MATCHED, Calibration, Match
from trade2026.simulation.prism.counterfactual import CausalImpact
from trade2026.simulation.prism.scoring import CombinedFact, Figure, Scored


def _document(title: str, lead: str, body: Sequence[str]) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return "\n".join([
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{escape(title)}</title><style>{CSS}{pictures.STYLE}</style></head><body><main>",
        f'<header><div class="eyebrow">PRISM</div><h1>{escape(title)}</h1>',
        f'<p class="lead">{escape(lead)}</p></header>',
        *body, "</main></body></html>\n",
    ])  # fmt: skip


def scorecard_page(market: Scored, tape: Scored | None, lead: str) -> str:
    """Facts and figures of the market, beside those of a tape."""
    legend = '<p class="legend"><span><i></i>simulated, mean over seeds</span>'
    legend += "" if tape is None else f'<span><i class="other"></i>{escape(tape.name)}</span>'
    beside = [] if tape is None else ["tape"]
    facts, figures = [], []
    for at, fact in enumerate(market.facts):
        other = None if tape is None else tape.facts[at]
        criterion = FACTS[at].criterion
        drawn = pictures.intervals(_intervals(fact, other), (criterion.low, criterion.high))
        said = [escape(_said(each)) for each in (fact, other) if each is not None]
        facts.append([escape(fact.name), *said, drawn or escape(fact.reason)])
    for at, figure in enumerate(market.figures):
        known = None if tape is None else tape.figures[at]
        if figure.value is None and (known is None or known.value is None):
            continue
        numbers = [_number(each) for each in (figure, known) if each is not None]
        figures.append([escape(figure.words), *numbers, pictures.intervals(_intervals(figure, known))])
    head = ["fact", "simulated", *beside, "where it counts as reproduced"]
    body = [
        _table("Facts", legend + "</p>", head, facts),
        _table("Figures", "", ["figure", "simulated", *beside, ""], figures),
    ]
    return _document(f"{market.name}: scorecard", lead, body)


def _intervals(left: Figure | CombinedFact, right: Figure | CombinedFact | None) -> list[Interval]:
    return [
        Interval(style, each.value, each.low, each.high)
        for style, each in (("market", left), ("tape", right))
        if each is not None and each.value is not None and each.low is not None and each.high is not None
    ]


def _said(fact: CombinedFact) -> str:
    if fact.verdict is Verdict.NOT_TESTABLE:
        return f"{fact.verdict.value}: {fact.reason}"
    return f"{fact.verdict.value} {_number(fact)}"


def _number(each: Figure | CombinedFact) -> str:
    if each.value is None:
        return "-"
    if each.low is None or each.high is None:
        return f"{each.value:.3g}"
    return f"{each.value:.3g} [{each.low:.3g}, {each.high:.3g}]"


def impact_page(path: CausalImpact | None, curve: MetaorderImpact | NotTestable | None, lead: str) -> str:
    """The causal path of one participant, and the curve of metaorders."""
    body = []
    if path is not None:
        drawn = pictures.path(
            path.grid_s, path.mean, path.low, path.high, title="causal impact",
            x_name="seconds since the first order", y_name="basis points",
        )  # fmt: skip
        body.append(
            f'<section class="card"><h2>Causal impact on the mid</h2>{drawn}<p class="note">Mean over '
            f"{len(path.paths)} seeds, each with and without; band at {path.level:.0%}.</p></section>"
        )
    if isinstance(curve, NotTestable):
        body.append(f'<section class="card"><h2>Metaorders</h2><p>{escape(curve.reason)}</p></section>')
    elif curve is not None:
        body += _curve(curve)
    return _document("Impact", lead, body)


def _curve(found: MetaorderImpact) -> list[str]:
    curve = found.curve
    if isinstance(curve, NotTestable):
        return [f'<section class="card"><h2>Metaorders</h2><p>{escape(curve.reason)}</p></section>']
    law = None
    text = "no positive impact"
    if isinstance(curve.exponent, Estimate):
        law = curve.scale * curve.sizes**curve.exponent.value * 1e4
        each = curve.exponent
        text = f"exponent {each.value:.2f} [{each.low:.2f}, {each.high:.2f}]"
    drawn = pictures.points(
        curve.sizes, curve.moves * 1e4, curve.low * 1e4, curve.high * 1e4, law, title="impact by size",
        x_name="size, clips", y_name="basis points",
    )  # fmt: skip
    return [f'<section class="card"><h2>Impact of metaorders: {escape(text)}</h2>{drawn}</section>']


def calibration_page(found: Calibration, held: Sequence[Match] | None, lead: str) -> str:
    """What a fit changed, and how far moments are from the tape's: in the period fitted and in the rest."""
    rows = [
        (
            escape(each.path), f"{each.before:.4g}", f"{each.value:.4g}",
            "at its bound: the tape would have it farther" if each.is_at_bound else "",
        )
        for each in found.parameters
    ]  # fmt: skip
    parameters = _table("Parameters", "", ("parameter", "before", "fitted", ""), rows)
    legend = '<p class="legend"><span><i></i>period fitted</span>'
    head = ["moment", "tape", "before", "fitted"]
    if held is not None:
        legend += '<span><i class="other"></i>rest of the tape, with seeds that no candidate saw</span>'
        head += ["rest: tape", "market"]
    known = {match.name: match for match in held or ()}
    moments = [_moment_row(match, known.get(match.name), len(head)) for match in found.matches]
    head.append(f"difference in standard errors, up to {MATCHED:g} shaded")
    return _document("Calibration", lead, [parameters, _table("Moments", legend + "</p>", head, moments)])


def _moment_row(match: Match, other: Match | None, columns: int) -> tuple[str, ...]:
    drawn = [Interval("market", match.z, match.z, match.z)]
    cells = [escape(match.name), _short(match.tape), _short(match.before), _short(match.fitted)]
    if other is not None:
        drawn.append(Interval("tape", other.z, other.z, other.z))
        cells += [_short(other.tape), _short(other.fitted)]
    cells += ["-"] * (columns - len(cells))
    return (*cells, pictures.intervals(drawn, (-MATCHED, MATCHED)))


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _table(title: str, legend: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A card with a table, whose last column is the wide one."""
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = [
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in row[:-1]) + f'<td class="wide">{row[-1]}</td></tr>'
        for row in rows
    ]
    return (
        f'<section class="card"><h2>{escape(title)}</h2>{legend}<div class="facts"><table><thead><tr>{names}'
        f"</tr></thead><tbody>{''.join(lines)}</tbody></table></div></section>"
    )
