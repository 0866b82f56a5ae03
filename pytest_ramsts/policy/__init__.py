"""What is allowed: policy documents and the decisions they lead to. Knows no account."""

from pytest_ramsts.policy.access import Access, AppliedPolicy, Layers
from pytest_ramsts.policy.builders import allow, deny
from pytest_ramsts.policy.decision import Decision, PlacedStatement
from pytest_ramsts.policy.document import SIZE_LIMITS, Policy, PolicySource
from pytest_ramsts.policy.evaluation import decide
from pytest_ramsts.policy.evidence import Considered, Mismatch
from pytest_ramsts.policy.lint import Finding
from pytest_ramsts.policy.principal import Principal
from pytest_ramsts.policy.settings import DEFAULT, Settings
from pytest_ramsts.policy.statement import Statement
from pytest_ramsts.policy.suggestion import Suggestion
from pytest_ramsts.policy.system_policies import SYSTEM_POLICIES, SystemPolicy

__all__ = [
    "DEFAULT",
    "SIZE_LIMITS",
    "SYSTEM_POLICIES",
    "Access",
    "AppliedPolicy",
    "Considered",
    "Decision",
    "Finding",
    "Layers",
    "Mismatch",
    "PlacedStatement",
    "Policy",
    "PolicySource",
    "Principal",
    "Settings",
    "Statement",
    "Suggestion",
    "SystemPolicy",
    "allow",
    "decide",
    "deny",
]
