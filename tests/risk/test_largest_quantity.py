"""What a refusal promises: the largest quantity passes, one lot more does not, and 0 means that none does.

The oracle is the check itself, asked about other quantities: every lot of small orders, a spread of larger
ones. States are random: positions long and short, orders open and partly filled, replaces unanswered, CASH
and MARGIN, three currencies; then limits are drawn around what the state uses.
"""

from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desk_machine import ACCOUNTS, INSTRUMENTS, DeskMachine
from tests.engine_harness import BIG, WIDE, WIDE_TOTALS, stock_desk
from trade2026.model.commands import ReplaceOrder, SubmitOrder
from trade2026.model.enums import Environment, Scope, Side, TradingState
from trade2026.model.events import OrderRefused, ReplaceRefused
from trade2026.model.events.risk import RiskCheck
from trade2026.oms.state import Order
from trade2026.primitives.fixed_point import UNIT
from trade2026.risk.check import failures
from trade2026.trading.core import Core

_LOWER_BOUNDS = {RiskCheck.MIN_NOTIONAL, RiskCheck.LOT_SIZE}


def failed(core: Core, command: SubmitOrder | ReplaceOrder, quantity: int) -> set[RiskCheck]:
    """What risk has against the same request for another quantity; nothing changes."""
    risk, oms = core.engines.risk, core.engines.oms
    if isinstance(command, SubmitOrder):
        found = failures(risk, msgspec.structs.replace(command, order_qty=quantity))
    else:
        order = oms.orders[command.order_id]
        terms = SubmitOrder(
            command.now, order.account_id, command.client_order_id, command.trader_id, order.strategy_id,
            Environment.SIM, order.instrument_id, order.side, order.order_type, order.time_in_force, quantity,
            command.limit_price, command.reference_price, command.reference_ts, command.session_open,
            command.session_close,
        )  # fmt: skip
        found = failures(risk, terms, risk.open_orders[order.order_id])
    return {failure.check for failure in found}


def random_desk(random: Random) -> DeskMachine:
    """A desk in the middle of trading, with limits around what it uses."""
    machine = DeskMachine()
    machine.set_up(random.randrange(2**32))
    desk = machine.desk
    value = 3_000 * UNIT

    def around(used: int, spread: int) -> int:
        return BIG if random.random() < 0.5 else max(used + random.randint(-spread // 4, spread), 0)

    for account_id in ACCOUNTS:
        account = desk.risk.accounts[account_id]
        for instrument in INSTRUMENTS:
            exposure = account.exposures[instrument.instrument_id]
            lots = 300 * instrument.lot_size
            desk.limit(
                WIDE, account_id, instrument, max_order_qty=around(0, lots),
                max_order_notional=around(0, value),
                max_long_qty=around(exposure.quantity + exposure.open_buy, lots),
                max_short_qty=around(exposure.open_sell - exposure.quantity, lots),
                max_open_qty=around(exposure.open_buy + exposure.open_sell, lots),
                fee_bps=random.choice([0, 7, 100]), fee_per_unit=random.choice([0, UNIT // 300]),
                fee_per_order=random.choice([0, UNIT]), market_protection_bps=random.choice([1, 50]),
            )  # fmt: skip
        desk.limit_account(
            WIDE_TOTALS, account_id, max_gross_exposure=around(account.gross, value),
            max_net_exposure=around(max(account.net_long, account.net_short), value),
            max_open_notional=around(account.open_notional, value),
            max_leverage=random.choice([UNIT // 10**4, UNIT // 100, UNIT, 10**3 * UNIT]),
        )  # fmt: skip
        for currency in ("USD", "USDT", "JPY"):
            held = account.cash.get(currency, 0) - account.reserved.get(currency, 0)
            if held > 0 and random.random() < 0.7:
                desk.pay(random.randint(0, 10**4) * UNIT // 10 - held, currency, account_id)
    if random.random() < 0.2:
        desk.trading_state(Scope.GLOBAL, "", TradingState.REDUCING)
    return machine


def random_request(machine: DeskMachine, random: Random) -> SubmitOrder | ReplaceOrder:
    lots, ticks = random.choice([1, 30, 300, 3_000, 10**6]), random.randint(950, 1050)
    orders = [order for order in machine.desk.oms.orders.values() if _can_be_replaced(order)]
    if orders and random.random() < 0.5:
        order = random.choice(orders)
        instrument = machine.desk.risk.instruments[order.instrument_id]
        price = None if order.limit_price is None else ticks * instrument.tick_size
        return machine.desk.replacement(
            "probe", order.order_id, lots * instrument.lot_size, price, account_id=order.account_id,
            reference_price=1000 * instrument.tick_size,
        )  # fmt: skip
    return machine.order(
        random.choice(ACCOUNTS), random.choice(INSTRUMENTS), random.choice(list(Side)), lots, ticks,
        random.random() < 0.2,
    )  # fmt: skip


def _can_be_replaced(order: Order) -> bool:
    return order.leaves_qty > 0 and not order.pending_cancel_id and not order.pending_replace_id


def check_promise(
    machine: DeskMachine, random: Random, command: SubmitOrder | ReplaceOrder, lot: int
) -> bool:
    """The refusal's promise, and that upper bounds are monotone; whether there was a refusal."""
    core = machine.desk.core
    (event,) = core.decide(command)
    if not isinstance(event, OrderRefused | ReplaceRefused):
        return False
    largest = event.largest_qty
    assert largest % lot == 0
    assert not largest or not failed(core, command, largest), f"{largest // lot} lots do not pass"
    assert failed(core, command, largest + lot), f"{largest // lot + 1} lots pass too"
    before: set[RiskCheck] = set()
    others = {*range(1, 40), *(random.randint(1, 400) for _ in range(30)), *(2**n for n in range(30))}
    for lots in sorted(others):
        now = failed(core, command, lots * lot)
        assert now or lots * lot <= largest, f"{lots} lots pass"
        assert before <= now - _LOWER_BOUNDS, f"fewer than {lots} lots fail {before - now}"
        before = now - _LOWER_BOUNDS
    return True


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=120)
def test_the_largest_quantity_passes_and_one_lot_more_does_not(seed):
    random = Random(seed)
    machine = random_desk(random)
    for _ in range(3):
        command = random_request(machine, random)
        if isinstance(command, ReplaceOrder):
            instrument_id = machine.desk.oms.orders[command.order_id].instrument_id
        else:
            instrument_id = command.instrument_id
        check_promise(machine, random, command, machine.desk.risk.instruments[instrument_id].lot_size)


def test_random_desks_meet_every_bound():
    """The property above would prove little if its states never met a limit."""
    met: set[str] = set()
    sized = replaces = 0
    for seed in range(150):
        random = Random(seed)
        machine = random_desk(random)
        for _ in range(3):
            command = random_request(machine, random)
            (event,) = machine.desk.core.decide(command)
            if isinstance(event, OrderRefused | ReplaceRefused):
                met |= {failure.check for failure in event.failures}
                sized += event.largest_qty > 0
                replaces += isinstance(event, ReplaceRefused)
    assert met >= {
        "TRADING_STATE", "MIN_NOTIONAL", "MAX_ORDER_QTY", "MAX_ORDER_NOTIONAL", "OPEN_QTY", "OPEN_NOTIONAL",
        "POSITION", "GROSS_EXPOSURE", "NET_EXPOSURE", "BUYING_POWER", "LEVERAGE", "SHORT_SALE",
    }  # fmt: skip
    assert sized > 30
    assert replaces > 20


def test_no_quantity_passes_what_quantity_cannot_mend():
    desk = stock_desk()
    desk.limit(max_open_orders=0)
    assert desk.submit("a").largest_qty == 0
    desk.limit()
    assert desk.submit("b", price=10 * UNIT + 1).largest_qty == 0
    assert desk.submit("c", reference_price=None).largest_qty == 0
    assert desk.submit("d", qty=UNIT // 2).largest_qty == BIG // 10, "whole lots mend it"


def test_below_the_venues_minimum_nothing_passes():
    desk = stock_desk()
    desk.register(msgspec.structs.replace(INSTRUMENTS[0], min_qty=50 * UNIT))
    desk.limit(max_order_qty=49 * UNIT)
    assert desk.submit("a", qty=100 * UNIT).largest_qty == 0
    desk.limit(max_order_qty=50 * UNIT)
    assert desk.submit("b", qty=100 * UNIT).largest_qty == 50 * UNIT
    assert desk.submit("c", qty=10 * UNIT).largest_qty == 50 * UNIT
