"""The seed of the next market is written down; the rest of what was set stays."""

from pathlib import Path

import pytest

from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.prism.settings import SETTINGS, PrismSettings, load_settings, save_seed
from trade2026.primitives.errors import InputError


def test_a_seed_is_kept_beside_the_rest(tmp_path: Path) -> None:
    storage = DiskStorage(tmp_path)
    assert load_settings(storage) == PrismSettings()
    save_seed(storage, 8)
    assert load_settings(storage) == PrismSettings(seed=8)
    storage.replace(SETTINGS, b'{"seed": 1, "speed": 10.0, "port": 9000}')
    save_seed(storage, 9)
    assert load_settings(storage) == PrismSettings(seed=9, speed=10.0, port=9000)


@pytest.mark.parametrize("data", [b"{", b'{"sed": 1}', b'{"seed": "one"}'])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, data: bytes) -> None:
    storage = DiskStorage(tmp_path)
    storage.replace(SETTINGS, data)
    with pytest.raises(InputError, match=r"settings\.json cannot be used"):
        load_settings(storage)
