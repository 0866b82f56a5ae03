"""Projects, logstores and indexes of SLS."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, Final

from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.sls.errors import SlsError
from pytest_ramsts.services.sls.product import as_json, given, logstore_of, number, project_of, sls
from pytest_ramsts.services.sls.state import LogStore, Project, Sls
from pytest_ramsts.wire.signatures.dates import written_http

_SETTINGS: Final[dict[str, Any]] = {
    "enable_tracking": False,
    "autoSplit": False,
    "maxSplitShard": 64,
    "appendMeta": False,
    "telemetryType": "",
    "mode": "standard",
}


# Projects


@sls.answers("CreateProject")
def create_project(invocation: Invocation) -> Body:
    state: Sls = invocation.state
    state.create_project(
        invocation.parameters["project"],
        owner=invocation.account.id,
        region=invocation.region,
        description=str(given(invocation).get("description", "")),
        created=invocation.world.clock.time(),
    )
    return {}


@sls.answers("GetProject")
def get_project(invocation: Invocation) -> Body:
    return _shown(project_of(invocation))


@sls.answers("ListProject")
def list_project(invocation: Invocation) -> Body:
    state: Sls = invocation.state
    wanted = invocation.parameters.get("projectName", "")
    found = [
        project
        for project in state.projects.values()
        if (project.owner, project.region) == (invocation.account.id, invocation.region)
        and wanted in project.name
    ]
    page = _page(found, invocation)
    return {"count": len(page), "total": len(found), "projects": [_shown(one) for one in page]}


@sls.answers("UpdateProject")
def update_project(invocation: Invocation) -> Body:
    project = project_of(invocation)
    project.description = str(given(invocation).get("description", project.description))
    project.changed = invocation.world.clock.time()
    return {}


@sls.answers("DeleteProject")
def delete_project(invocation: Invocation) -> Body:
    del invocation.state.projects[project_of(invocation).name]
    return {}


def _shown(project: Project) -> dict[str, Any]:
    return {
        "projectName": project.name,
        "description": project.description,
        "owner": project.owner,
        "region": project.region,
        "status": "Normal",
        "createTime": written_http(project.created),
        "lastModifyTime": written_http(project.changed),
    }


# Logstores


@sls.answers("CreateLogStore")
def create_logstore(invocation: Invocation) -> Body:
    body = given(invocation)
    name, ttl, shards = body.get("logstoreName"), body.get("ttl"), body.get("shardCount")
    if not isinstance(name, str) or not isinstance(ttl, int) or not isinstance(shards, int):
        raise SlsError("LogStoreInfoInvalid", hint="logstoreName, ttl and shardCount are needed")
    project_of(invocation).create_logstore(
        name,
        ttl=ttl,
        shards=shards,
        created=invocation.world.clock.time(),
        settings=_settings(body),
    )
    return {}


@sls.answers("GetLogStore")
def get_logstore(invocation: Invocation) -> Body:
    store = logstore_of(invocation)
    return {
        **_SETTINGS,
        **store.settings,
        "logstoreName": store.name,
        "ttl": store.ttl,
        "shardCount": len(store.shards),
        "createTime": int(store.created),
        "lastModifyTime": int(store.changed),
    }


@sls.answers("UpdateLogStore")
def update_logstore(invocation: Invocation) -> Body:
    store, body = logstore_of(invocation), given(invocation)
    store.ttl = int(body.get("ttl") or store.ttl)
    store.settings |= _settings(body)
    store.changed = invocation.world.clock.time()
    return {}


@sls.answers("DeleteLogStore")
def delete_logstore(invocation: Invocation) -> Body:
    del project_of(invocation).logstores[logstore_of(invocation).name]
    return {}


@sls.answers("ListLogStores")
def list_logstores(invocation: Invocation) -> Body:
    wanted = invocation.parameters.get("logstoreName") or "*"
    pattern = wanted if "*" in wanted else f"*{wanted}*"
    found = [name for name in project_of(invocation).logstores if fnmatchcase(name, pattern)]
    page = _page(found, invocation)
    return {"count": len(page), "total": len(found), "logstores": page}


def _settings(body: Any) -> dict[str, Any]:
    named = ("logstoreName", "ttl", "shardCount")
    return {name: value for name, value in body.items() if name not in named}


# Indexes


@sls.answers("CreateIndex")
def create_index(invocation: Invocation) -> Body:
    store = logstore_of(invocation)
    if store.index is not None:
        raise SlsError("IndexAlreadyExist")
    store.index = dict(given(invocation))
    return {}


@sls.answers("GetIndex")
def get_index(invocation: Invocation) -> Body:
    return _index(logstore_of(invocation))


@sls.answers("UpdateIndex")
def update_index(invocation: Invocation) -> Body:
    store = logstore_of(invocation)
    _index(store)
    store.index = dict(given(invocation))
    return {}


@sls.answers("DeleteIndex")
def delete_index(invocation: Invocation) -> Body:
    store = logstore_of(invocation)
    _index(store)
    store.index = None
    return {}


def _index(store: LogStore) -> dict[str, Any]:
    if store.index is None:
        raise SlsError("IndexConfigNotExist", store.name)
    return store.index


# Shards


@sls.answers("ListShards")
def list_shards(invocation: Invocation) -> Body:
    shards = [
        {
            "shardID": shard.id,
            "status": "readwrite",
            "inclusiveBeginKey": f"{shard.begin:032x}",
            "exclusiveEndKey": f"{min(shard.end, (1 << 128) - 1):032x}",
            "createTime": int(shard.created),
        }
        for shard in logstore_of(invocation).shards
    ]
    return as_json(shards)


def _page(items: list[Any], invocation: Invocation) -> list[Any]:
    offset, size = number(invocation, "offset", 0), number(invocation, "size", 100)
    return items[offset : offset + size]
