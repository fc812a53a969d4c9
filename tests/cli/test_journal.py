"""`trade2026 journal show`: every record, readable, exact, and filtered as asked."""

from collections import Counter
from pathlib import Path

import pytest

from tests.cli.terminal import HALF_YEAR, QUICK, Terminal, services_at
from trade2026.application.journals import record_types
from trade2026.model.events import OrderFilled, TradeBooked
from trade2026.primitives.fixed_point import decode_money, format_raw
from trade2026.trading.codec import decode_record
from trade2026.trading.journal import frames


@pytest.fixture
def folder(trade2026: Terminal) -> Path:
    assert trade2026("backtest", "momentum", *HALF_YEAR, *QUICK, "-q").code == 0
    return trade2026.runs()[0]


def test_every_record_is_shown_with_its_hash_and_exact_numbers(trade2026: Terminal, folder: Path) -> None:
    shown = trade2026("journal", "show", folder, "--json").lines
    storage = services_at(trade2026.home).open_storage(str(folder))
    count = 0
    for line, frame in zip(shown, frames(storage), strict=True):
        command, events = decode_record(frame.payload, frame.seq)
        assert line["seq"] == frame.seq
        assert line["sha256"] == frame.digest.hex()
        assert line["command"]["type"] == type(command).__name__
        for told, event in zip(line["events"], events, strict=True):
            assert told["type"] == type(event).__name__
            if isinstance(event, OrderFilled):
                assert told["last_px"] == format_raw(event.last_px)
                assert told["side"] == event.side.value
            if isinstance(event, TradeBooked):
                assert told["cash"] == format_raw(decode_money(event.cash))
                count += 1
    storage.close()
    assert count > 5


def test_a_range_and_types_choose_records(trade2026: Terminal, folder: Path) -> None:
    everything = trade2026("journal", "show", folder, "--json").lines
    part = trade2026("journal", "show", folder, "--first", "5", "--last", "9", "--json").lines
    assert part == everything[4:9]
    fills = trade2026("journal", "show", folder, "--type", "OrderFilled", "--type", "StopRun", "--json").lines
    wanted = [
        line
        for line in everything
        if line["command"]["type"] == "StopRun" or any(e["type"] == "OrderFilled" for e in line["events"])
    ]
    assert fills == wanted
    assert trade2026("journal", "show", folder, "--first", "100000", "--json").out == ""


def test_words_name_the_command_and_what_it_led_to(trade2026: Terminal, folder: Path) -> None:
    said = trade2026("journal", "show", folder, "--type", "OrderFilled", "--last", "60")
    first, second = said.out.splitlines()[:2]
    assert "ReportExecution now=2020-03-03T21:00:00Z" in first
    assert second.strip().startswith("-> OrderFilled order_id=1 ")
    assert "side=BUY" in second


def test_an_unknown_type_and_a_bad_range_are_refused(trade2026: Terminal, folder: Path) -> None:
    said = trade2026("journal", "show", folder, "--type", "OrderFiled")
    assert said.code == 2
    assert "was 'OrderFiled'; did you mean OrderFilled?" in said.err
    said = trade2026("journal", "show", folder, "--first", "0")
    assert said.code == 2
    assert "--first must be at least 1, was 0" in said.err


def test_the_trial_ledger_is_a_journal_like_any_other(trade2026: Terminal, folder: Path) -> None:
    ledger = trade2026.home / "trials"
    assert trade2026("journal", "verify", ledger).code == 0
    shown = trade2026("journal", "show", ledger, "--json").lines
    assert [line["command"]["type"] for line in shown] == ["trial started", "trial finished"]
    assert "trial finished" in trade2026("journal", "show", ledger).out


def test_every_command_and_event_has_a_name_to_filter_by() -> None:
    names = record_types()
    assert {"SubmitOrder", "OrderFilled", "TradeBooked", "StopRun"} <= set(names)
    assert Counter(names).most_common(1)[0][1] == 1


def test_nested_values_are_plain_too(trade2026: Terminal, folder: Path) -> None:
    (line,) = trade2026(
        "journal", "show", folder, "--type", "RegisterInstrument", "--last", "2", "--json"
    ).lines
    instrument = line["command"]["instrument"]
    assert instrument["tick_size"] == "0.001"
    assert instrument["order_types"] == ["MARKET", "LIMIT"]
