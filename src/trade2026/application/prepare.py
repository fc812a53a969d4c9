"""From a request to a run that is ready: everything is found and checked, and nothing is written."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from trade2026.application import runs
from trade2026.application.costs import describe_costs, paper_config
from trade2026.application.parameters import parse_parameters, show_parameters
from trade2026.application.period import describe_period, parse_period
from trade2026.application.requests import BacktestRequest
from trade2026.application.services import Services, StrategyDefinition
from trade2026.model.enums import Environment
from trade2026.model.instrument import Instrument
from trade2026.ports.feed import DataDescription, MarketDataSource
from trade2026.ports.strategy import Strategy
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX, MONEY_MAX, format_raw, parse_raw
from trade2026.primitives.identifiers import derive_identifier
from trade2026.primitives.seeds import derive_seed
from trade2026.simulation.paper import BpsFees, FeeCurrency, PaperConfig, PaperVenue, PerShareFees


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A backtest that is ready to run, once; what it will do can be shown first."""

    services: Services
    request: BacktestRequest
    definition: StrategyDefinition
    strategy: Strategy
    parameters: tuple[tuple[str, str], ...]
    source: MarketDataSource
    data: DataDescription
    instruments: tuple[Instrument, ...]
    paper: PaperConfig
    venue: PaperVenue
    plan: runs.Plan
    run_id: str

    @property
    def event_count(self) -> int | None:
        """Market events of the run, where that is known without reading them."""
        whole = self.plan.start_ns is None and self.plan.end_ns is None
        return self.data.event_count if whole else None

    def describe(self) -> tuple[tuple[str, str], ...]:
        """What will be run, as labeled lines."""
        parameters = ", ".join(f"{name}={value}" for name, value in self.parameters)
        ids = [instrument.instrument_id for instrument in self.instruments]
        listed = ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
        account = f"{self.plan.account_type.lower()}, at most {self.plan.max_leverage} times its equity"
        if self.plan.account_type == "CASH":
            account = "cash, no borrowing"
        return (
            ("Strategy", f"{self.definition.name}{f' ({parameters})' if parameters else ''}"),
            ("Data", f"{self.data.name}: {listed}"),
            ("Period", describe_period(self.plan.start_ns, self.plan.end_ns)),
            ("Account", f"{grouped(self.plan.cash)} {self.plan.currency}, {account}"),
            *describe_costs(self.paper),
            ("Seed", str(self.plan.seed)),
        )


def prepare(request: BacktestRequest, services: Services) -> PreparedRun:
    """Find and check everything a run needs; nothing is written.

    Raises
    ------
    InputError
        Something of the request cannot be used; the message names it, its value and the remedy.
    """
    if request.seed < 0:
        raise InputError(f"--seed must not be negative, was {request.seed}")
    start_ns, end_ns = parse_period(request.start, request.end)
    paper = paper_config(request.costs)
    cash, leverage = _positive("--cash", request.cash), _positive("--max-leverage", request.max_leverage)
    definition = services.strategies.find(request.strategy)
    parameters = parse_parameters(definition.parameters_type, request.parameters, definition.name)
    strategy = definition.make(parameters)
    source = services.data.open(request.data)
    data, instruments = source.describe(), source.instruments()
    _check_fees(paper, data, instruments)
    _check_period(source, start_ns, end_ns)
    plan = runs.Plan(
        strategy=definition.name,
        strategy_id=definition.strategy_id,
        source_sha256=definition.source_sha256,
        parameters=_raw(parameters),
        data=_short(data.name),
        data_sha256=data.sha256,
        data_options=_raw(msgspec.structs.replace(request.data, names=())),
        instruments_sha256=hashlib.sha256(msgspec.msgpack.encode(instruments)).hexdigest(),
        start_ns=start_ns,
        end_ns=end_ns,
        cash=cash,
        currency=_currency(instruments),
        account_type=request.account_type.value,
        max_leverage=leverage,
        costs=_raw(paper),
        seed=request.seed,
        code_version=services.code_version(),
    )
    return PreparedRun(
        services=services,
        request=request,
        definition=definition,
        strategy=strategy,
        parameters=show_parameters(parameters),
        source=source,
        data=data,
        instruments=instruments,
        paper=paper,
        venue=_venue(services, instruments, paper, data, request.seed),
        plan=plan,
        run_id=derive_identifier(plan.canonical().decode()),
    )


def _positive(option: str, text: str) -> str:
    """A decimal above zero in its shortest form."""
    raw = parse_raw(text, option, maximum=MONEY_MAX if option == "--cash" else INT64_MAX)
    if raw <= 0:
        raise InputError(f"{option} must be above zero, was {format_raw(raw)}")
    return format_raw(raw)


def _check_period(source: MarketDataSource, start_ns: int | None, end_ns: int | None) -> None:
    """Refuse a period without a single event."""
    if not any(source.batches(start_ns, end_ns)):  # Ends at the first batch that holds something.
        raise InputError(
            f"{source.describe().name} has no market event in the period "
            f"{describe_period(start_ns, end_ns)}; 'trade2026 data describe' shows what it has, "
            f"--from and --to choose"
        )


def _venue(
    services: Services,
    instruments: tuple[Instrument, ...],
    paper: PaperConfig,
    data: DataDescription,
    seed: int,
) -> PaperVenue:
    random = services.make_random(derive_seed(seed, "venue", "latency"))
    return PaperVenue("PAPER", Environment.BACKTEST, instruments, paper, data=data, random=random)


def _check_fees(paper: PaperConfig, data: DataDescription, instruments: Sequence[Instrument]) -> None:
    """Refuse fees that the data or an instrument cannot bear, in the words of the command line."""
    if isinstance(paper.fees, BpsFees) and paper.fees.currency is not FeeCurrency.QUOTE:
        for instrument in instruments:
            if instrument.base_currency is None:
                raise InputError(
                    f"--fee-currency must be quote for {instrument.instrument_id}, which has no base "
                    f"currency, was {paper.fees.currency.value.lower()}"
                )
    if isinstance(paper.fees, PerShareFees) and not data.permits_per_share_fees:
        raise InputError(
            f"--fees must not be per share, was {format_raw(paper.fees.per_share)}/share: the prices of "
            f"{data.name} are adjusted, and its share counts are not those of the day; write basis points "
            f"such as 1bps"
        )


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value, order="sorted"))


def _currency(instruments: Sequence[Instrument]) -> str:
    """The account's currency: all prices must be in it, because a backtest has no exchange rates."""
    priced = sorted({instrument.quote_currency for instrument in instruments})
    if len(priced) != 1:
        raise InputError(f"data must be priced in one currency, was in {', '.join(priced)}; run them apart")
    return priced[0]


def _short(name: str) -> str:
    """Names of files without their folders: the same run from elsewhere is the same run."""
    return " + ".join(part.rpartition("/")[2] for part in name.split(" + "))


def grouped(decimal: str) -> str:
    """A decimal text with thousands separators: "1000000.5" is "1,000,000.5"."""
    whole, point, part = decimal.partition(".")
    return f"{int(whole):,}{point}{part}"
