"""A desk to measure: accounts, instruments and limits set up through the core's own commands."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from trade2026.model.commands import (
    CancelOrder,
    Command,
    OpenAccount,
    RegisterInstrument,
    ReplaceOrder,
    SetAccountLimits,
    SetInstrumentLimits,
    StartRun,
    SubmitOrder,
    TransferCash,
)
from trade2026.model.enums import (
    AccountType,
    Environment,
    ExecType,
    LiquiditySide,
    OrderType,
    Side,
    TimeInForce,
)
from trade2026.model.events import OrderApproved
from trade2026.model.execution import ExecutionReport
from trade2026.model.instrument import crypto_spot
from trade2026.model.limits import Account, AccountLimits, InstrumentLimits
from trade2026.primitives.fixed_point import INT64_MAX, UNIT, encode_money
from trade2026.primitives.time import DAY_NS, SECOND_NS

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "ADAUSDT")
INDEX = {f"{symbol}.BINANCE": index for index, symbol in enumerate(SYMBOLS)}
PRICES = (40_000 * UNIT, 2_500 * UNIT, 100 * UNIT, 300 * UNIT, UNIT // 2)
LOTS = (10_000, 100_000, 1_000_000, 1_000_000, 100_000_000)
ACCOUNTS = ("A1", "A2", "A3", "A4")
NOW = 1_700_000_000 * SECOND_NS
TRADER = "bench"


def set_up() -> Iterator[Command]:
    """Four MARGIN accounts, five spot pairs, every check on, limits wide enough for a long run."""
    yield StartRun(NOW, "bench", Environment.PAPER, "bench", "{}")
    instruments = [crypto_spot(symbol) for symbol in SYMBOLS]
    for instrument in instruments:
        yield RegisterInstrument(NOW, instrument)
    for account_id in ACCOUNTS:
        account = Account(account_id, AccountType.MARGIN, "USDT", Environment.PAPER, (TRADER,))
        yield OpenAccount(NOW, account)
        yield TransferCash(NOW, account_id, "USDT", encode_money(10**9 * UNIT), "start")
        wide = INT64_MAX
        yield SetAccountLimits(NOW, account_id, AccountLimits(wide, wide, 1_000 * UNIT, 10**9, wide, DAY_NS))
        limits = InstrumentLimits(wide, wide, wide, wide, 10**9, wide, 300, 5 * SECOND_NS, 100, 10, True)
        for instrument in instruments:
            yield SetInstrumentLimits(NOW, account_id, instrument.instrument_id, limits)


def _quantity(index: int) -> int:
    """Whole lots worth about ten USDT, twice the venue's minimum."""
    return max(LOTS[index] * 10, 10 * UNIT * UNIT // PRICES[index] // LOTS[index] * LOTS[index])


@dataclass
class Mix:
    """The standard mix: 60 % passive, 15 % marketable, 20 % cancel, 5 % replace."""

    seed: int = 7

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._count = 0
        self.resting: list[tuple[str, int, int]] = []  # Account, order id, index of the instrument.

    def submit(self, *, marketable: bool = False) -> SubmitOrder:
        """A new limit order, 1 % off the touch or through it."""
        self._count += 1
        count = self._count
        index = count % 5
        side = Side.BUY if self._random.random() < 0.5 else Side.SELL
        price = PRICES[index]
        away = 1 if marketable else -1
        sign = away if side is Side.BUY else -away
        tick = 10_000_000 if index < 4 else 100_000
        limit = (price + sign * price // 100) // tick * tick
        return SubmitOrder(
            NOW + count, ACCOUNTS[count % 4], f"c{count}", TRADER, "", Environment.PAPER,
            f"{SYMBOLS[index]}.BINANCE", side, OrderType.LIMIT, TimeInForce.GTC, _quantity(index), limit,
            price, NOW + count, NOW, NOW + DAY_NS,
        )  # fmt: skip

    def remember(self, order: SubmitOrder, order_id: int) -> None:
        """An approved order; it can be canceled or replaced later if it rests."""
        assert order.limit_price is not None
        assert order.reference_price is not None
        if (order.limit_price > order.reference_price) != (order.side is Side.BUY):
            self.resting.append((order.account_id, order_id, INDEX[order.instrument_id]))

    def next(self) -> SubmitOrder | CancelOrder | ReplaceOrder:
        """The next command of the mix; cancels and replaces name resting orders."""
        draw = self._random.random()
        if draw < 0.25 and self.resting:
            self._count += 1
            position = self._random.randrange(len(self.resting))
            account_id, order_id, index = self.resting[position]
            now, client_order_id = NOW + self._count, f"c{self._count}"
            if draw < 0.20:
                self.resting[position] = self.resting[-1]
                self.resting.pop()
                return CancelOrder(now, account_id, client_order_id, TRADER, order_id)
            return ReplaceOrder(
                now, account_id, client_order_id, TRADER, order_id,
                _quantity(index) + LOTS[index] * (1 + self._count % 50), PRICES[index], PRICES[index], now,
                NOW, NOW + DAY_NS,
            )  # fmt: skip
        return self.submit(marketable=draw > 0.85)


def fill(order: SubmitOrder | OrderApproved, execution_id: str) -> ExecutionReport:
    """A full fill of the order at its limit, with a commission in the quote currency."""
    assert order.limit_price is not None
    return ExecutionReport(
        order.account_id, order.client_order_id, ExecType.TRADE, order.now, "V", execution_id,
        order.order_qty, order.limit_price, 1_000_000, "USDT", LiquiditySide.TAKER,
    )  # fmt: skip
