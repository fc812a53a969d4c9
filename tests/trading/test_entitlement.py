"""Who may trade an account is granted and withdrawn by commands, and survives a snapshot."""

from tests.engine_harness import stock_desk
from trade2026.model.commands import RecordClock, SetEntitlement
from trade2026.model.events import (
    ClockRecorded,
    CommandDenied,
    EntitlementSet,
    OrderApproved,
    OrderDenied,
    OrderPendingCancel,
    OrderRefused,
)
from trade2026.model.events.order import DenialReason
from trade2026.model.events.risk import RiskCheck


def test_a_trader_may_send_orders_from_the_grant_to_its_withdrawal() -> None:
    desk = stock_desk()
    refused = desk.submit("one", trader_id="visitor")
    assert isinstance(refused, OrderRefused)
    assert refused.failures[0].check is RiskCheck.ENTITLEMENT
    assert isinstance(desk.one(SetEntitlement(desk.now, "A", "visitor", True)), EntitlementSet)
    order = desk.submit("two", trader_id="visitor")
    assert isinstance(order, OrderApproved)
    assert isinstance(desk.submit("three", trader_id="t"), OrderApproved), "others keep theirs"
    desk.one(SetEntitlement(desk.now, "A", "visitor", False))
    assert isinstance(desk.submit("four", trader_id="visitor"), OrderRefused)
    denied = desk.cancel("five", order.order_id, trader_id="visitor")
    assert isinstance(denied, OrderDenied)
    assert denied.reason is DenialReason.NOT_ENTITLED
    assert isinstance(desk.cancel("six", order.order_id), OrderPendingCancel), "an open order stays"


def test_granting_twice_is_as_once() -> None:
    desk = stock_desk()
    for _ in range(2):
        desk.one(SetEntitlement(desk.now, "A", "visitor", True))
    assert desk.ledger.accounts["A"].account.entitled.count("visitor") == 1


def test_an_unknown_account_and_an_unusable_name_are_denied() -> None:
    desk = stock_desk()
    for account_id, trader_id in (("B", "visitor"), ("A", "no name"), ("A", "")):
        assert isinstance(desk.one(SetEntitlement(desk.now, account_id, trader_id, True)), CommandDenied)


def test_the_real_clock_is_journaled_and_changes_nothing() -> None:
    desk = stock_desk()
    before = desk.core.state_sha256()
    assert desk.one(RecordClock(desk.now, 17)) == ClockRecorded(desk.now, 17)
    assert desk.core.state_sha256() == before
