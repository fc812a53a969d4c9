"""Which column of a file plays which role, and so whether its rows are bars, trades or quotes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from trade2026.adapters.embedded.files.options import FileKind, FileOptions, Spelling
from trade2026.primitives.errors import InputError

TIME: Final = "timestamp"
SYMBOL: Final = "symbol"

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    TIME: ("timestamp", "ts_event", "ts", "time", "date", "datetime", "date_time", "open_time"),
    SYMBOL: ("symbol", "ticker", "instrument", "instrument_id"),
    "open": ("open", "o", "open_price"),
    "high": ("high", "h", "high_price"),
    "low": ("low", "l", "low_price"),
    "close": ("close", "c", "close_price"),
    "volume": ("volume", "v", "vol"),
    "price": ("price", "px", "p", "last_price"),
    "quantity": ("quantity", "qty", "size", "q", "amount"),
    "side": ("side", "aggressor_side", "taker_side"),
    "buyer_maker": ("buyer_maker", "is_buyer_maker", "isbuyermaker", "m"),
    "trade_id": ("trade_id", "tradeid", "id", "agg_trade_id"),
    "bid_price": ("bid", "bid_price", "best_bid", "best_bid_price", "bid_px"),
    "ask_price": ("ask", "ask_price", "best_ask", "best_ask_price", "ask_px"),
    "bid_size": ("bid_size", "bid_qty", "bid_quantity", "best_bid_qty", "best_bid_size", "bid_sz"),
    "ask_size": ("ask_size", "ask_qty", "ask_quantity", "best_ask_qty", "best_ask_size", "ask_sz"),
}
"""Role to the headers that name it, lower case with underscores."""

_NEEDED: Final[Mapping[FileKind, tuple[str, ...]]] = {
    FileKind.BARS: (TIME, "close"),
    FileKind.TRADES: (TIME, "price", "quantity"),
    FileKind.QUOTES: (TIME, "bid_price", "ask_price", "bid_size", "ask_size"),
}
_OPTIONAL: Final[Mapping[FileKind, tuple[str, ...]]] = {
    FileKind.BARS: (SYMBOL, "open", "high", "low", "volume"),
    FileKind.TRADES: (SYMBOL, "side", "buyer_maker", "trade_id"),
    FileKind.QUOTES: (SYMBOL,),
}
_TELLING: Final[Mapping[FileKind, tuple[str, ...]]] = {
    FileKind.BARS: ("close",),
    FileKind.TRADES: ("price", "quantity"),
    FileKind.QUOTES: ("bid_price", "ask_price"),
}
_DEPTH_HEADERS: Final = frozenset({"first_update_id", "last_update_id", "update_type", "level"})


@dataclass(frozen=True, slots=True)
class Layout:
    """Roles found in a header: `columns` maps a role to its header, `unused` lists headers without one."""

    kind: FileKind
    columns: Mapping[str, str]
    unused: tuple[str, ...]


def find_layout(file: str, header: Sequence[str], options: FileOptions) -> Layout:
    """Match headers to roles; raises InputError naming what is missing, doubled or ambiguous."""
    spell = options.spell
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise InputError(f"{file} must name each column once, had {', '.join(doubled)} more than once")
    found = _find_roles(file, header, options.columns, spell)
    kind = options.kind or _tell_kind(file, header, found, spell)
    roles = [role for role in (*_NEEDED[kind], *_OPTIONAL[kind]) if role in found]
    missing = [role for role in _NEEDED[kind] if role not in found]
    if kind is FileKind.BARS and any(role in found for role in ("open", "high", "low")):
        missing += [role for role in ("open", "high", "low") if role not in found]
    if missing:
        named = "; ".join(f"{role} (such as {', '.join(ALIASES[role][:3])})" for role in missing)
        raise InputError(
            f"{file} must have the columns of {kind}; missing: {named}; it has {', '.join(header)}; "
            f"rename them, or state {spell('columns', '')}"
        )
    columns = {role: found[role] for role in roles}
    used = set(columns.values())
    return Layout(kind, columns, tuple(name for name in header if name not in used))


def _find_roles(
    file: str, header: Sequence[str], stated: Mapping[str, str], spell: Spelling
) -> dict[str, str]:
    for role, name in stated.items():
        if role not in ALIASES:
            raise InputError(
                f"{spell('columns', '')} must have one of the roles {', '.join(ALIASES)}, was {role!r}"
            )
        if name not in header:
            raise InputError(
                f"{file} must have the column {name!r} stated for {role}, had {', '.join(header)}"
            )
    taken = set(stated.values())
    found = dict(stated)
    for role, aliases in ALIASES.items():
        if role in found:
            continue
        matches = [name for name in header if _plain(name) in aliases and name not in taken]
        if role == TIME and len(matches) > 1:  # A full time stamp wins over a date beside a time of day.
            full = [name for name in matches if _plain(name) not in ("date", "time")]
            matches = full if len(full) == 1 else matches
        if len(matches) > 1:
            raise InputError(
                f"{file} must have one column for {role}, had {', '.join(matches)}; "
                f"name the right one by {spell('columns', '')}"
            )
        if matches:
            found[role] = matches[0]
    return found


def _tell_kind(file: str, header: Sequence[str], found: Mapping[str, str], spell: Spelling) -> FileKind:
    plain = {_plain(name) for name in header}
    if plain & _DEPTH_HEADERS:
        raise InputError(
            f"{file} looks like order-book depth ({', '.join(sorted(plain & _DEPTH_HEADERS))}), which is not "
            f"read yet; give bars, trades or quotes, or state {spell('kind', '')} if it is one of them"
        )
    kinds = [kind for kind, roles in _TELLING.items() if all(role in found for role in roles)]
    if len(kinds) == 1:
        return kinds[0]
    if not header or all(_is_number(name) for name in header):
        raise InputError(
            f"{file} must begin with a line that names the columns, began with {','.join(header)[:60]!r}; "
            f"add it, or state {spell('header', '')}"
        )
    choice = ", ".join(kinds) if kinds else "none"
    raise InputError(
        f"{file} must be recognizable as bars (close), trades (price, quantity) or quotes (bid, ask) "
        f"by its columns; matching: {choice}; it has {', '.join(header)}; "
        f"state {spell('kind', '')}, or {spell('columns', '')}"
    )


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text.strip()[:4].isdigit()  # A date.
    return True
