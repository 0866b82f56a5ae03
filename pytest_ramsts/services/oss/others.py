"""Operations that only a test's programmed reply answers: guarded as all are, else an empty 200."""

from __future__ import annotations

from typing import Final

from pytest_ramsts.service import Body
from pytest_ramsts.services.oss.authorization import the_bucket, the_key
from pytest_ramsts.services.oss.product import operation

_BUCKETS: Final = (
    ("GetBucketReplication", "GET /{bucket}?replication", ""),
    ("PutBucketReplication", "POST /{bucket}?replication&comp=add", ""),
    ("DeleteBucketReplication", "POST /{bucket}?replication&comp=delete", ""),
    ("GetBucketReplicationLocation", "GET /{bucket}?replicationLocation", ""),
    ("GetBucketReplicationProgress", "GET /{bucket}?replicationProgress", ""),
    ("GetBucketWorm", "GET /{bucket}?worm", ""),
    ("InitiateBucketWorm", "POST /{bucket}?worm", ""),
    ("ListLiveChannel", "GET /{bucket}?live", ""),
)

_OBJECTS: Final = (
    ("SelectObject", "POST /{bucket}/{key}?x-oss-process=csv/select", "oss:GetObject"),
    ("SelectObject", "POST /{bucket}/{key}?x-oss-process=json/select", "oss:GetObject"),
    ("ImgSaveAs", "POST /{bucket}/{key}?x-oss-process", "oss:PostProcessTask"),
    ("PutLiveChannel", "PUT /{bucket}/{key}?live", ""),
    ("DeleteLiveChannel", "DELETE /{bucket}/{key}?live", ""),
    ("PutLiveChannelStatus", "PUT /{bucket}/{key}?live&status", ""),
    ("GetLiveChannelInfo", "GET /{bucket}/{key}?live", "oss:GetLiveChannel"),
    ("GetLiveChannelStat", "GET /{bucket}/{key}?live&comp=stat", ""),
    ("GetLiveChannelHistory", "GET /{bucket}/{key}?live&comp=history", ""),
    ("PostVodPlaylist", "POST /{bucket}/{key}?vod", ""),
    ("GetVodPlaylist", "GET /{bucket}/{key}?vod", ""),
)


def _programmed_elsewhere() -> Body:
    return {}


for _level, _rows in ((the_bucket, _BUCKETS), (the_key, _OBJECTS)):
    for _name, _route, _action in _rows:
        operation(_route, on=_level, name=_name, action=_action)(_programmed_elsewhere)
