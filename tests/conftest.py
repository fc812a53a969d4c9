"""Settings every test shares: property tests draw the same examples on every run."""

import os
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ("tests.conservation",)  # Books are checked after every event of every test.

# `ci` is the default so that a red run can be repeated; HYPOTHESIS_PROFILE=explore draws new examples, and
# more of them. Both print the blob that reproduces a failure (@reproduce_failure).
settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    max_examples=100,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", settings.get_profile("ci"), derandomize=False, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

LONGEST: Final = [Path(__file__).parent / name for name in ("fuzz/test_fuzz.py", "crash/test_crash.py")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with tests of a minute: begun last, one leaves the other workers without work.

    Then come those of the page, which are few and long, and go on where the one before them stopped: what is
    near the end of a worker's tests is taken over by another one, which would part them.
    """
    items.sort(key=lambda item: (item.path not in LONGEST, "e2e" not in item.path.parts))
