"""The closed sets of words that orders, accounts and executions use."""

from enum import StrEnum


class Side(StrEnum):
    """FIX Side (54)."""

    BUY = "BUY"
    SELL = "SELL"


class OrderType(StrEnum):
    """FIX OrdType (40). A stop becomes MARKET, a stop-limit LIMIT, once its trigger price is met."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP = "STOP"
    STOP_LIMIT = "STOP_LIMIT"
    TRAILING_STOP = "TRAILING_STOP"


class TimeInForce(StrEnum):
    """FIX TimeInForce (59): until the session's close, canceled, at once or not at all, or until a time."""

    DAY = "DAY"
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTD = "GTD"


class TriggerSource(StrEnum):
    """FIX TriggerPriceType (1107): which price meets a trigger: last trade, middle, or the quote hit."""

    LAST = "LAST"
    MID = "MID"
    OPPOSITE_QUOTE = "OPPOSITE_QUOTE"


class TrailingOffsetType(StrEnum):
    """FIX PegOffsetType (836): whether a trailing offset is a price or a share of the price."""

    PRICE = "PRICE"
    BASIS_POINTS = "BASIS_POINTS"


class ContingencyType(StrEnum):
    """FIX ContingencyType (1385): what a fill of one order of a list does to the others.

    OCO: a fill of one reduces the others by as much. OTO: the first triggers the others, pro rata to its
    fills. A bracket is an OTO list whose children are an OCO pair.
    """

    OCO = "OCO"
    OTO = "OTO"


class ExecutionInstruction(StrEnum):
    """FIX ExecInst (18) and fields like it: what a venue does by itself, where it does.

    POST_ONLY (6, participate do not initiate): never takes liquidity. REDUCE_ONLY: never opens a position.
    DISPLAY_QTY (1138): shows part of the order.
    """

    POST_ONLY = "POST_ONLY"
    REDUCE_ONLY = "REDUCE_ONLY"
    DISPLAY_QTY = "DISPLAY_QTY"


class LiquiditySide(StrEnum):
    """FIX LastLiquidityInd (851): whether a fill added or removed liquidity."""

    MAKER = "MAKER"
    TAKER = "TAKER"


class ExecType(StrEnum):
    """FIX ExecType (150): why a venue sent a report; CANCEL_REJECTED is the message OrderCancelReject (9).

    TRADE_CORRECT (G) and TRADE_CANCEL (H, a bust) name the execution they change.
    """

    NEW = "NEW"
    REJECTED = "REJECTED"
    TRADE = "TRADE"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REPLACED = "REPLACED"
    CANCEL_REJECTED = "CANCEL_REJECTED"
    TRADE_CORRECT = "TRADE_CORRECT"
    TRADE_CANCEL = "TRADE_CANCEL"
    RESTATED = "RESTATED"
    SUSPENDED = "SUSPENDED"
    STOPPED = "STOPPED"
    DONE_FOR_DAY = "DONE_FOR_DAY"


class OrderStatus(StrEnum):
    """FIX OrdStatus (39) in long form, and words of our own; always derived, never stored.

    HELD: approved, and kept by the core until a trigger. UNKNOWN: sent, and what became of it is not
    known. Four words for no: DENIED by our order management, REFUSED by our risk, REJECTED by the
    venue, NOT_RECEIVED: proved to be absent at the venue.
    """

    HELD = "HELD"
    UNKNOWN = "UNKNOWN"
    PENDING_NEW = "PENDING_NEW"
    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    PENDING_CANCEL = "PENDING_CANCEL"
    PENDING_REPLACE = "PENDING_REPLACE"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    REFUSED = "REFUSED"
    DENIED = "DENIED"
    NOT_RECEIVED = "NOT_RECEIVED"
    SUSPENDED = "SUSPENDED"
    STOPPED = "STOPPED"
    DONE_FOR_DAY = "DONE_FOR_DAY"


class Environment(StrEnum):
    """Where the orders of an account go; an order of one never reaches a venue of another."""

    BACKTEST = "BACKTEST"
    SIM = "SIM"
    PAPER = "PAPER"
    LIVE = "LIVE"


class AccountType(StrEnum):
    """CASH spends what it has and sells what it holds; MARGIN is bounded by leverage."""

    CASH = "CASH"
    MARGIN = "MARGIN"


class TradingState(StrEnum):
    """ACTIVE allows all, REDUCING only what shrinks a position, HALTED nothing; cancels always pass."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    HALTED = "HALTED"


class Scope(StrEnum):
    """What a trading state applies to."""

    GLOBAL = "GLOBAL"
    VENUE = "VENUE"
    ACCOUNT = "ACCOUNT"
    STRATEGY = "STRATEGY"
    INSTRUMENT = "INSTRUMENT"


class LotMethod(StrEnum):
    """Which open lots a closing trade consumes first."""

    FIFO = "FIFO"


class VenueSessionState(StrEnum):
    """How far a venue can be trusted: new orders and replaces go out in READY alone, cancels in all.

    DOWN: no line. RECONCILING: connected, and what it says is not squared with our books yet. PAUSED: our
    books and the venue's differ, or its truth is in doubt; an operator or a reconciliation ends it.
    """

    DOWN = "DOWN"
    RECONCILING = "RECONCILING"
    READY = "READY"
    PAUSED = "PAUSED"


class AlarmKind(StrEnum):
    """What a person has to look at."""

    OVERFILL = "OVERFILL"
    DOUBLE_FILL = "DOUBLE_FILL"
    FILL_AFTER_NO = "FILL_AFTER_NO"
    EXECUTION_CHANGED = "EXECUTION_CHANGED"
    INVALID_TRANSITION = "INVALID_TRANSITION"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    EXTERNAL_ORDER = "EXTERNAL_ORDER"
