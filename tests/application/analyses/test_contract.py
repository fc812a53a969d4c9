"""What every declared analysis keeps to: its example runs, the result is as declared, its form has words."""

import ast
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from trade2026.application.analyses.covariance import CovarianceRequest
from trade2026.application.analyses.declaration import Analysis, check_analyses
from trade2026.application.analyses.kept import KeptData
from trade2026.application.analyses.registry import analyses, find_analysis
from trade2026.application.analyses.requests import ROWS_FIELDS
from trade2026.application.analyses.run import (
    Document,
    decode_request,
    encode_document,
    python_call,
    run_analysis,
    sentence,
)
from trade2026.application.analyses.schema import request_schema
from trade2026.application.services import Services
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.wiring import make_services
from trade2026.primitives.errors import InputError

ALL = [pytest.param(each, id=each.analysis_id) for each in analyses()]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    made = make_services(Config(str(tmp_path_factory.mktemp("home"))))
    return replace(made, data=KeptData(made.data))  # As in a worker: the sample is read once.


@pytest.fixture(scope="module")
def documents(services: Services) -> dict[str, Document]:
    """The result of every example."""
    return {
        each.analysis_id: run_analysis(services, each.analysis_id, each.example, quiet) for each in analyses()
    }


def quiet(_: float, __: str) -> None:
    """Nobody watches."""


def test_how_a_result_was_found_is_no_warning(documents: dict[str, Document]) -> None:
    """Somebody who reads that a program was solved in 13 steps beside a triangle looks for what is wrong."""
    told = {name: document.solved for name, document in documents.items() if document.solved}
    assert {"portfolio/measure", "portfolio/minimum-cvar", "portfolio/tracking"} <= set(told)
    for document in documents.values():
        assert not [each for each in document.warnings if re.search(r"olved (in|by)|proven", each)]
        assert all(each[0].isupper() for each in document.solved)


@pytest.mark.parametrize("analysis", ALL)
def test_an_example_gives_what_is_declared_and_the_same_bytes_again(
    analysis: Analysis[Any, Any], services: Services, documents: dict[str, Document]
) -> None:
    document = documents[analysis.analysis_id]
    assert type(document.data) is analysis.result
    encoded = encode_document(document)
    plain = msgspec.json.decode(encoded)
    assert msgspec.convert(plain["data"], analysis.result) == document.data
    assert document.provenance.request == msgspec.to_builtins(analysis.example)
    assert encode_document(run_analysis(services, analysis.analysis_id, analysis.example, quiet)) == encoded


@pytest.mark.parametrize("analysis", ALL)
def test_every_field_of_a_form_has_words_and_is_plain(analysis: Analysis[Any, Any]) -> None:
    schema = request_schema(analysis.request)
    assert "$ref" not in msgspec.json.encode(schema).decode()
    for name, each in schema["properties"].items():
        assert each["title"], name
        if name not in ROWS_FIELDS:
            assert each["description"], name
            assert "default" in each, name
    assert schema["additionalProperties"] is False
    for preset in analysis.presets:
        decode_request(analysis, msgspec.json.encode(preset.values))


@pytest.mark.parametrize("analysis", ALL)
def test_a_page_shows_no_name_that_only_requests_have(
    analysis: Analysis[Any, Any], documents: dict[str, Document]
) -> None:
    data = msgspec.to_builtins(documents[analysis.analysis_id].data)
    for block in analysis.layout:
        value: Any = data
        for part in block.data.split("/")[1:]:
            value = value[part]
        options = msgspec.to_builtins(block.opts)
        for row in value if isinstance(value, list | tuple) else [value]:
            for key in _shown_keys(options):
                words = (block.words or {}).get(key, {})
                name = row.get(key) if isinstance(row, dict) else None
                assert not isinstance(name, str) or not _RAW.search(words.get(name, name)), (block.title, key)
        for key, words in (block.words or {}).items():
            assert key in _shown_keys(options), (block.title, key)
            assert not any(_RAW.search(word) for word in words.values())


def _shown_keys(options: Any) -> set[str]:
    """Every name of a column in the options of a block."""
    if isinstance(options, dict):
        own = {value for name, value in options.items() if name in _KEYS and isinstance(value, str)}
        return own.union(*(_shown_keys(each) for each in options.values()))
    if isinstance(options, list | tuple):
        return set().union(*map(_shown_keys, options))
    return set()


_KEYS = ("key", "x", "y", "label", "group", "name")
_RAW = re.compile(r"[a-z0-9]_[a-z0-9]")


@pytest.mark.parametrize("analysis", ALL)
def test_a_wrong_request_names_the_field(analysis: Analysis[Any, Any]) -> None:
    for text, words in (
        ('{"datum": "sp500"}', "unknown field `datum`"),
        ('{"frequency": "second"}', "frequency"),
        ('{"start": "yesterday"}', "start"),
        ('{"assets": [1]}', r"assets\[0\]"),
        ("[1]", "object"),
        ("{", "truncated"),
    ):
        with pytest.raises(InputError, match=words):
            decode_request(analysis, text)


@pytest.mark.parametrize("analysis", ALL)
def test_progress_goes_from_nothing_towards_all(analysis: Analysis[Any, Any], services: Services) -> None:
    told: list[float] = []
    run_analysis(services, analysis.analysis_id, analysis.example, lambda share, _: told.append(share))
    assert told == sorted(told)
    assert 0.0 == told[0] <= told[-1] <= 1.0


def test_what_there_is_not_is_named(services: Services) -> None:
    with pytest.raises(InputError, match=r"one of .*portfolio/assets.*, was 'portfolio/asset'"):
        find_analysis("portfolio/asset")
    other = CovarianceRequest()
    with pytest.raises(InputError, match="portfolio/assets takes a AssetsRequest, was CovarianceRequest"):
        run_analysis(services, "portfolio/assets", other, quiet)


def test_a_declaration_that_is_unsound_is_refused() -> None:
    import dataclasses

    (first, *_) = analyses()
    with pytest.raises(InputError, match="used twice"):
        check_analyses((first, first))
    with pytest.raises(InputError, match="two names with a slash"):
        check_analyses((dataclasses.replace(first, analysis_id="assets"),))


def test_the_python_call_has_what_differs_from_the_defaults() -> None:
    analysis = find_analysis("portfolio/assets")
    text = python_call("portfolio/assets", msgspec.structs.replace(analysis.request(), start="2020-01-01"))
    assert "start='2020-01-01'," in text
    assert "frequency" not in text
    compile(text.strip("`").removeprefix("python\n"), "call", "exec")


def test_the_python_call_is_read_without_scrolling_and_says_the_same() -> None:
    analysis = find_analysis("factors/barra")
    text = python_call("factors/barra", analysis.example)
    assert max(map(len, text.splitlines())) <= 90
    tree = ast.parse(text.removeprefix("```python\n").removesuffix("```"))
    (call,) = [each for each in ast.walk(tree) if isinstance(each, ast.Call) and len(each.keywords) > 1]
    given = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
    assert msgspec.convert(given, analysis.request) == analysis.example


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("solved in 3 steps: cone", "Solved in 3 steps: cone."),
        ("a0 was left out", "a0 was left out."),
        ("spy was left out", "spy was left out."),
        ("AAPL.XNAS is short.", "AAPL.XNAS is short."),
        ("is it?", "Is it?"),
    ],
)
def test_a_note_is_a_sentence(text: str, told: str) -> None:
    assert sentence(text, ("spy", "a0")) == told


def test_the_python_call_has_of_constraints_only_those_given() -> None:
    analysis = find_analysis("portfolio/measure")
    request = decode_request(analysis, '{"constraints": {"gross": 1.3}}')
    assert "    constraints={'gross': 1.3},\n" in python_call("portfolio/measure", request)


def test_declarations_need_no_numpy(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys, trade2026.application.pages.registry, trade2026.application.runner.job; "
        "sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=tmp_path).returncode == 0
