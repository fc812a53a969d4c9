"""The page as it was built stays within its budgets of size, and tells the browser how long to keep it."""

import shutil
import subprocess

import httpx
import pytest

from tests.desk_process import RealDesk
from tests.e2e.browser import DIST, ROOT


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_what_loads_first_is_within_its_budget() -> None:
    done = subprocess.run(
        ["node", "tools/budget.mjs"],
        cwd=ROOT / "web",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("shell", "trade", "market", "described page"):
        assert name in done.stdout
    assert "not built" not in done.stdout


def test_files_with_a_hash_are_kept_and_the_page_is_not(desk: RealDesk) -> None:
    with httpx.Client(base_url=desk.url) as http:
        first = http.get("/", headers={"Accept": "text/html"})
        assert "no-cache" in first.headers["cache-control"]
        assert "default-src 'self'" in first.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in first.headers["content-security-policy"]
        script = next((DIST / "assets").glob("index-*.js"))
        got = http.get(f"/assets/{script.name}", headers={"Accept-Encoding": "br"})
    assert "immutable" in got.headers["cache-control"]
    assert got.headers["content-encoding"] == "br"
    assert script.name in first.text
