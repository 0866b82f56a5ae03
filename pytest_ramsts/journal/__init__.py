"""What happened and why: every call that the code under test made. Knows no test."""

from pytest_ramsts.journal.call import Call
from pytest_ramsts.journal.journal import Journal
from pytest_ramsts.journal.site import Site, current_site
from pytest_ramsts.journal.wanted import Wanted, listed

__all__ = ["Call", "Journal", "Site", "Wanted", "current_site", "listed"]
