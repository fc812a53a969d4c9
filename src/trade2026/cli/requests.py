"""Words of the command line into the typed requests of the use cases."""

from collections.abc import Iterable

from trade2026.application.requests import DataRequest
from trade2026.model.enums import AccountType
from trade2026.primitives.errors import InputError


def pairs(option: str, texts: Iterable[str] | None) -> tuple[tuple[str, str], ...]:
    """NAME=VALUE texts as pairs; raises InputError for one without a name or a "="."""
    found = []
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InputError(f"{option} must be NAME=VALUE, was {text!r}")
        found.append((name.strip(), value.strip()))
    return tuple(found)


def whole(option: str, text: str) -> int:
    """An integer; raises InputError naming the option and the text."""
    try:
        return int(text)
    except ValueError:
        raise InputError(f"{option} must be a whole number, was {text!r}") from None


def account_type(text: str) -> AccountType:
    """The kind of account; raises InputError for another word."""
    try:
        return AccountType(text.upper())
    except ValueError:
        raise InputError(f"--account must be margin or cash, was {text!r}") from None


def data_request(
    data: Iterable[str],
    instruments: Iterable[str] | None,
    columns: Iterable[str] | None,
    header: str,
    **words: str | bool,
) -> DataRequest:
    """The data asked for; `words` are the other fields of the request."""
    return DataRequest(
        names=tuple(data),
        instrument_ids=tuple(instruments or ()),
        columns=pairs("--column", columns),
        header=tuple(name.strip() for name in header.split(",")) if header else (),
        **words,  # type: ignore[arg-type]  # Named by the command, checked by its tests.
    )
