"""The command line in this process: arguments in, exit code and both outputs out; and files to run it on."""

import contextlib
import io
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from trade2026.application.desk import Desk
from trade2026.application.named_data import NamedData
from trade2026.application.requests import DataRequest
from trade2026.application.services import Services
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.wiring import make_services
from trade2026.cli.app import run
from trade2026.ports.feed import MarketDataSource
from trade2026.ports.prism import PrismLine

HALF_YEAR = ("--data", "sp500", "--from", "2020-01-01", "--to", "2020-06-30")
QUICK = ("-p", "lookback=40", "-p", "skip=5")
"""Momentum that trades within half a year."""

_SHARED: dict[str, Services] = {}


class _CachedData:
    """The sample is read once for all tests: it never changes."""

    _samples: ClassVar[list[MarketDataSource]] = []

    def __init__(self, services: Services) -> None:
        self._services = services

    def shipped(self) -> tuple[str, ...]:
        return self._services.data.shipped()

    def names(self) -> tuple[str, ...]:
        return self._services.data.names()

    def about(self, name: str) -> NamedData:
        return self._services.data.about(name)

    def live(self, request: DataRequest) -> PrismLine | None:
        return self._services.data.live(request)

    def open(self, request: DataRequest) -> MarketDataSource:
        if request != DataRequest(names=("sp500",)):
            return self._services.data.open(request)
        if not self._samples:
            self._samples.append(self._services.data.open(request))
        return self._samples[0]


def services_at(home: Path) -> Services:
    """The real services of a desk at `home`, with data and calendars shared between tests."""
    if "first" not in _SHARED:
        _SHARED["first"] = make_services(Config("/nowhere"))
    first = _SHARED["first"]
    made = make_services(Config(str(home)))
    return replace(made, data=_CachedData(made), calendars=first.calendars, code_version=first.code_version)


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The only line of stdout."""
        lines = self.out.splitlines()
        assert len(lines) == 1, lines
        value: dict[str, Any] = json.loads(lines[0])
        return value

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Every line of stdout as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


class Terminal:
    """A desk at one folder."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *arguments: str | Path) -> Said:
        out, err = io.StringIO(), io.StringIO()
        desk = Desk(lambda: services_at(self.home))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(desk, [str(argument) for argument in arguments])
        said = Said(code, out.getvalue(), err.getvalue())
        assert "Traceback" not in said.out + said.err
        return said

    def runs(self) -> list[Path]:
        """The run folders, oldest first."""
        return sorted((self.home / "runs").glob("*"), key=lambda path: path.stat().st_mtime_ns)

    def files(self) -> list[Path]:
        """Everything below the home."""
        return sorted(self.home.rglob("*")) if self.home.exists() else []


def write_bars(path: Path, closes: list[float], *, volume: bool = True) -> Path:
    """Daily bars from 2021-01-01; open, high and low around each close."""
    head = "date,open,high,low,close" + (",volume" if volume else "")
    lines = [head]
    for day, close in enumerate(closes):
        month, rest = divmod(day, 28)
        cells = [f"2021-{month + 1:02}-{rest + 1:02}", close, close * 1.01, close * 0.99, close]
        text = [cells[0], *(f"{cell:.2f}" for cell in cells[1:] if isinstance(cell, float))]
        lines.append(",".join(str(cell) for cell in text) + (",1000" if volume else ""))
    path.write_text("\n".join(lines) + "\n")
    return path


BITCOIN = ("--instrument", "BTCUSDT.BINANCE", "--volume-unit", "base")

STRATEGY = '''"""A strategy for tests."""
import msgspec
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.ports.strategy import Strategy


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: int = 40
    level: float = 1.5


class Mine(Strategy):
    """Rests a bid far below the market, then does as told."""

    parameters_type = Parameters

    def __init__(self, parameters):
        super().__init__(parameters)
        self.seen = 0

    def on_bar(self, context, bar):
        self.seen += 1
        if self.seen == 1:
            price = bar.close // 2 // 10**7 * 10**7
            context.submit_order(
                bar.instrument_id, Side.BUY, 10**9, order_type=OrderType.LIMIT, limit_price=price,
                time_in_force=TimeInForce.GTC,
            )
        if self.seen == self.parameters.at:
            self.act(context)

    def act(self, context):
        {act}
'''


def write_strategy(path: Path, act: str = "pass") -> Path:
    """A strategy file whose `act` runs at bar number `at`."""
    path.write_text(STRATEGY.replace("{act}", act))
    return path
