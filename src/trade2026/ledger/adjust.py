"""What takes a booking back, and what squares the books with a venue: entries of their own, never edits."""

from typing import Final

from trade2026.ledger.decide import decide_trade
from trade2026.ledger.state import LedgerState
from trade2026.model.commands import AdjustPosition
from trade2026.model.enums import Side
from trade2026.model.events import CommandDenied, FillBusted, OrderFilled, PositionAdjusted, TradeBooked
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX, MONEY_MAX, decode_money, encode_money, format_raw
from trade2026.primitives.identifiers import check_identifier

_NOTHING: Final = encode_money(0)


def decide_contra(state: LedgerState, bust: FillBusted) -> TradeBooked:
    """The contra entry of an execution that was taken back: the same trade the other way round.

    Cash, commission and quantity are undone exactly. Lots close oldest first as in any trade, so where other
    trades came between, profit may be attributed to another lot than the one that the execution opened.
    """
    return decide_trade(
        state,
        OrderFilled(
            bust.order_id, bust.ts_event, bust.account_id, bust.instrument_id, bust.strategy_id,
            bust.execution_id, bust.side, bust.last_qty, bust.last_px, bust.cum_qty, bust.leaves_qty,
            bust.commission, bust.commission_currency, None,
        ),
    )  # fmt: skip


def decide_adjustment(state: LedgerState, command: AdjustPosition) -> PositionAdjusted | CommandDenied:
    """Book a difference to a venue's holding against the suspense account; denied where it says nothing.

    An instrument's units come in or go out at `price`, as in a trade whose money is the suspense account's.
    """
    now, commodity = command.now, command.commodity
    book = state.accounts.get(command.account_id)
    if book is None:
        return CommandDenied(now, f"account_id {command.account_id!r} is not open; open it first")
    try:
        check_identifier(commodity, "commodity")
        amount = decode_money(command.amount)
    except InputError as error:
        return CommandDenied(now, str(error))
    if amount == 0:
        return CommandDenied(now, "amount must not be 0: there is nothing to adjust")
    instrument = state.instruments.get(commodity)
    if instrument is None:
        balance = book.cash.get(commodity, 0) + amount
        if max(abs(balance), abs(book.suspense.get(commodity, 0) - amount)) > MONEY_MAX:
            return CommandDenied(now, f"amount must keep balances within 127 bits, was {format_raw(amount)}")
        return PositionAdjusted(
            now, command.account_id, commodity, commodity, 0, 0, 0, command.amount, _NOTHING, _NOTHING,
            _NOTHING, command.trader_id, command.text,
        )  # fmt: skip
    if not 0 < command.price <= INT64_MAX or abs(amount) > INT64_MAX:
        return CommandDenied(
            now, f"price must be positive and amount fit int64, were {command.price} and {amount}"
        )
    side = Side.BUY if amount > 0 else Side.SELL
    trade = decide_trade(
        state,
        OrderFilled(
            0, now, command.account_id, commodity, "", "adjustment", side, abs(amount), command.price, 0, 0,
            0, "", None,
        ),
    )  # fmt: skip
    return PositionAdjusted(
        now, command.account_id, commodity, trade.currency, trade.quantity, command.price, trade.closed_qty,
        trade.cash, trade.closed_cost, trade.opened_cost, trade.realized, command.trader_id, command.text,
    )  # fmt: skip
