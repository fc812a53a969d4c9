"""`trade2026 backup|restore`: the desk in one file, and a desk from such a file."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated

import typer

from trade2026.application.desk import Desk
from trade2026.cli import options
from trade2026.cli.output import examples, labeled, note, say, say_json
from trade2026.cli.progress import Tell, progress

_TARGET = Annotated[
    str, typer.Argument(metavar="FILE|DIR", help="A new file, or a folder that gets one named by its number.")
]
_SOURCE = Annotated[str, typer.Argument(metavar="FILE", help="A file that 'trade2026 backup' made.")]
_HOME = Annotated[
    str, typer.Argument(metavar="TARGET_HOME", help="A new or empty folder: the TRADE2026_HOME to be.")
]


def add_backups(app: typer.Typer, desk: Desk) -> None:
    """Add the commands to the application."""

    @app.command(epilog=examples("trade2026 backup /mnt/backups", "trade2026 backup desk.backup --json"))
    def backup(path: _TARGET, json: options.Json = False, quiet: options.Quiet = False) -> None:
        """Copy the desk, up or down, into one file: journal, trial ledger, users, configuration, key.

        The file holds secrets: the key that signs the journal, hashes of passwords, keys of sessions. Only
        its owner may read it (mode 0600); keep it so wherever it goes. Folders of runs are not in it.
        """
        with _telling(quiet) as tell:
            made = desk.make_backup(path, tell)
        values: dict[str, str | int] = {
            "path": made.path, "bytes": made.size, "sha256": made.sha256,
            "last_seq": made.manifest.desk.last_seq,
            "journal_sha256": made.manifest.desk.journal_sha256,
        }  # fmt: skip
        if json:
            say_json(values)
            return
        for line in labeled([(name, _shown(value)) for name, value in values.items()]):
            say(line)
        note("the file holds secrets: keep it as you keep passwords, and its sha256 somewhere else")

    @app.command(epilog=examples("trade2026 restore desk.backup ~/.trade2026"))
    def restore(path: _SOURCE, home: _HOME, json: options.Json = False, quiet: options.Quiet = False) -> None:
        """Make a desk from a backup; all of it is checked before anything is written.

        Start it with TRADE2026_HOME set to the folder. The file's sha256 is printed: compare it with the one
        that was printed when the backup was made.
        """
        with _telling(quiet) as tell:
            done = desk.restore_backup(path, home, tell)
        values: dict[str, str | int] = {
            "home": done.home, "sha256": done.sha256, "last_seq": done.manifest.desk.last_seq,
            "journal_sha256": done.manifest.desk.journal_sha256, "state_sha256": done.state_sha256,
        }  # fmt: skip
        if json:
            say_json(values)
            return
        for line in labeled([(name, _shown(value)) for name, value in values.items()]):
            say(line)
        note(f"start it with: TRADE2026_HOME={done.home} trade2026 up")


def _shown(value: str | int) -> str:
    return f"{value:,}" if isinstance(value, int) else value


@contextmanager
def _telling(quiet: bool) -> Iterator[Callable[[str, int], None]]:
    """A bar for each kind of work, one after another."""
    with ExitStack() as stack:
        bars: dict[str, Tell] = {}

        def tell(what: str, done: int) -> None:
            if what not in bars:
                stack.close()
                bars.clear()
                bars[what] = stack.enter_context(progress(what, None, quiet=quiet))
            bars[what](done)

        yield tell
