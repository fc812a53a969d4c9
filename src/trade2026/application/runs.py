"""Run folders: one for each run, with its journal, its plan and its result."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

import msgspec

from trade2026.application.services import Services
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError, IntegrityError

FOLDER: Final = "runs"
PLAN: Final = "plan.json"
RESULT: Final = "result.json"
REPORT: Final = "report.html"
TRACEBACK: Final = "traceback.txt"
LOG: Final = "strategy.log"
_REPEATS_MAX: Final = 100_000


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that determines a run; its canonical JSON is journaled, and its hash is the run's id."""

    strategy: str
    strategy_id: str
    source_sha256: str
    parameters: msgspec.Raw
    data: str
    data_sha256: str
    data_options: msgspec.Raw
    instruments_sha256: str
    start_ns: int | None
    end_ns: int | None
    cash: str
    currency: str
    account_type: str
    max_leverage: str
    costs: msgspec.Raw
    seed: int
    code_version: str

    def canonical(self) -> bytes:
        """JSON with sorted keys: equal plans give equal bytes."""
        return msgspec.json.encode(self, order="sorted")


class RunFile(msgspec.Struct, frozen=True, kw_only=True):
    """What is written into the folder before the run begins."""

    run_id: str
    started_ns: int
    durable: bool
    trial: int
    plan: msgspec.Raw


class ResultFile(msgspec.Struct, frozen=True, kw_only=True):
    """What is written when the run has ended; `figures` is what `--json` prints."""

    run_id: str
    finished_ns: int
    status: str
    error: str
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One run folder; `result` is None for a run that is under way, was killed or failed."""

    name: str
    folder: str
    file: RunFile
    result: ResultFile | None

    @property
    def plan(self) -> Plan:
        """What determined the run."""
        return msgspec.json.decode(self.file.plan, type=Plan)

    @property
    def plan_values(self) -> dict[str, Any]:
        """The same as plain values."""
        values: dict[str, Any] = msgspec.json.decode(self.file.plan)
        return values


def new_folder(services: Services, strategy_id: str, run_id: str) -> str:
    """Make the folder of a run: "runs/STRATEGY-RUN", with "-2" and so on for the same run again."""
    stem = f"{services.home}/{FOLDER}/{strategy_id}-{run_id}"
    for repeat in range(1, _REPEATS_MAX):
        folder = stem if repeat == 1 else f"{stem}-{repeat}"
        if services.folders.make(folder):
            return folder
    raise InputError(f"{stem} was run {_REPEATS_MAX} times; remove some of its folders")


def write_json(storage: Storage, name: str, value: msgspec.Struct, *, durable: bool) -> None:
    """Put a struct into the folder as readable JSON, all or nothing."""
    text = msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2)
    storage.replace(name, text + b"\n", durable=durable)


def list_runs(services: Services) -> tuple[list[Run], list[str]]:
    """All runs in order of their start, and a sentence for each folder whose files are damaged."""
    folder = f"{services.home}/{FOLDER}"
    runs: list[Run] = []
    damaged: list[str] = []
    for name in services.folders.names(folder):
        try:
            run = load_run(services, f"{folder}/{name}")
        except IntegrityError as error:
            damaged.append(str(error))
            continue
        if run is not None:
            runs.append(run)
    return sorted(runs, key=lambda run: (run.file.started_ns, run.name)), damaged


def load_run(services: Services, folder: str) -> Run | None:
    """The run in a folder; None where it holds none. Raises IntegrityError for files cut or changed."""
    storage = services.open_storage(folder)
    try:
        if not storage.exists(PLAN):
            return None
        file = _decode(storage, PLAN, RunFile)
        result = _decode(storage, RESULT, ResultFile) if storage.exists(RESULT) else None
        return Run(folder.rpartition("/")[2], folder, file, result)
    finally:
        storage.close()


def is_unsynced(storage: Storage) -> bool:
    """Whether the folder is of a run whose journal was not synced; False where nothing can be told."""
    if not storage.exists(PLAN):
        return False
    try:
        return not msgspec.json.decode(storage.read(PLAN), type=RunFile).durable
    except msgspec.MsgspecError:
        return False


def find_folder(services: Services, text: str) -> str:
    """The folder a user means: a path, the name of a run's folder, or the beginning of a run's id.

    Raises
    ------
    InputError
        There is none, or more than one.
    """
    if services.folders.exists(text):
        return text.rstrip("/") or "/"
    names = services.folders.names(f"{services.home}/{FOLDER}")
    if text in names:
        return f"{services.home}/{FOLDER}/{text}"
    found = [name for name in names if len(text) >= 4 and _run_id(name).startswith(text)]
    if len(found) == 1:
        return f"{services.home}/{FOLDER}/{found[0]}"
    if found:
        raise InputError(f"run must be one of {', '.join(found)}, was {text!r}; give the name of its folder")
    near = get_close_matches(text, names, n=1)
    hint = f"; did you mean {near[0]}?" if near else "; 'trade2026 runs' lists the runs"
    raise InputError(f"folder or run must exist, was {text!r}{hint}")


def _run_id(name: str) -> str:
    """Of "momentum-0123...-2": the part that begins with the id."""
    stem, _, last = name.rpartition("-")
    return last if len(last) == 24 else stem.rpartition("-")[2]


def _decode(storage: Storage, name: str, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(storage.read(name), type=kind)
    except msgspec.MsgspecError as error:
        raise IntegrityError(
            f"{storage.folder}/{name} is damaged: {error}; the journal beside it is the record of the run, "
            f"'trade2026 journal verify {storage.folder}' checks it"
        ) from error
