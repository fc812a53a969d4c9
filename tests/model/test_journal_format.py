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
        "SubmitOrder now account_id client_order_id trader_id strategy_id environment instrument_id "
        "side order_type time_in_force order_qty limit_price reference_price reference_ts session_open "
        "session_close instructions"
    ),
    2: "CancelOrder now account_id client_order_id trader_id order_id",
    3: (
        "ReplaceOrder now account_id client_order_id trader_id order_id order_qty limit_price "
        "reference_price reference_ts session_open session_close trigger_price"
    ),
    4: "ReportExecution now report",
    5: "TriggerOrder now order_id price ts_event",
    6: "MoveTrigger now order_id price ts_event",
    7: "EndHeldOrder now order_id",
    8: "MarkUnknown now account_id client_order_id text",
    9: "ResolveNotReceived now account_id client_order_id evidence",
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
    42: "SetVenueSession now venue state text",
    43: "RecordReconciliation now venue passes is_converged orders executions differences",
    44: "AdjustPosition now account_id commodity amount price trader_id text",
    40: "RetireOrders now order_ids refused",
    41: "RecallOrders now facts",
}
EVENTS = {
    101: (
        "OrderApproved order_id now account_id client_order_id trader_id strategy_id instrument_id side "
        "order_type time_in_force order_qty limit_price reference_price reference_ts limits_version "
        "session_open session_close instructions"
    ),
    102: "OrderDenied now account_id client_order_id order_id reason text",
    103: "OrderRepeated now account_id client_order_id order_id",
    104: "OrderAcknowledged order_id ts_event venue_order_id",
    105: "OrderRejected order_id ts_event text",
    106: (
        "OrderFilled order_id ts_event account_id instrument_id strategy_id execution_id side last_qty "
        "last_px cum_qty leaves_qty commission commission_currency liquidity_side part_id"
    ),
    107: "OrderCanceled order_id ts_event text client_order_id prevented_qty",
    108: "OrderExpired order_id ts_event text prevented_qty",
    109: "OrderPendingCancel order_id now account_id client_order_id orig_client_order_id instrument_id",
    110: (
        "OrderPendingReplace order_id now account_id client_order_id orig_client_order_id instrument_id "
        "order_qty limit_price reference_price limits_version trigger_price"
    ),
    111: (
        "OrderReplaced order_id ts_event client_order_id order_qty limit_price trigger_price "
        "reserve_price leg_qty"
    ),
    112: "CancelRejected order_id ts_event client_order_id was_replace text",
    113: "ExecutionRepeated account_id execution_id ts_event",
    114: "InvalidTransition account_id client_order_id exec_type ts_event text",
    115: "OrderHeld order trigger_price armed_qty",
    116: "OrderReleased order_id now order price ts_event text",
    117: "TriggerMoved order_id now trigger_price price",
    118: "OrderArmed order_id now armed_qty",
    119: "OrderRestated order_id ts_event order_qty limit_price text leg_qty",
    120: (
        "OrderRefused now account_id client_order_id strategy_id instrument_id side order_type "
        "time_in_force order_qty limit_price limits_version failures largest_qty instructions"
    ),
    121: (
        "ReplaceRefused now account_id client_order_id order_id order_qty limit_price limits_version "
        "failures largest_qty trigger_price"
    ),
    122: "OrderUnknown order_id now client_order_id text",
    123: "OrderNotReceived order_id now client_order_id evidence",
    124: "OrderSuspended order_id ts_event exec_type text",
    125: (
        "FillBusted order_id ts_event account_id instrument_id strategy_id execution_id "
        "ref_execution_id side last_qty last_px cum_qty leaves_qty commission commission_currency "
        "is_reopened correction is_child is_earlier_part"
    ),
    126: "ReportParked report",
    127: "ParkedReportTaken account_id instrument_id ref_execution_id",
    128: (
        "OrderAdopted order_id ts_event account_id client_order_id venue_order_id instrument_id side "
        "order_type time_in_force order_qty limit_price reserve_price"
    ),
    129: "AlarmRaised now kind account_id order_id text",
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
    165: "VenueSessionSet now venue state text",
    166: (
        "PositionAdjusted now account_id commodity currency quantity price closed_qty cash closed_cost "
        "opened_cost realized trader_id text"
    ),
    167: "ReconciliationRecorded now venue passes is_converged orders executions differences",
    160: "OrdersRetired now order_ids refused",
    161: "OrdersRecalled now facts",
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
    if getattr(kind, "__origin__", None) is tuple:
        if arguments[-1] is ...:
            return st.lists(_of(arguments[0]), max_size=3).map(tuple)
        return st.tuples(*(_of(each) for each in arguments))
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
