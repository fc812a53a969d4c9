"""What is true at the simulated market, noted beside it; nobody can crash this notebook.

It hears what the books report (who traded what with whom), and reads what is written into the log of
accounts, and shares no code with what books and keeps it there. At every start of the market's process what
it has kept is compared with this.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from tests.simulation.exchange import Fill
from trade2026.application.prism.keeping.entries import (
    Began,
    Changed,
    Entry,
    Filled,
    ListBegan,
    Opened,
    Over,
    Prices,
    Taken,
    Updated,
)
from trade2026.application.prism.keeping.state import KeptState
from trade2026.matching.clearing import Listing
from trade2026.matching.words import PlaceOrder, Traded
from trade2026.model.enums import ExecType, OrderType, Side, TimeInForce
from trade2026.model.events import (
    Event,
    OrderAcknowledged,
    OrderApproved,
    OrderExpired,
    OrderRejected,
)
from trade2026.ports.prism_trading import Cancel, Place, Question, Replace
from trade2026.ports.venue import VenueTerms
from trade2026.simulation.exchange.reports import Report
from trade2026.trading.venues.truth import external_id

Key = tuple[str, str]
Amounts = Counter[tuple[str, str]]
"""Raw amount by account and asset."""

_decode = msgspec.msgpack.Decoder(Entry).decode


@dataclass(slots=True)
class NotedOrder:
    """An order, by what the log says; named as the simulated exchange of the other stories names its own."""

    account_id: str
    ids: list[str]
    instrument_id: str
    side: Side
    order_qty: int
    quote: str
    is_external: bool
    cum_qty: int = 0
    is_open: bool = True
    ended_by: ExecType = ExecType.NEW


class Moved(NamedTuple):
    """What one side of a trade of the books got and gave, raw."""

    account_id: str
    gets: dict[str, int]
    quantity: int
    price: int


@dataclass(slots=True)
class PrismNotebook:
    """Stands for `World.market`. `received` is what came in at the door, by account and client order id."""

    terms: VenueTerms
    listings: dict[str, Listing]
    received: dict[Key, Question] = field(default_factory=dict)
    orders: dict[str, NotedOrder] = field(default_factory=dict)
    executions: dict[tuple[str, str], Fill] = field(default_factory=dict)
    opened: dict[str, Amounts] = field(default_factory=dict)
    traded: dict[str, Moved] = field(default_factory=dict)  # By what its execution is called.
    log: list[bytes] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    runs: list[int] = field(default_factory=list)
    is_idle: bool = True
    by_id: dict[Key, NotedOrder] = field(default_factory=dict)
    expire: dict[tuple[int, int], int] = field(default_factory=dict)  # By run and number of the order.

    @property
    def exchange(self) -> "PrismNotebook":
        """Itself: what the other stories ask their exchange."""
        return self

    @property
    def fills(self) -> list[Fill]:
        """Every execution."""
        return [*self.executions.values()]

    def open_orders(self) -> list[NotedOrder]:
        """Orders that may still fill."""
        return [order for order in self.orders.values() if order.is_open]

    # ------------------------------------------------------------------------------------- what is seen

    def asked(self, account_id: str, question: Question) -> None:
        """Something came in at the door: no request comes twice."""
        if isinstance(question, Place | Cancel | Replace):
            key = account_id, question.client_order_id
            assert key not in self.received, f"{key} came in at the market's door twice"
            self.received[key] = question
            self.counts[f"{type(question).__name__} at the door"] += 1

    def happened(self, run: int, report: Report) -> None:
        """The books did something."""
        placed = report.command
        if isinstance(placed, PlaceOrder) and placed.expire_time:
            self.expire[run, placed.order_id] = placed.expire_time
        settlements = {each.trade_id: each for each in report.happened.settlements}
        for event in report.happened.events:
            if type(event) is not Traded:
                continue
            for order_id in (event.maker_id, event.taker_id):
                expire_time = self.expire.get((run, order_id), report.time_ns + 1)
                assert report.time_ns < expire_time, f"order {order_id} traded after its end, {expire_time}"
            listing, moved = [*self.listings.values()][report.number], settlements[event.trade_id]
            is_bought = event.taker_side is Side.BUY
            buyer_fee = moved.taker_fee if is_bought else moved.maker_fee
            seller_fee = moved.maker_fee if is_bought else moved.taker_fee
            name, price = f"{run:x}-{report.number}-{event.trade_id}", event.price * listing.tick_size
            for owner, sign, fee, side in (
                (moved.buyer, 1, buyer_fee, "B"), (moved.seller, -1, seller_fee, "S"),
            ):  # fmt: skip
                if owner in self.opened:
                    gets = {listing.base: sign * moved.quantity, listing.quote: -sign * moved.notional - fee}
                    self.traded[name + side] = Moved(owner, gets, moved.quantity, price)

    def wrote(self, payload: bytes) -> None:
        """An entry was written into the log."""
        entry: Entry = _decode(payload)
        self.log.append(payload)
        if isinstance(entry, Began):
            assert not self.runs or entry.run > self.runs[-1], f"run {entry.run} comes after {self.runs}"
            self.runs.append(entry.run)
        elif isinstance(entry, Opened):
            self.opened[entry.account_id] = Counter({(entry.account_id, a): n for a, n in entry.cash})
        elif isinstance(entry, Taken):
            self._taken(entry)
        elif not isinstance(entry, Prices | Updated | ListBegan):  # Which change nothing that anybody owns.
            self._changed(entry)

    def _taken(self, entry: Taken) -> None:
        assert entry.venue_order_id not in self.orders, f"{entry.venue_order_id} was taken twice"
        name = entry.client_order_id or external_id(entry.venue_order_id)
        self.orders[entry.venue_order_id] = NotedOrder(
            entry.account_id, [name], entry.instrument_id, entry.side, entry.order_qty, entry.quote,
            is_external=not entry.client_order_id,
        )  # fmt: skip
        self.told[entry.account_id] += 1

    def _changed(self, entry: Filled | Changed | Over) -> None:
        order = self.orders[entry.venue_order_id]
        assert order.is_open, f"{entry} comes after the end of the order"
        self.told[entry.account_id] += 1
        if isinstance(entry, Filled):
            key = order.instrument_id, entry.execution_id
            assert key not in self.executions, f"{key} was booked twice"
            order.cum_qty += entry.last_qty
            self.executions[key] = Fill(
                entry.account_id, order.instrument_id, order.ids[0], order.side, entry.last_qty,
                entry.last_px, entry.commission, order.quote if entry.commission else "",
            )  # fmt: skip
            order.is_open = not entry.is_over
        elif isinstance(entry, Changed):
            order.ids.append(entry.client_order_id)
            order.order_qty, order.is_open = entry.order_qty, not entry.is_over
        else:
            order.is_open, order.ended_by = False, entry.exec_type
            self.counts[f"orders ended by the market: {entry.exec_type}"] += entry.exec_type in (
                ExecType.EXPIRED, ExecType.REJECTED,
            )  # fmt: skip

    # ------------------------------------------------------------------------------------ what must hold

    def holdings(self, account_id: str) -> dict[str, int]:
        """By asset: what it began with and what its trades moved."""
        found = {asset: amount for (_, asset), amount in self.opened[account_id].items()}
        for moved in self.traded.values():
            if moved.account_id == account_id:
                for asset, amount in moved.gets.items():
                    found[asset] = found.get(asset, 0) + amount
        return {asset: amount for asset, amount in found.items() if amount}

    def tried(self, payload: bytes) -> None:
        """The disk has not taken an entry, or said so: whether it is there the next start finds."""
        self.wrote(payload)
        self.counts["entries that the market's disk refused"] += 1

    def settle(self, state: KeptState, most: int | None, why: str) -> None:
        """What a start has found is how it was at most so many entries ago: that is what is true now."""
        least = 0 if most is None else max(len(self.log) - most, 0)
        for kept in range(len(self.log), least - 1, -1):
            before = PrismNotebook(self.terms, self.listings)
            for payload in self.log[:kept]:
                before.wrote(payload)
            known = {name for _, name in before.executions}
            before.traded = {name: moved for name, moved in self.traded.items() if name in known}
            try:
                before.check_kept(state)
            except AssertionError:
                continue
            self.counts[f"entries lost with {why}"] += len(self.log) - kept
            for name in ("orders", "executions", "opened", "traded", "told", "runs", "log"):
                setattr(self, name, getattr(before, name))
            return
        raise AssertionError(f"what the market has kept after {why} is nothing that it ever was")

    def check_kept(self, state: KeptState) -> None:
        """A start finds all that ever was: accounts, orders, executions, names."""
        assert set(state.accounts) == set(self.opened), f"accounts are {set(state.accounts)}"
        for account_id, account in state.accounts.items():
            due = self.holdings(account_id)
            assert account.holdings == due, (
                f"{account_id} must have {due}, the market kept {account.holdings}"
            )
            assert account.number == self.told[account_id], (
                f"{account_id} was told {self.told[account_id]} reports, the market kept {account.number}"
            )
        assert state.run == (self.runs[-1] if self.runs else 0), f"run {state.run} was not the last"
        kept = {
            name: order
            for account in state.accounts.values()
            for name, order in (*account.open.items(), *account.closed.items())
        }
        assert kept.keys() == self.orders.keys(), f"orders differ: {sorted(kept.keys() ^ self.orders.keys())}"
        for name, noted in self.orders.items():
            self._check_order(state, noted, kept[name])
        executions = [
            (each.instrument_id, each.execution_id)
            for account in state.accounts.values()
            for each in account.executions()
        ]
        assert sorted(executions) == sorted(self.executions), "executions kept are not those booked"

    def _check_order(self, state: KeptState, noted: NotedOrder, kept: Any) -> None:
        known = state.accounts[noted.account_id].known
        assert (kept.is_open, kept.cum_qty, kept.order_qty) == (noted.is_open, noted.cum_qty, noted.order_qty)
        assert [name or external_id(kept.venue_order_id) for name in kept.names] == noted.ids
        if not noted.is_external:
            forgotten = [name for name in noted.ids if name not in known]
            assert not forgotten, f"the market would take {forgotten} again"

    def check_trades(self) -> None:
        """The log has the trades that the books made, and no others."""
        booked = {name: (fill.last_qty, fill.last_px) for (_, name), fill in self.executions.items()}
        traded = {name: (moved.quantity, moved.price) for name, moved in self.traded.items()}
        assert booked == traded, "the log's executions are not the books' trades"

    def check_acknowledged(self, events: Iterable[Event]) -> None:
        """Every order that the desk was told is there, is there."""
        told = {event.venue_order_id for event in events if type(event) is OrderAcknowledged}
        lost = sorted(name for name in told if name not in self.orders)
        assert not lost, f"acknowledged, and the market does not know them: {lost[:5]}"

    def check_refused(self, events: Iterable[Event]) -> None:
        """An order that the desk calls refused is one that the market did not take, or threw out itself."""
        names: dict[int, Key] = {}
        taken = {(order.account_id, name): order for order in self.orders.values() for name in order.ids}
        for event in events:
            if type(event) is OrderApproved:
                names[event.order_id] = event.account_id, event.client_order_id
            elif type(event) is OrderRejected and event.order_id in names:
                order = taken.get(names[event.order_id])
                assert order is None or order.ended_by is ExecType.REJECTED, (
                    f"{names[event.order_id]} was called refused ({event.text}), and the market had taken it"
                )

    def check_days(self, events: Iterable[Event]) -> None:
        """An order for the day was sent with the end of its day; what the market has of it ends then."""
        days: set[int] = set()
        for event in events:
            if type(event) is OrderApproved and event.time_in_force is TimeInForce.DAY:
                sent = self.received.get((event.account_id, event.client_order_id))
                if not isinstance(sent, Place):
                    continue
                is_at_once = sent.order_type is OrderType.MARKET
                due = (TimeInForce.IOC, 0) if is_at_once else (TimeInForce.GTD, event.session_close)
                found = sent.time_in_force, sent.expire_time
                assert found == due, f"{event.client_order_id} for the day was sent as {found}, not {due}"
                if not is_at_once:
                    days.add(event.order_id)
                    self.counts["order for the day sent"] += 1
            elif type(event) is OrderExpired and event.order_id in days:
                self.counts["order for the day expired"] += 1

    def check_sums(self, clearing: Any, issued: dict[str, int]) -> None:
        """All that owners have of an asset is what was brought in."""
        held: Counter[str] = Counter()
        for (_, asset), holding in clearing.holdings.items():
            held[asset] += holding.total
        for asset, amount in issued.items():
            assert held[asset] == amount, f"there must be {amount} of {asset} in all, was {held[asset]}"


def issued_by(clearing: Any) -> dict[str, int]:
    """What there is of every asset."""
    held: Counter[str] = Counter()
    for (_, asset), holding in clearing.holdings.items():
        held[asset] += holding.total
    return dict(held)
