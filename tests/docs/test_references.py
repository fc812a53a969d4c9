"""What documents point at is there: links, headings, files, definitions, commands, options, targets."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.docs.markdown import ROOT, anchors, command_lines, command_tree, documents, links, spans

SOURCE = ROOT / "src" / "trade2026"
TARGETS = frozenset(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


COMMAND = command_tree()


def link_faults(document: Path, text: str) -> list[str]:
    """Relative links whose file or heading is not there."""
    faults = []
    for _, target in links(text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = (document.parent / name).resolve() if name else document
        if not path.exists():
            faults.append(f"{target}: no such file")
        elif anchor and anchor not in anchors(path.read_text()):
            faults.append(f"{target}: no such heading")
    return faults


def defines(source: str, name: str) -> bool:
    """Whether the text of a module defines a function, class or constant of that name."""
    return bool(re.search(rf"^\s*(?:async def|def|class) {name}\b|^{name}\b.* = ", source, re.MULTILINE))


def name_faults(document: Path, text: str) -> list[str]:
    """Links such as [`core.py`: `Core`](...) whose file does not define the name."""
    faults = []
    for label, target in links(text):
        _, colon, names = label.partition("`: ")
        if colon and target.endswith(".py"):
            source = (document.parent / target).resolve().read_text()
            wanted = re.findall(r"`(\w+)`", names)
            faults += [f"{target}: does not define {name}" for name in wanted if not defines(source, name)]
    return faults


def file_faults(text: str) -> list[str]:
    """Code spans that name a file of the project which is not there."""
    named = [
        span
        for span in spans(text)
        if re.fullmatch(r"[a-z_.0-9-]+(?:/[a-z_0-9.-]+)+\.(?:py|md|in|txt)", span)
    ]
    return [
        f"{name}: no such file"
        for name in named
        if not (ROOT / name).exists() and not (SOURCE / name).exists()
    ]


def command_faults(line: str) -> list[str]:
    """Commands and options that the command line, or the Makefile, does not have."""
    name, *words = shlex.split(line.replace("(", " ").replace(")", " "))
    if name == "make":
        plain = [word for word in words if "=" not in word]
        return [f"make {word}: no such target" for word in plain if word not in TARGETS]
    command = COMMAND
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    if hasattr(command, "commands") and words and not words[0].startswith("-"):
        return [f"{line}: no command {words[0]!r}"]
    options = {name for parameter in command.params for name in parameter.opts} | {"--help", "-h"}
    return [f"{line}: no option {word}" for word in words if word.startswith("-") and word not in options]


def run_faults(text: str) -> list[str]:
    """Tests and benchmarks, named in code spans as they are run, which are not there."""
    named = [
        word
        for span in spans(text)
        for call in re.findall(r"(?:^|/)pytest ([^|;]+)", span)
        for word in call.split()
        if word.startswith("tests/")
    ]
    faults = [f"{name}: no such test" for name in named if not (ROOT / name).exists()]
    benches = re.findall(r"\b(?:make bench NAME=|python -m bench )([a-z]\w*)", "\n".join(spans(text)))
    there = {path.stem for path in (ROOT / "bench").glob("*.py")} | {"report"}
    return faults + [f"{name}: no such benchmark" for name in benches if name not in there]


def every(faults: Any) -> list[str]:
    """The faults of all documents, each with its document."""
    return [
        f"{document.relative_to(ROOT)}: {fault}"
        for document in documents()
        for fault in faults(document, document.read_text())
    ]


def test_links_resolve() -> None:
    assert every(link_faults) == []


def test_named_definitions_exist() -> None:
    assert every(name_faults) == []


def test_named_files_exist() -> None:
    assert every(lambda _, text: file_faults(text)) == []


def test_named_commands_exist() -> None:
    assert every(lambda _, text: [f for line in command_lines(text) for f in command_faults(line)]) == []


def test_named_tests_and_benchmarks_exist() -> None:
    assert every(lambda _, text: run_faults(text)) == []


def test_every_document_is_in_the_index() -> None:
    folder = ROOT / "docs"
    listed = {(folder / target).resolve() for _, target in links((folder / "README.md").read_text())}
    missing = [path.name for path in sorted(folder.glob("*.md")) if path.resolve() not in listed]
    assert [name for name in missing if name != "README.md"] == []


@pytest.mark.parametrize("target", ["nothing.md", "#no-such-heading", "docs/architecture.md#nothing"])
def test_canary_a_dead_link_is_found(target: str) -> None:
    assert len(link_faults(ROOT / "README.md", f"# Here\n[x]({target})")) == 1


def test_canary_a_live_link_passes() -> None:
    text = "# Here we are\n[x](#here-we-are) [y](LICENSE) [z](https://example.com/a)"
    assert link_faults(ROOT / "CONTRIBUTING.md", text.replace("#here", "CONTRIBUTING.md#here"))
    assert link_faults(ROOT / "CONTRIBUTING.md", "[y](LICENSE) [z](https://example.com/a)") == []


def test_canary_a_name_that_moved_is_found() -> None:
    link = "[`trading/core.py`: `Core`, `{}`](src/trade2026/trading/core.py)"
    assert name_faults(ROOT / "README.md", link.format("restore")) == []
    assert len(name_faults(ROOT / "README.md", link.format("gone"))) == 1


def test_canary_a_missing_file_is_found() -> None:
    assert file_faults("`risk/check.py` and `tests/conftest.py`, not `NAME/x.py`") == []
    assert len(file_faults("`risk/nothing.py`")) == 1


def test_canary_a_missing_test_or_benchmark_is_found() -> None:
    text = "`pytest tests/docs tests/conftest.py`, `.venv/bin/pytest tests/ledger`, `make bench NAME=replay`"
    assert run_faults(text) == []
    assert len(run_faults("`pytest tests/docs tests/gone.py`, `make bench NAME=gone`")) == 2


@pytest.mark.parametrize(
    "line",
    [
        "trade2026 trade momentum", "trade2026 journal repair RUN", "trade2026 journal show RUN --kind X",
        "make everything", "trade2026 --verbose",
    ],
)  # fmt: skip
def test_canary_an_unknown_command_is_found(line: str) -> None:
    assert len(command_faults(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "trade2026 --help",
        "trade2026 journal replay RUN --decide",
        "make simulate SEEDS=500",
        "trade2026 runs",
    ],
)
def test_canary_a_known_command_passes(line: str) -> None:
    assert command_faults(line) == []


def test_canary_commands_are_found_in_spans_and_blocks() -> None:
    text = "`make lint` or `A=1 trade2026 runs --json \\| head`\n```console\n$ trade2026 trials\nout\n```\n"
    assert [line.strip() for line in command_lines(text)] == [
        "make lint", "trade2026 runs --json", "trade2026 trials"
    ]  # fmt: skip
