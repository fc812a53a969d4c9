"""What clients ask of the desk: seeded, mostly sensible, sometimes repeated, sometimes wrong."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from trade2026.model.commands import (
    CancelOrder,
    Command,
    OpenAccount,
    RecordClock,
    RecordMarks,
    RegisterInstrument,
    ReplaceOrder,
    SetAccountLimits,
    SetEntitlement,
    SetInstrumentLimits,
    SetRate,
    SetTradingState,
    StartRun,
    SubmitOrder,
    TransferCash,
)
from trade2026.model.commands.desk import Mark
from trade2026.model.enums import (
    AccountType,
    Environment,
    ExecutionInstruction,
    OrderType,
    Scope,
    Side,
    TimeInForce,
    TradingState,
)
from trade2026.model.events import Event, OrderApproved
from trade2026.model.instrument import Instrument, crypto_spot, equity
from trade2026.model.limits import Account, AccountLimits, InstrumentLimits
from trade2026.primitives.fixed_point import UNIT, encode_money
from trade2026.primitives.time import DAY_NS

PRICES = {"AAPL.SIM": 190, "MSFT.SIM": 410, "BTCUSDT.SIM": 60_000, "ETHUSDT.SIM": 3_000, "DARK.SIM": 25}


def _able(instrument: Instrument) -> Instrument:
    """The same at a venue that does by itself what the core does for others."""
    return msgspec.structs.replace(
        instrument,
        order_types=(OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT),
        times_in_force=tuple(TimeInForce),
        execution_instructions=(ExecutionInstruction.POST_ONLY, ExecutionInstruction.DISPLAY_QTY),
    )


INSTRUMENTS: dict[str, Instrument] = {
    instrument.instrument_id: instrument
    for instrument in (
        _able(equity("AAPL", "SIM")),
        equity("MSFT", "SIM"),
        _able(crypto_spot("BTCUSDT", "SIM")),
        crypto_spot("ETHUSDT", "SIM"),
        equity("DARK", "SIM"),
    )
}
UNROUTED = "DARK.SIM"
"""Has rules and limits, and no venue."""
ACCOUNTS = (
    Account("cash", AccountType.CASH, "USD", Environment.SIM, ("desk",)),
    Account("margin", AccountType.MARGIN, "USD", Environment.SIM, ("desk",)),
)
MONEY = 10_000_000 * UNIT
"""What every account begins with, of each currency, raw."""
_FOREVER = 2**62
_MOSTLY = (*[TradingState.ACTIVE] * 4, TradingState.HALTED)
_STATES = (TradingState.ACTIVE, TradingState.ACTIVE, TradingState.REDUCING, TradingState.HALTED)


@dataclass(frozen=True)
class Goods:
    """What is traded, for whom, and in which environment; `prices` are where the instruments are, in money.

    `unrouted` is an instrument with rules and limits and no venue; `times_in_force` are those that every
    instrument knows, the first of them what rests in a book.
    """

    instruments: dict[str, Instrument]
    prices: dict[str, int]
    accounts: tuple[Account, ...]
    environment: Environment
    currencies: tuple[str, ...]
    times_in_force: tuple[TimeInForce, ...]
    unrouted: str

    def trades(self, instrument_id: str) -> bool:
        """Whether the venue trades it."""
        return instrument_id in self.instruments and instrument_id != self.unrouted

    @property
    def routed(self) -> tuple[str, ...]:
        """What the venue trades."""
        return tuple(filter(self.trades, self.instruments))


SIM_GOODS = Goods(
    INSTRUMENTS, PRICES, ACCOUNTS, Environment.SIM, ("USD", "USDT"),
    (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC), UNROUTED,
)  # fmt: skip


def set_up(now: int, goods: Goods = SIM_GOODS) -> list[Command]:
    """Everything that must be journaled before the first order."""
    commands: list[Command] = [StartRun(now, "simulation", goods.environment, "tests", "{}")]
    commands += [RegisterInstrument(now, instrument) for instrument in goods.instruments.values()]
    commands.append(SetRate(now, "USDT", "USD", UNIT, now, "tests"))
    for account in goods.accounts:
        name = account.account_id
        commands.append(OpenAccount(now, account))
        commands += [
            TransferCash(now, name, currency, encode_money(MONEY), "start") for currency in goods.currencies
        ]
        limits = AccountLimits(9 * MONEY, 9 * MONEY, 4 * UNIT, 200, 9 * MONEY, _FOREVER)
        commands.append(SetAccountLimits(now, name, limits))
        commands += [SetInstrumentLimits(now, name, known, _limits(name)) for known in goods.instruments]
    return commands


def _limits(account_id: str) -> InstrumentLimits:
    most = 100_000 * UNIT
    short = 0 if account_id == "cash" else most
    return InstrumentLimits(most, MONEY, most, short, 60, most, 1_000, DAY_NS, 100, 20, True)


@dataclass(slots=True)
class Workload:
    """Draws the next command; learns order ids from answers. Survives the desk, as clients do."""

    chance: random.Random
    goods: Goods = SIM_GOODS
    number: int = 0
    approved: list[OrderApproved] = field(default_factory=list)
    sent: list[Command] = field(default_factory=list)

    def next(self, now: int) -> Command:
        """One command."""
        kind = self.chance.random()
        if kind < 0.08 and self.sent:
            return self._repeat(now)
        if kind < 0.55 or not self.approved:
            command: Command = self._submit(now)
        elif kind < 0.75:
            command = self._cancel(now)
        elif kind < 0.85:
            command = self._replace(now)
        else:
            return self._steer(now)
        self.sent.append(command)
        return command

    def learn(self, events: tuple[Event, ...]) -> None:
        """Orders that may be canceled or replaced."""
        self.approved += [event for event in events if type(event) is OrderApproved]

    def cancel(self, order_id: int, account_id: str, now: int) -> CancelOrder:
        """A cancel of this very order."""
        return CancelOrder(now, account_id, self._name(), "desk", order_id)

    def renamed(self, command: ReplaceOrder, limit_price: int | None) -> ReplaceOrder:
        """Another replace of the same order."""
        return msgspec.structs.replace(command, client_order_id=self._name(), limit_price=limit_price)

    def _name(self) -> str:
        self.number += 1
        return f"c{self.number}"

    def _repeat(self, now: int) -> Command:
        """An earlier request again: as it was, at a later time, or with another body under its id."""
        command = self.chance.choice(self.sent)
        kind = self.chance.random()
        if kind < 0.4:
            return command
        if kind < 0.8 or type(command) is CancelOrder:
            return msgspec.structs.replace(command, now=now)
        return msgspec.structs.replace(command, now=now, order_qty=command.order_qty * 2)  # type: ignore[union-attr]

    def _price(self, instrument: Instrument, band: float) -> int:
        price = self.goods.prices[instrument.instrument_id] * UNIT * (1 + self.chance.uniform(-band, band))
        return int(price) // instrument.tick_size * instrument.tick_size

    def _submit(self, now: int) -> SubmitOrder:
        chance, goods = self.chance, self.goods
        instrument = chance.choice(list(goods.instruments.values()))
        unit = UNIT if instrument.base_currency is None else UNIT // 100
        quantity = chance.randint(1, 40) * unit
        order_type = OrderType.LIMIT if chance.random() < 0.8 else OrderType.MARKET
        price = self._price(instrument, 0.03) if order_type is OrderType.LIMIT else None
        wrong = chance.random()
        if wrong < 0.02:
            quantity += 1  # Not a multiple of the lot.
        return SubmitOrder(
            now, "nobody" if 0.02 <= wrong < 0.03 else chance.choice(goods.accounts).account_id,
            self._name(), "stranger" if 0.03 <= wrong < 0.04 else "desk", chance.choice(("", "s1")),
            goods.environment,
            "NONE.SIM" if 0.04 <= wrong < 0.05 else instrument.instrument_id, chance.choice(list(Side)),
            order_type, chance.choice(goods.times_in_force), quantity, price,
            None if 0.05 <= wrong < 0.06 else self._price(instrument, 0.01), now - 1_000_000, 0, _FOREVER,
        )  # fmt: skip

    def _recent(self) -> OrderApproved:
        """An order that was sent not long ago."""
        return self.chance.choice(self.approved[-20:])

    def _cancel(self, now: int) -> CancelOrder:
        order = self._recent()
        return self.cancel(order.order_id, order.account_id, now)

    def _replace(self, now: int) -> ReplaceOrder:
        order = self._recent()
        instrument = self.goods.instruments[order.instrument_id]
        quantity = max(order.order_qty * self.chance.randint(1, 6) // 3, 1)
        quantity = max(quantity // instrument.lot_size, 1) * instrument.lot_size
        return ReplaceOrder(
            now, order.account_id, self._name(), "desk", order.order_id, quantity,
            None if order.limit_price is None else self._price(instrument, 0.03),
            self._price(instrument, 0.01), now - 1_000_000, 0, _FOREVER,
        )  # fmt: skip

    def _steer(self, now: int) -> Command:
        chance = self.chance
        instrument = chance.choice(list(self.goods.instruments.values()))
        account_id = chance.choice(self.goods.accounts).account_id
        kinds: tuple[Callable[[], Command], ...] = (
            lambda: RecordMarks(
                now, "tests", (Mark(instrument.instrument_id, self._price(instrument, 0.01), now),)
            ),
            lambda: SetRate(now, "USDT", "USD", UNIT + chance.randint(-(10**7), 10**7), now, "tests"),
            lambda: TransferCash(
                now,
                account_id,
                chance.choice(self.goods.currencies),
                encode_money(chance.randint(-9, 9) * UNIT),
                "",
            ),
            lambda: self._set_state(now, account_id, instrument),
            lambda: self._set_state(now, account_id, instrument),  # Twice: it must meet what is on its way.
            lambda: SetInstrumentLimits(now, account_id, instrument.instrument_id, _limits(account_id)),
            # Not the desk's own: it must be able to end its orders at any moment.
            lambda: SetEntitlement(now, account_id, "visitor", chance.random() < 0.5),
            lambda: RecordClock(now, now + chance.randint(0, 10**12)),
        )
        return chance.choice(kinds)()

    def _set_state(self, now: int, account_id: str, instrument: Instrument) -> SetTradingState:
        """Halt, reduce or resume; wide scopes are mostly resumed, or little would trade."""
        scope, target, states = self.chance.choice(
            (
                (Scope.GLOBAL, "", _MOSTLY),
                (Scope.VENUE, instrument.venue, _MOSTLY),
                (Scope.ACCOUNT, account_id, _MOSTLY),
                (Scope.INSTRUMENT, instrument.instrument_id, _STATES),
                (Scope.STRATEGY, "s1", _STATES),
            )
        )
        return SetTradingState(now, scope, target, self.chance.choice(states), "desk", "because")
