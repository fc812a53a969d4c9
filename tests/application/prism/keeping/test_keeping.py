"""What is kept of customers is, after any end, exactly what it was: replayed, cut at any byte, made short.

Invariants, over random histories of an exchange: (1) a log read after a kill at any record gives the state
before the kill, byte for byte; (2) a log that ends inside a record gives the state before that record; (3)
holdings are what the exchange's clearing has; (4) a market made anew of it has the same holdings, and nothing
open; (5) a log made short gives the same state.
"""

import asyncio
import shutil
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulation.simdisk import SimDisk
from tests.simulation.simstorage import SimStorage
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.prism.booking import Booking, Sent
from trade2026.application.prism.customers import bring_in
from trade2026.application.prism.keeping import Keeper, state
from trade2026.application.prism.keeping.entries import Prices
from trade2026.application.prism.keeping.keeper import ANEW
from trade2026.application.prism.keeping.log import NAME
from trade2026.application.prism.keeping.names import KnownIds
from trade2026.application.prism.keeping.shown import listings_of
from trade2026.matching.clearing import Clearing, Listing
from trade2026.matching.market import Market
from trade2026.matching.words import CancelOpen, PlaceOrder, ReplaceOpen, SelfTradePrevention
from trade2026.model.enums import ExecType, OrderType, Side, TimeInForce
from trade2026.ports.prism_trading import Place
from trade2026.primitives.errors import InputError, IntegrityError, StoreUnavailable
from trade2026.primitives.fixed_point import UNIT
from trade2026.simulation.exchange.instant import InstantExchange
from trade2026.simulation.exchange.order_records import Status

LISTING = Listing("AAAUSD", "AAA", "USD", UNIT, UNIT, maker_fee_ppm=100, taker_fee_ppm=300)
ID = "AAAUSD.PRISM"
OWNERS = ("ann", "bob")


class World:
    """An exchange, its customers, and the log; `states` has what was kept at each of its lengths."""

    def __init__(self, folder: Path) -> None:
        self.now = 1_000
        self.folder = folder
        self.storage = DiskStorage(folder)
        self.market = Market([LISTING])
        self.market.clearing.deposit("mia", "AAA", 10**6 * UNIT)
        self.market.clearing.deposit("mia", "USD", 10**9 * UNIT)
        self.exchange = InstantExchange(self.market, lambda: self.now)
        self.keeper = Keeper(self.storage, lambda: self.now)
        self.keeper.begin(listings_of([LISTING]))
        self.booking = Booking(self.keeper, self.exchange.listings, lambda owner: owner == "ann")
        self.exchange.subscribe(self.booking.hear)
        for owner in OWNERS:
            cash, shortable = (("AAA", 50 * UNIT), ("USD", 10_000 * UNIT)), (("AAA", 100 * UNIT),)
            self.keeper.open_account(owner, cash, shortable)
            bring_in(self.keeper.state.accounts[owner], self.market.clearing, ("AAA", "USD"))
        self.names: list[str] = []
        self.lengths: list[int] = []
        self.states: list[bytes] = []
        self.note()

    def note(self) -> None:
        self.lengths.append((self.folder / NAME).stat().st_size)
        self.states.append(saved(self.keeper))

    def act(self, owner: str, kind: int, price: int, lots: int) -> None:
        self.now += 1
        side = Side.BUY if price % 2 else Side.SELL
        account = self.keeper.state.accounts.get(owner)
        mine = list(account.open.values()) if account else []
        if kind == 0 and mine:
            number = int(mine[price % len(mine)].venue_order_id.rpartition("-")[2])
            self.booking.asked[number] = Sent(self.name())
            self.exchange.do(owner, 0, CancelOpen(number))
            self.booking.asked.pop(number, None)
        elif kind == 1 and mine:
            number = int(mine[price % len(mine)].venue_order_id.rpartition("-")[2])
            self.booking.asked[number] = Sent(self.name())
            self.exchange.do(owner, 0, ReplaceOpen(number, lots, price))
            self.booking.asked.pop(number, None)
        else:
            self.place(owner, side, price, lots, TimeInForce.IOC if kind == 2 else TimeInForce.GTC)
        self.note()

    def place(self, owner: str, side: Side, price: int, lots: int, time_in_force: TimeInForce) -> None:
        order_id = self.exchange.next_order_id()
        kind = OrderType.LIMIT
        if owner in OWNERS and order_id % 5:
            self.booking.placed[order_id] = Place(
                0, 0, self.name(), ID, side, kind, time_in_force, lots * UNIT, price * UNIT
            )
        prevention = SelfTradePrevention.EXPIRE_TAKER if order_id % 3 else SelfTradePrevention.NONE
        self.exchange.do(
            owner, 0,
            PlaceOrder(order_id, owner, side, kind, time_in_force, lots, price, prevention=prevention),
        )  # fmt: skip
        self.booking.placed.pop(order_id, None)

    def name(self) -> str:
        self.names.append(f"n-{self.now}-{len(self.names)}")
        return self.names[-1]


def saved(keeper: Keeper) -> bytes:
    return msgspec.msgpack.encode(keeper.state.saved())


def reopened(world: World, folder: Path, length: int) -> Keeper:
    """The log as a process that was killed at that length leaves it, read by the next one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / NAME).write_bytes((world.folder / NAME).read_bytes()[:length])
    return Keeper(DiskStorage(folder), lambda: world.now)


ACTIONS = st.lists(
    st.tuples(st.sampled_from((*OWNERS, "mia")), st.integers(0, 5), st.integers(95, 105), st.integers(1, 12)),
    min_size=1, max_size=25,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(ACTIONS, st.data())
def test_a_kill_at_every_record_leaves_what_was(tmp_path_factory, actions, data):
    folder = tmp_path_factory.mktemp("kept")
    world = World(folder / "log")
    for action in actions:
        world.act(*action)
    for length, state_then in zip(world.lengths, world.states, strict=True):
        assert saved(reopened(world, folder / "after", length)) == state_then
    # Inside a record: what it would have said was told to nobody.
    cut = data.draw(st.integers(world.lengths[0], world.lengths[-1]))
    keeper = reopened(world, folder / "after", cut)
    before = max(n for n, length in enumerate(world.lengths) if length <= cut)
    if cut == world.lengths[before]:
        assert saved(keeper) == world.states[before]
    assert (folder / "after" / NAME).stat().st_size <= cut


@settings(max_examples=40, deadline=None)
@given(ACTIONS)
def test_holdings_are_the_clearings_and_a_new_market_has_them(tmp_path_factory, actions):
    world = World(tmp_path_factory.mktemp("kept"))
    for action in actions:
        world.act(*action)
    for owner in OWNERS:
        there = {asset: each.total for asset, each in world.exchange.balances(owner).items() if each.total}
        assert world.keeper.state.accounts[owner].holdings == there
    world.now -= 500  # The clock was set back: time does not run back for that.
    after = World(world.folder)
    assert after.keeper.state.now >= world.keeper.state.now
    assert after.keeper.run > world.keeper.run
    for owner in OWNERS:
        account = after.keeper.state.accounts[owner]
        assert not account.open
        assert account.holdings == world.keeper.state.accounts[owner].holdings
        held = {asset: each.total for asset, each in after.exchange.balances(owner).items() if each.total}
        assert held == account.holdings
        assert not any(each.held for each in after.exchange.balances(owner).values())
        for order in world.keeper.state.accounts[owner].open.values():
            over = account.closed[order.venue_order_id]
            assert (over.exec_type, over.text, over.cum_qty) == (ExecType.CANCELED, ANEW, order.cum_qty)
    shown = after.keeper.state.accounts["ann"].shown.ledger("ann")
    before = world.booking.records.ledger("ann")
    assert [*shown.fills] == [*before.fills]
    assert shown.closed.keys() == before.closed.keys() | before.open.keys()
    for order_id, record in before.closed.items():
        assert msgspec.structs.astuple(shown.closed[order_id]) == msgspec.structs.astuple(record)
    for order_id, record in before.open.items():
        ended = shown.closed[order_id]
        assert (ended.status, ended.executed) == (Status.EXPIRED, record.executed)
    assert not after.keeper.state.accounts["bob"].shown.closed, "nobody is shown bob's orders"


def test_a_log_made_short_is_the_same(tmp_path):
    world = World(tmp_path / "log")
    for number in range(50):
        world.act(OWNERS[number % 2], 3, 95 + number % 10, 1 + number % 7)
    world.keeper.book(Prices(world.now, ((ID, 100 * UNIT),)))
    before = saved(world.keeper)
    world.keeper.shorten()
    size = (world.folder / NAME).stat().st_size
    assert saved(reopened(world, tmp_path / "after", size)) == before
    world.act("ann", 3, 99, 2)  # And it goes on from there.
    size = (world.folder / NAME).stat().st_size
    assert saved(reopened(world, tmp_path / "after", size)) == saved(world.keeper)


def test_a_log_of_before_a_door_had_records_is_taken_in(tmp_path):
    world = World(tmp_path / "log")
    for number in range(20):
        world.act("bob", 3, 95 + number % 10, 1 + number % 7)
    (tag, *fields, accounts, _listings) = msgspec.msgpack.decode(saved(world.keeper))
    world.keeper._log.begin_anew(
        [msgspec.msgpack.encode([tag, *fields, [account[:-1] for account in accounts]])]
    )
    again = reopened(world, tmp_path / "after", (world.folder / NAME).stat().st_size)
    assert saved(again) != saved(world.keeper)  # It knows of no listings.
    assert again.state.accounts["bob"].holdings == world.keeper.state.accounts["bob"].holdings
    assert [*again.state.accounts["bob"].open] == [*world.keeper.state.accounts["bob"].open]


def test_damage_in_what_was_on_the_disk_is_refused(tmp_path):
    world = World(tmp_path / "log")
    for _ in range(10):
        world.act("ann", 3, 100, 1)
    world.keeper.close()
    storage = DiskStorage(tmp_path / "log")
    keeper = Keeper(storage, lambda: world.now)
    keeper.book(Prices(world.now, ()))  # Says that all before it was on the disk.
    data = bytearray((world.folder / NAME).read_bytes())
    data[world.lengths[3] + 60] ^= 1
    (world.folder / NAME).write_bytes(data)
    with pytest.raises(IntegrityError, match=r"accounts\.log is damaged"):
        Keeper(storage, lambda: world.now)


def test_an_account_is_funded_once(tmp_path):
    world = World(tmp_path)
    assert not world.keeper.open_account("ann", (("USD", UNIT),))
    assert world.keeper.state.accounts["ann"].holdings["USD"] == 10_000 * UNIT
    with pytest.raises(InputError, match="account_id"):
        world.keeper.open_account("a\nb", ())


def test_history_is_bounded_and_names_are_not_forgotten(tmp_path, monkeypatch):
    monkeypatch.setattr(state, "CLOSED_KEPT", 10)
    monkeypatch.setattr(state, "_EXECUTIONS", 8)
    world = World(tmp_path / "log")
    world.act("mia", 3, 98, 12)
    for _ in range(40):
        world.act("ann", 2, 99, 1)  # Immediate or cancel: some trade, then nobody is there.
    account = world.keeper.state.accounts["ann"]
    assert len(account.closed) == 10
    assert {each.venue_order_id for each in account.executions()} <= set(account.closed)
    world.keeper.shorten()
    again = reopened(world, tmp_path / "after", (world.folder / NAME).stat().st_size)
    kept = again.state.accounts["ann"]
    assert len(kept.closed) == 10
    assert len(kept.known) == len(account.known) > 10
    assert all(name in kept.known for name in world.names)


def test_holdings_of_an_asset_that_is_not_traded_stay(tmp_path):
    world = World(tmp_path)
    account = world.keeper.state.accounts["ann"]
    account.move("GONE", 7)
    clearing = Clearing(("AAA", "USD"))
    clearing.deposit("mia", "AAA", UNIT)
    bring_in(account, clearing, ("AAA", "USD"))
    assert account.holdings["GONE"] == 7


def test_ids_are_known_for_ever_in_eight_bytes_each():
    known = KnownIds()
    for number in range(70_000):
        known.add(f"id-{number}")
        known.add(f"id-{number}")
    assert len(known) == 70_000
    again = KnownIds(known.data())
    assert len(known.data()) == 8 * 70_000
    assert all(f"id-{number}" in again for number in (0, 65_535, 65_536, 69_999))
    assert "id-70000" not in again


def test_after_a_failure_of_the_disk_nothing_is_kept_and_nothing_told():
    async def main():
        disk = SimDisk(1)
        keeper = Keeper(SimStorage(disk, "market"), lambda: 1_000)
        keeper.begin()
        keeper.open_account("ann", (("USD", UNIT),))
        told = []
        keeper.once_kept(lambda: told.append("opened"))
        assert told == []
        await keeper.sync()
        keeper.once_kept(lambda: told.append("again"))
        assert told == ["opened", "again"]
        keeper.book(Prices(keeper.now_ns(), ()))
        keeper.once_kept(lambda: told.append("never"))
        disk.faults.sync_errors = 1
        for _ in range(2):  # The disk would take the second one, which proves nothing of what the first lost.
            with pytest.raises(StoreUnavailable, match="cannot sync"):
                await keeper.sync()
            with pytest.raises(StoreUnavailable, match="cannot sync"):
                keeper.book(Prices(keeper.now_ns(), ()))
        keeper.close()
        assert told == ["opened", "again"]

    asyncio.run(main())
