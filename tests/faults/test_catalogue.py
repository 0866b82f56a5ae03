"""The page of the documentation says what the installed SDKs make of each fault."""

from __future__ import annotations

from tests.faults.catalogue import PAGE, page


def test_the_page_is_what_happens() -> None:
    """If an SDK has changed its habits: `python -m tests.faults.catalogue` writes the page anew."""
    assert PAGE.read_text(encoding="utf-8") == page()
