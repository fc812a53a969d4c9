"""The Argon2id hasher: against another library, round trips, damage, parameters, and the time it takes."""

import base64
import os
import sys
import threading
import time

import pytest
from argon2 import Type
from argon2.low_level import hash_secret
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from trade2026.adapters.embedded import passwords as module
from trade2026.adapters.embedded.passwords import Argon2Hasher
from trade2026.primitives.errors import InputError, IntegrityError

SALT = bytes(range(16))
HASHER = Argon2Hasher()


@pytest.fixture(scope="module")
def stored():
    return HASHER.hash("correct horse battery", SALT)


def test_what_is_stored_names_the_parameters_and_not_the_password(stored):
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert "correct" not in stored
    assert not HASHER.needs_rehash(stored)


def test_another_library_gives_the_same_hash(stored):
    try:
        other = Argon2id(salt=SALT, length=32, iterations=3, lanes=4, memory_cost=65536)
    except UnsupportedAlgorithm:
        pytest.skip("this OpenSSL has no Argon2")
    tag = base64.b64decode(stored.rsplit("$", 1)[1] + "=")
    assert other.derive(b"correct horse battery") == tag


def test_only_the_password_verifies(stored):
    assert HASHER.verify(stored, "correct horse battery")
    assert not HASHER.verify(stored, "correct horse batterz")
    assert not HASHER.verify(stored, "")


def test_the_salt_changes_the_hash(stored):
    assert HASHER.hash("correct horse battery", bytes(16)) != stored


def test_any_text_is_a_password():
    odd = "p\x00ss \ud800 wörd 🙂"
    assert HASHER.verify(HASHER.hash(odd, SALT), odd)


@pytest.mark.parametrize("salt", [b"", bytes(8), bytes(17)])
def test_a_salt_of_another_length_is_refused(salt):
    with pytest.raises(InputError, match="salt must have 16"):
        HASHER.hash("x", salt)


@pytest.mark.parametrize(
    "damaged",
    ["", "plain", "$argon2id$", "$argon2id$v=19$m=65536,t=3,p=4$é$x", "$2b$12$abcdefghijklmnopqrstuv"],
)
def test_what_is_no_hash_is_damage(damaged):
    with pytest.raises(IntegrityError, match="no Argon2id hash"):
        HASHER.verify(damaged, "x")


def test_another_kind_of_argon2_is_damage():
    other = hash_secret(b"x", SALT, 1, 64, 1, 32, Type.I).decode()
    with pytest.raises(IntegrityError):
        HASHER.verify(other, "x")


def test_weaker_parameters_still_verify_and_ask_for_a_new_hash():
    weak = hash_secret(b"x", SALT, 1, 64, 1, 32, Type.ID).decode()
    assert HASHER.verify(weak, "x")
    assert not HASHER.verify(weak, "y")
    assert HASHER.needs_rehash(weak)


def test_one_hash_takes_its_time_and_no_more():
    spans = []
    for _ in range(5):
        started = time.perf_counter()
        HASHER.hash("a password to measure with", SALT)
        spans.append(time.perf_counter() - started)
    assert min(spans) > 0.02  # A machine this fast wants stronger parameters.
    assert min(spans) < 0.6  # 0.15 on an idle machine; tests share theirs.


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a priority of their own on Linux alone")
def test_a_hash_steps_back_and_its_caller_does_not():
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    inside = module._stepping_back(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert inside > before or before >= 10
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
