"""Look at a journal without writing to it: check it, show its records, rebuild the state from it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Final, get_args

import msgspec

from trade2026.application import runs
from trade2026.application.services import Services
from trade2026.model.commands import Command
from trade2026.model.events import Event
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import HashMismatch, InputError, IntegrityError
from trade2026.primitives.fixed_point import decode_money, format_raw
from trade2026.primitives.time import format_ns
from trade2026.trading.codec import decode_record
from trade2026.trading.journal import GENESIS, Frame, VerifyReport, frames, verify
from trade2026.trading.journal.head import HEAD_NAME
from trade2026.trading.replay import replay

_SEGMENTS: Final = "segment-"
_TIMES: Final = frozenset(
    {"now", "ts_event", "ts_init", "reference_ts", "session_open", "session_close", "expire_time"}
)
_RAW: Final = frozenset(
    {
        "order_qty", "limit_price", "reference_price", "last_qty", "last_px", "cum_qty", "leaves_qty",
        "commission", "quantity", "closed_qty", "rate", "price", "tick_size", "lot_size", "multiplier",
        "min_qty", "max_qty", "min_notional", "max_gross_exposure", "max_net_exposure", "max_leverage",
        "max_open_notional", "max_order_qty", "max_order_notional", "max_long_qty",
        "max_short_qty", "max_open_qty", "largest_qty", "trigger_price", "trailing_offset", "display_qty",
        "armed_qty", "prevented_qty", "reserve_price",
    }
)  # fmt: skip
"""Fields that are raw integers in units of 1e-9; shown as exact decimals."""

_MONEY_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Checked:
    """What a journal is worth, and its folder."""

    folder: str
    report: VerifyReport
    head_checked: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One frame: its number, its hash, and what it says as plain values."""

    seq: int
    digest: str
    command: dict[str, Any]
    events: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The state after a replay; `agrees` is None where the folder has no result to compare with."""

    folder: str
    frames: int
    events: int
    journal_sha256: str
    state_sha256: str
    decided_again: bool
    agrees: bool | None


def verify_journal(services: Services, text: str, *, check_head: bool = True) -> Checked:
    """Check every frame, the chain and the signed head of the journal in a folder or of a run."""
    folder, storage = _open(services, text)
    try:
        key = services.head_key() if check_head else None
        return Checked(folder, verify(storage, key, strict=runs.is_unsynced(storage)), check_head)
    except HashMismatch as error:  # The head itself: nothing else has been looked at.
        raise HashMismatch(f"{error} 'trade2026 journal verify --no-head' checks the rest.") from error
    finally:
        storage.close()


def show_journal(
    services: Services, text: str, *, first: int = 1, last: int | None = None, types: tuple[str, ...] = ()
) -> Iterator[Record]:
    """Records `first` to `last` (both included) that hold a command or event of one of the types.

    Raises
    ------
    InputError
        There is no such journal, a bound is below 1, or a type is unknown.
    IntegrityError
        The log is damaged before `last`.
    """
    _check_types(types)
    for option, bound in (("--first", first), ("--last", last)):
        if bound is not None and bound < 1:
            raise InputError(f"{option} must be at least 1, was {bound}; records are numbered from 1")
    _, storage = _open(services, text)
    try:
        for frame in frames(storage, first, last):
            record = _read(frame)
            names = [record.command["type"], *(event["type"] for event in record.events)]
            if not types or any(name in types for name in names):
                yield record
    finally:
        storage.close()


def replay_journal(
    services: Services,
    text: str,
    *,
    decide_again: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Rebuilt:
    """Rebuild the state from the journal's events, and compare it with the result beside it, if there is one.

    Raises
    ------
    HashMismatch
        The state is not that of the result; or, with `decide_again`, this code decides otherwise.
    """
    folder, storage = _open(services, text)
    digests = [GENESIS]

    def watched() -> Iterator[Frame]:
        for frame in frames(storage):
            digests[0] = frame.digest
            yield frame

    try:
        done = replay(watched(), decide_again=decide_again, progress=progress)
    finally:
        storage.close()
    state = done.core.state_sha256()
    rebuilt = Rebuilt(folder, done.frames, done.events, digests[0].hex(), state, decide_again, None)
    run = runs.load_run(services, folder)
    expected = run.result.figures if run is not None and run.result is not None else {}
    if "state_sha256" not in expected:
        return rebuilt
    for name in ("journal_sha256", "state_sha256"):
        if getattr(rebuilt, name) != expected[name]:
            raise HashMismatch(
                f"{name} of {folder} must be {expected[name]} as in {runs.RESULT}, was "
                f"{getattr(rebuilt, name)}; 'trade2026 journal verify {folder}' checks the journal, and "
                f"{runs.PLAN} names the version that ran it"
            )
    return replace(rebuilt, agrees=True)


def _open(services: Services, text: str) -> tuple[str, Storage]:
    """The folder meant, and its storage; InputError where it holds no journal."""
    folder = runs.find_folder(services, text)
    storage = services.open_storage(folder)
    if not storage.names(_SEGMENTS):
        had_one = storage.exists(HEAD_NAME)
        storage.close()
        if had_one:
            raise IntegrityError(
                f"journal {folder} must have its segments, has '{HEAD_NAME}' but no {_SEGMENTS}*.log; "
                f"restore this folder from a backup; of a run, running it again gives the same journal"
            )
        raise InputError(
            f"{folder} must hold a journal, has no {_SEGMENTS}*.log; 'trade2026 runs' lists folders that do"
        )
    return storage.folder, storage


def _read(frame: Frame) -> Record:
    """A frame of the core, or of the trial ledger, whose payload is one JSON object."""
    if frame.payload[:1] == b"{":
        try:
            plain = msgspec.json.decode(frame.payload)
        except msgspec.DecodeError as error:
            raise IntegrityError(f"frame {frame.seq} is intact but is no JSON: {error}") from error
        return Record(frame.seq, frame.digest.hex(), {**plain, "type": f"trial {plain['type']}"}, ())
    command, events = decode_record(frame.payload, frame.seq)
    return Record(
        frame.seq, frame.digest.hex(), plain_struct(command), tuple(plain_struct(event) for event in events)
    )


def plain_struct(value: msgspec.Struct) -> dict[str, Any]:
    """A command or an event as plain values: type first, exact decimals and times as text."""
    plain: dict[str, Any] = {"type": type(value).__name__}
    for name in value.__struct_fields__:
        plain[name] = _plain(name, getattr(value, name))
    return plain


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return plain_struct(value)
    if isinstance(value, tuple):
        return [_plain(name, item) for item in value]
    if isinstance(value, bytes):
        return format_raw(decode_money(value)) if len(value) == _MONEY_BYTES else value.hex()
    if isinstance(value, int) and not isinstance(value, bool):
        if name in _TIMES:
            return format_ns(value) if value else ""
        return format_raw(value) if name in _RAW else value
    return value


def record_types() -> tuple[str, ...]:
    """Names of all commands and events, as `show_journal` takes them."""
    return tuple(sorted(kind.__name__ for kind in (*get_args(Command), *get_args(Event))))


def _check_types(types: tuple[str, ...]) -> None:
    known = record_types()
    for name in types:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]}?" if near else "docs/cli.md lists them"
            raise InputError(f"--type must be a command or an event, was {name!r}; {hint}")
