"""Which passwords may be set, and how one is made up."""

from collections.abc import Callable
from typing import Final

from trade2026.primitives.errors import InputError

LENGTH_MIN: Final = 12
LENGTH_MAX: Final = 128
_GROUPS: Final = 4
_GROUP_CHARACTERS: Final = 5
_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 characters that cannot be taken for one another: 100 bits in a generated password."""

_COMMON_TEXT: Final = """
123456123456 123456789012 1234567890123 12345678901234 123456789abc 111111111111 000000000000 123123123123
121212121212 123412341234 112233445566 987654321098 987654321012 1q2w3e4r5t6y 1qaz2wsx3edc 1q2w3e4r5t6y7u
qwertyuiop12 qwertyuiop123 qwertyuiop[] qwertyuiopasdf qwerty123456 qwerty1234567 123456qwerty qwertyqwerty
asdfghjkl123 asdfasdfasdf zxcvbnm12345 zaq12wsxcde3 abcdefghijkl abcd1234abcd abc123abc123 abcabcabcabc
newpassword1 passwordpassword
password1234 password12345 password123456 passwort1234 mypassword12 mypassword123
p@ssw0rd1234 passw0rd1234 password2024 password2025 password2026 administrator administrator1 admin1234567
adminadminadmin adminpassword letmeinletmein letmein12345 welcome12345 welcome123456 welcometrade changeme1234
changemeplease changemenow1 iloveyou1234 iloveyouforever iloveyousomuch ilovemyself1 unbelievable basketball12
basketball123 football1234 baseball1234 superman1234 spiderman123 liverpoolfc1 manchester12 trustno1trustno1
correcthorsebatterystaple trade2026trade2026 trade2026admin trade2026password tradingdesk1
"""
_COMMON: Final = frozenset(_COMMON_TEXT.split())
"""Those of twelve characters and more that people choose most, and those that this desk's name invites."""


def check_password(password: str, name: str) -> str:
    """Return a password that may be set for the user, else raise InputError that names the rule."""
    length = len(password)
    if not LENGTH_MIN <= length <= LENGTH_MAX:
        raise InputError(f"password must have {LENGTH_MIN} to {LENGTH_MAX} characters, had {length}")
    plain = "".join(password.casefold().split())
    if plain and plain == name.casefold() * max(len(plain) // len(name), 1):
        raise InputError("password must not be the user's name; a few words with spaces are easy to keep")
    if plain in _COMMON or len(frozenset(plain)) < 4:
        raise InputError(
            "password must not be one of the commonest, or of fewer than 4 different characters; a few words "
            "with spaces are easy to keep"
        )
    return password


def make_password(random_bytes: Callable[[int], bytes]) -> str:
    """Four groups of five characters with 100 random bits: "k3f9a-7mzpq-x2c4d-hw8ej"."""
    drawn = [_ALPHABET[byte % len(_ALPHABET)] for byte in random_bytes(_GROUPS * _GROUP_CHARACTERS)]
    return "-".join(
        "".join(drawn[start : start + _GROUP_CHARACTERS]) for start in range(0, len(drawn), _GROUP_CHARACTERS)
    )
