"""Projects, logstores and logs of SLS, in memory: one state per cloud."""

from __future__ import annotations

import base64
import binascii
import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from pytest_ramsts.services.sls.errors import SlsError
from pytest_ramsts.services.sls.logs import LogGroup, read_group

__all__ = ["Batch", "LogStore", "Project", "Shard", "Sls"]

_DAY: Final = 86400
_FOR_EVER: Final = 3650
_HASHES: Final = 1 << 128


@dataclass(frozen=True, slots=True)
class Batch:
    """A group of logs as it was sent, and when it came."""

    received: float
    octets: bytes = field(repr=False)
    group: LogGroup
    first: int
    """The times of its earliest and its latest log."""
    last: int

    @classmethod
    def of(cls, octets: bytes, received: float) -> Batch:
        group = read_group(octets)
        times = [log.time for log in group.logs] or [0]
        return cls(received, octets, group, min(times), max(times))


@dataclass
class Shard:
    """A part of a logstore, in the order in which things came."""

    id: int
    begin: int
    end: int
    created: float
    batches: list[Batch] = field(default_factory=list)

    def cursor(self, position: int) -> str:
        return base64.b64encode(str(position).encode()).decode()

    def position(self, cursor: str) -> int:
        try:
            position = int(base64.b64decode(cursor, validate=True))
        except (ValueError, binascii.Error):
            position = -1
        if not 0 <= position <= len(self.batches):
            raise SlsError("InvalidCursor", cursor)
        return position

    def position_at(self, time: float) -> int:
        """The first that came then or later."""
        return bisect_left(self.batches, time, key=lambda batch: batch.received)


@dataclass
class LogStore:
    """A logstore. A search needs an index, whatever that is about."""

    name: str
    ttl: int
    created: float
    changed: float
    shards: list[Shard]
    settings: dict[str, Any] = field(default_factory=dict)
    index: dict[str, Any] | None = None
    count: int = 0

    def put(self, batch: Batch, hashed: int | None = None) -> None:
        """Take a batch in, into the shard of a hash or into each shard in turn."""
        self.count += 1
        if hashed is None:
            shard = self.shards[self.count % len(self.shards)]
        else:
            shard = next(one for one in self.shards if one.begin <= hashed < one.end)
        shard.batches.append(batch)

    def logs(
        self, now: float, *, start: float = 0, end: float = math.inf
    ) -> Iterator[dict[str, str]]:
        """All logs of a time that are not too old, as a search shows them."""
        if self.ttl < _FOR_EVER:
            start = max(start, now - self.ttl * _DAY)
        for shard in self.shards:
            for batch in shard.batches:
                if batch.first < end and batch.last >= start:
                    yield from batch.group.shown(start, end)

    def shard(self, shard_id: str) -> Shard:
        for shard in self.shards:
            if str(shard.id) == shard_id:
                return shard
        raise SlsError("ShardNotExist", shard_id)


@dataclass
class Project:
    """A project: a name that nobody else in the cloud may have."""

    name: str
    owner: str
    region: str
    description: str
    created: float
    changed: float
    logstores: dict[str, LogStore] = field(default_factory=dict)

    def logstore(self, name: str) -> LogStore:
        if name not in self.logstores:
            raise SlsError("LogStoreNotExist", name)
        return self.logstores[name]

    def create_logstore(
        self,
        name: str,
        *,
        ttl: int = 30,
        shards: int = 2,
        created: float = 0,
        settings: dict[str, Any] | None = None,
        index: dict[str, Any] | None = None,
    ) -> LogStore:
        if name in self.logstores:
            raise SlsError("LogStoreAlreadyExist", name)
        ends = [_HASHES * number // shards for number in range(shards + 1)]
        store = self.logstores[name] = LogStore(
            name,
            ttl,
            created,
            created,
            [Shard(n, ends[n], ends[n + 1], created) for n in range(shards)],
            settings or {},
            index,
        )
        return store


@dataclass
class Sls:
    """What exists in SLS: projects by their names."""

    projects: dict[str, Project] = field(default_factory=dict)

    def project(self, name: str) -> Project:
        if name not in self.projects:
            raise SlsError("ProjectNotExist", name)
        return self.projects[name]

    def create_project(
        self, name: str, *, owner: str, region: str, description: str = "", created: float = 0
    ) -> Project:
        """`owner` is an account's id."""
        if name in self.projects:
            raise SlsError("ProjectAlreadyExist", name)
        project = Project(name, owner, region, description, created, created)
        self.projects[name] = project
        return project
