"""What a fill, a transfer, a rate or a mark does to the books: amounts are decided here, once, and journaled.

The whole of cost accounting is in `decide_trade`. A fill of signed quantity ``g`` at a price is worth
``v = notional(price, g)`` and moves ``-v`` of cash. A commission in the coin traded
is taken from the units, so that the position changes by ``q = g - commission``. What closes lots takes their
cost away, oldest lot first; what is left opens a lot. Profit is what remains:
``realized = cash + opened_cost - closed_cost``.
"""

from collections.abc import Iterable
from typing import Final

from trade2026.ledger.state import LedgerState, Lot, Position
from trade2026.model.commands import RecordMarks, RegisterInstrument, SetRate, TransferCash
from trade2026.model.enums import Side
from trade2026.model.events import (
    CashTransferred,
    CommandDenied,
    InstrumentRegistered,
    MarksRecorded,
    OrderFilled,
    RateSet,
    TradeBooked,
)
from trade2026.model.instrument import check_instrument
from trade2026.model.money import notional
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import (
    INT64_MAX,
    MONEY_MAX,
    decode_money,
    div_half_even,
    encode_money,
    format_raw,
)
from trade2026.primitives.identifiers import check_identifier
from trade2026.primitives.time import format_ns

_BUY: Final = Side.BUY
_NOTHING: Final = encode_money(0)


def cost_of_closing(lots: Iterable[Lot], quantity: int) -> int:
    """Cost that closing units takes from lots, oldest first; nothing is changed.

    Parameters
    ----------
    lots : iterable of Lot
        Oldest first.
    quantity : int
        Raw magnitude, at most the lots' total.

    Returns
    -------
    int
        Raw money, signed as the lots' costs. A whole lot gives its whole cost; `q` units of a lot of `Q`
        with cost `c` give ``floor(|c| * q / Q)`` with the sign of `c`, and the rest stays with the lot.
    """
    cost = 0
    for lot in lots:
        size = lot.quantity if lot.quantity > 0 else -lot.quantity
        if quantity < size:
            part = lot.cost * quantity // size if lot.cost >= 0 else -(-lot.cost * quantity // size)
            return cost + part
        cost += lot.cost
        quantity -= size
        if quantity == 0:
            return cost
    assert quantity == 0, f"lots are short of {quantity} raw units"
    return cost


def decide_trade(state: LedgerState, fill: OrderFilled) -> TradeBooked:
    """What one fill does to its account; changes nothing.

    Returns
    -------
    TradeBooked
        `cash` is the value of the trade without commission; the commission moves cash of its own
        currency, or is already out of `quantity` where the instrument takes it in units.

    Raises
    ------
    InputError
        Account or instrument is unknown, or an amount does not fit the journal.
    """
    try:
        instrument = state.instruments[fill.instrument_id]
        position = state.accounts[fill.account_id].positions.get(fill.instrument_id)
    except KeyError as missing:
        raise InputError(
            f"fill {fill.execution_id!r} names {missing}, which the ledger does not know"
        ) from None
    price, commission, multiplier = fill.last_px, fill.commission, instrument.multiplier
    quantity = fill.last_qty if fill.side is _BUY else -fill.last_qty
    value: int = notional(price, quantity, multiplier)
    paid = commission if commission and instrument.takes_commission_in_units(fill.commission_currency) else 0
    quantity -= paid
    if position is None or quantity == 0 or position.quantity * quantity >= 0:
        closed_qty, closed_cost, opened_cost = 0, 0, value if quantity else 0
    else:
        closed_qty, closed_cost, opened_cost = _close(position, quantity, price, multiplier, value, paid)
    realized = opened_cost - closed_cost - value
    if not -INT64_MAX <= quantity <= INT64_MAX:
        raise InputError(f"quantity net of commission must fit int64, was {format_raw(quantity)}")
    return TradeBooked(
        fill.account_id,
        fill.instrument_id,
        fill.order_id,
        fill.execution_id,
        fill.ts_event,
        instrument.quote_currency,
        quantity,
        closed_qty,
        encode_money(-value),
        encode_money(closed_cost) if closed_cost else _NOTHING,
        encode_money(opened_cost) if opened_cost else _NOTHING,
        encode_money(realized) if realized else _NOTHING,
        encode_money(commission) if commission else _NOTHING,
        fill.commission_currency,
    )


def _close(
    position: Position, quantity: int, price: int, multiplier: int, value: int, paid: int
) -> tuple[int, int, int]:
    """Closed quantity (magnitude), closed cost and opened cost of a trade against the position."""
    size, open_size = abs(quantity), abs(position.quantity)
    if size < open_size:
        return size, cost_of_closing(position.lots, size), 0
    rest = quantity + position.quantity
    if rest == 0:
        return size, position.cost, 0
    if paid == 0:
        return open_size, position.cost, notional(price, rest, multiplier)
    # Units paid away bear on the closing part and on the rest alike, at value / quantity a unit.
    return open_size, position.cost, div_half_even(value * abs(rest), size)


def decide_transfer(state: LedgerState, command: TransferCash) -> CashTransferred | CommandDenied:
    """Pay money in or out; denied for an unknown account, nothing, or more than there is."""
    now, currency = command.now, command.currency
    book = state.accounts.get(command.account_id)
    if book is None:
        return CommandDenied(
            now, f"account_id must be an open account, was {command.account_id!r}; open it first"
        )
    try:
        check_identifier(currency, "currency")
        amount = decode_money(command.amount)
    except InputError as error:
        return CommandDenied(now, str(error))
    if currency in state.instruments:
        return CommandDenied(
            now, f"currency must be a currency, was the instrument {currency!r}; trade it instead"
        )
    if amount == 0:
        return CommandDenied(now, "amount must not be 0; positive pays in, negative pays out")
    balance = book.cash.get(currency, 0)
    if amount < 0 and balance + amount < 0:
        return CommandDenied(
            now,
            f"amount must be at most the {format_raw(max(balance, 0))} {currency} in {command.account_id}, "
            f"was {format_raw(-amount)}; pay out less",
        )
    if max(abs(balance + amount), abs(book.capital.get(currency, 0) + amount)) > MONEY_MAX:
        return CommandDenied(
            now, f"amount must keep the balance within 127 bits at 1e-9, was {format_raw(amount)}"
        )
    return CashTransferred(now, command.account_id, currency, command.amount, command.text)


def decide_rate(state: LedgerState, command: SetRate) -> RateSet | CommandDenied:
    """Take an exchange rate; denied unless positive, of two currencies, and no older than the last one."""
    now, pair = command.now, (command.currency, command.base_currency)
    try:
        check_identifier(pair[0], "currency")
        check_identifier(pair[1], "base_currency")
    except InputError as error:
        return CommandDenied(now, str(error))
    if pair[0] == pair[1]:
        return CommandDenied(now, f"base_currency must differ from currency, both were {pair[0]!r}")
    what = f"rate of {pair[0]} in {pair[1]}"
    if not 0 < command.rate <= INT64_MAX:
        return CommandDenied(
            now,
            f"{what} must be positive and at most {format_raw(INT64_MAX)}, was {format_raw(command.rate)}",
        )
    last = state.rates.get(pair)
    wrong = _wrong_time(what, now, command.ts_event, None if last is None else last.ts_event)
    if wrong is not None:
        return CommandDenied(now, wrong)
    return RateSet(
        now, command.currency, command.base_currency, command.rate, command.ts_event, command.source
    )


def decide_marks(state: LedgerState, command: RecordMarks) -> MarksRecorded | CommandDenied:
    """Take prices that value positions; one bad mark denies them all, so that a set of marks stays whole."""
    now = command.now
    if not command.marks:
        return CommandDenied(now, "marks must name at least one instrument, were empty")
    times: dict[str, int] = {}
    for mark in command.marks:
        instrument = state.instruments.get(mark.instrument_id)
        if instrument is None:
            return CommandDenied(
                now, f"instrument_id must be registered, was {mark.instrument_id!r}; register it first"
            )
        what = f"mark of {mark.instrument_id}"
        if not 0 < mark.price <= INT64_MAX:
            return CommandDenied(
                now, f"{what} must be a positive price for {instrument.kind}, was {format_raw(mark.price)}"
            )
        last = state.marks.get(mark.instrument_id)
        known = times.get(mark.instrument_id, None if last is None else last[1])
        wrong = _wrong_time(what, now, mark.ts_event, known)
        if wrong is not None:
            return CommandDenied(now, wrong)
        times[mark.instrument_id] = mark.ts_event
    return MarksRecorded(now, command.source, command.marks)


def _wrong_time(what: str, now: int, ts_event: int, last: int | None) -> str | None:
    if not 0 <= ts_event <= INT64_MAX:
        return f"time of the {what} must be nanoseconds since 1970 in int64, was {ts_event}"
    if ts_event > now:
        return (
            f"time of the {what} must not be after now ({format_ns(now)}), was {format_ns(ts_event)}; "
            "check the clock of its source"
        )
    if last is not None and ts_event < last:
        return (
            f"time of the {what} must not go back before {format_ns(last)}, was {format_ns(ts_event)}; "
            "send them in order of time"
        )
    return None


def decide_instrument(
    state: LedgerState, command: RegisterInstrument
) -> InstrumentRegistered | CommandDenied:
    """Take an instrument's rules; what the books are kept in can not change once it is known.

    Whether it has open orders is for order management to say.
    """
    instrument = command.instrument
    try:
        check_instrument(instrument)
    except InputError as error:
        return CommandDenied(command.now, str(error))
    known = state.instruments.get(instrument.instrument_id)
    if known is not None:
        for name in ("kind", "quote_currency", "base_currency", "multiplier"):
            old, new = getattr(known, name), getattr(instrument, name)
            if old != new:
                return CommandDenied(
                    command.now,
                    f"{name} of {instrument.instrument_id} must stay {old!r}, was {new!r}; "
                    "register the other contract under an id of its own",
                )
    return InstrumentRegistered(command.now, instrument)
