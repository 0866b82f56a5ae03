"""The evaluator and the judge never differ."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ramsts.policy import DEFAULT, Settings, decide

from .drawing import (
    UNTIMED,
    WITHOUT_SHRINKING,
    Digits,
    draw_access,
    draw_documents,
    draw_settings,
    layers_of,
)
from .reference import judge


def numbers(size: int) -> st.SearchStrategy[int]:
    """Numbers of that many bytes, all as likely: `integers` would draw mostly small ones."""
    return st.binary(min_size=size, max_size=size).map(int.from_bytes)


WORLDS = numbers(250)
REQUESTS = st.lists(numbers(10), min_size=5, max_size=20)


@settings(UNTIMED, max_examples=700, phases=WITHOUT_SHRINKING)
@given(WORLDS, REQUESTS)
def test_the_judge_agrees(world: int, requests: list[int]) -> None:
    _compare(world, requests, DEFAULT)


@settings(UNTIMED, max_examples=400, phases=WITHOUT_SHRINKING)
@given(WORLDS, REQUESTS, numbers(8))
def test_the_judge_agrees_under_every_reading(
    world: int, requests: list[int], reading: int
) -> None:
    _compare(world, requests, draw_settings(Digits(reading)))


def _compare(world: int, requests: list[int], reading: Settings) -> None:
    documents = draw_documents(Digits(world))
    layers = layers_of(documents)
    for request in requests:
        access = draw_access(Digits(request))

        decision = decide(access, layers, reading)

        assert (decision.reason, decision.policy_type) == judge(access, documents, reading)
