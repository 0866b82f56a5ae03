"""OSS against a plain dict: whatever is done in whatever order, it holds what the dict holds."""

from __future__ import annotations

from typing import Any

import oss2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from pytest_ramsts import FakeCloud
from pytest_ramsts.services.oss.conditions import range_of
from pytest_ramsts.services.oss.crc64 import _fast, _slow

from .clients import Signature, bucket_of

KEYS = st.sampled_from(["a", "a/", "a/b", "a/b/c", "a b", "b", "b/ü", "ü/&?", "%2F"])
DATA = st.binary(max_size=20)
RANGES = st.tuples(st.integers(0, 25), st.integers(0, 25))


class Objects(RuleBasedStateMachine):
    """Every rule does one thing to OSS, through its SDK, and the same to the dict."""

    def __init__(self) -> None:
        super().__init__()
        self.cloud = FakeCloud()
        self.cloud.__enter__()
        self.model: dict[str, bytes] = {}

    @initialize(signature=st.sampled_from(["v1", "v2", "v4"]), versioned=st.booleans())
    def begin(self, signature: Signature, *, versioned: bool) -> None:
        state = self.cloud.state("oss")
        state.create_bucket("media", self.cloud.account, versioning="Enabled" if versioned else "")
        self.bucket: Any = bucket_of(self.cloud.admin_key, signature=signature)

    def teardown(self) -> None:
        self.cloud.__exit__(None, None, None)

    @rule(key=KEYS, data=DATA)
    def put(self, key: str, data: bytes) -> None:
        self.bucket.put_object(key, data)
        self.model[key] = data

    @rule(key=KEYS)
    def get(self, key: str) -> None:
        assert self.read(key) == self.model.get(key)

    @rule(key=KEYS, asked=RANGES)
    def get_range(self, key: str, asked: tuple[int, int]) -> None:
        if key not in self.model:
            return
        start, end = asked
        data = self.model[key]
        got = self.bucket.get_object(key, byte_range=asked).read()

        assert got == (data[start : end + 1] if start <= end < len(data) else data)

    @rule(key=KEYS)
    def delete(self, key: str) -> None:
        self.bucket.delete_object(key)
        self.model.pop(key, None)

    @rule(keys=st.lists(KEYS, min_size=1, max_size=4, unique=True))
    def delete_several(self, keys: list[str]) -> None:
        self.bucket.batch_delete_objects(keys)
        for key in keys:
            self.model.pop(key, None)

    @rule(source=KEYS, to=KEYS)
    def copy(self, source: str, to: str) -> None:
        try:
            self.bucket.copy_object("media", source, to)
        except oss2.exceptions.NoSuchKey:
            assert source not in self.model
        else:
            self.model[to] = self.model[source]

    @rule(key=KEYS, parts=st.lists(DATA, min_size=1, max_size=3))
    def upload_in_parts(self, key: str, parts: list[bytes]) -> None:
        padded = [part.ljust(100 << 10, b".") for part in parts[:-1]] + [parts[-1]]
        upload = self.bucket.init_multipart_upload(key).upload_id
        sent = [
            oss2.models.PartInfo(number, self.bucket.upload_part(key, upload, number, part).etag)
            for number, part in enumerate(padded, 1)
        ]
        self.bucket.complete_multipart_upload(key, upload, sent)
        self.model[key] = b"".join(padded)

    @rule(prefix=st.sampled_from(["", "a", "a/", "b", "c"]), size=st.integers(1, 4))
    def list_keys(self, prefix: str, size: int) -> None:
        listed = [one.key for one in oss2.ObjectIterator(self.bucket, prefix, max_keys=size)]

        assert listed == sorted(key for key in self.model if key.startswith(prefix))

    @rule(prefix=st.sampled_from(["", "a", "a/", "b/"]), size=st.integers(1, 4))
    def list_folders(self, prefix: str, size: int) -> None:
        iterator = oss2.ObjectIteratorV2(self.bucket, prefix, delimiter="/", max_keys=size)
        listed = [one.key for one in iterator]
        wanted = set()
        for key in self.model:
            if key.startswith(prefix):
                head, slash, _ = key[len(prefix) :].partition("/")
                wanted.add(prefix + head + slash)

        assert listed == sorted(wanted)

    @invariant()
    def the_same_is_there(self) -> None:
        buckets = self.cloud.state("oss").buckets
        held = {key: buckets["media"][key].read() for key in buckets["media"]} if buckets else {}

        assert held == self.model

    def read(self, key: str) -> bytes | None:
        try:
            return bytes(self.bucket.get_object(key).read())
        except oss2.exceptions.NoSuchKey:
            return None


def test_oss_is_a_dict() -> None:
    run_state_machine_as_test(
        Objects,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_both_checksums_are_the_same(first: bytes, second: bytes) -> None:
    fast = _fast()

    assert fast is not None
    assert fast(first, 0) == _slow(first, 0)
    assert _slow(second, _slow(first, 0)) == fast(first + second, 0)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_a_range_is_a_slice(start: int, end: int, size: int) -> None:
    asked = range_of(f"bytes={start}-{end}", size, standard=False)

    if start <= end < size:
        assert asked == (start, end + 1)
    else:
        assert asked is None
