"""The page about the command line names every command, type of record, exit code and field there is."""

import re
from typing import Any

from tests.docs.markdown import ROOT, command_tree, spans
from trade2026.application.journals import record_types
from trade2026.bootstrap.main import BUG, PIPE_CLOSED
from trade2026.cli.app import EXIT_CODES
from trade2026.cli.interrupt import INTERRUPTED

TEXT = (ROOT / "docs" / "cli.md").read_text()


def leaves(name: str, command: Any) -> list[str]:
    """The commands that do something, as they are typed."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return [name]
    return [leaf for word, each in inner.items() for leaf in leaves(f"{name} {word}", each)]


def test_every_command_is_listed() -> None:
    named = re.findall(r"^\| `(trade2026 [^`]+)` \|", TEXT, re.MULTILINE)
    assert sorted(named) == sorted(leaves("trade2026", command_tree()))


def test_every_type_of_record_is_listed() -> None:
    section = TEXT.partition("## Types of records")[2]
    named = [span for span in spans(section) if span[0].isupper()]
    assert sorted(named) == list(record_types())


def test_every_exit_code_is_listed() -> None:
    named = {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)}
    assert named == {0, 1, BUG, INTERRUPTED, PIPE_CLOSED} | {code for _, code in EXIT_CODES}
