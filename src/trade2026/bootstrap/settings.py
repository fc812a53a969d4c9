"""What an operator may set, in files of the folder `desk` in the home folder, where there are any."""

import dataclasses
from typing import Final, TypeVar

import msgspec

from trade2026.application.runner.settings import JobSettings
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError
from trade2026.web.services import WebSettings

WEB_FILE: Final = "web.json"
JOBS_FILE: Final = "jobs.json"

SettingsT = TypeVar("SettingsT", WebSettings, JobSettings)


def load_web_settings(storage: Storage) -> WebSettings:
    """The settings of the web service; raises InputError naming what cannot be used."""
    return _load(storage, WEB_FILE, WebSettings, [each.name for each in dataclasses.fields(WebSettings)])


def load_job_settings(storage: Storage) -> JobSettings:
    """The settings of jobs; raises InputError naming what cannot be used."""
    return _load(storage, JOBS_FILE, JobSettings, list(JobSettings.__struct_fields__))


def _load(storage: Storage, file: str, kind: type[SettingsT], known: list[str]) -> SettingsT:
    """What the file says, or the defaults."""
    if not storage.exists(file):
        return kind()
    place = f"{storage.folder}/{file}"
    try:
        given = msgspec.json.decode(storage.read(file), type=dict[str, msgspec.Raw])
        for name in given:
            if name not in known:
                raise InputError(f"{place} has {name!r}, which is no setting; known are {', '.join(known)}")
        return msgspec.json.decode(storage.read(file), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{place} cannot be used: {error}; correct or remove it") from None
