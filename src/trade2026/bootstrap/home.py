"""The desk's own folder: folders below it, and the key that signs its journals."""

import os
import secrets
from pathlib import Path
from typing import Final

from trade2026.primitives.errors import IntegrityError, StoreUnavailable

KEY_BYTES: Final = 32
_SIGNED: Final = "trials/head"
"""What every desk that has run something signed with its key."""
_REMEDY: Final = "Check the folder and its disk, or set TRADE2026_HOME to another folder."


class DiskFolders:
    """`application.services.Folders` on the local disk."""

    def names(self, folder: str) -> list[str]:
        """Names of the folders in `folder`, sorted."""
        try:
            with os.scandir(folder) as items:
                return sorted(item.name for item in items if item.is_dir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreUnavailable(f"cannot list {folder}: {error.strerror}. {_REMEDY}") from error

    def make(self, folder: str) -> bool:
        """Make a new folder and those above it; False where it exists."""
        try:
            Path(folder).parent.mkdir(parents=True, exist_ok=True)
            Path(folder).mkdir()
        except FileExistsError:
            return False
        except OSError as error:
            raise StoreUnavailable(f"cannot make {folder}: {error.strerror}. {_REMEDY}") from error
        return True

    def exists(self, folder: str) -> bool:
        """Whether there is such a folder."""
        return os.path.isdir(folder)

    def is_taken(self, path: str) -> bool:
        """Whether the path is anything but free or an empty folder."""
        try:
            with os.scandir(path) as items:
                return any(True for _ in items)
        except FileNotFoundError:
            return os.path.lexists(path)
        except NotADirectoryError:
            return True
        except OSError as error:
            raise StoreUnavailable(f"cannot list {path}: {error.strerror}. {_REMEDY}") from error

    def move(self, old: str, new: str) -> None:
        """Give a folder another name, and sync the folder above it."""
        try:
            os.rename(old, new)
            above = os.open(Path(new).parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(above)
            finally:
                os.close(above)
        except OSError as error:
            raise StoreUnavailable(f"cannot move {old} to {new}: {error.strerror}. {_REMEDY}") from error


def load_head_key(home: str) -> bytes:
    """The key in "keys/journal.key", made on first use: 32 random bytes that only the owner may read.

    Raises
    ------
    IntegrityError
        The file is not a key, or is gone while a head that it signed is there.
    StoreUnavailable
        It can be neither read nor made.
    """
    path = Path(home) / "keys" / "journal.key"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            if (signed := Path(home) / _SIGNED).exists():
                raise IntegrityError(_lost(path, signed))
            _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise StoreUnavailable(f"cannot make or read {path}: {error.strerror}. {_REMEDY}") from error
    if len(key) != KEY_BYTES:
        raise IntegrityError(
            f"{path} must hold {KEY_BYTES} bytes, had {len(key)}; restore it from a backup. Without it no "
            f"journal's end can be proven; 'trade2026 journal verify --no-head' checks the rest"
        )
    return key


def _lost(path: Path, signed: Path) -> str:
    return (
        f"{path} must be there, because it signed {signed}; restore it from a backup. Without it no "
        f"journal's end can be proven; 'trade2026 journal verify --no-head' checks the rest, and with "
        f"{signed.parent} moved away a new key and a new ledger of trials begin"
    )


def _make_key(path: Path) -> None:
    """Write it beside its place and link it there, so that of two first runs one key wins, whole."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(KEY_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return  # The other one won; ours goes.
    finally:
        temporary.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
