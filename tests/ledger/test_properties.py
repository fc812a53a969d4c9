"""Invariants of the books under any fills.

1. Lots, costs, profit and cash equal those of a slow twin that keeps exact fractions, one lot at a time.
2. Where nothing needs rounding, they equal a queue of single units matched one by one.
3. A flat position costs exactly zero and has no lots; a position is the sum of its lots.
4. Cash moved is profit less the change of cost, and commissions; nothing appears or vanishes.
5. Applying postings to balances gives the same balances as the fast path.
6. Deciding changes nothing; a snapshot restores everything; a replay of the events gives the same bytes.
That books sum to zero after every event is checked by tests/conservation.py, unasked.
"""

import os
import random
from collections import deque
from collections.abc import Iterable, Sequence
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.books import ACCOUNTS, BITCOIN, CROSS, INSTRUMENTS, SHARE, SlowBooks, book, books, filled
from trade2026.ledger.decide import cost_of_closing, decide_trade
from trade2026.ledger.evolve import evolve
from trade2026.ledger.postings import LedgerAccount, postings, trial_balance
from trade2026.ledger.snapshot import decode_state, encode_state
from trade2026.ledger.state import LedgerState, Lot
from trade2026.model.enums import Side
from trade2026.model.events import OrderFilled, TradeBooked
from trade2026.primitives.fixed_point import UNIT

FILLS_LONG = 100_000
LONG = pytest.mark.skipif(
    os.environ.get("HYPOTHESIS_PROFILE") != "explore",
    reason=f"{FILLS_LONG:,} fills are for HYPOTHESIS_PROFILE=explore",
)

quantities = st.one_of(
    st.integers(1, 12),  # Raw units, where rounding bites.
    st.integers(1, 40).map(lambda count: count * UNIT),
    st.integers(1, 2**62),
)
prices = st.one_of(
    st.integers(-5, 5), st.integers(1, 10**5).map(lambda cents: cents * 10**7), st.integers(-(2**62), 2**62)
)
commissions = st.one_of(st.just(0), st.integers(-20, 20), st.integers(-(10**10), 10**12))


@st.composite
def fills(draw: st.DrawFn) -> OrderFilled:
    instrument = draw(st.sampled_from(list(INSTRUMENTS.values())))
    currencies = {instrument.quote_currency, instrument.base_currency or "USD", "BNB"}
    return filled(
        draw(st.sampled_from(Side)),
        draw(quantities),
        draw(prices),
        instrument=instrument,
        commission=draw(commissions),
        commission_currency=draw(st.sampled_from(sorted(currencies))),
        account_id=draw(st.sampled_from(ACCOUNTS)),
    )


def random_fills(seed: int, count: int) -> Iterable[OrderFilled]:
    """Fills that keep a position near flat, so that closes, flips and flat occur all the time."""
    generator = random.Random(seed)
    for _ in range(count):
        instrument = generator.choice(list(INSTRUMENTS.values()))
        size = generator.choice(
            [generator.randint(1, 9), generator.randint(1, 5) * UNIT, generator.getrandbits(50)]
        )
        price = generator.randint(-(10**9), 10**14) or 1
        currency = generator.choice([instrument.quote_currency, instrument.base_currency or "USD", "BNB"])
        yield filled(
            generator.choice(list(Side)),
            size or 1,
            price,
            instrument=instrument,
            commission=generator.choice([0, generator.randint(-5, 50), size // 1000]),
            commission_currency=currency,
            account_id=generator.choice(ACCOUNTS),
        )


def check_against_twins(state: LedgerState, twins: dict[str, SlowBooks]) -> None:
    for account_id, twin in twins.items():
        account = state.accounts[account_id]
        assert account.cash == twin.cash
        assert account.positions.keys() == twin.positions.keys()
        for instrument_id, slow in twin.positions.items():
            position = account.positions[instrument_id]
            assert [(Fraction(lot.quantity, UNIT), lot.cost) for lot in position.lots] == slow.lots
            assert position.realized == slow.realized


def check_fill(before: OrderFilled, event: TradeBooked, state: LedgerState) -> None:
    """Invariant 3 for the position just traded."""
    position = state.accounts[before.account_id].positions[before.instrument_id]
    assert position.quantity == sum(lot.quantity for lot in position.lots)
    assert position.quantity == position.traded - position.fees
    assert (position.quantity == 0) == (len(position.lots) == 0)
    assert position.quantity != 0 or position.cost == 0
    assert 0 <= event.closed_qty <= abs(event.quantity)


@given(st.lists(fills(), min_size=1, max_size=30))
def test_books_equal_the_slow_twin(sequence: list[OrderFilled]) -> None:
    state, twins = books(), {account_id: SlowBooks() for account_id in ACCOUNTS}
    for fill in sequence:
        check_fill(fill, book(state, fill), state)
        twins[fill.account_id].fill(fill)
        check_against_twins(state, twins)


@pytest.mark.parametrize("count", [2_000, pytest.param(FILLS_LONG, marks=[LONG, pytest.mark.slow])])
def test_a_long_run_equals_the_slow_twin_and_replays_to_the_same_bytes(count: int) -> None:
    state, twins = books(), {account_id: SlowBooks() for account_id in ACCOUNTS}
    journal: list[TradeBooked] = []
    for number, fill in enumerate(random_fills(2026, count)):
        journal.append(book(state, fill))
        check_fill(fill, journal[-1], state)
        twins[fill.account_id].fill(fill)
        if number % 100 == 0:
            check_against_twins(state, twins)
    check_against_twins(state, twins)
    replayed = books()
    for event in journal:
        evolve(replayed, event)
    assert encode_state(replayed) == encode_state(state)


@given(
    st.lists(
        st.tuples(st.sampled_from(Side), st.integers(1, 15), st.integers(1, 10**12)), min_size=1, max_size=30
    )
)
def test_whole_units_equal_a_queue_of_single_units(trades: Sequence[tuple[Side, int, int]]) -> None:
    state, profit, cash = books(), 0, 0
    queue: deque[tuple[int, int]] = deque()  # Sign and price of every single unit held.
    for side, units, price in trades:
        book(state, filled(side, units * UNIT, price))
        sign = 1 if side is Side.BUY else -1
        for _ in range(units):
            cash -= sign * price
            if queue and queue[0][0] == -sign:
                held, paid = queue.popleft()
                profit += held * (price - paid)
            else:
                queue.append((sign, price))
        position = state.accounts["alpha"].positions[SHARE.instrument_id]
        assert position.quantity == sum(sign for sign, _ in queue) * UNIT
        assert position.cost == sum(sign * paid for sign, paid in queue)
        assert position.realized == profit
        assert state.accounts["alpha"].cash == {"USD": cash}


@given(st.lists(fills(), min_size=1, max_size=30))
def test_cash_moved_is_profit_less_change_of_cost_less_commissions(sequence: list[OrderFilled]) -> None:
    state = books()
    for fill in sequence:
        book(state, fill)
    for account in state.accounts.values():
        expected = {currency: -fee for currency, fee in account.fees.items()}
        for position in account.positions.values():
            expected[position.currency] = (
                expected.get(position.currency, 0) + position.realized - position.cost
            )
        assert account.cash == expected


@given(st.lists(fills(), min_size=1, max_size=30))
def test_applying_postings_equals_the_fast_path(sequence: list[OrderFilled]) -> None:
    state = books()
    balances: dict[LedgerAccount, int] = {}
    for fill in sequence:
        entry = postings(book(state, fill), INSTRUMENTS)
        for commodity in {posting.ledger_account.commodity for posting in entry}:
            assert sum(each.amount for each in entry if each.ledger_account.commodity == commodity) == 0
        for line, amount in entry:
            assert amount != 0
            balances[line] = balances.get(line, 0) + amount
    assert trial_balance(state) == {line: amount for line, amount in balances.items() if amount}


@given(st.lists(fills(), min_size=1, max_size=20), fills())
def test_deciding_changes_nothing_and_repeats(sequence: list[OrderFilled], last: OrderFilled) -> None:
    state = books()
    for fill in sequence:
        book(state, fill)
    before = encode_state(state)
    assert decide_trade(state, last) == decide_trade(state, last)
    assert encode_state(state) == before


@given(st.lists(fills(), min_size=1, max_size=20), fills())
def test_a_snapshot_restores_everything(sequence: list[OrderFilled], last: OrderFilled) -> None:
    state = books()
    for fill in sequence:
        book(state, fill)
    data = encode_state(state)
    restored = decode_state(data)
    assert restored == state
    assert encode_state(restored) == data
    assert book(restored, last) == book(state, last)
    assert encode_state(restored) == encode_state(state)


@given(st.lists(fills(), max_size=20), fills())
def test_a_fill_and_its_reverse_on_flat_books_leave_only_fees(
    sequence: list[OrderFilled], last: OrderFilled
) -> None:
    """Trading the same units back at the same price makes nothing, however odd price and size are."""
    state = books()
    clean = msgspec.structs.replace(last, commission=0)
    back = {Side.BUY: Side.SELL, Side.SELL: Side.BUY}[last.side]
    book(state, clean)
    book(state, msgspec.structs.replace(clean, side=back, execution_id="back"))
    position = state.accounts[last.account_id].positions[last.instrument_id]
    assert (position.quantity, position.cost, position.realized) == (0, 0, 0)
    assert not any(state.accounts[last.account_id].cash.values())


@given(
    st.integers(1, 10**12), st.integers(0, 10**9), st.integers(1, 10**15), st.sampled_from([BITCOIN, CROSS])
)
def test_what_is_left_after_a_fee_in_the_coin_sells_to_flat(quantity, fee, price, instrument) -> None:
    fee = min(fee, quantity - 1)
    state = books()
    event = book(
        state,
        filled(
            Side.BUY,
            quantity,
            price,
            instrument=instrument,
            commission=fee,
            commission_currency=instrument.base_currency,
        ),
    )
    assert event.quantity == quantity - fee
    position = state.accounts["alpha"].positions[instrument.instrument_id]
    assert position.cost == -int.from_bytes(event.cash, "big", signed=True)
    book(state, filled(Side.SELL, event.quantity, price, instrument=instrument))
    assert (position.quantity, position.cost, len(position.lots)) == (0, 0, 0)


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(-(10**9), 10**9)), min_size=1, max_size=8),
    st.data(),
)
def test_closing_in_parts_takes_exactly_the_cost_of_the_lots(lots: list[tuple[int, int]], data) -> None:
    """Never more than the lot's cost at any cut, and all of it at the end."""
    open_lots = [Lot(quantity, cost, 0, "") for quantity, cost in lots]
    total = sum(quantity for quantity, _ in lots)
    cut = data.draw(st.integers(1, total))
    moved = cost_of_closing(open_lots, cut)
    whole, inside = 0, cut
    for quantity, cost in lots:
        if inside < quantity:
            assert abs(moved - whole) <= abs(cost)
            break
        whole, inside = whole + cost, inside - quantity
    assert cost_of_closing(open_lots, total) == sum(cost for _, cost in lots)
    assert [(lot.quantity, lot.cost) for lot in open_lots] == lots
