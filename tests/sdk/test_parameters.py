"""Every parameter of every operation keeps what its description says: whether it has to be there,
its closed set, its bounds, its length, its kind.
"""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

from pytest_ramsts import FakeCloud

from .furnished import furnish
from .table import ROWS
from .test_operations import OPERATIONS, call, credentials

EACH = [
    (name, parameter, about)
    for name, operation in OPERATIONS.items()
    for parameter, about in operation["parameters"].items()
]

# STS says it in words of its own, or not at all: see test_sso.py.
OWN_WORDS = {
    ("sts.AssumeRoleWithSAML", "RoleArn"): "MissingParameter.RoleArn",
    ("sts.AssumeRoleWithSAML", "SAMLAssertion"): "MissingParameter.SAMLAssertion",
    ("sts.AssumeRoleWithSAML", "SAMLProviderArn"): "MissingParameter.SAMLProviderArn",
    ("sts.AssumeRoleWithOIDC", "OIDCToken"): "AuthenticationFail.OIDCToken.Invalid",
}
# One of the two is enough, whatever the description says of both.
EITHER = {("ims.UntagResources", "ResourceId"), ("ims.UntagResources", "ResourcePrincipalName")}

# 32 by the description, 63 by the text of the error, 64 by the page "Limits".
LONGER = {"AccountAlias": 63}


def refusal(name: str, **changed: Any) -> str:
    row = ROWS[name]
    with FakeCloud() as cloud:
        world = furnish(cloud)
        asked = row.asked(world) | changed
        asked = {key: value for key, value in asked.items() if value is not None}
        who = credentials(row, world)
        with pytest.raises(AlibabaCloudException) as caught:
            call(name, asked, who)
    return str(caught.value.code)


def those(*conditions: str) -> list[Any]:
    return [
        pytest.param(name, parameter, about, id=f"{name}-{parameter}")
        for name, parameter, about in EACH
        if all(about.get(condition) is not None for condition in conditions)
    ]


@pytest.mark.parametrize(
    ("name", "parameter", "about"),
    [p for p in those("required") if p.values[2]["required"]],
)
def test_what_has_to_be_there_is_missed(name: str, parameter: str, about: dict[str, Any]) -> None:
    if (name, parameter) in EITHER:
        assert refusal(name, ResourceId=None, ResourcePrincipalName=None) == "MissingResourceId"
        return
    assert about["required"]
    assert refusal(name, **{parameter: None}) == OWN_WORDS.get(
        (name, parameter), f"Missing{parameter}"
    )


@pytest.mark.parametrize(("name", "parameter", "about"), those("enum"))
def test_a_closed_set_is_closed(name: str, parameter: str, about: dict[str, Any]) -> None:
    assert "Sideways" not in about["enum"]
    assert refusal(name, **{parameter: "Sideways"}) == f"InvalidParameter.{parameter}"


@pytest.mark.parametrize(
    ("name", "parameter", "about"),
    [p for p in those("min") if p.values[2]["type"] in ("integer", "string")],
)
def test_a_number_has_its_bounds(name: str, parameter: str, about: dict[str, Any]) -> None:
    codes = {refusal(name, **{parameter: about["min"] - 1})}
    if about.get("max") is not None:
        codes.add(refusal(name, **{parameter: about["max"] + 1}))

    assert codes <= {f"InvalidParameter.{parameter}", f"InvalidParameter.{parameter}.Range"}


@pytest.mark.parametrize(
    ("name", "parameter", "about"),
    [p for p in those("max_length") if p.values[2]["type"] == "string"],
)
def test_a_text_has_its_length(name: str, parameter: str, about: dict[str, Any]) -> None:
    longest = LONGER.get(parameter, about["max_length"])
    code = refusal(name, **{parameter: "x" * (longest + 1)})

    # RAM says `Description` for `NewDescription`; STS looks at a token before it measures it.
    said = (parameter, parameter.removeprefix("New"))
    assert code.startswith((*(f"InvalidParameter.{one}" for one in said), "AuthenticationFail."))


@pytest.mark.parametrize(
    ("name", "parameter", "about"),
    [p for p in those("type") if p.values[2]["type"] in ("integer", "boolean")],
)
def test_a_number_and_a_flag_are_no_words(name: str, parameter: str, about: dict[str, Any]) -> None:
    assert about["type"]
    assert refusal(name, **{parameter: "perhaps"}) == f"InvalidParameter.{parameter}.Format"
