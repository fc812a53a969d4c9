"""What people do on the page, as steps that tests share."""

import re
from typing import Any, Final

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.desk_process import RealDesk

PASSWORD: Final = "wide-window-over-the-harbor"
AWAY: Final = re.compile("Core away|Offline|Stale|Delayed")


class Api:
    """The same desk by REST, to bring it into a state without the page."""

    def __init__(self, url: str, name: str, password: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/api/v1", timeout=20)
        answer = self.post("/auth/login", {"name": name, "password": password})
        self._http.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The answer; raises where it is no success."""
        return self._answer(self._http.post(path, json=body))

    def get(self, path: str, **query: Any) -> Any:
        """The answer; raises where it is no success."""
        return self._answer(self._http.get(path, params=query))

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _answer(self, response: httpx.Response) -> Any:
        assert response.is_success, f"{response.request.url}: {response.status_code} {response.text}"
        return response.json() if response.content else None


def add_people(desk: RealDesk, *roles: str) -> None:
    """A user for each role, of its name; its password is PASSWORD, a hyphen and the name."""
    admin = Api(desk.url, "admin", PASSWORD)
    for name in roles:
        admin.post("/users", {"name": name, "password": PASSWORD, "role": name, "accounts": ["*"]})
        api = Api(desk.url, name, PASSWORD)  # A new user has to change its password at the first login.
        api.post("/auth/password", {"current_password": PASSWORD, "new_password": f"{PASSWORD}-{name}"})
        api.close()
    admin.close()


def log_in(page: Page, name: str, password: str, path: str = "/") -> None:
    """Log in and wait until the desk is there."""
    page.goto(path)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(halt_button(page)).to_be_visible()


def halt_button(page: Page) -> Locator:
    """The button that is always there."""
    return page.get_by_role("banner").get_by_role("button", name="Halt")


def settle(page: Page) -> None:
    """Wait until a page has its frame and its title, and none of it still loads."""
    expect(halt_button(page)).to_be_visible()
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("main .skeleton")).to_have_count(0)


def blotter_tab(page: Page, name: str) -> Locator:
    """A tab of the blotter, with its count."""
    return page.get_by_role("tab", name=re.compile(f"^{name}"))


def fill_ticket(page: Page, quantity: str, price: str) -> None:
    """Quantity and limit price."""
    page.get_by_role("textbox", name="Quantity").fill(quantity)
    page.get_by_role("textbox", name="Limit price").fill(price)


def last_price(page: Page) -> float:
    """The price in large figures."""
    return float(page.locator(".price-head .watch-last").inner_text().replace(",", ""))
