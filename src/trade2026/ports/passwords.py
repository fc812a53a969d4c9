"""How passwords are turned into what may be stored."""

from typing import Protocol


class PasswordHasher(Protocol):
    """A slow, salted, memory-hard hash. Calls block for about a tenth of a second, and are thread-safe."""

    def hash(self, password: str, salt: bytes) -> str:
        """What to store: the hash with its parameters and the salt, as one line of ASCII.

        Parameters
        ----------
        password : str
            Any text; it is hashed as UTF-8.
        salt : bytes
            16 fresh random bytes.
        """
        ...

    def verify(self, stored: str, password: str) -> bool:
        """Whether the password is the one that was hashed; IntegrityError where `stored` is no hash."""
        ...

    def needs_rehash(self, stored: str) -> bool:
        """Whether `stored` was made with other parameters than `hash` uses now."""
        ...
