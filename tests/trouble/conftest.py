"""One desk for all tests of a process that do not break it: two accounts, a user of each role."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.desk_process import RealDesk, start_desk

PASSWORD = "three wise monkeys"
MINE, FOREIGN = "PAPER", "OTHER"
WEB = {
    "reads_per_s": 0, "logins_per_s": 0, "orders_per_s": 0, "head_seconds": 2.0, "body_seconds": 2.0,
}  # fmt: skip
ORDER = {
    "account_id": MINE, "instrument_id": "KO.XNYS", "side": "BUY", "order_type": "LIMIT",
    "time_in_force": "GTC", "order_qty": "10", "limit_price": "1.5",
}  # fmt: skip


@dataclass(slots=True)
class Furnished:
    """A running desk with people."""

    desk: RealDesk
    admin: httpx.Client
    tokens: dict[str, Any]

    def client(self, name: str) -> httpx.Client:
        """A caller logged in as that user."""
        return httpx.Client(
            base_url=self.desk.url, timeout=30,
            headers={"Authorization": f"Bearer {self.tokens[name]['access_token']}"},
        )  # fmt: skip

    def token(self, name: str = "admin") -> str:
        """That user's access token."""
        found: str = self.tokens[name]["access_token"]
        return found


def log_in(desk: RealDesk, name: str, password: str) -> Any:
    """The tokens of a user."""
    found = httpx.post(f"{desk.url}/api/v1/auth/login", json={"name": name, "password": password}, timeout=30)
    assert found.status_code == 200, found.text
    return found.json()


def furnish(desk: RealDesk) -> Furnished:
    """Log the admin in; make a viewer and a trader of one account."""
    tokens = {"admin": log_in(desk, "admin", desk.password)}
    admin = httpx.Client(
        base_url=desk.url, timeout=30,
        headers={"Authorization": f"Bearer {tokens['admin']['access_token']}"},
    )  # fmt: skip
    for name, role in (("vera", "viewer"), ("tina", "trader")):
        user = {"name": name, "role": role, "accounts": [MINE], "password": PASSWORD}
        assert admin.post("/api/v1/users", json=user).status_code == 201
        tokens[name] = log_in(desk, name, PASSWORD)
    return Furnished(desk, admin, tokens)


@pytest.fixture(scope="session")
def furnished() -> Iterator[Furnished]:
    accounts = [{"account_id": name} for name in (MINE, FOREIGN)]
    with start_desk(replay={"is_paused": True}, config={"accounts": accounts}, web=WEB) as desk:
        found = furnish(desk)
        yield found
        found.admin.close()


@pytest.fixture(scope="session")
def desk(furnished: Furnished) -> RealDesk:
    return furnished.desk


@pytest.fixture(scope="session")
def token(furnished: Furnished) -> str:
    return furnished.token()
