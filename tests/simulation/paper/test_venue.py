"""Requests, time, identifiers and refusals: what the venue does besides pricing."""

import random

import numpy as np
import pytest

from tests.simulation.paper.scripts import SHARE, WHOLE_VOLUME, Stage, approved, describe, line_of
from trade2026.model.enums import Environment, ExecType, OrderType, Side, TimeInForce
from trade2026.model.events import OrderApproved, OrderPendingCancel
from trade2026.model.execution import ExecutionReport
from trade2026.model.instrument import crypto_spot
from trade2026.ports.venue import Venue
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.simulation.paper import (
    FixedLatency,
    LognormalLatency,
    NormalLatency,
    PaperConfig,
    PaperVenue,
)
from trade2026.simulation.paper.latency import make_sampler

DAY = TimeInForce.DAY


def test_is_a_venue():
    venue: Venue = PaperVenue("PAPER", Environment.PAPER, [SHARE])
    assert (venue.name, venue.environment) == ("PAPER", Environment.PAPER)


def test_live_is_refused():
    with pytest.raises(InputError, match="environment was LIVE"):
        PaperVenue("PAPER", Environment.LIVE, [SHARE])


def test_requests_are_answered_by_time_and_never_from_inside():
    stage = Stage(PaperConfig(latency=FixedLatency(5)))
    stage.venue.submit(approved(1, 10, Side.BUY, UNIT, 98 * UNIT))
    assert stage.reports == []
    assert stage.venue.next_event_time() == 15
    stage.venue.advance(14)
    assert stage.reports == []
    stage.venue.advance(15)
    assert [line_of(report) for report in stage.reports] == ["15 #1 NEW"]
    assert stage.venue.next_event_time() is None


@pytest.mark.parametrize(
    ("latency_ns", "script", "expected"),
    [
        (5, "10 buy 1 \n 14 quote 99x9 101x9 \n 15 quote 99x9 102x9", "15 #1 TRADE 1 @ 102 TAKER"),
        (5, "10 buy 1 \n 20 bar 1 1 1 1 v90 \n 30 bar 101 101 101 101 v90", "30 #1 TRADE 1 @ 101 TAKER"),
        (5, "10 buy 1 \n 14 close 90 v90 \n 16 close 101 v90", "16 #1 TRADE 1 @ 101 TAKER"),
        (5, "10 buy 1 DAY 5-15 \n 15 quote 99x9 101x9", "15 #1 TRADE 1 @ 101 TAKER"),
        (5, "10 buy 1 DAY 5-14 \n 15 advance", "15 #1 REJECTED"),
        (5, "10 buy 1 @ 98 \n 17 cancel 1 \n 21 trade 97x9 \n 22 advance",
         "15 #1 NEW \n 21 #1 TRADE 1 @ 97 TAKER \n 22 x1 CANCEL_REJECTED"),
        (5, "10 buy 1 @ 98 \n 17 cancel 1 \n 22 trade 97x9", "15 #1 NEW \n 22 x1 CANCELED"),
        (5, "10 buy 2 @ 98 \n 16 trade 99x9 \n 17 replace 1 to 1 @ 98 \n 21 trade 97x1 \n 22 trade 97x9",
         "15 #1 NEW \n 21 #1 TRADE 1 @ 98 MAKER \n 22 r1 REPLACED 1 @ 98"),
        (5, "10 buy 5 @ 98 \n 16 advance \n 17 buy 5 \n 18 cancel 1 \n 18 stop",
         "15 #1 NEW \n 18 #1 CANCELED \n 18 #2 REJECTED \n 18 x1 CANCEL_REJECTED"),
        (5, "10 buy 1 @ 98 DAY 5-20 \n 16 cancel 1 \n 30 advance",
         "15 #1 NEW \n 20 #1 EXPIRED \n 21 x1 CANCEL_REJECTED"),
        (5, "10 buy 1 @ 98 DAY 5-20 \n 15 cancel 1 \n 30 advance", "15 #1 NEW \n 20 x1 CANCELED"),
    ],
)  # fmt: skip
def test_latency(latency_ns, script, expected):
    lines = Stage(PaperConfig(latency=FixedLatency(latency_ns))).play(script)
    assert lines == [line.strip() for line in expected.splitlines()]


def test_expiry_is_due_just_after_the_close():
    stage = Stage()
    stage.venue.submit(approved(1, 10, Side.BUY, UNIT, None, DAY, (5, 20)))
    stage.venue.advance(10)
    assert stage.venue.next_event_time() == 21
    stage.venue.advance(21)
    assert [line_of(report) for report in stage.reports] == ["20 #1 EXPIRED"]


def test_a_request_never_overtakes_an_earlier_one():
    class Falling:
        draws = iter([0.999, 0.0, 0.001, 0.0])

        def random(self):
            return next(self.draws)

    venue = PaperVenue(
        "PAPER",
        Environment.BACKTEST,
        [SHARE],
        PaperConfig(latency=LognormalLatency(100, 1.0)),
        random=Falling(),
    )
    reports: list[ExecutionReport] = []
    venue.connect(reports.append)
    venue.submit(approved(1, 10, Side.BUY, UNIT, 98 * UNIT))
    venue.cancel(OrderPendingCancel(1, 10, "A", "x1", "#1", SHARE.instrument_id))
    venue.advance(10**9)
    assert [report.exec_type for report in reports] == [ExecType.NEW, ExecType.CANCELED]
    assert reports[0].ts_event == reports[1].ts_event > 1_000


@pytest.mark.parametrize("source", [random.Random(7), np.random.default_rng(7)], ids=["random", "numpy"])
def test_latency_distributions(source):
    normal = make_sampler(NormalLatency(1_000_000, 400_000, 500_000), source)
    drawn = np.array([normal() for _ in range(4_000)])
    assert drawn.min() >= 500_000
    # Mean of a normal truncated from below at a = -1.25: mu + sigma * pdf(a) / (1 - cdf(a)).
    assert drawn.mean() == pytest.approx(1_000_000 + 400_000 * 0.18265 / 0.89435, rel=0.02)
    lognormal = make_sampler(LognormalLatency(1_000_000, 0.5), source)
    logs = np.log([lognormal() for _ in range(4_000)])
    assert np.median(logs) == pytest.approx(np.log(1_000_000), abs=0.03)
    assert logs.std() == pytest.approx(0.5, rel=0.05)


def test_random_latency_needs_a_generator():
    with pytest.raises(InputError, match="random was None"):
        PaperVenue("PAPER", Environment.BACKTEST, [SHARE], PaperConfig(latency=NormalLatency(10, 1)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: FixedLatency(-1),
        lambda: NormalLatency(5, 1, 6),
        lambda: NormalLatency(5, -1),
        lambda: LognormalLatency(0, 1.0),
        lambda: LognormalLatency(10, float("nan")),
    ],
)
def test_unusable_latency_is_refused(make):
    with pytest.raises(InputError, match="was"):
        make()


def test_identifiers_are_counted_and_carry_the_run():
    venue = PaperVenue("PAPER", Environment.BACKTEST, [SHARE], WHOLE_VOLUME, data=describe(), run_id="run7")
    stage = Stage()
    stage.venue = venue
    venue.connect(stage.reports.append)
    stage.play("10 buy 2 \n 10 buy 2 @ 98 \n 20 bar 101 101 97 101 v3 \n 30 bar 97 97 97 97 v9")
    trades = [report for report in stage.reports if report.exec_type is ExecType.TRADE]
    assert [report.execution_id for report in trades] == [f"PAPER-run7-E{n}" for n in (1, 2, 3)]
    assert [report.venue_order_id for report in trades] == [f"PAPER-run7-O{n}" for n in (1, 2, 2)]


COIN = crypto_spot("BTCUSDT")


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (approved(1, 10, Side.BUY, UNIT, instrument_id="NONE.XNAS"), "is not traded at PAPER"),
        (approved(1, 10, Side.BUY, UNIT // 2), "order_qty must be a positive multiple of 1, was 0.5"),
        (approved(1, 10, Side.BUY, 0), "order_qty must be a positive multiple"),
        (approved(1, 10, Side.SELL, UNIT, UNIT // 1_000), "limit_price must be a positive multiple"),
        (approved(1, 10, Side.SELL, UNIT, 0), "limit_price must be a positive multiple of 0.01, was 0"),
        (approved(1, 10, Side.BUY, UNIT, None, DAY), "DAY needs a session"),
        (
            approved(1, 10, Side.BUY, COIN.lot_size, UNIT, instrument_id=COIN.instrument_id),
            "worth at least 5",
        ),
        (approved(1, 10, Side.BUY, COIN.lot_size, instrument_id=COIN.instrument_id), "was 0.001"),
    ],
)
def test_rejected_in_words(order, words):
    venue = PaperVenue("PAPER", Environment.BACKTEST, [SHARE, COIN])
    reports: list[ExecutionReport] = []
    venue.connect(reports.append)
    venue.submit(order)
    venue.advance(10)
    assert [report.exec_type for report in reports] == [ExecType.REJECTED]
    assert words in reports[0].text
    assert reports[0].client_order_id == "#1"


def test_a_limit_order_without_a_limit_is_rejected():
    order = OrderApproved(
        1, 10, "A", "#1", "T", "S", SHARE.instrument_id, Side.BUY, OrderType.LIMIT, TimeInForce.GTC, UNIT,
        None, UNIT, 10, 1, 0, 0,
    )  # fmt: skip
    stage = Stage()
    stage.venue.submit(order)
    stage.venue.advance(10)
    assert stage.reports[0].text == "limit_price must be given for LIMIT and only for it"


def test_first_bar_of_unknown_length_fills_nothing_that_came_in_its_course():
    stage = Stage(bar_interval_ns=0)
    lines = stage.play("10 buy 1 \n 20 bar 101 101 101 101 v9 \n 30 bar 102 102 102 102 v9")
    assert lines == ["30 #1 TRADE 1 @ 102 TAKER"]


def test_a_sink_may_send_while_an_event_is_worked_on():
    stage = Stage()

    def sink(report):
        stage.reports.append(report)
        if report.exec_type is ExecType.TRADE and len(stage.reports) < 4:
            order_id = len(stage.reports) + 1
            stage.venue.submit(approved(order_id, report.ts_event, Side.SELL, UNIT))

    stage.venue.connect(sink)
    lines = stage.play("10 buy 1 \n 20 close 101 v9 \n 30 close 102 v9 \n 40 close 103 v9")
    assert lines == [
        "20 #1 TRADE 1 @ 101 TAKER",
        "30 #2 TRADE 1 @ 102 TAKER",
        "40 #3 TRADE 1 @ 103 TAKER",
    ]


def test_bars_that_quotes_make_needless_are_said():
    stage = Stage()
    stage.play("5 quote 99x9 101x9 \n 10 buy 1 \n 20 bar 90 90 90 90 v9")
    assert stage.venue.notes() == ("Bars of ACME.XNAS filled nothing: its quotes or trades did.",)


def test_after_stop_orders_are_rejected():
    stage = Stage()
    lines = stage.play("10 buy 1 \n 12 stop \n 13 buy 1 \n 14 advance")
    assert lines == ["12 #1 CANCELED", "13 #2 REJECTED"]


def test_nothing_is_kept_of_orders_that_are_done():
    stage = Stage()
    stage.play("10 buy 1 \n 10 buy 1 @ 98 DAY 5-15 \n 14 quote 99x9 101x9 \n 20 quote 98x9 102x9")
    matcher = stage.venue._matcher
    assert (matcher.orders, matcher.active, stage.venue._closing) == ({}, {}, {})
