"""How the simulated market lies in memory: one array of int64, one of float64.

Integers: header | tree of due times | slots | books | commands | quotes
Floats:   header | slots | books

A slot is one trader in one book, or a process of the market itself: it has one time at which it is due next.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from trade2026.matching.compiled.layout import in_lines

Floats = npt.NDArray[np.float64]

# ------------------------------------------------------------------------------- header of the integers
NOW: Final = 0  # UTC nanoseconds.
NEXT_SEQUENCE: Final = 1
NEXT_ORDER: Final = 2
N_BOOKS: Final = 3
N_SLOTS: Final = 4
FIRST_LEAF: Final = 5  # The node of slot 0; those below node n are 16 n + 1 to 16 n + 16, and 0 is the top.
TREE: Final = 6  # Where the parts begin.
SLOTS: Final = 8
BOOKS: Final = 9
LOG: Final = 10
QUOTES: Final = 11
N_LOG: Final = 12
LOG_ROOM: Final = 13
N_QUOTES: Final = 14
QUOTE_ROOM: Final = 15
BUSY_BOOK: Final = 16  # One more than the number of the book that has more to tell; 0 for none.
FLOATS: Final = 17  # The address of the floats.
HOLDINGS: Final = 18  # The address of the accounts.
N_ASSETS: Final = 19
N_NEWS: Final = 20
MARKET_RANDOM: Final = 21
NOISE_BEGIN: Final = 22  # Noise traders of book 0; the books' follow one another.
NOISE_COUNT: Final = 23  # For each book.
INFORMED_BEGIN: Final = 24
INFORMED_COUNT: Final = 25
IS_STEPWISE: Final = 26  # Come back after every command, so that somebody can look between two.
NEXT_DUE: Final = 27  # When the next slot is due, for who would rather not call.
NEXT_SLOT: Final = 28  # Which slot that is, of two that are due at once the one with the lower number.
HEADER: Final = 64

# ---------------------------------------------------------------------------------------- slots, integers
KIND: Final = 0
OWNER: Final = 1
BOOK: Final = 2
IS_SENDING: Final = 3  # What it decided is under way.
RANDOM: Final = 4
N_PENDING: Final = 5
N_ARRIVED: Final = 6
NEXT_WAKE: Final = 7
RUN_SIDE: Final = 8
RUN_LEFT: Final = 9
STOCK: Final = 10  # Base asset at the beginning, raw: inventory is what differs from it.
N_OWN: Final = 11  # Of the orders in OWN.
TURN: Final = 12
WAKES: Final = 13
OWN: Final = 16  # Numbers of own orders; 0 for none.
OWN_MAX: Final = 16
OWN_ROW: Final = 32  # Where a maker found each of them in its book: rows do not move, but others get them.
OWN_PRICE: Final = 48  # And the price at which it quoted each of them.
PENDING: Final = 64
PENDING_WIDTH: Final = 8  # op, order, side (of a cancel the row), time in force, quantity, limit, post-only
PENDING_MAX: Final = 32
SLOT: Final = PENDING + PENDING_WIDTH * PENDING_MAX + 8
"""An odd number of lines of the cache, so that slots begin in all its sets and not in an eighth of them."""

# ------------------------------------------------------------------------------------------ slots, floats
EVERY_NS: Final = 0  # Mean time between looks.
LATENCY_NS: Final = 1  # Least time that a message takes.
LATENCY_MORE_NS: Final = 2  # Mean of what is added to it.
SIZE: Final = 3  # Lots.
INVENTORY_MAX: Final = 4  # Lots.
P: Final = 5  # What follows is the kind's own.
SLOT_FLOATS: Final = 24

# Market maker.
GAMMA, KAPPA, HORIZON_S, LEVELS, SPACING, TOLERANCE = P, P + 1, P + 2, P + 3, P + 4, P + 5
VARIANCE, LAST_MID, LAST_NS, VARIANCE_HALF_LIFE_S = P + 6, P + 7, P + 8, P + 9
LEAST_HALF: Final = P + 10  # Half of its spread where it runs no risk, basis points.
# Noise trader.
MARKET_SHARE, RUN_TAIL, RUN_MAX, SIZE_SIGMA, REACH_BPS, REACH_TAIL, IMPROVE_SHARE, CAPTURE_SHARE = (
    P, P + 1, P + 2, P + 3, P + 4, P + 5, P + 6, P + 7,
)  # fmt: skip
KEEPS: Final = P + 8  # Orders that it leaves in the book.
# Informed trader.
SIGNAL_SIGMA, ENTRY_BPS, URGENT_BPS, GAIN = P, P + 1, P + 2, P + 3
# Momentum trader.
FAST_S, SLOW_S, THRESHOLD, TARGET_GAIN, FAST_MEAN, SLOW_MEAN, SEEN_VARIANCE, SEEN_NS, SEEN_MID = (
    P, P + 1, P + 2, P + 3, P + 4, P + 5, P + 6, P + 7, P + 8,
)  # fmt: skip

# ---------------------------------------------------------------------------------------- books, integers
ADDRESS: Final = 0
BID: Final = 1  # As the last quote has them; 0 for none.
ASK: Final = 2
BID_LOTS: Final = 3
ASK_LOTS: Final = 4
WITHDRAWN_UNTIL: Final = 5  # Makers do not quote before.
BOOK_INTS: Final = 8

# ------------------------------------------------------------------------------------------ books, floats
LOG_VALUE: Final = 0  # Natural logarithm of the fundamental value, ticks.
MID: Final = 1  # The last there was, ticks.
EXCESS: Final = 2  # Of the intensity of noise over BASE_RATE, a second.
EXCESS_NS: Final = 3
BASE_RATE: Final = 4
EXCITATION: Final = 5
DECAY: Final = 6
SIGMA: Final = 7  # Of the value in calm times, in a square root of a second.
LOADING: Final = 8  # Correlation with what all values share.
JUMP_CHANCE: Final = 9  # In a step of the values.
JUMP_SIGMA: Final = 10
NEWS_LEVEL: Final = 11  # By how much makers widen, decaying.
NEWS_NS: Final = 12
MAKER_PPM: Final = 13
TAKER_PPM: Final = 14
BOOK_FLOATS: Final = 16

# ----------------------------------------------------------------------------------- header of the floats
STEP_NS: Final = 0  # Of the fundamental values.
TURBULENCE: Final = 1  # By how much sigma is multiplied in turbulent times.
TURBULENT_CHANCE: Final = 2  # That a step changes the regime to it.
CALM_CHANCE: Final = 3
IS_TURBULENT: Final = 4
NEWS_WIDENING: Final = 5  # By how much a jump of one JUMP_SIGMA widens quotes.
NEWS_HALF_LIFE_S: Final = 6
NEWS_REACTION_NS: Final = 7  # Mean time until informed traders look after news.
FLOAT_HEADER: Final = 16

# Kinds of slots.
NOBODY, FUNDAMENTAL, NOISE_SOURCE, NOISE, MAKER, INFORMED, MOMENTUM = 0, 1, 2, 3, 4, 5, 6

# The log of commands: sequence, time, book, then the columns of a command.
LOG_SEQUENCE, LOG_TIME, LOG_BOOK, LOG_COMMAND, LOG_WIDTH = 0, 1, 2, 3, 16
# Quotes: sequence, time, book, bid, ask, and the lots at each; a price of 0 is none.
QUOTE_WIDTH: Final = 8

# Why the kernel came back.
DONE, NEEDS_ROOM, NEEDS_ROWS, BEGUN = 0, 1, 2, 3
"""BEGUN: a command of somebody else is under way, and needs room to go on."""

NOTHING, GO_ON = 0, -1
"""In the place of a command: none; the one that is under way."""

NEVER: Final = 2**63 - 1


def first_leaf_for(slots: int) -> int:
    """The nodes above the leaves of a tree with room for so many slots."""
    leaves, above = 16, 1
    while leaves < slots:
        above += leaves
        leaves *= 16
    return above


def new_world(slots: int, books: int, log_room: int, quote_room: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """An empty market with nobody due."""
    first_leaf = first_leaf_for(slots)
    tree = HEADER + 15  # So that the nodes below one begin where a line of the cache does, as all parts do.
    first = tree + first_leaf + (slots + 15) // 16 * 16
    first += -first % 16
    at_books = first + slots * SLOT
    log = at_books + books * BOOK_INTS
    log += -log % 16
    quotes = log + log_room * LOG_WIDTH
    ints = in_lines(quotes + quote_room * QUOTE_WIDTH, books)
    floats = in_lines(FLOAT_HEADER + slots * SLOT_FLOATS + books * BOOK_FLOATS, books + 1).view(np.float64)
    ints[NEXT_SEQUENCE] = ints[NEXT_ORDER] = 1
    for word, value in (
        (N_BOOKS, books), (N_SLOTS, slots), (FIRST_LEAF, first_leaf), (TREE, tree), (SLOTS, first),
        (BOOKS, at_books), (LOG, log), (QUOTES, quotes), (LOG_ROOM, log_room), (QUOTE_ROOM, quote_room),
        (FLOATS, floats.ctypes.data),
    ):  # fmt: skip
        ints[word] = value
    ints[tree:first] = ints[NEXT_DUE] = NEVER
    return ints, floats
