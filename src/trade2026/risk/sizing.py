"""The largest quantity that would pass every check: what a refused trader asks next."""

from typing import Final

import msgspec

from trade2026.model.commands import SubmitOrder
from trade2026.model.events.risk import RiskCheck, RiskFailure
from trade2026.primitives.fixed_point import INT64_MAX, MONEY_MAX, parse_raw
from trade2026.risk.check import failures
from trade2026.risk.open_order import OpenOrder
from trade2026.risk.state import OrderContext, RiskState

_BY_QUANTITY: Final = frozenset(
    {
        RiskCheck.TRADING_STATE,
        RiskCheck.LOT_SIZE,
        RiskCheck.MIN_NOTIONAL,
        RiskCheck.EXCHANGE_RATE,
        RiskCheck.MAX_ORDER_QTY,
        RiskCheck.MAX_ORDER_NOTIONAL,
        RiskCheck.OPEN_QTY,
        RiskCheck.OPEN_NOTIONAL,
        RiskCheck.POSITION,
        RiskCheck.GROSS_EXPOSURE,
        RiskCheck.NET_EXPOSURE,
        RiskCheck.BUYING_POWER,
        RiskCheck.LEVERAGE,
        RiskCheck.SHORT_SALE,
        RiskCheck.REDUCE_ONLY,
    }
)
"""Checks that another quantity may pass; any other failure leaves no quantity at all."""

_PROPORTIONAL: Final = _BY_QUANTITY - {
    RiskCheck.TRADING_STATE,
    RiskCheck.LOT_SIZE,
    RiskCheck.MIN_NOTIONAL,
    RiskCheck.EXCHANGE_RATE,
}
"""Checks whose limit and use are amounts."""

_TOO_SMALL: Final = frozenset({RiskCheck.MIN_NOTIONAL, RiskCheck.LOT_SIZE})


def largest_quantity(
    state: RiskState,
    order: SubmitOrder,
    found: list[RiskFailure],
    replaced: OpenOrder | None = None,
    context: OrderContext | None = None,
) -> int:
    """Largest multiple of the lot size that passes every check, raw; 0 when none does.

    Every upper bound is monotone in the quantity, so the search closes in over lots with the checks
    themselves as the test: what it returns passes by construction, one lot more does not. It starts
    where the refused figures, taken as proportional to the quantity, say the bound is, which for most
    checks is where it is.

    Parameters
    ----------
    found : list of RiskFailure
        What `failures` said of the order as requested.
    """
    if any(failure.check not in _BY_QUANTITY for failure in found):
        return 0
    account = state.accounts[order.account_id]
    exposure = account.exposures[order.instrument_id]
    assert exposure.limits is not None
    lot = exposure.instrument.lot_size
    ceiling = min(exposure.limits.max_order_qty, exposure.instrument.max_qty or INT64_MAX) // lot
    low, high = 0, ceiling + 1  # In lots: low passes the upper bounds (or is 0), high does not.
    probe, step = _guess(order, found) // lot, 1
    while high - low > 1:
        if not low < probe < high:
            probe = (low + high) // 2
        if _fits(state, order, probe * lot, replaced, context):
            low, probe = probe, probe + step
        else:
            high, probe = probe, probe - step
        step *= 4  # Away from the guess in growing steps; past the other end the middle takes over.
    if low == 0:
        return 0
    best = msgspec.structs.replace(order, order_qty=low * lot)
    # Below the venue's minimum nothing passes.
    return 0 if failures(state, best, replaced, context) else low * lot


def _guess(order: SubmitOrder, found: list[RiskFailure]) -> int:
    """The quantity at which the tightest refused figure would meet its limit, were it proportional."""
    guess = order.order_qty
    for failure in found:
        if failure.check in _PROPORTIONAL:
            used = parse_raw(failure.used, "used", maximum=MONEY_MAX)
            limit = parse_raw(failure.limit, "limit", maximum=MONEY_MAX)
            if 0 <= limit < used:
                guess = min(guess, order.order_qty * limit // used)
    return guess


def _fits(
    state: RiskState,
    order: SubmitOrder,
    quantity: int,
    replaced: OpenOrder | None,
    context: OrderContext | None,
) -> bool:
    """Whether no upper bound is broken; being too small for the venue does not count here."""
    smaller = msgspec.structs.replace(order, order_qty=quantity)
    return all(failure.check in _TOO_SMALL for failure in failures(state, smaller, replaced, context))
