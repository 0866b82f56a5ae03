"""How like two texts are, and where they begin to differ. Decides nothing: it finds near misses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Final

from pytest_ramsts.policy.wildcard import matches

__all__ = ["contrast", "difference", "nearest"]

_PARTS: Final = re.compile(r"[:/]?[^:/]*")


def nearest(options: Iterable[str], text: str) -> str:
    """The option most like the text."""
    return min(options, key=lambda option: difference(option, text))


def difference(pattern: str, text: str) -> float:
    """From 0 (it covers the text) to 1 (nothing in common), by the parts between `:` and `/`."""
    patterns, texts = _parts(pattern), _parts(text)
    if patterns[-1].endswith("*"):  # It covers all that follows, separators as well.
        last = len(patterns) - 1
        texts[last:] = ["".join(texts[last:])]
    parts = list(zip_longest(patterns, texts, fillvalue=""))
    return sum(_part_difference(*pair) for pair in parts) / len(parts)


def _part_difference(pattern: str, text: str) -> float:
    if matches(pattern.lower(), text.lower()):
        return 0.0 if matches(pattern, text) else 0.1
    return 1 - SequenceMatcher(None, pattern.lower(), text.lower(), autojunk=False).ratio()


def contrast(pattern: str, text: str) -> tuple[str, str, int]:
    """Both without what they begin with in common, and the number of the first part that differs.

    >>> contrast("acs:ots:*:*:instance/x/table/*", "acs:ots:cn-hangzhou:1:instance/x/index/y")
    ('…/table/*', '…/index/y', 6)
    """
    patterns, texts = _parts(pattern), _parts(text)
    pairs = zip(patterns, texts, strict=False)
    common = next(
        (number for number, pair in enumerate(pairs) if not matches(*pair)),
        min(len(patterns), len(texts)),
    )
    # A part alone would not be understood; of a short beginning nothing is left out.
    if common < 2 or common >= len(texts) or common >= len(patterns):  # noqa: PLR2004
        return pattern, text, common
    return f"…{''.join(patterns[common:])}", f"…{''.join(texts[common:])}", common


def _parts(text: str) -> list[str]:
    """`acs:ots:*` → `acs`, `:ots`, `:*`."""
    return _PARTS.findall(text)[:-1] or [""]
