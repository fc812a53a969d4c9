"""The official equity of every account, struck from journaled marks alone: a replay gives it again."""

from array import array
from bisect import bisect_left

from trade2026.application.read_models.columns import IntColumn
from trade2026.application.read_models.moment import Handlers, Moment
from trade2026.application.read_models.paging import check_limit
from trade2026.application.read_models.views import EquityPoint, format_optional, format_ts
from trade2026.application.read_models.worth import ANY_AGE, Worth, worth_of
from trade2026.model.events import MarksRecorded
from trade2026.primitives.fixed_point import UNIT, div_half_even, format_raw
from trade2026.trading.core import Core

POINTS_MAX = 100_000
_BPS = 10_000


class _Series:
    """The points of one account, in columns; where `valued` is 0 there was no worth."""

    __slots__ = ("cash", "equity", "gross", "peak", "peaks", "seqs", "times", "valued")

    def __init__(self) -> None:
        self.seqs = array("Q")
        self.times = array("q")
        self.valued = array("b")
        self.equity, self.cash, self.gross, self.peaks = IntColumn(), IntColumn(), IntColumn(), IntColumn()
        self.peak = 0

    def add(self, seq: int, ts: int, worth: Worth | None) -> None:
        """One more point."""
        self.seqs.append(seq)
        self.times.append(ts)
        self.valued.append(worth is not None)
        if worth is not None:
            self.peak = max(self.peak, worth.equity)
        self.equity.append(0 if worth is None else worth.equity)
        self.cash.append(0 if worth is None else worth.cash)
        self.gross.append(0 if worth is None else worth.gross)
        self.peaks.append(self.peak)

    def point(self, row: int) -> EquityPoint:
        """A point as it is shown."""
        seq, ts = self.seqs[row], format_ts(self.times[row])
        if not self.valued[row]:
            return EquityPoint(seq, ts, None, None, None, None, None)
        equity, cash, peak = self.equity[row], self.cash[row], self.peaks[row]
        drawdown = div_half_even((peak - equity) * _BPS * UNIT, peak) if peak > 0 else None
        return EquityPoint(
            seq, ts, format_raw(equity), format_raw(cash), format_raw(self.gross[row]),
            format_raw(equity - cash), format_optional(drawdown),
        )  # fmt: skip


class EquitySeries:
    """A point for each account at each set of marks that was journaled."""

    def __init__(self, core: Core, mark_max_age_ns: int) -> None:
        self._core = core
        self._mark_max_age_ns = mark_max_age_ns
        self._series: dict[str, _Series] = {}

    def handlers(self) -> Handlers:
        """What is done about each event."""
        return {MarksRecorded: self._on_marks}

    def _on_marks(self, moment: Moment, event: MarksRecorded) -> None:
        engines = self._core.engines
        for account_id in engines.ledger.accounts:
            limits = engines.risk.accounts[account_id].limits
            worth = worth_of(
                engines.ledger, account_id, now=event.now, mark_max_age_ns=self._mark_max_age_ns,
                rate_max_age_ns=ANY_AGE if limits is None else limits.rate_max_age_ns,
            )  # fmt: skip
            series = self._series.get(account_id)
            if series is None:
                series = self._series[account_id] = _Series()
            series.add(moment.seq, event.now, worth if isinstance(worth, Worth) else None)

    def points(
        self, account_id: str, start_ns: int | None, end_ns: int | None, limit: int
    ) -> tuple[EquityPoint, ...]:
        """The newest `limit` points with start <= ts < end, in order of time."""
        check_limit(limit, POINTS_MAX)
        series = self._series.get(account_id)
        if series is None:
            return ()
        first = 0 if start_ns is None else bisect_left(series.times, start_ns)
        stop = len(series.times) if end_ns is None else bisect_left(series.times, end_ns)
        return tuple(series.point(row) for row in range(max(first, stop - limit), stop))
