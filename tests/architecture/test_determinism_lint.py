"""The determinism lint bites on every rule, lets clean code pass, and the tree is clean.

Each seeded violation is one line of code, or a few, that would let two runs of the same seed differ.
"""

from pathlib import Path

import pytest

from tools.determinism_lint import check_source, check_tree
from tools.determinism_lint.rules import BANNED

ROOT = Path(__file__).resolve().parents[2] / "src" / "trade2026"

OWNER = """
class Owner:
    by: dict[str, set[str]]
    def __init__(self):
        self.x = set()
    {}
"""

# rule, package, code
VIOLATIONS = [
    ("wall-clock", "oms", "import time\nnow = time.time()"),
    ("wall-clock", "trading", "from time import monotonic_ns as tick\nstarted = tick()"),
    ("wall-clock", "trading", "import time as clock\nread = clock.perf_counter"),
    ("wall-clock", "model", "from datetime import datetime\nnow = datetime.now()"),
    ("wall-clock", "model", "import datetime\nnow = datetime.datetime.utcnow()"),
    ("wall-clock", "model", "import datetime as dt\nday = dt.date.today()"),
    ("wall-clock", "simulation", "import time\ntime.sleep(1)"),
    ("randomness", "oms", "import uuid\nkey = uuid.uuid4()"),
    ("randomness", "oms", "from uuid import uuid1\nkey = uuid1()"),
    ("randomness", "trading", "import secrets"),
    ("randomness", "trading", "import os\nsalt = os.urandom(8)"),
    ("randomness", "simulation", "import random\ndraw = random.random()"),
    ("randomness", "simulation", "from random import shuffle\nshuffle([1, 2])"),
    ("randomness", "simulation", "import random\ngenerator = random.Random()"),
    ("randomness", "simulation", "import random\ngenerator = random.Random(None)"),
    ("randomness", "simulation", "import numpy as np\ngenerator = np.random.default_rng()"),
    ("randomness", "strategies", "import numpy as np\ndraw = np.random.normal(0.0, 1.0)"),
    ("threads", "trading", "import threading"),
    ("threads", "trading", "from concurrent.futures import ThreadPoolExecutor"),
    ("threads", "simulation", "import multiprocessing"),
    ("threads", "trading", "import asyncio\nasync def f(g):\n    await asyncio.to_thread(g)"),
    ("threads", "trading", "async def f(loop, g):\n    await loop.run_in_executor(None, g)"),
    ("task-spawn", "trading", "import asyncio\ndef f(c):\n    asyncio.create_task(c)"),
    ("task-spawn", "trading", "import asyncio\ndef f(c):\n    asyncio.ensure_future(c)"),
    ("task-spawn", "trading", "def f(loop, c):\n    loop.create_task(c)"),
    ("task-spawn", "trading", "import asyncio\nasync def f(a, b):\n    await asyncio.gather(a, b)"),
    ("environment", "trading", "import os\nhome = os.environ['HOME']"),
    ("environment", "simulation", "from os import getenv\nhome = getenv('HOME')"),
    ("folder-order", "trading", "import os\nnames = os.listdir('.')"),
    ("folder-order", "trading", "import glob\nnames = [n for n in glob.glob('*')]"),
    ("folder-order", "trading", "def f(path):\n    return list(path.iterdir())"),
    ("folder-order", "simulation", "def f(path):\n    return [p for p in path.rglob('*.py')]"),
    ("identity", "oms", "def f(order):\n    return hash(order) % 8"),
    ("identity", "ledger", "def f(order):\n    return id(order)"),
    ("core-import", "risk", "import numpy"),
    ("core-import", "ports", "from polars import DataFrame"),
    ("float-money", "ledger", "RATE = 0.5"),
    ("float-money", "oms", "def f(text):\n    return float(text)"),
    ("float-money", "risk", "def f(a, b):\n    return a / b"),
    ("float-money", "risk", "def f(a, b):\n    a /= b\n    return a"),
    ("set-order", "oms", "for item in {1, 2}:\n    pass"),
    ("set-order", "oms", "for item in set([1]):\n    pass"),
    ("set-order", "oms", "items = [x for x in frozenset((1, 2))]"),
    ("set-order", "oms", "def f(g):\n    names = {x for x in g}\n    for name in names:\n        pass"),
    ("set-order", "oms", "def f(names: set[str]):\n    return {n: 1 for n in names}"),
    ("set-order", "oms", "def f(names: 'frozenset[str] | None'):\n    return list(names)"),
    ("set-order", "oms", "def f(a: set[str], b):\n    return [x for x in a | b]"),
    ("set-order", "oms", "def f(a, b):\n    return tuple(a.keys() - b.keys())"),
    ("set-order", "oms", "def f(a: set[str]):\n    return ','.join(a)"),
    ("set-order", "oms", "def f(a: set[str]):\n    return a.pop()"),
    ("set-order", "oms", "def f(a: set[str]):\n    return [*a]"),
    ("set-order", "oms", "def f(a: set[str]):\n    return max(a, key=len)"),
    ("set-order", "oms", "def f(a: set[str]):\n    yield from a"),
    ("set-order", "oms", "def f(a: set[str], g):\n    return max((x for x in a), key=g)"),
    ("set-order", "oms", "NAMES = frozenset({'a'})\ndef f():\n    return [n for n in NAMES]"),
    ("set-order", "oms", "class A:\n    open: set[str]\n    def f(self):\n        return list(self.open)"),
    ("set-order", "oms", OWNER.format("def f(self):\n        return [*self.x]")),
    ("set-order", "oms", OWNER.format("def f(self, k):\n        return list(self.by[k])")),
    ("set-order", "oms", OWNER.format("def f(self, k):\n        return list(self.by.get(k))")),
    ("excuse", "oms", "def f(a: set[str]):\n    return list(a)  # dst-ok:"),
    ("excuse", "oms", "x = 1  # dst-ok: nothing here needs it"),
    ("syntax", "oms", "def f(:\n    pass"),
]

CLEAN = '''
"""What deterministic code looks like."""

import os
import random
from datetime import datetime, timezone
from pathlib import Path

NAMES = frozenset({"a", "b"})


class Book:
    """Sets for membership, dicts and sorted for order."""

    open_ids: set[str]
    by_account: dict[str, set[str]]

    def __hash__(self) -> int:
        return hash(("book",))

    def has(self, name: str) -> bool:
        return name in self.open_ids and name in NAMES and any(n > name for n in self.open_ids)

    def listed(self, account: str) -> list[str]:
        return [name for name in sorted(self.by_account[account] | self.open_ids)]


def draws(seed: int, count: int) -> list[float]:
    generator = random.Random(seed)
    return [generator.random() for _ in range(count)]


def at(ts_event: int) -> datetime:
    return datetime.fromtimestamp(ts_event // 10**9, tz=timezone.utc)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.seg") if path.name != os.curdir)


def largest(names: set[str]) -> str:
    names = sorted(names)
    return [name for name in names][-1]


def half(total: int) -> int:
    return total // 2


async def start(spawn, work) -> None:
    spawn(work)


def excused(names: set[str]) -> int:
    total = 0
    for name in names:  # dst-ok: a sum of integers does not depend on the order
        total += len(name)
    return total
'''


@pytest.mark.parametrize(
    ("rule", "package", "code"), VIOLATIONS, ids=[f"{v[0]}-{i}" for i, v in enumerate(VIOLATIONS)]
)
def test_each_seeded_violation_is_found(rule: str, package: str, code: str) -> None:
    assert rule in {finding.rule for finding in check_source(code, package)}


def test_every_banned_name_is_found() -> None:
    missed = []
    for name in BANNED:
        module, _, attribute = name.rpartition(".")
        parent, _, leaf = module.rpartition(".")
        code = (
            f"import {name}"
            if not module
            else f"from {parent or module} import {leaf if parent else attribute}"
        )
        code += f"\nused = {leaf}.{attribute}" if parent else ""
        if not check_source(code, "trading"):
            missed.append(name)
    assert missed == []


@pytest.mark.parametrize("package", ["model", "oms", "trading", "simulation"])
def test_clean_code_passes(package: str) -> None:
    assert check_source(CLEAN.replace("list[float]", "list[object]"), package) == []


def test_floats_are_free_where_no_money_is_counted() -> None:
    assert check_source("HALF = 1 / 2 + 0.5", "simulation") == []


def test_an_excuse_in_a_string_excuses_nothing() -> None:
    code = 'for item in {"# dst-ok: no"}:\n    pass'
    assert [finding.rule for finding in check_source(code, "oms")] == ["set-order"]


def test_an_attribute_annotated_in_another_module_is_known(tmp_path: Path) -> None:
    (tmp_path / "oms").mkdir()
    (tmp_path / "oms" / "state.py").write_text("class State:\n    open_ids: set[str]\n")
    (tmp_path / "oms" / "decide.py").write_text("def f(state):\n    return list(state.open_ids)\n")
    findings, files = check_tree(tmp_path)
    assert [(finding.path, finding.line, finding.rule) for finding in findings] == [
        ("oms/decide.py", 2, "set-order")
    ]
    assert files == 2


def test_the_tree_is_deterministic() -> None:
    findings, files = check_tree(ROOT)
    assert files > 0
    assert [str(finding) for finding in findings] == []
