"""Import what the processes of a desk import, so that the bytecode is there when they start side by side.

Packages are installed without bytecode, see `tools/install_locked.py`, which has this run once.
"""

import importlib
import sys
from typing import Final

MODULES: Final = (
    "trade2026.cli.app",
    "trade2026.bootstrap.supervisor.control",
    "trade2026.bootstrap.roles.core",
    "trade2026.bootstrap.roles.monitor",
    "trade2026.bootstrap.roles.prism",
    "trade2026.bootstrap.roles.runner",
    "trade2026.bootstrap.roles.web",
)


def main() -> None:
    """Import all of them; also where a setting says that Python keeps no bytecode, as pip does."""
    sys.dont_write_bytecode = False
    for name in MODULES:
        importlib.import_module(name)


if __name__ == "__main__":
    main()
