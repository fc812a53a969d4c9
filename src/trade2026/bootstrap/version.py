"""Which code is running: its version, and a digest of its own source."""

import hashlib
from pathlib import Path

import trade2026


def code_version() -> str:
    """Such as "0.1.0+3f9a0c21b7de": the version, and the beginning of SHA-256 over the whole package.

    Two runs with one code version ran the same code, also between releases and in a changed checkout.
    """
    root = Path(trade2026.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return f"{trade2026.__version__}+{digest.hexdigest()[:12]}"
