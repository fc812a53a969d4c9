"""What README and tutorial show is what the commands print; the tutorial's code is the example.

Elsewhere the blocks that begin with "```console checked" are held to what is printed, those of a document in
one folder, one after the other. Those that begin with "```console long" take minutes, each for itself, and
are held to it where DOCS_LONG=1 is set; beside their folder is `shared`, as beside the project.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, Block, blocks, command_lines, documents, spans
from tests.docs.transcript import READER_WAITS_S, Step, difference, run, steps
from trade2026.web.services import WebSettings

README = ROOT / "README.md"
TUTORIAL = ROOT / "docs" / "first-strategy.md"
EXAMPLE = ROOT / "examples" / "breakout.py"
SHOWN = {
    ROOT / "docs" / f"{name}.md": ROOT / "examples" / f"{name.replace('-', '_')}.py"
    for name in ("market", "prism", "prism-gym")
}
"""Guides with one program, and what it prints."""
MARKED = [
    (document, block) for document in documents() for block in blocks(document.read_text()) if block.mark
]
CHECKED = sorted({document for document, block in MARKED if block.mark == "checked"})
LONG = [(document, block) for document, block in MARKED if block.mark == "long"]
LONG_S = 3_600


def code(document: Path) -> list[str]:
    return [block.text for block in blocks(document.read_text()) if block.language == "python"]


def test_the_code_of_the_tutorial_is_the_example() -> None:
    assert code(TUTORIAL) == [EXAMPLE.read_text()]


@pytest.mark.parametrize("document", SHOWN, ids=lambda path: path.stem)
def test_an_example_is_shown_with_what_it_prints(document: Path) -> None:
    example = SHOWN[document]
    assert code(document) == [example.read_text()]
    (shown,) = [block.text for block in blocks(document.read_text()) if block.language == "text"]
    done = subprocess.run(
        [sys.executable, str(example)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.stdout == shown


def test_every_example_is_shown_in_a_document() -> None:
    assert sorted((ROOT / "examples").glob("*.py")) == sorted([EXAMPLE, *SHOWN.values()])


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("document", [README, TUTORIAL], ids=lambda path: path.stem)
def test_a_document_shows_what_is_printed(document: Path, tmp_path: Path) -> None:
    for text in code(document):
        (tmp_path / EXAMPLE.name).write_text(text)
    assert faults(steps(blocks(document.read_text())), tmp_path) == []


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("document", CHECKED, ids=lambda path: path.stem)
def test_a_block_that_says_so_shows_what_is_printed(document: Path, tmp_path: Path) -> None:
    checked = [block for block in blocks(document.read_text()) if block.mark == "checked"]
    assert faults(steps(checked), tmp_path) == []


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.skipif(os.environ.get("DOCS_LONG") != "1", reason="takes minutes: DOCS_LONG=1 has it done")
@pytest.mark.parametrize(("document", "block"), LONG, ids=lambda each: getattr(each, "stem", ""))
def test_a_long_block_shows_what_is_printed(document: Path, block: Block, tmp_path: Path) -> None:
    shared = ROOT.parent / "shared"
    if "../shared/" in block.text and not shared.exists():
        pytest.skip("the shared data is not here: it comes with the project, not with the package")
    (tmp_path / "shared").symlink_to(shared)
    (tmp_path / "here").mkdir()
    assert faults(steps([block]), tmp_path / "here", timeout=LONG_S) == []


def test_blocks_are_marked_by_a_word_that_is_known() -> None:
    assert {(block.language, block.mark) for _, block in MARKED} == {
        ("console", "checked"),
        ("console", "long"),
    }


def test_a_reader_waits_until_a_halt_has_cooled_down() -> None:
    waits = [
        step.command
        for document in documents()
        for step in steps(blocks(document.read_text()))
        if step.command.startswith("sleep ")
    ]
    assert waits == [f"sleep {READER_WAITS_S}"]
    assert WebSettings().cool_down_seconds < READER_WAITS_S


def faults(played: list[Step], folder: Path, *, timeout: float = 240.0) -> list[str]:
    """The commands that print something else than is shown."""
    assert played
    printed = run([step.command for step in played], folder, timeout=timeout)
    assert len(printed) == len(played)
    return [
        f"{step.command}: {fault}"
        for step, lines in zip(played, printed, strict=True)
        if (fault := difference(step.shown, lines))
    ]


@pytest.mark.slow
@pytest.mark.process
def test_what_the_readme_claims_can_be_seen(tmp_path: Path) -> None:
    claimed = command_lines(README.read_text())
    replay, show, refuse, again = (
        next(line for line in claimed if part in line)
        for part in ("journal replay RUN", "journal show RUN", "--max-leverage", "--json -q")
    )
    name = 'RUN=$(ls "$TRADE2026_HOME/runs")'
    refused, _, replayed, booked, one, two = run(
        [
            refuse, name, replay.replace("RUN", "$RUN"), f"{show.replace('RUN', '$RUN')} | head -3",
            f"PYTHONHASHSEED=1 {again}", f"PYTHONHASHSEED=2 {again}",
        ],
        tmp_path,
    )  # fmt: skip
    assert any("byte for byte" in line for line in replayed)
    assert any("-> TradeBooked" in line for line in booked)
    assert any(line.startswith("Refusals ") for line in refused)
    assert len(one) == 1
    assert one == two
    fields = set(json.loads(one[0]))
    assert fields <= set(spans((ROOT / "docs" / "cli.md").read_text()))


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        (["a", "b"], ["a", "b"]),
        (["a ... d"], ["a b c d"]),
        (["...", "b", "..."], ["a", "b", "c", "d"]),
        (["a", "..."], ["a"]),
        ([], []),
        (["Stop it  .venv/bin/trade2026 down"], ["Stop it  trade2026 down"]),
    ],
)
def test_what_is_shown_is_found(shown: list[str], printed: list[str]) -> None:
    assert difference(shown, printed) == ""


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        (["a"], ["b"]),
        (["a"], []),
        (["a"], ["a", "b"]),
        (["a", "c"], ["a", "b", "c"]),
        (["...", "c"], ["a", "b"]),
        (["a ... d"], ["a b c"]),
        ([], ["a"]),
    ],
)
def test_canary_another_output_is_noticed(shown: list[str], printed: list[str]) -> None:
    assert difference(shown, printed) != ""


def test_canary_commands_are_run_in_order_and_keep_variables(tmp_path: Path) -> None:
    assert run(["X=1", "echo $X; echo no >&2", "false"], tmp_path) == [[], ["1", "no"], []]


def test_canary_steps_are_read() -> None:
    text = "```console\n$ one\nout\n$ two\n```\n```sh\n$ three\n```\n"
    assert steps(blocks(text)) == [Step("one", ["out"]), Step("two", [])]
    marked = blocks(text.replace("```console", "```console checked"))
    assert [(block.language, block.mark) for block in marked] == [("console", "checked"), ("sh", "")]
