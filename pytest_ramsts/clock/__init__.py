"""Time as the cloud sees it, and the levers to move it for the cloud and the application alike.

`clock` is what a test holds; `freezegun` and `time_machine` are the engines, one module each and of
one shape; `waiting` lets a sleep move the time instead of taking it.
"""

from pytest_ramsts.clock.clock import Clock, EngineName, Moment, timestamp

__all__ = ["Clock", "EngineName", "Moment", "timestamp"]
