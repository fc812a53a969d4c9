"""Confirmed proposals on disk, each written before its first order leaves, so that a crash forgets none."""

from functools import partial
from typing import Final

import msgspec

from trade2026.application.rebalancing.proposal import ON_THE_WAY, Proposal, ProposalState
from trade2026.ports.storage import Storage

FOLDER: Final = "desk/rebalancing"
KEPT_MAX: Final = 500
_SUFFIX: Final = ".json"
_RESTARTED: Final = "the web process was restarted on the way; confirm it again to complete it"


class Keeping:
    """One file for each confirmed proposal; the newest `KEPT_MAX` stay."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def save(self, proposal: Proposal) -> None:
        """Durable when it returns; raises StoreUnavailable."""
        data = msgspec.json.encode(proposal)
        await self._storage.in_background(
            partial(self._storage.replace, proposal.proposal_id + _SUFFIX, data, durable=True)
        )

    async def load(self) -> tuple[list[Proposal], list[str]]:
        """What was kept, oldest first, and a sentence for each file that cannot be read.

        Those that were on the way are INTERRUPTED: what was sent meanwhile is in the journal.
        """
        return await self._storage.in_background(self._load)

    def _load(self) -> tuple[list[Proposal], list[str]]:
        found, problems = [], []
        for name in self._storage.names():
            if not name.endswith(_SUFFIX):
                continue
            try:
                proposal = msgspec.json.decode(self._storage.read(name), type=Proposal)
            except msgspec.DecodeError as error:
                problems.append(f"{self._storage.folder}/{name} cannot be read: {error}; remove it")
                continue
            if proposal.state in ON_THE_WAY:
                proposal.state, proposal.reason = ProposalState.INTERRUPTED, _RESTARTED
            found.append(proposal)
        found.sort(key=lambda each: (each.confirmed_ns, each.proposal_id))
        for old in found[:-KEPT_MAX]:
            self._storage.remove(old.proposal_id + _SUFFIX)
        return found[-KEPT_MAX:], problems
