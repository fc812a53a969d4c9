"""What the fuzzer does beside its requests: stay logged in, and undo what would end its own work.

Loaded by Schemathesis in a process of its own, by `tests.fuzz.run`. What is touched here is all that is not
left to chance; `TOUCHED` names it, and the result repeats it.
"""

import os
import threading
import time
from typing import Any, Final

import requests
import schemathesis
from schemathesis import GenerationMode

URL: Final = os.environ["FUZZ_URL"] + "/api/v1"
ROLE: Final = os.environ["FUZZ_ROLE"]
PASSWORD: Final = os.environ["FUZZ_PASSWORD"]
PART: Final = os.environ["FUZZ_PART"]
"""As "1/4": of the paths in alphabetical order the second, the sixth and so on; "" for all of them."""
NAME: Final = f"fuzz-{ROLE}"
LEAVER: Final = f"leaver-{ROLE}"
TOUCHED: Final = {
    "POST /auth/logout": "is sent with the tokens of another user, so that the run stays logged in",
    "POST /auth/password": "is sent with the tokens of another user: wrong ones lock a user out for a while",
    "PATCH, DELETE /users/{name}": "leave out the users that the run itself needs",
    "POST /orders": "half of those that fit the schema get a type that fits their price, and one id",
    "POST /halt": "is followed by a resume of the same scope, so that orders are decided again",
    "POST /feed": "is followed by a pause, so that the sample does not end",
    "DELETE /backtests/{job_id}": "cancels, and the job stays: use_after_free does not hold for it",
    "/sim and all below it": "are left out: they ask a process that the desk under fire does not have",
    "POST /strategy-runs, /backtests": "are followed by a stop: they would take the machine from the desk",
    "POST of an analysis": "goes on to the end of a pass: what still runs or waits then is canceled",
}
NEEDED: Final = frozenset(
    ("admin", *(f"{who}-{role}" for who in ("fuzz", "leaver", "caller") for role in ("admin", "viewer")))
)
_RENEW_S: Final = 600.0


class Session:
    """Tokens of one user, renewed before they end and made anew when they were ended."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._tokens: dict[str, Any] = {}
        self._since = 0.0

    def token(self, *, is_refused: bool = False) -> str:
        """The access token; `is_refused` when the last one was not taken."""
        with self._lock:
            if self._tokens and (is_refused or time.monotonic() - self._since > _RENEW_S):
                found = requests.post(
                    f"{URL}/auth/refresh", json={"refresh_token": self._tokens["refresh_token"]}, timeout=30
                )
                self._tokens = found.json() if found.ok else {}
                self._since = time.monotonic()
            if not self._tokens:
                found = requests.post(
                    f"{URL}/auth/login", json={"name": self._name, "password": PASSWORD}, timeout=30
                )
                found.raise_for_status()
                self._tokens, self._since = found.json(), time.monotonic()
            token: str = self._tokens["access_token"]
            return token

    def works(self) -> bool:
        """Whether the token is taken now."""
        header = {"Authorization": f"Bearer {self.token()}"}
        return requests.get(f"{URL}/me", headers=header, timeout=30).ok


SESSION: Final = Session(NAME)
LEAVING: Final = Session(LEAVER)


@schemathesis.auth(refresh_interval=60, retry_on=[401])
class Login:
    """Bearer tokens of the run's own user."""

    def get(self, case: Any, context: Any) -> str:
        """A token that is taken now."""
        return SESSION.token(is_refused=not SESSION.works())

    def set(self, case: Any, data: str, context: Any) -> None:
        """Send it."""
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Write tuples so that the tool can hold answers to them; leave out what is not asked."""
    paths = raw_schema["paths"]
    for path in [path for path in paths if path.startswith("/api/v1/sim")]:
        del paths[path]
    if PART:
        number, parts = map(int, PART.split("/"))
        for at, path in enumerate(sorted(paths)):
            if at % parts != number:
                del paths[path]
    _loosen_tuples(raw_schema)


def _loosen_tuples(node: Any) -> None:
    if isinstance(node, dict):
        if "prefixItems" in node:
            node["items"] = {"anyOf": node.pop("prefixItems")}
        for each in node.values():
            _loosen_tuples(each)
    elif isinstance(node, list):
        for each in node:
            _loosen_tuples(each)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Keep the users of the run out of what ends them."""
    path, parameters = case.operation.path, case.path_parameters
    if path == "/api/v1/orders" and case.operation.method.upper() == "POST" and ord(case.id[-1]) % 2:
        _make_whole(case)
    if path == "/api/v1/users/{name}" and isinstance(parameters, dict) and parameters.get("name") in NEEDED:
        parameters["name"] = "nobody"
    if path in ("/api/v1/auth/logout", "/api/v1/auth/password"):
        headers = case.headers or {}
        if str(headers.get("Authorization", "")) == f"Bearer {SESSION.token()}":
            headers["Authorization"] = f"Bearer {LEAVING.token(is_refused=not LEAVING.works())}"


def _make_whole(case: Any) -> None:
    """Give an order that fits its schema the parts that belong together, which no schema says."""
    body = case.body
    if not isinstance(body, dict) or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    body["order_type"] = "MARKET" if body.get("limit_price") is None else "LIMIT"
    body.pop("client_order_id", None)
    body.pop("strategy_id", None)


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Undo what would leave nothing to the requests that follow."""
    path, method = case.operation.path, case.operation.method.upper()
    if method != "POST" or response.status_code not in (200, 202):
        return
    if path == "/api/v1/halt" and isinstance(case.body, dict):
        scope = {key: case.body[key] for key in ("scope", "target") if key in case.body}
        _send("POST", "/resume", {**scope, "reason": "the fuzzer goes on with its work"})
    elif path == "/api/v1/feed":
        _send("POST", "/feed", {"action": "PAUSE"})
    elif path == "/api/v1/strategy-runs":
        _send("POST", f"/strategy-runs/{response.json()['run_id']}/stop", {})
    elif path == "/api/v1/backtests":
        _send("DELETE", f"/backtests/{response.json()['job_id']}", None)


def _send(method: str, path: str, body: Any) -> None:
    header = {"Authorization": f"Bearer {SESSION.token()}"}
    requests.request(method, URL + path, json=body, headers=header, timeout=30)


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Keep what is a failure: a backtest that was canceled stays in the list, which is meant."""
    is_canceled = case.operation.path.startswith("/api/v1/backtests/")
    return not (is_canceled and type(failure).__name__ == "UseAfterFree")
