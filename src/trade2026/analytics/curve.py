"""The equity curve and how it is thinned to one mark per day or per session."""

from dataclasses import dataclass

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray, check_series, check_times
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS


@dataclass(frozen=True, slots=True, eq=False)
class EquityCurve:
    """Value of an account at instants, with what was paid in or out between them.

    Attributes
    ----------
    ts_ns : int64, shape (n,)
        UTC nanoseconds of each mark, strictly increasing. A mark stands at the close of its period.
    equity : float64, shape (n,)
        Value of the account at the mark, in one currency, flows included.
    flows : float64, shape (n,), optional
        Money paid in (+) or out (-) after the previous mark and up to this one; it is taken to arrive at the
        mark itself, so it earns nothing before. `flows[0]` belongs to the opening equity and is ignored.
        None means no flows.

    Raises InputError on wrong shapes, disorder, or values that are not finite.
    """

    ts_ns: IntArray
    equity: FloatArray
    flows: FloatArray | None = None

    def __post_init__(self) -> None:
        check_times("ts_ns", self.ts_ns)
        check_series("equity", self.equity, size=self.ts_ns.size)
        if self.flows is not None:
            check_series("flows", self.flows, size=self.ts_ns.size)


def day_number(ts_ns: IntArray) -> IntArray:
    """Days since 1970 of the UTC day each mark closes in; shape as given.

    A day is (00:00, 24:00]: a mark at exactly midnight closes the day that ends there, because a bar is
    stamped with its close.
    """
    return (ts_ns - 1) // DAY_NS


def daily(curve: EquityCurve) -> EquityCurve:
    """Keep the opening mark and the last mark of each UTC day; flows in between are summed."""
    return _last_of_groups(curve, day_number(curve.ts_ns))


def by_session(curve: EquityCurve, closes_ns: IntArray) -> EquityCurve:
    """Keep the opening mark and the last mark of each session; flows in between are summed.

    Parameters
    ----------
    curve : EquityCurve
        Marks of any density.
    closes_ns : int64, shape (m,)
        Close of each session, strictly increasing. A mark belongs to the first session that closes at or
        after it.

    Raises
    ------
    InputError
        A mark lies after the last close.
    """
    check_times("closes_ns", closes_ns)
    if curve.ts_ns[-1] > closes_ns[-1]:
        raise InputError(
            f"closes_ns must reach the last mark {curve.ts_ns[-1]}, ended at {closes_ns[-1]}; "
            "add later sessions"
        )
    return _last_of_groups(curve, np.searchsorted(closes_ns, curve.ts_ns, side="left").astype(np.int64))


def _last_of_groups(curve: EquityCurve, group: IntArray) -> EquityCurve:
    """The opening mark and the last mark of each run of equal group numbers."""
    is_kept = np.append(group[1:] != group[:-1], True)
    is_kept[0] = True  # Dropping the opening mark would lose the return of the first day.
    kept = np.flatnonzero(is_kept)
    flows = None
    if curve.flows is not None:
        paid = np.cumsum(np.concatenate(([0.0], curve.flows[1:])))[kept]
        flows = np.diff(paid, prepend=0.0)
    return EquityCurve(curve.ts_ns[kept], curve.equity[kept], flows)
