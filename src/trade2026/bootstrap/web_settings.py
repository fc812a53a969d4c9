"""What an operator may set of the web service: `desk/web.json` in the home folder, where there is one."""

import dataclasses
from typing import Final

import msgspec

from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError
from trade2026.web.services import WebSettings

FILE: Final = "web.json"


def load_web_settings(storage: Storage) -> WebSettings:
    """The settings of the file, or the defaults; raises InputError naming what cannot be used."""
    if not storage.exists(FILE):
        return WebSettings()
    place = f"{storage.folder}/{FILE}"
    try:
        given = msgspec.json.decode(storage.read(FILE), type=dict[str, msgspec.Raw])
        known = [field.name for field in dataclasses.fields(WebSettings)]
        for name in given:
            if name not in known:
                raise InputError(f"{place} has {name!r}, which is no setting; known are {', '.join(known)}")
        return msgspec.json.decode(storage.read(FILE), type=WebSettings)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{place} cannot be used: {error}; correct or remove it") from None
