"""SLS through aliyun-log-python-sdk: logs put, pulled and searched, every operation guarded."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from aliyun.log import (
    GetLogsRequest,
    IndexConfig,
    IndexLineConfig,
    LogClient,
    LogException,
    LogItem,
    PutLogsRequest,
)
from aliyun.log.auth import AUTH_VERSION_1, AUTH_VERSION_4
from aliyun.log.gethistogramsrequest import GetHistogramsRequest
from aliyun.log.listlogstoresrequest import ListLogstoresRequest

from pytest_ramsts import FakeCloud, Policy, RamstsError, User, allow
from pytest_ramsts.services.sls import Sls

from . import refusals
from .clients import Credentials
from .refusals import Refusal

DOCUMENTED: Final[dict[str, dict[str, Any]]] = json.loads(
    Path(__file__).with_name("actions.json").read_text()
)["log"]
NOW: Final = 1772352000  # 2026-03-01T08:00:00Z


def client(credentials: Credentials, version: str = AUTH_VERSION_1) -> Any:
    return LogClient(
        "https://cn-hangzhou.log.aliyuncs.com",
        credentials.id,
        credentials.secret,
        credentials.security_token or None,
        source="test",
        auth_version=version,
        region="cn-hangzhou",
    )


class Bench:
    """A project `p` with an indexed logstore `l` of two shards; the owner does everything."""

    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud
        self.log = client(cloud.admin_key)
        self.log.create_project("p", "of the test")
        self.log.create_logstore("p", "l", ttl=30, shard_count=2)
        self.log.create_index("p", "l", IndexConfig(line_config=IndexLineConfig([" "])))

    def put(self, *logs: dict[str, str], time: int = NOW, **more: Any) -> None:
        items = [LogItem(time, contents=list(log.items())) for log in logs]
        self.log.put_logs(PutLogsRequest("p", "l", "", "host", items, **more))

    def search(self, query: str = "", start: int = 0, end: int = NOW + 1, **more: Any) -> Any:
        request = GetLogsRequest("p", "l", start, end, query=query, **more)
        return self.log.get_logs(request)

    def found(self, query: str, **more: Any) -> list[str]:
        return [one.get_contents()["n"] for one in self.search(query, **more).get_logs()]

    def arn(self, tail: str) -> str:
        return f"acs:log:cn-hangzhou:{self.cloud.account.id}:{tail}"


@pytest.fixture
def bench(ramsts: FakeCloud) -> Bench:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    return Bench(ramsts)


def refusal(call: Any, *args: Any, **kwargs: Any) -> tuple[int, str]:
    with pytest.raises(LogException) as caught:
        call(*args, **kwargs)
    return caught.value.get_resp_status(), caught.value.get_error_code()


# Who may


@pytest.mark.parametrize("name", DOCUMENTED)
def test_an_operation_needs_its_action_on_what_the_table_says(bench: Bench, name: str) -> None:
    row = DOCUMENTED[name]
    method, _, target = row["http"].partition(" ")
    path, _, query = re.sub(r"{\w+}", "x", target).partition("?")
    params = dict(pair.split("=") for pair in query.split("&") if pair)
    project = None if name == "ListProject" else "p"
    body = json.dumps({"logstoreName": "x", "projectName": "p"}).encode()
    (resource,) = (re.sub(r"{\w+}", "x", _placed(bench, one)) for one in row["resource"])
    bench.cloud.reply(f"log:{name.removesuffix('V2')}", {})

    def call(user: User) -> None:
        headers = {"Content-Type": "application/json", "x-log-bodyrawsize": str(len(body))}
        sent = body if method in ("POST", "PUT") else None
        client(user.access_key)._send(method, project, sent, path, dict(params), headers)

    with pytest.raises(LogException) as caught:
        call(bench.cloud.account.create_user())
    assert (caught.value.get_resp_status(), caught.value.get_error_code()) == (401, "Unauthorized")
    assert caught.value.get_error_message() == (
        f"denied by sts or ram, action: {row['action']}, resource: {resource}"
    )
    other = bench.cloud.account.create_user(
        policies=[Policy(allow("log:*", on=bench.arn("project/other*")))]
    )
    with pytest.raises(LogException):
        call(other)
    call(bench.cloud.account.create_user(policies=[Policy(allow(row["action"], on=resource))]))


def _placed(bench: Bench, template: str) -> str:
    words = {"region": "cn-hangzhou", "account": bench.cloud.account.id, "project": "p"}
    return re.sub(r"{(\w+)}", lambda found: words.get(found[1], found[0]), template)


def test_a_reader_reads_and_a_writer_writes(bench: Bench) -> None:
    on = bench.arn("project/p/logstore/l")
    reader = bench.cloud.account.create_user(policies=[Policy(allow("log:Get*", on=on))])
    writer = bench.cloud.account.create_user(policies=[Policy(allow("log:Post*", on=on))])
    item = [LogItem(NOW, contents=[("n", "1")])]
    put = PutLogsRequest("p", "l", "", "", item)
    get = GetLogsRequest("p", "l", 0, NOW + 1)

    client(writer.access_key).put_logs(put)
    assert client(reader.access_key).get_logs(get).get_count() == 1
    assert refusal(client(reader.access_key).put_logs, put) == (401, "Unauthorized")
    assert refusal(client(writer.access_key).get_logs, get) == (401, "Unauthorized")


def test_a_project_of_another_account_is_out_of_reach(bench: Bench) -> None:
    stranger = bench.cloud.create_account()
    for who in (
        stranger.access_key,
        stranger.create_user(policies=["AdministratorAccess"]).access_key,
    ):
        assert refusal(client(who).get_project, "p") == (401, "Unauthorized")
    assert refusal(client(stranger.access_key).create_project, "p", "") == (
        401,
        "Unauthorized",
    )


@pytest.mark.parametrize("version", [AUTH_VERSION_1, AUTH_VERSION_4])
def test_both_signatures_and_temporary_credentials_work(bench: Bench, version: str) -> None:
    role = bench.cloud.account.create_role(policies=[Policy(allow("log:*"))])
    log = client(role.assume(), version)
    log.put_logs(PutLogsRequest("p", "l", "", "", [LogItem(NOW, contents=[("n", "ä b")])]))

    (found,) = log.get_logs(GetLogsRequest("p", "l", 0, NOW + 1, query="n: ä")).get_logs()
    assert found.get_contents()["n"] == "ä b"


# How it refuses


EXPIRED: Final = "The security token you provided has expired."
INVALID: Final = "The security token you provided is invalid."


@pytest.mark.parametrize("version", [AUTH_VERSION_1, AUTH_VERSION_4])
@pytest.mark.parametrize(
    ("kind", "status", "code", "text"),
    [
        ("no permission", 401, "Unauthorized", "denied by sts or ram, action: log:GetProject"),
        ("expired token", 401, "Unauthorized", EXPIRED),
        ("malformed token", 401, "Unauthorized", INVALID),
        ("mismatched token", 401, "Unauthorized", INVALID),
        ("unknown key", 401, "Unauthorized", "AccessKeyId not found: LTAI5tNobodyHasThisKeyOnE"),
        ("disabled key", 401, "Unauthorized", "AccessKeyId is disabled: LTAI5t"),
        ("wrong secret", 401, "SignatureNotMatch", "signature "),
        (
            "skewed clock",
            400,
            "RequestTimeTooSkewed",
            "Request time exceeds server time more than 15 minutes.",
        ),
    ],
)
def test_each_refusal_has_its_code_and_text(
    bench: Bench, kind: str, status: int, code: str, text: str, version: str
) -> None:
    def look(credentials: Credentials) -> object:
        return client(credentials, version).get_project("p")

    told = refusals.met(kind, bench.cloud, look, _read, LogException)

    assert (told.status, told.code) == (status, code)
    assert told.message.startswith(text)


def _read(error: Exception) -> Refusal:
    assert isinstance(error, LogException)
    assert re.fullmatch("[0-9A-F]{24}", error.get_request_id())
    return Refusal(error.get_resp_status(), error.get_error_code(), error.get_error_message())


def test_a_refresher_is_asked_after_a_denial_too(bench: Bench) -> None:
    """The SDK cannot tell a missing permission from an expired token."""
    user = bench.cloud.account.create_user()
    log = client(user.access_key)
    asked = []

    def refresh() -> tuple[str, str, str]:
        asked.append(1)
        key = bench.cloud.admin_key
        return key.id, key.secret, ""

    log.set_credentials_auto_refresher(refresh)

    assert log.get_project("p").get_projectname() == "p"
    assert asked == [1]


# Projects and logstores


def test_projects_are_listed_changed_and_deleted(bench: Bench) -> None:
    bench.log.create_project("other", "second")
    bench.log.update_project("other", "changed")
    listed = bench.log.list_project()

    assert (listed.get_total(), listed.get_count()) == (2, 2)
    shown = bench.log.get_project("other")
    assert (shown.get_description(), shown.get_owner()) == ("changed", bench.cloud.account.id)
    assert shown.get_create_time() == "Sun, 01 Mar 2026 08:00:00 GMT"
    assert refusal(bench.log.create_project, "p", "") == (400, "ProjectAlreadyExist")
    bench.log.delete_project("other")
    assert refusal(bench.log.get_project, "other") == (404, "ProjectNotExist")


def test_logstores_are_listed_changed_and_deleted(bench: Bench) -> None:
    bench.log.create_logstore("p", "audit", ttl=7, shard_count=3)
    bench.log.update_logstore("p", "audit", ttl=8, enable_tracking=True, shard_count=3)
    shown = bench.log.get_logstore("p", "audit")

    assert (shown.get_ttl(), shown.get_shard_count(), shown.get_enable_tracking()) == (8, 3, True)
    assert bench.log.list_logstore("p").get_logstores() == ["l", "audit"]
    assert bench.log.list_logstore("p", "aud").get_logstores() == ["audit"]
    assert bench.log.list_logstores(ListLogstoresRequest("p")).get_count() == 2
    assert refusal(bench.log.create_logstore, "p", "l") == (400, "LogStoreAlreadyExist")
    bench.log.delete_logstore("p", "audit")
    assert refusal(bench.log.get_logstore, "p", "audit") == (404, "LogStoreNotExist")


def test_a_logstore_without_an_index_cannot_be_searched(bench: Bench) -> None:
    assert refusal(bench.log.create_index, "p", "l", IndexConfig()) == (400, "IndexAlreadyExist")
    assert bench.log.get_index_config("p", "l").get_index_config().line_config
    bench.log.update_index("p", "l", IndexConfig(line_config=IndexLineConfig([","])))
    bench.log.delete_index("p", "l")

    assert refusal(bench.search) == (404, "IndexConfigNotExist")
    assert refusal(bench.log.get_index_config, "p", "l") == (404, "IndexConfigNotExist")
    assert refusal(bench.log.delete_index, "p", "l") == (404, "IndexConfigNotExist")


# Logs


def test_what_is_put_is_found(bench: Bench) -> None:
    bench.put({"n": "1", "m": "größe"}, logtags=[("team", "data")])
    (one,) = bench.search().get_logs()

    assert (int(one.get_time()), one.get_source()) == (NOW, "host")
    assert one.get_contents() == {
        "n": "1",
        "m": "größe",
        "__topic__": "",
        "__tag__:team": "data",
    }


@pytest.mark.parametrize("compress", [True, False])
def test_compressed_or_not_it_arrives_whole(bench: Bench, compress: bool) -> None:
    logs = [{"n": str(n), "text": "ab" * n + "cdefg" * (n % 7)} for n in range(300)]
    bench.put(*logs, compress=compress)
    shown = bench.search(line=1000).get_logs()

    assert len(shown) == 300
    assert {one.get_contents()["n"]: one.get_contents()["text"] for one in shown} == {
        log["n"]: log["text"] for log in logs
    }


QUERIES: Final = {
    "": "1 2 3 4",
    "*": "1 2 3 4",
    "error": "1 3",
    "ERROR": "1 3",
    "err*": "1 3",
    "?rror": "1 3",
    '"disk full"': "1",
    "full disk": "1 4",
    "full and disk": "1 4",
    "error or warning": "1 2 3",
    "error not disk": "3",
    "not error": "2 4",
    "not (error or warning)": "4",
    "level: error": "1 3",
    "level:err*": "1 3",
    "level: *": "1 2 3 4",
    "absent: *": "",
    "latency > 15": "2 3 4",
    "latency >= 20 and latency <= 30": "2 3",
    "latency: error": "",
    "latency = 20": "2",
    "latency in [20 40)": "2 3",
    "latency in (20 40]": "3 4",
    '"level": "error"': "1 3",
    'text: "say \\"hi\\""': "4",
    "nothing": "",
}


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_finds_what_it_says(bench: Bench, query: str) -> None:
    bench.put(
        {"n": "1", "level": "error", "latency": "10", "text": "the disk full, again"},
        {"n": "2", "level": "warning", "latency": "20", "text": "slow"},
        {"n": "3", "level": "error", "latency": "30", "text": "lost"},
        {"n": "4", "level": "info", "latency": "40", "text": 'full of disk, say "hi"'},
    )

    assert sorted(bench.found(query)) == QUERIES[query].split()


@pytest.mark.parametrize("query", ["(error", "error)", "level:", "> 3", "latency > x", 'say "'])
def test_a_query_that_is_none_is_refused(bench: Bench, query: str) -> None:
    assert refusal(bench.search, query) == (400, "ParameterInvalid")


def test_analysis_is_for_a_programmed_reply() -> None:
    cloud = FakeCloud()
    told = pytest.raises(RamstsError, match=r'cloud.reply\("log:GetLogs", ...\)')
    with told, cloud:
        cloud.clock.freeze("2026-03-01T08:00:00Z")
        bench = Bench(cloud)
        answer = {"meta": {"progress": "Complete", "count": 1}, "data": [{"c": "4"}]}
        cloud.reply("log:GetLogs", [answer, lambda call: call.proceed()])
        assert bench.search("* | select count(*) as c").get_logs()[0].get_contents() == {"c": "4"}
        bench.search("* | select 1")


def test_logs_come_in_their_order_and_in_pages(bench: Bench) -> None:
    for n in range(5):
        bench.put({"n": str(n)}, time=NOW - 10 + n)

    assert bench.found("", line=2, offset=1) == ["1", "2"]
    assert bench.found("", line=2, reverse=True) == ["4", "3"]
    assert bench.found("", start=NOW - 9, end=NOW - 7) == ["1", "2"]
    request = GetHistogramsRequest("p", "l", NOW - 9, NOW - 7)
    histograms = bench.log.get_histograms(request)
    assert (histograms.get_total_count(), histograms.is_completed()) == (2, True)


def test_old_logs_are_gone(bench: Bench) -> None:
    bench.put({"n": "1"})
    bench.cloud.clock.advance(days=29)
    assert bench.found("") == ["1"]
    bench.cloud.clock.advance(days=2)
    assert bench.found("") == []


def test_a_topic_is_told_apart(bench: Bench) -> None:
    item = [LogItem(NOW, contents=[("n", "1")])]
    bench.log.put_logs(PutLogsRequest("p", "l", "web", "", item))
    bench.put({"n": "2"})

    assert bench.found("", topic="web") == ["1"]


def test_the_older_form_of_a_search_answers_a_list(bench: Bench) -> None:
    bench.put({"n": "1"})
    bench.log._get_logs_v2_enabled = False

    answer = bench.search("n: 1")
    assert (answer.get_count(), answer.is_completed()) == (1, True)


# Pulling


def test_a_shard_is_pulled_from_a_cursor_on(bench: Bench) -> None:
    shards = bench.log.list_shards("p", "l").get_shards_info()
    assert [shard["shardID"] for shard in shards] == [0, 1]
    assert shards[0]["inclusiveBeginKey"] == "0" * 32
    for n in range(3):
        bench.put({"n": str(n)}, hashKey="f" * 32)
        bench.cloud.clock.advance(seconds=10)
    begin = bench.log.get_begin_cursor("p", "l", 1).get_cursor()
    first = bench.log.pull_logs("p", "l", 1, begin, count=2)
    rest = bench.log.pull_logs("p", "l", 1, first.get_next_cursor())

    assert [log["n"] for log in first.get_flatten_logs_json()] == ["0", "1"]
    assert [log["n"] for log in rest.get_flatten_logs_json()] == ["2"]
    end = bench.log.get_end_cursor("p", "l", 1).get_cursor()
    assert rest.get_next_cursor() == end
    assert bench.log.pull_logs("p", "l", 1, end).get_log_count() == 0
    later = bench.log.get_cursor("p", "l", 1, NOW + 10).get_cursor()
    assert bench.log.get_cursor_time("p", "l", 1, later).get_cursor_time() == NOW + 10
    until = bench.log.pull_logs("p", "l", 1, begin, end_cursor=later)
    assert [log["n"] for log in until.get_flatten_logs_json()] == ["0"]
    assert bench.log.get_begin_cursor("p", "l", 0).get_cursor() == begin


def test_a_pulled_log_is_what_was_put_to_the_nanosecond(bench: Bench) -> None:
    item = LogItem(NOW, contents=[("n", "1")], time_nano_part=123456789)
    bench.log.put_logs(PutLogsRequest("p", "l", "t", "s", [item], hashKey="0" * 32))
    cursor = bench.log.get_begin_cursor("p", "l", 0).get_cursor()
    group = bench.log.pull_logs("p", "l", 0, cursor).get_loggroup(0)

    assert (group.Topic, group.Source, group.Logs[0].Time_ns) == ("t", "s", 123456789)


def test_what_is_wrong_with_a_cursor_or_shard_is_told(bench: Bench) -> None:
    assert refusal(bench.log.pull_logs, "p", "l", 0, "x") == (400, "InvalidCursor")
    assert refusal(bench.log.get_begin_cursor, "p", "l", 9) == (404, "ShardNotExist")


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"\xff", {}, "PostBodyInvalid"),
        (b"\xf0", {"x-log-compresstype": "lz4"}, "PostBodyInvalid"),
        (b"\x1fa\x00\x00", {"x-log-compresstype": "lz4"}, "PostBodyInvalid"),
        (b"\x00", {"x-log-compresstype": "deflate"}, "PostBodyInvalid"),
        (b"\x00", {"x-log-compresstype": "zstd"}, "ParameterInvalid"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    bench: Bench, body: bytes, headers: dict[str, str], code: str
) -> None:
    headers = {"Content-Type": "application/x-protobuf", "x-log-bodyrawsize": "9", **headers}
    path = "/logstores/l/shards/lb"

    assert refusal(bench.log._send, "POST", "p", body, path, {}, headers) == (400, code)


def test_a_test_arranges_and_looks_at_logs_in_python(ramsts: FakeCloud) -> None:
    state: Sls = ramsts.state("log")
    project = state.create_project("app", owner=ramsts.account.id, region="cn-hangzhou")
    store = project.create_logstore("web", index={"line": {}}, shards=1)
    log = client(ramsts.admin_key)
    items = [LogItem(int(ramsts.clock.time()), contents=[("n", "1")])]
    log.put_logs(PutLogsRequest("app", "web", "", "", items))

    assert [log["n"] for log in store.logs(ramsts.clock.time())] == ["1"]
