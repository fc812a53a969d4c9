"""Where a running desk keeps what it needs, below its home folder."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trade2026.primitives.errors import StoreUnavailable

_SOCKET_PATH_MAX: Final = 100
"""The kernel takes 108 bytes with the closing zero; some room for suffixes."""

_SHORT: Final = "/tmp"
"""Where sockets go whose own folder has too long a path."""


@dataclass(frozen=True, slots=True)
class Places:
    """Folders and sockets of the desk whose home is `home`."""

    home: str

    @property
    def desk(self) -> str:
        """Everything of the running desk; only its owner may look inside."""
        return f"{self.home}/desk"

    @property
    def journal(self) -> str:
        """The journal, with its snapshots."""
        return f"{self.desk}/journal"

    @property
    def index(self) -> str:
        """The index of orders that have left memory; what is in it is in the journal too."""
        return f"{self.desk}/index"

    @property
    def history(self) -> str:
        """Rows of lists that the web process shows and need not keep in memory; it lives as long as that."""
        return f"{self.desk}/history.sqlite"

    @property
    def state(self) -> str:
        """Users, sessions and keys."""
        return f"{self.desk}/state"

    @property
    def logs(self) -> str:
        """What the processes have said."""
        return f"{self.desk}/log"

    @property
    def jobs(self) -> str:
        """One folder for each job."""
        return f"{self.desk}/jobs"

    @property
    def rebalancing(self) -> str:
        """One file for each rebalancing proposal that was confirmed."""
        return f"{self.desk}/rebalancing"

    @property
    def wire(self) -> str:
        """What left for venues and came from them, of late."""
        return f"{self.desk}/wire"

    @property
    def prism(self) -> str:
        """The simulated market's configuration, and the keys of who trades on it."""
        return f"{self.home}/prism"

    @property
    def run(self) -> str:
        """Sockets and the supervisor's lock."""
        return f"{self.desk}/run"

    def socket(self, name: str) -> str:
        """Path of a Unix socket; below /tmp where the home's path is too long for one."""
        path = f"{self.run}/{name}.sock"
        if len(os.fsencode(path)) <= _SOCKET_PATH_MAX:
            return path
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        # Not below a folder that the environment names: every process must find the same one.
        folder = Path(_SHORT) / f"trade2026-{os.getuid()}-{digest}"
        if folder.is_symlink():  # Laid by whoever else may write there, to a folder of ours perhaps.
            raise StoreUnavailable(f"{folder} is a link; remove it, or set TRADE2026_HOME to a shorter path")
        _make(folder)
        return str(folder / f"{name}.sock")

    def make(self) -> None:
        """Make the folders that are missing; raises StoreUnavailable."""
        _make(Path(self.desk))
        for folder in (self.state, self.logs, self.jobs, self.rebalancing, self.run):
            _make(Path(folder))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise StoreUnavailable(f"{folder} belongs to another user; remove it or set TRADE2026_HOME")
        folder.chmod(0o700)
    except OSError as error:
        raise StoreUnavailable(
            f"cannot make {folder}: {error.strerror}. Check the folder and its disk, or set TRADE2026_HOME"
        ) from error
