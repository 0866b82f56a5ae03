"""What stands around the messages: headers, programmed replies, and what is malformed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tablestore import MatchAllQuery, OTSClientError, OTSServiceError, SearchQuery
from tablestore.protobuf import search_pb2

from pytest_ramsts import ApiError, FakeCloud, RamstsError
from pytest_ramsts.services.tablestore import Instance
from pytest_ramsts.services.tablestore.wire.messages import Error, NamesTable
from pytest_ramsts.services.tablestore.wire.plainbuffer import Cell, PlainRow
from pytest_ramsts.wire import Response

from .clients import client_of, signed


@pytest.fixture
def shop(ramsts: FakeCloud) -> Instance:
    instance: Instance = ramsts.state("tablestore").create_instance("shop", ramsts.account)
    instance.create_table("orders", {"id": "INTEGER"})
    return instance


def refusal(cloud: FakeCloud, response: Response) -> tuple[int, str, str | None]:
    error = Error.decode(response.body)
    assert cloud.calls.last.code == error.code
    return response.status, error.code, error.message


NAMED = NamesTable(table_name="orders").encode()


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        (
            {"method": "GET"},
            (405, "OTSMethodNotAllowed", "Only POST method for requests is supported."),
        ),
        ({"path": "/Nonsense"}, (400, "OTSParameterInvalid", "Unsupported operation: Nonsense.")),
        ({"body": b"\xff"}, (400, "OTSParameterInvalid", "Parse PBMessage from RawString failed.")),
        ({"apiversion": None}, (400, "OTSParameterInvalid", "Missing header: x-ots-apiversion.")),
        (
            {"apiversion": "2014-08-08"},
            (400, "OTSParameterInvalid", "Unsupported API version: 2014-08-08."),
        ),
        ({"accesskeyid": None}, (400, "OTSParameterInvalid", "Missing header: x-ots-accesskeyid.")),
        ({"contentmd5": None}, (400, "OTSParameterInvalid", "Missing header: x-ots-contentmd5.")),
        ({"date": None}, (400, "OTSParameterInvalid", "Missing header: x-ots-date.")),
        ({"date": "today"}, (400, "OTSParameterInvalid", "Invalid date format: today.")),
        (
            {"instancename": None},
            (400, "OTSParameterInvalid", "Missing header: x-ots-instancename."),
        ),
        (
            {"contentmd5": "AAAAAAAAAAAAAAAAAAAAAA=="},
            (
                403,
                "OTSAuthFailed",
                "Mismatch between MD5 value of request body and x-ots-contentmd5 in header.",
            ),
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_is_wrong_with_a_request_is_said(
    ramsts: FakeCloud,
    shop: Instance,
    options: dict[str, Any],
    refused: tuple[int, str, str],
) -> None:
    request = signed(ramsts.admin_key, shop, **{"path": "/DescribeTable", "body": NAMED, **options})

    assert refusal(ramsts, ramsts.handle(request)) == refused


def test_a_request_without_any_signature_is_refused(ramsts: FakeCloud, shop: Instance) -> None:
    request = signed(ramsts.admin_key, shop, "/DescribeTable", NAMED)
    bare = type(request)("POST", request.url, body=NAMED)

    assert refusal(ramsts, ramsts.handle(bare))[0] == 400


def test_a_broken_row_is_told_in_the_services_words(ramsts: FakeCloud, shop: Instance) -> None:
    body = NAMED + b"\x12\x04\x00\x00\x00\x00"

    response = ramsts.handle(signed(ramsts.admin_key, shop, "/GetRow", body))

    assert refusal(ramsts, response) == (
        400,
        "OTSParameterInvalid",
        "Cell data broken, mismatch header, actual: 0 , expect: 117.",
    )


def test_the_journal_shows_what_was_asked(ramsts: FakeCloud, shop: Instance) -> None:
    client_of(ramsts.admin_key, shop).get_row("orders", [("id", 7)], max_version=1)

    asked = ramsts.calls.last.parameters
    assert asked["table_name"] == "orders"
    assert "7" in repr(asked["primary_key"])


# Programmed replies


def search(cloud: FakeCloud, shop: Instance) -> Any:
    return client_of(cloud.admin_key, shop).search(
        "orders", "by_title", SearchQuery(MatchAllQuery())
    )


def test_a_reply_may_be_said_in_fields(ramsts: FakeCloud, shop: Instance) -> None:
    row = PlainRow((("id", 7),), (Cell("title", "lamp", 1000),))
    ramsts.reply("ots:Search", {"total_hits": 1, "is_all_succeed": True, "rows": [row]})

    found = search(ramsts, shop)

    assert found.total_count == 1
    assert found.rows == [([("id", 7)], [("title", "lamp", 1000)])]


def test_a_reply_may_be_the_message_of_the_sdk(ramsts: FakeCloud, shop: Instance) -> None:
    answer = search_pb2.ListSearchIndexResponse()
    answer.indices.add(table_name="orders", index_name="by_title")
    ramsts.reply("ots:ListSearchIndex", Response(200, body=answer.SerializeToString()))

    assert client_of(ramsts.admin_key, shop).list_search_index("orders") == [("orders", "by_title")]


def test_a_reply_may_be_an_error(ramsts: FakeCloud, shop: Instance) -> None:
    ramsts.reply("ots:Search", ApiError("OTSTimeout", "Operation timeout.", status=503))

    with pytest.raises(OTSServiceError, match="OTSTimeout"):
        search(ramsts, shop)


def test_a_reply_may_take_the_place_of_what_is_here(ramsts: FakeCloud, shop: Instance) -> None:
    ramsts.reply("ots:ListTable", {"table_names": ["a", "b"]})

    assert client_of(ramsts.admin_key, shop).list_table() == ("a", "b")


def test_knowledge_bases_are_spoken_to_in_json(ramsts: FakeCloud, shop: Instance) -> None:
    client = client_of(ramsts.admin_key, shop)
    eve = client_of(ramsts.account.create_user("eve").access_key, shop)
    ramsts.reply("ots:ListKnowledgeBase", {"data": {"knowledgeBaseInfos": ["manuals"]}})

    answer = client.list_knowledge_base({"maxResults": 3})
    with ramsts.denies("ots:ListKnowledgeBase") as denial:
        eve.list_knowledge_base({})

    assert answer["data"] == {"knowledgeBaseInfos": ["manuals"]}
    assert repr(ramsts.calls[0].parameters) == "{'maxResults': 3}"
    assert isinstance(denial.error, OTSServiceError)


def test_json_that_is_none_is_refused(ramsts: FakeCloud, shop: Instance) -> None:
    request = signed(
        ramsts.admin_key, shop, "/ListKnowledgeBase", b"{", content_type="application/json"
    )

    response = ramsts.handle(request)

    assert json.loads(response.body) == {
        "code": "OTSParameterInvalid",
        "message": "Cannot deserialize the request data.",
    }


def in_a_cloud_of_its_own(ask: Callable[[FakeCloud, Instance], object]) -> None:
    with FakeCloud() as cloud:
        ask(cloud, cloud.state("tablestore").create_instance("shop", cloud.account))


def test_what_nobody_answers_is_reported_when_the_block_ends() -> None:
    def ask(cloud: FakeCloud, shop: Instance) -> None:
        with pytest.raises(OTSServiceError, match="InternalError"):
            search(cloud, shop)

    with pytest.raises(RamstsError, match=r"cloud\.reply\(\"ots:Search\""):
        in_a_cloud_of_its_own(ask)


def test_what_fails_in_a_reply_is_not_asked_for_again() -> None:
    """The SDK would repeat a read that got a 5xx for a minute, of real time."""

    def ask(cloud: FakeCloud, shop: Instance) -> None:
        def broken(_: object) -> Response:
            raise KeyError("nothing")

        cloud.reply("ots:GetRow", broken)
        with pytest.raises(OTSServiceError, match="InternalError"):
            client_of(cloud.admin_key, shop).get_row("orders", [("id", 1)], max_version=1)
        assert len(cloud.calls) == 1

    with pytest.raises(KeyError, match="nothing"):
        in_a_cloud_of_its_own(ask)


def test_a_failure_that_a_test_arranged_is_asked_for_again(
    ramsts: FakeCloud, shop: Instance
) -> None:
    ramsts.reply("ots:ListTable", ApiError("OTSServerBusy", "Server is busy.", status=503))

    with ramsts.clock.without_waiting(), pytest.raises(OTSServiceError, match="OTSServerBusy"):
        client_of(ramsts.admin_key, shop).list_table()

    assert len(ramsts.calls) == 21


def test_a_reply_in_fields_that_nobody_knows_is_reported() -> None:
    def ask(cloud: FakeCloud, shop: Instance) -> None:
        cloud.reply("ots:ParallelScan", {"rows": []})
        cloud.handle(signed(cloud.admin_key, shop, "/ParallelScan", NAMED))

    with pytest.raises(RamstsError, match="is a Response with the message"):
        in_a_cloud_of_its_own(ask)


def test_the_sdk_notices_an_answer_that_was_changed(
    ramsts: FakeCloud, shop: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a fake that signs nothing would do as well."""
    handle = ramsts.gateway.handle

    def changed(request: Any) -> Response:
        response = handle(request)
        headers = tuple(
            (name, "another" if name == "x-ots-requestid" else value)
            for name, value in response.headers
        )
        return Response(response.status, headers, response.body)

    monkeypatch.setattr(ramsts.gateway, "handle", changed)

    with pytest.raises(OTSClientError, match="Invalid signature in response"):
        client_of(ramsts.admin_key, shop).list_table()
