"""OSS behind a real port, as another process or another language reaches it: by path style."""

from __future__ import annotations

from typing import Any

import oss2
import pytest
import requests

from pytest_ramsts import FakeCloud


@pytest.mark.parametrize("auth", [oss2.Auth, oss2.AuthV2, oss2.AuthV4])
def test_path_style_at_an_address(ramsts: FakeCloud, auth: Any) -> None:
    ramsts.state("oss").create_bucket("media", ramsts.account, region="cn-shanghai")
    key = ramsts.admin_key
    with ramsts.serve() as server:
        endpoint = server.endpoint("oss")
        made = auth(key.id, key.secret)
        bucket = oss2.Bucket(made, endpoint, "media", region="cn-shanghai")
        service = oss2.Service(made, endpoint, region="cn-shanghai")

        bucket.put_object("dir/a ü", b"content")
        link = bucket.sign_url("GET", "dir/a ü", 60)

        assert bucket.get_object("dir/a ü").read() == b"content"
        assert bucket.head_object("dir/a ü").content_length == 7
        assert [one.key for one in bucket.list_objects().object_list] == ["dir/a ü"]
        assert [one.name for one in service.list_buckets().buckets] == ["media"]
        assert requests.get(link, timeout=9).content == b"content"
        with pytest.raises(oss2.exceptions.NoSuchKey):
            bucket.head_object("none")
