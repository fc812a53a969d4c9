"""Numbers that other libraries gave, from tests/golden/analytics, and the returns that they are of."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.analytics.panels import dcc_panel, garch_series, panel

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "analytics"
GOLDEN: dict[str, Any] = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
INPUTS = GOLDEN["skfolio"]["inputs"]
TAIL = INPUTS["tail"]


MAKERS: dict[str, Callable[..., Any]] = {
    "panel": panel,
    "wide": panel,
    "broad": panel,
    "heavy": garch_series,
    "garch": garch_series,
    "dcc": dcc_panel,
}


def given(name: str) -> Any:
    """The returns, made again from their seed."""
    options = {key: value for key, value in INPUTS[name].items() if key != "sum_of_squares"}
    return MAKERS[name](**options)


RETURNS = given("panel")
FIRST = RETURNS[:, 0].copy()
WEIGHTS = np.array([0.3, 0.1, 0.2, 0.15, 0.05, 0.2])


def value(library: str, name: str) -> Any:
    return np.array(GOLDEN[library]["values"][name])
