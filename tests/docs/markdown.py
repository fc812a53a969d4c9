"""Reads the project's documents: files, links, headings, code spans, fenced blocks, and commands in them."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import typer

from trade2026.application.desk import Desk
from trade2026.cli.app import build_app

ROOT = Path(__file__).resolve().parents[2]


class Block(NamedTuple):
    """A fenced block: its language, its lines, and what follows the language: "checked" blocks are run."""

    language: str
    lines: list[str]
    mark: str = ""

    @property
    def text(self) -> str:
        """As it would stand in a file."""
        return "\n".join(self.lines) + "\n"


def documents() -> list[Path]:
    """Every document a reader may open."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "changelog.d" / "README.md"]
    return found + sorted((ROOT / "docs").rglob("*.md"))


def blocks(text: str) -> list[Block]:
    """The fenced blocks, in order."""
    found: list[Block] = []
    current: Block | None = None
    for line in text.splitlines():
        if line.startswith("```"):
            if current is None:
                language, _, mark = line[3:].strip().partition(" ")
                current = Block(language, [], mark)
            else:
                found.append(current)
                current = None
        elif current is not None:
            current.lines.append(line)
    assert current is None, "a fenced block is not closed"
    return found


def prose(text: str) -> str:
    """The text without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def spans(text: str) -> list[str]:
    """Inline code; a bar that a table had to escape is a bar again."""
    return [span.replace("\\|", "|") for span in re.findall(r"`([^`\n]+)`", prose(text))]


def links(text: str) -> list[tuple[str, str]]:
    """Links and pictures in prose, as (text, target)."""
    return re.findall(r"\[([^\]]*)\]\(([^)\s]+)\)", prose(text))


def anchors(text: str) -> set[str]:
    """What headings can be linked as."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def command_tree() -> Any:
    """The command line as it is, without a desk behind it."""
    return typer.main.get_command(build_app(Desk(_no_services)))


def _no_services() -> Any:
    raise AssertionError("help needs no services")


def command_lines(text: str) -> list[str]:
    """What follows `trade2026` or `make` in code spans and in shell blocks."""
    code = spans(text)
    for block in blocks(text):
        if block.language in ("sh", "console"):
            code += block.lines
    found = []
    for line in code:
        found += re.findall(r"(?:^|[\s'])((?:trade2026|make) [^`|;'#]+)", line)
    return found
