"""Sends the orders of a confirmed proposal, each once, as far as cash allows now."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from trade2026.application.read_models import ReadModels
from trade2026.application.read_models.views import OrderView
from trade2026.application.rebalancing.checking import Check, Verdict, check
from trade2026.application.rebalancing.gathering import Quotes, moved
from trade2026.application.rebalancing.proposal import MOVE_BPS, Proposal, ProposalState
from trade2026.model.enums import OrderStatus, OrderType, Side
from trade2026.ports.core_link import CoreClient, SubmitIntent
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.time import SECOND_NS

DONE: Final = frozenset(
    (
        OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.REJECTED,
        OrderStatus.REFUSED, OrderStatus.DENIED, OrderStatus.NOT_RECEIVED,
    )
)  # fmt: skip
"""An order in one of these fills no more."""
_SHOWN_WITHIN_NS: Final = SECOND_NS


class Sent(NamedTuple):
    """How far it got: SENT, WAITING or STOPPED, and why where that needs saying."""

    state: ProposalState
    reason: str


class Sender:
    """Asks the core for orders under names that never change.

    The core answers a name that it knows with what it made of it before, so whatever was asked for already,
    by whichever process, is not done twice. `seq` is the last number of the journal that an answer named.
    """

    def __init__(self, models: ReadModels, core: CoreClient, quotes: Quotes) -> None:
        self._models = models
        self._core = core
        self._quotes = quotes
        self.seq = 0

    def order_of(self, proposal: Proposal, number: int) -> OrderView | None:
        """What the journal has of its order of that number, a refused one included; None for nothing."""
        return self._models.order_by_client_id(proposal.account_id, proposal.name(number), None)

    def unsent(self, proposal: Proposal) -> list[SubmitIntent]:
        """Its orders of which the journal has nothing."""
        return [
            intent
            for number, intent in enumerate(proposal.intents(proposal.confirmed_by))
            if self.order_of(proposal, number) is None
        ]

    async def send(self, proposal: Proposal) -> Sent:
        """Send what can be sent now. OperatingError where the core is away: ask again, nothing is doubled."""
        missing = self.unsent(proposal)
        if not proposal.plan.is_sequenced:
            await self._ask(missing)
            return Sent(ProposalState.SENT, "")
        await self._ask([each for each in missing if each.side is Side.SELL])
        buys = [each for each in missing if each.side is Side.BUY]
        return await self._buy(proposal, buys)

    async def _buy(self, proposal: Proposal, buys: list[SubmitIntent]) -> Sent:
        """Send the buys that free cash covers, by the very check that the core makes of them."""
        if not buys:
            return Sent(ProposalState.SENT, "")
        market = {each.instrument_id for each in buys if each.order_type is OrderType.MARKET}
        before = [(name, mid) for name, mid in proposal.mids.items() if name in market]
        moves = moved(before, self._quotes, proposal.account_id, MOVE_BPS)
        if moves:
            return Sent(ProposalState.STOPPED, f"{_count(buys)} not sent: {'; '.join(moves[:3])}")
        # Looked at before the core is asked, which knows at least as much: no cash comes in unseen between.
        sells_work = self._sells_work(proposal)
        checks = await check(self._core, self._models.core.engines.risk, buys)
        ready = [each for each, found in zip(buys, checks, strict=True) if found.verdict is Verdict.APPROVED]
        await self._ask(ready)
        if len(ready) == len(buys):
            return Sent(ProposalState.SENT, "")
        return _rest(checks, sells_work)

    def _sells_work(self, proposal: Proposal) -> bool:
        for number, order in enumerate(proposal.plan.orders):
            if order.side is Side.SELL:
                found = self.order_of(proposal, number)
                if found is not None and found.status not in DONE:
                    return True
        return False

    async def _ask(self, intents: Sequence[SubmitIntent]) -> None:
        """Have them decided, and wait until the read models show it."""
        if not intents:
            return
        answer = await self._core.ask(*intents)
        self.seq = max(self.seq, answer.seq)
        for decision in answer.decisions:
            if decision.error:
                raise OperatingError(decision.error, retryable=decision.retryable)
        if not await self._models.wait_for(answer.seq, _SHOWN_WITHIN_NS):
            raise OperatingError("the read models do not show yet what was sent", retryable=True)


def _count(intents: Sequence[SubmitIntent]) -> str:
    return "1 order" if len(intents) == 1 else f"{len(intents)} orders"


def _rest(checks: Sequence[Check], sells_work: bool) -> Sent:
    """What is to become of buys that could not be sent."""
    refused = [each.text for each in checks if each.verdict is Verdict.REFUSED]
    left = sum(each.verdict is not Verdict.APPROVED for each in checks)
    if refused:
        return Sent(ProposalState.STOPPED, f"{left} buys not sent, risk would refuse: {refused[0]}")
    if sells_work:
        return Sent(ProposalState.WAITING, f"{left} buys wait for cash of the sells")
    return Sent(
        ProposalState.STOPPED,
        f"{left} buys not sent: all sells are over and did not bring in the cash; propose the rest anew",
    )
