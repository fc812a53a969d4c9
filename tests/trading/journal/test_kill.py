"""A real process on a real disk, killed at any moment: what it acknowledged is there, and it starts again."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.trading.journal import Journal, JournalConfig, frames, verify

WRITER = """
import sys
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.trading.journal import Journal, JournalConfig
config = JournalConfig(segment_bytes=20_000, reserve_bytes=4_000, head_every_frames=20)
journal = Journal.open(DiskStorage(sys.argv[1]), config, b"k")
while True:
    for _ in range(3):
        number = journal.last_seq + 1
        journal.append(b"%d " % number + b"x" * (number * 37 % 400))
    print(journal.sync(), flush=True)
"""
CONFIG = JournalConfig(segment_bytes=20_000, reserve_bytes=4_000, head_every_frames=20)


@pytest.mark.process
def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path):
    chance = random.Random(2026)
    source = str(Path(__file__).parents[3] / "src")
    storage, kept = DiskStorage(tmp_path), 0
    for _ in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": source, "PATH": ""},
        ) as process:
            assert process.stdout is not None
            acknowledged = [process.stdout.readline()]
            time.sleep(chance.random() * 0.03)
            process.send_signal(signal.SIGKILL)
            acknowledged += process.stdout.readlines()
        last = max(int(line) for line in acknowledged if line.endswith("\n"))
        assert verify(storage, b"k").would_open
        found = list(frames(storage))
        kept = len(found)
        assert kept >= last
        for frame in found:
            assert frame.payload == b"%d " % frame.seq + b"x" * (frame.seq * 37 % 400)
    journal = Journal.open(storage, CONFIG, b"k")
    assert journal.last_seq == kept
    journal.close()
    assert verify(storage, b"k").is_intact
    storage.close()
