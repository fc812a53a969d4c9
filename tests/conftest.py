"""Settings every test shares: property tests draw the same examples on every run."""

import os

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
