"""The core is told exactly what separates its list from the users'."""

from hypothesis import given
from hypothesis import strategies as st

from trade2026.application.entitlements import missing_entitlements
from trade2026.application.identity.roles import Role
from trade2026.ports.core_link import DESK_TRADER, SetEntitlementIntent


class User:
    def __init__(self, name: str, role: Role, accounts: tuple[str, ...], disabled: bool = False) -> None:
        self.name, self.role, self.accounts, self.disabled = name, role, accounts, disabled


def test_traders_get_their_accounts_and_lose_what_is_taken_from_them():
    users = [
        User("all", Role.ADMIN, ("*",)),
        User("one", Role.TRADER, ("A",)),
        User("looks", Role.VIEWER, ("*",)),
        User("gone", Role.TRADER, ("*",), disabled=True),
    ]
    entitled = {"A": (DESK_TRADER, "gone", "momentum-1"), "B": (DESK_TRADER, "one", "removed")}
    assert missing_entitlements(users, entitled, {"removed"}) == (
        SetEntitlementIntent("A", "all", True),
        SetEntitlementIntent("A", "gone", False),
        SetEntitlementIntent("A", "one", True),
        SetEntitlementIntent("B", "all", True),
        SetEntitlementIntent("B", "one", False),
        SetEntitlementIntent("B", "removed", False),
    )


_NAMES = st.sampled_from(["u", "v", "w", "x", DESK_TRADER, "s-1"])
_USERS = st.lists(
    st.builds(User, _NAMES, st.sampled_from(Role), st.sets(st.sampled_from("AB*")).map(tuple), st.booleans()),
    unique_by=lambda user: user.name,
)
_ENTITLED = st.dictionaries(st.sampled_from("AB"), st.sets(_NAMES).map(tuple))


@given(_USERS, _ENTITLED)
def test_after_it_was_told_nothing_is_left_to_tell(users, entitled):
    for intent in missing_entitlements(users, entitled, {"x"} - {user.name for user in users}):
        assert intent.trader_id in {"x"} | {user.name for user in users} - {DESK_TRADER}
        names = set(entitled[intent.account_id])
        assert (intent.trader_id in names) != intent.entitled
        (names.add if intent.entitled else names.remove)(intent.trader_id)
        entitled[intent.account_id] = tuple(names)
    assert missing_entitlements(users, entitled, {"x"} - {user.name for user in users}) == ()
    for account_id, names in entitled.items():
        for user in users:
            if user.name != DESK_TRADER:
                may = not user.disabled and user.role is not Role.VIEWER
                may = may and bool({"*", account_id} & set(user.accounts))
                assert (user.name in names) == may
