"""Laws that no policy can break."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ramsts.policy import AppliedPolicy, Layers, Policy, decide

from .drawing import (
    UNTIMED,
    WITHOUT_SHRINKING,
    Digits,
    Kind,
    draw_access,
    draw_document,
    draw_documents,
    draw_statement,
    layers_of,
)
from .reference import Documents


def numbers(size: int) -> st.SearchStrategy[Digits]:
    return st.binary(min_size=size, max_size=size).map(lambda drawn: Digits(int.from_bytes(drawn)))


WORLDS = numbers(250).map(draw_documents)
ACCESSES = numbers(12).map(draw_access)
LAYER_NAMES = st.sampled_from(("control", "session", "identity", "resource", "trust"))
LAWS = settings(UNTIMED, max_examples=200, phases=WITHOUT_SHRINKING)


def with_statement(documents: Documents, layer: Any, statement: dict[str, Any]) -> Documents:
    """The same documents with one statement more in every policy of the layer."""

    def longer(document: Any) -> Any:
        return {**document, "Statement": [*document["Statement"], statement]}

    value = getattr(documents, layer)
    if layer == "control":
        changed: Any = [[longer(one) for one in node] for node in value]
    elif layer == "identity":
        changed = [(longer(one), group) for one, group in value]
    elif layer == "resource":
        changed = [longer(one) for one in value]
    else:
        changed = longer(value) if value else None
    return replace(documents, **{layer: changed})


@LAWS
@given(WORLDS, ACCESSES, st.randoms(use_true_random=False))
def test_order_never_matters(documents: Documents, access: Any, random: Any) -> None:
    def shuffled(values: Any) -> list[Any]:
        drawn: list[Any] = random.sample(list(values), len(values))
        return drawn

    def turned(document: Any) -> Any:
        return {**document, "Statement": shuffled(document["Statement"])}

    other = Documents(
        control=shuffled([shuffled([turned(one) for one in node]) for node in documents.control]),
        session=turned(documents.session) if documents.session else None,
        identity=shuffled([(turned(one), group) for one, group in documents.identity]),
        resource=shuffled([turned(one) for one in documents.resource]),
        trust=turned(documents.trust) if documents.trust else None,
    )

    decision, again = (decide(access, layers_of(one)) for one in (documents, other))

    assert again.allowed == decision.allowed
    # Among several nodes, the first gate that refuses names its reason.
    if len(documents.control) < 2:
        assert (again.reason, again.policy_type) == (decision.reason, decision.policy_type)


@LAWS
@given(WORLDS, ACCESSES, LAYER_NAMES, numbers(20))
def test_an_added_deny_never_allows_more(
    documents: Documents, access: Any, layer: Kind, digits: Digits
) -> None:
    statement = {**draw_statement(digits, layer), "Effect": "Deny"}

    if not decide(access, layers_of(documents)):
        assert not decide(access, layers_of(with_statement(documents, layer, statement)))


@LAWS
@given(WORLDS, ACCESSES, LAYER_NAMES, numbers(20))
def test_an_added_allow_never_denies_more(
    documents: Documents, access: Any, layer: Kind, digits: Digits
) -> None:
    statement = {**draw_statement(digits, layer), "Effect": "Allow"}

    if decide(access, layers_of(documents)):
        assert decide(access, layers_of(with_statement(documents, layer, statement)))


@LAWS
@given(WORLDS, ACCESSES, numbers(60))
def test_a_session_or_control_policy_never_widens(
    documents: Documents, access: Any, digits: Digits
) -> None:
    session = replace(documents, session=draw_document(digits, "session"))
    control = replace(documents, control=[*documents.control, [draw_document(digits, "control")]])

    if not decide(access, layers_of(replace(documents, session=None))):
        assert not decide(access, layers_of(session))
    if not decide(access, layers_of(documents)):
        assert not decide(access, layers_of(control))


@LAWS
@given(WORLDS, ACCESSES)
def test_no_policy_allows_what_only_a_policy_can_allow(documents: Documents, access: Any) -> None:
    """Without any Allow nothing is allowed, except to an account what it owns."""
    layers = layers_of(documents)
    statements = [
        one.placed.statement.effect for one in decide(access, layers).considered if one.applies
    ]

    if "Allow" not in statements and access.principal.kind != "Account":
        assert not decide(access, layers)


@LAWS
@given(WORLDS, ACCESSES)
def test_a_suggestion_is_proven_and_never_weakens_a_deny(documents: Documents, access: Any) -> None:
    decision = decide(access, layers_of(documents))

    suggestion = decision.suggestion

    if decision.reason != "ImplicitDeny":
        assert suggestion is None
    if suggestion is not None and suggestion.policy is None:
        new = AppliedPolicy(
            Policy.parse({"Version": "1", "Statement": [suggestion.statement]}), "new", "Custom"
        )
        layers = decision.layers
        assert decide(access, layers._replace(identity=(*layers.identity, new)))


@LAWS
@given(WORLDS, ACCESSES)
def test_every_decision_can_be_explained(documents: Documents, access: Any) -> None:
    decision = decide(access, layers_of(documents))

    text = decision.explain(full=True)

    assert text.startswith(decision.explain())
    assert text.startswith(
        f"{access.principal} may {'' if decision else 'not '}{access.action} on "
    )
    assert decision.reason in text


@LAWS
@given(WORLDS, ACCESSES)
def test_the_nearest_miss_is_an_allow_that_does_not_apply(
    documents: Documents, access: Any
) -> None:
    miss = decide(access, layers_of(documents)).nearest_miss

    if miss is not None:
        assert miss.placed.statement.effect == "Allow"
        assert not miss.applies
        assert miss.first.nearest in miss.first.expected


def test_layers_start_without_policies() -> None:
    assert Layers() == Layers((), None, (), (), None)
