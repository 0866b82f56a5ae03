"""Whether a pattern with `*` and `?` covers a whole text. Knows no ARN: `:` and `/` are text.

Neither way can be made to backtrack: between stars the leftmost place is always the best one, and
with question marks all places are followed at once, one bit each.
"""

from __future__ import annotations

__all__ = ["is_pattern", "matches"]


def is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def matches(pattern: str, text: str) -> bool:
    """`*` stands for any characters, none included, `?` for exactly one; there is no escape."""
    if "?" in pattern:
        return _matches_step_by_step(pattern, text)
    star = pattern.find("*")
    if star < 0:
        return pattern == text
    if star == len(pattern) - 1:
        return text.startswith(pattern[:-1])
    head, *middle, tail = pattern.split("*")
    end = len(text) - len(tail)
    at = len(head)
    if at > end or not text.startswith(head) or not text.endswith(tail):
        return False
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _matches_step_by_step(pattern: str, text: str) -> bool:
    """Bit n of `reached`: the first n characters of the pattern but stars cover the text so far."""
    accepting: dict[str, int] = {}
    anything = waiting = size = 0
    for character in pattern:
        bit = 1 << size
        if character == "*":
            waiting |= bit
            continue
        if character == "?":
            anything |= bit
        else:
            accepting[character] = accepting.get(character, 0) | bit
        size += 1

    reached = 1
    for character in text:
        accepted = reached & (anything | accepting.get(character, 0))
        reached = (accepted << 1) | (reached & waiting)
        if not reached:
            return False
    return bool(reached >> size)
