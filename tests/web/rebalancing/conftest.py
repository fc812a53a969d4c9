"""One desk with an account for each test: what one confirms moves no other's."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.web.caller import Caller
from tests.web.conftest import Running
from tests.web.desk import WebDesk
from trade2026.application.live.config import AccountConfig
from trade2026.model.enums import AccountType

MARGINS = [f"M{number}" for number in range(40)]
CASHES = [f"C{number}" for number in range(8)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    accounts = [AccountConfig(account_id=name) for name in MARGINS]
    accounts += [
        AccountConfig(account_id=name, account_type=AccountType.CASH, cash="10000") for name in CASHES
    ]
    with asyncio.Runner() as runner:
        desk = runner.run(WebDesk().open(tmp_path_factory.mktemp("desk"), accounts=tuple(accounts)))
        yield Running(runner, desk)
        runner.run(desk.close())


@pytest.fixture(scope="module")
def trader(running: Running) -> Caller:
    caller: Caller = running(running.desk.user("tina", "trader", ("*",)))
    return caller


@pytest.fixture
def account(fresh: dict[str, list[str]]) -> str:
    return fresh["margin"].pop()


@pytest.fixture
def cash(fresh: dict[str, list[str]]) -> str:
    return fresh["cash"].pop()


@pytest.fixture(scope="module")
def fresh() -> dict[str, list[str]]:
    return {"margin": list(MARGINS), "cash": list(CASHES)}
