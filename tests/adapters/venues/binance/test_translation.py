"""Signatures, names, words out and words in, and what an error means: tables, nothing is sent."""

import logging
from collections.abc import Mapping

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.adapters.venues.binance.served import BTC, SYMBOLS, cancel, order, replace
from trade2026.adapters.venues.binance.config import REAL, TEST_NET, BinanceConfig, Hosts, check_config
from trade2026.adapters.venues.binance.errors import Refused, error_of
from trade2026.adapters.venues.binance.incoming import instrument_names, stated_fill, stated_order
from trade2026.adapters.venues.binance.listening import Listener
from trade2026.adapters.venues.binance.memory import Memory, Recent
from trade2026.adapters.venues.binance.names import (
    cancel_name,
    order_name,
    order_number,
    our_id,
    replace_name,
    venue_order_id,
)
from trade2026.adapters.venues.binance.outgoing import cancel_order, new_order, replace_order
from trade2026.adapters.venues.binance.replacing import as_sent
from trade2026.adapters.venues.binance.rows import OrderRow, TradeRow
from trade2026.adapters.venues.binance.signing import make_signer, signed_message, signed_query
from trade2026.model.enums import (
    ContingencyType,
    Environment,
    ExecType,
    LiquiditySide,
    OrderType,
    Side,
    TimeInForce,
    TriggerSource,
)
from trade2026.model.instructions import OrderInstructions
from trade2026.ports.venue import IdRule
from trade2026.primitives.errors import InputError, RateLimited, VenueUnreachable
from trade2026.primitives.fixed_point import UNIT

DOCUMENTED = (
    "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
    "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j",
)
LOCAL = Hosts("http://127.0.0.1:1", "ws://127.0.0.1:1/ws-api/v3")
STOP = OrderInstructions(trigger_price=51_000 * UNIT)


# ---------------------------------------------------------------------------------------- signatures


def test_the_documented_example_of_a_signature() -> None:
    params = {
        "symbol": "LTCBTC", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1",
        "price": "0.1", "recvWindow": "5000", "timestamp": "1499827319559",
    }  # fmt: skip
    query = signed_query(make_signer(*DOCUMENTED), params)
    signature = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
    assert query.endswith(f"&timestamp=1499827319559&signature={signature}")


def test_messages_are_signed_by_the_alphabet() -> None:
    signer = make_signer("k", "s")
    message = signed_message(signer, {"timestamp": 2, "recvWindow": 1})
    assert message["signature"] == signer.sign(b"apiKey=k&recvWindow=1&timestamp=2")


def test_an_ed25519_key_is_known_by_its_block() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    block = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    signer = make_signer("k", block)
    assert "Ed25519" in repr(signer)
    assert signed_query(signer, {"a": "b"}).startswith("a=b&signature=")


def test_a_secret_is_in_no_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    signer = make_signer("akey", "topsecret")
    assert "topsecret" not in repr(signer)
    for secret in ("", "-----BEGIN PRIVATE KEY-----\ntopsecret\n-----END PRIVATE KEY-----"):
        with pytest.raises(InputError) as raised:
            make_signer("akey", secret)
        assert "topsecret" not in str(raised.value)
    with pytest.raises(InputError):
        make_signer(" akey", "topsecret")


# ---------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("o", "o"), ("a" * 36, "a" * 36), ("a.b:c/d-e_f", "a.b:c/d-e_f"), ("T26~17~2", "k:T26/7E17/7E2"),
        ("a+b", "k:a/2Bb"), ("c:1", "k:c:1"), ("x:1", "k:x:1"), ("k:1/2", "k:k:1/2F2"), ("é", "k:/C3/A9"),
        ("_web", "_web"), ("k:/2b", "k:k:/2F2b"),
    ],
)  # fmt: skip
def test_names_lead_back(name: str, there: str) -> None:
    assert order_name(name) == there == cancel_name(name)
    assert our_id(there) == name


@pytest.mark.parametrize("name", ["a" * 37, "~" * 12, "external:" + "1" * 30, "a" * 64])
def test_an_order_whose_name_is_too_long_is_refused_and_a_cancel_is_not(name: str) -> None:
    with pytest.raises(InputError, match="client_order_id"):
        order_name(name)
    assert len(cancel_name(name)) <= 36
    assert len(replace_name(name)) <= 36


@pytest.mark.parametrize("name", ["k:/2b", "k:/FF", "k:a/41", "k:/"])
def test_names_that_others_gave_stay(name: str) -> None:
    assert our_id(name) == name


def test_an_order_without_an_id_has_its_number() -> None:
    assert order_number(f"external:{venue_order_id('BTCUSDT', 17)}") == 17
    assert order_number("17") is None


# ------------------------------------------------------------------------------------------ words out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (order("o"), "type=LIMIT timeInForce=GTC quantity=0.01 price=49000"),
        (order("o", time_in_force=TimeInForce.FOK), "type=LIMIT timeInForce=FOK quantity=0.01 price=49000"),
        (order("o", price=None, time_in_force=TimeInForce.DAY), "type=MARKET quantity=0.01"),
        (
            order("o", instructions=OrderInstructions(post_only=True)),
            "type=LIMIT_MAKER quantity=0.01 price=49000",
        ),
        (
            order("o", instructions=OrderInstructions(display_qty=UNIT // 1000)),
            "type=LIMIT timeInForce=GTC quantity=0.01 price=49000 icebergQty=0.001",
        ),
        (
            order("o", price=None, instructions=STOP, kind=OrderType.STOP),
            "type=STOP_LOSS quantity=0.01 stopPrice=51000",
        ),
        (
            order("o", instructions=STOP, kind=OrderType.STOP_LIMIT),
            "type=STOP_LOSS_LIMIT timeInForce=GTC quantity=0.01 price=49000 stopPrice=51000",
        ),
    ],
)  # fmt: skip
def test_orders_in_the_venues_words(given, said) -> None:
    params = new_order(given, "BTCUSDT")
    assert params.pop("newClientOrderId") == "o"
    words = " ".join(f"{name}={value}" for name, value in params.items())
    assert words == f"symbol=BTCUSDT side=BUY {said} newOrderRespType=ACK"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (order("o", time_in_force=TimeInForce.DAY), "time_in_force"),
        (order("o", kind=OrderType.TRAILING_STOP), "order_type"),
        (order("o", instructions=OrderInstructions(reduce_only=True)), "reduce_only"),
        (order("o", instructions=OrderInstructions(contingency_type=ContingencyType.OCO)), "contingency"),
        (order("o", instructions=OrderInstructions(trigger_source=TriggerSource.MID)), "trigger_source"),
        (
            order("o", time_in_force=TimeInForce.IOC, instructions=OrderInstructions(post_only=True)),
            "post_only",
        ),
        (
            order("o", time_in_force=TimeInForce.IOC, instructions=OrderInstructions(display_qty=1)),
            "display_qty",
        ),
        (order("o" * 37), "client_order_id"),
    ],
)
def test_what_the_venue_has_no_words_for_is_refused(given, why) -> None:
    with pytest.raises(InputError, match=why):
        new_order(given, "BTCUSDT")


def test_a_cancel_names_an_order_by_id_or_number() -> None:
    assert cancel_order(cancel("c", "o"), "BTCUSDT") == {
        "symbol": "BTCUSDT", "origClientOrderId": "o", "newClientOrderId": "c",
    }  # fmt: skip
    assert cancel_order(cancel("c", "external:BTCUSDT:7"), "BTCUSDT")["orderId"] == "7"


def test_a_replace_stops_where_the_order_has_a_fill() -> None:
    params = replace_order(replace("r", "o", "0.02", 48_000), "BTCUSDT", order("o"))
    assert (params["cancelReplaceMode"], params["cancelRestrictions"]) == ("STOP_ON_FAILURE", "ONLY_NEW")
    assert (params["quantity"], params["price"], params["side"]) == ("0.02", "48000", "BUY")
    moved = msgspec.structs.replace(replace("r", "o", "0.02"), trigger_price=1)
    with pytest.raises(InputError, match="trigger price"):
        replace_order(moved, "BTCUSDT", order("o"))


# ------------------------------------------------------------------------------------------- words in

ROW = OrderRow(
    "BTCUSDT", 12, "o", "49000.00000000", "0.01000000", "0.00400000", "PARTIALLY_FILLED", "GTC", "LIMIT",
    "BUY", 1_700_000_000_000, 1_700_000_000_005,
)  # fmt: skip
NAMES = instrument_names(SYMBOLS, "BINANCE")


@pytest.mark.parametrize(
    ("status", "is_open", "kind"),
    [
        ("NEW", True, ExecType.NEW), ("PARTIALLY_FILLED", True, ExecType.NEW),
        ("PENDING_CANCEL", True, ExecType.NEW), ("FILLED", False, ExecType.TRADE),
        ("CANCELED", False, ExecType.CANCELED), ("EXPIRED", False, ExecType.EXPIRED),
        ("EXPIRED_IN_MATCH", False, ExecType.EXPIRED), ("REJECTED", False, ExecType.REJECTED),
    ],
)  # fmt: skip
def test_states_of_orders(status, is_open, kind) -> None:
    found = stated_order(msgspec.structs.replace(ROW, status=status), "a", NAMES)
    assert (found.is_open, found.exec_type) == (is_open, kind)
    assert (found.instrument_id, found.venue_order_id) == (BTC, "BTCUSDT:12")
    assert (found.order_qty, found.cum_qty, found.limit_price) == (10**7, 4 * 10**6, 49_000 * UNIT)
    assert found.ts_event == 1_700_000_000_005_000_012


def test_orders_of_others_and_strange_ones() -> None:
    market = msgspec.structs.replace(ROW, type="MARKET", price="0.00000000", symbol="XRPUSDT")
    found = stated_order(market, "a", NAMES)
    assert (found.limit_price, found.order_type, found.instrument_id) == (
        None, OrderType.MARKET, "XRPUSDT.BINANCE",
    )  # fmt: skip
    for name, value in (("status", "ODD"), ("type", "ODD"), ("side", "ODD"), ("price", "NaN")):
        with pytest.raises((LookupError, ValueError, InputError)):
            stated_order(msgspec.structs.replace(ROW, **{name: value}), "a", NAMES)


def test_the_order_that_a_replace_made_is_the_later_one() -> None:
    old = msgspec.structs.replace(ROW, status="CANCELED")
    new = msgspec.structs.replace(ROW, order_id=13, status="NEW")
    assert stated_order(new, "a", NAMES).ts_event > stated_order(old, "a", NAMES).ts_event


def test_both_sides_of_a_trade_with_oneself_are_two_executions() -> None:
    buy = TradeRow("BTCUSDT", 5, 12, "49000", "0.1", "0.0001", "BNB", 1_700_000_000_000, True, False)
    sell = msgspec.structs.replace(buy, order_id=13, is_buyer=False, is_maker=True)
    one, other = (stated_fill(each, "o", "a", NAMES) for each in (buy, sell))
    assert one.execution_id != other.execution_id
    assert (one.commission, one.commission_currency) == (10**5, "BNB")
    assert (one.side, other.side) == (Side.BUY, Side.SELL)
    assert (one.liquidity_side, other.liquidity_side) == (LiquiditySide.TAKER, LiquiditySide.MAKER)


def test_a_plain_limit_order_can_be_replaced_by_a_later_life() -> None:
    request = replace("r", "o", "0.02")
    assert as_sent(ROW, request).order_qty == 10**7
    for name, value in (("type", "LIMIT_MAKER"), ("iceberg_qty", "0.1"), ("time_in_force", "IOC")):
        with pytest.raises(InputError, match="cancel and send anew"):
            as_sent(msgspec.structs.replace(ROW, **{name: value}), request)


EVENT = {
    "e": "executionReport", "E": 1, "s": "BTCUSDT", "c": "o", "S": "BUY", "o": "LIMIT", "f": "GTC",
    "q": "0.01000000", "p": "49000.00000000", "C": "", "x": "NEW", "X": "NEW", "r": "NONE", "i": 12,
    "l": "0.00000000", "z": "0.00000000", "L": "0.00000000", "n": "0", "N": None, "T": 1_700_000_000_000,
    "t": -1, "m": False,
}  # fmt: skip
FILL = {"x": "TRADE", "X": "PARTIALLY_FILLED", "l": "0.004", "L": "48999", "n": "0.1", "N": "USDT", "t": 9}


def listened(*changes: Mapping[str, object]) -> list[tuple[ExecType, str]]:
    memory = Memory()
    memory.replaces.put("r", True)
    memory.cancels.put(cancel_name("c"), "c")
    listener = Listener("a", NAMES, memory)
    read = [listener.read(msgspec.json.encode({**EVENT, **each})) for each in changes]
    return [(each.exec_type, each.client_order_id) for each in read if each is not None]


def test_events_are_told_once() -> None:
    ended = {"x": "CANCELED", "X": "CANCELED", "c": "c", "C": "o"}
    assert listened({}, {}, FILL, FILL, ended, ended) == [
        (ExecType.NEW, "o"), (ExecType.TRADE, "o"), (ExecType.CANCELED, "c"),
    ]  # fmt: skip


def test_the_halves_of_a_replace_are_one_report() -> None:
    half = {"x": "CANCELED", "X": "CANCELED", "c": replace_name("r"), "C": "o"}
    assert listened({}, half, {"i": 13, "c": "r"}) == [(ExecType.NEW, "o"), (ExecType.REPLACED, "r")]


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"x": "EXPIRED", "X": "EXPIRED"}, ExecType.EXPIRED),
        ({"x": "EXPIRED", "X": "EXPIRED_IN_MATCH"}, ExecType.EXPIRED),
        ({"x": "TRADE_PREVENTION", "X": "EXPIRED_IN_MATCH", "A": "0.01"}, ExecType.EXPIRED),
        ({"x": "TRADE_PREVENTION", "X": "NEW"}, ExecType.RESTATED),
        ({"x": "REJECTED", "X": "REJECTED", "r": "INSUFFICIENT_BALANCES"}, ExecType.REJECTED),
        ({"x": "CANCELED", "X": "CANCELED", "c": "elsewhere", "C": "o"}, ExecType.CANCELED),
        ({"x": "CANCELED", "X": "CANCELED"}, ExecType.CANCELED),
    ],
)
def test_kinds_of_events(event, kind) -> None:
    assert listened(event) == [(kind, "o")]


@pytest.mark.parametrize(
    "event", [{"x": "ODD"}, {"q": "x"}, {"q": 1}, {"o": "ODD"}, {"S": "ODD"}, {"i": "x"}]
)
def test_events_that_cannot_be_read_raise_what_the_stream_expects(event) -> None:
    with pytest.raises((ValueError, LookupError, InputError)):
        listened(event)


# --------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'{"code":-2010,"msg":"Duplicate order sent."}', Refused),
        (400, b'{"code":-1013,"msg":"Filter failure: LOT_SIZE"}', Refused),
        (400, b'{"code":-1021,"msg":"outside of the recvWindow"}', Refused),
        (401, b'{"code":-2015,"msg":"Invalid API-key"}', Refused),
        (409, b'{"code":-2021,"msg":"partially failed","data":{"cancelResult":"SUCCESS"}}', Refused),
        (403, b"<html>", Refused),
        (400, b'{"code":-1006,"msg":"execution status unknown"}', VenueUnreachable),
        (400, b'{"code":-1007,"msg":"Timeout"}', VenueUnreachable),
        (400, b'{"code":-1000,"msg":"An unknown error occurred"}', VenueUnreachable),
        (400, b"<html>", VenueUnreachable),
        (404, b"[]", VenueUnreachable),
        (302, b"", VenueUnreachable),
        (500, b'{"code":-2010,"msg":"no"}', VenueUnreachable),
        (503, b"", VenueUnreachable),
        (429, b'{"code":-1003,"msg":"too much"}', RateLimited),
        (418, b"", RateLimited),
    ],
)
def test_what_an_error_means(status, body, kind) -> None:
    assert type(error_of(status, body, "7")) is kind


def test_how_long_to_wait() -> None:
    for header, wait_s in (("7", 7), (None, 10), ("soon", 10)):
        error = error_of(429, b"", header)
        assert isinstance(error, RateLimited)
        assert error.retry_after_ns == wait_s * UNIT


# --------------------------------------------------------------------------------------------- config


def test_terms_say_what_holds() -> None:
    terms = BinanceConfig("a", SYMBOLS, LOCAL).terms
    assert terms.id_rule is IdRule.OPEN_ORDERS
    assert terms.request_window_ns == 2_500_000_000
    assert (terms.dead_man_ns, terms.history_is_complete) == (0, True)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"symbols": {}}, "symbols"),
        ({"symbols": {"BTCUSDT.OTHER": "BTCUSDT"}}, "venue"),
        ({"symbols": {BTC: "btcusdt"}}, "capital"),
        ({"symbols": {BTC: "ETHBTC", "ETHBTC.BINANCE": "ETHBTC"}}, "twice"),
        ({"hosts": REAL}, "LIVE"),
        ({"environment": Environment.LIVE}, "LIVE"),
        ({"environment": Environment.BACKTEST}, "BACKTEST"),
        ({"recv_window_ms": 0}, "recv_window_ms"),
        ({"recv_window_ms": 60_001}, "recv_window_ms"),
        ({"heartbeat_ms": 0}, "heartbeat_ms"),
        ({"cancel_reserve": 80}, "cancel_reserve"),
        ({"hosts": Hosts("http://example.org", "wss://example.org")}, "https"),
    ],
)
def test_what_cannot_be_configured(changes, why) -> None:
    with pytest.raises(InputError, match=why):
        check_config(BinanceConfig(**{"account_id": "a", "symbols": SYMBOLS, "hosts": LOCAL, **changes}))


def test_the_hosts_that_are_known() -> None:
    for config in (
        BinanceConfig("a", SYMBOLS, TEST_NET),
        BinanceConfig("a", SYMBOLS, REAL, Environment.LIVE),
    ):
        assert check_config(config) is config


def test_what_is_remembered_is_bounded() -> None:
    recent: Recent[int, int] = Recent(2)
    for number in range(3):
        recent.put(number, number)
    assert (recent.get(0), recent.get(2), 1 in recent) == (None, 2, True)
