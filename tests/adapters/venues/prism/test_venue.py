"""The adapter by itself, over lines that do as a test says: what it sends, and what it tells when."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
import pytest

from tests.adapters.venues.binance.served import Heard, RealClock
from tests.adapters.venues.binance.served import cancel as a_cancel
from tests.adapters.venues.binance.served import order as an_order
from tests.adapters.venues.binance.served import replace as a_replace
from trade2026.adapters.venues.prism import PrismVenue
from trade2026.adapters.venues.prism.venue import TERMS
from trade2026.model.enums import (
    ContingencyType,
    ExecType,
    OrderType,
    Side,
    TimeInForce,
    TriggerSource,
)
from trade2026.model.execution import ExecutionReport
from trade2026.model.instructions import OrderInstructions
from trade2026.ports.prism_trading import (
    AccountReport,
    AskOpenOrders,
    AskOrders,
    AskTime,
    Beat,
    Cancel,
    Done,
    News,
    Orders,
    Place,
    Question,
    Refused,
    RenewDeadMan,
    Replace,
    Reply,
    TimeIs,
)
from trade2026.ports.venue import StreamState, VenueOrder
from trade2026.primitives.errors import InputError, OperatingError, OutcomeUnknown, VenueUnreachable
from trade2026.primitives.fixed_point import UNIT

NEW, REJECTED, CANCEL_REJECTED = ExecType.NEW, ExecType.REJECTED, ExecType.CANCEL_REJECTED
CONNECTED, HEARTBEAT = StreamState.CONNECTED, StreamState.HEARTBEAT
GAP, DISCONNECTED = StreamState.GAP, StreamState.DISCONNECTED


class Line:
    """A `PrismTradingLine`; `reply` is what every question is answered by, or the error that it ends in."""

    def __init__(self, account_id: str = "a") -> None:
        self.account_id = account_id
        self.is_connected = False
        self.why = "nobody is there"
        self.asked: list[Question] = []
        self.reply: Reply | Exception | list[Reply | Exception] = Done()
        self.is_away = False
        self.connects = True

    def watch(self, news: Callable[[News], None], changed: Callable[[bool, str], None]) -> None:
        self.news, self.changed = news, changed

    async def start(self) -> None:
        if self.connects:
            self.changed(True, "")

    async def wait_connected(self, timeout_ns: int) -> bool:
        return self.connects

    async def aclose(self) -> None:
        self.changed(False, "this process hung up")

    def ask(self, question: Question) -> Any:
        if self.is_away:
            raise OperatingError("the simulated market is away; nothing was sent")
        self.asked.append(question)

        async def answer() -> Reply:
            reply = self.reply.pop(0) if isinstance(self.reply, list) else self.reply
            if isinstance(reply, Exception):
                raise reply
            return reply

        return answer()


def report(name: str) -> ExecutionReport:
    return ExecutionReport("a", name, NEW, 5, "v-1")


class Given:
    """A venue over lines, and what it told."""

    def __init__(self, *accounts: str) -> None:
        self.lines = [Line(each) for each in accounts or ("a",)]
        self.line = self.lines[0]
        self.heard = Heard(PrismVenue(self.lines, RealClock()))
        self.venue = self.heard.venue

    async def told(self) -> list[tuple[str, ExecType, str]]:
        for _ in range(5):
            await asyncio.sleep(0)
        return [(each.client_order_id, each.exec_type, each.text) for each in self.heard.reports]


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(main(), 20))


def test_requests_are_stamped_and_in_the_lines_words() -> None:
    async def main() -> None:
        given = Given()
        await given.venue.open()
        more = OrderInstructions(display_qty=UNIT // 1_000, post_only=True)
        given.venue.submit(an_order("o", instructions=more))
        given.venue.cancel(a_cancel("c", "external:5-17"))
        given.venue.replace(a_replace("r", "o", "0.5"))
        placed, canceled, replaced = given.line.asked
        assert isinstance(placed, Place)
        assert isinstance(canceled, Cancel)
        assert isinstance(replaced, Replace)
        assert (placed.client_order_id, placed.display_qty, placed.post_only) == ("o", UNIT // 1_000, True)
        assert canceled.orig_client_order_id == "5-17"
        assert (replaced.orig_client_order_id, replaced.order_qty) == ("o", UNIT // 2)
        now = RealClock().now_ns()
        assert all(0 <= now - each.stamp < UNIT for each in (placed, canceled, replaced))
        assert {each.window_ns for each in (placed, canceled, replaced)} == {TERMS.request_window_ns}
        assert await given.told() == []

    run(main)


@pytest.mark.parametrize(
    "instructions",
    [
        OrderInstructions(reduce_only=True),
        OrderInstructions(trigger_source=TriggerSource.MID),
        OrderInstructions(contingency_type=ContingencyType.OCO, list_id="l"),
        OrderInstructions(trailing_offset=5),
    ],
)
def test_what_there_are_no_words_for_is_not_sent(instructions: OrderInstructions) -> None:
    async def main() -> None:
        given = Given()
        await given.venue.open()
        given.venue.submit(an_order("o", instructions=instructions))
        assert given.heard.reports == []
        ((name, kind, text),) = await given.told()
        assert (name, kind) == ("o", REJECTED)
        assert text.startswith("not sent: ")
        assert given.line.asked == []

    run(main)


def test_a_refusal_is_a_definite_no_and_a_broken_line_leaves_the_outcome_open() -> None:
    async def main() -> None:
        given = Given()
        await given.venue.open()
        given.line.reply = Refused("FUNDS: too dear")
        given.venue.submit(an_order("o"))
        given.venue.replace(a_replace("r", "o", "0.5"))
        assert await given.told() == [
            ("o", REJECTED, "FUNDS: too dear"), ("r", CANCEL_REJECTED, "FUNDS: too dear"),
        ]  # fmt: skip
        given.line.reply = OutcomeUnknown("the line was lost")
        given.venue.cancel(a_cancel("c", "o"))
        assert len(await given.told()) == 2
        assert given.heard.failed == [("a", "c", "the line was lost")]
        given.line.is_away = True
        given.venue.submit(an_order("p"))
        assert (await given.told())[2][:2] == ("p", REJECTED)
        assert (await given.told())[2][2].startswith("not sent: the simulated market is away")
        other = msgspec.structs.replace(an_order("q"), account_id="z")
        given.venue.submit(other)
        assert "'z' has no line" in (await given.told())[3][2]

    run(main)


def test_numbers_that_are_missing_are_a_gap() -> None:
    async def main() -> None:
        given = Given()
        await given.venue.open()
        for news in (Beat(1, 7), AccountReport(8, report("o")), Beat(2, 8)):
            given.line.news(news)
        assert given.heard.states() == [CONNECTED, HEARTBEAT, HEARTBEAT]
        given.line.news(AccountReport(10, report("p")))
        assert given.heard.stream[-1] == (GAP, "report 9 of a is missing")
        given.line.news(Beat(3, 12))
        assert given.heard.stream[-2] == (GAP, "reports 11 to 12 of a are missing")
        given.line.news(AccountReport(13, report("q")))
        assert given.heard.states()[-1] is HEARTBEAT
        assert [name for name, *_ in await given.told()] == ["o", "p", "q"]

    run(main)


def test_a_line_of_every_account_is_needed() -> None:
    async def main() -> None:
        given = Given("a", "b")
        first, second = given.lines
        await given.venue.open()
        assert given.heard.states() == [CONNECTED]
        for line in (first, first, second):
            line.news(Beat(1, 0))
        assert given.heard.states() == [CONNECTED, HEARTBEAT]
        second.changed(False, "the simulated market hung up")
        first.changed(False, "the simulated market hung up")
        assert given.heard.stream[-1] == (DISCONNECTED, "account b: the simulated market hung up")
        assert len(given.heard.stream) == 3
        first.changed(True, "")
        second.changed(True, "")
        assert given.heard.states()[-1] is CONNECTED
        await given.venue.close()
        assert given.heard.states()[-1] is CONNECTED

    run(main)


def test_a_market_that_is_away_or_refuses_is_unreachable() -> None:
    async def main() -> None:
        given = Given()
        given.line.connects = False
        with pytest.raises(VenueUnreachable, match="does not take account 'a': nobody is there"):
            await given.venue.open()
        given.line.is_away = True
        with pytest.raises(VenueUnreachable, match="is away"):
            await given.venue.server_time_ns()
        given.line.is_away = False
        given.line.reply = Refused("no")
        with pytest.raises(VenueUnreachable, match="does not answer 'a': no"):
            await given.venue.holdings("a")

    run(main)


def test_questions_are_asked_in_the_lines_words() -> None:
    async def main() -> None:
        given = Given()
        given.line.reply = TimeIs(17)
        assert await given.venue.server_time_ns() == 17
        given.line.reply = Orders(())
        assert (await given.venue.open_orders("a")).is_complete
        given.line.reply = Done()
        await given.venue.renew_dead_man("a", UNIT)
        assert given.line.asked == [AskTime(), AskOpenOrders(), RenewDeadMan(UNIT)]
        with pytest.raises(InputError, match="no line"):
            await given.venue.renew_dead_man("z", UNIT)

    run(main)


def test_a_venue_without_accounts_is_none() -> None:
    with pytest.raises(InputError, match="lines must have one"):
        PrismVenue([], RealClock())


def stated(number: int, **changes: Any) -> VenueOrder:
    order = VenueOrder(
        "a", f"n{number}", f"v-{number}", "BTCUSDT.PRISM", Side.BUY, OrderType.LIMIT, TimeInForce.GTC, UNIT,
        UNIT, 0, True, NEW, 10 * number,
    )  # fmt: skip
    return msgspec.structs.replace(order, **changes)


def test_a_long_history_is_read_in_pages_and_gone_on_with_where_it_was_cut_off() -> None:
    async def main() -> None:
        given = Given()
        await given.venue.open()
        first, second = Orders((stated(1), stated(2)), is_last=False), Orders((stated(3),))
        given.line.reply = [first, OutcomeUnknown("cut off")]
        with pytest.raises(VenueUnreachable):
            await given.venue.order_history("a", 5)
        ended = stated(1, exec_type=ExecType.CANCELED, is_open=False, ts_event=40)
        given.line.reply = [Orders((stated(3), ended))]
        page = await given.venue.order_history("a", 5)
        assert page.is_complete
        assert [(each.venue_order_id, each.is_open) for each in page.items] == [
            ("v-1", False), ("v-2", True), ("v-3", True),
        ]  # fmt: skip
        assert given.line.asked == [AskOrders(5), AskOrders(21), AskOrders(21)]
        given.line.reply = [first, second]
        assert len((await given.venue.order_history("a", 5)).items) == 3
        assert given.line.asked[3:] == [AskOrders(5), AskOrders(21)]

    run(main)


def test_a_new_line_begins_anew_and_so_do_open_orders() -> None:
    async def main() -> None:
        given = Given()
        await given.venue.open()
        cut: list[Reply | Exception] = [Orders((stated(1),), is_last=False), OutcomeUnknown("cut off")]
        for question in (given.venue.order_history("a", 0), given.venue.open_orders("a")):
            given.line.reply = [*cut]
            with pytest.raises(VenueUnreachable):
                await question
        given.line.reply = Orders(())
        assert (await given.venue.open_orders("a")).items == ()
        given.line.changed(False, "lost")
        given.line.changed(True, "")
        assert (await given.venue.order_history("a", 0)).items == ()
        assert given.line.asked[-2:] == [AskOpenOrders(0), AskOrders(0)]

    run(main)
