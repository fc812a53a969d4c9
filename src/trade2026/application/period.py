"""The period of a run: days or instants as a user writes them, to UTC nanoseconds and back."""

from datetime import datetime
from typing import Final

from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, UnixNanos, date_to_unix_ns, format_ns, parse_date, to_unix_ns

_DATE_LENGTH: Final = 10


def parse_period(start: str, end: str) -> tuple[UnixNanos | None, UnixNanos | None]:
    """Bounds [start, end) from texts; a day as `end` is included.

    Raises
    ------
    InputError
        A text is no day and no instant with a zone, or the period is empty.
    """
    start_ns = None if not start else _parse(start, "--from")
    end_ns = None if not end else _parse(end, "--to") + (DAY_NS if len(end) == _DATE_LENGTH else 0)
    if start_ns is not None and end_ns is not None and start_ns >= end_ns:
        raise InputError(f"--from must be before --to, was {start} and {end}")
    return start_ns, end_ns


def describe_period(start_ns: UnixNanos | None, end_ns: UnixNanos | None) -> str:
    """The same bounds in words."""
    if start_ns is None and end_ns is None:
        return "all of the data"
    first = "the first event" if start_ns is None else _show(start_ns)
    if end_ns is None:
        return f"{first} to the last event"
    if end_ns % DAY_NS == 0:
        return f"{first} to {_show(end_ns - DAY_NS)}"
    return f"{first} until before {_show(end_ns)}"


def _parse(text: str, option: str) -> UnixNanos:
    if len(text) == _DATE_LENGTH:
        return date_to_unix_ns(parse_date(text, option))
    return parse_instant(text, option, "a day as YYYY-MM-DD or an instant")


def parse_instant(text: str, what: str, wanted: str = "an instant") -> UnixNanos:
    """UTC nanoseconds of an RFC 3339 text with a zone; raises InputError naming `what` and `wanted`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{what} must be {wanted} as YYYY-MM-DDTHH:MM:SS+00:00, was {text!r}") from None
    if moment.tzinfo is None:
        raise InputError(f"{what} must carry a time zone, was {text!r}; append +00:00 for UTC")
    return to_unix_ns(moment)


def _show(ts: UnixNanos) -> str:
    return format_ns(ts).removesuffix("T00:00:00Z")
