"""Proposals of a desk: made, shown, confirmed once, followed until every order is sent, or withdrawn."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final, Protocol

from trade2026.application.read_models import MarketView, ReadModels, Topic
from trade2026.application.read_models.market import InThread
from trade2026.application.rebalancing.checking import check
from trade2026.application.rebalancing.gathering import PaperCost, Quotes, gather, moved
from trade2026.application.rebalancing.keeping import KEPT_MAX, Keeping
from trade2026.application.rebalancing.plan import Plan, Wishes
from trade2026.application.rebalancing.planner import make_plan
from trade2026.application.rebalancing.proposal import (
    MOVE_BPS,
    UNCONFIRMED,
    NotConfirmable,
    Proposal,
    ProposalState,
    why_not,
)
from trade2026.application.rebalancing.sending import Sender
from trade2026.ports.asking import KeyReused, UnknownId
from trade2026.ports.clock import Clock
from trade2026.ports.core_link import CoreClient
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import OperatingError

_OPEN_MAX: Final = 200
"""Proposals that nobody has confirmed and that are kept in memory; older ones are forgotten."""

Accounts = frozenset[str] | None


class Spawn(Protocol):
    """Starts a task that ends with the process."""

    def __call__(self, coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        """The task."""
        ...


class _Held:
    """A proposal, the lock that its changes take, and what wakes who follows it."""

    __slots__ = ("changed", "lock", "proposal")

    def __init__(self, proposal: Proposal) -> None:
        self.proposal = proposal
        self.lock = asyncio.Lock()
        self.changed = asyncio.Event()


class Rebalancing:
    """Holds proposals; lives in the web process's loop.

    Parameters
    ----------
    clock : Clock
        The real clock: proposals expire on it.
    storage : Storage
        Where confirmed proposals are kept.
    in_thread : callable
        Runs a blocking call in a thread: a plan of hundreds of orders takes a while.
    paper_cost : callable
        What taking costs at an account's paper venue.
    """

    def __init__(
        self,
        *,
        models: ReadModels,
        market: MarketView,
        core: CoreClient,
        clock: Clock,
        make_id: Callable[[], str],
        storage: Storage,
        spawn: Spawn,
        in_thread: InThread,
        paper_cost: PaperCost,
    ) -> None:
        self._models, self._market, self._core, self._clock = models, market, core, clock
        self._make_id, self._spawn, self._in_thread = make_id, spawn, in_thread
        self._quotes = Quotes(models, market, paper_cost)
        self._keeping = Keeping(storage)
        self.sender = Sender(models, core, self._quotes)
        self._held: dict[str, _Held] = {}
        self._by_key: dict[tuple[str, str], str] = {}
        self._loading: asyncio.Lock = asyncio.Lock()
        self._is_loaded = False
        self.problems: list[str] = []
        """Kept proposals that cannot be read."""

    # ------------------------------------------------------------------------------------------ looking

    async def proposals(self, accounts: Accounts) -> list[Proposal]:
        """Those of the accounts, newest first."""
        await self._load()
        found = [each.proposal for each in self._held.values()]
        found = [each for each in found if accounts is None or each.account_id in accounts]
        for each in found:
            self._refresh(each)
        return sorted(found, key=lambda each: (each.created_ns, each.proposal_id), reverse=True)

    async def proposal(self, proposal_id: str, accounts: Accounts) -> Proposal:
        """One of them; UnknownId for one that is not, or of another account."""
        return (await self._find(proposal_id, accounts)).proposal

    def why_not(self, proposal: Proposal) -> str:
        """Why it cannot be confirmed now; "" where it can, or was."""
        if proposal.state not in UNCONFIRMED:
            return ""
        return why_not(proposal, self._clock.now_ns(), self._moves(proposal))

    def now_ns(self) -> int:
        """The real clock."""
        return self._clock.now_ns()

    def _moves(self, proposal: Proposal, names: set[str] | None = None) -> list[str]:
        mids = [(name, mid) for name, mid in proposal.mids.items() if names is None or name in names]
        return moved(mids, self._quotes, proposal.account_id, MOVE_BPS)

    async def _load(self) -> None:
        async with self._loading:
            if not self._is_loaded:
                found, self.problems = await self._keeping.load()
                for proposal in found:
                    self._held[proposal.proposal_id] = _Held(proposal)
                    self._name(proposal)
                self._is_loaded = True

    def _name(self, proposal: Proposal) -> None:
        if proposal.key:
            self._by_key[proposal.confirmed_by, proposal.key] = proposal.proposal_id

    async def _find(self, proposal_id: str, accounts: Accounts) -> _Held:
        await self._load()
        held = self._held.get(proposal_id)
        if held is None or (accounts is not None and held.proposal.account_id not in accounts):
            raise UnknownId(
                f"there is no proposal {proposal_id!r}; one that was not confirmed is gone once the web "
                "process starts anew"
            )
        self._refresh(held.proposal)
        return held

    def _refresh(self, proposal: Proposal) -> None:
        """What has become of it by itself: time has passed, or the journal has all of it after all."""
        if proposal.state is ProposalState.OPEN and self._clock.now_ns() >= proposal.expires_ns:
            proposal.state = ProposalState.EXPIRED
        elif proposal.state is ProposalState.INTERRUPTED and not self.sender.unsent(proposal):
            proposal.state, proposal.reason = ProposalState.SENT, ""

    # ------------------------------------------------------------------------------------------- making

    async def propose(self, account_id: str, wishes: Wishes, trader: str, job_id: str = "") -> Proposal:
        """A new proposal at live quotes, checked by risk; nothing is sent.

        Raises
        ------
        InputError
            What is wished for cannot be planned; see `gather` and `make_plan`.
        OperatingError
            The core is away, and risk cannot be asked.
        """
        await self._load()
        account = gather(self._models, self._market, self._quotes, account_id, wishes)
        plan = await self._in_thread(partial(make_plan, account, wishes))
        proposal = Proposal(
            proposal_id=f"rb-{self._make_id()}", created_by=trader, created_ns=self._clock.now_ns(),
            job_id=job_id, wishes=wishes, plan=plan, mids=_mids(plan), checks=(),
        )  # fmt: skip
        risk = self._models.core.engines.risk
        proposal.checks = await check(self._core, risk, proposal.intents(trader))
        self._held[proposal.proposal_id] = _Held(proposal)
        self._forget()
        return proposal

    def _forget(self) -> None:
        """Keep memory bounded: proposals are in order of their making."""
        unconfirmed = [name for name, each in self._held.items() if each.proposal.state in UNCONFIRMED]
        over = [name for name, each in self._held.items() if each.proposal.state is ProposalState.SENT]
        for name in [*unconfirmed[:-_OPEN_MAX], *over[:-KEPT_MAX]]:
            held = self._held.pop(name)
            self._by_key.pop((held.proposal.confirmed_by, held.proposal.key), None)

    # --------------------------------------------------------------------------------------- confirming

    async def confirm(
        self, proposal_id: str, accounts: Accounts, trader: str, key: str = ""
    ) -> tuple[Proposal, bool]:
        """Send its orders, or complete what was begun; the second says whether it was confirmed before.

        However often, from wherever and after whatever it is called, each order is made once.

        Raises
        ------
        NotConfirmable
            It expired, the market moved, or risk would refuse an order; nothing was sent.
        KeyReused
            The key has confirmed another proposal.
        OperatingError
            The disk or the core failed: confirm again, what was sent is not sent twice.
        """
        held = await self._find(proposal_id, accounts)
        async with held.lock:
            proposal = held.proposal
            known = self._by_key.get((trader, key), proposal_id)
            if known != proposal_id:
                raise KeyReused(f"Idempotency-Key {key!r} has confirmed proposal {known}")
            self._refresh(proposal)
            was_confirmed = proposal.state not in UNCONFIRMED
            if was_confirmed and proposal.state is not ProposalState.INTERRUPTED:
                return proposal, True
            await self._begin(proposal, trader, key)
            await self._advance(held)
        return proposal, was_confirmed

    async def _begin(self, proposal: Proposal, trader: str, key: str) -> None:
        """Write down that it is confirmed, before anything leaves."""
        before = proposal.state, proposal.reason
        if proposal.state is ProposalState.INTERRUPTED:
            moves = self._moves(proposal, {each.instrument_id for each in self.sender.unsent(proposal)})
            reason = (
                f"what is not sent moved more than {MOVE_BPS} bps: {'; '.join(moves[:3])}" if moves else ""
            )
        else:
            reason = self.why_not(proposal)
        if reason:
            raise NotConfirmable(f"proposal {proposal.proposal_id} cannot be confirmed: {reason}")
        proposal.confirmed_by, proposal.key = trader, proposal.key or key
        proposal.confirmed_ns = proposal.confirmed_ns or self._clock.now_ns()
        proposal.state, proposal.reason = ProposalState.SENDING, ""
        try:
            await self._keeping.save(proposal)
        except OperatingError:
            proposal.state, proposal.reason = before
            raise
        self._name(proposal)

    async def _advance(self, held: _Held) -> None:
        """Send what can be sent; who follows is started where something has to wait."""
        proposal = held.proposal
        was_waiting = proposal.state is ProposalState.WAITING
        try:
            state, reason = await self.sender.send(proposal)
        except OperatingError as error:
            text = f"the desk did not answer on the way: {error}; confirm it again to complete it"
            proposal.state, proposal.reason = ProposalState.INTERRUPTED, text
            await self._keeping.save(proposal)
            raise
        proposal.state, proposal.reason = state, reason
        if state is not ProposalState.WAITING:
            await self._keeping.save(proposal)
        elif not was_waiting:
            self._spawn(self._follow(held), f"rebalancing {proposal.proposal_id}")

    async def _follow(self, held: _Held) -> None:
        """Send the buys as orders end and cash comes in, until all is sent or nothing more can be."""
        proposal, changed = held.proposal, held.changed
        mine = frozenset((proposal.account_id,))
        ends = [
            self._models.subscribe(topic, lambda rows: changed.set(), mine)
            for topic in (Topic.ORDERS, Topic.FILLS)
        ]
        try:
            while proposal.state is ProposalState.WAITING:
                changed.clear()
                async with held.lock:
                    if proposal.state is ProposalState.WAITING:
                        await self._advance(held)
                if proposal.state is ProposalState.WAITING:
                    await changed.wait()
        except OperatingError:  # It is INTERRUPTED and says why.
            return
        finally:
            for end in ends:
                end()

    # ------------------------------------------------------------------------------------- withdrawing

    async def withdraw(self, proposal_id: str, accounts: Accounts, trader: str) -> Proposal:
        """Have it not confirmed any more, or what is not sent yet not sent; what was sent stays.

        Raises NotConfirmable where every order was sent.
        """
        held = await self._find(proposal_id, accounts)
        async with held.lock:
            proposal = held.proposal
            if proposal.state is ProposalState.SENT:
                raise NotConfirmable(f"all orders of {proposal_id} were sent; cancel them one by one")
            if proposal.state is ProposalState.OPEN:
                proposal.state, proposal.reason = ProposalState.WITHDRAWN, f"by {trader}"
            elif proposal.state in (ProposalState.WAITING, ProposalState.INTERRUPTED):
                count = len(self.sender.unsent(proposal))
                proposal.state = ProposalState.STOPPED
                proposal.reason = f"withdrawn by {trader}; {count} orders were not sent"
                held.changed.set()
                await self._keeping.save(proposal)
        return proposal


def _mids(plan: Plan) -> dict[str, int]:
    return {each.instrument_id: each.touch.mid for each in plan.lines if each.touch is not None}
