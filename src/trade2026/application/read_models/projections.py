"""What happens to one frame: the replica of the trading core takes its events, then every projection does."""

from collections.abc import Callable
from typing import Any, Final

from trade2026.application.read_models.accounts import Accounts
from trade2026.application.read_models.alerts import Alerts
from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.equity import EquitySeries
from trade2026.application.read_models.executions import Executions
from trade2026.application.read_models.halt_ladder import HaltLadder
from trade2026.application.read_models.moment import Handlers, Moment
from trade2026.application.read_models.order_lives import OrderLives
from trade2026.application.read_models.orders import Orders
from trade2026.application.read_models.strategy_runs import StrategyRuns
from trade2026.application.read_models.topics import RING, Topics
from trade2026.application.read_models.trading_states import TradingStates
from trade2026.application.read_models.unknown import UnknownOutcomes
from trade2026.application.read_models.venues import Venues
from trade2026.application.read_models.worth import Prices
from trade2026.model.events import (
    ClockRecorded,
    Event,
    OrderRefused,
    OrdersRecalled,
    OrdersRetired,
    ReplaceRefused,
)
from trade2026.ports.history import History
from trade2026.primitives.errors import IntegrityError, SequenceGap, StoreUnavailable
from trade2026.trading.codec import decode_record
from trade2026.trading.core import Core
from trade2026.trading.journal import Frame

_REFUSALS: Final = frozenset({OrderRefused, ReplaceRefused})


class Projections:
    """The replica and everything kept beside it, as of frame `seq`; for one thread.

    Parameters
    ----------
    prices : callable
        The latest prices, used before journaled marks where accounts are shown.
    mark_max_age_ns : int
        Oldest mark or price that values an account without being called stale.
    history : History
        Takes rows that leave memory; new and empty.
    ring : int
        Rows of each lossless topic that are kept for those who resume.
    """

    def __init__(
        self, prices: Callable[[], Prices], mark_max_age_ns: int, history: History, ring: int = RING
    ) -> None:
        self.core = Core()
        self.seq = 0
        self.topics = Topics(ring)
        self.wall = WallClock(history)
        engines = self.core.engines
        self.orders = Orders(engines.oms, self.topics, self.wall, history)
        self.lives = OrderLives(engines.oms, self.orders.named)
        self.executions = Executions(engines.oms, engines.ledger, self.topics, self.wall, history)
        self.accounts = Accounts(self.core, self.topics, prices, mark_max_age_ns)
        self.equity = EquitySeries(self.core, mark_max_age_ns)
        self.runs = StrategyRuns(engines.oms, self.topics, self.wall)
        self.trading_states = TradingStates(self.topics, self.wall, self.runs.account_of)
        self.unknown = UnknownOutcomes(engines.oms, engines.risk, self.topics, self.wall)
        self.venues = Venues(self.topics, self.wall, self.unknown.rows)
        self.ladder = HaltLadder(self.core, self.trading_states, self.runs)
        self.alerts = Alerts(
            engines.oms, self.topics, self.wall, self.trading_states.account_of, self.runs.account_of
        )
        self._moment = Moment()
        self._handlers = _joined(
            {ClockRecorded: self._on_clock, OrdersRecalled: self._on_recalled},
            *(
                each.handlers()
                for each in (
                    self.executions, self.orders, self.lives, self.accounts, self.equity, self.runs,
                    self.trading_states, self.alerts, self.unknown, self.venues,
                )
            ),
        )  # fmt: skip

    @property
    def now(self) -> int:
        """Trading time of the last frame; 0 before the first."""
        return self._moment.now

    def apply(self, frame: Frame) -> None:
        """Take the next frame.

        Raises
        ------
        IntegrityError
            It is not the next one, its payload is no record of this version, or the history has no room.
        """
        seq = frame.seq
        if seq != self.seq + 1:
            raise SequenceGap(f"frame {self.seq + 1} must come next, was {seq}; check the journal")
        command, events = decode_record(frame.payload, seq)
        moment = self._moment
        moment.seq, moment.now, moment.command = seq, command.now, command
        self.accounts.now = command.now
        try:
            self._take(moment, events)
        except StoreUnavailable as error:  # Half of a frame cannot be taken again.
            raise IntegrityError(f"what is shown could not be kept: {error}") from error
        self.seq = seq

    def _take(self, moment: Moment, events: tuple[Event, ...]) -> None:
        evolve, handlers = self.core.evolve, self._handlers
        for event in events:
            if type(event) is OrdersRetired:
                self.orders.retire(event)  # As long as the replica has them.
            elif type(event) in _REFUSALS:  # Before the replica takes it: afterwards every request is known.
                moment.is_repeated = self._is_known(event)
            evolve(event)
            for handle in handlers.get(type(event), ()):
                handle(moment, event)

    def _is_known(self, event: Any) -> bool:
        """Whether the request was answered before, so that this is the first answer again."""
        return event.client_order_id in self.core.engines.oms.accounts[event.account_id].requests

    def _on_recalled(self, moment: Moment, event: OrdersRecalled) -> None:
        self.orders.recall(event)

    def _on_clock(self, moment: Moment, event: ClockRecorded) -> None:
        self.wall.record(moment.seq, event.wall_ns)


def _joined(*tables: Handlers) -> dict[type, tuple[Callable[[Moment, Any], None], ...]]:
    """For each type of event, what each projection does about it, in the order given."""
    joined: dict[type, tuple[Callable[[Moment, Any], None], ...]] = {}
    for table in tables:
        for kind, handle in table.items():
            joined[kind] = (*joined.get(kind, ()), handle)
    return joined
