"""The wire log on a local folder: `ports.wire_log` as files of frames, each with a length and a checksum.

Imports only ports, model and primitives. Start at `writer`; `reader` follows the files from another process.
"""

from trade2026.adapters.embedded.wire.reader import FileWireReader
from trade2026.adapters.embedded.wire.writer import FileWireLog

__all__ = ["FileWireLog", "FileWireReader"]
