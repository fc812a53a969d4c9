"""Runs an analysis by its id, and makes the document of its result."""

from pprint import pformat
from typing import Any, Final

import msgspec

from trade2026.application.analyses.declaration import Analysis, Tell
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.registry import find_analysis
from trade2026.application.analyses.requests import ReturnsRequest, is_dated
from trade2026.application.services import Services
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import format_ns

_CODE_WIDTH: Final = 72
_SHORT_YEARS: Final = 0.25
"""Time below which annual figures are told to say little."""
_PREPARED: Final = 0.1
"""Share of the way that reading the data counts for."""


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """From what a result was computed; the same provenance gives the same result.

    Attributes
    ----------
    request : dict
        With every default filled in.
    inputs_sha256 : str
        Of assets, times and returns as computed on.
    data, data_sha256 : str
        The data set; "" where the rows came with the request.
    factors, factor_data, factor_data_sha256
        The same of the factors, for analyses that take them.
    first, last : str
        The ends of the first and the last period, UTC; "" for rows of the request without days.
    periods : int
        Returns of each asset.
    """

    analysis: str
    request: dict[str, Any]
    inputs_sha256: str
    data: str
    data_sha256: str
    assets: tuple[str, ...]
    first: str
    last: str
    periods: int
    periods_per_year: float
    code_version: str
    factors: tuple[str, ...] = ()
    factor_data: str = ""
    factor_data_sha256: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A result as it is kept and shown: the data's limits and the warnings come before the figures, how they
    were found (`solved`) behind them.

    `python` is the call that gives the same result, as Markdown.
    """

    data: Any
    limits: tuple[str, ...]
    warnings: tuple[str, ...]
    solved: tuple[str, ...]
    provenance: Provenance
    python: str


def decode_request(analysis: Analysis[Any, Any], text: bytes | str) -> ReturnsRequest:
    """The request of an analysis from JSON; raises InputError that names the field and the remedy."""
    try:
        request: ReturnsRequest = msgspec.json.decode(text, type=analysis.request)
    except msgspec.DecodeError as error:
        raise InputError(
            f"the request of {analysis.analysis_id} must fit, did not: {error}; "
            f"see 'trade2026 analysis show {analysis.analysis_id}'"
        ) from None
    return request


def run_analysis(services: Services, analysis_id: str, request: ReturnsRequest, tell: Tell) -> Document:
    """Load what is asked for, and compute.

    Raises
    ------
    InputError
        There is no such analysis, the request is of another, or its values cannot be used.
    """
    from trade2026.application.analyses.returns import load_panel  # Needs numpy.

    analysis = find_analysis(analysis_id)
    if type(request) is not analysis.request:
        raise InputError(f"{analysis_id} takes a {analysis.request.__name__}, was {type(request).__name__}")
    tell(0.0, "reading the data")
    panel = load_panel(services, request)
    tell(_PREPARED, f"computing on {len(panel.assets)} assets and {panel.returns.shape[0]} periods")

    def within(fraction: float, text: str) -> None:
        tell(_PREPARED + (1.0 - _PREPARED) * fraction, text)

    found = analysis.compute(request, panel, within)
    factors = panel.factors
    return Document(
        data=found.value,
        limits=panel.limits,
        warnings=tuple(
            sentence(each, panel.assets) for each in (*panel.warnings, *_short(panel), *found.warnings)
        ),
        solved=tuple(sentence(each, panel.assets) for each in found.solved),
        provenance=Provenance(
            analysis=analysis_id,
            request=msgspec.to_builtins(request),
            inputs_sha256=panel.sha256,
            data=panel.data,
            data_sha256=panel.data_sha256,
            assets=panel.assets,
            first=format_ns(int(panel.ts_ns[0])) if is_dated(request) else "",
            last=format_ns(int(panel.ts_ns[-1])) if is_dated(request) else "",
            periods=int(panel.returns.shape[0]),
            periods_per_year=panel.periods_per_year,
            code_version=services.code_version(),
            factors=factors.names if factors else (),
            factor_data=factors.data if factors else "",
            factor_data_sha256=factors.data_sha256 if factors else "",
        ),
        python=python_call(analysis_id, request),
    )


def _short(panel: Panel) -> tuple[str, ...]:
    """What is to be known of annual figures from less than a season."""
    periods = panel.returns.shape[0]
    if periods >= _SHORT_YEARS * panel.periods_per_year:
        return ()
    share = 100.0 * periods / panel.periods_per_year
    return (
        f"the returns cover {share:.2g} % of a year, and annual figures are as if all of it went like that: "
        "returns a year are far off, deviations less so",
    )


def sentence(text: str, names: tuple[str, ...] = ()) -> str:
    """A note as a sentence: solvers write them as parts of one. Of `names` none changes its letters."""
    first = text.partition(" ")[0].rstrip(",;:")
    is_word = first.isalpha() and first.islower() and first not in names
    begun = text[:1].upper() + text[1:] if is_word else text
    return begun if begun.endswith((".", "!", "?")) else f"{begun}."


DESK_URL: Final = "http://127.0.0.1:8026"
"""The address of a desk in a call; a result says nothing of the one that made it."""


def python_call(analysis_id: str, request: ReturnsRequest) -> str:
    """How to ask for the same from Python, as a block of Markdown; only what differs from the defaults."""
    defaults = msgspec.to_builtins(type(request)())
    given = _changed(msgspec.to_builtins(request), defaults)
    body = "".join(f"    {name}={_written(each)},\n" for name, each in given.items())
    return (
        "```python\n"
        "from trade2026.client import Client\n\n"
        f'desk = Client("{DESK_URL}", token="...")\n'
        f'job = desk.analyze(\n    "{analysis_id}",\n{body})\n'
        "job.wait()\n"
        "result = job.result()\n"
        "```"
    )


def _written(value: Any) -> str:
    """As Python, over several lines where one would be too long to read."""
    return pformat(value, width=_CODE_WIDTH, compact=True, sort_dicts=False).replace("\n", "\n    ")


def _changed(given: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """What differs from the defaults, also inside objects."""
    found = {}
    for name, each in given.items():
        default = defaults[name]
        if each == default:
            continue
        is_object = isinstance(each, dict) and isinstance(default, dict)
        found[name] = _changed(each, default) if is_object else each
    return found


def encode_document(document: Document) -> bytes:
    """As JSON; the same document gives the same bytes. A figure that does not exist is null."""
    return msgspec.json.encode(document, order="deterministic")
