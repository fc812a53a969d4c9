"""A small language for fill scenarios: a script of one line an action, played to report lines.

    10 buy 100 GTC            a market order decided at 10; `@ 99.5` makes it a limit order
    10 sell 5 @ 101 DAY 0-40  with the session [0, 40] it carries
    12 cancel 1 / 12 replace 1 to 50 @ 99.5
    20 bar 100 102 98 101 v1000      open high low close; `v?` when the volume is unknown
    20 close 101 v1000               a close-only bar
    20 quote 99x300 101x200          bid and ask
    20 trade 100x50
    25 advance / 25 stop

Orders are numbered from 1 in order of the script; a request is named x1, r1 after its order.
"""

from trade2026.model.enums import Environment, ExecType, OrderType, Side, TimeInForce
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.model.instrument import Instrument, equity
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.ports.feed import DataDescription
from trade2026.primitives.fixed_point import UNIT, format_raw, parse_raw
from trade2026.simulation.paper import PaperConfig, PaperVenue

SHARE = equity("ACME", "XNAS")
WHOLE_VOLUME = PaperConfig(participation_bps=10_000 * UNIT)


def describe(bar_interval_ns: int = 10, *, permits_per_share_fees: bool = True) -> DataDescription:
    return DataDescription("test", "", (), True, bar_interval_ns, True, permits_per_share_fees, None)


def raw(text: str) -> int:
    return parse_raw(text, "value")


def approved(
    order_id: int, now: int, side: Side, qty: int, limit: int | None = None,
    tif: TimeInForce = TimeInForce.GTC, session: tuple[int, int] = (0, 0),
    instrument_id: str = SHARE.instrument_id,
) -> OrderApproved:  # fmt: skip
    order_type = OrderType.MARKET if limit is None else OrderType.LIMIT
    return OrderApproved(
        order_id, now, "A", f"#{order_id}", "T", "S", instrument_id, side, order_type, tif, qty, limit,
        100 * UNIT, now, 1, *session,
    )  # fmt: skip


class Stage:
    """A venue, the script it plays and what it reported."""

    def __init__(
        self, config: PaperConfig = WHOLE_VOLUME, instrument: Instrument = SHARE, bar_interval_ns: int = 10
    ) -> None:
        self.instrument = instrument
        self.venue = PaperVenue(
            "PAPER", Environment.BACKTEST, [instrument], config, data=describe(bar_interval_ns)
        )
        self.reports: list[ExecutionReport] = []
        self.venue.connect(self.reports.append)
        self.count = 0

    def play(self, script: str) -> list[str]:
        for line in script.strip().splitlines():
            now, verb, *words = line.split()
            getattr(self, f"_{verb}")(int(now), words)
        return [line_of(report) for report in self.reports]

    def _order(self, now: int, side: Side, words: list[str]) -> None:
        self.count += 1
        limit = raw(words[words.index("@") + 1]) if "@" in words else None
        tif = next((TimeInForce(word) for word in words if word in TimeInForce.__members__), TimeInForce.GTC)
        session = (0, 0)
        if words[-1].count("-"):
            first, _, last = words[-1].partition("-")
            session = (int(first), int(last))
        self.venue.submit(
            approved(self.count, now, side, raw(words[0]), limit, tif, session, self.instrument.instrument_id)
        )

    def _buy(self, now: int, words: list[str]) -> None:
        self._order(now, Side.BUY, words)

    def _sell(self, now: int, words: list[str]) -> None:
        self._order(now, Side.SELL, words)

    def _cancel(self, now: int, words: list[str]) -> None:
        n = words[0]
        self.venue.cancel(
            OrderPendingCancel(int(n), now, "A", f"x{n}", f"#{n}", self.instrument.instrument_id)
        )

    def _replace(self, now: int, words: list[str]) -> None:
        n = words[0]
        limit = raw(words[4]) if "@" in words else None
        self.venue.replace(
            OrderPendingReplace(
                int(n), now, "A", f"r{n}", f"#{n}", self.instrument.instrument_id, raw(words[2]), limit,
                100 * UNIT, 1,
            )
        )  # fmt: skip

    def _volume(self, word: str) -> int | None:
        return None if word == "v?" else raw(word[1:])

    def _bar(self, now: int, words: list[str]) -> None:
        first, high, low, close = map(raw, words[:4])
        self.venue.on_bar(
            Bar(self.instrument.instrument_id, now, now, first, high, low, close, self._volume(words[4]))
        )

    def _close(self, now: int, words: list[str]) -> None:
        self.venue.on_bar(
            Bar(
                self.instrument.instrument_id,
                now,
                now,
                None,
                None,
                None,
                raw(words[0]),
                self._volume(words[1]),
            )
        )

    def _quote(self, now: int, words: list[str]) -> None:
        (bid, bid_size), (ask, ask_size) = (map(raw, word.split("x")) for word in words)
        self.venue.on_quote(Quote(self.instrument.instrument_id, now, now, bid, ask, bid_size, ask_size))

    def _trade(self, now: int, words: list[str]) -> None:
        price, quantity = map(raw, words[0].split("x"))
        self.venue.on_trade(Trade(self.instrument.instrument_id, now, now, price, quantity, None, ""))

    def _advance(self, now: int, words: list[str]) -> None:
        self.venue.advance(now)

    def _stop(self, now: int, words: list[str]) -> None:
        self.venue.advance(now)
        self.venue.stop()


def line_of(report: ExecutionReport) -> str:
    """A report as a line: time, request, why, and what it says."""
    line = f"{report.ts_event} {report.client_order_id} {report.exec_type}"
    if report.exec_type is ExecType.TRADE:
        line += f" {format_raw(report.last_qty)} @ {format_raw(report.last_px)} {report.liquidity_side}"
    if report.exec_type is ExecType.REPLACED:
        line += f" {format_raw(report.order_qty)}"
        line += f" @ {format_raw(report.limit_price)}" if report.limit_price else ""
    return line


def mirror(line: str) -> str:
    """The scenario from the other side: buys are sells, prices as far from 100 the other way."""
    words = line.split()
    for i, word in enumerate(words):
        if word in ("buy", "sell"):
            words[i] = "sell" if word == "buy" else "buy"
        elif words[i - 1] == "@" or (i == 2 and words[1] == "close"):
            words[i] = _reflect(word)
        elif "x" in word and i > 1:
            price, _, size = word.partition("x")
            words[i] = f"{_reflect(price)}x{size}"
    if words[1] == "bar":
        first, high, low, close = map(_reflect, words[2:6])
        words[2:6] = [first, low, high, close]
    elif words[1] == "quote":
        words[2:4] = [words[3], words[2]]
    return " ".join(words)


def _reflect(price: str) -> str:
    return format_raw(200 * UNIT - raw(price))


def mirrored(script: str) -> str:
    return "\n".join(mirror(line) for line in script.strip().splitlines())
