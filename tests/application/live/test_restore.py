"""A restart gives the venue its orders back as they were, whatever the crash came between."""

import msgspec
import pytest

from tests.application.live.sim_desk import SimDesk, submit
from tests.simulation.paper.scripts import SHARE, approved, describe
from tests.simulation.simdisk import SimDisk
from tests.simulation.simloop import SimLoop, run
from trade2026.application.costs import FeeReserve
from trade2026.application.live.config import AccountConfig
from trade2026.application.live.opening import opening_commands
from trade2026.application.live.restore import restore_orders
from trade2026.model.commands import RecordMarks, ReportExecution
from trade2026.model.commands.desk import Mark
from trade2026.model.enums import Environment, ExecType, LiquiditySide, OrderStatus, Side
from trade2026.model.enums import TimeInForce as Tif
from trade2026.model.events import OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.model.instrument import equity
from trade2026.model.market_data import Bar, Quote
from trade2026.oms.state import DoneReason
from trade2026.oms.status import order_status
from trade2026.ports.core_link import CancelIntent
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.simulation.paper import BpsFees, PaperConfig, PaperVenue, PerShareFees
from trade2026.trading.core import Core

NAME = SHARE.instrument_id
MINIMUM = PaperConfig(participation_bps=10_000 * UNIT, fees=PerShareFees(UNIT // 100, UNIT))


class Desk:
    """A core and a paper venue, joined without a journal; `crash` starts the venue anew."""

    def __init__(self, config: PaperConfig) -> None:
        self.config, self.starts = config, 0
        self.core = Core()
        self.reports: list[ExecutionReport] = []
        accounts, fees = (AccountConfig(account_id="A"),), FeeReserve(0)
        for command in opening_commands(self.core, 1, accounts, (SHARE,), describe(), fees, "v", "{}"):
            self.do(command)
        self.start()

    def do(self, command):
        events = self.core.decide(command)
        for event in events:
            self.core.evolve(event)
        return events

    def start(self) -> None:
        self.starts += 1
        self.venue = PaperVenue(
            "PAPER", Environment.PAPER, [SHARE], self.config, data=describe(), run_id=f"R{self.starts}"
        )
        self.venue.connect(self.report)

    def crash(self, now: int) -> None:
        self.start()
        restore_orders(self.core, self.venue, self.venue, now)
        self.venue.advance(now)

    def report(self, report: ExecutionReport) -> None:
        self.reports.append(report)
        self.do(ReportExecution(report.ts_event, report))

    def order(self, order, *, is_sent: bool = True) -> None:
        self.core.evolve(order)
        if is_sent:
            self.venue.submit(order)
            self.venue.advance(order.now)

    @property
    def orders(self):
        return self.core.engines.oms.orders

    def bar(self, ts: int, price: int, volume: int) -> None:
        self.venue.on_bar(Bar(NAME, ts, ts, price, price, price, price, volume * UNIT))
        self.do(RecordMarks(ts, "feed", (Mark(NAME, price, ts),)))

    def quote(self, ts: int, bid: int, ask: int) -> None:
        self.venue.on_quote(Quote(NAME, ts, ts, bid * UNIT, ask * UNIT, 100 * UNIT, 100 * UNIT))
        self.do(RecordMarks(ts, "feed", (Mark(NAME, ask * UNIT, ts),)))

    def fills(self):
        return [each for each in self.reports if each.exec_type is ExecType.TRADE]


@pytest.mark.parametrize("crashes", [False, True])
@pytest.mark.parametrize(
    ("fees", "expected"),
    [
        (PerShareFees(UNIT // 100, UNIT), [UNIT, 0, UNIT // 5, UNIT // 2]),
        (BpsFees(UNIT, UNIT, min_per_order=UNIT), [UNIT, 0, UNIT // 5, UNIT // 2]),
    ],
)
def test_a_minimum_fee_is_charged_once_across_a_restart(fees, expected, crashes):
    desk = Desk(msgspec.structs.replace(MINIMUM, fees=fees))
    desk.order(approved(1, 10, Side.BUY, 1_000 * UNIT))
    for number, volume in enumerate([30, 40, 50, 50]):
        desk.bar(30 + 20 * number, 100 * UNIT, volume)
        if crashes:
            desk.crash(30 + 20 * number)
    assert [each.commission for each in desk.fills()] == expected


@pytest.mark.parametrize("crashes", [False, True])
def test_an_order_that_waited_still_makes_liquidity_after_a_restart(crashes):
    desk = Desk(MINIMUM)
    desk.order(approved(1, 10, Side.BUY, 10 * UNIT, 95 * UNIT))
    desk.quote(20, 98, 99)
    if crashes:
        desk.crash(25)
    desk.quote(30, 93, 94)
    (fill,) = desk.fills()
    assert (fill.last_px, fill.liquidity_side) == (95 * UNIT, LiquiditySide.MAKER)


@pytest.mark.parametrize("crashes", [False, True])
def test_an_order_no_event_has_seen_meets_the_market_after_a_restart(crashes):
    desk = Desk(MINIMUM)
    desk.quote(5, 98, 99)
    desk.order(approved(1, 10, Side.BUY, 10 * UNIT, 95 * UNIT))
    if crashes:
        desk.crash(10)
    desk.quote(30, 93, 94)
    (fill,) = desk.fills()
    assert (fill.last_px, fill.liquidity_side) == (94 * UNIT, LiquiditySide.TAKER)


def test_an_order_that_never_reached_the_venue_is_looked_at_as_any_new_one():
    desk = Desk(MINIMUM)
    desk.order(approved(1, 10, Side.BUY, 10 * UNIT, 95 * UNIT + 1), is_sent=False)
    desk.order(approved(2, 10, Side.BUY, 10 * UNIT, 95 * UNIT), is_sent=False)
    desk.crash(20)
    assert [order_status(each) for each in desk.orders.values()] == [OrderStatus.REJECTED, OrderStatus.NEW]


def test_an_immediate_order_gets_no_second_event_by_a_restart():
    desk = Desk(MINIMUM)
    desk.order(approved(1, 10, Side.BUY, 100 * UNIT, tif=Tif.IOC))
    take = desk.venue._matcher.sink
    desk.venue.connect(lambda report: take(report) if report.exec_type is ExecType.TRADE else None)
    desk.bar(30, 100 * UNIT, 40)  # The end of the order is lost with the crash.
    desk.crash(30)
    assert order_status(desk.orders[1]) is OrderStatus.CANCELED
    desk.bar(50, 100 * UNIT, 1_000)
    assert len(desk.fills()) == 1


def test_a_request_whose_order_filled_meanwhile_is_answered_after_a_restart():
    """Risk holds back what a replace asked for until it is answered, also one of an order that is done."""
    desk = Desk(MINIMUM)
    desk.order(approved(1, 10, Side.BUY, 10 * UNIT, 100 * UNIT))
    desk.core.evolve(OrderPendingReplace(1, 20, "A", "r1", "#1", NAME, 50 * UNIT, 100 * UNIT, 100 * UNIT, 1))
    desk.core.evolve(OrderPendingCancel(1, 21, "A", "x1", "#1", NAME))
    desk.bar(30, 99 * UNIT, 1_000)
    assert desk.orders[1].done_reason is DoneReason.FILLED
    desk.crash(30)
    assert (desk.orders[1].pending_replace_id, desk.orders[1].pending_cancel_id) == ("", "")
    assert desk.core.engines.risk.open_orders == {}


def test_an_open_order_in_what_the_data_lacks_is_named_with_the_remedy():
    desk = Desk(MINIMUM)
    desk.order(approved(1, 10, Side.BUY, 10 * UNIT, 95 * UNIT))
    other = PaperVenue("PAPER", Environment.PAPER, [equity("OTHER", "XNAS")], MINIMUM, data=describe())
    with pytest.raises(InputError, match=r"order 1 of A is open.*cancel it, and change them then"):
        restore_orders(desk.core, other, other, 20)


def test_what_was_asked_before_a_crash_is_answered_while_the_feed_is_paused():
    disk = SimDisk(1)

    async def before(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk).open()
        await desk.entitle()
        waits = await desk.one(submit("waits", price=1_000_000))
        await desk.until(lambda: statuses(desk) == [OrderStatus.NEW])
        # The crash comes before it is sent.
        desk.desk.service._venue.cancel = lambda request: None  # type: ignore[method-assign]
        await desk.one(CancelIntent("PAPER", "x", "me", waits.order_id))
        disk.kill()

    async def after(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk).open()
        now = desk.desk.feed.now
        await desk.until(lambda: statuses(desk) == [OrderStatus.CANCELED])
        assert desk.desk.feed.now == now

    run(1, before)
    run(2, after)


def statuses(desk: SimDesk) -> list[OrderStatus]:
    return [order_status(order) for _, order in sorted(desk.desk.core.engines.oms.orders.items())]
