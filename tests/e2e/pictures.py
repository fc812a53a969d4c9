"""The pictures of the guides, from those that tests left in build/e2e.

Usage: `python -m pytest tests/e2e/test_first_walk.py && python -m tests.e2e.pictures guide`, and likewise
`test_oversight.py` and `runbook`, `test_sim.py` and `sim`, `test_rebalance.py` and `orders`; without a word
all. They become 1,200 pixels wide with 256 colors, so that each stays below 200 kB.
"""

import sys
from pathlib import Path
from typing import Final

from PIL import Image

from tests.e2e.browser import ROOT, SHOTS

IMAGES: Final = ROOT / "docs" / "images"
WIDTH: Final = 1_200
COLORS: Final = 256
BYTES_MAX: Final = 200_000
PICTURES: Final = {
    "login": "01-login",
    "market": "04-market",
    "strategy-form": "06-strategy-form",
    "strategy-running": "07-strategy-running",
    "ticket": "09-ticket",
    "filled": "11-filled",
    "refused": "13-refused",
    "positions": "15-portfolio",
    "ledger": "15-ledger-entry",
    "tear-sheet": "31-tear-sheet",
    "compare": "32-compare",
    "halt": "16-halt-sheet",
    "halted": "17-halt-confirmed",
    "core-away": "20-core-away",
}
RUNBOOK: Final = {
    "halt-ladder": "ladder-halted-1440",
    "venues": "venues-1440",
    "reconciliation": "reconciliation-1440",
}
SIM: Final = {"page": "scenario-done"}
ORDERS: Final = {"proposal": "job-1440", "confirm": "dialog-1440", "waiting": "waiting-1440"}
SETS: Final = {
    "guide": ("first", PICTURES),
    "runbook": ("oversight", RUNBOOK),
    "sim": ("sim", SIM),
    "orders": ("rebalance", ORDERS),
}


def main() -> int:
    """Write them all; the exit code."""
    is_large = False
    for kind in sys.argv[1:] or SETS:
        folder, pictures = SETS[kind]
        for name, source in pictures.items():
            size = _write(SHOTS / folder / f"{source}.png", IMAGES / f"{kind}-{name}.png")
            is_large |= size > BYTES_MAX
    return 1 if is_large else 0


def _write(source: Path, path: Path) -> int:
    """Make the small one, and say how many bytes it has."""
    with Image.open(source) as opened:
        height = round(opened.height * WIDTH / opened.width)
        small = opened.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
    small.quantize(COLORS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)} {size / 1_000:.0f} kB")
    return size


if __name__ == "__main__":
    sys.exit(main())
