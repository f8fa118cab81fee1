"""Secret bytes that do not show themselves by accident."""

import hmac
from typing import NoReturn


class Secret:
    """Bytes that appear in no representation, format, log line, exception or pickle.

    Python cannot erase memory, so this guards against showing, not against reading the process.
    """

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        """Hold the bytes."""
        self._value = bytes(value)

    def reveal(self) -> bytes:
        """The bytes, for a function that computes with them; whoever calls this keeps them out of sight."""
        return self._value

    def __len__(self) -> int:
        """How many bytes."""
        return len(self._value)

    def __repr__(self) -> str:
        """The length alone."""
        return f"Secret({len(self._value)} bytes)"

    def __eq__(self, other: object) -> bool:
        """Compare in constant time."""
        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    def __hash__(self) -> NoReturn:
        """Refuse: a hash would be a fingerprint.

        Raises:
            TypeError: always.
        """
        raise TypeError("a secret has no hash")

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied.

        Raises:
            TypeError: always.
        """
        raise TypeError("a secret is not serialised")
