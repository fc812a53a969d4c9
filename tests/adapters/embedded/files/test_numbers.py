"""Columns of decimals: every cell gives what parse_raw gives for its text, or a fault of its row."""

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade2026.adapters.embedded.files.numbers import to_raws
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX, format_raw, parse_raw

raws = st.integers(-INT64_MAX, INT64_MAX) | st.integers(-(10**13), 10**13)
plain = raws.map(format_raw)
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**10), max_value=10**10).map(str)
odd = st.text(alphabet="0123456789+-.eE_ infa\u0665,", max_size=24)


def by_parse_raw(text: str) -> int | None:
    try:
        return parse_raw(text, "value")
    except InputError:
        return None


@given(st.lists(plain | decimals | odd, min_size=1, max_size=20))
def test_texts_equal_parse_raw(texts):
    numbers = to_raws(pl.Series(texts, dtype=pl.String))
    expected = [by_parse_raw(text) for text in texts]
    if None in expected:
        index = expected.index(None)
        assert numbers.fault is not None
        assert (numbers.fault.index, numbers.fault.value) == (index, texts[index])
        assert numbers.raws[:index].tolist() == expected[:index]
    else:
        assert numbers.fault is None
        assert numbers.raws.tolist() == expected
    assert not len(numbers.rounded)


@given(st.lists(st.floats(-(10**9), 10**9) | plain.map(float), min_size=1, max_size=20))
def test_floats_are_their_shortest_decimal(values):
    """Oracle: the text Python prints, which is the shortest that reads back."""
    numbers = to_raws(pl.Series(values, dtype=pl.Float64))
    expected = [by_parse_raw(repr(value)) for value in values]
    if None in expected:
        assert numbers.fault is not None
        assert numbers.fault.index == expected.index(None)
    else:
        assert numbers.raws.tolist() == expected


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=20))
def test_singles_are_the_decimal_they_print(values):
    texts = [f"{value / 100:.2f}" for value in values]
    column = pl.Series([float(text) for text in texts], dtype=pl.Float32)
    expected = [by_parse_raw(str(np.float32(text))) for text in texts]
    assert to_raws(column).raws.tolist() == expected


@given(st.lists(decimals, min_size=1, max_size=20))
def test_rounding_is_half_even_and_told(texts):
    numbers = to_raws(pl.Series(texts), round_excess=True)
    exact = [Decimal(text).scaleb(9) for text in texts]
    nearest = [int(value.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)) for value in exact]
    fits = [abs(value) <= INT64_MAX for value in nearest]
    until = fits.index(False) if False in fits else len(texts)
    assert (numbers.fault is None) == all(fits)
    assert numbers.raws[:until].tolist() == nearest[:until]
    rounded = [i for i in range(until) if exact[i] != nearest[i]]
    assert numbers.rounded.tolist() == rounded


@pytest.mark.parametrize(
    ("text", "raw"), [("1.0000000005", 10**9), ("1.0000000015", 10**9 + 2), ("1e-10", 0)]
)
def test_ties_go_to_the_even_neighbour(text, raw):
    numbers = to_raws(pl.Series([text]), round_excess=True)
    assert (numbers.raws.tolist(), numbers.rounded.tolist()) == ([raw], [0])


@pytest.mark.parametrize(
    ("column", "raw"),
    [
        (pl.Series([7], dtype=pl.Int32), 7 * 10**9),
        (pl.Series([2**33], dtype=pl.UInt64), 2**33 * 10**9),
        (pl.Series([7], dtype=pl.UInt64), 7 * 10**9),
        (pl.Series([Decimal("1.25")], dtype=pl.Decimal(20, 4)), 1_250_000_000),
        (pl.Series(["0.1"], dtype=pl.Categorical), 10**8),
        (pl.Series([2300413.7295]), 2300413729500000),
    ],
)
def test_types_of_parquet(column, raw):
    assert to_raws(column).raws.tolist() == [raw]


@pytest.mark.parametrize(
    "column",
    [
        pl.Series([1, 9_223_372_037]),
        pl.Series([1, 2**64 - 1], dtype=pl.UInt64),
        pl.Series([1, -(2**63)]),
        pl.Series([1.0, float("nan")]),
        pl.Series([1.0, float("inf")]),
        pl.Series([1.0, 1e300]),
        pl.Series(["1", None]),
        pl.Series([1.0, 0.00031099999999999997]),
        pl.Series([Decimal(1), Decimal("0.12345678901")]),
    ],
)
def test_what_has_no_raw_is_a_fault_of_its_row(column):
    fault = to_raws(column).fault
    assert fault is not None
    assert fault.index == 1
