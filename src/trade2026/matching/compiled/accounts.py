"""Accounts behind a compiled book, after `matching.clearing`; a book without them skips all of it.

Holdings are one array of int64 for all books of a market, four words for each owner and asset. A book's
header has its address, and what its listing says. An order's row keeps what it holds back, so that only
differences are carried over.
"""

from trade2026.matching.compiled import layout as at
from trade2026.matching.compiled.base import leaves, memory_at
from trade2026.matching.compiled.keeping import part, piece, rare
from trade2026.matching.compiled.layout import BUY, Memory

TOTAL, HELD_BACK, SHORTABLE, HOLDING_WIDTH = 0, 1, 2, 4
HOUSE_OWNER = 1
AMOUNT_MAX = 4 * 10**18
PROTECTION_PPM = 50_000
MILLION = 1_000_000
_SMALL = 2**30
"""The product of two numbers below it is below half of AMOUNT_MAX."""


@part
def share_down(amount: int, ppm: int) -> int:
    """Millionths of a positive amount, rounded down; in two parts, so that nothing overflows."""
    return (amount // MILLION) * ppm + (amount % MILLION) * ppm // MILLION


@part
def fee_of(notional: int, ppm: int) -> int:
    """The fee on what was traded, rounded toward nothing; negative for a rebate."""
    return share_down(notional, ppm) if ppm >= 0 else -share_down(notional, -ppm)


@part
def cost_of(m: Memory, side: int, limit: int, lots: int) -> int:
    """What an order of so many lots holds back: a sell its lots, a buy its worth and the dearest fee."""
    if side != BUY:
        return lots * m[at.LOT]
    notional = limit * lots * m[at.LOT_WORTH]
    ppm = max(m[at.MAKER_PPM], m[at.TAKER_PPM], 0)
    rest = (notional % MILLION) * ppm
    return notional + (notional // MILLION) * ppm + (rest + MILLION - 1) // MILLION


@part
def holding(m: Memory, owner: int, side: int) -> int:
    """Where the holding is that an order of this side uses."""
    asset = m[at.QUOTE] if side == BUY else m[at.BASE]
    return (owner * m[at.N_ASSETS] + asset) * HOLDING_WIDTH


@part
def hold(m: Memory, row: int) -> None:
    """Hold back what the order may still cost."""
    if m[at.HOLDINGS]:
        hold_cost(m, row, cost_of(m, m[row + at.SIDE], m[row + at.LIMIT], leaves(m, row)))


@part
def release(m: Memory, row: int) -> None:
    """Give back all that the order holds back."""
    if m[at.HOLDINGS] and m[row + at.HELD]:
        hold_cost(m, row, 0)


@part
def hold_cost(m: Memory, row: int, cost: int) -> None:
    """Hold back so much for the order; there are accounts."""
    h = memory_at(m[at.HOLDINGS])
    h[holding(m, m[row + at.OWNER], m[row + at.SIDE]) + HELD_BACK] += cost - m[row + at.HELD]
    m[row + at.HELD] = cost


@piece
def settle(m: Memory, maker: int, taker: int, price: int, lots: int, in_auction: bool) -> None:
    """Move what a trade moves and charge for it, beside the event that was told last."""
    event = m[at.EVENTS] + (m[at.N_EVENTS] - 1) * at.EVENT_WIDTH
    m[event + at.MAKER_OWNER_FIELD] = m[maker + at.OWNER]
    m[event + at.TAKER_OWNER_FIELD] = m[taker + at.OWNER]
    m[event + at.MAKER_FEE_FIELD] = m[event + at.TAKER_FEE_FIELD] = 0
    if m[at.HOLDINGS] == 0:
        return
    h = memory_at(m[at.HOLDINGS])
    notional, quantity = price * lots * m[at.LOT_WORTH], lots * m[at.LOT]
    maker_ppm, taker_ppm = m[at.MAKER_PPM], m[at.TAKER_PPM]
    if in_auction:
        maker_ppm = taker_ppm = max(maker_ppm, 0)
    maker_fee, taker_fee = fee_of(notional, maker_ppm), fee_of(notional, taker_ppm)
    buyer, seller = (taker, maker) if m[taker + at.SIDE] == BUY else (maker, taker)
    h[holding(m, m[buyer + at.OWNER], 1) + TOTAL] += quantity
    h[holding(m, m[seller + at.OWNER], 1) + TOTAL] -= quantity
    h[holding(m, m[buyer + at.OWNER], BUY) + TOTAL] -= notional
    h[holding(m, m[seller + at.OWNER], BUY) + TOTAL] += notional
    h[holding(m, m[maker + at.OWNER], BUY) + TOTAL] -= maker_fee
    h[holding(m, m[taker + at.OWNER], BUY) + TOTAL] -= taker_fee
    h[holding(m, HOUSE_OWNER, BUY) + TOTAL] += maker_fee + taker_fee
    m[event + at.MAKER_FEE_FIELD], m[event + at.TAKER_FEE_FIELD] = maker_fee, taker_fee


# -------------------------------------------------------------------------------------------- admission


@part
def is_unsized(m: Memory, limit: int, lots: int, display: int) -> bool:
    """Whether the listing takes no order of this size, worth or number of parts."""
    if not m[at.MIN_LOTS] <= lots <= m[at.MAX_LOTS]:
        return True
    worth = lots * m[at.LOT_WORTH]
    is_small = (
        limit < _SMALL and worth < _SMALL
    )  # As it mostly is: a division takes as long as all else here.
    if not is_small and limit > AMOUNT_MAX // 2 // worth:
        return True
    if limit * worth < m[at.MIN_NOTIONAL]:
        return True
    return display != 0 and (lots + display - 1) // display > m[at.MAX_PARTS]


@part
def is_unfunded(m: Memory, owner: int, side: int, more: int) -> bool:
    """Whether the owner has not free what an order of this side is to hold back more than it does."""
    h = memory_at(m[at.HOLDINGS])
    mine = holding(m, owner, side)
    free = h[mine + TOTAL] + h[mine + SHORTABLE] - h[mine + HELD_BACK]
    return more > max(free, 0)


@rare
def protection(m: Memory, side: int, kind: int, trigger: int) -> int:
    """The limit that a market order or a stop gets; 0 where nothing says one."""
    if kind == at.STOP:
        return _clamped(m, side, _away(trigger, side))
    if side == BUY:
        limit_high, trade_high = m[at.BANDS + 1], m[at.BANDS + 3]
        bound = min(limit_high, trade_high) if limit_high and trade_high else max(limit_high, trade_high)
    else:
        bound = max(m[at.BANDS], m[at.BANDS + 2])
    if bound:
        return bound
    other = 1 - side
    count = m[at.RUNGS + other]
    reference = m[at.LAST_PRICE]
    if count and (m[at.PHASE] == at.CONTINUOUS or reference == 0):
        reference = m[m[m[at.LADDER + other] + 2 * (count - 1) + 1] + at.PRICE]
    return _away(reference, side) if reference else 0


@part
def _clamped(m: Memory, side: int, bound: int) -> int:
    """Within what limit prices may be."""
    if side != BUY:
        return max(bound, m[at.BANDS])
    return min(bound, m[at.BANDS + 1]) if m[at.BANDS + 1] else bound


@part
def _away(reference: int, side: int) -> int:
    away = share_down(reference, PROTECTION_PPM) + 1
    if side != BUY:
        return max(reference - away, 1)
    return at.INT64_MAX if reference > at.INT64_MAX - away else reference + away
