"""A proposal with what became of it; what is written down of a confirmed one, and nothing else."""

from enum import StrEnum
from typing import Final

import msgspec

from trade2026.application.rebalancing.checking import Check, Verdict
from trade2026.application.rebalancing.plan import Plan, PlannedOrder, Wishes
from trade2026.ports.core_link import SubmitIntent
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import SECOND_NS

LIFE_NS: Final = 60 * SECOND_NS
"""How long a proposal may be confirmed, on the real clock."""
MOVE_BPS: Final = 25
"""How far the mid of any of its instruments may move meanwhile."""


class ProposalState(StrEnum):
    """What has become of a proposal.

    OPEN may be confirmed. EXPIRED and WITHDRAWN were not, and nothing was sent. SENDING: confirmed, its first
    orders are going out. WAITING: buys wait for cash of sells. INTERRUPTED: it is not known to be whole,
    confirm it again to complete it. STOPPED: what is not sent will not be. SENT: every order was sent.
    """

    OPEN = "OPEN"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"
    SENDING = "SENDING"
    WAITING = "WAITING"
    INTERRUPTED = "INTERRUPTED"
    STOPPED = "STOPPED"
    SENT = "SENT"


UNCONFIRMED: Final = (ProposalState.OPEN, ProposalState.EXPIRED, ProposalState.WITHDRAWN)
ON_THE_WAY: Final = (ProposalState.SENDING, ProposalState.WAITING)


class NotConfirmable(InputError):
    """The proposal cannot be confirmed any more, or not as it is; the message says why and what to do."""


class Proposal(msgspec.Struct):
    """One proposal; times are of the real clock, 0 before they happened.

    Attributes
    ----------
    job_id : str
        Whose weights it has; "" where the request named them.
    wishes : Wishes
        What was asked for: asked again, it is the next proposal.
    mids : dict of str to int
        Of every instrument that had a quote, when it was made.
    checks : tuple of Check
        Of `plan.orders`, in the same order.
    key : str
        The Idempotency-Key that it was confirmed under; "" for none.
    reason : str
        Why it is in a state that nobody asked for; "" otherwise.
    """

    proposal_id: str
    created_by: str
    created_ns: int
    job_id: str
    wishes: Wishes
    plan: Plan
    mids: dict[str, int]
    checks: tuple[Check, ...]
    state: ProposalState = ProposalState.OPEN
    confirmed_by: str = ""
    confirmed_ns: int = 0
    key: str = ""
    reason: str = ""

    @property
    def account_id(self) -> str:
        """Whose orders it proposes."""
        return self.plan.account_id

    @property
    def expires_ns(self) -> int:
        """When it can no longer be confirmed."""
        return self.created_ns + LIFE_NS

    def name(self, number: int) -> str:
        """The client order id of its order of that number, for ever the same: so none is made twice."""
        return f"{self.proposal_id}.{number}"

    def intents(self, trader_id: str) -> list[SubmitIntent]:
        """Its orders as they are asked for, each the same whenever and by whomever it is asked for."""
        return [self._intent(number, order, trader_id) for number, order in enumerate(self.plan.orders)]

    def _intent(self, number: int, order: PlannedOrder, trader_id: str) -> SubmitIntent:
        return SubmitIntent(
            self.account_id, self.name(number), trader_id, "", order.instrument_id, order.side,
            order.order_type, order.time_in_force, order.order_qty, order.limit_price,
        )  # fmt: skip


def why_not(proposal: Proposal, now_ns: int, moves: list[str]) -> str:
    """Why an unconfirmed proposal cannot be confirmed now; "" where it can."""
    if proposal.state is ProposalState.WITHDRAWN:
        return f"it was withdrawn{proposal.reason and ': ' + proposal.reason}"
    if proposal.state is ProposalState.EXPIRED or now_ns >= proposal.expires_ns:
        return f"it expired {LIFE_NS // SECOND_NS} s after it was made"
    if not proposal.plan.orders:
        return "it has no order: what is held is as near to the weights as whole lots allow"
    refused = [
        f"{order.side} {order.instrument_id}: {check.text}"
        for order, check in zip(proposal.plan.orders, proposal.checks, strict=True)
        if check.verdict is Verdict.REFUSED
    ]
    if refused:
        return f"risk would refuse {len(refused)} of its orders: {'; '.join(refused[:3])}"
    if moves:
        return f"the market moved more than {MOVE_BPS} bps: {'; '.join(moves[:3])}"
    return ""
