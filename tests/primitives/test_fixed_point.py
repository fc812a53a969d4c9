"""Exact decimals: what is read is what is written, products round as they say, the rest is refused.

Oracles: `decimal` and `fractions` from the standard library.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import (
    INT64_MAX,
    MONEY_MAX,
    UNIT,
    decode_money,
    div_half_even,
    encode_money,
    format_raw,
    multiply_half_even,
    parse_raw,
)

_raws = st.integers(-INT64_MAX, INT64_MAX) | st.integers(-3 * UNIT, 3 * UNIT)
_money = st.integers(-MONEY_MAX - 1, MONEY_MAX)


@given(_raws)
def test_every_nine_place_decimal_comes_back(raw):
    text = format_raw(raw)
    assert parse_raw(text, "x") == raw
    assert Decimal(text) == Decimal(raw).scaleb(-9)
    assert not text.endswith(".")
    assert "." not in text or not text.endswith("0"), "the shortest form"


@given(_raws, st.integers(0, 9))
def test_padding_and_exponents_do_not_matter(raw, shift):
    text = f"{Decimal(raw).scaleb(-9):f}"
    assert parse_raw("+" + text if raw > 0 else text, "x") == raw
    assert parse_raw(f"{raw}e-9", "x") == raw
    assert parse_raw(f"{Decimal(raw).scaleb(shift - 9):f}E-{shift}", "x") == raw


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_any_decimal_is_read_exactly_or_refused(value):
    text = str(value)
    exact = Fraction(value) * UNIT
    try:
        raw = parse_raw(text, "x")
    except InputError:
        is_long = len(text) > 64 or abs(value.adjusted()) > 99
        assert is_long or exact.denominator != 1 or abs(exact) > INT64_MAX
    else:
        assert raw == exact


@given(st.text(max_size=70))
def test_any_text_is_a_number_or_refused(text):
    try:
        raw = parse_raw(text, "price")
    except InputError:
        return
    assert text.isascii()
    assert Fraction(text) * UNIT == raw


@pytest.mark.parametrize(
    "text",
    [
        "", " ", " 1", "1 ", "1\n", "\t1", "NaN", "nan", "sNaN", "-NaN", "NaN123", "Infinity", "-inf",
        "1e400",
        "1e999999999", "1e-10", "0.0000000001", "1_000", "1,000", "1.2.3", "--1", "+-1", "0x10", "1e",
        "e5", ".",
        "+", "-", "\u0661\u0662", "\uff11\uff12", "²", "½", "1e1000", "1.0e+", "$1", "1/2", "True", "None",
        "1" * 65,
        "\x00", "1\x00",
        "9223372036.854775808", "1e19",
    ],
)  # fmt: skip
def test_what_is_no_plain_decimal_is_refused_by_name(text):
    with pytest.raises(InputError, match=r"^limit_price must be"):
        parse_raw(text, "limit_price")


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("0", 0), ("-0", 0), ("0.000000001", 1), ("-0.000000001", -1), ("1.", UNIT), (".5", UNIT // 2),
        ("1e3", 1000 * UNIT), ("1E-9", 1), ("9223372036.854775807", INT64_MAX),
        ("-9223372036.854775807", -INT64_MAX),
        ("1.0000000000000000000000000000000", UNIT), ("0e99", 0),
    ],
)  # fmt: skip
def test_plain_decimals(text, raw):
    assert parse_raw(text, "x") == raw


def test_the_bound_can_be_moved():
    with pytest.raises(InputError, match=r"at most 1\.5 in magnitude"):
        parse_raw("-1.500000001", "x", maximum=1_500_000_000)
    assert parse_raw(format_raw(MONEY_MAX), "x", maximum=MONEY_MAX) == MONEY_MAX
    with pytest.raises(InputError):
        parse_raw(format_raw(MONEY_MAX + 1), "x", maximum=MONEY_MAX)


@given(_money, st.integers(1, 10**30))
def test_quotients_round_as_they_say(numerator, denominator):
    exact = Fraction(numerator, denominator)
    assert div_half_even(numerator, denominator) == round(exact)


@given(st.integers(-(10**6), 10**6), st.integers(1, 1000))
def test_ties_go_to_the_even_neighbour(quotient, half):
    tie = Decimal(2 * quotient + 1) / 2
    expected = int(tie.quantize(Decimal(1), ROUND_HALF_EVEN))
    assert div_half_even((2 * quotient + 1) * half, 2 * half) == expected
    assert expected % 2 == 0


@given(_raws, _raws)
def test_products_round_to_the_ninth_decimal(a, b):
    assert multiply_half_even(a, b) == round(Fraction(a * b, UNIT))


@given(_money)
def test_money_goes_through_sixteen_bytes(raw):
    data = encode_money(raw)
    assert len(data) == 16
    assert decode_money(data) == raw


@pytest.mark.parametrize("raw", [MONEY_MAX + 1, -MONEY_MAX - 2, 2**200])
def test_money_beyond_sixteen_bytes_is_refused(raw):
    with pytest.raises(InputError, match="127 bits"):
        encode_money(raw)


@pytest.mark.parametrize("size", [0, 15, 17])
def test_other_sizes_are_not_money(size):
    with pytest.raises(InputError, match=f"had {size}"):
        decode_money(bytes(size))


def test_the_bytes_of_money_are_the_journals_format():
    assert encode_money(0) == bytes(16)
    assert encode_money(-1) == b"\xff" * 16
    assert encode_money(UNIT).hex() == "0000000000000000000000003b9aca00"
