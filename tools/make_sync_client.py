"""Make the client that waits from the one for asyncio: `python tools/make_sync_client.py [--check]`.

Both are the same requests; written once, they cannot differ. Words are replaced as they stand and the
result is formatted by ruff; the modules of `client.asynchronous` are written so that this is enough.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCE: Final = ROOT / "src" / "trade2026" / "client" / "asynchronous"
TARGET: Final = ROOT / "src" / "trade2026" / "client" / "synchronous"

PACKAGE: Final = '''"""The client that waits for its answers, made from `client.asynchronous`.

Change that, and run `tools/make_sync_client.py`. It imports what `client` may. Start with `client`.
"""
'''
WORDS: Final = (
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\b__aenter__\b", "__enter__"),
    (r"\b__aexit__\b", "__exit__"),
    (r"\baclose\b", "close"),
    (r"\bAsync([A-Z])", r"\1"),
    (r"\basyncio\.Lock\b", "threading.Lock"),
    (r"\basyncio\.sleep\b", "time.sleep"),
    (r"^import asyncio$", "import threading"),
    (r"\bclient\.asynchronous\b", "client.synchronous"),
)


def made() -> dict[Path, str]:
    """What each file is to hold."""
    files = {TARGET / "__init__.py": PACKAGE}
    for path in sorted(SOURCE.glob("*.py")):
        if path.name == "__init__.py":
            continue
        text = path.read_text()
        for pattern, words in WORDS:
            text = re.sub(pattern, words, text, flags=re.MULTILINE)
        files[TARGET / path.name] = _ruff(_ruff(text, "check", "--select=I", "--fix", "--quiet"), "format")
    return files


def _ruff(text: str, *arguments: str) -> str:
    """The text after ruff; names in imports move, and lines that became short are joined."""
    command = [sys.executable, "-m", "ruff", *arguments, f"--stdin-filename={TARGET / 'made.py'}", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=ROOT, check=True)
    return done.stdout


def stale() -> list[Path]:
    """Files that are not as they are to be, or should not be there."""
    wanted = made()
    there = set(TARGET.glob("*.py"))
    wrong = [path for path, text in wanted.items() if path not in there or path.read_text() != text]
    return sorted(wrong + [path for path in there if path not in wanted])


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` say which are not as they are to be."""
    if arguments == ["--check"]:
        for path in stale():
            print(f"{path.relative_to(ROOT)} is not what tools/make_sync_client.py makes; run it")
        return 1 if stale() else 0
    TARGET.mkdir(exist_ok=True)
    wanted = made()
    for path in TARGET.glob("*.py"):
        if path not in wanted:
            path.unlink()
    for path, text in wanted.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
