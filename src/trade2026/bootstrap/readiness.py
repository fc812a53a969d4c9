"""How a process that was started tells whoever started it that it is ready."""

import os
from typing import Final

VARIABLE: Final = "TRADE2026_READY_FD"
LINE: Final = b"ready\n"


def tell_ready() -> None:
    """Write the line to the descriptor that the environment names, once; nothing where there is none."""
    text = os.environ.pop(VARIABLE, "")
    if not text.isdigit():
        return
    descriptor = int(text)
    try:
        os.write(descriptor, LINE)
        os.close(descriptor)
    except OSError:
        return  # Whoever started us is gone; there is nobody to tell.
