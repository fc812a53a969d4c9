"""Commands and events are the journal's format: tags are unique and stay, every value goes through bytes."""

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trade2026.model.commands import Command
from trade2026.model.events import Event
from trade2026.primitives.fixed_point import INT64_MAX

COMMANDS = {
    1: (
        "SubmitOrder now account_id client_order_id trader_id strategy_id environment instrument_id side "
        "order_type time_in_force order_qty limit_price reference_price reference_ts session_open "
        "session_close"
    ),
    2: "CancelOrder now account_id client_order_id trader_id order_id",
    3: (
        "ReplaceOrder now account_id client_order_id trader_id order_id order_qty limit_price "
        "reference_price reference_ts session_open session_close"
    ),
    4: "ReportExecution now report",
    20: "RegisterInstrument now instrument",
    21: "OpenAccount now account",
    22: "TransferCash now account_id currency amount text",
    23: "SetAccountLimits now account_id limits",
    24: "SetInstrumentLimits now account_id instrument_id limits",
    25: "SetTradingState now scope target state trader_id text",
    26: "SetRate now currency base_currency rate ts_event source",
    27: "RecordMarks now source marks",
    28: "StartRun now run_id environment code_version details",
    29: "StopRun now run_id input_sha256 text",
    30: "SetEntitlement now account_id trader_id entitled",
    31: "RecordClock now wall_ns",
}
EVENTS = {
    101: (
        "OrderApproved order_id now account_id client_order_id trader_id strategy_id instrument_id side "
        "order_type time_in_force order_qty limit_price reference_price reference_ts limits_version "
        "session_open session_close"
    ),
    102: "OrderDenied now account_id client_order_id order_id reason text",
    103: "OrderRepeated now account_id client_order_id order_id",
    104: "OrderAcknowledged order_id ts_event venue_order_id",
    105: "OrderRejected order_id ts_event text",
    106: (
        "OrderFilled order_id ts_event account_id instrument_id strategy_id execution_id side last_qty "
        "last_px cum_qty leaves_qty commission commission_currency liquidity_side"
    ),
    107: "OrderCanceled order_id ts_event text",
    108: "OrderExpired order_id ts_event text",
    109: "OrderPendingCancel order_id now account_id client_order_id orig_client_order_id instrument_id",
    110: (
        "OrderPendingReplace order_id now account_id client_order_id orig_client_order_id instrument_id "
        "order_qty limit_price reference_price limits_version"
    ),
    111: "OrderReplaced order_id ts_event client_order_id order_qty limit_price",
    112: "CancelRejected order_id ts_event client_order_id was_replace text",
    113: "ExecutionRepeated account_id execution_id ts_event",
    114: "InvalidTransition account_id client_order_id exec_type ts_event text",
    120: (
        "OrderRefused now account_id client_order_id strategy_id instrument_id side order_type "
        "time_in_force order_qty limit_price limits_version failures largest_qty"
    ),
    121: (
        "ReplaceRefused now account_id client_order_id order_id order_qty limit_price limits_version "
        "failures largest_qty"
    ),
    130: (
        "TradeBooked account_id instrument_id order_id execution_id ts_event currency quantity "
        "closed_qty cash closed_cost opened_cost realized commission commission_currency"
    ),
    131: "CashTransferred now account_id currency amount text",
    132: "RateSet now currency base_currency rate ts_event source",
    133: "MarksRecorded now source marks",
    140: "InstrumentRegistered now instrument",
    141: "AccountOpened now account",
    142: "AccountLimitsSet now account_id limits version",
    143: "InstrumentLimitsSet now account_id instrument_id limits version",
    144: "TradingStateSet now scope target state trader_id text",
    145: "RunStarted now run_id environment code_version details",
    146: "RunStopped now run_id input_sha256 text",
    147: "CommandDenied now text",
    148: "EntitlementSet now account_id trader_id entitled",
    149: "ClockRecorded now wall_ns",
}

_ENCODER = msgspec.msgpack.Encoder()


def described(types: tuple[Any, ...]) -> dict[int, str]:
    """Name and fields in order, by tag: what a reader of an old journal relies on."""
    table: dict[int, str] = {}
    for kind in types:
        config = kind.__struct_config__
        assert config.frozen
        assert config.array_like
        assert config.tag not in table, f"{kind.__name__} has the tag of {table[config.tag]}"
        table[config.tag] = " ".join((kind.__name__, *kind.__struct_fields__))
    return dict(sorted(table.items()))


def test_commands_keep_their_tags_and_fields():
    """A field may be added at the end with a default; nothing may move, go or be renumbered."""
    assert described(get_args(Command)) == COMMANDS


def test_events_keep_their_tags_and_fields():
    assert described(get_args(Event)) == EVENTS


def test_no_command_has_the_tag_of_an_event():
    assert not COMMANDS.keys() & EVENTS.keys()


def _of(kind: Any) -> st.SearchStrategy:
    """Values of a type as the journal may hold them: integers in int64, text of any characters."""
    if kind is int:
        return st.integers(-INT64_MAX, INT64_MAX)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return st.tuples(*(_of(field.type) for field in msgspec.structs.fields(kind))).map(
            lambda values: kind(*values)
        )
    arguments = get_args(kind)
    if getattr(kind, "__origin__", None) is tuple and arguments[-1] is ...:
        return st.lists(_of(arguments[0]), max_size=3).map(tuple)
    if arguments:
        return st.one_of(*(_of(argument) for argument in arguments))
    if kind is bytes:
        return st.binary(min_size=16, max_size=16)
    return st.from_type(kind)


@pytest.mark.parametrize("kind", [*get_args(Command), *get_args(Event)], ids=lambda kind: kind.__name__)
def test_every_value_goes_through_bytes(kind):
    union = Command if kind in get_args(Command) else Event
    decoder = msgspec.msgpack.Decoder(union)

    @given(_of(kind))
    @settings(max_examples=25)
    def check(value):
        data = _ENCODER.encode(value)
        back = decoder.decode(data)
        assert type(back) is kind
        assert back == value
        assert _ENCODER.encode(back) == data
        assert hash(back) == hash(value)

    check()
