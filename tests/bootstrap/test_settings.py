"""Settings in files of the desk's folder: defaults, what is read, and what is said of a mistake."""

from pathlib import Path

import pytest

from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.runner.settings import JobSettings, UserLimits
from trade2026.bootstrap.settings import load_job_settings, load_web_settings
from trade2026.primitives.errors import InputError
from trade2026.web.services import WebSettings


def test_without_files_everything_is_as_it_comes(tmp_path: Path) -> None:
    storage = DiskStorage(str(tmp_path))
    assert load_job_settings(storage) == JobSettings()
    assert load_web_settings(storage) == WebSettings()


def test_what_is_given_is_read_and_the_rest_stays(tmp_path: Path) -> None:
    (tmp_path / "jobs.json").write_text('{"running": 3, "warm": false, "analysis": {"queued": 5}}')
    found = load_job_settings(DiskStorage(str(tmp_path)))
    assert found == JobSettings(running=3, warm=False, analysis=UserLimits(queued=5))
    assert found.of_kind("analysis").queued == 5
    assert found.of_kind("backtest") == UserLimits()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"runing": 3}', r"'runing', which is no setting; known are running, running_per_user"),
        ('{"running": 0}', r"jobs\.json cannot be used: .*>= 1.*running"),
        ('{"analysis": {"most": 1}}', "unknown field `most`"),
        ("[1]", "cannot be used"),
        ("{", "cannot be used"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "jobs.json").write_text(text)
    with pytest.raises(InputError, match=words):
        load_job_settings(DiskStorage(str(tmp_path)))
