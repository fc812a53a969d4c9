"""Write a golden journal: a small real one of this version, which every later version must replay.

Usage: python -m tools.golden_journal LABEL [FOLDER]

It goes to tests/golden/journals/LABEL, or to FOLDER: segments of a few KiB, the oldest archived, a signed
head, the state at the end as a snapshot, and `expected.json` with what must come out. One is written for each
release, and before the format of journal, records or state changes; none is ever written again, because
journals of that version are on other people's disks.

The workload is that of the simulation, seeded, with an order of every type, time in force and instruction
that the version knows; what it does not take yet is in it as denied or refused.
"""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.simulation.workload import ACCOUNTS, PRICES, Workload, set_up
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.model.commands import (
    AdjustPosition,
    Command,
    EndHeldOrder,
    MarkUnknown,
    MoveTrigger,
    RecordReconciliation,
    ReportExecution,
    ResolveNotReceived,
    RetireOrders,
    SetVenueSession,
    StopRun,
    SubmitOrder,
    TriggerOrder,
)
from trade2026.model.commands.desk import Difference
from trade2026.model.enums import (
    ContingencyType,
    Environment,
    ExecType,
    OrderType,
    Side,
    TimeInForce,
    VenueSessionState,
)
from trade2026.model.events import OrderApproved
from trade2026.model.execution import ExecutionReport
from trade2026.model.instructions import OrderInstructions
from trade2026.primitives.fixed_point import UNIT, encode_money
from trade2026.primitives.time import DAY_NS
from trade2026.trading.codec import decode_record, encode_record
from trade2026.trading.core import Core
from trade2026.trading.journal import Frame, Journal, JournalConfig, SnapshotStore
from trade2026.trading.journal.archiver import archivable, archive_segment
from trade2026.trading.replay import FORMAT, save_snapshot

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "tests" / "golden" / "journals"
EXPECTED: Final = "expected.json"
KEY: Final = b"key of the golden journals, 32 B."
CONFIG: Final = JournalConfig(segment_bytes=24 * 1024, preallocate=False, reserve_bytes=0, signed=True)
_NOW: Final = 1_795_000_000_000_000_000
_SEED: Final = 20261128
_COMMANDS: Final = 260
_FOREVER: Final = 2**62
_LEFT_BEHIND: Final = ("end", "writer.lock")


def write(folder: Path, label: str) -> None:
    """Play the workload into a new journal and write down what must come out."""
    storage = DiskStorage(folder)
    journal = Journal.open(storage, CONFIG, KEY)
    core = Core()
    for number, command in enumerate(workload(core)):
        events = core.decide(command)
        journal.append(encode_record(command, events))
        for event in events:
            core.evolve(event)
        if number % 5 == 4:
            journal.sync()
    journal.sync()
    save_snapshot(core, journal, SnapshotStore(storage))
    expected = {
        "label": label, "code": _commit(), "frames": journal.last_seq,
        "journal_sha256": journal.last_hash.hex(), "state_format": FORMAT.decode().strip(),
        "state_sha256": core.state_sha256(), "facts": facts(core),
    }  # fmt: skip
    journal.close()
    for first in archivable(storage, upto_seq=journal.last_seq, keep_segments=2):
        for _ in archive_segment(storage, first):
            pass
    storage.close()
    for name in _LEFT_BEHIND:
        (folder / name).unlink(missing_ok=True)
    (folder / EXPECTED).write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")


def workload(core: Core) -> Iterator[Command]:
    """Commands for a core that takes each before it asks for the next."""
    chance = random.Random(_SEED)
    random_orders = Workload(chance)
    yield from set_up(_NOW)
    yield from every_kind()
    yield from lists()
    yield from what_happens(core)
    for number in range(_COMMANDS):
        command = random_orders.next(_NOW + number)
        random_orders.learn(core.decide(command))
        yield command
        if random_orders.approved and chance.random() < 0.5:
            yield _report(chance, chance.choice(random_orders.approved), number)
    done = [order.order_id for order in core.engines.oms.orders.values() if not order.leaves_qty]
    yield RetireOrders(_NOW, tuple(done[:20]), ())
    yield StopRun(_NOW, "simulation", "0" * 64, "done")


def every_kind() -> Iterator[SubmitOrder]:
    """An order of every type and time in force, and one with each instruction, alone and with others."""
    number = 0
    for order_type in OrderType:
        for time_in_force in TimeInForce:
            number += 1
            yield _order(f"kind-{number}", order_type, time_in_force)
    price = PRICES["AAPL.SIM"] * UNIT
    for instructions in (
        OrderInstructions(display_qty=UNIT),
        OrderInstructions(post_only=True),
        OrderInstructions(reduce_only=True),
        OrderInstructions(post_only=True, display_qty=2 * UNIT),
        OrderInstructions(trigger_price=price * 9 // 10, reduce_only=True),
    ):
        number += 1
        yield _order(f"kind-{number}", OrderType.LIMIT, TimeInForce.GTC, instructions)


def lists() -> Iterator[SubmitOrder]:
    """A bracket, whose entry arms a pair, and a pair of its own."""
    price = PRICES["AAPL.SIM"] * UNIT
    low, high = price * 95 // 100, price * 105 // 100
    yield _order("entry", OrderType.LIMIT, TimeInForce.GTC, OrderInstructions(list_id="bracket"))
    for name, list_id, kind, parent in (
        ("bracket", "bracket", ContingencyType.OTO, "entry"), ("pair", "pair", ContingencyType.OCO, ""),
    ):  # fmt: skip
        common: dict[str, Any] = {
            "contingency_type": kind, "list_id": list_id, "parent_client_order_id": parent,
        }  # fmt: skip
        target = OrderInstructions(**common)
        yield _order(f"{name}-target", OrderType.LIMIT, TimeInForce.GTC, target, side=Side.SELL, limit=high)
        stop = OrderInstructions(trigger_price=low, **common)
        yield _order(f"{name}-stop", OrderType.STOP, TimeInForce.GTC, stop, side=Side.SELL)


def what_happens(core: Core) -> Iterator[Command]:
    """Triggers, unknown outcomes, busts, venue sessions: each kind of command about what there is by now."""
    orders = list(core.engines.oms.orders.values())
    price = PRICES["AAPL.SIM"] * UNIT
    yield SetVenueSession(_NOW, "SIM", VenueSessionState.READY, "")
    for order in orders:
        if order.trigger_price is None:
            continue
        yield MoveTrigger(_NOW, order.order_id, price * 101 // 100, _NOW)
        yield TriggerOrder(_NOW, order.order_id, price * 103 // 100, _NOW)
    for number, order in enumerate(orders):
        account_id, name = order.account_id, order.client_order_id
        if number % 4 == 0:
            yield MarkUnknown(_NOW, account_id, name, "no answer within its window")
        if number % 8 == 0:
            yield ResolveNotReceived(_NOW, account_id, name, "two complete queries without it")
            continue
        report = ExecutionReport(account_id, name, ExecType.NEW, _NOW, f"v{number}")
        yield ReportExecution(_NOW, report)
        for kind, execution_id, ref in (
            (ExecType.TRADE, f"k{number}", ""), (ExecType.TRADE_CORRECT, f"c{number}", f"k{number}"),
            (ExecType.TRADE_CANCEL, f"b{number}", f"c{number}"),
        )[: 1 + number % 3]:  # fmt: skip
            quantity = UNIT if kind is ExecType.TRADE else 2 * UNIT
            report = ExecutionReport(
                account_id, name, kind, _NOW, f"v{number}", execution_id, quantity, price, UNIT // 10, "USD",
                ref_execution_id=ref,
            )  # fmt: skip
            yield ReportExecution(_NOW, report)
        yield EndHeldOrder(_NOW, order.order_id)
    difference = Difference("order", "margin", "kind-1", "NEW", "CANCELED", "canceled")
    yield RecordReconciliation(_NOW, "SIM", 2, True, 10, 20, (difference,))
    yield AdjustPosition(_NOW, "margin", "USD", encode_money(UNIT), 0, "desk", "a cent that was missing")


def _order(
    name: str,
    order_type: OrderType,
    time_in_force: TimeInForce,
    wanted: OrderInstructions | None = None,
    *,
    side: Side = Side.BUY,
    limit: int | None = None,
) -> SubmitOrder:
    price = PRICES["AAPL.SIM"] * UNIT
    if order_type in (OrderType.LIMIT, OrderType.STOP_LIMIT) and limit is None:
        limit = price
    if wanted is None and ("STOP" in order_type.value or time_in_force is TimeInForce.GTD):
        is_trailing = order_type is OrderType.TRAILING_STOP
        wanted = OrderInstructions(
            trigger_price=price * 102 // 100 if "STOP" in order_type.value and not is_trailing else None,
            trailing_offset=UNIT if is_trailing else 0,
            expire_time=_NOW + DAY_NS if time_in_force is TimeInForce.GTD else 0,
        )
    return SubmitOrder(
        _NOW, "margin", name, "desk", "", Environment.SIM, "AAPL.SIM", side, order_type, time_in_force,
        5 * UNIT, limit, price, _NOW, 0, _FOREVER, wanted,
    )  # fmt: skip


def _report(chance: random.Random, order: OrderApproved, number: int) -> ReportExecution:
    """What a venue says about an order: most often a fill, sometimes one that it said before."""
    kind = chance.choice((ExecType.NEW, *[ExecType.TRADE] * 4, ExecType.CANCELED, ExecType.REJECTED))
    report = ExecutionReport(order.account_id, order.client_order_id, kind, _NOW + number, "venue-1")
    if kind is ExecType.TRADE:
        price = order.limit_price or order.reference_price
        report = ExecutionReport(
            order.account_id, order.client_order_id, kind, _NOW + number, "venue-1",
            f"x{chance.randint(1, 90)}", max(order.order_qty // 2, 1), price, UNIT // 10, "USD",
        )  # fmt: skip
    return ReportExecution(_NOW + number, report)


def facts(core: Core) -> dict[str, Any]:
    """What a replay must come to whatever the state is made of: money, holdings, and what still works."""
    ledger, oms = core.engines.ledger, core.engines.oms
    found: dict[str, Any] = {}
    for account in ACCOUNTS:
        name = account.account_id
        book = ledger.accounts[name]
        found[name] = {
            "cash": dict(sorted(book.cash.items())),
            "positions": {
                each: [held.quantity, held.cost, held.realized]
                for each, held in sorted(book.positions.items())
            },
            "open_orders": [
                [order.order_id, order.client_order_id, order.cum_qty, order.order_qty]
                for order in (oms.orders[each] for each in sorted(oms.accounts[name].open_orders))
            ],
        }
    return found


def kinds_in(journaled: list[Frame]) -> set[str]:
    """Names of all commands and events in a journal."""
    names = set()
    for frame in journaled:
        command, events = decode_record(frame.payload, frame.seq)
        names |= {type(each).__name__ for each in (command, *events)}
    return names


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty=+"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def main(arguments: list[str]) -> int:
    """Write it, unless there is one of that name."""
    if not 1 <= len(arguments) <= 2:
        print(__doc__)
        return 2
    folder = Path(arguments[1]) if len(arguments) == 2 else FOLDER / arguments[0]
    if folder.exists():
        print(f"{folder} is there already, and a golden journal is never written again", file=sys.stderr)
        return 1
    write(folder, arguments[0])
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
