"""Names the user gives: the sample by its name, files by their path, each with what it needs."""

import subprocess
import sys
from pathlib import Path

import pytest

from trade2026.adapters.embedded.files import FileOptions
from trade2026.adapters.embedded.merge import MergedSource
from trade2026.adapters.embedded.sources import open_source, open_sources
from trade2026.adapters.embedded.sp500 import Sp500Source
from trade2026.model.instrument import crypto_spot
from trade2026.primitives.errors import InputError

OPTIONS = FileOptions(instruments=crypto_spot("BTCUSDT"))


def test_the_sample_needs_no_options_and_takes_none():
    assert isinstance(open_source("sp500"), Sp500Source)
    with pytest.raises(InputError, match="options must be left out for sp500"):
        open_source("sp500", OPTIONS)


def test_a_file_needs_its_instrument():
    with pytest.raises(InputError, match=r"instrument must be stated for the file 'x.csv'"):
        open_source("x.csv")


def test_one_name_is_not_merged_and_several_are(tmp_path):
    path = tmp_path / "bars.csv"
    path.write_text("date,close\n2021-01-08,1\n2021-01-09,2\n")
    assert isinstance(open_sources([("sp500", None)]), Sp500Source)
    both = open_sources([("sp500", None), (str(path), OPTIONS)])
    assert isinstance(both, MergedSource)
    assert sum(len(batch) for batch in both.batches(None, None)) == 166_262
    assert both.describe().limits[0].startswith("sp500: ")


@pytest.mark.process
def test_the_sample_imports_no_data_frames():
    code = (
        "import sys; from trade2026.adapters.embedded.sources import open_source;"
        "s = open_source('sp500'); n = sum(len(b) for b in s.batches(None, None));"
        "print(n, sorted({'pandas', 'numpy', 'polars'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(Path(__file__).parents[3] / "src")},
    )  # fmt: skip
    assert done.stdout.strip() == "166260 []"
