"""Every projection against its twin, over random histories journaled by a real sequencer."""

import asyncio
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest

from tests.application.read_models.journaled import Player, follow
from tests.application.read_models.twin import Twin, money, plain, shown
from tests.desk_machine import ACCOUNTS, INSTRUMENTS
from trade2026.application.read_models import OrderFilter, OrderScope, TailState
from trade2026.application.read_models.executions import Executions
from trade2026.application.read_models.orders import Orders
from trade2026.model import events as e
from trade2026.model.enums import Scope, TradingState
from trade2026.primitives.time import format_ns

CURRENCIES = {each.instrument_id: each.quote_currency for each in INSTRUMENTS}
EVERYTHING = OrderFilter()


class Seen:
    """A history, its twin, and read models that have followed it to the end."""

    def __init__(self, folder, seed):
        self.player = Player(folder, seed)
        self.player.play(200)
        self.desk = self.player.desk
        self.twin = Twin(self.desk.numbered())
        self.models = asyncio.run(self._follow(folder))
        self.desk.close()

    async def _follow(self, folder):
        models = await follow(folder)
        await models.aclose()
        return models


@pytest.fixture(scope="module", params=[(1, 4), (2, 9), (3, 10_000), (4, 1)], ids=str)
def seen(request, tmp_path_factory):
    """By seed, and by how many fills, entries and refusals stay in memory."""
    seed, rows_max = request.param
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Executions.__init__, "__defaults__", (rows_max,))
        patched.setattr(Orders.__init__, "__defaults__", (rows_max,))
        return Seen(tmp_path_factory.mktemp("desk"), seed)


def everything(ask):
    """All items of a paged list, by its cursors."""
    items, cursor = [], None
    while True:
        page = ask(cursor)
        items += page.items
        cursor = page.next_cursor
        if cursor is None:
            return items


def test_the_history_has_everything(seen):
    """Or the comparisons below would prove little."""
    kinds = {type(event) for _, _, events in seen.desk.numbered() for event in events}
    missing = {kind.__name__ for kind in e.Event.__args__} - {kind.__name__ for kind in kinds}
    assert missing == set()
    statuses = {order.word() for order in seen.twin.orders}
    plain_ones = {"REFUSED", "DENIED", "FILLED", "CANCELED", "PARTIALLY_FILLED", "EXPIRED"}
    assert plain_ones | {"HELD", "NOT_RECEIVED"} <= statuses
    passing = {row[10] for order in seen.twin.orders for _, row in order.history}
    assert {"SUSPENDED", "STOPPED", "DONE_FOR_DAY", "PENDING_REPLACE", "UNKNOWN"} <= passing


def test_the_replica_is_the_core(seen):
    assert seen.models.seq == seen.desk.journal.last_seq
    assert seen.models.core.state_bytes() == seen.desk.core.state_bytes()
    assert seen.models.now == seen.desk.now
    assert seen.models.state is TailState.CLOSED


def test_orders_are_those_of_the_twin(seen):
    items = everything(lambda cursor: seen.models.orders(EVERYTHING, 100, cursor))
    assert [shown(item) for item in items] == [order.row() for order in reversed(seen.twin.orders)]


@pytest.mark.parametrize("limit", [1, 7, 1000])
@pytest.mark.parametrize("scope", OrderScope)
def test_pages_of_filtered_orders_are_slices_of_the_list(seen, limit, scope):
    for accounts, account_id, instrument_id, strategy_id in (
        (None, None, None, None),
        (frozenset({"CASH"}), None, None, None),
        (frozenset({"CASH", "MARGIN"}), "MARGIN", None, "s"),
        (None, "CASH", INSTRUMENTS[0].instrument_id, None),
        (None, None, INSTRUMENTS[1].instrument_id, None),
        (frozenset({"CASH"}), "MARGIN", None, None),
        (frozenset(), None, None, None),
        (None, None, "NONE.XNAS", None),
    ):
        chosen = OrderFilter(accounts, account_id, instrument_id, strategy_id, scope)
        expected = [
            order.row()
            for order in reversed(seen.twin.orders)
            if (accounts is None or order.account_id in accounts)
            and account_id in (None, order.account_id)
            and instrument_id in (None, order.instrument_id)
            and strategy_id in (None, order.strategy_id)
            and (scope is OrderScope.ALL or order.is_open is (scope is OrderScope.OPEN))
        ]
        cursor, at = None, 0
        for _ in range(5 if limit == 1 else 10**6):
            page = seen.models.orders(chosen, limit, cursor)
            assert [shown(item) for item in page.items] == expected[at : at + limit]
            at, cursor = at + limit, page.next_cursor
            assert (cursor is None) is (at >= len(expected))
            if cursor is None:
                break


def test_an_order_is_found_by_each_of_its_ids(seen):
    models = seen.models
    for order in seen.twin.orders:
        found = models.order_by_client_id(order.account_id, order.client_order_id, None)
        if order.order_id is not None:
            assert models.order(order.order_id, None) == found
            assert models.order(order.order_id, frozenset({"X"})) is None
            assert models.order_by_client_id(order.account_id, order.client_order_id, frozenset()) is None
            assert shown(found) == order.row()
        else:
            assert found is not None
            assert found.client_order_id == order.client_order_id or found.order_id
            if order.status == "REFUSED":
                assert shown(found) == order.row()
    assert models.order(10**9, None) is None
    assert models.order_by_client_id("CASH", "never", None) is None


def test_fills_are_those_of_the_journal(seen):
    booked = dict(seen.twin.of_type(e.TradeBooked))
    expected = [
        (seq, event.execution_id, event.order_id, event.account_id, event.instrument_id, event.side,
         plain(event.last_qty), plain(event.last_px), plain(event.cum_qty), plain(event.commission),
         event.commission_currency, plain(money(booked[seq].realized)), format_ns(event.ts_event),
         getattr(event, "ref_execution_id", ""))
        for seq, event in reversed(seen.twin.of_type(e.OrderFilled, e.FillBusted))
    ]  # fmt: skip
    items = everything(lambda cursor: seen.models.fills(EVERYTHING, None, 50, cursor))
    assert [
        (item.seq, item.execution_id, item.order_id, item.account_id, item.instrument_id, item.side,
         item.last_qty, item.last_px, item.cum_qty, item.commission, item.commission_currency, item.realized,
         item.ts, item.ref_execution_id)
        for item in items
    ] == expected  # fmt: skip
    for item in items[:50]:
        own = everything(lambda cursor: seen.models.fills(EVERYTHING, item.order_id, 2, cursor))  # noqa: B023
        assert own == [each for each in items if each.order_id == item.order_id]
    cash = everything(lambda cursor: seen.models.fills(OrderFilter(frozenset({"CASH"})), None, 9, cursor))
    assert cash == [item for item in items if item.account_id == "CASH"]


def test_every_entry_of_the_ledger_sums_to_zero_and_all_of_them_to_the_balances(seen):
    entries = everything(lambda cursor: seen.models.ledger(None, None, None, 64, cursor))
    assert [entry.seq for entry in entries] == [
        seq for seq, _ in reversed(seen.twin.of_type(e.TradeBooked, e.CashTransferred, e.PositionAdjusted))
    ]
    balances: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for entry in entries:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        assert entry.postings
        for posting in entry.postings:
            sums[posting.commodity] += Decimal(posting.amount)
            balances[entry.account_id, posting.account, posting.commodity] += Decimal(posting.amount)
        assert not any(sums.values()), entry
    for account_id in ACCOUNTS:
        cash = seen.twin.cash(account_id, 10**9)
        assert {c: plain(v) for c, v in cash.items()} == {
            currency: plain(int(balances[account_id, "CASH", currency] * 10**9)) for currency in cash
        }
    own = everything(lambda cursor: seen.models.ledger(frozenset({"CASH"}), None, None, 10, cursor))
    assert own == [entry for entry in entries if entry.account_id == "CASH"]
    assert seen.models.ledger(frozenset({"CASH"}), "MARGIN").items == ()


def test_positions_and_lots_are_the_sums_of_the_trades(seen):
    views = seen.models.positions(None, include_flat=True).items
    found = {(view.account_id, view.instrument_id): view for view in views}
    for account_id in ACCOUNTS:
        holdings = seen.twin.holdings(account_id, 10**9)
        assert {key[1] for key in found if key[0] == account_id} == set(holdings)
        for instrument_id, (quantity, cost, realized) in holdings.items():
            view = found[account_id, instrument_id]
            assert (view.quantity, view.cost, view.realized) == tuple(map(plain, (quantity, cost, realized)))
            average = plain(round(Fraction(cost * 10**9, quantity))) if quantity else None
            assert view.average_price == average
            lots = seen.models.lots(None, account_id, instrument_id).items
            assert [lot.quantity for lot in lots] == list(
                map(plain, seen.twin.lots(account_id, instrument_id))
            )
            assert sum(Decimal(lot.cost) for lot in lots) == Decimal(view.cost)
            assert view.lots == len(lots)
    open_views = seen.models.positions(frozenset({"CASH"}), include_flat=False).items
    assert open_views == tuple(view for view in views if view.quantity != "0" and view.account_id == "CASH")


def test_equity_is_struck_at_every_set_of_marks(seen):
    for account_id in ACCOUNTS:
        points = seen.models.equity(account_id, None, limit=100_000)
        marks = seen.twin.of_type(e.MarksRecorded)
        assert [point.seq for point in points] == [seq for seq, _ in marks]
        peak = 0
        for point, (seq, event) in zip(points, marks, strict=True):
            assert point.ts == format_ns(event.now)
            worth = seen.twin.worth(account_id, seq, CURRENCIES)
            if worth is None:
                assert point.equity is None
                continue
            equity, net, _ = worth
            peak = max(peak, equity)
            assert (point.equity, point.net, point.gross) == tuple(map(plain, worth))
            assert point.cash == plain(equity - net)
            assert point.drawdown_bps == plain(round(Fraction((peak - equity) * 10_000 * 10**9, peak)))
        assert seen.models.equity(account_id, None, limit=3) == points[-3:]
        assert seen.models.equity(account_id, frozenset({"X"})) == ()


def test_accounts_at_the_journaled_marks(seen):
    views = seen.models.accounts(None).items
    assert [view.account_id for view in views] == sorted(ACCOUNTS)
    for view in views:
        cash = seen.twin.cash(view.account_id, 10**9)
        assert {k: v for k, v in view.cash.items() if v != "0"} == {k: plain(v) for k, v in cash.items() if v}
        worth = seen.twin.worth(view.account_id, 10**9, CURRENCIES)
        if worth is not None:
            assert (view.equity, view.net, view.gross) == tuple(map(plain, worth))
            assert not view.stale
            assert not view.problem
        else:
            assert view.equity is None
            assert "has no price" in view.problem
        opened = [o for o in seen.twin.orders if o.is_open and o.account_id == view.account_id]
        assert view.open_orders == len(opened)
    assert [view.account_id for view in seen.models.accounts(frozenset({"CASH"})).items] == ["CASH"]
    assert seen.models.account("MARGIN", frozenset({"CASH"})) is None


def test_alerts_are_those_of_the_twin(seen):
    expected = seen.twin.alerts()[::-1]
    items = everything(lambda cursor: seen.models.alerts(None, 33, cursor))
    assert [(each.seq, each.severity, each.title, each.account_id) for each in items] == expected
    assert all(each.text for each in items)
    own = everything(lambda cursor: seen.models.alerts(frozenset({"CASH"}), 33, cursor))
    assert own == [each for each in items if each.account_id in (None, "CASH")]


def test_runs_count_what_they_did_since_they_started(seen):
    frames = seen.desk.numbered()
    started = max(seq for seq, event in seen.twin.of_type(e.RunStarted) if event.run_id == "s")
    view = seen.models.strategy_run("s", None)
    later = [event for seq, _, events in frames if seq > started for event in events]
    ours = {o.order_id for o in seen.twin.orders if o.strategy_id == "s"}
    assert view.orders == sum(isinstance(event, e.OrderApproved | e.OrderHeld) for event in later)
    assert view.fills == sum(isinstance(event, e.OrderFilled) and event.strategy_id == "s" for event in later)
    booked = [event for event in later if isinstance(event, e.TradeBooked) and event.order_id in ours]
    realized: dict[str, int] = defaultdict(int)
    held: dict[str, int] = defaultdict(int)
    for event in booked:
        realized[event.currency] += money(event.realized)
        held[event.instrument_id] += event.quantity
    assert view.realized == {currency: plain(amount) for currency, amount in realized.items()}
    assert {p.instrument_id: p.quantity for p in view.positions} == {
        name: plain(quantity) for name, quantity in held.items() if quantity
    }
    assert (view.state, view.strategy, view.parameters) == ("RUNNING", "momentum", {"top": 5})
    assert seen.models.strategy_run("s", frozenset({"CASH"})) is None
    assert seen.models.strategy_runs(frozenset({"CASH"})).items == ()
    assert seen.models.strategy_run("run", None) is None  # No strategy's.


def test_trading_states_are_the_last_words(seen):
    last = {(event.scope, event.target): (seq, event) for seq, event in seen.twin.of_type(e.TradingStateSet)}
    views = seen.models.trading_states(None, include_active=True).items
    assert views[0].scope is Scope.GLOBAL
    for view in views:
        if view.seq:
            seq, event = last.pop((view.scope, view.target))
            wall = seen.twin.wall(seq)
            assert (view.seq, view.state, view.by, view.text) == (seq, event.state, "t", "test")
            assert (view.since, view.wall) == (format_ns(event.now), wall and format_ns(wall))
            row = seen.models.trading_state(view.scope, view.target)
            assert (row.wall_ns, row.since_ns) == (wall, event.now)
    assert not last
    hidden = seen.models.trading_states(frozenset({"X"}), include_active=True).items
    assert {view.scope for view in hidden} <= {Scope.GLOBAL, Scope.VENUE}
    only = seen.models.trading_states(None).items
    assert all(view.state is not TradingState.ACTIVE for view in only[1:])


def test_views_are_json_of_texts(seen):
    for page in (
        seen.models.orders(EVERYTHING, 20), seen.models.fills(EVERYTHING), seen.models.accounts(None),
        seen.models.positions(None), seen.models.ledger(None), seen.models.alerts(None),
        seen.models.strategy_runs(None), seen.models.trading_states(None), seen.models.instruments(),
        seen.models.venues(None), seen.models.reconciliations(None), seen.models.halt_ladder(None),
    ):  # fmt: skip
        decoded = msgspec.json.decode(msgspec.json.encode(page))
        assert decoded["as_of_seq"] == seen.models.seq
        assert decoded["items"]
        assert not _floats(decoded)


def _floats(value):
    if isinstance(value, dict):
        return any(map(_floats, value.values()))
    return any(map(_floats, value)) if isinstance(value, list) else isinstance(value, float)


def test_doubt_is_what_no_venue_has_answered(seen):
    """Requests in doubt, by the twin's own books; reserved is what of the order may still fill."""
    expected = sorted(
        (order.order_id, name) for order in seen.twin.orders if order.is_open for name in order.unknown
    )
    items = seen.models.unknown_outcomes(None).items
    assert sorted((each.order_id, each.client_order_id) for each in items) == expected
    said = [seq for seq, _ in seen.twin.of_type(e.OrderUnknown)]
    for view in items:
        order = seen.twin.by_id[view.order_id]
        assert view.seq in said
        assert view.reserved_qty == plain(max(order.order_qty - order.cum_qty - order.prevented, 0))
        kinds = {order.pending_cancel: "CANCEL", **dict.fromkeys(order.pending_replaces, "REPLACE")}
        assert view.request == kinds.get(view.client_order_id, "ORDER")
    assert seen.models.unknown_outcomes(frozenset({"X"})).items == ()


def test_the_ladder_counts_what_is_open_in_each_scope(seen):
    venues = {each.instrument_id: each.venue for each in seen.models.instruments().items}
    rungs = {(each.scope, each.target): each for each in seen.models.halt_ladder(None).items}
    for accounts in (None, frozenset({"CASH"})):
        open_orders = [
            order for order in seen.twin.orders
            if order.is_open and (accounts is None or order.account_id in accounts)
        ]  # fmt: skip
        for rung in seen.models.halt_ladder(accounts).items:
            covered = [order for order in open_orders if _covers(rung, order, venues)]
            assert rung.open_orders == len(covered), rung
            assert rung.cancels_pending == sum(bool(order.pending_cancel) for order in covered), rung
            assert rung.unknown == sum(bool(order.unknown) for order in covered), rung
            halted = rung.state is TradingState.HALTED
            assert rung.venue_word == (("OUTSTANDING" if covered else "CONFIRMED") if halted else None)
    assert list(rungs) == sorted(rungs, key=lambda key: (list(Scope).index(key[0]), key[1]))
    assert {(Scope.GLOBAL, ""), (Scope.ACCOUNT, "CASH"), (Scope.STRATEGY, "s")} <= set(rungs)
    assert {target for scope, target in rungs if scope is Scope.VENUE} == set(venues.values())
    restricted = {(row.scope, row.target) for row in seen.models.trading_states(None).items if row.seq}
    assert restricted <= set(rungs)


def _covers(rung, order, venues):
    whose = {
        Scope.GLOBAL: "", Scope.VENUE: venues[order.instrument_id], Scope.ACCOUNT: order.account_id,
        Scope.STRATEGY: order.strategy_id, Scope.INSTRUMENT: order.instrument_id,
    }  # fmt: skip
    return whose[rung.scope] == rung.target
