"""The comparison itself: what each way of differing leads to, without a line or a clock."""

import msgspec
import pytest

from tests.simulation.workload import set_up
from trade2026.model.commands import CancelOrder, ReplaceOrder, ReportExecution, SubmitOrder
from trade2026.model.enums import Environment, ExecType, OrderType, Side, TimeInForce
from trade2026.model.execution import ExecutionReport
from trade2026.model.instructions import OrderInstructions
from trade2026.oms.state import EXTERNAL, Order
from trade2026.oms.status import order_status
from trade2026.oms.unknown import is_outstanding
from trade2026.ports.venue import Holding, VenueOrder
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.core import Core
from trade2026.trading.reconciliation import compare
from trade2026.trading.venues.holdings import compare_holdings
from trade2026.trading.venues.truth import Findings, Truth, merge_orders

NOW = 1_700_000_000_000_000_000
AAPL, MSFT = "AAPL.SIM", "MSFT.SIM"


class Books:
    """A core that is told what a test says, and compared with what a test says of the venue."""

    def __init__(self) -> None:
        self.core = Core()
        self.traded = {AAPL}
        for command in set_up(NOW):
            self.do(command)

    def do(self, command: object) -> None:
        for event in self.core.decide(command):  # type: ignore[arg-type]
            self.core.evolve(event)

    def submit(self, name: str, quantity: int = 10) -> None:
        price = 190 * UNIT
        self.do(
            SubmitOrder(
                NOW, "margin", name, "desk", "", Environment.SIM, AAPL, Side.BUY, OrderType.LIMIT,
                TimeInForce.GTC, quantity * UNIT, price, price, NOW, 0, 2**62,
            )
        )  # fmt: skip

    def hear(self, name: str, kind: ExecType, **fields: object) -> None:
        report = ExecutionReport("margin", name, kind, NOW, f"v-{name}")
        self.do(ReportExecution(NOW, msgspec.structs.replace(report, **fields)))

    def cancel(self, name: str) -> None:
        self.do(CancelOrder(NOW, "margin", f"c-{name}", "desk", self.order(name).order_id))

    def replace(self, name: str, quantity: int) -> None:
        price, order_id = 190 * UNIT, self.order(name).order_id
        self.do(
            ReplaceOrder(
                NOW, "margin", f"r-{name}", "desk", order_id, quantity * UNIT, price, price, NOW, 0, 2**62
            )
        )

    def order(self, name: str) -> Order:
        oms = self.core.engines.oms
        return oms.orders[oms.accounts["margin"].requests[name].order_id]

    def status(self, name: str) -> str:
        return order_status(self.order(name)).value

    def compare(
        self, orders: list[VenueOrder], executions: list[ExecutionReport], *, young: bool = False
    ) -> Findings:
        oms = self.core.engines.oms
        outstanding = [order_id for order_id, order in sorted(oms.orders.items()) if is_outstanding(order)]
        return compare(
            oms.accounts["margin"], oms.orders,
            Truth("margin", 0, merge_orders([orders]), tuple(executions)), outstanding,
            trades=lambda name: name in self.traded, is_young=lambda order_id: young,
        )  # fmt: skip

    def settle(self, orders: list[VenueOrder], executions: list[ExecutionReport] | None = None) -> Findings:
        """Compare, feed, and compare again: the second time there is nothing to do."""
        executions = executions or []
        findings = self.compare(orders, executions)
        for repair in findings.repairs:
            self.do(ReportExecution(NOW, repair.report))
        before = self.core.state_sha256()
        again = self.compare(orders, executions)
        assert again.repairs == ()
        assert self.core.state_sha256() == before
        return findings


def stated(name: str, **fields: object) -> VenueOrder:
    order = VenueOrder(
        "margin", name, f"v-{name}", AAPL, Side.BUY, OrderType.LIMIT, TimeInForce.GTC, 10 * UNIT, 190 * UNIT,
        0, True, ExecType.NEW, NOW,
    )  # fmt: skip
    return msgspec.structs.replace(order, **fields)


def execution(name: str, number: int, quantity: int = 1, **fields: object) -> ExecutionReport:
    report = ExecutionReport(
        "margin", name, ExecType.TRADE, NOW, f"v-{name}", f"E{number}", quantity * UNIT, 190 * UNIT,
        instrument_id=AAPL, side=Side.BUY,
    )  # fmt: skip
    return msgspec.structs.replace(report, **fields)


def ended(name: str, kind: ExecType, filled: int = 0, **fields: object) -> VenueOrder:
    return stated(name, is_open=False, exec_type=kind, cum_qty=filled * UNIT, **fields)


@pytest.fixture
def books() -> Books:
    books = Books()
    books.submit("a")
    return books


def test_books_that_agree_need_nothing(books: Books) -> None:
    books.hear("a", ExecType.NEW)
    findings = books.settle([stated("a")])
    assert findings == Findings((), (), (), (), ())


def test_a_request_without_a_trace_is_absent_and_nothing_is_done_about_it(books: Books) -> None:
    findings = books.settle([])
    assert findings.absent == ("a",)
    assert books.status("a") == "PENDING_NEW"


@pytest.mark.parametrize(
    ("venue_order", "executions", "status"),
    [
        (stated("a"), [], "NEW"),
        (stated("a", cum_qty=2 * UNIT), [execution("a", 1, 2)], "PARTIALLY_FILLED"),
        (ended("a", ExecType.TRADE, 10), [execution("a", 1, 4), execution("a", 2, 6)], "FILLED"),
        (ended("a", ExecType.CANCELED, 3), [execution("a", 1, 3)], "CANCELED"),
        (ended("a", ExecType.EXPIRED), [], "EXPIRED"),
        (ended("a", ExecType.REJECTED), [], "REJECTED"),
    ],
)
def test_what_the_venue_did_is_taken_over(
    books: Books, venue_order: VenueOrder, executions: list[ExecutionReport], status: str
) -> None:
    books.settle([venue_order], executions)
    assert books.status("a") == status
    assert books.order("a").cum_qty == venue_order.cum_qty


def test_an_order_is_not_judged_before_its_fills_are_there(books: Books) -> None:
    books.hear("a", ExecType.NEW)
    findings = books.compare([ended("a", ExecType.CANCELED, 3)], [execution("a", 1, 2)])
    assert [each.report.exec_type for each in findings.repairs] == [ExecType.TRADE]
    assert findings.unsettled == ("a",)


def test_news_younger_than_the_answer_is_not_judged_by_it(books: Books) -> None:
    books.hear("a", ExecType.NEW)
    books.hear("a", ExecType.TRADE, execution_id="E1", last_qty=UNIT, last_px=190 * UNIT)
    findings = books.compare([ended("a", ExecType.CANCELED)], [], young=True)
    assert findings.repairs == ()
    assert not [each for each in findings.differences if not each.action]


@pytest.mark.parametrize(
    ("venue_order", "status", "quantity"),
    [
        (stated("r-a", order_qty=20 * UNIT, venue_order_id="v-a"), "NEW", 20),
        (stated("a", order_qty=20 * UNIT), "NEW", 20),
        (ended("a", ExecType.CANCELED), "CANCELED", 10),
    ],
)
def test_a_replace_is_settled_by_the_terms_that_the_venue_states(
    books: Books, venue_order: VenueOrder, status: str, quantity: int
) -> None:
    books.hear("a", ExecType.NEW)
    books.replace("a", 20)
    books.settle([venue_order])
    assert (books.status("a"), books.order("a").order_qty) == (status, quantity * UNIT)
    assert books.order("a").pending_replaces == ()


def test_a_replace_that_was_not_done_is_absent(books: Books) -> None:
    books.hear("a", ExecType.NEW)
    books.replace("a", 20)
    assert books.settle([stated("a")]).absent == ("r-a",)


def test_a_cancel_came_too_late_where_the_order_was_filled(books: Books) -> None:
    books.hear("a", ExecType.NEW)
    books.cancel("a")
    assert books.settle([stated("a")]).absent == ("c-a",)
    books.settle([ended("a", ExecType.TRADE, 10)], [execution("a", 1, 10)])
    assert books.status("a") == "FILLED"
    assert books.order("a").pending_cancel_id == ""


def test_an_order_filled_by_a_smaller_total_than_ours_is_done(books: Books) -> None:
    """A crash took the answer of the replace that made it smaller."""
    books.hear("a", ExecType.NEW)
    books.settle([ended("a", ExecType.TRADE, 4, order_qty=4 * UNIT)], [execution("a", 1, 4)])
    assert books.status("a") == "FILLED"


def test_other_terms_without_a_request_are_a_restatement(books: Books) -> None:
    books.hear("a", ExecType.NEW)
    findings = books.settle([stated("a", order_qty=7 * UNIT, limit_price=180 * UNIT)])
    assert books.order("a").order_qty == 7 * UNIT
    assert [each.note.action for each in findings.repairs if each.note] == ["taken over"]


@pytest.mark.parametrize("name", ["theirs", ""])
def test_an_order_of_somebody_else_is_taken_up_once(books: Books, name: str) -> None:
    venue_order = stated(name, venue_order_id="v9", cum_qty=2 * UNIT)
    fill = execution(name, 9, 2, venue_order_id="v9")
    books.settle([venue_order], [fill])
    (order,) = [each for each in books.core.engines.oms.orders.values() if each.strategy_id == EXTERNAL]
    assert (order.cum_qty, order.venue_order_id) == (2 * UNIT, "v9")
    books.settle([ended(name, ExecType.CANCELED, 2, venue_order_id="v9")], [fill])
    assert order_status(order).value == "CANCELED"


def test_a_fill_without_an_order_is_money_all_the_same(books: Books) -> None:
    books.hear("a", ExecType.NEW)
    books.settle([stated("a")], [execution("", 5, 3, venue_order_id="v77")])
    assert books.core.engines.ledger.accounts["margin"].positions[AAPL].quantity == 3 * UNIT


def test_an_order_of_somebody_else_that_is_over_without_a_fill_is_history(books: Books) -> None:
    books.hear("a", ExecType.NEW)
    findings = books.compare([stated("a"), ended("theirs", ExecType.CANCELED)], [])
    assert findings.repairs == ()


def test_what_this_desk_does_not_trade_is_left_alone_and_told(books: Books) -> None:
    books.hear("a", ExecType.NEW)
    findings = books.compare([stated("a"), stated("theirs", instrument_id="XYZ.SIM")], [])
    assert findings.repairs == ()
    (line,) = findings.differences
    assert line.action.startswith("left alone")


def open_lines(findings: Findings) -> list[tuple[str, str]]:
    return [(each.kind, each.name) for each in findings.differences if not each.action]


def test_a_fill_that_only_we_have_is_for_a_person(books: Books) -> None:
    books.hear("a", ExecType.NEW)
    books.hear("a", ExecType.TRADE, execution_id="E1", last_qty=UNIT, last_px=190 * UNIT)
    assert open_lines(books.compare([stated("a")], [])) == [("EXECUTION", "E1")]


def test_a_fill_that_both_have_with_other_content_is_for_a_person(books: Books) -> None:
    books.hear("a", ExecType.NEW)
    books.hear("a", ExecType.TRADE, execution_id="E1", last_qty=UNIT, last_px=190 * UNIT)
    findings = books.compare([stated("a", cum_qty=UNIT)], [execution("a", 1, 1, last_px=191 * UNIT)])
    (line,) = [each for each in findings.differences if not each.action]
    assert (line.ours, line.venues) == ("1 at 190", "1 at 191")


def test_a_correction_that_we_missed_is_not_booked_as_a_second_fill(books: Books) -> None:
    """The venue states the fill anew under another id: we have as many as it counts, one of ours is void."""
    books.hear("a", ExecType.NEW)
    books.hear("a", ExecType.TRADE, execution_id="E1", last_qty=UNIT, last_px=190 * UNIT)
    corrected = execution("a", 2, 1, last_px=191 * UNIT)
    findings = books.compare([stated("a", cum_qty=UNIT)], [corrected])
    assert findings.repairs == ()
    assert sorted(open_lines(findings)) == [("EXECUTION", "E1"), ("EXECUTION", "E2")]


def test_an_order_that_is_over_here_and_open_there_is_for_a_person(books: Books) -> None:
    books.hear("a", ExecType.NEW)
    books.hear("a", ExecType.CANCELED)
    assert open_lines(books.compare([stated("a")], [])) == [("ORDER", "a")]


def test_an_order_that_was_there_and_is_in_no_answer_is_for_a_person(books: Books) -> None:
    books.hear("a", ExecType.NEW)
    assert open_lines(books.compare([], [])) == [("ORDER", "a")]


def test_of_two_statements_the_later_counts() -> None:
    old, new = stated("a"), ended("a", ExecType.CANCELED, ts_event=NOW + 1)
    assert merge_orders([[old], [new]]) == merge_orders([[new], [old]]) == {"v-a": new}


def test_holdings_are_compared_to_the_unit(books: Books) -> None:
    books.hear("a", ExecType.NEW)
    books.hear("a", ExecType.TRADE, execution_id="E1", last_qty=UNIT, last_px=190 * UNIT)
    book = books.core.engines.ledger.accounts["margin"]
    usd, usdt = book.cash["USD"], book.cash["USDT"]
    agreed = [Holding("margin", "USD", usd), Holding("margin", "USDT", usdt), Holding("margin", AAPL, UNIT)]
    assert compare_holdings(book, agreed, lambda name: name == AAPL) == ()
    for changed, wanted in (
        ([Holding("margin", "USD", usd + 1), *agreed[1:]], [("BALANCE", "USD")]),
        (agreed[:2], [("POSITION", AAPL)]),
        ([*agreed, Holding("margin", "EUR", 5)], [("BALANCE", "EUR")]),
        ([], [("POSITION", AAPL), ("BALANCE", "USD"), ("BALANCE", "USDT")]),
    ):
        found = compare_holdings(book, changed, lambda name: name == AAPL)
        assert sorted((each.kind, each.name) for each in found) == sorted(wanted)
        assert all(not each.action for each in found)


# ------------------------------------------------------------------------------ orders sent in parts


SECOND = "T26~2~1"


@pytest.fixture
def parts(books: Books) -> Books:
    """An iceberg whose first part of 4 has filled, and whose second of 4 is at the venue."""
    price = 190 * UNIT
    books.traded = {AAPL, MSFT}
    books.hear("a", ExecType.CANCELED)
    books.do(
        SubmitOrder(
            NOW, "margin", "i", "desk", "", Environment.SIM, MSFT, Side.BUY, OrderType.LIMIT,
            TimeInForce.GTC, 10 * UNIT, price, price, NOW, 0, 2**62,
            OrderInstructions(display_qty=4 * UNIT),
        )
    )  # fmt: skip
    books.hear("i", ExecType.NEW)
    for number in (1, 2):
        books.do(ReportExecution(NOW, of_part("i", number, 2)))
    books.hear(SECOND, ExecType.NEW)
    assert books.order("i").client_order_id == SECOND
    return books


def of_part(name: str, number: int, quantity: int = 1, **fields: object) -> ExecutionReport:
    return execution(name, number, quantity, instrument_id=MSFT, **fields)


def part(name: str, filled: int, **fields: object) -> VenueOrder:
    more: dict[str, object] = {"order_qty": 4 * UNIT, "cum_qty": filled * UNIT, "instrument_id": MSFT}
    more |= {"is_open": filled < 4, "exec_type": ExecType.TRADE if filled else ExecType.NEW}
    return stated(name, **more | fields)


FIRST_FILLS = [of_part("i", 1, 2), of_part("i", 2, 2)]


def test_parts_that_agree_need_nothing(parts: Books) -> None:
    assert parts.settle([part("i", 4), part(SECOND, 0)], FIRST_FILLS) == Findings((), (), (), (), ())


def test_a_missing_fill_of_the_part_at_work_is_booked_beside_those_of_the_first(parts: Books) -> None:
    parts.settle([part("i", 4), part(SECOND, 1)], [*FIRST_FILLS, of_part(SECOND, 3)])
    order = parts.order("i")
    assert (order.cum_qty, order.leg_cum) == (5 * UNIT, UNIT)


def test_a_lost_correction_of_the_first_part_leaves_the_part_at_work_alone(parts: Books) -> None:
    """Ours does not stand there, and another does: a person accepts; then the other is booked."""
    changed = of_part("i", 9, 2, last_px=191 * UNIT)
    venue = [part("i", 4), part(SECOND, 1)]
    findings = parts.compare(venue, [FIRST_FILLS[0], changed, of_part(SECOND, 3)])
    assert [report.report.execution_id for report in findings.repairs] == ["E3"]
    assert open_lines(findings) == [("EXECUTION", "E9"), ("EXECUTION", "E2")]
    parts.do(ReportExecution(NOW, of_part(SECOND, 3)))
    parts.hear(SECOND, ExecType.TRADE_CANCEL, ref_execution_id="E2")
    parts.settle(venue, [FIRST_FILLS[0], changed, of_part(SECOND, 3)])
    order = parts.order("i")
    assert (order.cum_qty, order.leg_cum, order.order_qty) == (5 * UNIT, UNIT, 10 * UNIT)


def test_a_first_part_that_works_again_is_for_a_person(parts: Books) -> None:
    parts.hear("i", ExecType.TRADE_CANCEL, ref_execution_id="E2")
    findings = parts.settle([part("i", 2), part(SECOND, 0)], FIRST_FILLS[:1])
    assert open_lines(findings) == [("ORDER", "i")]
    young = parts.compare([part("i", 2), part(SECOND, 0)], FIRST_FILLS[:1], young=True)
    assert (young.differences, young.unsettled) == ((), ("i", SECOND))


def test_other_terms_of_the_part_at_work_are_taken_over(parts: Books) -> None:
    parts.settle([part("i", 4), part(SECOND, 0, order_qty=3 * UNIT)], FIRST_FILLS)
    order = parts.order("i")
    assert (order.leg_qty, order.order_qty) == (3 * UNIT, 9 * UNIT)


def test_a_part_that_filled_as_a_smaller_one_is_followed_by_the_rest(parts: Books) -> None:
    smaller = part(SECOND, 3, order_qty=3 * UNIT, is_open=False)
    findings = parts.compare([part("i", 4), smaller], [*FIRST_FILLS, of_part(SECOND, 3, 3)])
    for repair in findings.repairs:
        parts.do(ReportExecution(NOW, repair.report))
    order = parts.order("i")
    assert (order.cum_qty, order.order_qty, order.client_order_id) == (7 * UNIT, 9 * UNIT, "T26~2~2")
