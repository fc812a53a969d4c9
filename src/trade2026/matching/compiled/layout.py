"""How a compiled book lies in memory: one array of int64, so that a call hands over one thing.

    header | rows of orders and levels | ids | ladder of bids | ladder of offers | waiting | queue | events

A row is named by its offset in the array, and 0 is none. Rows come first, so that they keep their offsets
when the array grows. Orders and price levels share one pool of rows: a level never outnumbers its orders,
so two rows an order are enough. No number here is a sum over orders: quantities go up to INT64_MAX each.
What is left of an order is `order_qty - cum_qty - prevented_qty`, which is never below 0.
"""

from typing import Final

import numpy as np  # dst-ok: arrays of int64
import numpy.typing as npt  # dst-ok: arrays of int64

Memory = npt.NDArray[np.int64]

# The header: scalars, then where the parts begin.
IS_CONTINUED: Final = 0  # Earlier events of a single command were moved out.
NOW: Final = 1
NEXT_PLACE: Final = 2
NEXT_TRADE: Final = 3
LAST_PRICE: Final = 4  # 0 before the first trade.
OPEN: Final = 5  # Orders that have a row.
CAPACITY: Final = 6  # Orders that there is room for.
FREE: Final = 7  # The first unused row that was used before.
FRESH: Final = 8  # The first row that was never used.
RUNGS: Final = 9  # Two words: levels of bids, of offers.
N_WAITING: Final = 11
BUY_TRIGGER: Final = 12  # At or below the smallest trigger of a buy stop.
SELL_TRIGGER: Final = 13  # At or above the largest trigger of a sell stop.
EXPIRY: Final = 14  # At or before the earliest expiry of a GTD order.
ACTIVE: Final = 15  # The order that trades.
HEAD: Final = 16  # What is queued begins and ends here.
TAIL: Final = 17
ENDING: Final = 18  # Why the queued orders are to end; 0 where they are to be entered.
COMMAND: Final = 19  # Position of the command that the events belong to.
N_EVENTS: Final = 20
ROOM: Final = 21  # Events that there is room for.
IDS: Final = 22
IDS_MASK: Final = 23
IDS_SHIFT: Final = 24
LADDER: Final = 25  # Two words: bids, offers.
WAITING: Final = 27
QUEUE: Final = 28
EVENTS: Final = 29
PHASE: Final = 30
BANDS: Final = 31  # Four words: lowest and highest limit, lowest and highest trade; 0 for none.
STAGE: Final = 35  # How far an auction that ends has come.
CROSS_PRICE: Final = 36
CROSS_LEFT: Final = 37  # What still trades at it.
CROSSED: Final = 38  # Two words: what the first order of each side has traded in it.
IS_TO_CONTINUE: Final = 40  # Trading becomes continuous behind it.
HOLDINGS: Final = 41  # The address of the market's accounts; 0 for a book by itself.
N_ASSETS: Final = 42
BASE: Final = 43
QUOTE: Final = 44
LOT_WORTH: Final = 45  # Of a lot at a price of one tick.
LOT: Final = 46
MIN_LOTS: Final = 47
MAX_LOTS: Final = 48
MIN_NOTIONAL: Final = 49
MAKER_PPM: Final = 50
TAKER_PPM: Final = 51
N_OWNERS: Final = 52  # Owners that the accounts have room for.
MAX_PARTS: Final = 53
HEADER: Final = 64

# An order. The first eight words are a line of the cache: what tells whether an order is still there, and its
# neighbours; the next eight are what else a trade or a cancel reads.
ID: Final = 0
NEXT: Final = 1
PREVIOUS: Final = 2
LEVEL: Final = 3  # Its price level; of a waiting stop, its position among those waiting.
IS_KNOWN: Final = 4  # Whether its id is among the ids.
SHOWN: Final = 5
QTY: Final = 6
OWNER: Final = 7
CUM: Final = 8
PREVENTED: Final = 9
LIMIT: Final = 10  # 0 without.
SIDE: Final = 11
WHERE: Final = 12
HELD: Final = 13  # What it holds back of its owner's.
DISPLAY: Final = 14
TIF: Final = 15
PLACE: Final = 16
TYPE: Final = 17
PREVENTION: Final = 18
TRIGGER: Final = 19  # 0 without.
EXPIRE: Final = 20
POST_ONLY: Final = 21
IS_TRIGGERED: Final = 22
ROW: Final = 24

# A level.
FIRST: Final = 0
LAST: Final = 2
PRICE: Final = 3
LOTS: Final = 5  # All that its orders show, modulo 2**64: a sum that wraps comes back when they leave.

# Where an order is.
ASIDE: Final = 0
RESTING: Final = 1
STOPPED: Final = 2

BUY, SELL = 0, 1
CONTINUOUS, AUCTION, HALTED = 0, 1, 2
MARKET, LIMITED, STOP, STOP_LIMIT = 0, 1, 2, 3
DAY, GTC, IOC, FOK, GTD = 0, 1, 2, 3, 4
NONE, EXPIRE_TAKER, EXPIRE_MAKER, EXPIRE_BOTH, DECREMENT = 0, 1, 2, 3, 4

# Columns of a command; a price of 0 is none. AdvanceTime has its time in EXPIRE_COLUMN.
OP, ORDER_ID, OWNER_COLUMN, SIDE_COLUMN, TYPE_COLUMN, TIF_COLUMN = 0, 1, 2, 3, 4, 5
QTY_COLUMN, LIMIT_COLUMN, TRIGGER_COLUMN, DISPLAY_COLUMN = 6, 7, 8, 9
EXPIRE_COLUMN, POST_COLUMN, PREVENTION_COLUMN, COMMAND_WIDTH = 10, 11, 12, 13
PLACE_ORDER, CANCEL_OPEN, REPLACE_OPEN, ADVANCE_TIME, END_SESSION = 1, 2, 3, 4, 5
SET_PHASE, UNCROSS, SET_BANDS = 6, 7, 8
PHASE_COLUMN, BANDS_COLUMN = QTY_COLUMN, QTY_COLUMN  # Of SetPhase; the first of four of SetBands.

# Columns of an event: kind, position of the command, then the fields in the order of `words`; of a trade also
# whose orders they were, and what each paid.
EVENT_WIDTH: Final = 14
MAKER_OWNER_FIELD, TAKER_OWNER_FIELD, MAKER_FEE_FIELD, TAKER_FEE_FIELD = 10, 11, 12, 13
REFUSED, ACCEPTED, TRADED, TRIGGERED = 11, 12, 13, 14
KEPT_APART, ENDED, TERMS_REPLACED, REPLENISHED = 15, 16, 17, 18
PHASE_SET, UNCROSSED, BANDS_SET = 19, 20, 21
MALFORMED, DUPLICATE_ORDER, UNKNOWN_ORDER, NO_REFERENCE, SIZE, FUNDS = 0, 1, 2, 3, 4, 5
OTHER_PHASE, PRICE_BAND, NOTHING_TO_CHANGE, WOULD_TAKE = 6, 7, 8, 9
CANCELED, TIME_IN_FORCE, NO_LIQUIDITY, POST_ONLY_WOULD_TAKE, SELF_TRADE, BY_HALT = 0, 1, 2, 3, 4, 5

STEP_EVENTS: Final = 4
"""The most events that one step tells: prevention by DECREMENT tells three, a trade two."""

INT64_MAX: Final = 2**63 - 1

_PAGE: Final = 512
"""Words of a page of memory."""
_STAGGER: Final = 8 * 13
"""By how many words later than one array the next begins in its page: 13 lines, and 64 are all there are."""


def in_lines(words: int, place: int = 0) -> Memory:
    """So many words of 0 that begin where a line of the cache does, another line of a page for each `place`.

    A processor keeps lines by where they are in their page. Large arrays all begin in the same line of one:
    used together they push one another out, and a market of five books took 580 ns an order for 415.
    """
    memory = np.zeros(words + _PAGE, np.int64)
    begin = (_STAGGER * place - memory.ctypes.data // 8) % _PAGE
    return memory[begin : begin + words]


def new_memory(capacity: int, room: int, place: int = 0) -> Memory:
    """An empty book with room for so many orders, and for so many events before they are taken out."""
    header = _lay_out(np.zeros(HEADER, np.int64), capacity, room)
    memory = in_lines(int(header[EVENTS]) + room * EVENT_WIDTH, place)
    memory[:HEADER] = header
    memory[NEXT_PLACE] = memory[NEXT_TRADE] = 1
    memory[FRESH] = HEADER
    memory[BUY_TRIGGER] = memory[EXPIRY] = INT64_MAX
    return memory


def grown(old: Memory, place: int = 0) -> Memory:
    """The same book with room for twice the orders; what is queued and told must have been taken out."""
    is_idle = old[ACTIVE] == 0 and old[HEAD] == old[TAIL] and old[STAGE] == 0
    assert is_idle, "a book grows between commands"
    memory = new_memory(2 * int(old[CAPACITY]), int(old[ROOM]), place)
    header = _lay_out(old[:HEADER].copy(), int(memory[CAPACITY]), int(old[ROOM]))
    memory[:HEADER] = header
    rows = slice(HEADER, int(old[FRESH]))
    memory[rows] = old[rows]
    lengths = {LADDER: 2 * old[RUNGS], LADDER + 1: 2 * old[RUNGS + 1], WAITING: old[N_WAITING]}
    for part, length in lengths.items():
        memory[header[part] : header[part] + length] = old[old[part] : old[part] + length]
    return memory


def _lay_out(header: Memory, capacity: int, room: int) -> Memory:
    header = header.copy()
    bits = max(4, (2 * capacity - 1).bit_length())
    header[CAPACITY], header[ROOM] = capacity, room
    header[IDS_MASK], header[IDS_SHIFT] = 2**bits - 1, 64 - bits
    at = HEADER + 2 * capacity * ROW
    for part, length in (
        (IDS, 2 * 2**bits), (LADDER, 2 * capacity), (LADDER + 1, 2 * capacity), (WAITING, capacity),
        (QUEUE, capacity + 1), (EVENTS, 0),
    ):  # fmt: skip
        header[part] = at
        at += length
    return header
