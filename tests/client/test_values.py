"""Decimals and times cross the line exactly, or not at all; lists page, and become tables."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.desk_double import DeskDouble, answer
from tests.client.samples import ORDER, order
from trade2026.client import Rows, Timestamp, to_json
from trade2026.client.results.orders import Order
from trade2026.client.values import amount_text, moment_text
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import format_ns


@given(st.integers(-(2**62), 2**62))
def test_times_survive_the_line(ns: int) -> None:
    found = Timestamp.parse(format_ns(ns))
    assert found == ns
    assert found.text == format_ns(ns)


@pytest.mark.parametrize(
    "text", ["1990-01-02", "1990-13-02T00:00:00Z", "1990-01-02T00:00:00+01:00", "now", ""]
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(InputError, match="time must be"):
        Timestamp.parse(text)


def test_a_time_no_calendar_has() -> None:
    assert Timestamp.parse("99999999999999999999 ns") == 99999999999999999999
    assert Timestamp(99999999999999999999).text == "99999999999999999999 ns"
    assert Timestamp.parse("1990-01-02T21:00:00Z").to_datetime() == datetime(1990, 1, 2, 21, tzinfo=UTC)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=9))
def test_amounts_are_written_exactly(value: Decimal) -> None:
    text = amount_text(value, "order_qty")
    assert Decimal(text) == value
    assert "E" not in text


@pytest.mark.parametrize("value", [1.5, 1.0, True, None, float("nan"), b"1"])
def test_floats_and_the_like_are_refused(value: Any) -> None:
    with pytest.raises(InputError, match="order_qty must be a Decimal"):
        amount_text(value, "order_qty")
    desk = DeskDouble()
    with pytest.raises(InputError):
        desk.client().submit("PAPER", "KO.XNYS", "BUY", value)
    assert not desk.requests


@pytest.mark.parametrize("value", ["ten", "", Decimal("NaN"), Decimal("Infinity"), "1e99999999"])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="limit_price"):
        amount_text(value, "limit_price")


def test_moments() -> None:
    zone = timezone(timedelta(hours=1))
    assert moment_text("1990-01-02", "start") == "1990-01-02"
    assert moment_text(date(1990, 1, 2), "start") == "1990-01-02"
    assert moment_text(datetime(1990, 1, 2, 1, tzinfo=zone), "start") == "1990-01-02T00:00:00Z"
    assert moment_text(Timestamp(1), "start") == "1970-01-01T00:00:00.000000001Z"
    assert moment_text(None, "start") is None
    for wrong in (datetime(1990, 1, 2), 1.5, True):  # noqa: DTZ001 - that is what is refused.
        with pytest.raises(InputError, match="start"):
            moment_text(wrong, "start")  # type: ignore[arg-type]


def test_a_result_is_exact_and_goes_back() -> None:
    found = DeskDouble(answer(200, ORDER)).client().order(7)
    assert found.order_qty == 100
    assert isinstance(found.order_qty, Decimal)
    assert found.updated == 631_314_000_123_456_789
    import msgspec

    assert msgspec.json.decode(to_json(found)) == ORDER


def test_a_field_of_a_newer_desk_is_ignored() -> None:
    assert DeskDouble(answer(200, {**ORDER, "mood": "fine"})).client().order(7).order_id == 7


def test_lists_page_by_cursor() -> None:
    pages: list[Any] = [
        {"items": [order(9), order(8)], "next_cursor": "c1", "as_of_seq": 20},
        {"items": [], "next_cursor": "c2", "as_of_seq": 21},
        {"items": [order(7)], "next_cursor": None, "as_of_seq": 22},
    ]
    desk = DeskDouble(*(answer(200, page) for page in pages))
    client = desk.client()
    assert [each.order_id for each in client.each_order(status="open", account_id="a b&c")] == [9, 8, 7]
    assert [each.url.params.get("cursor") for each in desk.requests] == [None, "c1", "c2"]
    assert {each.url.params["account_id"] for each in desk.requests} == {"a b&c"}
    desk = DeskDouble(answer(200, pages[0]))
    rows = desk.client().orders()
    assert (len(rows), rows.next_cursor, rows.as_of_seq, rows[0].order_id) == (2, "c1", 20, 9)
    assert [each.order_id for each in rows[:1]] == [9]


def test_ids_cannot_leave_their_place_in_the_path() -> None:
    desk = DeskDouble(answer(404, {}))
    with pytest.raises(InputError):
        desk.client().account("../users?x=1")
    assert desk.requests[0].url.raw_path == b"/api/v1/accounts/..%2Fusers%3Fx%3D1"


def test_tables_are_exact_also_of_nothing() -> None:
    import msgspec

    from trade2026.client.values import decode_value

    rows = tuple(
        msgspec.convert(order(n, limit_price="0.123456789"), Order, dec_hook=decode_value) for n in (1, 2)
    )
    full, empty = Rows(Order, rows).to_polars(), Rows(Order, ()).to_polars()
    assert full.schema == empty.schema
    assert full.columns == list(Order.__struct_fields__)
    assert full.schema["order_qty"] == pl.Decimal(38, 9)
    assert full.schema["created"] == pl.Datetime("ns", "UTC")
    assert full["limit_price"].to_list() == [Decimal("0.123456789")] * 2
    assert full["updated"].cast(pl.Int64).to_list() == [631_314_000_123_456_789] * 2
    assert full["side"].to_list() == ["BUY", "BUY"]
    assert full["failures"].to_list() == ["[]", "[]"]
