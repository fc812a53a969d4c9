"""What a desk at a home trades on: settled when it is new, and which processes it takes."""

from pathlib import Path
from typing import Final

from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.bootstrap.places import Places
from trade2026.primitives.errors import InputError

PRISM: Final = "prism"
ROLES: Final = (PRISM, "core", "monitor", "runner", "web")
"""In the order to start, the opposite of the order to stop; prism only where the desk trades on it."""


def begin(places: Places, market: str) -> None:
    """Settle what a new desk trades on."""
    from trade2026.application.live.beginning import begin_desk

    journal = Path(places.journal)
    is_new = not journal.is_dir() or not any(journal.iterdir())
    begin_desk(DiskStorage(places.desk), market, is_new=is_new)


def roles_of(places: Places) -> tuple[str, ...]:
    """The processes of this desk; a configuration that cannot be used is told by the core, in its log."""
    from trade2026.application.live.config import load_desk_config

    try:
        names = load_desk_config(DiskStorage(places.desk)).data.names
    except InputError:
        names = ()
    return ROLES if PRISM in names else tuple(role for role in ROLES if role != PRISM)
