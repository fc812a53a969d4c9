"""`trade2026 analysis`: what analyses there are, what one takes, and run one here."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from trade2026.application.desk import Desk
from trade2026.cli import options
from trade2026.cli.output import examples, labeled, note, say, say_json, table
from trade2026.cli.progress import progress
from trade2026.cli.requests import pairs
from trade2026.primitives.errors import InputError, StoreUnavailable

if TYPE_CHECKING:
    from trade2026.application.analyses.declaration import Analysis
    from trade2026.application.analyses.requests import ReturnsRequest
    from trade2026.application.analyses.run import Document
    from trade2026.application.pages.spec import Block

_NAME = Annotated[str, typer.Argument(metavar="ANALYSIS", help="Its id, such as portfolio/assets.")]
_PARAMETERS = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", metavar="NAME=VALUE", help="A field of the request; repeat for several."),
]
_REQUEST = Annotated[
    str, typer.Option("--request", metavar="FILE", help="The request as a JSON file; --param goes on top.")
]
_OUT = Annotated[
    str,
    typer.Option(
        "--out", metavar="FILE", help="Also write the whole result as JSON, or with --table a table of it."
    ),
]
_TABLE = Annotated[
    str,
    typer.Option(
        "--table", metavar="PATH", help="A table of the result such as /data/weights: --out is Parquet then."
    ),
]
_STEPS: Final = 100
_DASH: Final = "-"


def add_analyses(app: typer.Typer, desk: Desk) -> None:
    """Add the commands to the application."""
    analysis_app = typer.Typer(
        no_args_is_help=True,
        epilog=examples(
            "trade2026 analysis list",
            "trade2026 analysis run portfolio/assets -p start=2015-01-01 -p frequency=month",
        ),
    )
    app.add_typer(analysis_app, name="analysis")

    @analysis_app.callback()
    def analysis() -> None:
        """Research: analyses of returns, the same as on the pages and over HTTP."""

    _add_list(analysis_app)
    _add_show(analysis_app)
    _add_run(analysis_app, desk)


def _add_list(app: typer.Typer) -> None:
    @app.command(name="list", epilog=examples("trade2026 analysis list"))
    def show_all(json: options.Json = False) -> None:
        """List analyses."""
        from trade2026.application.analyses.registry import analyses

        found = analyses()
        if json:
            names = ("analysis_id", "title", "doc")
            say_json([{name: getattr(each, name) for name in names} for each in found])
            return
        rows = [(each.analysis_id, each.doc) for each in found]
        for line in table(("analysis", "what it answers"), rows):
            say(line)


def _add_show(app: typer.Typer) -> None:
    @app.command(epilog=examples("trade2026 analysis show portfolio/assets"))
    def show(name: _NAME, json: options.Json = False) -> None:
        """Show what an analysis takes: fields, defaults, bounds."""
        from trade2026.application.analyses.registry import find_analysis
        from trade2026.application.analyses.schema import request_schema
        from trade2026.application.parameters import describe_parameters

        found = find_analysis(name)
        if json:
            say_json(request_schema(found.request))
            return
        say(f"{found.title}: {found.doc}")
        say()
        rows = [
            (each.name, each.type, each.default or '""', each.bounds, each.text)
            for each in describe_parameters(found.request)
        ]
        for line in table(("field", "type", "default", "bounds", "meaning"), rows):
            say(line)


def _add_run(app: typer.Typer, desk: Desk) -> None:
    @app.command(
        epilog=examples(
            "trade2026 analysis run portfolio/assets",
            'trade2026 analysis run portfolio/assets -p \'assets=["AAPL.XNAS", "XOM.XNYS"]\' --json',
        )
    )
    def run(
        name: _NAME, param: _PARAMETERS = None, request: _REQUEST = "", out: _OUT = "",
        table: _TABLE = "", json: options.Json = False, quiet: options.Quiet = False,
    ) -> None:  # fmt: skip
        """Run an analysis here, without the desk; figures and tables are printed."""
        from trade2026.application.analyses.registry import find_analysis
        from trade2026.application.analyses.run import encode_document

        analysis = find_analysis(name)
        if table and not out:
            raise InputError("--table goes with --out, the file to write it to")
        asked = _request(analysis, request, param)
        with progress("%", _STEPS, quiet=quiet) as tell:
            document = desk.analyze(name, asked, lambda share, _: tell(int(share * _STEPS)))
        encoded = encode_document(document)
        if out:
            _write(Path(out), _table(encoded, table) if table else encoded)
        if json:
            say_json(msgspec.json.decode(encoded))
            return
        _show(analysis, document, msgspec.json.decode(encoded)["data"], quiet=quiet)


def _request(analysis: "Analysis[Any, Any]", file: str, param: list[str] | None) -> "ReturnsRequest":
    from trade2026.application.analyses.run import decode_request
    from trade2026.application.parameters import parse_parameters

    given: dict[str, Any] = {}
    if file:
        try:
            text = Path(file).read_text()
            found = msgspec.json.decode(text)
        except (OSError, UnicodeError, msgspec.DecodeError) as error:
            raise InputError(f"--request must be a file of JSON, {file} is not: {error}") from None
        if not isinstance(found, dict):
            raise InputError(f"--request must hold one JSON object, {file} does not")
        given |= found
    texts = pairs("--param", param)
    parsed = msgspec.to_builtins(parse_parameters(analysis.request, texts, analysis.analysis_id))
    given |= {name: parsed[name] for name, _ in texts}
    return decode_request(analysis, json_text.dumps(given))


def _table(encoded: bytes, path: str) -> bytes:
    from trade2026.application.runner.tables import parquet_of

    try:
        return parquet_of(msgspec.json.decode(encoded), path)
    except InputError as error:
        raise InputError(f"--table: {error}") from None


def _write(path: Path, encoded: bytes) -> None:
    try:
        path.write_bytes(encoded)
    except OSError as error:
        raise StoreUnavailable(f"--out {path} cannot be written: {error.strerror}") from None
    note(f"written: {path}")


# -------------------------------------------------------------------------------- a result as text


def _show(analysis: "Analysis[Any, Any]", document: "Document", data: Any, *, quiet: bool) -> None:
    """Figures and tables in the order of the page; limits and warnings first, how it was found last."""
    if not quiet:
        for text in (*document.warnings, *document.limits):
            say(f"! {text}")
        say()
    pictures = []
    for block in analysis.layout:
        lines = _lines(block, _at(data, block.data))
        if lines is None:
            pictures.append(block.title)
            continue
        say(block.title)
        for line in lines:
            say(f"  {line}")
        say()
    if document.solved and not quiet:
        say("How it was found")
        for text in document.solved:
            say(f"  {text}")
        say()
    if pictures and not quiet:
        say(f"Pictures are on the page {analysis.page_path} of the desk: {', '.join(pictures)}.")


def _lines(block: "Block", value: Any) -> list[str] | None:
    """A block as text; None for one that is a picture."""
    from trade2026.application.pages.views import Format, KpiOptions, TableOptions

    if isinstance(block.opts, KpiOptions):
        return labeled((each.title, text_of(value.get(each.key), each.format)) for each in block.opts.items)
    if isinstance(block.opts, TableOptions):
        columns = block.opts.columns
        rows = [tuple(text_of(row.get(each.key), each.format) for each in columns) for row in value]
        words = (Format.TEXT, Format.ID, Format.STATUS)
        numbers = [each.title for each in columns if each.format not in words]
        return table([each.title for each in columns], rows, right=numbers)
    return None


def text_of(value: Any, form: Any) -> str:
    """A value as a table shows it; a dash for what does not exist."""
    from trade2026.application.pages.views import Format

    if value is None:
        return _DASH
    if isinstance(value, bool | str):
        return str(value)
    if form is Format.PCT:
        return f"{value * 100:.2f} %"
    if form is Format.BPS:
        return f"{value / 100:.2f} %"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4f}"


def _at(data: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        data = data[part]
    return data
