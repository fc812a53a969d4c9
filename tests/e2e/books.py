"""A journal in which a venue's books differ, written between two starts of a desk as the core would write it.

No adapter for a real venue ships, so a desk of processes has no session of its own: what one would have
journaled is journaled here, by the same commands.
"""

import hashlib
from typing import Any

from tests.desk_process import RealDesk
from trade2026.application.live.config import load_desk_config
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.wiring import make_services
from trade2026.model.commands import MarkUnknown, RecordReconciliation, SetVenueSession
from trade2026.model.commands.desk import Difference
from trade2026.model.enums import Environment, VenueSessionState
from trade2026.model.events import OrderUnknown
from trade2026.trading.journal import Journal, SnapshotStore
from trade2026.trading.replay import recover
from trade2026.trading.router import Router
from trade2026.trading.sequencer import Sequencer

VENUE = "XNYS"
ACCOUNT = "PAPER"
LINES = (
    Difference("EXECUTION", ACCOUNT, "E-40", "", "100 at 57.31", "booked as the venue states it"),
    Difference("POSITION", ACCOUNT, "KO.XNYS", "200", "190", ""),
    Difference("ORDER", ACCOUNT, "by-hand-1", "CANCELED", "NEW", ""),
)


def journal_a_dispute(desk: RealDesk, client_order_id: str) -> None:
    """While the desk is down: a comparison that agreed, one that did not, and a request without an answer."""
    places = Places(str(desk.home))
    services = make_services(Config(str(desk.home)))
    config = load_desk_config(services.open_storage(places.desk))
    identity = hashlib.sha256(services.head_key() + places.journal.encode()).digest()[:12]
    storage = services.open_storage(places.journal)
    journal = Journal.open(storage, config.journal.layout(identity), services.head_key())
    core = recover(journal, storage, SnapshotStore(storage)).core
    sequencer = Sequencer(core, journal, Router(Environment.PAPER))
    now = max(each.ts_approved for each in core.engines.oms.orders.values())

    def do(command: Any) -> Any:
        events = sequencer.execute(command)
        sequencer.flush()
        return events

    do(SetVenueSession(now, VENUE, VenueSessionState.RECONCILING, "the line is open"))
    do(RecordReconciliation(now, VENUE, 2, True, 3, 4, LINES[:1]))
    do(SetVenueSession(now, VENUE, VenueSessionState.READY, "books agree"))
    (event,) = do(MarkUnknown(now, ACCOUNT, client_order_id, "no answer within 2 s"))
    assert isinstance(event, OrderUnknown)
    do(SetVenueSession(now, VENUE, VenueSessionState.RECONCILING, "the line was lost"))
    do(RecordReconciliation(now, VENUE, 3, False, 3, 5, LINES))
    do(SetVenueSession(now, VENUE, VenueSessionState.PAUSED, "2 differences"))
    journal.close()
    storage.close()
