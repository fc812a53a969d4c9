"""Places in the journal: always one near before a frame, and never more than fit the bound."""

from hypothesis import given
from hypothesis import strategies as st

from trade2026.application.read_models.tail import BLOCK, Checkpoints
from trade2026.trading.journal import Cursor


def cursor(seq: int) -> Cursor:
    return Cursor(seq, seq.to_bytes(32, "big"), seq // 1_000, seq * 7)


@given(st.integers(2, 9), st.lists(st.integers(1, 3 * BLOCK), min_size=1, max_size=200))
def test_the_last_kept_place_before_a_frame_is_given_whole(most, steps):
    places, seq, seen = Checkpoints(most=most), 0, []
    for step in steps:
        seq += step
        places.add(cursor(seq))
        seen.append(seq)
    assert places.before(1) is None
    for asked in (1, seen[len(seen) // 2], seq, seq + 1):
        found = places.before(asked)
        if found is not None:
            assert found == cursor(found.seq)
            assert found.seq in seen
            assert found.seq < asked
    last = places.before(seq + 1)
    assert last is not None
    assert seq - last.seq < max(4 * seq // most, BLOCK + 1), "near, as far as the bound lets it"


def test_places_stay_as_many_as_the_bound_says():
    places = Checkpoints(most=8)
    found = set()
    for seq in range(BLOCK, 1_000 * BLOCK, BLOCK):
        places.add(cursor(seq))
        if seq % (100 * BLOCK) == 0:
            found = {places.before(asked) for asked in range(1, seq + 2, BLOCK // 2)} - {None}
            assert 4 <= len(found) <= 8
    assert found
