"""Remembers how the replay was steered: a restart plays nothing that was paused, and at the speed it had."""

from typing import Final

import msgspec

from trade2026.application.live.config import ReplayConfig
from trade2026.ports.core_link import FeedState, FeedStatus
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError, StoreUnavailable

FILE: Final = "replay.json"


class Steered(msgspec.Struct, frozen=True):
    """How the replay goes, and the configuration it began with: another one is followed again."""

    config: ReplayConfig
    speed: float
    is_paused: bool


def recall(storage: Storage, config: ReplayConfig) -> ReplayConfig:
    """The configuration, with speed and pause as they were left under it.

    A file that cannot be read is no reason not to start: it holds nothing that is not in sight on the page.
    """
    try:
        if not storage.exists(FILE):
            return config
        kept = msgspec.json.decode(storage.read(FILE), type=Steered)
        if kept.config != config:
            return config
        return msgspec.structs.replace(config, speed=kept.speed, is_paused=kept.is_paused)
    except (msgspec.MsgspecError, UnicodeDecodeError, InputError):
        return config


def remember(storage: Storage, config: ReplayConfig, status: FeedStatus) -> None:
    """Keep how the replay goes. Where the disk has no room the next start begins as configured."""
    kept = Steered(config, status.speed, status.state is FeedState.PAUSED)
    try:
        storage.replace(FILE, msgspec.json.encode(kept), durable=False)
    except StoreUnavailable:
        return
