"""`trade2026 journal verify|show|replay`: look at the journal of a run, or at any other."""

from typing import Annotated, Any

import typer

from trade2026.application.desk import Desk
from trade2026.cli import options
from trade2026.cli.output import examples, labeled, note, say, say_json
from trade2026.cli.progress import progress
from trade2026.cli.requests import whole
from trade2026.trading.journal import VerifyReport

DAMAGED = 1
"""Exit code of `verify` when something was found."""

_NO_HEAD = Annotated[
    bool, typer.Option("--no-head", help="Leave out the signed head: for a journal made with another key.")
]
_FIRST = Annotated[str, typer.Option("--first", metavar="SEQ", help="First record to show.")]
_LAST = Annotated[str, typer.Option("--last", metavar="SEQ", help="Last record to show.")]
_TYPE = Annotated[
    list[str] | None,
    typer.Option(
        "--type", metavar="NAME", help="Only records with this command or event, such as OrderFilled."
    ),
]
_DECIDE = Annotated[
    bool, typer.Option("--decide", help="Also decide every command again, and compare the bytes.")
]


def add_journal(app: typer.Typer, desk: Desk) -> None:
    """Add the commands to the application."""
    journal_app = typer.Typer(no_args_is_help=True, epilog=examples("trade2026 journal verify 4f1b22"))
    app.add_typer(journal_app, name="journal")

    @journal_app.callback()
    def journal() -> None:
        """Check, show and replay the journal of a run; nothing here changes one."""

    @journal_app.command(epilog=examples("trade2026 journal verify 4f1b22"))
    def verify(run: options.Run, no_head: _NO_HEAD = False, json: options.Json = False) -> int:
        """Check every frame, the hash chain and the signed head; exit code 1 where something is wrong."""
        return _verify(desk, run, check_head=not no_head, as_json=json)

    @journal_app.command(
        epilog=examples("trade2026 journal show 4f1b22 --first 1 --last 50 --type OrderFilled")
    )
    def show(
        run: options.Run,
        first: _FIRST = "1",
        last: _LAST = "",
        type: _TYPE = None,  # noqa: A002 - the option's name
        json: options.Json = False,
    ) -> None:
        """Show records in words, or one JSON object a line: a command and the events it led to."""
        bounds = (whole("--first", first), whole("--last", last) if last else None)
        _show(desk, run, bounds, tuple(type or ()), as_json=json)

    @journal_app.command(epilog=examples("trade2026 journal replay 4f1b22 --decide"))
    def replay(
        run: options.Run, decide: _DECIDE = False, json: options.Json = False, quiet: options.Quiet = False
    ) -> None:
        """Rebuild the state from the journal alone; print its hash, and compare it with the run's result."""
        _replay(desk, run, decide=decide, as_json=json, quiet=quiet)


def _show(
    desk: Desk, run: str, bounds: tuple[int, int | None], types: tuple[str, ...], *, as_json: bool
) -> None:
    first, last = bounds
    for record in desk.show_journal(run, first=first, last=last, types=types):
        if as_json:
            say_json(
                {
                    "seq": record.seq,
                    "sha256": record.digest,
                    "command": record.command,
                    "events": record.events,
                }
            )
            continue
        say(f"{record.seq:>8}  {in_words(record.command)}")
        for event in record.events:
            say(f"          -> {in_words(event)}")


def _replay(desk: Desk, run: str, *, decide: bool, as_json: bool, quiet: bool) -> None:
    with progress("records", None, quiet=quiet) as tell:
        done = desk.replay_journal(run, decide_again=decide, progress=tell)
    if as_json:
        say_json(
            {
                "frames": done.frames, "events": done.events, "journal_sha256": done.journal_sha256,
                "state_sha256": done.state_sha256, "decided_again": done.decided_again,
                "agrees": done.agrees,
            }
        )  # fmt: skip
        return
    pairs = [
        ("Journal", done.folder),
        ("Records", f"{done.frames:,}"),
        ("Events", f"{done.events:,}"),
        ("journal_sha256", done.journal_sha256),
        ("state_sha256", done.state_sha256),
        ("State", "no result to compare with" if done.agrees is None else "the same as in the run's result"),
    ]
    if decide:
        pairs.append(("Decisions", "all the same, byte for byte"))
    for line in labeled(pairs):
        say(line)


def _verify(desk: Desk, run: str, *, check_head: bool, as_json: bool) -> int:
    checked = desk.verify_journal(run, check_head=check_head)
    report = checked.report
    if as_json:
        findings = [
            {
                "kind": each.kind.value, "segment": each.segment, "offset": each.offset, "seq": each.seq,
                "detail": each.detail,
            }
            for each in report.findings
        ]  # fmt: skip
        say_json(
            {
                "folder": checked.folder, "segments": report.segments, "frames": report.frames,
                "last_seq": report.last_seq, "journal_sha256": report.last_hash.hex(),
                "head_seq": report.head_seq, "torn_bytes": report.torn_bytes, "intact": report.is_intact,
                "unsigned_frames": report.unsigned_frames, "signed_from": report.signed_from,
                "would_open": report.would_open,
                "findings": findings,
            }
        )  # fmt: skip
        return 0 if report.is_intact else DAMAGED
    head = "not looked at" if not checked.head_checked else f"signed at record {report.head_seq}"
    if checked.head_checked and report.head_seq is None:
        head = "missing"
    for line in labeled(
        (
            ("Journal", checked.folder),
            ("Segments", str(report.segments)),
            ("Records", f"{report.frames:,}"),
            ("Head", head),
            *([("Not signed", _unsigned(report))] if checked.head_checked else []),
            ("journal_sha256", report.last_hash.hex()),
        )
    ):
        say(line)
    if report.is_intact:
        say("Intact: every record has its checksum, its number and its place in the chain.")
        return 0
    for finding in report.findings:
        say(f"! {finding}")
    if report.would_open:
        note("a torn tail is what a crash leaves: the next writer cuts it, and nothing acknowledged is in it")
    else:
        note("restore this folder from a backup; of a run, running it again gives the same journal")
    return DAMAGED


def _unsigned(report: VerifyReport) -> str:
    """How much of the end could be someone else's."""
    if report.unsigned_frames == 0:
        return "nothing"
    return f"the last {report.unsigned_frames:,} records, which a start would sign"


def in_words(record: dict[str, Any]) -> str:
    """A command or event on one line: type, then name=value."""
    parts = [
        f"{name}={_value(value)}"
        for name, value in record.items()
        if name != "type" and value not in ("", None)
    ]
    return " ".join([str(record.get("type", "")), *parts]).strip()


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + in_words(value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return str(value)
