"""What a compiled book is told, one function a command, but for the work that follows from it."""

from trade2026.matching.compiled import layout as at
from trade2026.matching.compiled.accounts import (
    cost_of,
    hold,
    hold_cost,
    is_unfunded,
    is_unsized,
    protection,
)
from trade2026.matching.compiled.auction import begin_uncross
from trade2026.matching.compiled.base import tell
from trade2026.matching.compiled.keeping import part, piece, rare
from trade2026.matching.compiled.layout import Memory
from trade2026.matching.compiled.store import (
    await_trigger,
    find,
    heed_expiry,
    remember,
    remove,
    stop_waiting,
    take_row,
    unlink,
)
from trade2026.matching.compiled.trading import (
    end,
    enter,
    front,
    is_out,
    sort_queue,
    take_place,
    trigger_met,
)


@rare
def refuse(m: Memory, order_id: int, reason: int) -> None:
    """The command changes nothing."""
    tell(m, at.REFUSED, order_id, reason, 0, 0, 0, 0, 0, 0)


@part
def _is_sound(
    m: Memory, order_id: int, owner: int, side: int, kind: int, tif: int, qty: int, limit: int, trigger: int,
    display: int, expire: int, post: int, prevention: int,
) -> bool:  # fmt: skip
    """Whether the order makes sense by itself, as `matching.order.malformed` has it."""
    if not (0 <= kind <= 3 and 0 <= side <= 1 and 0 <= tif <= 4 and 0 <= prevention <= 4):
        return False
    is_priced = kind in (at.LIMITED, at.STOP_LIMIT)
    is_stop = kind in (at.STOP, at.STOP_LIMIT)
    if qty <= 0 or order_id <= 0 or owner < 0 or limit < 0 or trigger < 0:
        return False
    if m[at.HOLDINGS] and owner >= m[at.N_OWNERS]:
        return False
    if (limit != 0) != is_priced or (trigger != 0) != is_stop or not 0 <= display <= qty:
        return False
    if post and (not is_priced or tif in (at.IOC, at.FOK)):
        return False
    return tif != at.GTD or expire > m[at.NOW]


@part
def _is_unsuited(m: Memory, order_id: int, limit: int, tif: int, post: int, is_waiting: bool) -> bool:
    """Whether phase or bands do not let the order in, which is told; as `matching.order.unsuited` has it."""
    phase = m[at.PHASE]
    is_barred = phase == at.AUCTION and not is_waiting and (post or tif in (at.IOC, at.FOK))
    if phase == at.HALTED or is_barred:
        refuse(m, order_id, at.OTHER_PHASE)
    elif limit and is_out(m, 0, limit):
        refuse(m, order_id, at.PRICE_BAND)
    else:
        return False
    return True


@piece
def _reason_against(m: Memory, owner: int, side: int, limit: int, qty: int, display: int, cost: int) -> int:
    """Why a market refuses an order that makes sense; 0 where it does not."""
    if limit == 0:
        return at.NO_REFERENCE
    if is_unsized(m, limit, qty, display):
        return at.SIZE
    return at.FUNDS if is_unfunded(m, owner, side, cost) else 0


@part
def place(
    m: Memory, order_id: int, owner: int, side: int, kind: int, tif: int, qty: int, limit: int, trigger: int,
    display: int, expire: int, post: int, prevention: int,
) -> None:  # fmt: skip
    """PlaceOrder; there is a row for it."""
    is_sound = _is_sound(
        m, order_id, owner, side, kind, tif, qty, limit, trigger, display, expire, post, prevention
    )
    if not is_sound:
        refuse(m, order_id, at.MALFORMED)
        return
    if find(m, order_id):
        refuse(m, order_id, at.DUPLICATE_ORDER)
        return
    is_stop = kind in (at.STOP, at.STOP_LIMIT)
    cost = 0
    if m[at.HOLDINGS]:
        if limit == 0:
            limit = protection(m, side, kind, trigger)
            if kind == at.MARKET and m[at.PHASE] == at.CONTINUOUS and tif != at.FOK:
                tif = at.IOC
            kind = at.STOP_LIMIT if is_stop else at.LIMITED
        cost = cost_of(m, side, limit, qty)
        reason = _reason_against(m, owner, side, limit, qty, display, cost)
        if reason:
            refuse(m, order_id, reason)
            return
    if _is_unsuited(m, order_id, limit, tif, post, is_stop):
        return
    if post and not is_stop and front(m, side, limit):
        refuse(m, order_id, at.WOULD_TAKE)
        return
    row = take_row(m)
    m[at.OPEN] += 1
    m[row + at.ID], m[row + at.OWNER], m[row + at.SIDE], m[row + at.TYPE] = order_id, owner, side, kind
    m[row + at.TIF], m[row + at.QTY], m[row + at.LIMIT], m[row + at.TRIGGER] = tif, qty, limit, trigger
    m[row + at.DISPLAY], m[row + at.EXPIRE], m[row + at.POST_ONLY] = display, expire, post
    m[row + at.PREVENTION], m[row + at.PLACE] = prevention, take_place(m)
    m[row + at.CUM] = m[row + at.PREVENTED] = m[row + at.SHOWN] = 0
    m[row + at.IS_TRIGGERED] = m[row + at.WHERE] = m[row + at.IS_KNOWN] = m[row + at.HELD] = 0
    if m[at.HOLDINGS]:
        hold_cost(m, row, cost)
    tell(m, at.ACCEPTED, order_id, 0, 0, 0, 0, 0, 0, 0)
    if is_stop:
        remember(m, row)
        heed_expiry(m, row)
        _wait(m, row)
    else:
        enter(m, row)


_place_inlined = piece(place)


@part
def place_plain(
    m: Memory, order_id: int, owner: int, side: int, tif: int, qty: int, limit: int, post: int
) -> None:
    """PlaceOrder of a limit order that shows all it has and has no end; its owner's that it meets end."""
    _place_inlined(m, order_id, owner, side, at.LIMITED, tif, qty, limit, 0, 0, 0, post, at.EXPIRE_MAKER)


@part
def _wait(m: Memory, row: int) -> None:
    await_trigger(m, row)
    if m[at.LAST_PRICE] and m[at.PHASE] == at.CONTINUOUS:
        trigger_met(m, m[at.LAST_PRICE])


@part
def cancel(m: Memory, order_id: int) -> None:
    """CancelOpen."""
    row = find(m, order_id)
    if row:
        end(m, row, at.CANCELED)
    else:
        refuse(m, order_id, at.UNKNOWN_ORDER)


@part
def replace(m: Memory, order_id: int, qty: int, limit: int, trigger: int) -> None:
    """ReplaceOpen; prices of 0 stay as they are."""
    row = find(m, order_id)
    if row == 0:
        refuse(m, order_id, at.UNKNOWN_ORDER)
        return
    old_limit, old_trigger = m[row + at.LIMIT], m[row + at.TRIGGER]
    is_unsound = qty <= 0 or limit < 0 or trigger < 0 or (limit and not old_limit)
    if is_unsound or (trigger and not old_trigger):
        refuse(m, order_id, at.MALFORMED)
        return
    if trigger and trigger != old_trigger and m[row + at.IS_TRIGGERED]:
        refuse(m, order_id, at.MALFORMED)
        return
    if m[at.HOLDINGS] and trigger and not limit:
        refuse(m, order_id, at.MALFORMED)
        return
    limit, trigger = limit or old_limit, trigger or old_trigger
    done = m[row + at.CUM] + m[row + at.PREVENTED]
    if m[at.HOLDINGS] and qty > done:
        if is_unsized(m, limit, qty, m[row + at.DISPLAY]):
            refuse(m, order_id, at.SIZE)
            return
        more = cost_of(m, m[row + at.SIDE], limit, qty - done) - m[row + at.HELD]
        if is_unfunded(m, m[row + at.OWNER], m[row + at.SIDE], more):
            refuse(m, order_id, at.FUNDS)
            return
    qty = max(qty, done)
    is_other_price = limit != old_limit or trigger != old_trigger
    if qty == m[row + at.QTY] and not is_other_price:
        refuse(m, order_id, at.NOTHING_TO_CHANGE)
        return
    moves = qty > m[row + at.QTY] or is_other_price
    is_resting = m[row + at.WHERE] == at.RESTING
    if moves or m[at.PHASE] == at.HALTED:
        tif, post = m[row + at.TIF], m[row + at.POST_ONLY]
        if _is_unsuited(m, order_id, limit, tif, post, not is_resting):
            return
    if m[row + at.POST_ONLY] and is_resting and moves and front(m, m[row + at.SIDE], limit):
        refuse(m, order_id, at.WOULD_TAKE)
        return
    _change(m, row, qty, limit, trigger, moves)


@part
def _change(m: Memory, row: int, qty: int, limit: int, trigger: int, moves: bool) -> None:
    is_resting = m[row + at.WHERE] == at.RESTING
    left = qty - m[row + at.CUM] - m[row + at.PREVENTED]
    tell(m, at.TERMS_REPLACED, m[row + at.ID], qty, limit, trigger, left, 0 if moves else 1, 0, 0)
    m[row + at.QTY] = qty
    if left == 0:
        remove(m, row)
        return
    if not moves:
        shown = m[row + at.SHOWN]
        m[row + at.SHOWN] = min(shown, left)
        if is_resting:
            m[m[row + at.LEVEL] + at.LOTS] += m[row + at.SHOWN] - shown
        hold(m, row)
        return
    if is_resting:
        unlink(m, row)  # By its old price.
    else:
        stop_waiting(m, row)
    m[row + at.LIMIT], m[row + at.TRIGGER] = limit, trigger
    m[row + at.PLACE] = take_place(m)
    hold(m, row)
    if is_resting:
        enter(m, row)
    else:
        _wait(m, row)


@rare
def advance_time(m: Memory, now: int) -> None:
    """AdvanceTime: queue the GTD orders whose time has come."""
    m[at.NOW] = max(m[at.NOW], now)
    if m[at.NOW] < m[at.EXPIRY]:
        return
    m[at.EXPIRY] = at.INT64_MAX
    for row in range(at.HEADER, m[at.FRESH], at.ROW):
        if m[row + at.IS_KNOWN] == 1 and m[row + at.TIF] == at.GTD:
            if m[row + at.EXPIRE] <= m[at.NOW]:
                _queue_end(m, row)
            else:
                heed_expiry(m, row)
    sort_queue(m, 0)


@part
def end_session(m: Memory) -> None:
    """EndSession: queue the DAY orders."""
    for row in range(at.HEADER, m[at.FRESH], at.ROW):
        if m[row + at.IS_KNOWN] == 1 and m[row + at.TIF] == at.DAY:
            _queue_end(m, row)
    sort_queue(m, 0)


@part
def _queue_end(m: Memory, row: int) -> None:
    m[at.ENDING] = at.TIME_IN_FORCE
    m[m[at.QUEUE] + m[at.TAIL]] = row
    m[at.TAIL] += 1


@part
def set_phase(m: Memory, phase: int) -> None:
    """SetPhase."""
    if not 0 <= phase <= 2:
        refuse(m, 0, at.MALFORMED)
    elif phase == m[at.PHASE]:
        refuse(m, 0, at.NOTHING_TO_CHANGE)
    elif phase == at.CONTINUOUS:
        begin_uncross(m, True)
    else:
        m[at.PHASE] = phase
        tell(m, at.PHASE_SET, phase, 0, 0, 0, 0, 0, 0, 0)


@part
def uncross(m: Memory) -> None:
    """Uncross."""
    if m[at.PHASE] == at.AUCTION:
        begin_uncross(m, False)
    else:
        refuse(m, 0, at.OTHER_PHASE)


@part
def set_bands(m: Memory, limit_low: int, limit_high: int, trade_low: int, trade_high: int) -> None:
    """SetBands; 0 is none."""
    is_negative = limit_low < 0 or limit_high < 0 or trade_low < 0 or trade_high < 0
    if is_negative or (limit_high and limit_low > limit_high) or (trade_high and trade_low > trade_high):
        refuse(m, 0, at.MALFORMED)
        return
    m[at.BANDS], m[at.BANDS + 1], m[at.BANDS + 2], m[at.BANDS + 3] = (
        limit_low, limit_high, trade_low, trade_high,
    )  # fmt: skip
    tell(m, at.BANDS_SET, 0, 0, 0, 0, 0, 0, 0, 0)


@part
def rule(m: Memory, op: int, a: int, b: int, c: int, d: int) -> None:
    """A command about the book and no order of it."""
    if op == at.SET_PHASE:
        set_phase(m, a)
    elif op == at.UNCROSS:
        uncross(m)
    elif op == at.SET_BANDS:
        set_bands(m, a, b, c, d)
    else:
        refuse(m, 0, at.MALFORMED)
