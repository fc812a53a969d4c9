"""The client's structs and methods against the interface's own description, field by field."""

import asyncio
import re
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest

from tests.web.caller import Caller
from tests.web.desk import WebDesk
from trade2026.application.analyses.registry import analyses
from trade2026.client import problem as problems
from trade2026.client import requests
from trade2026.client.call import PREFIX
from trade2026.client.live.frames import ROW_TYPES
from trade2026.client.results import (
    backtests,
    desk,
    market,
    orders,
    portfolio,
    rebalancing,
    sim,
    strategies,
    trading_state,
    venues,
)
from trade2026.client.values import Timestamp, decode_value
from trade2026.web.live.topics import TOPICS, TopicKind
from trade2026.web.routes import sim_views

SCHEMAS: dict[str, type[msgspec.Struct]] = {
    "AccountView": portfolio.Account,
    "AlertView": desk.Alert,
    "AnalysisAnswer": backtests.AnalysisAnswer,
    "AnalysisRequest": backtests.AnalysisRequest,
    "AnalysisView": backtests.AnalysisDescription,
    "BacktestResult": backtests.BacktestResult,
    "BarView": market.Bar,
    "BarsView": market.Bars,
    "BatchAnswer": orders.BatchAnswer,
    "BatchResult": orders.BatchResult,
    "Canceled": orders.Canceled,
    "ChangeAnswer": orders.ChangeAnswer,
    "DataView": backtests.DataSet,
    "DifferenceRow": venues.DifferenceRow,
    "DifferenceView": venues.Difference,
    "EquityPoint": portfolio.EquityPoint,
    "EventView": desk.Event,
    "EvidenceView": orders.Evidence,
    "Failure": problems.Failure,
    "FailureView": problems.Failure,
    "FeedView": market.Feed,
    "FieldError": problems.FieldProblem,
    "FillView": orders.Fill,
    "Health": desk.Health,
    "InstrumentView": market.Instrument,
    "JobRequest": backtests.JobRequest,
    "JobView": backtests.Job,
    "LedgerEntry": portfolio.LedgerEntry,
    "LimitsView": portfolio.Limits,
    "LogLineView": strategies.LogLine,
    "LotView": portfolio.Lot,
    "Me": desk.Me,
    "OrderAnswer": orders.OrderAnswer,
    "OrderEventView": orders.OrderEvent,
    "OrderView": orders.Order,
    "PositionView": portfolio.Position,
    "PostingView": portfolio.Posting,
    "PreviewAnswer": orders.Preview,
    "Confirmed": rebalancing.Confirmed,
    "Problem": problems.Problem,
    "ProposalRequest": rebalancing.ProposalRequest,
    "ProposalView": rebalancing.Proposal,
    "ProposedLine": rebalancing.ProposedLine,
    "ProposedOrder": rebalancing.ProposedOrder,
    "QuoteView": market.Quote,
    "ReconciliationRow": venues.ReconciliationRow,
    "ReconciliationView": venues.Reconciliation,
    "Resumed": orders.Resumed,
    "RungView": trading_state.Rung,
    "RunPosition": strategies.RunPosition,
    "RunView": strategies.StrategyRun,
    "ServiceView": desk.Service,
    "Services": desk.Services,
    "SimAgentView": sim.SimAgent,
    "SimAgentsView": sim.SimAgents,
    "SimBookView": sim.SimBook,
    "SimColumnView": sim.SimColumn,
    "SimFact": sim.SimFact,
    "SimFieldView": sim.SimField,
    "SimFigure": sim.SimFigure,
    "SimGaugeView": sim.SimGauge,
    "SimGaugesView": sim.SimGauges,
    "SimInjectedView": sim.SimInjected,
    "SimKindView": sim.SimKind,
    "SimKindsView": sim.SimKinds,
    "SimLiveView": sim.SimBookLive,
    "SimPrintView": sim.SimTrade,
    "SimRestarting": sim.SimRestarting,
    "SimScorecardJobView": sim.SimScorecardJob,
    "SimScorecardView": sim.SimScorecard,
    "SimTopView": sim.SimTop,
    "SimView": sim.SimState,
    "StrategyView": strategies.Strategy,
    "Taken": venues.Taken,
    "TargetView": trading_state.HaltTarget,
    "Tokens": desk.Tokens,
    "TradingStateView": trading_state.TradingStateRow,
    "TradingStates": trading_state.TradingStates,
    "UnknownView": venues.UnknownOutcome,
    "UserCreated": desk.NewUser,
    "UserShort": desk.UserShort,
    "UserView": desk.User,
    "VenueView": venues.VenueRow,
}
# Groups of fields in the requests of analyses, such as constraints.
GROUPS = {
    type(value).__name__
    for each in analyses()
    for value in msgspec.structs.asdict(each.request()).values()
    if isinstance(value, msgspec.Struct)
}
# Lists are `Rows`; bodies that are sent are checked below; these are for others than this client.
ELSEWHERE = re.compile(
    r"(Accept|Page_.*_|.*List|Equity|Keys|Rotated|(Order|Batch|Bracket|Cancel|Replace)Request|Backtest|CancelAll"
    rf"|OwnRows|{'|'.join(each.request.__name__ for each in analyses())}|{'|'.join(sorted(GROUPS))}"
    r"|Costs|Empty|FeedControl|Halt|Login|NewUser|PasswordChange|Rebalance|Reconcile|Refresh|Resume|StartRun|StopLoss"
    r"|StopRun|TakeProfit|UserChange|Sim(Scenario|Restart|Scorecard)Request)\Z"
)
NOT_OFFERED = {"/.well-known/jwks.json", "/auth/jwks", "/auth/keys/rotate", "/ui/pages"}
ANALYSES = {f"/{each.analysis_id}" for each in analyses()}
"""Asked for by their names."""
# What the live feed leaves out of a row that REST has.
DEFAULTED = {("RunView", "restarts"), ("SimView", "customers")}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with asyncio.Runner() as runner:
        found = runner.run(WebDesk().open(tmp_path_factory.mktemp("desk")))
        yield runner.run(Caller(found.app)("GET", "/api/v1/openapi.json")).json
        runner.run(found.close())


def test_every_answer_has_its_struct(document: dict[str, Any]) -> None:
    structs = {
        name
        for name, schema in document["components"]["schemas"].items()
        if schema.get("type") == "object" and not ELSEWHERE.match(name)
    }
    assert structs == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_fields_are_those_of_the_interface(document: dict[str, Any], name: str) -> None:
    schema, struct = document["components"]["schemas"][name], SCHEMAS[name]
    tag = struct.__struct_config__.tag_field
    assert [each for each in schema["properties"] if each != tag] == list(struct.__struct_fields__)
    hints = get_type_hints(struct)
    required = set(schema.get("required", ()))
    for field in msgspec.structs.fields(struct):
        assert field.required == (field.name in required) or (name, field.name) in DEFAULTED, field.name
        told = kinds_of_schema(document, schema["properties"][field.name])
        read = kinds_of_type(hints[field.name])
        assert told is None or read >= told, f"{name}.{field.name}: {read} cannot be all of {told}"
        if told is not None:
            assert ("null" in read) == ("null" in told), f"{name}.{field.name}: None"


def kinds_of_schema(document: dict[str, Any], schema: dict[str, Any]) -> set[str] | None:
    """JSON types a value may be; None for any."""
    if "$ref" in schema:
        return kinds_of_schema(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        parts = [kinds_of_schema(document, each) for each in schema["anyOf"]]
        return None if None in parts else {kind for part in parts if part for kind in part}
    if "enum" in schema:
        return {"string"}
    return {schema["type"]} if "type" in schema else None


def kinds_of_type(hint: Any) -> set[str]:
    """JSON types that decode to a Python type."""
    origin = get_origin(hint)
    if isinstance(hint, UnionType):
        return {kind for each in get_args(hint) for kind in kinds_of_type(each)}
    if hint is Any:
        return {"object", "array", "string", "number", "integer", "boolean", "null"}
    if origin in (tuple, list):
        return {"array"}
    if origin is dict:
        return {"object"}
    plain = {
        NoneType: {"null"}, bool: {"boolean"}, int: {"integer"}, float: {"number", "integer"},
        str: {"string"}, Decimal: {"string"}, Timestamp: {"string"},
    }  # fmt: skip
    if hint in plain:
        return plain[hint]
    if issubclass(hint, Enum):
        return {"string"}
    assert issubclass(hint, msgspec.Struct), hint
    return {"object"}


@pytest.mark.parametrize("name", SCHEMAS)
def test_words_of_enums_are_known(document: dict[str, Any], name: str) -> None:
    hints = get_type_hints(SCHEMAS[name])
    tag = SCHEMAS[name].__struct_config__.tag_field
    for field, schema in document["components"]["schemas"][name]["properties"].items():
        if field == tag:
            continue
        for words in enums(document, schema):
            found = [each for each in (hints[field], *get_args(hints[field])) if isinstance(each, type)]
            kinds = [each for each in found if issubclass(each, Enum)]
            assert kinds, f"{name}.{field} has no enum"
            assert {each.value for each in kinds[0]} == set(words)


def enums(document: dict[str, Any], schema: dict[str, Any]) -> list[list[str]]:
    if "$ref" in schema:
        return enums(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "enum" in schema:
        return [schema["enum"]]
    return [words for each in schema.get("anyOf", ()) for words in enums(document, each)]


def test_every_example_can_be_read(document: dict[str, Any]) -> None:
    read = 0
    for item in document["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values():
                for content in response.get("content", {}).values():
                    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
                    if name in SCHEMAS and "example" in content:
                        msgspec.convert(content["example"], SCHEMAS[name], dec_hook=decode_value)
                        read += 1
    assert read > 20


def test_every_request_is_offered(document: dict[str, Any]) -> None:
    """Paths are in the client's source as they are described; a new route is noticed."""
    folder = Path(requests.__file__).parent
    source = "\n".join(path.read_text() for path in [*folder.glob("asynchronous/*.py"), folder / "login.py"])
    offered = set(re.findall(r"""[f]?"(?:\{PREFIX\})?(/[a-z][^"]*)\"""", source))
    for path in document["paths"]:
        short = path.removeprefix(PREFIX)
        if short in NOT_OFFERED | ANALYSES:
            continue
        wanted = re.sub(r"\{(\w+)\}", "{}", short)
        shapes = {re.sub(r"\{[^}]*\}", "{}", each) for each in offered} | {"/auth/login", "/auth/refresh"}
        assert wanted in shapes, f"{short} has no method"


def properties(document: dict[str, Any], name: str) -> set[str]:
    return set(document["components"]["schemas"][name]["properties"])


def test_orders_are_sent_as_they_are_taken(document: dict[str, Any]) -> None:
    order = requests.NewOrder(
        account_id="a", instrument_id="i", side="BUY", order_qty=1, limit_price=2, strategy_id="s",
        client_order_id="c", trigger_price=3, trigger_source="MID", trailing_offset=4,
        trailing_offset_type="PRICE", display_qty=1, expire_time="2026-11-30T16:00:00Z", post_only=True,
        reduce_only=True, contingency_type="OCO", list_id="l", parent_client_order_id="p",
    )  # fmt: skip
    assert set(order.body()) == properties(document, "OrderRequest")
    assert set(requests.Terms.__annotations__) | {"account_id", "instrument_id", "side", "order_qty"} == set(
        requests.NewOrder.__struct_fields__
    )


def test_brackets_are_sent_as_they_are_taken(document: dict[str, Any]) -> None:
    entry = requests.NewOrder(account_id="a", instrument_id="i", side="BUY", order_qty=1)
    loss = requests.StopLoss(
        trigger_price=1, limit_price=1, trigger_source="MID", trailing_offset=1, trailing_offset_type="PRICE"
    )
    body = requests.bracket_body(entry, 2, loss, "GTC")
    assert set(body) == properties(document, "BracketRequest")
    unasked = {"client_order_id", "expire_time"}  # The key names them, and exits last until canceled.
    assert set(body["take_profit"]) == properties(document, "TakeProfit") - unasked
    assert set(body["stop_loss"]) == properties(document, "StopLoss") - unasked


def test_a_book_of_the_live_feed_has_the_fields_it_is_told_with() -> None:
    assert sim.SimBookTop.__struct_fields__ == sim_views.SimBookTopView.__struct_fields__


def test_rows_of_every_live_topic_are_known() -> None:
    assert {each.name for each in TOPICS if each.kind is not TopicKind.CONFLATED} == set(ROW_TYPES)
