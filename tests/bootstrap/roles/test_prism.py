"""The simulated market as a process: unmodified ccxt trades with its traders, and it ends in good order."""

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import ccxt
import pytest

import trade2026
from trade2026.adapters.embedded.sim_link import SOCKET, SimConnection
from trade2026.bootstrap.config import HOME_VARIABLE
from trade2026.bootstrap.places import Places
from trade2026.ports.runner_link import JobState
from trade2026.primitives.time import SECOND_NS

pytestmark = [pytest.mark.process, pytest.mark.slow]

SOURCE = str(Path(trade2026.__file__).parents[1])
READY_WITHIN_S = 180.0  # The first start ever compiles.


def run(home: Path, *options: str) -> subprocess.Popen[str]:
    environment = {**os.environ, HOME_VARIABLE: str(home), "PYTHONPATH": SOURCE}
    command = [sys.executable, "-m", "trade2026.bootstrap.main", "run", "prism", *options]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    home, port = tmp_path_factory.mktemp("home"), free_port()
    process = run(home, "--port", str(port), "--seed", "4")
    deadline = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v3/ping", timeout=READY_WITHIN_S):
                break
        except OSError:
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            assert time.monotonic() < deadline, "the market does not listen"
    yield home, port
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "its door is http://127.0.0.1" in said
    assert "Traceback" not in said


def client(home: Path, port: int) -> "ccxt.binance":
    (key,) = json.loads((home / "prism" / "keys.json").read_text())
    found = ccxt.binance({
        "apiKey": key["key"], "secret": key["secret"], "options": {"fetchMarkets": {"types": ["spot"]}},
    })  # fmt: skip
    urls = found.urls["api"]
    found.urls["api"] = {
        name: f"http://127.0.0.1:{port}/" + url.split("/", 3)[3] if isinstance(url, str) else url
        for name, url in urls.items()
    }
    return found


def test_a_stranger_trades_with_the_traders(market: tuple[Path, int]) -> None:
    exchange = client(*market)
    symbols = exchange.load_markets()
    assert {"BTC/USDT", "ETH/USDT", "SOL/USDT", "BNB/USDT", "ADA/USDT"} <= set(symbols)
    book = exchange.fetch_order_book("BTC/USDT", 20)
    assert book["bids"][0][0] < book["asks"][0][0]
    before = exchange.fetch_balance()
    bought = exchange.create_order("BTC/USDT", "market", "buy", 0.01)
    assert bought["status"] == "closed"
    assert bought["filled"] == 0.01
    after = exchange.fetch_balance()
    assert after["BTC"]["total"] - before["BTC"]["total"] == pytest.approx(0.01)
    resting = exchange.create_order("BTC/USDT", "limit", "buy", 0.01, round(book["bids"][0][0] * 0.9, 2))
    assert [order["id"] for order in exchange.fetch_open_orders("BTC/USDT")] == [resting["id"]]
    exchange.cancel_order(resting["id"], "BTC/USDT")
    assert exchange.fetch_open_orders("BTC/USDT") == []


def test_the_market_lives(market: tuple[Path, int]) -> None:
    exchange = client(*market)
    first = exchange.fetch_trades("ETH/USDT", limit=1000)[-1]["timestamp"]
    deadline = time.monotonic() + 60
    while exchange.fetch_trades("ETH/USDT", limit=1000)[-1]["timestamp"] <= first:
        assert time.monotonic() < deadline, "nobody trades"


def test_others_look_at_it_and_have_a_scorecard_made(market: tuple[Path, int]) -> None:
    async def look() -> None:
        line = SimConnection(Places(str(market[0])).socket(SOCKET))
        await line.start()
        assert await line.wait_connected(30 * SECOND_NS)
        first = await line.status()
        assert first.seed == 4
        assert "guest" in first.customers
        assert len((await line.live("BTCUSDT.PRISM", 0)).columns) >= 300  # It was watched while it warmed up.
        await line.inject("liquidity_withdrawal", {"for_s": 1}, trader_id="ann", reason="look")
        async with asyncio.timeout(READY_WITHIN_S):
            while (await line.status()).now <= first.now:
                await asyncio.sleep(0)
            job = await line.start_scorecard(1, 0.5, "ann")
            while (job := await line.scorecard_job()).state is JobState.RUNNING:
                await asyncio.sleep(0.05)  # Another process is at work.
        assert (job.state, job.error) == (JobState.DONE, "")
        assert (await line.scorecard()).seeds == (1,)
        await line.aclose()

    asyncio.run(look())
    assert stat.S_IMODE((market[0] / "prism" / "scorecard.json").stat().st_mode) == 0o600


def test_keys_are_their_owners_alone(market: tuple[Path, int]) -> None:
    folder = market[0] / "prism"
    assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_port_in_use_is_named(market: tuple[Path, int]) -> None:
    process = run(market[0], "--port", str(market[1]))
    _, said = process.communicate(timeout=60)
    assert process.returncode == 3
    assert f"port {market[1]}" in said
    assert "--port" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--speed", "fast"), "--speed must be max"),
        (("--speed", "0x"), "--speed must be max"),
        (("--port", "70000"), "--port must be"),
        (("--seed", "one"), "--seed"),
        (("--host", "nowhere"), "--host"),
    ],
)
def test_what_it_is_told_wrong_is_named(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    process = run(tmp_path, *options)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said in told


def test_a_configuration_that_cannot_be_names_the_field(tmp_path: Path) -> None:
    (tmp_path / "prism").mkdir()
    (tmp_path / "prism" / "config.json").write_text('{"noise": {"branching": 1.5}}')
    process = run(tmp_path)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "branching" in told
    assert "config.json" in told


def test_options_of_the_market_go_with_nothing_else(tmp_path: Path) -> None:
    environment = {**os.environ, HOME_VARIABLE: str(tmp_path), "PYTHONPATH": SOURCE}
    command = [sys.executable, "-m", "trade2026.bootstrap.main", "run", "core", "--speed", "2x"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--speed goes with prism alone" in done.stderr
