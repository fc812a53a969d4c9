"""The compiled book against the reference: every event, every refusal's text, and the hash."""

import copy
import pickle
import random
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.matching.compare import STREAMS, Difference, compare, compare_markets
from tests.matching.test_book_properties import draw
from trade2026.matching.book import OrderBook
from trade2026.matching.compiled import calls
from trade2026.matching.compiled import layout as at
from trade2026.matching.compiled.book import CompiledBook
from trade2026.matching.compiled.translate import is_sayable, to_events, to_rows
from trade2026.matching.words import (
    AdvanceTime,
    BookCommand,
    BookEvent,
    CancelOpen,
    PlaceOrder,
    Refused,
    ReplaceOpen,
    SetBands,
)
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.primitives.fixed_point import INT64_MAX


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("seed", range(10))
def test_short_streams_agree_after_every_command(stream, seed):
    compare(STREAMS[stream], seed=seed, commands=300, hash_every=1)
    compare_markets(STREAMS[stream], seed=seed, commands=300, hash_every=1)


@pytest.mark.parametrize("stream", STREAMS)
def test_long_streams_agree(stream):
    compare(STREAMS[stream], seed=99, commands=3000, hash_every=50, room=4096)
    compare_markets(STREAMS[stream], seed=99, commands=3000, hash_every=50, room=4096)


def test_a_difference_is_noticed(monkeypatch):
    monkeypatch.setattr(CompiledBook, "cancel", lambda book, order_id: book.replace(order_id, 1))
    with pytest.raises(Difference):
        compare(draw, seed=1, commands=300, hash_every=1)


@pytest.mark.parametrize("room", [4, 5000])
@pytest.mark.parametrize("stream", STREAMS)
def test_a_batch_tells_what_single_commands_tell(stream, room):
    chance, book, batch = random.Random(5), OrderBook(), CompiledBook(capacity=2, room=room)
    commands: list[BookCommand] = []
    told: list[tuple[int, BookEvent]] = []
    for number in range(1, 1500):
        command = STREAMS[stream](chance, book, number)
        if isinstance(command, PlaceOrder | ReplaceOpen | SetBands) and not is_sayable(command):
            continue
        told += [(len(commands), event) for event in book.handle(command)]
        commands.append(command)
    rows = batch.run(to_rows(commands, batch.owners))
    events = zip(rows[:, 1].tolist(), to_events(rows.tolist()), strict=True)
    assert list(events) == [(position, _without_text(event)) for position, event in told]
    assert batch.state_sha256() == book.state_sha256()


def _without_text(event):
    return Refused(event.order_id, event.reason, "") if isinstance(event, Refused) else event


def test_an_iceberg_tells_more_than_there_is_room_for():
    book, parts = CompiledBook(room=8), 5000
    book.place(1, 0, at.SELL, at.LIMITED, at.GTC, parts, 100, 0, 1, 0, 0, at.NONE)
    assert book.place_limit(2, 0, at.BUY, parts, 100) == 1 + parts + parts - 1
    assert len(book.told()) == 2 * parts
    assert book.orders == {}
    assert book.cancel(1) == len(book.told()) == 1


def test_plain_integers_and_words_are_one_book():
    plain, words = CompiledBook(), CompiledBook()
    owner = plain.owners.number("x")
    plain.place_limit(7, owner, at.BUY, 5, 100)
    plain.replace(7, 9, 99)
    plain.advance_time(3)
    words.handle(PlaceOrder(7, "x", Side.BUY, OrderType.LIMIT, TimeInForce.GTC, 5, 100))
    words.handle(ReplaceOpen(7, 9, 99))
    assert plain.state_sha256() != words.state_sha256()
    words.advance_time(3)
    assert plain.state_sha256() == words.state_sha256()
    assert plain.best_price(Side.BUY) == 99
    assert [order.order_id for order in plain.queue(Side.BUY)] == [7]


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda book: pickle.loads(pickle.dumps(book))])
def test_a_copy_is_a_book_of_its_own(way):
    book = CompiledBook()
    book.place_limit(1, book.owners.number("x"), at.BUY, 5, 100)
    same = way(book)
    assert same.state_sha256() == book.state_sha256()
    same.cancel(1)
    assert list(book.orders) == [1]
    assert same.orders == {}


def test_numbers_beyond_int64_are_refused_by_both():
    slow, fast = OrderBook(), CompiledBook()
    order = PlaceOrder(5, "x", Side.BUY, OrderType.LIMIT, TimeInForce.GTD, 5, 100, expire_time=9)
    for command in (
        order, CancelOpen(2**63), CancelOpen(-(2**64)), ReplaceOpen(2**70, 5), ReplaceOpen(5, -(2**64)),
        AdvanceTime(2**63 + 5), AdvanceTime(-(2**70)), msgspec.structs.replace(order, order_id=2**63),
        msgspec.structs.replace(order, order_id=6, order_qty=-(2**64)),
        msgspec.structs.replace(order, order_id=6, expire_time=2**64), AdvanceTime(8), AdvanceTime(9),
    ):  # fmt: skip
        assert slow.handle(command) == fast.handle(command)
        assert slow.state_sha256() == fast.state_sha256()


def test_a_command_that_was_broken_off_is_not_forgotten(monkeypatch):
    book = CompiledBook(room=8)
    book.place(1, 0, at.SELL, at.LIMITED, at.GTC, 50, 100, 0, 1, 0, 0, at.NONE)
    monkeypatch.setattr(CompiledBook, "take_out", lambda book: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        book.place_limit(2, 0, at.BUY, 50, 100)
    for call in (lambda: book.place_limit(3, 0, at.BUY, 1, 100), lambda: book.cancel(1), book.end_session):
        with pytest.raises(AssertionError, match="broken off"):
            call()
    with pytest.raises(AssertionError, match="broken off"):
        book.run(np.zeros((1, at.COMMAND_WIDTH), np.int64))


def test_what_a_batch_told_is_not_an_older_command_s():
    book = CompiledBook(room=8)
    book.place(1, 0, at.SELL, at.LIMITED, at.GTC, 50, 100, 0, 1, 0, 0, at.NONE)
    book.place_limit(2, 0, at.BUY, 50, 100)
    assert len(book.told()) == 100
    book.run(np.zeros((0, at.COMMAND_WIDTH), np.int64))
    assert len(book.told()) == 0


def test_a_book_of_many_levels_grows_and_empties():
    book, ids = CompiledBook(capacity=1), list(range(1, 3001))
    chance = random.Random(1)
    chance.shuffle(ids)
    for order_id in ids:
        book.place_limit(order_id * 2**40 + 7, 0, order_id % 2, 1, order_id + (order_id % 2) * 5000)
    assert len(book.queue(Side.BUY)) == len(book.queue(Side.SELL)) == 1500
    assert book.best_price(Side.BUY) == 3000
    chance.shuffle(ids)
    for order_id in ids:
        book.cancel(order_id * 2**40 + 7)
    assert book.orders == {}
    assert book.best_price(Side.BUY) is book.best_price(Side.SELL) is None


@pytest.mark.parametrize("column", range(at.OP, at.COMMAND_WIDTH))
def test_numbers_that_mean_nothing_are_refused(column):
    sound = [at.PLACE_ORDER, 1, 0, at.BUY, at.LIMITED, at.GTC, 5, 100, 0, 0, 0, 0, at.NONE]
    book = CompiledBook()
    for number in (-1, -INT64_MAX, 99, INT64_MAX):
        rows = np.array([sound], np.int64)
        rows[0, column] = number
        book.run(rows)
        book.handle(CancelOpen(1))
        book.handle(CancelOpen(99))
        book.handle(CancelOpen(INT64_MAX))
    assert book.orders == {}


def test_compiled_code_is_kept_for_these_very_sources():
    kept = calls.run.py_func.__closure__[0].cell_contents  # type: ignore[attr-defined]
    assert kept == calls.sources_sha256()
    folder = Path(calls.__file__).parent
    for name in ("keeping", "layout", "base", "accounts", "store", "trading", "auction", "commands", "calls"):
        assert (folder / f"{name}.py").read_text() in calls.kernel_sources()


@pytest.mark.parametrize("step", [1, 2, 3, 64, 4_096, 8_192, 65_536, 10**9, 2**40, 2**50])
def test_ids_of_any_step_do_not_all_meet_in_one_place(step):
    book, count = CompiledBook(capacity=4_096), 4_000
    for number in range(1, count + 1):
        book.place_limit(number * step, 1, 0, 1, 100)
    memory, begin = book._m, int(book._m[at.IDS])
    taken = memory[begin : begin + 2 * (int(memory[at.IDS_MASK]) + 1) : 2] != 0
    assert taken.sum() == count
    runs = np.diff(np.flatnonzero(~np.append(np.insert(taken, 0, False), False)))
    assert runs.max() < 300
    assert all(book.cancel(number * step) == 1 for number in range(1, count + 1))
    assert not book.orders


def test_orders_are_found_whatever_went_past_them_and_left():
    source, book, alive = random.Random(11), CompiledBook(capacity=64), dict[int, int]()
    for step in range(20_000):
        if len(alive) == 64 or (alive and source.random() < 0.5):
            gone = source.choice(list(alive))
            book.cancel(gone)
            del alive[gone]
            assert book.order(gone) is None
        else:
            order_id = source.choice([step + 1, 10**6 + source.randrange(10**9)])
            if order_id not in alive:
                book.place_limit(order_id, 0, 0, step + 1, 100)
                alive[order_id] = step + 1
        if step % 50 == 0:
            found = {order_id: book.order(order_id) for order_id in alive}
            assert {order_id: order and order.order_qty for order_id, order in found.items()} == alive


def test_what_is_ahead_of_an_order_is_what_the_queue_shows_before_it():
    source = random.Random(6)
    book = CompiledBook()
    for number in range(1, 400):
        side = source.choice(list(Side))
        price = source.randint(95, 99) if side is Side.BUY else source.randint(101, 105)
        display = source.choice([0, 0, 3])
        book.handle(
            PlaceOrder(
                number, "", side, OrderType.LIMIT, TimeInForce.GTC, source.randint(1, 9), price,
                display_qty=display,
            )
        )  # fmt: skip
        if source.random() < 0.3:
            book.cancel(source.randint(1, number))
        if source.random() < 0.1:
            book.handle(
                PlaceOrder(
                    1000 + number,
                    "",
                    side,
                    OrderType.LIMIT,
                    TimeInForce.IOC,
                    20,
                    105 if side is Side.BUY else 95,
                )
            )
    for side in Side:
        ahead: dict[int | None, int] = {}
        for order in book.queue(side):
            assert book.lots_ahead(order.order_id) == ahead.get(order.limit_price, 0)
            ahead[order.limit_price] = ahead.get(order.limit_price, 0) + order.shown_qty
        assert len(ahead) > 3
    stop = PlaceOrder(5000, "", Side.BUY, OrderType.STOP, TimeInForce.GTC, 5, trigger_price=500)
    book.handle(stop)
    assert book.lots_ahead(5000) is None
    assert book.lots_ahead(9999) is None
