"""Positions, lots and accounts as they are shown: read from the replica, valued at the latest prices."""

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

from trade2026.application.read_models.moment import Handlers, Moment
from trade2026.application.read_models.topics import Topic, TopicRow, Topics
from trade2026.application.read_models.views import (
    AccountView,
    LotView,
    PositionView,
    format_optional,
    format_time,
    format_ts,
    limits_view,
)
from trade2026.application.read_models.worth import ANY_AGE, Prices, Worth, sum_in_base, worth_of
from trade2026.ledger.state import AccountBook, Position
from trade2026.ledger.valuation import ValuationRefused, average_price
from trade2026.model.enums import AccountType
from trade2026.model.events import (
    AccountLimitsSet,
    AccountOpened,
    CashTransferred,
    EntitlementSet,
    MarksRecorded,
    PositionAdjusted,
    RateSet,
    TradeBooked,
)
from trade2026.model.instrument import Instrument
from trade2026.model.money import notional
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT, div_half_even, format_raw
from trade2026.trading.core import Core


class Accounts:
    """Nothing is kept here but which rows changed: the replica has everything else."""

    def __init__(
        self, core: Core, topics: Topics, prices: Callable[[], Prices], mark_max_age_ns: int
    ) -> None:
        self._core = core
        self._topics = topics
        self._prices = prices
        self._mark_max_age_ns = mark_max_age_ns
        self.now = 0
        topics.make_rows(Topic.POSITIONS, self._position_row)
        topics.make_rows(Topic.ACCOUNTS, self._account_row)

    def handlers(self) -> Handlers:
        """What is done about each event."""
        own: Handlers = dict.fromkeys((CashTransferred, AccountLimitsSet, EntitlementSet), self._on_own)
        return {
            TradeBooked: self._on_booked,
            PositionAdjusted: self._on_adjusted,
            MarksRecorded: self._on_marks,
            RateSet: self._on_rate,
            AccountOpened: self._on_opened,
            **own,
        }

    def _on_booked(self, moment: Moment, event: TradeBooked) -> None:
        self._topics.touch(Topic.POSITIONS, (event.account_id, event.instrument_id), moment.seq)

    def _on_adjusted(self, moment: Moment, event: PositionAdjusted) -> None:
        self._topics.touch(Topic.ACCOUNTS, event.account_id, moment.seq)
        if event.quantity:
            self._topics.touch(Topic.POSITIONS, (event.account_id, event.commodity), moment.seq)

    def _on_own(self, moment: Moment, event: Any) -> None:
        self._topics.touch(Topic.ACCOUNTS, event.account_id, moment.seq)

    def _on_opened(self, moment: Moment, event: AccountOpened) -> None:
        self._topics.touch(Topic.ACCOUNTS, event.account.account_id, moment.seq)

    def _on_rate(self, moment: Moment, event: RateSet) -> None:
        for account_id in self._core.engines.ledger.accounts:
            self._topics.touch(Topic.ACCOUNTS, account_id, moment.seq)

    def _on_marks(self, moment: Moment, event: MarksRecorded) -> None:
        """Revalue what is held: positions of the marked instruments, and the accounts that hold them."""
        marked = {mark.instrument_id for mark in event.marks}
        for account_id, book in self._core.engines.ledger.accounts.items():
            is_touched = False
            for instrument_id, position in book.positions.items():
                if position.quantity and instrument_id in marked:
                    self._topics.touch(Topic.POSITIONS, (account_id, instrument_id), moment.seq)
                    is_touched = True
            if is_touched:
                self._topics.touch(Topic.ACCOUNTS, account_id, moment.seq)

    def _position_row(self, seq: int, key: Hashable) -> TopicRow:
        assert isinstance(key, tuple)
        account_id, instrument_id = key
        return TopicRow(seq, account_id, partial(self.position, account_id, instrument_id))

    def _account_row(self, seq: int, key: Hashable) -> TopicRow:
        assert isinstance(key, str)
        return TopicRow(seq, key, partial(self.account, key))

    # ---------------------------------------------------------------------------------------- positions

    def position(self, account_id: str, instrument_id: str) -> PositionView:
        """The position, at the latest price; it must exist."""
        ledger = self._core.engines.ledger
        position = ledger.accounts[account_id].positions[instrument_id]
        instrument = ledger.instruments[instrument_id]
        price = self._prices().get(instrument_id) or ledger.marks.get(instrument_id)
        seq = self._topics.seq_of(Topic.POSITIONS, (account_id, instrument_id))
        return _position_view(seq, account_id, instrument, position, price)

    def positions(
        self, accounts: frozenset[str] | None, instrument_id: str | None, include_flat: bool
    ) -> tuple[PositionView, ...]:
        """Positions by account and instrument; those that were closed with `include_flat`."""
        return tuple(
            self.position(account_id, name)
            for account_id, book in self._books(accounts)
            for name, position in sorted(book.positions.items())
            if (include_flat or position.quantity) and (not instrument_id or name == instrument_id)
        )

    def lots(self, accounts: frozenset[str] | None, instrument_id: str | None) -> tuple[LotView, ...]:
        """Open lots by account and instrument, the oldest first."""
        instruments = self._core.engines.ledger.instruments
        return tuple(
            LotView(
                account_id, name, format_raw(lot.quantity), format_raw(lot.cost),
                format_raw(_unit_cost(lot.cost, lot.quantity, instruments[name])), format_ts(lot.ts_event),
                lot.execution_id,
            )
            for account_id, book in self._books(accounts)
            for name, position in sorted(book.positions.items())
            if not instrument_id or name == instrument_id
            for lot in position.lots
        )  # fmt: skip

    def _books(self, accounts: frozenset[str] | None) -> list[tuple[str, AccountBook]]:
        books = self._core.engines.ledger.accounts
        return [(name, books[name]) for name in sorted(books) if accounts is None or name in accounts]

    # ----------------------------------------------------------------------------------------- accounts

    def account_ids(self, accounts: frozenset[str] | None) -> tuple[str, ...]:
        """The accounts that may be seen, sorted."""
        return tuple(name for name, _ in self._books(accounts))

    def account(self, account_id: str) -> AccountView:
        """The account at the latest prices; it must exist."""
        engines = self._core.engines
        ledger, book = engines.ledger, engines.ledger.accounts[account_id]
        risk, account = engines.risk.accounts[account_id], book.account
        prices, base = self._prices(), account.base_currency
        now = max([self.now, *(prices[name][1] for name in book.positions if name in prices)])
        worth = worth_of(
            ledger, account_id, now=now, prices=prices, allow_stale=True,
            rate_max_age_ns=ANY_AGE if risk.limits is None else risk.limits.rate_max_age_ns,
            mark_max_age_ns=self._mark_max_age_ns,
        )  # fmt: skip
        known = None if isinstance(worth, ValuationRefused) else worth
        free = book.cash.get(base, 0) - risk.reserved.get(base, 0)
        if account.account_type is AccountType.CASH:
            buying_power: int | None = max(free, 0)
        else:
            buying_power = self._margin_power(account_id, known)
        return AccountView(
            self._topics.seq_of(Topic.ACCOUNTS, account_id), format_ts(now), account_id, account.environment,
            account.account_type, base,
            {currency: format_raw(amount) for currency, amount in sorted(book.cash.items())},
            format_optional(known and known.equity),
            format_optional(sum_in_base(ledger, base, book.realized())),
            format_optional(known and known.unrealized),
            format_optional(sum_in_base(ledger, base, book.fees)),
            format_optional(known and known.gross), format_optional(known and known.net), _leverage(known),
            format_optional(buying_power), len(engines.oms.accounts[account_id].open_orders),
            None if risk.limits is None else limits_view(risk.limits), bool(known and known.stale),
            worth.text if isinstance(worth, ValuationRefused) else worth.stale,
        )  # fmt: skip

    def _margin_power(self, account_id: str, worth: Worth | None) -> int | None:
        risk = self._core.engines.risk.accounts[account_id]
        if risk.limits is None:
            return 0
        if worth is None:
            return None
        allowed = min(worth.equity * risk.limits.max_leverage // UNIT, risk.limits.max_gross_exposure)
        return max(allowed - risk.gross, 0)


def _unit_cost(cost: int, quantity: int, instrument: Instrument) -> int:
    sign = 1 if quantity > 0 else -1
    return div_half_even(sign * cost * UNIT * UNIT, sign * quantity * instrument.multiplier)


def _leverage(worth: Worth | None) -> str | None:
    if worth is None or worth.equity <= 0:
        return None
    return format_raw(div_half_even(worth.gross * UNIT, worth.equity))


def _position_view(
    seq: int, account_id: str, instrument: Instrument, position: Position, price: tuple[int, int] | None
) -> PositionView:
    value: int | None = None
    if price is not None:
        value = notional(price[0], position.quantity, instrument.multiplier)
    return PositionView(
        seq, account_id, instrument.instrument_id, position.currency, format_raw(position.quantity),
        format_optional(average_price(position, instrument)), format_raw(position.cost),
        None if price is None else format_raw(price[0]), None if price is None else format_ts(price[1]),
        format_optional(value), None if value is None else format_raw(value - position.cost),
        format_raw(position.realized), format_raw(position.fees),
        format_time(position.lots[0].ts_event if position.lots else None), len(position.lots),
    )  # fmt: skip


def narrowed(accounts: frozenset[str] | None, account_id: str | None) -> frozenset[str] | None:
    """The accounts that are both asked for and visible."""
    if account_id is None:
        return accounts
    if not account_id:
        raise InputError("account_id must name an account, was empty; leave it out for all")
    return frozenset((account_id,)) if accounts is None or account_id in accounts else frozenset()
