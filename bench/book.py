"""Operations a CPU second of the order book that the simulated exchange runs.

One book of a market: events told, accounts kept, fees charged, self-trade prevention asked. The stream is
`order_stream`'s. `ops_per_cpu_s`: in arrays of some thousand, as compiled agents and a replay send them.
`single_ops_per_cpu_s`: one call an order, as a gateway sends them, the loop in Python included. Not timed:
the first of the commands are played through the reference market too, whose state has to have the same
hash, and single calls have to end in the state of the batch.
"""

import json
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.harness import Report
from bench.order_stream import OWNERS, Stream, make_stream
from trade2026.matching.clearing import AMOUNT_MAX, Listing
from trade2026.matching.compiled import layout as at
from trade2026.matching.compiled.market import CompiledMarket
from trade2026.matching.compiled.translate import SIDES
from trade2026.matching.market import Market
from trade2026.matching.words import CancelOpen, PlaceOrder, SelfTradePrevention
from trade2026.model.enums import OrderType, TimeInForce

_OPS = 400_000
_BATCH = 4_096
_CHECKED = 1_000
_LISTING = Listing("BTCUSDT", "BTC", "USDT", 10**7, 10**4, 1, 10**9, 0, 200, 400)
_made: list[Stream] = []


def _stream() -> Stream:
    """Made once for all runs."""
    if not _made:
        _made.append(make_stream(_OPS))
    return _made[0]


def _owner(number: int) -> str:
    return f"owner-{number}"


def fund(market: Market | CompiledMarket) -> None:
    """Give every owner of the stream enough of everything, in the order of their numbers."""
    for number in OWNERS:
        for asset in ("BTC", "USDT"):
            market.clearing.deposit(_owner(number), asset, AMOUNT_MAX // 1_000)


def _compiled(rows: npt.NDArray[np.int64]) -> CompiledMarket:
    market = CompiledMarket([_LISTING])
    fund(market)
    market.run(0, rows)
    return market


def check_against_reference(stream: Stream) -> None:
    """The first commands lead both markets to the same state."""
    slow = Market([_LISTING])
    fund(slow)
    rows = np.concatenate([stream.before, stream.timed[:_CHECKED]])
    for row in rows.tolist():
        if row[0] == at.CANCEL_OPEN:
            slow.handle(0, CancelOpen(row[1]))
            continue
        _, order_id, owner, side, _, _, quantity, price, *_ = row
        slow.handle(
            0,
            PlaceOrder(
                order_id, _owner(owner), SIDES[side], OrderType.LIMIT, TimeInForce.GTC, quantity, price,
                prevention=SelfTradePrevention.EXPIRE_TAKER,
            ),
        )  # fmt: skip
    assert slow.state_sha256() == _compiled(rows).state_sha256(), "the books differ"


def run_once(report: Report) -> None:
    """One pass in arrays and one by single calls."""
    is_first = not _made
    stream = _stream()
    if is_first:
        check_against_reference(stream)
    market = _compiled(stream.before)
    batches = np.array_split(stream.timed, -(-len(stream.timed) // _BATCH))
    events = 0
    begin = time.process_time()
    for batch in batches:
        events += len(market.run(0, batch))
    used = time.process_time() - begin
    report.add("ops_per_cpu_s", len(stream.timed) / used, "1/s")
    report.add("events", events, "events")

    single = _compiled(stream.before)
    place, cancel = single.books[0].place, single.books[0].cancel
    commands = [tuple(row[1:]) if row[0] == at.PLACE_ORDER else row[1] for row in stream.timed.tolist()]
    begin = time.process_time()
    for command in commands:
        if type(command) is int:
            cancel(command)
        else:
            place(*command)
    used = time.process_time() - begin
    report.add("single_ops_per_cpu_s", len(commands) / used, "1/s")
    assert single.state_sha256() == market.state_sha256(), "single calls and a batch differ"


def run_peers(report: Report) -> None:
    """bourse, whose book is Rust, called from Python for each order of the same stream."""
    from bench.peers import run_peer

    stream = _stream()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stream.json"
        keep = [at.OP, at.ORDER_ID, at.SIDE_COLUMN, at.LIMIT_COLUMN, at.QTY_COLUMN]
        path.write_text(json.dumps([rows[:, keep].tolist() for rows in stream]))
        figures = run_peer("bourse_book.py", str(path), "--reps", "5")
    if figures is None:
        report.notes.append("bourse could not be installed here, so its figure is absent.")
        return
    report.peers[f"bourse {figures['version']} (single calls, no accounts, no fees)"] = {
        name: figures[name] for name in ("ops_per_cpu_s", "ops_per_cpu_s_min", "ops_per_cpu_s_max")
    }
