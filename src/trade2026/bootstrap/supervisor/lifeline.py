"""Ends a process whose supervisor is gone, however that went: no process of the desk is left behind."""

import os
import signal
import threading
import time
from typing import Final

VARIABLE: Final = "TRADE2026_LIFELINE_FD"
"""Names the reading end of a pipe whose other end only the supervisor holds."""

GRACE_S: Final = 10.0


def hold_lifeline(grace_s: float = GRACE_S) -> None:
    """Watch the pipe that the environment names, in a thread; nothing where there is none.

    At its end the process is asked to stop, and killed after `grace_s` seconds.
    """
    text = os.environ.pop(VARIABLE, "")
    if not text.isdigit():
        return
    descriptor = int(text)
    os.set_inheritable(descriptor, False)

    def watch() -> None:
        while os.read(descriptor, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(grace_s)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
