"""Simple Log Service: projects, logstores and logs in memory, every operation guarded."""

from pytest_ramsts.services.sls import contents, stores
from pytest_ramsts.services.sls.errors import SlsError
from pytest_ramsts.services.sls.product import sls
from pytest_ramsts.services.sls.state import LogStore, Project, Sls

__all__ = ["LogStore", "Project", "Sls", "SlsError", "contents", "sls", "stores"]
