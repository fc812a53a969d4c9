"""A disk without room: new orders are refused, and all that makes the desk safe still works."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk_process import RealDesk
from tests.trouble.conftest import ORDER, WEB, Furnished, furnish
from trade2026.adapters.embedded.core_link import BlockingCoreConnection
from trade2026.bootstrap.places import Places
from trade2026.ports.core_link import Hello, StartRunIntent

pytestmark = pytest.mark.process
SIZE = "68m"  # Room for one segment of the journal, and not for the next.


@pytest.fixture(scope="module")
def full() -> Iterator[Furnished]:
    """A desk whose journal is on a file system of its own, filled up to what is kept for cancels."""
    home = Path(tempfile.mkdtemp(prefix="t26-"))
    config = {
        "data": {"names": ["sp500"]}, "replay": {"is_paused": True},
        "journal": {"disk_low_mib": 0, "disk_high_mib": 0, "disk_warning_mib": 64},
    }  # fmt: skip
    desk = RealDesk(home / "h", config=config, web=WEB)
    journal = Path(Places(str(desk.home)).journal)
    journal.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", str(journal)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
        said = mounted.stderr.strip()
        mounts = mounted.returncode == 0
    except FileNotFoundError:
        said, mounts = "there is no mount", False
    if not mounts:
        shutil.rmtree(home, ignore_errors=True)
        pytest.skip(f"a small file system cannot be mounted here: {said}")
    try:
        desk.start()
        found = furnish(desk)
        yield found
        found.admin.close()
    finally:
        desk.stop()
        subprocess.run(["umount", "-l", str(journal)], capture_output=True, check=False)
        shutil.rmtree(home, ignore_errors=True)


def test_a_full_disk_stops_orders_and_nothing_else(full: Furnished) -> None:
    admin = full.admin
    kept = [admin.post("/api/v1/orders", json=ORDER).json()["order"]["order_id"] for _ in range(4)]
    connection = BlockingCoreConnection(
        Places(str(full.desk.home)).socket("core"), Hello("filler", market_data=False, follow=False)
    )
    try:
        for size in (4 << 20, 64 << 10, 1 << 10):  # Up to the last kilobyte.
            details = json.dumps({"kind": "ballast", "pad": "x" * size})
            for number in range(100):
                (decision,) = connection.ask(StartRunIntent(f"ballast-{size}-{number}", details)).decisions
                if decision.error:
                    assert decision.retryable, decision.error
                    break
            else:
                raise AssertionError("the journal has no end")
    finally:
        connection.close()
    found = admin.post("/api/v1/orders", json=ORDER)
    while found.status_code == 201:
        found = admin.post("/api/v1/orders", json=ORDER)
    assert found.status_code == 503, found.text
    assert found.json()["type"] == "/problems/journal-full"
    assert "retry-after" in found.headers
    batch = admin.post("/api/v1/orders/batch", json={"orders": [ORDER, ORDER]}).json()["results"]
    assert [each["problem"]["type"] for each in batch] == ["/problems/journal-full"] * 2
    assert admin.post(f"/api/v1/orders/{kept[0]}/cancel").status_code == 202
    assert admin.post("/api/v1/orders/cancel-all", json={"account_id": "PAPER"}).status_code == 202
    halted = admin.post("/api/v1/halt", json={"reason": "the disk is full"})
    assert halted.status_code == 202, halted.text
    assert admin.get("/api/v1/trading-state").json()["halted"] is True
    core = admin.get("/api/v1/services").json()["core"]
    assert (core["has_room"], core["disk_level"]) == (False, "WARNING")
    assert admin.get("/api/v1/orders").status_code == 200
    for log in ("core", "web"):
        assert "Traceback" not in (full.desk.home / "desk" / "log" / f"{log}.log").read_text()
    # A core that is started on the full disk comes far enough to cancel and to halt.
    full.desk.kill("core")
    full.desk.wait_for(
        lambda: (
            admin.get("/api/v1/health").json()["status"] == "ok"
            and admin.get("/api/v1/services").json()["core"].get("pid")
        ),
        "the core to be back on the full disk",
        40,
    )
    assert admin.post("/api/v1/orders/cancel-all", json={"account_id": "PAPER"}).status_code == 202
    assert admin.post("/api/v1/halt", json={"reason": "the disk is still full"}).status_code == 202
    # With room again the core goes on by itself: what was acknowledged is there, what was refused is not.
    made = len(admin.get("/api/v1/orders?limit=1000").json()["items"])
    journal = Places(str(full.desk.home)).journal
    subprocess.run(["mount", "-o", "remount,size=250m", str(journal)], check=True)
    full.desk.kill("core")
    full.desk.wait_for(
        lambda: (
            admin.get("/api/v1/health").json()["status"] == "ok"
            and admin.get("/api/v1/services").json()["core"].get("has_room")
        ),
        "the core to be back with room",
        40,
    )
    orders = admin.get("/api/v1/orders?limit=1000").json()["items"]
    assert len(orders) == made
    states = {each["order_id"]: each["status"] for each in orders}
    assert all(states[number] in ("CANCELED", "PENDING_CANCEL") for number in kept)
    refused = admin.post("/api/v1/orders", json=ORDER)
    assert refused.status_code == 422, "the halt was kept"
    assert refused.json()["type"] == "/problems/order-refused"
