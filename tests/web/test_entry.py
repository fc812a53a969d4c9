"""Coming in and going out, users and what the core is told of them."""

from typing import Any

import pytest

from tests.web.caller import Caller, log_in
from tests.web.conftest import Running
from tests.web.desk import ACCOUNT, PASSWORD
from tests.web.test_orders import ORDERS, order
from trade2026.ports.core_link import SetEntitlementIntent

LOGIN, REFRESH, LOGOUT = "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/logout"
OWN = {"Origin": "http://desk.example"}
NEW = "another three wise monkeys"


def cookie_attributes(reply: Any, name: str) -> list[str]:
    (found,) = [v for n, v in reply.raw_headers if n == "set-cookie" and v.startswith(f"{name}=")]
    return sorted(part.strip().lower() for part in found.split(";")[1:])


def test_a_login_gives_tokens_and_cookies_no_script_can_read(running: Running) -> None:
    running(running.desk.user("lena", "viewer"))
    reply = running(Caller(running.desk.app)("POST", LOGIN, {"name": "lena", "password": PASSWORD}))
    assert reply.json["token_type"] == "Bearer"
    assert 890 <= reply.json["expires_in"] <= 900
    assert reply.json["user"] == {"name": "lena", "role": "viewer", "accounts": [ACCOUNT]}
    assert reply.json["must_change_password"] is True
    for name, path in (("trade2026_session", "path=/"), ("trade2026_refresh", "path=/api/v1/auth")):
        attributes = cookie_attributes(reply, name)
        assert {"httponly", "samesite=strict", path} <= set(attributes)
    me = running(Caller(running.desk.app, cookies=reply.cookies())("GET", "/api/v1/me"))
    assert me.json["permissions"] == ["read"]


def test_cookies_are_secure_over_an_encrypted_line(running: Running) -> None:
    login = {"name": "admin", "password": running.desk.password}
    plain = running(Caller(running.desk.app)("POST", LOGIN, login))
    assert "secure" not in cookie_attributes(plain, "trade2026_session")


def test_wrong_names_and_passwords_look_the_same(running: Running) -> None:
    caller = Caller(running.desk.app)
    replies = [
        running(caller("POST", LOGIN, {"name": name, "password": "wrong"}, address="203.0.113.5"))
        for name in ("admin", "nobody")
    ]
    assert [reply.status for reply in replies] == [401, 401]
    assert replies[0].json["detail"] == replies[1].json["detail"]


def test_guessing_is_slowed_down_where_it_comes_from(running: Running) -> None:
    caller = Caller(running.desk.app)
    wrong = {"name": "admin", "password": "wrong"}
    statuses = [running(caller("POST", LOGIN, wrong, address="203.0.113.6")).status for _ in range(12)]
    assert statuses[-1] == 429
    assert caller.last is not None
    assert int(caller.last.headers["retry-after"]) >= 1
    right = {"name": "admin", "password": running.desk.password}
    assert running(caller("POST", LOGIN, right)).status == 200


def test_a_refresh_token_by_body_and_by_cookie(running: Running) -> None:
    caller = Caller(running.desk.app)
    login = {"name": "admin", "password": running.desk.password}
    first = running(caller("POST", LOGIN, login))
    second = running(caller("POST", REFRESH, {"refresh_token": first.json["refresh_token"]}))
    assert second.status == 200
    assert second.json["refresh_token"] != first.json["refresh_token"]
    page = Caller(running.desk.app, cookies=second.cookies())
    third = running(page("POST", REFRESH, {}, headers=OWN))
    assert third.status == 200
    assert running(page("POST", REFRESH, {})).slug == "origin-refused"
    for token in ("none", "x" * 5000):
        assert running(caller("POST", REFRESH, {"refresh_token": token})).status in (401, 422)
    assert running(caller("POST", REFRESH)).slug == "not-logged-in"
    assert running(Caller(running.desk.app, third.json["access_token"])("GET", "/api/v1/me")).status == 200


def test_logging_out_ends_the_session_and_its_cookies(running: Running) -> None:
    caller = running(running.desk.admin())
    reply = running(caller("POST", LOGOUT, {}))
    assert (reply.status, reply.body) == (204, b"")
    assert "max-age=0" in cookie_attributes(reply, "trade2026_session")
    assert running(caller("GET", "/api/v1/me")).status == 401


def test_a_token_expires(running: Running) -> None:
    caller = running(running.desk.admin())
    running.desk.clock.advance(901)
    assert running(caller("GET", "/api/v1/me")).status == 401


def test_changing_ones_password(running: Running) -> None:
    desk = running.desk
    caller = running(desk.user("pia", "viewer"))
    other = running(log_in(desk.app, "pia", PASSWORD))
    change = "/api/v1/auth/password"
    wrong = running(caller("POST", change, {"current_password": "wrong", "new_password": NEW}))
    assert (wrong.status, wrong.json["field"]) == (422, "current_password")
    short = running(caller("POST", change, {"current_password": PASSWORD, "new_password": "short"}))
    assert short.status == 422
    assert running(caller("POST", change, {"current_password": PASSWORD, "new_password": NEW})).status == 204
    assert running(other("GET", "/api/v1/me")).status == 401
    assert running(Caller(desk.app)("POST", LOGIN, {"name": "pia", "password": PASSWORD})).status == 401
    assert running(Caller(desk.app)("POST", LOGIN, {"name": "pia", "password": NEW})).status == 200


def test_keys_are_public_and_rotate(running: Running) -> None:
    admin = running(running.desk.admin())
    before = running(Caller(running.desk.app)("GET", "/.well-known/jwks.json")).json
    rotated = running(admin("POST", "/api/v1/auth/keys/rotate", {}))
    after = running(Caller(running.desk.app)("GET", "/api/v1/auth/jwks")).json
    assert rotated.json["kid"] in [key["kid"] for key in after["keys"]]
    assert rotated.json["kid"] not in [key["kid"] for key in before["keys"]]
    assert not any("d" in key for key in after["keys"])
    assert running(admin("GET", "/api/v1/me")).status == 200


def test_users_come_change_and_go_and_the_core_is_told(running: Running) -> None:
    desk = running.desk
    admin = running(desk.admin())

    def entitled() -> bool:
        accounts = desk.desk.core.engines.oms.accounts
        return "uwe" in accounts[ACCOUNT].account.entitled

    body = {"name": "uwe", "role": "trader", "accounts": [ACCOUNT]}
    made = running(admin("POST", "/api/v1/users", body))
    assert made.status == 201
    assert made.json["user"]["must_change_password"] is True
    assert entitled()
    uwe = running(log_in(desk.app, "uwe", made.json["password"]))
    assert running(uwe("POST", ORDERS, order("uwe-1"))).status == 201
    again = running(admin("POST", "/api/v1/users", body))
    assert (again.status, again.json["field"]) == (409, "name")
    changed = running(admin("PATCH", "/api/v1/users/uwe", {"role": "viewer"}))
    assert changed.json["role"] == "viewer"
    assert not entitled()
    assert running(uwe("GET", "/api/v1/me")).status == 401  # A change ends the sessions.
    assert running(admin("PATCH", "/api/v1/users/uwe", {"role": "trader"})).status == 200
    assert entitled()
    assert running(admin("PATCH", "/api/v1/users/uwe", {"disabled": True})).json["disabled"] is True
    assert not entitled()
    assert running(admin("DELETE", "/api/v1/users/uwe")).status == 204
    assert running(admin("DELETE", "/api/v1/users/uwe")).status == 404
    assert running(admin("PATCH", "/api/v1/users/uwe", {})).status == 404
    assert running(admin("DELETE", "/api/v1/users/admin")).status == 422  # One admin must be left.


def test_a_login_makes_up_for_a_core_that_was_away(running: Running) -> None:
    desk = running.desk
    admin = running(desk.admin())
    desk.core.is_connected = False
    body = {"name": "vera", "role": "trader", "accounts": ["*"], "password": PASSWORD}
    assert running(admin("POST", "/api/v1/users", body)).status == 201
    desk.core.is_connected = True
    assert "vera" not in desk.desk.core.engines.oms.accounts[ACCOUNT].account.entitled
    vera = running(log_in(desk.app, "vera", PASSWORD))
    assert "vera" in desk.desk.core.engines.oms.accounts[ACCOUNT].account.entitled
    assert running(vera("POST", ORDERS, order("vera-1"))).status == 201


def test_a_removed_trader_may_trade_no_more_and_strategies_are_left_alone(running: Running) -> None:
    desk = running.desk
    admin = running(desk.admin())

    def entitled() -> tuple[str, ...]:
        return desk.desk.core.engines.oms.accounts[ACCOUNT].account.entitled

    running(desk.core.ask(SetEntitlementIntent(ACCOUNT, "momentum-1", True)))
    running(desk.user("rosa", "trader"))
    running(running(desk.admin())("GET", "/api/v1/me"))
    assert {"rosa", "momentum-1"} <= set(entitled())
    assert running(admin("DELETE", "/api/v1/users/rosa")).status == 204
    assert "rosa" not in entitled()
    assert "momentum-1" in entitled()


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x"},
        {"name": "x", "role": "king", "accounts": []},
        {"name": "x", "role": "admin", "accounts": "*"},
        {"name": "X Y", "role": "viewer", "accounts": []},
        {"name": "x", "role": "viewer", "accounts": [], "is_admin": True},
        {"name": "x", "role": "viewer", "accounts": [], "password": "short"},
    ],
)
def test_a_user_that_cannot_be(running: Running, body: dict[str, Any]) -> None:
    assert running(running(running.desk.admin())("POST", "/api/v1/users", body)).status == 422
