"""What order management remembers: orders as orthogonal facts, and every request id ever used."""

from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from trade2026.model.enums import ExecType, OrderType, Side, TimeInForce
from trade2026.model.events import OrderRefused, ReplaceRefused
from trade2026.model.execution import ExecutionReport
from trade2026.model.instructions import OrderInstructions
from trade2026.model.limits import Account

EXTERNAL: Final = "EXTERNAL"
"""Strategy and trader of orders that the venue has and we never sent."""


class Working(StrEnum):
    """Where the order is, as far as evidence goes. HELD: with the core, nothing of it is at the venue."""

    HELD = "HELD"
    SENT = "SENT"
    WORKING = "WORKING"
    DONE = "DONE"


class DoneReason(StrEnum):
    """Why an order is done; refused and denied ones never became orders."""

    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    NOT_RECEIVED = "NOT_RECEIVED"


class PendingReplace(NamedTuple):
    """A replace that the venue has not answered: its id, the total it asks for, and the limit price."""

    client_order_id: str
    order_qty: int
    limit_price: int | None


class Order(msgspec.Struct, array_like=True, eq=False, gc=False):
    """One order that risk approved; raw integers.

    One status is not stored (see `status`): `working`, `done_reason` and the pending requests are facts of
    their own.

    Attributes
    ----------
    client_order_id : str
        The last one that the venue accepted, or was sent: what a request to change the order refers to.
    pending_cancel_id : str
        The cancel that the venue has not answered, "" for none.
    pending_replaces : tuple of PendingReplace
        Replaces it has not answered, oldest first.
    unknown_ids : tuple of str
        Requests whose outcome is not known: sent, not answered, perhaps never received.
    venue_hold : ExecType or None
        SUSPENDED, STOPPED or DONE_FOR_DAY while the venue keeps it without matching it.
    prevented_qty : int
        What self-trade prevention took off.
    is_managed : bool
        Whether the core sends it, when its time comes or in parts: `leg_qty` is what was sent last and
        `leg_cum` what of that filled, `legs` counts ids that the core made for it.
    trigger_price : int or None
        What releases a held order now; a trailing stop's moves.
    armed_qty : int
        Of a child (`parent_id`): how much its parent has filled, and so how much may be sent.
    request_ids, execution_ids : list of str or None
        Every client id that was used for the order, the first being its own; None while `client_order_id` is
        the only one. Every execution that was booked; None for none.
    pair_qty : int
        Of an order in a list: the quantity asked for, which both orders of the pair together should fill.
    ts_terms : int
        When the venue took the replace whose terms hold, by its clock; 0 for none.
    """

    order_id: int
    account_id: str
    client_order_id: str
    trader_id: str
    strategy_id: str
    instrument_id: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None
    ts_approved: int
    session_open: int
    session_close: int
    instructions: OrderInstructions | None = None
    cum_qty: int = 0
    working: Working = Working.SENT
    done_reason: DoneReason | None = None
    venue_order_id: str = ""
    pending_cancel_id: str = ""
    pending_replaces: tuple[PendingReplace, ...] = ()
    unknown_ids: tuple[str, ...] = ()
    venue_hold: ExecType | None = None
    prevented_qty: int = 0
    is_managed: bool = False
    trigger_price: int | None = None
    armed_qty: int = 0
    leg_qty: int = 0
    leg_cum: int = 0
    legs: int = 0
    parent_id: int = 0
    request_ids: list[str] | None = None
    execution_ids: list[str] | None = None
    pair_qty: int = 0
    ts_terms: int = 0

    @property
    def leaves_qty(self) -> int:
        """What may still fill: 0 once done."""
        if self.working is Working.DONE:
            return 0
        return max(self.order_qty - self.cum_qty - self.prevented_qty, 0)

    def is_overtaken(self, client_order_id: str, ts_event: int) -> bool:
        """Whether the venue took another replace after this one: the answer to this one came late.

        Its clock decides, because requests overtake one another too; in one moment the order we asked in.
        """
        if ts_event != self.ts_terms:
            return ts_event < self.ts_terms
        asked = self.request_ids or []
        if client_order_id not in asked or self.client_order_id not in asked:
            return False
        return asked.index(client_order_id) < asked.index(self.client_order_id)

    @property
    def pending_replace_id(self) -> str:
        """The latest replace that the venue has not answered; "" for none."""
        return self.pending_replaces[-1].client_order_id if self.pending_replaces else ""

    @property
    def pending_order_qty(self) -> int:
        """The total that the latest of them asks for, 0 for none."""
        return self.pending_replaces[-1].order_qty if self.pending_replaces else 0

    @property
    def pending_limit_price(self) -> int | None:
        """The limit price that the latest of them asks for."""
        return self.pending_replaces[-1].limit_price if self.pending_replaces else None

    @property
    def sendable_qty(self) -> int:
        """Of a managed order: what may be sent next, nothing while a part of it is at the venue."""
        if self.working is not Working.HELD:
            return 0
        allowed = min(self.armed_qty, self.order_qty) if self.parent_id else self.order_qty
        return max(allowed - self.cum_qty, 0)

    @property
    def ends_at(self) -> int:
        """When the core has to end it, UTC nanoseconds; 0 where the venue does, or nothing."""
        if not self.is_managed:
            return 0
        if self.time_in_force is TimeInForce.GTD:
            assert self.instructions is not None
            return self.instructions.expire_time
        if self.time_in_force is TimeInForce.DAY and self.working is Working.HELD:
            return self.session_close + 1  # What is stamped with the very close belongs to the session.
        return 0


SubmitBody = tuple[str, str, Side, OrderType, TimeInForce, int, int | None, OrderInstructions | None]
ChangeBody = tuple[int, int | None, int | None, int | None]
"""Order id, new total quantity (None for a cancel), new limit price, new trigger price."""


class Request(msgspec.Struct, array_like=True, eq=False, gc=False):
    """A used client id: what was asked under it and how it was answered.

    `order_id` is 0 when risk refused; `refusal` then keeps the answer, to be given again.
    """

    order_id: int
    submit: SubmitBody | None
    change: ChangeBody | None
    refusal: OrderRefused | ReplaceRefused | None = None


def is_refused_order(request: Request) -> bool:
    """Whether risk refused an order under this id: no order has it, and it leaves memory on its own."""
    return request.order_id == 0 and request.submit is not None


class Booked(msgspec.Struct, array_like=True, gc=False):
    """What was booked under an execution id, so that the same id with other content is noticed.

    `is_busted` once the venue took it back; `superseded_by` is the execution that corrects it, "" for none.
    `part_id` as in `OrderFilled`.
    """

    order_id: int
    last_qty: int
    last_px: int
    commission: int
    commission_currency: str
    is_busted: bool = False
    superseded_by: str = ""
    part_id: str = ""


class AccountOrders(msgspec.Struct, array_like=True, eq=False):
    """An account's ids and the orders that are not done.

    `requests` by client id; `executions` by instrument and execution id, because venues number their
    trades per symbol. `parked`, by instrument and the execution they change: corrections and busts that came
    before it. `lists`: orders by list id. `refused` are the client ids of orders that
    risk refused. Iterate it and `open_orders` sorted: their order is not part of the state.
    """

    account: Account
    requests: dict[str, Request]
    executions: dict[str, dict[str, Booked]]
    open_orders: dict[int, None]
    parked: dict[str, dict[str, ExecutionReport]] = {}
    lists: dict[str, tuple[int, ...]] = {}
    children: dict[int, tuple[int, ...]] = {}
    refused: dict[str, None] = {}


class OmsState(msgspec.Struct, eq=False):
    """Everything order management has in memory; owned by `evolve`, read by `decide`.

    `triggers` has the held orders that a price may release, by instrument, and `timed` the orders that the
    core has to end, with when: what the emulator looks at. `ripe` are reports to be decided next: parked
    ones whose execution is here, and trades that replace a corrected one. `retirements` counts
    the times that closed orders have left memory (see `oms.retire`).
    """

    accounts: dict[str, AccountOrders]
    orders: dict[int, Order]
    next_order_id: int
    triggers: dict[str, dict[int, None]] = {}
    timed: dict[int, int] = {}
    ripe: list[ExecutionReport] = []
    retirements: int = 0


def new_state() -> OmsState:
    """Before the first event."""
    return OmsState(accounts={}, orders={}, next_order_id=1)
