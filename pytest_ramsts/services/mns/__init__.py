"""MNS 2015-06-06: queues in memory, topics that answer what a test programmed, all guarded."""

from pytest_ramsts.services.mns import queues
from pytest_ramsts.services.mns.errors import MnsError
from pytest_ramsts.services.mns.product import mns
from pytest_ramsts.services.mns.state import Message, Mns, Queue

__all__ = ["Message", "Mns", "MnsError", "Queue", "mns", "queues"]
