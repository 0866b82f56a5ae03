"""Refusals that can be asked about: what an EncodedDiagnosticMessage stands for."""

from __future__ import annotations

from typing import Final

from pytest_ramsts.clock import Clock
from pytest_ramsts.errors import ApiError
from pytest_ramsts.identity.ids import Ids
from pytest_ramsts.policy import Decision

# That a message expires is documented, when is not.
_LIFETIME: Final = 86400


class Diagnoses:
    """The refusals of one cloud, by the message that was given out for each."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._filed: dict[str, tuple[Decision, float]] = {}

    def file(self, decision: Decision) -> str:
        message = self._ids.diagnosis()
        self._filed[message] = (decision, self._clock.time())
        return message

    def decode(self, message: str) -> Decision:
        if message not in self._filed:
            raise ApiError(
                "EntityNotExist",
                "The specific DecodedDiagnosticMessage cannot be found.",
                status=404,
                hint=f"`{message[:24]}` was given out by no refusal of this cloud",
            )
        decision, filed = self._filed[message]
        if self._clock.time() - filed > _LIFETIME:
            raise ApiError("EncodedMessageExpire", "The EncodedDiagnosticMessage is expired.")
        return decision
