"""``KeyValue`` in a dictionary: the twin of LevelDB."""

from collections.abc import Iterator, Sequence

from node.store.kv import Change


class MemoryKeyValue:
    """Sorts at every iteration; meant for tests and the simulator."""

    def __init__(self) -> None:
        self._map: dict[bytes, bytes] = {}

    def get(self, key: bytes) -> bytes | None:
        """See ``KeyValue.get``."""
        return self._map.get(key)

    def iterate(
        self, start: bytes, stop: bytes, *, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """See ``KeyValue.iterate``."""
        found = [(key, value) for key, value in self._map.items() if start <= key < stop]
        yield from sorted(found, reverse=reverse)

    def write(self, changes: Sequence[Change]) -> None:
        """See ``KeyValue.write``."""
        for key, value in changes:
            if value is None:
                self._map.pop(key, None)
            else:
                self._map[key] = value

    def clear(self) -> None:
        """See ``KeyValue.clear``."""
        self._map.clear()

    def close(self) -> None:
        """See ``KeyValue.close``."""
        self._map.clear()
