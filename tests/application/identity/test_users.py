"""The list of users: the first one, rules of names and passwords, the last admin, two processes, keys."""

import asyncio
import base64
import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any, cast

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.application.identity.fakes import (
    ADDRESS,
    PASSWORD,
    START_NS,
    Draws,
    FakeClock,
    FastHasher,
    MemoryFolder,
    MemoryStorage,
    World,
)
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.identity.administration import UserAdministration
from trade2026.application.identity.passwords import check_password, make_password
from trade2026.application.identity.roles import Role
from trade2026.application.identity.users import USERS_MAX, check_accounts, check_user_name
from trade2026.primitives.errors import AuthenticationFailed, InputError, OperatingError
from trade2026.primitives.time import DAY_NS, MINUTE_NS, SECOND_NS

# ------------------------------------------------------------------------------------ the first user


def test_the_first_start_makes_an_admin_and_leaves_the_password_in_a_file():
    world = World()
    name, password = world.identity.first_login() or ("", "")
    assert name == "admin"
    assert re.fullmatch(r"(?:[a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}", password)
    assert f"password: {password}\n" in world.folder.files["first-login.txt"].decode()
    session = asyncio.run(world.identity.login(name, password, ADDRESS))
    assert session.principal.role is Role.ADMIN
    assert session.principal.accounts == ("*",)
    assert session.must_change_password


def test_the_file_goes_with_the_first_password_and_not_before():
    world = World()
    name, password = world.identity.first_login() or ("", "")
    asyncio.run(world.identity.add_user("ada", Role.ADMIN, ("*",), PASSWORD))
    asyncio.run(world.identity.change_user("ada", password=PASSWORD + "!"))
    again = world.restarted()
    assert again.identity.first_login() is None
    assert "first-login.txt" in world.folder.files
    session = asyncio.run(again.identity.login(name, password, ADDRESS))
    asyncio.run(again.identity.change_password(session.principal, password, PASSWORD))
    assert "first-login.txt" not in world.folder.files


def test_a_crash_between_the_file_and_the_list_leaves_a_desk_that_starts():
    folder = MemoryFolder()
    world = World(folder)
    del folder.files["users.json"]
    again = World(folder, world.clock, seed="later")
    name, password = again.identity.first_login() or ("", "")
    assert password in folder.files["first-login.txt"].decode()
    assert asyncio.run(again.identity.login(name, password, ADDRESS)).principal.name == name


def test_a_generated_password_uses_every_random_byte():
    made = {make_password(Draws(str(seed))) for seed in range(200)}
    assert len(made) == 200
    for password in made:
        assert check_password(password, "admin") == password
    letters = "".join(made).replace("-", "")
    assert len(set(letters)) == 32


# ---------------------------------------------------------------------------------- what may be set


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("", "12 to 128"),
        ("eleven char", "12 to 128"),
        ("x" * 129, "12 to 128"),
        ("alexandrina.k", "the user's name"),
        ("Alexandrina.K", "the user's name"),
        ("alexandrina.kalexandrina.k", "the user's name"),
        ("password1234", "commonest"),
        ("PassWord 1234", "commonest"),
        ("correct horse battery staple", "commonest"),
        ("abababababab", "fewer than 4"),
        ("            ", "fewer than 4"),
    ],
)
def test_a_bad_password_is_refused_by_the_rule_it_breaks_and_not_repeated(password, rule):
    with pytest.raises(InputError, match=rule) as caught:
        check_password(password, "alexandrina.k")
    assert not password.strip() or password not in str(caught.value)


@pytest.mark.parametrize("password", ["a quiet river", "x7!kQ2$vB9#m", "пароль для стола", "abcd" * 32])
def test_a_good_password_passes(password):
    assert check_password(password, "ada") == password


@pytest.mark.parametrize(
    "name", ["", "Ada", "1ada", "a b", "ada/..", "../ada", "a" * 33, "ada\n", "é", "*", "a:b", "momentum-1"]
)
def test_a_name_that_could_mean_something_else_is_refused(name):
    with pytest.raises(InputError, match="user name must"):
        check_user_name(name)


def test_accounts_are_sorted_and_a_star_is_all():
    assert check_accounts(("B", "A", "B")) == ("A", "B")
    assert check_accounts(("B", "*")) == ("*",)
    assert check_accounts(()) == ()
    for bad in (("",), ("a b",), ("x" * 65,), tuple(f"A{n}" for n in range(101))):
        with pytest.raises(InputError):
            check_accounts(bad)


@given(st.text(max_size=40))
def test_every_name_that_passes_is_one_that_logs_in(name):
    try:
        check_user_name(name)
    except InputError:
        return
    world = World()
    asyncio.run(world.identity.add_user(name, Role.VIEWER, (), PASSWORD))
    assert asyncio.run(world.identity.login(name.upper(), PASSWORD, ADDRESS)).principal.name == name


# -------------------------------------------------------------------------------------- the changes


def test_users_are_added_changed_and_removed():
    identity = World().identity
    user, made = asyncio.run(identity.add_user("ada", Role.TRADER, ("PAPER",)))
    assert made is not None
    assert len(made) == 23
    assert (user.name, user.role, user.accounts, user.disabled) == ("ada", Role.TRADER, ("PAPER",), False)
    assert asyncio.run(identity.login("ada", made, ADDRESS)).must_change_password
    changed = asyncio.run(identity.change_user("ada", role=Role.VIEWER, accounts=("*",)))
    assert (changed.role, changed.accounts) == (Role.VIEWER, ("*",))
    assert [each.name for each in identity.users()] == ["ada", "admin"]
    assert identity.user("ADA") == changed
    assert not hasattr(changed, "password_hash")
    asyncio.run(identity.remove_user("ada"))
    assert identity.user("ada") is None


def test_what_changes_nothing_ends_no_session():
    identity = World().identity
    asyncio.run(identity.add_user("ada", Role.TRADER, ("PAPER",), PASSWORD))
    session = asyncio.run(identity.login("ada", PASSWORD, ADDRESS))
    asyncio.run(identity.change_user("ada", role=Role.TRADER, disabled=False))
    asyncio.run(identity.add_user("bob", Role.TRADER, ("PAPER",), PASSWORD))
    assert identity.authenticate(session.access_token) == session.principal


@pytest.mark.parametrize("change", [{"disabled": True}, {"role": Role.OPERATOR}, None])
def test_the_last_admin_stays(change):
    identity = World().identity
    if change is None:
        act: Any = identity.remove_user("admin")
    else:
        act = identity.change_user("admin", **change)
    with pytest.raises(InputError, match="admin"):
        asyncio.run(act)
    assert [user.role for user in identity.users()] == [Role.ADMIN]
    asyncio.run(identity.add_user("ada", Role.ADMIN, ("*",), PASSWORD))
    asyncio.run(identity.remove_user("admin"))


def test_users_that_are_not_there_or_there_already_are_said_to_be():
    identity = World().identity
    for act in (identity.change_user("bob"), identity.remove_user("bob")):
        with pytest.raises(InputError, match="no user 'bob'"):
            asyncio.run(act)
    with pytest.raises(InputError, match="there already"):
        asyncio.run(identity.add_user("admin", Role.VIEWER, (), PASSWORD))


def test_a_list_without_bound_is_refused():
    world = World()
    document = json.loads(world.folder.files["users.json"])
    document["users"] += [{**document["users"][0], "name": f"u{n}"} for n in range(USERS_MAX - 1)]
    world.folder.files["users.json"] = json.dumps(document).encode()
    with pytest.raises(InputError, match="at most"):
        asyncio.run(world.restarted().identity.add_user("ada", Role.VIEWER, (), PASSWORD))


def test_two_processes_do_not_undo_each_other():
    world = World()
    command_line = UserAdministration(
        cast(Any, MemoryStorage(world.folder)), world.clock, world.random, world.hasher
    )
    asyncio.run(world.identity.add_user("ada", Role.VIEWER, (), PASSWORD))
    command_line.add("bob", Role.VIEWER, (), PASSWORD, must_change=False)
    asyncio.run(world.identity.add_user("eve", Role.VIEWER, (), PASSWORD))
    assert [user.name for user in world.identity.users()] == ["ada", "admin", "bob", "eve"]


def test_a_list_that_somebody_holds_on_to_is_an_error_that_names_them():
    world = World()
    world.folder.locks["users.lock"] = object()
    with pytest.raises(OperatingError, match="in use by process"):
        asyncio.run(world.identity.add_user("ada", Role.VIEWER, (), PASSWORD))
    assert world.identity.user("ada") is None


def test_two_processes_on_a_real_disk(tmp_path: Path):
    storages = [DiskStorage(tmp_path / "state") for _ in range(2)]
    clock, random_bytes, hasher = FakeClock(), Draws(), FastHasher()
    from trade2026.application.identity.identity import Identity

    identity = Identity(storages[0], clock, random_bytes, hasher)
    command_line = UserAdministration(storages[1], clock, random_bytes, hasher)

    async def desk() -> None:
        watching = asyncio.ensure_future(identity.watch())
        await identity.add_user("ada", Role.TRADER, ("PAPER",), PASSWORD)
        session = await identity.login("ada", PASSWORD, ADDRESS)
        ended = asyncio.Event()
        identity.on_change(ended.set)
        await asyncio.to_thread(command_line.remove, "ada")
        await asyncio.wait_for(ended.wait(), 5)
        with pytest.raises(AuthenticationFailed):
            identity.authenticate(session.access_token)
        watching.cancel()

    asyncio.run(desk())
    for storage in storages:
        storage.close()
    assert "users.json" in os.listdir(tmp_path / "state")


# --------------------------------------------------------------------------------------------- keys


def login(world: World) -> Any:
    name, password = world.identity.first_login() or ("", "")
    return asyncio.run(world.identity.login(name, password, ADDRESS))


def test_a_rotation_leaves_old_tokens_good_until_they_expire():
    world = World()
    session = login(world)
    old = jwt.get_unverified_header(session.access_token)["kid"]
    new = asyncio.run(world.identity.rotate_keys())
    assert new != old
    assert [key["kid"] for key in world.identity.jwks()["keys"]] == [new, old]
    world.clock.advance(15 * MINUTE_NS - SECOND_NS)
    for identity in (world.identity, world.restarted().identity):
        assert identity.authenticate(session.access_token).name == "admin"
    later = asyncio.run(world.identity.refresh(session.refresh_token))
    assert jwt.get_unverified_header(later.access_token)["kid"] == new
    world.clock.advance(10 * SECOND_NS)
    assert [key["kid"] for key in world.identity.jwks()["keys"]] == [new]
    asyncio.run(world.identity.rotate_keys())
    assert old not in world.folder.files["token-keys.json"].decode()


def test_another_library_verifies_by_the_published_keys():
    world = World()
    session = login(world)
    keys = jwt.PyJWKSet.from_dict(world.identity.jwks())
    header = jwt.get_unverified_header(session.access_token)
    claims = jwt.decode(
        session.access_token,
        keys[header["kid"]],
        algorithms=["EdDSA"],
        audience="trade2026-desk",
        issuer="trade2026",
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    assert claims["sub"] == "admin"
    assert claims["exp"] - claims["iat"] == 900
    assert claims["iat"] == START_NS // SECOND_NS


def test_a_kid_is_the_thumbprint_of_its_key():
    key = World().identity.jwks()["keys"][0]
    canonical = json.dumps(
        {name: key[name] for name in ("crv", "kty", "x")}, separators=(",", ":"), sort_keys=True
    )
    digest = base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest())
    assert key["kid"] == digest.rstrip(b"=").decode()
    assert "d" not in key


def test_an_old_key_is_replaced_by_itself():
    world = World()
    before = world.identity.jwks()["keys"][0]["kid"]
    world.clock.advance(91 * DAY_NS)
    asyncio.run(world.identity.look())
    assert world.identity.jwks()["keys"][0]["kid"] != before


def test_rotations_without_end_keep_a_bounded_number_of_keys():
    world = World()
    for _ in range(50):
        asyncio.run(world.identity.rotate_keys())
    assert len(world.identity.jwks()["keys"]) <= 8
    assert login(world)
