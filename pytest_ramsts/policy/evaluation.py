"""The decision: the layers, asked in the documented order. Knows no text of a policy.

Gates come first: each node of the resource directory, then the session policy. Anything but Allow
there is final. Then the identity policies and the policies of the resource are pooled. AssumeRole
needs both sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pytest_ramsts.policy.access import Access, AppliedPolicy, Layers
from pytest_ramsts.policy.decision import Decision, Verdict
from pytest_ramsts.policy.question import ASSUME_ROLE, Question
from pytest_ramsts.policy.settings import DEFAULT, Settings

__all__ = ["decide"]

CONTROL: Final = "ControlPolicy"
SESSION: Final = "SessionPolicy"
TRUST: Final = "AssumeRolePolicy"
ACCOUNT: Final = "AccountLevelIdentityBasedPolicy"
GROUP: Final = "ResourceGroupLevelIdentityBasedPolicy"
RESOURCE: Final = "ResourceBasedPolicy"

_FEDERATED_ACTIONS: Final = ("sts:assumerolewithsaml", "sts:assumerolewithoidc")


def decide(access: Access, layers: Layers, settings: Settings = DEFAULT) -> Decision:
    """Whether the access is allowed under the policies that apply.

    >>> alice = Principal("RAMUser", "1000000000000001", "alice")
    >>> readers = AppliedPolicy(Policy(allow("ots:GetRow")), "readers", "Custom")
    >>> decide(Access(alice, "ots:GetRow", "*"), Layers(identity=(readers,)))
    <Decision Allow: user alice, ots:GetRow on *>
    """
    question = Question(access, settings)
    if question.action == ASSUME_ROLE:
        verdict = _assume_role(question, layers)
    elif question.of_owner:
        verdict = _owner(question, layers)
    else:
        verdict = _usual(question, layers)
    return Decision(access, layers, verdict, settings)


def _usual(question: Question, layers: Layers) -> Verdict:
    if layers.control or layers.session is not None:
        refused = _gates(question, layers)
        if refused is not None:
            return refused
    identity = _identity(question, layers)
    if question.foreign and _silenced(identity, question.settings):
        identity = _silence(question.settings)
    if not layers.resource:
        return identity
    return _pooled(identity, _resource(question, layers))


def _owner(question: Question, layers: Layers) -> Verdict:
    """The account has all rights on what it owns; only its own resource policies can take them."""
    if not layers.resource:
        return _OWNER
    verdict = _resource(question, layers)
    reaches = question.settings.resource_deny_of_owner == "denies"
    if verdict.reason == "ExplicitDeny" and reaches:
        return verdict
    return _OWNER


_OWNER: Final = Verdict("Allow", "")


def _assume_role(question: Question, layers: Layers) -> Verdict:
    kind = question.access.principal.kind
    if kind == "Account":
        return Verdict("ImplicitDeny", TRUST)
    if kind in ("Service", "Federated"):
        return _trust(question, layers)
    refused = _gates(question, layers)
    if refused is not None:
        return refused
    identity = _identity(question, layers)
    trust = _trust(question, layers)
    for reason in ("ExplicitDeny", "ImplicitDeny"):
        for verdict in (identity, trust):
            if verdict.reason == reason:
                return verdict
    return trust


def _gates(question: Question, layers: Layers) -> Verdict | None:
    """The first gate that does not say Allow."""
    principal = question.access.principal
    service_linked = principal.kind == "AssumedRole" and principal.name.startswith(
        "AliyunServiceRoleFor"
    )
    for node in () if service_linked else layers.control:
        verdict = _judge(question, node, CONTROL)
        if verdict.reason != "Allow":
            return verdict
    if layers.session is not None:
        verdict = _judge(question, (layers.session,), SESSION)
        if verdict.reason != "Allow":
            return verdict
    return None


def _identity(question: Question, layers: Layers) -> Verdict:
    """The policies that hold for the whole account, and those for the resource's group only."""
    scoped = [applied for applied in layers.identity if applied.resource_group is not None]
    account: Iterable[AppliedPolicy] = layers.identity
    if scoped:
        account = [applied for applied in layers.identity if applied.resource_group is None]
    verdict = _judge(question, account, ACCOUNT)
    if scoped:
        group = question.access.resource_group
        scoped = [applied for applied in scoped if applied.resource_group == group]
        in_group = _judge(question, scoped, GROUP)
        if question.settings.group_scoped_deny == "wins":
            verdict = _pooled(verdict, in_group)
        elif verdict.reason == "ImplicitDeny":
            verdict = in_group
    return verdict if verdict.reason != "ImplicitDeny" else _silence(question.settings)


def _resource(question: Question, layers: Layers) -> Verdict:
    return _judge(question, layers.resource, RESOURCE)


def _trust(question: Question, layers: Layers) -> Verdict:
    if layers.trust is None:
        return Verdict("ImplicitDeny", TRUST)
    verdict = _judge(question, (layers.trust,), TRUST)
    synonyms = question.settings.trust_action_synonyms == "the same"
    if synonyms and question.access.principal.kind == "Federated":
        for action in _FEDERATED_ACTIONS:
            verdict = _pooled(verdict, _judge(question.about(action), (layers.trust,), TRUST))
    return verdict


def _silenced(identity: Verdict, settings: Settings) -> bool:
    """Across accounts an identity policy grants nothing; whether its Deny counts is open."""
    if identity.reason == "ExplicitDeny":
        return settings.foreign_identity_deny == "counts as silence"
    return True


def _silence(settings: Settings) -> Verdict:
    return Verdict("ImplicitDeny", ACCOUNT if settings.silent_scope == "account" else GROUP)


def _pooled(first: Verdict, second: Verdict) -> Verdict:
    """Any ExplicitDeny wins, then any Allow; the first of equals."""
    for reason in ("ExplicitDeny", "Allow"):
        for verdict in (first, second):
            if verdict.reason == reason:
                return verdict
    return first


def _judge(question: Question, policies: Iterable[AppliedPolicy], layer: str) -> Verdict:
    """One set of policies: an applying Deny decides, else an applying Allow, else nothing."""
    allowed: Verdict | None = None
    resource = question.access.resource
    for applied in policies:
        policy = applied.policy
        for number in policy.concerning(question.action, resource):
            statement = policy.statement(number)
            denies = statement.effect == "Deny"
            if (denies or allowed is None) and question.is_in(statement, policy.kind):
                if denies:
                    return Verdict("ExplicitDeny", layer, applied, number)
                allowed = Verdict("Allow", layer, applied, number)
    return allowed or Verdict("ImplicitDeny", layer)
