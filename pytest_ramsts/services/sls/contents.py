"""Logs of SLS: put, pulled from a shard, and searched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_ramsts.errors import RamstsError
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.sls import search
from pytest_ramsts.services.sls.errors import SlsError
from pytest_ramsts.services.sls.logs import listed
from pytest_ramsts.services.sls.product import as_json, logstore_of, number, sls
from pytest_ramsts.services.sls.state import Batch, Shard
from pytest_ramsts.wire import Response

_MOST_PULLED: Final = 1000
_COMPLETE: Final = "Complete"


@sls.answers("PutLogs")
def put_logs(invocation: Invocation) -> Body:
    store, octets = logstore_of(invocation), invocation.content
    if not isinstance(octets, bytes):
        raise SlsError("PostBodyInvalid", "Protobuffer content cannot be parsed.")
    hashed = invocation.parameters.get("key")
    try:
        place = None if hashed is None else int(hashed, 16)
    except ValueError:
        raise SlsError("ParameterInvalid", f"key {hashed} is invalid") from None
    store.put(Batch.of(octets, invocation.world.clock.time()), place)
    return {}


# Pulling


@sls.answers("GetCursor")
def get_cursor(invocation: Invocation) -> Body:
    shard = _shard(invocation)
    match invocation.parameters.get("from"):
        case "begin":
            position = 0
        case "end":
            position = len(shard.batches)
        case _:
            position = shard.position_at(number(invocation, "from"))
    return {"cursor": shard.cursor(position)}


@sls.answers("GetCursorTime")
def get_cursor_time(invocation: Invocation) -> Body:
    shard = _shard(invocation)
    position = shard.position(invocation.parameters.get("cursor", ""))
    come = position < len(shard.batches)
    time = shard.batches[position].received if come else invocation.world.clock.time()
    return {"cursor_time": int(time)}


@sls.answers("PullLogs")
def pull_logs(invocation: Invocation) -> Body:
    shard, asked = _shard(invocation), invocation.parameters
    if asked.get("query") or asked.get("processor"):
        raise _not_here("PullLogs", "a query")
    start = shard.position(asked.get("cursor", ""))
    until = asked.get("end_cursor")
    end = start + min(max(number(invocation, "count", _MOST_PULLED), 1), _MOST_PULLED)
    if until:
        end = min(end, shard.position(until))
    batches = shard.batches[start:end]
    octets = listed([batch.octets for batch in batches])
    headers = (
        ("Content-Type", "application/x-protobuf"),
        ("x-log-count", str(len(batches))),
        ("x-log-bodyrawsize", str(len(octets))),
        ("x-log-cursor", shard.cursor(start + len(batches))),
    )
    return Response(200, headers, octets)


def _shard(invocation: Invocation) -> Shard:
    return logstore_of(invocation).shard(invocation.parameters["shard_id"])


# Searching


@sls.answers("GetLogs")
def get_logs(invocation: Invocation) -> Body:
    """The answer has two forms: an object for a POST, and for a GET a list, with headers beside
    it.
    """
    asked = invocation.parameters
    if "|" in asked.get("query", ""):
        raise _not_here("GetLogs", "an analysis in SQL")
    found = _found(invocation)
    backwards = asked.get("reverse", "").lower() == "true"
    found.sort(key=lambda log: int(log["__time__"]), reverse=backwards)
    offset, size = number(invocation, "offset", 0), number(invocation, "line", 100)
    shown = found[offset : offset + max(size, 0)]
    if invocation.request.method == "GET":
        headers = (
            ("x-log-count", str(len(shown))),
            ("x-log-progress", _COMPLETE),
            ("x-log-processed-rows", str(len(found))),
        )
        return as_json(shown, headers)
    meta: dict[str, Any] = {
        "progress": _COMPLETE,
        "count": len(shown),
        "processedRows": len(found),
        "hasSQL": False,
        "whereQuery": asked.get("query", ""),
    }
    return {"meta": meta, "data": shown}


@sls.answers("GetHistograms")
def get_histograms(invocation: Invocation) -> Body:
    """One bar for all of the time that is asked about; into how many the service divides it is not
    documented.
    """
    count = len(_found(invocation))
    bar = {
        "from": number(invocation, "from"),
        "to": number(invocation, "to"),
        "count": count,
        "progress": _COMPLETE,
    }
    return as_json([bar], (("x-log-count", str(count)), ("x-log-progress", _COMPLETE)))


@sls.answers("ListTopics")
def list_topics(invocation: Invocation) -> Body:
    now = invocation.world.clock.time()
    return as_json(sorted({log["__topic__"] for log in logstore_of(invocation).logs(now)}))


def _found(invocation: Invocation) -> list[Mapping[str, str]]:
    store, asked = logstore_of(invocation), invocation.parameters
    if store.index is None:
        raise SlsError("IndexConfigNotExist", store.name)
    start, end = number(invocation, "from"), number(invocation, "to")
    wanted = search.parse(asked.get("query", ""))
    topic = asked.get("topic")
    return [
        log
        for log in store.logs(invocation.world.clock.time(), start=start, end=end)
        if (not topic or log["__topic__"] == topic) and wanted(log)
    ]


def _not_here(operation: str, what: str) -> RamstsError:
    return RamstsError(
        f"the fake SLS knows no {what.partition(' ')[2]}; say what `log:{operation}` answers with"
        f' cloud.reply("log:{operation}", ...)'
    )
