"""What a child process tells the runner: one JSON object a line."""

from typing import Final

import msgspec


class Seen(msgspec.Struct, frozen=True, tag="seen"):
    """A strategy is running and has been given the market up to `now` (trading time)."""

    now: int
    input_sha256: str


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """A strategy has ended: on request, or with the error it raised."""

    now: int
    input_sha256: str
    error: str = ""


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far a job is, from 0 to 1, and what it is doing."""

    fraction: float
    text: str


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """A job has ended: its result is in its folder, or `error` says why there is none."""

    text: str
    error: str = ""


class Taken(msgspec.Struct, frozen=True, tag="taken"):
    """A worker has begun with the job it was given."""

    job_id: str


class Waiting(msgspec.Struct, frozen=True, tag="waiting"):
    """A worker is through with its job, and waits for another."""


Report = Seen | Ended | Progress | Finished | Taken | Waiting

_DECODER: Final[msgspec.json.Decoder[Report]] = msgspec.json.Decoder(Report)


def encode_report(report: Report) -> bytes:
    """The line, with its end."""
    return msgspec.json.encode(report) + b"\n"


def decode_report(line: bytes) -> Report | None:
    """What a line says; None for a line that is no report."""
    try:
        return _DECODER.decode(line)
    except msgspec.MsgspecError:
        return None
