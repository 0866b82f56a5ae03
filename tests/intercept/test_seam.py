"""A patch is undone whatever happens in between, and takes nobody else's away."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from pytest_ramsts.intercept.seam import Patch, Seam

Speak = Callable[[], str]


def adding(letter: str) -> Callable[[Speak], Speak]:
    def wrap(under: Speak) -> Speak:
        return lambda: under() + letter

    return wrap


@pytest.fixture
def library() -> SimpleNamespace:
    return SimpleNamespace(speak=lambda: "o")


def test_a_patch_gets_what_stood_there_before(library: SimpleNamespace) -> None:
    patch = Patch(Seam(library, "speak", adding("a")))
    during = library.speak()
    patch.undo()

    assert (during, library.speak()) == ("oa", "o")


@pytest.mark.parametrize("order", list(itertools.permutations("abc")))
def test_in_whatever_order_patches_end_the_librarys_own_is_back_at_the_end(
    library: SimpleNamespace, order: tuple[str, ...]
) -> None:
    own = library.speak
    patches = {letter: Patch(Seam(library, "speak", adding(letter))) for letter in "abc"}
    for letter in order:
        patches[letter].undo()

    assert library.speak is own


def test_somebody_elses_patch_that_came_later_stays(library: SimpleNamespace) -> None:
    patch = Patch(Seam(library, "speak", adding("a")))
    library.speak = theirs = lambda: "theirs"
    patch.undo()

    assert library.speak is theirs


def test_a_class_gets_its_static_method_back_as_such() -> None:
    class Library:
        @staticmethod
        def speak() -> str:
            return "o"

    before = vars(Library)["speak"]
    Patch(Seam(Library, "speak", lambda under: staticmethod(lambda: under() + "a"))).undo()

    assert vars(Library)["speak"] is before
