"""A notebook, in the form that editors and Jupytext know: a cloud that stays from cell to cell."""

# %% Start it, and look around
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_ram20150501.models import CreateUserRequest
from alibabacloud_tea_openapi.models import Config

from pytest_ramsts import FakeCloud

cloud = FakeCloud().start()
key = cloud.admin_key

# %% Try something
client = Ram(Config(access_key_id=key.id, access_key_secret=key.secret, region_id="cn-hangzhou"))
client.create_user(CreateUserRequest(user_name="alice"))
alice = cloud.account.users["alice"]

# %% Ask why
print(alice.can("oss:GetObject").explain())

# %% And let the requests go again
cloud.stop()
