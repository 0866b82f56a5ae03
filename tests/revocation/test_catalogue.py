"""The page of the documentation says what the next call gets after each way to withdraw access."""

from __future__ import annotations

from tests.revocation.catalogue import PAGE, page


def test_the_page_is_what_happens() -> None:
    """After a change that is meant: `python -m tests.revocation.catalogue` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()
