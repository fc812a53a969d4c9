"""Checks over the whole file in order: duplicates, the interval of bars, gaps, ticks, crossed quotes."""

from collections import Counter
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from trade2026.adapters.embedded.files.findings import Findings
from trade2026.adapters.embedded.files.options import FileKind
from trade2026.adapters.embedded.files.rows import Columns
from trade2026.adapters.embedded.files.spool import Spool
from trade2026.model.instrument import Instrument
from trade2026.ports.calendar import SessionCalendar
from trade2026.primitives.fixed_point import format_raw
from trade2026.primitives.time import DAY_NS, UnixNanos, format_ns

_CONTINUOUS: Final = "24/7"
_PRICES: Final[tuple[str, ...]] = ("open", "high", "low", "close", "price", "bid_price", "ask_price")
_QUOTE_COLUMNS: Final = ("bid_price", "ask_price", "bid_size", "ask_size")

Mask = npt.NDArray[np.bool_]


def drop_duplicates(spool: Spool, kind: FileKind, keep: str, findings: Findings) -> Spool:
    """Count rows that repeat another; with `keep` "first" or "last" return a spool without them.

    Bars repeat with the same time and instrument; trades with the same time, instrument and identifier;
    quotes when the whole row is the same, because several may share a time.
    """
    kept = Spool() if keep != "refuse" else None
    for columns in spool.blocks():
        repeated = _repeated(columns, kind)
        if len(repeated):
            lines = columns["line"][repeated].tolist()
            told = [f"repeats {unit_of_repeat}" for unit_of_repeat in _tell(columns, repeated[:3, 0])]
            findings.add_rows("duplicate", [pair[1] for pair in lines], told)
        if kept is not None:
            dropped = repeated[:, 1 if keep == "first" else 0]
            mask = np.ones(len(columns["ts"]), np.bool_)
            mask[dropped] = False
            kept.append({name: values[mask] for name, values in columns.items()} if len(dropped) else columns)
    if kept is None or not findings.total("duplicate"):
        return spool
    spool.close()
    return kept


def _tell(columns: Columns, rows: npt.NDArray[np.int64]) -> list[str]:
    return [
        f"{int(line)} ({format_ns(int(ts))})"
        for line, ts in zip(columns["line"][rows], columns["ts"][rows], strict=True)
    ]


def _repeated(columns: Columns, kind: FileKind) -> npt.NDArray[np.int64]:
    """Pairs (row, row that repeats it), shape (n, 2), in order of the second."""
    nothing = np.zeros((0, 2), np.int64)
    times, ranks = columns["ts"], columns["rank"]
    same = (times[1:] == times[:-1]) & (ranks[1:] == ranks[:-1])
    if not same.any():
        return nothing
    if kind is FileKind.BARS:
        later = np.flatnonzero(same) + 1
        return np.stack([later - 1, later], axis=1)
    keys: list[npt.NDArray[Any]] = []
    if kind is FileKind.QUOTES:
        keys = [columns[name] for name in _QUOTE_COLUMNS]
    elif "trade_id" in columns:
        keys = [columns["trade_id"]]
    if not keys:
        return nothing
    keys += [ranks, times]
    member = np.zeros(len(times), np.bool_)
    member[1:] |= same
    member[:-1] |= same
    rows = np.flatnonzero(member)
    rows = rows[np.lexsort((columns["line"][rows], *(key[rows] for key in keys)))]
    equal = np.logical_and.reduce([key[rows[1:]] == key[rows[:-1]] for key in keys])
    pairs = np.stack([rows[:-1][equal], rows[1:][equal]], axis=1)
    return pairs[np.argsort(pairs[:, 1], kind="stable")]


def usual_interval(spool: Spool, instruments: int) -> int | None:
    """Most frequent distance between bars of one instrument, the smaller of equals; None for single bars."""
    counts: Counter[int] = Counter()
    for _, times, _, previous in _by_rank(spool, instruments):
        steps = np.diff(times, prepend=previous) if previous is not None else np.diff(times)
        values, numbers = np.unique(steps, return_counts=True)
        counts.update(dict(zip(values.tolist(), numbers.tolist(), strict=True)))
    counts.pop(0, None)
    return min(counts, key=lambda step: (-counts[step], step)) if counts else None


def find_gaps(
    spool: Spool, calendars: list[SessionCalendar], interval: int, daily: bool, shift: int, findings: Findings
) -> None:
    """Count missing bars within the sessions of each instrument's calendar, and bars that overlap.

    Parameters
    ----------
    calendars : list
        One for each instrument, by rank.
    daily : bool
        Whether times are the closes of sessions.
    shift : int
        What is added to a time to get the end of its interval.
    """
    for rank, times, lines, previous in _by_rank(spool, len(calendars)):
        if previous is not None:
            times = np.concatenate(([previous], times))
            lines = np.concatenate(([0], lines))
        steps = np.diff(times)
        if not daily and interval < DAY_NS:
            overlap = (steps > 0) & (steps < interval)
            findings.count("overlap", int(overlap.sum()))
            for index in np.flatnonzero(overlap)[: findings.wanted("overlap")].tolist():
                told = f"begins {int(steps[index])} ns after the bar before"
                findings.example("overlap", int(lines[index + 1]), told)
        calendar = calendars[rank]
        for index in np.flatnonzero(steps > interval).tolist():
            end, following = int(times[index]), int(times[index + 1])
            missing = _missing(calendar, end, following, interval, daily, shift)
            if missing:
                findings.count("gap", missing)
                if findings.wanted("gap") > 0:
                    told = f"{missing} missing before {format_ns(following + shift)}"
                    findings.example("gap", int(lines[index + 1]), told)


def _missing(
    calendar: SessionCalendar, before: UnixNanos, after: UnixNanos, interval: int, daily: bool, shift: int
) -> int:
    """Bars missing between two that follow one another in the file."""
    if not daily and (calendar.name == _CONTINUOUS or interval >= DAY_NS):
        return (after - before) // interval - 1
    missing = 0
    now, until = (before, after) if daily else (before + shift, after + shift - interval)
    while (session := calendar.session(now)) is not None:
        if daily:
            if session.close_ns >= until:
                break
            missing += 1
        else:
            if session.open_ns >= until:
                break
            missing += max(0, min(session.close_ns, until) - max(session.open_ns, now)) // interval
        now = session.close_ns
    return missing


def check_prices(spool: Spool, instruments: tuple[Instrument, ...], findings: Findings) -> None:
    """Count rows with a price off its instrument's tick, and quotes whose bid is above the ask."""
    ticks = np.array([instrument.tick_size for instrument in instruments], np.int64)
    for columns in spool.blocks():
        tick: Any = ticks[0] if len(ticks) == 1 else ticks[columns["rank"]]
        off = np.zeros(len(columns["ts"]), np.bool_)
        names = [name for name in _PRICES if name in columns]
        for name in names:
            off |= columns[name] % tick != 0
        _add(findings, "off_tick", columns, off, names)
        if "bid_price" in columns:
            crossed = columns["bid_price"] > columns["ask_price"]
            _add(findings, "crossed", columns, crossed, ["bid_price", "ask_price"])


def _add(findings: Findings, name: str, columns: Columns, mask: Mask, told: list[str]) -> None:
    findings.count(name, int(mask.sum()))
    for index in np.flatnonzero(mask)[: findings.wanted(name)].tolist():
        text = ", ".join(f"{role} {format_raw(int(columns[role][index]))}" for role in told)
        findings.example(name, int(columns["line"][index]), text)


def _by_rank(spool: Spool, instruments: int) -> Any:
    """(rank, times, lines, last time before or None) for each instrument of each block."""
    last: dict[int, int] = {}
    for columns in spool.blocks():
        times, lines, ranks = columns["ts"], columns["line"], columns["rank"]
        present = [0] if instruments == 1 else np.unique(ranks).tolist()
        for rank in present:
            mine = slice(None) if instruments == 1 else ranks == rank
            yield rank, times[mine], lines[mine], last.get(rank)
            last[rank] = int(times[mine][-1])
