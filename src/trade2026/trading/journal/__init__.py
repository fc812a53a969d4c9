"""The durable journal: opaque payloads in, sequence numbers from 1 out, nothing acknowledged ever lost.

Payload-agnostic: it imports `ports.storage` and `primitives` and knows no order. A journal is a folder of
segments of frames; `frame` is the bytes, `segment` the files, `scan` what is checked at start and by
`verify`, `journal` the one writer, `reader` the many that tail it, `head` the signed lower bound, `snapshots`
the states kept beside it. Start with `journal.Journal`.
"""

from trade2026.trading.journal.config import JournalConfig
from trade2026.trading.journal.frame import GENESIS, Frame
from trade2026.trading.journal.journal import Journal
from trade2026.trading.journal.reader import CursorStore, JournalReader
from trade2026.trading.journal.recovery import Recovery
from trade2026.trading.journal.scan import Cursor, Finding, FindingKind
from trade2026.trading.journal.snapshots import Snapshot, SnapshotStore
from trade2026.trading.journal.state import JournalState
from trade2026.trading.journal.verify import VerifyReport, frames, verify

__all__ = [
    "GENESIS",
    "Cursor",
    "CursorStore",
    "Finding",
    "FindingKind",
    "Frame",
    "Journal",
    "JournalConfig",
    "JournalReader",
    "JournalState",
    "Recovery",
    "Snapshot",
    "SnapshotStore",
    "VerifyReport",
    "frames",
    "verify",
]
