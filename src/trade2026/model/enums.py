"""The closed sets of words that orders, accounts and executions use."""

from enum import StrEnum


class Side(StrEnum):
    """FIX Side (54)."""

    BUY = "BUY"
    SELL = "SELL"


class OrderType(StrEnum):
    """FIX OrdType (40)."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"


class TimeInForce(StrEnum):
    """FIX TimeInForce (59): until the session's close, until canceled, at once or not at all."""

    DAY = "DAY"
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class LiquiditySide(StrEnum):
    """FIX LastLiquidityInd (851): whether a fill added or removed liquidity."""

    MAKER = "MAKER"
    TAKER = "TAKER"


class ExecType(StrEnum):
    """FIX ExecType (150): why a venue sent a report; CANCEL_REJECTED is the message OrderCancelReject (9)."""

    NEW = "NEW"
    REJECTED = "REJECTED"
    TRADE = "TRADE"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REPLACED = "REPLACED"
    CANCEL_REJECTED = "CANCEL_REJECTED"


class OrderStatus(StrEnum):
    """FIX OrdStatus (39) in long form, with our own four words for no; always derived, never stored."""

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
