"""UTC nanoseconds since 1970 as integers: parsing, printing and the few constants everyone needs."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

from trade2026.primitives.errors import InputError

UnixNanos: TypeAlias = int

MICROSECOND_NS: Final = 1_000
MILLISECOND_NS: Final = 1_000_000
SECOND_NS: Final = 1_000_000_000
MINUTE_NS: Final = 60 * SECOND_NS
HOUR_NS: Final = 60 * MINUTE_NS
DAY_NS: Final = 24 * HOUR_NS

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_LAST_NS: Final = 2**63 - 1
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def to_unix_ns(moment: datetime) -> UnixNanos:
    """Nanoseconds of an aware datetime, exact to its microsecond; raises InputError when it is naive."""
    if moment.tzinfo is None:
        raise InputError(f"time must carry a time zone, was {moment.isoformat()}; append +00:00 for UTC")
    return ((moment - _EPOCH) // _MICROSECOND) * MICROSECOND_NS


def date_to_unix_ns(day: date) -> UnixNanos:
    """Nanoseconds of midnight UTC at the start of a date."""
    return (day - _EPOCH.date()).days * DAY_NS


def parse_date(text: str, what: str) -> date:
    """Read an ISO date such as "1990-01-02"; raises InputError naming `what` otherwise."""
    try:
        if not _DATE.match(text):  # `date` would also take weeks and dates without dashes.
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{what} must be a date as YYYY-MM-DD, was {text!r}") from None


def to_datetime(ts: UnixNanos) -> datetime:
    """Aware UTC datetime, cut to the microsecond; raises InputError beyond the int64 range."""
    _check_fits(ts)
    return _EPOCH + timedelta(microseconds=ts // MICROSECOND_NS)


def format_ns(ts: UnixNanos) -> str:
    """ISO 8601 in UTC with as many decimals as needed: "1990-01-02T21:00:00Z"."""
    _check_fits(ts)
    second, part = divmod(ts, SECOND_NS)
    text = _format_second(second)
    return f"{text}Z" if part == 0 else f"{text}.{part:09d}".rstrip("0") + "Z"


@lru_cache(maxsize=1024)
def _format_second(second: int) -> str:
    """Kept, because most times that are written one after the other are of the same few seconds."""
    return (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")


def _check_fits(ts: UnixNanos) -> None:
    if not -_LAST_NS <= ts <= _LAST_NS:
        raise InputError(f"time must fit int64 nanoseconds, was {ts}")
