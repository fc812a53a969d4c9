"""Risk's incremental exposure equals its slow twin after every command of any history.

- Open quantities, values, reserves, gross, net and cash are what the whole history says, late fills,
  replaces up and down, refused replaces, expiries, marks, rates and limits on the way included.
- An order that risk lets pass leaves the account within the limits that were checked.
- When every order is done and every position flat, all reserves and values are exactly 0.
- A CASH account never has less cash than it holds back, as far as risk can prevent it.
"""

from typing import Any

from hypothesis import settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from tests.desk_machine import ACCOUNTS, DeskMachine
from tests.risk.twin import twin_of
from trade2026.model.commands import Command
from trade2026.model.events import Event, OrderApproved, OrderPendingReplace
from trade2026.risk.state import AccountRisk, RiskState

_EXPOSURE = (
    "quantity", "open_buy", "open_sell", "open_orders", "open_buys", "open_value", "reserve",
    "position_value", "long_value", "short_value", "worst_value",
)  # fmt: skip
_TOTALS = ("open_orders", "open_notional", "gross", "net_long", "net_short", "position_value")


def known(state: RiskState, account: AccountRisk) -> dict[str, Any]:
    """What risk knows of an account, in the twin's words."""
    empty = dict.fromkeys(_EXPOSURE, 0)
    return {
        "exposures": dict.fromkeys(state.instruments, empty)
        | {
            name: {what: getattr(exposure, what) for what in _EXPOSURE}
            for name, exposure in account.exposures.items()
        },
        "cash": {currency: amount for currency, amount in account.cash.items() if amount},
        "reserved": {currency: amount for currency, amount in account.reserved.items() if amount},
    } | {what: getattr(account, what) for what in _TOTALS}


class RiskMachine(DeskMachine):
    def __init__(self) -> None:
        super().__init__()
        self.desk.do = self.do  # type: ignore[method-assign]

    def do(self, command: Command) -> tuple[Event, ...]:
        core = self.desk.core
        events = core.decide(command)
        before = {
            account_id: _excess(self.desk.risk, account)
            for account_id, account in self.desk.risk.accounts.items()
        }
        for event in events:
            core.evolve(event)
        self.desk.history.append((command, events))
        self.compare()
        if isinstance(events[0], OrderApproved | OrderPendingReplace):
            account_id = events[0].account_id
            after = _excess(self.desk.risk, self.desk.risk.accounts[account_id])
            for what, amount in after.items():
                assert amount <= max(before[account_id].get(what, 0), 0), f"{what} is broken by {events[0]}"
        return events

    @invariant()
    def compare(self) -> None:
        twin = twin_of(event for _, events in self.desk.history for event in events)
        for account_id, account in self.desk.risk.accounts.items():
            assert known(self.desk.risk, account) == twin.account(account_id)

    def teardown(self) -> None:
        if "CASH" not in self.desk.risk.accounts or "MARGIN" not in self.desk.risk.accounts:
            return
        self.settle()
        self.compare()
        for account_id in ACCOUNTS:
            account = self.desk.risk.accounts[account_id]
            for exposure in account.exposures.values():
                assert {getattr(exposure, what) for what in _EXPOSURE} == {0}
                assert (exposure.open_worth, exposure.buy_worth) == (0, 0)
            assert {getattr(account, what) for what in _TOTALS} == {0}
            assert not any(account.reserved.values())
        assert not self.desk.risk.open_orders


def _excess(state: RiskState, account: AccountRisk) -> dict[str, int]:
    """By how much an account is beyond each limit that only orders can bring nearer; negative within it."""
    excess: dict[str, int] = {}
    for currency, amount in account.reserved.items():
        excess[f"cash {currency}"] = amount - account.cash.get(currency, 0)
    if account.limits is not None:
        excess["open_notional"] = account.open_notional - account.limits.max_open_notional
        excess["open_orders"] = account.open_orders - account.limits.max_open_orders
    for name, exposure in account.exposures.items():
        limits = exposure.limits
        if limits is not None:
            excess[f"long {name}"] = exposure.quantity + exposure.open_buy - limits.max_long_qty
            excess[f"short {name}"] = exposure.open_sell - exposure.quantity - limits.max_short_qty
            excess[f"open {name}"] = exposure.open_buy + exposure.open_sell - limits.max_open_qty
    return excess


def test_random_histories():
    run_state_machine_as_test(RiskMachine, settings=settings(max_examples=80, stateful_step_count=15))
