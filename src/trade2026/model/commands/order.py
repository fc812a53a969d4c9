"""Commands about orders. Tags are part of the journal's format: never renumber one."""

import msgspec

from trade2026.model.enums import Environment, OrderType, Side, TimeInForce
from trade2026.model.execution import ExecutionReport
from trade2026.model.instructions import OrderInstructions


class SubmitOrder(msgspec.Struct, frozen=True, array_like=True, tag=1, gc=False):
    """Ask for a new order.

    Attributes
    ----------
    now : int
        Trading time of the decision, UTC nanoseconds.
    client_order_id : str
        Chosen by the sender, unique for ever within the account (FIX ClOrdID 11).
    trader_id : str
        Who sends: a person or a strategy; must be entitled to the account.
    strategy_id : str
        The strategy it belongs to, "" for none; a trading state may stop it.
    order_qty, limit_price : int
        Raw, units of 1e-9; `limit_price` is None on market orders.
    reference_price, reference_ts : int or None
        Last known price of the instrument and when it was made, on the feed's clock; None when unknown.
    session_open, session_close : int
        The session that contains `now`, or the next one: [open, close), UTC nanoseconds; both 0 when
        the calendar knows none.
    instructions : OrderInstructions or None
        Triggers, display, lists; None for a plain order.
    """

    now: int
    account_id: str
    client_order_id: str
    trader_id: str
    strategy_id: str
    environment: Environment
    instrument_id: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None
    reference_price: int | None
    reference_ts: int
    session_open: int
    session_close: int
    instructions: OrderInstructions | None = None


class CancelOrder(msgspec.Struct, frozen=True, array_like=True, tag=2, gc=False):
    """Ask to cancel what is left of an order; `client_order_id` names this request, not the order."""

    now: int
    account_id: str
    client_order_id: str
    trader_id: str
    order_id: int


class ReplaceOrder(msgspec.Struct, frozen=True, array_like=True, tag=3, gc=False):
    """Ask for other terms: `order_qty` is the new total (FIX OrderQty 38), filled part included.

    The platform's `order_id` survives; the request brings a client id of its own. Reference and
    session as in `SubmitOrder`. `trigger_price` None leaves the trigger as it is.
    """

    now: int
    account_id: str
    client_order_id: str
    trader_id: str
    order_id: int
    order_qty: int
    limit_price: int | None
    reference_price: int | None
    reference_ts: int
    session_open: int
    session_close: int
    trigger_price: int | None = None


class ReportExecution(msgspec.Struct, frozen=True, array_like=True, tag=4, gc=False):
    """Hand a venue's report to the core, `now` being when it reached us."""

    now: int
    report: ExecutionReport


class TriggerOrder(msgspec.Struct, frozen=True, array_like=True, tag=5, gc=False):
    """A market price met the trigger of an order that the core holds.

    `price` is that price, raw, made at `ts_event` on the feed's clock.
    """

    now: int
    order_id: int
    price: int
    ts_event: int


class MoveTrigger(msgspec.Struct, frozen=True, array_like=True, tag=6, gc=False):
    """The best price since a trailing stop was sent has moved on; `price` as in `TriggerOrder`."""

    now: int
    order_id: int
    price: int
    ts_event: int


class EndHeldOrder(msgspec.Struct, frozen=True, array_like=True, tag=7, gc=False):
    """Trading time has reached the end of an order whose time in force the core keeps."""

    now: int
    order_id: int


class MarkUnknown(msgspec.Struct, frozen=True, array_like=True, tag=8):
    """A request was sent and no answer came: from now on its outcome is not known.

    `client_order_id` is the request's; `text` says what happened (a time-out, a lost line, an answer that
    cannot be read).
    """

    now: int
    account_id: str
    client_order_id: str
    text: str


class ResolveNotReceived(msgspec.Struct, frozen=True, array_like=True, tag=9):
    """It is proved that the venue never received a request: `evidence` says how.

    The proof is two complete queries of the venue's history, both asked after the request could no longer
    take effect; nothing less may be stated here.
    """

    now: int
    account_id: str
    client_order_id: str
    evidence: str


class RetireOrders(msgspec.Struct, frozen=True, array_like=True, tag=40):
    """Take closed orders out of memory; what may not go, or is not there, stays out of account.

    `refused` names requests that risk refused, by account and client order id; they never had an order id.
    """

    now: int
    order_ids: tuple[int, ...]
    refused: tuple[tuple[str, str], ...]


class RecallOrders(msgspec.Struct, frozen=True, array_like=True, tag=41):
    """Put what had left memory back, because the next command names it.

    `facts` is what order management had written down when it let it go (`oms.retire`). It stands in the
    command, so that a replay needs nothing but the journal.
    """

    now: int
    facts: bytes
