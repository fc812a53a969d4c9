"""Command line of the determinism lint: `python -m tools.determinism_lint [FOLDER]`."""

import sys
from pathlib import Path

from tools.determinism_lint.report import check_tree

DEFAULT_ROOT = Path(__file__).resolve().parent.parent.parent / "src" / "trade2026"


def main(argv: list[str]) -> int:
    """Check the tree, print one line per finding, and return the exit status: 1 when there is any."""
    root = Path(argv[0]) if argv else DEFAULT_ROOT
    if not root.is_dir():
        print(f"determinism lint: {root} is not a folder")
        return 2
    findings, files = check_tree(root)
    for finding in findings:
        print(finding)
    verdict = f"{len(findings)} found" if findings else "clean"
    print(f"determinism lint: {files} files, {verdict}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
