"""Costs and periods from the words of a user, and back to words."""

import pytest

from trade2026.application.costs import describe_costs, fee_reserve, paper_config
from trade2026.application.period import describe_period, parse_period
from trade2026.application.requests import CostRequest
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import DAY_NS, HOUR_NS, MILLISECOND_NS
from trade2026.simulation.paper import (
    BpsFees,
    FeeCurrency,
    FixedLatency,
    Latency,
    LognormalLatency,
    NoFees,
    NormalLatency,
    PerShareFees,
)


@pytest.mark.parametrize(
    ("text", "minimum", "currency", "fees"),
    [
        ("none", "0", "quote", NoFees()),
        ("1bps", "0", "quote", BpsFees(UNIT, UNIT)),
        (" 2.5 BPS", "1.50", "quote", BpsFees(5 * UNIT // 2, 5 * UNIT // 2, min_per_order=3 * UNIT // 2)),
        ("-0.5/2bps", "0", "received", BpsFees(-UNIT // 2, 2 * UNIT, FeeCurrency.RECEIVED)),
        ("0.005/share", "1", "quote", PerShareFees(5_000_000, UNIT)),
    ],
)
def test_fees(text: str, minimum: str, currency: str, fees: object) -> None:
    request = CostRequest(fees=text, fee_minimum=minimum, fee_currency=currency)
    assert paper_config(request).fees == fees


@pytest.mark.parametrize(
    ("text", "latency"),
    [
        ("0", FixedLatency()),
        ("2.5", FixedLatency(2_500_000)),
        ("0.000001", FixedLatency(1)),
        ("normal:5,1", NormalLatency(5 * MILLISECOND_NS, MILLISECOND_NS)),
        ("Lognormal:5,0.5", LognormalLatency(5 * MILLISECOND_NS, 0.5)),
    ],
)
def test_latencies(text: str, latency: Latency) -> None:
    assert paper_config(CostRequest(latency_ms=text)).latency == latency


def test_participation_is_a_percentage() -> None:
    assert paper_config(CostRequest(participation="2.5")).participation_bps == 250 * UNIT


def test_a_minimum_with_per_share_fees_in_base_is_refused() -> None:
    with pytest.raises(InputError, match="--fee-currency must be quote for fees per share, was base"):
        paper_config(CostRequest(fees="0.01/share", fee_currency="base"))


def test_costs_in_words() -> None:
    config = paper_config(
        CostRequest(fees="1/2bps", fee_minimum="1", spread_bps="3", latency_ms="normal:5,1")
    )
    assert describe_costs(config) == (
        ("Fees", "1 (maker) and 2 (taker) bps, at least 1 an order"),
        ("Spread", "3 bps, half of it paid by an order that takes liquidity"),
        ("Slippage", "0 bps"),
        ("Participation", "at most 10 % of a bar's volume"),
        ("Latency", "normal, mean 5 ms, deviation 1 ms"),
    )


@pytest.mark.parametrize(
    ("fees", "minimum", "reserved"),
    [
        ("none", "0", (50, 0, 0)),
        ("1bps", "0", (50, 0, 0)),
        ("75.1bps", "0", (76, 0, 0)),
        ("0/80bps", "2", (80, 0, 2 * UNIT)),
        ("90/80bps", "0", (90, 0, 0)),
        ("0.005/share", "1", (50, 5_000_000, UNIT)),
    ],
)
def test_risk_reserves_every_fee_that_may_be_charged(
    fees: str, minimum: str, reserved: tuple[int, int, int]
) -> None:
    assert fee_reserve(paper_config(CostRequest(fees=fees, fee_minimum=minimum)), 50) == reserved


JANUARY_2ND = DAY_NS


@pytest.mark.parametrize(
    ("start", "end", "bounds", "words"),
    [
        ("", "", (None, None), "all of the data"),
        ("1970-01-02", "", (JANUARY_2ND, None), "1970-01-02 to the last event"),
        ("", "1970-01-02", (None, 2 * DAY_NS), "the first event to 1970-01-02"),
        ("1970-01-02", "1970-01-02", (DAY_NS, 2 * DAY_NS), "1970-01-02 to 1970-01-02"),
        (
            "1970-01-01T10:00:00+00:00",
            "1970-01-01T13:00:00+01:00",
            (10 * HOUR_NS, 12 * HOUR_NS),
            "1970-01-01T10:00:00Z until before 1970-01-01T12:00:00Z",
        ),
    ],
)
def test_periods(start: str, end: str, bounds: tuple[int | None, int | None], words: str) -> None:
    assert parse_period(start, end) == bounds
    assert describe_period(*bounds) == words


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("1970-02-30", "", r"--from must be a date as YYYY-MM-DD, was '1970-02-30'"),
        ("", "tomorrow", r"--to must be a day .* was 'tomorrow'"),
        ("", "1970-01-01 10:00", r"--to must carry a time zone, was '1970-01-01 10:00'; append \+00:00"),
        ("1970-01-03", "1970-01-02", r"--from must be before --to, was 1970-01-03 and 1970-01-02"),
    ],
)
def test_periods_that_are_none(start: str, end: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_period(start, end)
