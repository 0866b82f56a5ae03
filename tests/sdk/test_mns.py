"""MNS through aliyun-mns-sdk: queues that hide, repeat and forget, and who may use them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from mns.account import Account as MnsAccount
from mns.mns_client import MNSClient
from mns.mns_exception import MNSServerException
from mns.mns_http import RequestInternal
from mns.mns_request import ListQueueRequest, ListQueueResponse, RequestBase, ResponseBase
from mns.queue import Message, QueueMeta
from mns.topic import TopicMessage

from pytest_ramsts import FakeCloud, Policy, User, allow
from pytest_ramsts.services.mns import Mns

from . import refusals
from .clients import Credentials
from .refusals import Refusal

# The SDK says so of every count that it reads.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")

DOCUMENTED: Final[dict[str, dict[str, Any]]] = json.loads(
    Path(__file__).with_name("actions.json").read_text()
)["mns"]


def host(cloud: FakeCloud) -> str:
    return f"https://{cloud.account.id}.mns.cn-hangzhou.aliyuncs.com"


def account(cloud: FakeCloud, credentials: Credentials) -> Any:
    return MnsAccount(host(cloud), credentials.id, credentials.secret, credentials.security_token)


class Bench:
    """A queue `q`; the owner does everything."""

    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud
        self.mns = account(cloud, cloud.admin_key)
        self.queue = self.of(cloud.admin_key)
        self.queue.create(QueueMeta(vis_timeout=30))

    def of(self, credentials: Credentials, name: str = "q") -> Any:
        return account(self.cloud, credentials).get_queue(name)

    def send(self, *bodies: str, **more: Any) -> None:
        for body in bodies:
            self.queue.send_message(Message(body, **more))

    def arn(self, tail: str) -> str:
        return f"acs:mns:cn-hangzhou:{self.cloud.account.id}:{tail}"


@pytest.fixture
def bench(ramsts: FakeCloud) -> Bench:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    return Bench(ramsts)


def refusal(call: Any, *args: Any) -> str:
    with pytest.raises(MNSServerException) as caught:
        call(*args)
    return str(caught.value.type)


def body_of(message: Any) -> str:
    return str(message.message_body.decode())


# Who may


@pytest.mark.parametrize("name", DOCUMENTED)
def test_an_operation_needs_its_action_on_what_the_table_says(bench: Bench, name: str) -> None:
    row = DOCUMENTED[name]
    method, _, target = row["http"].partition(" ")
    for word in ("queue", "topic", "subscription"):
        target = target.replace(f"{{{word}}}", "x")
    target = target.replace("=&", "=1&") + ("1" if target.endswith("=") else "")
    words = {"queue": "x", "topic": "x", "subscription": "x", "region": "cn-hangzhou"}
    resource = row["resource"][0].format_map({**words, "account": bench.cloud.account.id})
    root = "Messages" if name == "BatchSendMessage" else "Message"
    bench.cloud.reply(f"mns:{name}", {})

    def call(user: User) -> None:
        key = user.access_key
        client = MNSClient(host(bench.cloud), key.id, key.secret)
        request, response = RequestBase(), ResponseBase()
        sent = RequestInternal(method, target)
        if name.endswith("SendMessage"):
            sent.data = f'<{root} xmlns="http://mns.aliyuncs.com/doc/v1/"/>'.encode()
        client.build_header(request, sent)
        answered = client.http.send_request(sent)
        response.header = answered.header
        client.check_status(sent, answered, response)

    def user(on: str) -> User:
        return bench.cloud.account.create_user(policies=[Policy(allow(row["action"], on=on))])

    for denied in (bench.cloud.account.create_user(), user(bench.arn("/queues/other/*"))):
        with pytest.raises(MNSServerException) as caught:
            call(denied)
        assert caught.value.type == "AccessDenied"
        assert bench.cloud.calls.last.operation == name
        assert bench.cloud.calls.last.resources == (resource,)
    call(user(resource))
    assert bench.cloud.calls.last.allowed


def test_a_sender_sends_and_a_receiver_receives(bench: Bench) -> None:
    on = bench.arn("/queues/q/messages")
    sender = bench.cloud.account.create_user(policies=[Policy(allow("mns:SendMessage", on=on))])
    receiver = bench.cloud.account.create_role(
        policies=[Policy(allow("mns:ReceiveMessage", "mns:DeleteMessage", on=on))]
    )
    session = receiver.assume()
    bench.of(sender.access_key).send_message(Message("hello"))
    received = bench.of(session).receive_message()

    assert body_of(received) == "hello"
    assert refusal(bench.of(sender.access_key).receive_message) == "AccessDenied"
    assert refusal(bench.of(session).send_message, Message("x")) == "AccessDenied"
    bench.of(session).delete_message(received.receipt_handle)


def test_queues_of_another_account_are_out_of_reach(bench: Bench) -> None:
    stranger = bench.cloud.create_account()

    assert refusal(bench.of(stranger.access_key).receive_message) == "AccessDenied"


# How it refuses


@pytest.mark.parametrize(
    ("kind", "status", "code", "text"),
    [
        ("no permission", 403, "AccessDenied", "The OwnerId that your Access Key Id associated"),
        ("expired token", 400, "InvalidSecurityToken.Expired", "is expired"),
        ("malformed token", 400, "InvalidSecurityToken.Malformed", "is malformed"),
        ("mismatched token", 400, "InvalidSecurityToken.MismatchWithAccessKey", "mismatch"),
        ("unknown key", 403, "InvalidAccessKeyId", "The AccessKey Id you provided is not exist."),
        ("disabled key", 403, "InvalidAccessKeyId", "The AccessKey Id you provided is not exist."),
        ("wrong secret", 403, "SignatureDoesNotMatch", "The request signature we calculated"),
        ("skewed clock", 400, "InvalidTimeStamp.Expired", "is expired"),
    ],
)
def test_each_refusal_has_its_code(
    bench: Bench, kind: str, status: int, code: str, text: str
) -> None:
    def look(credentials: Credentials) -> object:
        return bench.of(credentials).get_attributes()

    told = refusals.met(kind, bench.cloud, look, _read, MNSServerException)

    assert (told.code, bench.cloud.calls.last.status) == (code, status)
    assert text in told.message


def _read(error: Exception) -> Refusal:
    assert isinstance(error, MNSServerException)
    assert error.host_id.startswith("https://")
    assert len(error.req_id) == 24
    return Refusal(0, error.type, error.message)


# Queues


def test_a_queue_is_made_once_and_changed(bench: Bench) -> None:
    assert bench.queue.create(QueueMeta(vis_timeout=30)).endswith("/queues/q")
    assert refusal(bench.queue.create, QueueMeta(vis_timeout=31)) == "QueueAlreadyExist"
    bench.queue.set_attributes(QueueMeta(vis_timeout=40))
    shown = bench.queue.get_attributes()

    assert (shown.queue_name, shown.visibility_timeout, shown.active_messages) == ("q", 40, 0)
    assert shown.create_time == 1772352000
    bench.queue.delete()
    assert refusal(bench.queue.get_attributes) == "QueueNotExist"


def test_queues_are_listed_in_pages(bench: Bench) -> None:
    for name in ("a1", "a2", "b1"):
        bench.of(bench.cloud.admin_key, name).create(QueueMeta())
    first, marker = bench.mns.list_queue(prefix="a", ret_number=1)
    rest, end = bench.mns.list_queue(prefix="a", ret_number=1, marker=marker)

    assert [url.rpartition("/")[2] for url in first + rest] == ["a1", "a2"]
    assert end == ""
    request, response = ListQueueRequest(with_meta=True), ListQueueResponse()
    bench.mns.mns_client.list_queue(request, response)
    assert {meta["QueueName"] for meta in response.queuemeta_list} == {"a1", "a2", "b1", "q"}


# Messages


def test_what_is_received_is_hidden_until_it_is_deleted_or_comes_again(bench: Bench) -> None:
    bench.send("größe & <mehr>")
    first = bench.queue.receive_message()

    assert (body_of(first), first.dequeue_count) == ("größe & <mehr>", 1)
    assert refusal(bench.queue.receive_message) == "MessageNotExist"
    bench.cloud.clock.advance(seconds=30)
    again = bench.queue.receive_message()
    assert (again.message_id, again.dequeue_count) == (first.message_id, 2)
    assert refusal(bench.queue.delete_message, first.receipt_handle) == "ReceiptHandleError"
    bench.queue.delete_message(again.receipt_handle)
    bench.cloud.clock.advance(seconds=30)
    assert refusal(bench.queue.receive_message) == "MessageNotExist"


def test_a_receipt_is_good_for_as_long_as_the_message_is_hidden(bench: Bench) -> None:
    bench.send("x")
    received = bench.queue.receive_message()
    longer = bench.queue.change_message_visibility(received.receipt_handle, 60)
    bench.cloud.clock.advance(seconds=45)
    bench.queue.change_message_visibility(longer.receipt_handle, 10)
    state: Mns = bench.cloud.state("mns")
    (message,) = state.queues(bench.cloud.account.id, "cn-hangzhou")["q"].messages

    bench.cloud.clock.advance(seconds=10)
    assert refusal(bench.queue.delete_message, message.handle) == "MessageNotExist"


def test_messages_come_by_priority_and_after_their_delay(bench: Bench) -> None:
    bench.send("late", delay_seconds=10)
    bench.send("low", priority=10)
    bench.send("high", priority=1)

    assert body_of(bench.queue.peek_message()) == "high"
    assert [body_of(one) for one in bench.queue.batch_peek_message(16)] == ["high", "low"]
    assert bench.queue.get_attributes().delay_messages == 1
    assert [body_of(one) for one in bench.queue.batch_receive_message(16)] == ["high", "low"]
    bench.cloud.clock.advance(seconds=10)
    assert body_of(bench.queue.receive_message()) == "late"
    assert bench.queue.get_attributes().inactive_messages == 3


def test_messages_are_sent_and_deleted_several_at_once(bench: Bench) -> None:
    sent = bench.queue.batch_send_message([Message("a"), Message("b")])
    received = bench.queue.batch_receive_message(2)

    assert [one.message_id for one in received] == [one.message_id for one in sent]
    handles = [one.receipt_handle for one in received]
    with pytest.raises(MNSServerException) as caught:
        bench.queue.batch_delete_message([*handles, "nobody"])
    assert caught.value.type == "ReceiptHandleError"
    assert [one["ReceiptHandle"] for one in caught.value.sub_errors] == ["nobody"]
    assert bench.queue.get_attributes().inactive_messages == 0
    bench.send("c")
    bench.queue.batch_delete_message([bench.queue.receive_message().receipt_handle])


def test_a_message_is_forgotten_in_time(bench: Bench) -> None:
    bench.queue.set_attributes(QueueMeta(msg_ttl=60))
    bench.send("x")
    bench.cloud.clock.advance(seconds=60)

    assert refusal(bench.queue.receive_message) == "MessageNotExist"


def test_a_message_that_is_too_long_is_refused(bench: Bench) -> None:
    bench.queue.set_attributes(QueueMeta(max_msg_size=1024))

    assert refusal(bench.queue.send_message, Message("x" * 1025)) == "InvalidArgument"


def test_a_topic_answers_what_a_test_programmed(bench: Bench) -> None:
    bench.cloud.reply("mns:PublishMessage", {"Message": {"MessageId": "1", "MessageBodyMD5": "2"}})
    answer = bench.mns.get_topic("t").publish_message(TopicMessage("news"))

    assert answer.message_id == "1"
    assert bench.cloud.calls.last.parameters["MessageBody"] == "news"
