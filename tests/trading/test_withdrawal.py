"""Money that open buys of a cash account may still need cannot be paid out, through the core as a whole."""

from tests.engine_harness import stock_desk
from trade2026.model.enums import AccountType, ExecType
from trade2026.model.events import CashTransferred, CommandDenied
from trade2026.primitives.fixed_point import UNIT


def test_only_what_open_buys_leave_free_is_paid_out() -> None:
    desk = stock_desk(AccountType.CASH, cash=1_500 * UNIT)
    desk.submit("buy", qty=100 * UNIT)  # At 10: a thousand held.
    denied = desk.pay(-501 * UNIT)
    assert isinstance(denied, CommandDenied)
    assert "at most the 500 USD not held for open buys, was 501" in denied.text
    assert isinstance(desk.pay(-500 * UNIT), CashTransferred)
    desk.report("buy", ExecType.CANCELED)
    assert isinstance(desk.pay(-1_000 * UNIT), CashTransferred)
    assert desk.ledger.accounts["A"].cash == {"USD": 0}
