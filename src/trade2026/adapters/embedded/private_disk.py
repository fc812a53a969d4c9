"""A folder on the local disk that only its owner may look into: for keys and password hashes."""

import os
import stat
from pathlib import Path
from typing import Final

from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.ports.storage import File, Lock
from trade2026.primitives.errors import StoreUnavailable

_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600


class PrivateDiskStorage(DiskStorage):
    """A `DiskStorage` whose folder has mode 0700, even one that was there, and whose files have 0600."""

    def __init__(self, folder: str | Path) -> None:
        """Make or close the folder. Raises StoreUnavailable where that is not allowed."""
        path = Path(folder).absolute()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir(mode=_FOLDER_MODE, exist_ok=True)
            if stat.S_IMODE(path.stat().st_mode) != _FOLDER_MODE:
                path.chmod(_FOLDER_MODE)
        except OSError as error:
            raise StoreUnavailable(
                f"cannot make {path} private: {error.strerror}. It must belong to the user who runs the desk."
            ) from error
        super().__init__(path)

    def create(self, name: str) -> File:
        """A new empty file; it is closed to others before anything is in it."""
        file = super().create(name)
        self._close_to_others(name)
        return file

    def lock(self, name: str) -> Lock:
        """Take the lock."""
        lock = super().lock(name)
        self._close_to_others(name)
        return lock

    def _close_to_others(self, name: str) -> None:
        try:
            os.chmod(f"{self.folder}/{name}", _FILE_MODE)
        except OSError as error:
            raise StoreUnavailable(
                f"cannot make {self.folder}/{name} private: {error.strerror}. Check the folder and its disk."
            ) from error
