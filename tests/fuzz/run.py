"""Sends a desk whatever its own description allows and forbids, and checks every answer against it.

`python -m tests.fuzz.run --requests 100000 --seed 7` starts a desk of its own, and has Schemathesis call
every operation of its OpenAPI document: examples, the edges of every schema, drawn values and walks from
answer to request; as an admin, and once as a viewer. It prints one line of JSON; exit code 1 where a check
failed. With `--slice` every operation gets a few data that fit its schema and a few that do not, by both
users. The edges of schemas, which are most of all requests, are tried on a quarter of the paths by the admin
and on the next quarter by the viewer: four seeds in a row have tried all.
Failures are printed as Schemathesis shows them, each with the curl command that repeats it.
"""

import argparse
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx

from bench.harness import commit, machine
from tests.desk_process import ROOT, RealDesk, start_desk

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_schema_conformance", "response_headers_conformance", "negative_data_rejection",
    "missing_required_header", "unsupported_method", "allow_header_conformance", "ignored_auth",
    "use_after_free", "ensure_resource_availability",
)  # fmt: skip
LEFT_OUT = {
    "positive_data_acceptance": "what fits a schema may still be refused: an unknown cursor, a limit of risk",
    "places of a tuple": "items are held to any of its schemas: the tool reads prefixItems as an old draft",
    "object_level_authorization": "tests/trouble asks for foreign accounts by name, route by route",
}
WEB = {
    "reads_per_s": 0, "logins_per_s": 0, "orders_per_s": 0, "cool_down_seconds": 0,
    "login_age_seconds": 10**9,
}  # fmt: skip
ACCOUNTS, INSTRUMENTS = ("main", "PAPER"), ("KO.XNYS", "AAPL.XNAS", "XOM.XNYS")
ACCOUNT = ACCOUNTS[0]  # As the examples have it.
EXAMPLES = 40  # Of each operation and pass; further passes draw others.
SLOW = ("log_in", "change_password", "create_user", "change_user")  # They hash a password, which takes long.
SLOW_EXAMPLES = 8
PASS_S = 3_600
PARTS = 4  # Of the paths, in a slice.
SLICE_EXAMPLES = 5
_COUNTED = re.compile(r"^trade2026_http_request_seconds_count\{(.*)\} ([0-9.e+]+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass(slots=True)
class Report:
    """What was sent, and what came of it. `requests` and `statuses` are the desk's own count."""

    requests: int = 0
    cases: int = 0
    operations: int = 0
    passes: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, Any]] = field(default_factory=list)
    errors: list[Any] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class Fuzz:
    """One desk under fire."""

    def __init__(self, desk: RealDesk, folder: Path) -> None:
        self.desk = desk
        self._folder = folder
        self._secret = f"{secrets.token_hex(8)} and more"
        self._client = httpx.Client(base_url=f"{desk.url}/api/v1", timeout=30)
        tokens = self._post("/auth/login", {"name": "admin", "password": desk.password})
        self._client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        self._refresh = tokens["refresh_token"]
        self.report = Report()

    def _post(self, path: str, body: Any) -> Any:
        found = self._client.post(path, json=body)
        found.raise_for_status()
        return found.json()

    def furnish(self) -> None:
        """Users for the runs; orders, fills, a strategy and a backtest: something to find."""
        for role in ("admin", "viewer"):
            for name in (f"fuzz-{role}", f"leaver-{role}", f"caller-{role}"):
                user = {"name": name, "role": role, "accounts": ["*"], "password": self._secret}
                self._post("/users", user)
        order = {"account_id": ACCOUNT, "instrument_id": "KO.XNYS", "side": "BUY", "order_qty": "10"}
        for number in range(8):
            terms: dict[str, str] = {"order_type": "MARKET"}
            if number % 2:
                terms = {"order_type": "LIMIT", "limit_price": "0.5", "time_in_force": "GTC"}
            self._post("/orders", {**order, **terms, "client_order_id": f"given-{number}"})
        self._post("/feed", {"action": "STEP"})
        run = {"strategy": "momentum", "parameters": {}, "account_id": ACCOUNT}
        self._post(f"/strategy-runs/{self._post('/strategy-runs', run)['run_id']}/stop", {})
        self._post("/backtests", {"strategy": "momentum", "start": "1990-01-02", "end": "1990-03-01"})

    def _counted(self) -> Counter[str]:
        """Answers of the desk so far, by status, as its figures have it."""
        found = self._client.get("/metrics")
        if found.status_code == 401:  # The token has ended, or its key.
            tokens = self._post("/auth/refresh", {"refresh_token": self._refresh})
            self._client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
            self._refresh = tokens["refresh_token"]
            found = self._client.get("/metrics")
        found.raise_for_status()
        counts: Counter[str] = Counter()
        for labels, count in _COUNTED.findall(found.text):
            counts[dict(_LABEL.findall(labels))["status"]] += int(float(count))
        return counts

    def one_pass(
        self,
        role: str,
        phases: str,
        seed: int,
        examples: int = EXAMPLES,
        *,
        mode: str = "all",
        part: int | None = None,
    ) -> None:
        """Run Schemathesis once, and add what it found; of one part of the paths where that is said."""
        before = self._counted()
        config, shown = self._folder / "fuzz.toml", self._folder / "found.json"
        config.write_text(settings(role, self._secret, min(examples, SLOW_EXAMPLES)))
        command = [
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run",
            f"{self.desk.url}/api/v1/openapi.json", "--phases", phases, "--checks", ",".join(CHECKS),
            "--seed", str(seed), "--max-examples", str(examples), "--continue-on-failure", "--no-shrink",
            "--generation-database", "none", "--suppress-health-check", "all", "--no-color",
            "--mode", mode, "--report", "json", "--report-json-path", str(shown), "--request-timeout", "30",
        ]  # fmt: skip
        environment = {
            **os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
            "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "FUZZ_URL": self.desk.url, "FUZZ_ROLE": role,
            "FUZZ_PASSWORD": self._secret, "FUZZ_PART": "" if part is None else f"{part % PARTS}/{PARTS}",
        }  # fmt: skip
        done = subprocess.run(
            command, cwd=self._folder, env=environment, capture_output=True, text=True, timeout=PASS_S,
            check=False,
        )  # fmt: skip
        report = self.report
        text = f"--- {role}, {phases}, {mode}, part {part}, seed {seed}\n"
        text += f"{done.stdout[-60_000:]}{done.stderr[-4_000:]}"
        assert shown.exists(), text
        found = json.loads(shown.read_text())
        shown.unlink()
        report.passes += 1
        report.cases += found["test_cases"]["generated"]
        report.operations = max(report.operations, found["operations"]["tested"])
        report.statuses += self._counted() - before
        self._give_up_analyses()
        report.requests = report.statuses.total()
        report.failures += found["failures"]
        report.errors += found["errors"]
        if found["failures"] or found["errors"] or found["exit_code"]:
            report.texts.append(text)

    def _give_up_analyses(self) -> None:
        """Cancel what goes on: a drawn request can take minutes, beside all that follows."""
        found = self._client.get("/jobs", params={"kind": "analysis"})
        found.raise_for_status()
        for job in found.json()["items"]:
            if job["state"] in ("RUNNING", "QUEUED"):
                self._client.delete(f"/jobs/{job['job_id']}").raise_for_status()

    def whole(self, requests: int, seed: int) -> None:
        """Everything, and again with other seeds until so many requests were sent."""
        self.one_pass("viewer", "examples,coverage", seed)
        self.one_pass("admin", "examples,coverage,fuzzing,stateful", seed)
        while self.report.requests < requests and not self.report.failures:
            seed += 1
            self.one_pass("admin", "fuzzing,stateful", seed)

    def slice(self, seed: int) -> None:
        """Every operation as both users with data of both kinds; edges of the part that the seed names."""
        for role, part in (("viewer", seed + 1), ("admin", seed)):
            self.one_pass(role, "examples,fuzzing", seed, SLICE_EXAMPLES, mode="positive")
            self.one_pass(role, "fuzzing", seed, SLICE_EXAMPLES, mode="negative")
            self.one_pass(role, "coverage", seed, part=part)
        self.one_pass("admin", "stateful", seed, SLICE_EXAMPLES)

    def close(self) -> None:
        """Let go of the desk."""
        self._client.close()


def settings(role: str, secret: str, slow_examples: int) -> str:
    """Names that exist, for most fields that want one: else every request would end at its account."""
    lists = {
        "accounts": ACCOUNTS, "instruments": INSTRUMENTS, "strategies": ("momentum", "dual_moving_average"),
        "orders": tuple(range(1, 40)), "jobs": ("backtest-1", "backtest-2"), "runs": ("momentum-1",),
        "quantities": ("1", "10", "100000000"), "prices": ("0.26", "2.2", "4.1"),
        "users": (f"caller-{role}",), "passwords": (secret,),
    }  # fmt: skip
    lines = [f"[dictionaries.{name}]\nvalues = {json.dumps(values)}" for name, values in lists.items()]
    lines.append("[parameters]")
    for place, name in (
        ("body.account_id", "accounts"), ("body.orders[*].account_id", "accounts"),
        ("query.account_id", "accounts"), ("path.account_id", "accounts"),
        ("body.instrument_id", "instruments"), ("body.orders[*].instrument_id", "instruments"),
        ("query.instrument_id", "instruments"), ("path.instrument_id", "instruments"),
        ("body.strategy", "strategies"), ("path.order_id", "orders"), ("query.order_id", "orders"),
        ("path.job_id", "jobs"), ("path.run_id", "runs"), ("body.order_qty", "quantities"),
        ("body.orders[*].order_qty", "quantities"), ("body.limit_price", "prices"),
        ("body.orders[*].limit_price", "prices"), ("body.password", "passwords"), ("body.name", "users"),
    ):  # fmt: skip
        lines.append(f'"{place}" = {{ dictionary = "{name}", probability = 0.8 }}')
    lines += ["[cache]", "enabled = false"]
    # Beside what the tool expects: what is too large is refused before it is read, by 413, 414 or 431.
    statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "414", "415", "422", "428", "429"]
    statuses += ["431", "5xx"]
    lines += ["[checks.negative_data_rejection]", f"expected-statuses = {json.dumps(statuses)}"]
    for name in SLOW:
        lines += ["[[operations]]", f'include-operation-id = "{name}"']
        lines.append(f"phases.fuzzing.generation.max-examples = {slow_examples}")
    return "\n".join(lines) + "\n"


def fuzz(requests: int | None, seed: int) -> tuple[dict[str, Any], list[str]]:
    """Send that many requests at least, a slice where None: the result, and what is to be read of faults."""
    started = time.perf_counter()
    with (
        tempfile.TemporaryDirectory(prefix="t26-fuzz-") as folder,
        start_desk(
            replay={"is_paused": True},
            config={"accounts": [{"account_id": name} for name in ACCOUNTS]},
            web=WEB,
        ) as desk,
    ):
        run = Fuzz(desk, Path(folder))
        try:
            run.furnish()
            if requests is None:
                run.slice(seed)
            else:
                run.whole(requests, seed)
            report, logs = run.report, desk.logs(400)
        finally:
            run.close()
        faults = sum("Traceback" in path.read_text() for path in (desk.home / "desk" / "log").glob("*.log"))
    seconds = time.perf_counter() - started
    result = asdict(report)
    texts = result.pop("texts")
    if faults:
        texts.append(logs)
    result["statuses"] = dict(sorted(report.statuses.items()))
    by_kind = Counter(each["type"] for each in report.failures)
    return {
        "requests": result.pop("requests"),
        "server_errors": sum(n for status, n in report.statuses.items() if status.startswith("5")),
        "failures": dict(by_kind), "failed": result.pop("failures"), "logs_with_tracebacks": faults,
        "seconds": round(seconds, 1), **result, "checks": CHECKS, "left_out": LEFT_OUT,
        "touched": _touched(), "schemathesis": version("schemathesis"),
    }, texts  # fmt: skip


def _touched() -> Any:
    os.environ.update(FUZZ_URL="", FUZZ_ROLE="", FUZZ_PASSWORD="", FUZZ_PART="")
    from tests.fuzz.hooks import TOUCHED

    return TOUCHED


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--requests", type=int, default=100_000, help="send so many requests at least")
    parser.add_argument("--seed", type=int, default=0, help="of the first pass; further ones count on")
    parser.add_argument("--slice", action="store_true", help="a slice in place of so many requests")
    given = parser.parse_args(arguments)
    result, texts = fuzz(None if given.slice else given.requests, given.seed)
    for text in texts:
        print(text, file=sys.stderr)
    print(json.dumps({"seed": given.seed, **result, "commit": commit(), "machine": machine()}))
    return 1 if texts else 0


if __name__ == "__main__":
    sys.exit(main())
