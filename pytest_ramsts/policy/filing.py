"""Which statements may concern an action, without a look at all of them. Knows no resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Filing"]


class Filing:
    """Numbers of statements under the actions they name: whole, by service, or neither."""

    __slots__ = ("_anywhere", "_by_service", "_exact")

    def __init__(self, numbers_by_action: Mapping[str, Sequence[int]]) -> None:
        self._exact: dict[str, list[int]] = {}
        self._by_service: dict[str, list[int]] = {}
        self._anywhere: list[int] = []
        for action, numbers in numbers_by_action.items():
            pattern = action.lower()
            if "*" not in pattern and "?" not in pattern:
                self._exact.setdefault(pattern, []).extend(numbers)
                continue
            service = pattern.partition(":")[0]
            if "*" in service or "?" in service:
                self._anywhere += numbers
            else:
                self._by_service.setdefault(service, []).extend(numbers)

    def concerning(self, action: str) -> Iterable[int]:
        """In the order of the document, each once. The action is in lower case."""
        exact = self._exact.get(action)
        of_service = self._by_service.get(action.partition(":")[0])
        found = [numbers for numbers in (exact, of_service, self._anywhere) if numbers]
        if not found:
            return ()
        return sorted({number for numbers in found for number in numbers})
