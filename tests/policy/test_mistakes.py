"""A refusal names the mistake behind it."""

from __future__ import annotations

import pytest

from pytest_ramsts.policy import AppliedPolicy, Layers, Policy, decide

from .mistakes import SCENARIOS, Planted, Scenario, all_planted

PLANTED = list(all_planted())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one.name for one in SCENARIOS])
def test_without_a_mistake_the_request_is_allowed(scenario: Scenario) -> None:
    policy = Policy.parse({"Version": "1", "Statement": scenario.statements})
    layers = Layers(identity=(AppliedPolicy(policy, "service", "Custom"),))

    assert decide(scenario.access, layers)


def test_every_planted_mistake_refuses_the_request() -> None:
    allowed = [planted.name for planted in PLANTED if decide(planted.access, planted.layers)]

    assert allowed == []


def test_at_least_98_of_100_planted_mistakes_are_named() -> None:
    missed = [_found(planted) for planted in PLANTED if not _is_named(planted)]

    assert len(PLANTED) >= 200
    assert len(missed) <= 0.02 * len(PLANTED), "\n\n".join(missed)


def _is_named(planted: Planted) -> bool:
    """Whether the decision and its words both name the statement and the element."""
    decision = decide(planted.access, planted.layers)
    text = decision.explain()
    if planted.element == "Effect":
        blamed, element = decision.statement, "Effect"
        says_element = "denies it" in text
    else:
        miss = decision.nearest_miss
        blamed, element = (miss.placed, miss.first.element) if miss else (None, "")
        says_element = f"its {element.lower()}" in text.lower() or "resource group" in text
    return (
        blamed is not None
        and (blamed.policy.name, blamed.index, element)
        == (planted.policy, planted.index, planted.element)
        and f"statement {planted.index} of policy `{planted.policy}`" in text
        and says_element
    )


def _found(planted: Planted) -> str:
    decision = decide(planted.access, planted.layers)
    wanted = f"statement {planted.index} of `{planted.policy}`, {planted.element}"
    return f"{planted.name}: {wanted}, but:\n{decision.explain()}"
