"""What open orders hold back, kept up to date as they come, fill, change and end."""

from typing import Final

from trade2026.model.enums import AccountType, Side
from trade2026.model.events import OrderAdopted, OrderApproved
from trade2026.primitives.fixed_point import UNIT
from trade2026.risk.open_order import NOTHING_PENDING, OpenOrder
from trade2026.risk.state import AccountRisk, Exposure, RiskState
from trade2026.risk.values import UNIT_SQUARED, buy_reserve, scale_of, value_up, worst_of_terms

_BUY: Final = Side.BUY
_CASH: Final = AccountType.CASH


def exposure_of(state: RiskState, account: AccountRisk, instrument_id: str) -> Exposure:
    """The account's exposure in the instrument, made on first use."""
    exposure = account.exposures.get(instrument_id)
    if exposure is None:
        exposure = account.exposures[instrument_id] = Exposure(state.instruments[instrument_id])
    return exposure


def refresh(state: RiskState, account: AccountRisk, exposure: Exposure) -> None:
    """Recompute the exposure's values at its latest price and carry the change into the account's totals."""
    quantity = exposure.quantity
    scale = scale_of(state, account, exposure)
    # `value_up` written out: this runs for every event that moves a reserve.
    price, worth, unit = -exposure.price, -exposure.open_worth, UNIT
    if scale != UNIT:
        price, worth, unit = price * scale, worth * scale, UNIT_SQUARED
    long_value = -(price * (quantity + exposure.open_buy) // unit)
    short_value = -(price * (exposure.open_sell - quantity) // unit)
    worst_value = max(long_value, short_value)
    position_value = -price * quantity // unit
    open_value = -(worth // unit)
    account.net_long += long_value - exposure.long_value
    account.net_short += short_value - exposure.short_value
    account.gross += worst_value - exposure.worst_value
    account.position_value += position_value - exposure.position_value
    account.open_notional += open_value - exposure.open_value
    exposure.long_value = long_value
    exposure.short_value = short_value
    exposure.worst_value = worst_value
    exposure.position_value = position_value
    exposure.open_value = open_value
    if account.account.account_type is _CASH:
        _hold_cash(account, exposure)


def _hold_cash(account: AccountRisk, exposure: Exposure) -> None:
    """Hold back what the open buys may cost, fees included."""
    reserve = 0
    if exposure.buy_worth and exposure.limits is None:  # An external order where we have no limits.
        reserve = value_up(exposure.buy_worth, exposure.instrument.multiplier)
    elif exposure.buy_worth:
        reserve = buy_reserve(exposure, exposure.buy_worth, exposure.open_buy, exposure.open_buys)
    if reserve != exposure.reserve:
        reserved = account.reserved
        currency = exposure.instrument.quote_currency
        reserved[currency] = reserved.get(currency, 0) + reserve - exposure.reserve
        exposure.reserve = reserve


def reserve(exposure: Exposure, order: OpenOrder) -> None:
    """Set what the order may still do to what its terms say, an unanswered replace included."""
    leaves = max(order.order_qty - order.cum_qty, 0)
    worth = order.price * leaves
    if order.pending:
        leaves, worth = worst_of_terms(order, order.pending.values())
    set_open(exposure, order, leaves, worth)


def set_open(exposure: Exposure, order: OpenOrder, leaves: int, worth: int) -> None:
    """Set what the order may still do, and carry the change into its exposure."""
    if order.side is _BUY:
        exposure.open_buy += leaves - order.leaves
        exposure.buy_worth += worth - order.worth
    else:
        exposure.open_sell += leaves - order.leaves
    exposure.open_worth += worth - order.worth
    order.leaves = leaves
    order.worth = worth


def enter(
    state: RiskState,
    account: AccountRisk,
    exposure: Exposure,
    event: OrderApproved | OrderAdopted,
    order_qty: int,
    price: int,
) -> OpenOrder:
    """Reserve for an order that is new here; values are refreshed by the caller."""
    worth = price * order_qty
    order = OpenOrder(
        event.account_id, event.instrument_id, event.side, order_qty, price, NOTHING_PENDING, 0,
        order_qty, worth,
    )  # fmt: skip
    state.open_orders[event.order_id] = order
    exposure.open_orders += 1
    account.open_orders += 1
    if event.side is _BUY:
        exposure.open_buys += 1
        exposure.open_buy += order_qty
        exposure.buy_worth += worth
    else:
        exposure.open_sell += order_qty
    exposure.open_worth += worth
    return order


def take_pending(order: OpenOrder, client_order_id: str) -> tuple[int, int] | None:
    """Total and price of a replace that is answered now; None where none was reserved for."""
    found = order.pending.get(client_order_id)
    if found is not None:
        order.pending = {name: terms for name, terms in order.pending.items() if name != client_order_id}
    return found


def release(
    state: RiskState, order_id: int, order: OpenOrder, account: AccountRisk, exposure: Exposure
) -> None:
    """Give back all an order holds; values are refreshed by the caller."""
    set_open(exposure, order, 0, 0)
    exposure.open_orders -= 1
    account.open_orders -= 1
    if order.side is _BUY:
        exposure.open_buys -= 1
    del state.open_orders[order_id]


def settle(state: RiskState, order_id: int, order: OpenOrder) -> None:
    """After a change of terms: release what has nothing left, reserve the rest anew."""
    account = state.accounts[order.account_id]
    exposure = account.exposures[order.instrument_id]
    if order.cum_qty >= order.order_qty and not order.pending:
        release(state, order_id, order, account, exposure)
    else:
        reserve(exposure, order)
    refresh(state, account, exposure)
