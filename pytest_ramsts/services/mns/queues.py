"""Queues of MNS: made, listed, changed, and their messages sent, received and deleted.

Nothing waits: a receiver that would poll for a while is told at once that there is no message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.mns.errors import MnsError
from pytest_ramsts.services.mns.product import mns, owner_of, said, url_of, written
from pytest_ramsts.services.mns.state import ATTRIBUTES, Message, Mns, Queue
from pytest_ramsts.wire import Response

_MOST_AT_ONCE: Final = 16
_MOST_LISTED: Final = 1000

# Queues


@mns.answers("CreateQueue")
def create_queue(invocation: Invocation) -> Body:
    """201 for a new one; 204 for one that is there already and alike."""
    queues, name = _queues(invocation), invocation.parameters["queue"]
    asked = {**ATTRIBUTES, **_attributes(invocation)}
    location = ("Location", url_of(invocation, f"queues/{name}"))
    if name in queues:
        if queues[name].attributes != asked:
            raise MnsError("QueueAlreadyExist", hint=f"`{name}` has other attributes")
        return Response(204, (location,))
    now = invocation.world.clock.time()
    queues[name] = Queue(name, now, now, asked)
    return Response(201, (location,))


@mns.answers("SetQueueAttributes")
def set_queue_attributes(invocation: Invocation) -> Body:
    queue = _queue(invocation)
    queue.attributes |= _attributes(invocation)
    queue.changed = invocation.world.clock.time()
    return {}


@mns.answers("GetQueueAttributes")
def get_queue_attributes(invocation: Invocation) -> Body:
    return {"Queue": _shown(_queue(invocation), invocation.world.clock.time())}


@mns.answers("DeleteQueue")
def delete_queue(invocation: Invocation) -> Body:
    _queues(invocation).pop(invocation.parameters["queue"], None)
    return {}


@mns.answers("ListQueue")
def list_queue(invocation: Invocation) -> Body:
    header = invocation.request.headers.get
    prefix, marker = header("x-mns-prefix"), header("x-mns-marker")
    size = _number(header("x-mns-ret-number") or str(_MOST_LISTED), _MOST_LISTED)
    names = sorted(name for name in _queues(invocation) if name.startswith(prefix))
    following = [name for name in names if name > marker]
    listed = [_in_list(invocation, name) for name in following[:size]]
    content: dict[str, Any] = {"Queue": listed}
    if len(following) > size:
        content["NextMarker"] = following[size - 1]
    return {"Queues": content}


def _in_list(invocation: Invocation, name: str) -> Mapping[str, Any]:
    url = {"QueueURL": url_of(invocation, f"queues/{name}")}
    if invocation.request.headers.get("x-mns-with-meta").lower() != "true":
        return url
    return {**url, **_shown(_queues(invocation)[name], invocation.world.clock.time())}


def _shown(queue: Queue, now: float) -> dict[str, Any]:
    queue.clear(now)
    waiting = [message for message in queue.messages if message.visible > now]
    delayed = [message for message in waiting if not message.received]
    return {
        "QueueName": queue.name,
        "CreateTime": int(queue.created),
        "LastModifyTime": int(queue.changed),
        "ActiveMessages": len(queue.messages) - len(waiting),
        "InactiveMessages": len(waiting) - len(delayed),
        "DelayMessages": len(delayed),
        **queue.attributes,
    }


def _attributes(invocation: Invocation) -> dict[str, str]:
    given = said(invocation.content) if invocation.content is not None else {}
    asked = {name: value for name, value in given.items() if name in ATTRIBUTES}
    for name, value in asked.items():
        if name != "LoggingEnabled" and not value.isdecimal():
            raise MnsError("InvalidArgument", hint=f"{name} is `{value}`")
    return asked


# Messages


@mns.answers("SendMessage")
def send_message(invocation: Invocation) -> Body:
    message = _sent(invocation, said(_content(invocation)))
    content = {"MessageId": message.id, "MessageBodyMD5": message.md5}
    return Response(201, body=written("Message", content))


@mns.answers("BatchSendMessage")
def batch_send_message(invocation: Invocation) -> Body:
    elements = list(_content(invocation))
    if len(elements) > _MOST_AT_ONCE:
        raise MnsError("InvalidArgument", hint=f"{len(elements)} messages; {_MOST_AT_ONCE} at most")
    sent = [_sent(invocation, said(element)) for element in elements]
    listed = [{"MessageId": message.id, "MessageBodyMD5": message.md5} for message in sent]
    return Response(201, body=written("Messages", {"Message": listed}))


@mns.answers("ReceiveMessage")
def receive_message(invocation: Invocation) -> Body:
    (message,) = _received(invocation, 1)
    return {"Message": _held(message)}


@mns.answers("BatchReceiveMessage")
def batch_receive_message(invocation: Invocation) -> Body:
    messages = _received(invocation, _count(invocation))
    return {"Messages": {"Message": [_held(message) for message in messages]}}


@mns.answers("PeekMessage")
def peek_message(invocation: Invocation) -> Body:
    (message,) = _queue(invocation).visible(invocation.world.clock.time(), 1)
    return {"Message": _seen(message)}


@mns.answers("BatchPeekMessage")
def batch_peek_message(invocation: Invocation) -> Body:
    now = invocation.world.clock.time()
    messages = _queue(invocation).visible(now, _count(invocation))
    return {"Messages": {"Message": [_seen(message) for message in messages]}}


@mns.answers("DeleteMessage")
def delete_message(invocation: Invocation) -> Body:
    queue, handle = _queue(invocation), invocation.parameters["ReceiptHandle"]
    queue.messages.remove(queue.held(handle, invocation.world.clock.time()))
    return {}


@mns.answers("BatchDeleteMessage")
def batch_delete_message(invocation: Invocation) -> Body:
    """Those that can be are deleted; of the others the answer tells."""
    queue, now = _queue(invocation), invocation.world.clock.time()
    failed = []
    for element in _content(invocation):
        handle = element.text or ""
        try:
            queue.messages.remove(queue.held(handle, now))
        except MnsError as error:
            told = {"ErrorCode": error.code, "ErrorMessage": error.message}
            failed.append({**told, "ReceiptHandle": handle})
    return Response(404, body=written("Errors", {"Error": failed})) if failed else {}


@mns.answers("ChangeMessageVisibility")
def change_message_visibility(invocation: Invocation) -> Body:
    asked, now = invocation.parameters, invocation.world.clock.time()
    message = _queue(invocation).held(asked["ReceiptHandle"], now)
    message.visible = now + _number(asked["VisibilityTimeout"], 43200)
    message.handle = invocation.world.ids.text(40)
    times = {"ReceiptHandle": message.handle, "NextVisibleTime": _milliseconds(message.visible)}
    return {"ChangeVisibility": times}


def _content(invocation: Invocation) -> Any:
    if invocation.content is None:
        raise MnsError("MalformedXML", hint="there is no body")
    return invocation.content


def _sent(invocation: Invocation, given: Mapping[str, str]) -> Message:
    queue, world = _queue(invocation), invocation.world
    body, now = given.get("MessageBody", ""), world.clock.time()
    if not body or len(body.encode()) > queue.number("MaximumMessageSize"):
        raise MnsError("InvalidArgument", hint=f"a body of {len(body.encode())} octets")
    delay = given.get("DelaySeconds", "") or queue.attributes["DelaySeconds"]
    message = Message(
        world.ids.request_id().replace("-", ""),
        body,
        now,
        visible=now + _number(delay, 604800),
        priority=_number(given.get("Priority", "8"), 16),
    )
    queue.messages.append(message)
    return message


def _received(invocation: Invocation, count: int) -> list[Message]:
    queue, world = _queue(invocation), invocation.world
    now = world.clock.time()
    messages = queue.visible(now, count)
    for message in messages:
        message.received += 1
        message.first_received = message.first_received or now
        message.visible = now + queue.number("VisibilityTimeout")
        message.handle = world.ids.text(40)
    return messages


def _seen(message: Message) -> dict[str, Any]:
    return {
        "MessageId": message.id,
        "MessageBody": message.body,
        "MessageBodyMD5": message.md5,
        "EnqueueTime": _milliseconds(message.sent),
        "FirstDequeueTime": _milliseconds(message.first_received or message.sent),
        "DequeueCount": message.received,
        "Priority": message.priority,
    }


def _held(message: Message) -> dict[str, Any]:
    visible = {"NextVisibleTime": _milliseconds(message.visible)}
    return {**_seen(message), "ReceiptHandle": message.handle, **visible}


def _milliseconds(time: float) -> int:
    return int(time * 1000)


# What a call is about


def _queues(invocation: Invocation) -> dict[str, Queue]:
    state: Mns = invocation.state
    return state.queues(owner_of(invocation), invocation.region)


def _queue(invocation: Invocation) -> Queue:
    queue = _queues(invocation).get(invocation.parameters["queue"])
    if queue is None:
        raise MnsError("QueueNotExist", hint=f"`{invocation.parameters['queue']}`")
    queue.clear(invocation.world.clock.time())
    return queue


def _count(invocation: Invocation) -> int:
    return _number(invocation.parameters["numOfMessages"], _MOST_AT_ONCE)


def _number(text: str, most: int) -> int:
    if not text.isdecimal() or int(text) > most:
        raise MnsError("InvalidArgument", hint=f"`{text}`: a number up to {most}")
    return int(text)
