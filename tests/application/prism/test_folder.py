"""How the market is run, as its folder says it."""

import pytest

from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.prism.folder import (
    SETTINGS,
    keep_seed,
    load_prism_config,
    load_prism_settings,
)
from trade2026.application.prism.settings import PrismChanges, PrismSettings
from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.config import PrismConfig


def test_without_files_all_is_as_it_comes(tmp_path) -> None:
    storage = DiskStorage(tmp_path)
    assert load_prism_settings(storage) == PrismSettings()
    assert load_prism_config(storage) == PrismConfig()


def test_settings_that_were_kept_are_read_and_a_command_line_changes_them(tmp_path) -> None:
    storage, kept = DiskStorage(tmp_path), PrismSettings(7, None, "::1", 9000)
    storage.replace(SETTINGS, b'{"seed": 3, "speed": null, "host": "::1", "port": 9000}')
    keep_seed(storage, 7)
    assert load_prism_settings(storage) == kept
    assert PrismChanges().of(kept) == kept
    assert PrismChanges(speed=2.0, port=1).of(kept) == PrismSettings(7, 2.0, "::1", 1)


@pytest.mark.parametrize(
    ("text", "word"),
    [('{"seed": -1}', "seed must be"), ('{"speed": 0}', "speed must be"), ('{"port": 65536}', "port must be"),
     ('{"pace": 1}', "pace"), ("{", "truncated")],
)  # fmt: skip
def test_what_cannot_be_used_is_named(tmp_path, text, word) -> None:
    storage = DiskStorage(tmp_path)
    storage.replace(SETTINGS, text.encode())
    with pytest.raises(InputError, match=word) as caught:
        load_prism_settings(storage)
    assert SETTINGS in str(caught.value)


def test_a_seed_that_cannot_be_is_not_kept(tmp_path) -> None:
    storage = DiskStorage(tmp_path)
    with pytest.raises(InputError, match="seed must be 0 to"):
        keep_seed(storage, -1)
    assert not storage.exists(SETTINGS)
