"""What docstrings show is what happens."""

from __future__ import annotations

import doctest
from importlib import import_module
from pkgutil import iter_modules

import pytest

from pytest_ramsts import policy

from .worlds import ALICE

MODULES = [module.name for module in iter_modules(policy.__path__, f"{policy.__name__}.")]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    names = {one: getattr(policy, one) for one in policy.__all__}

    failed, _ = doctest.testmod(
        import_module(name),
        extraglobs={**names, "alice": ALICE},
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE,
    )

    assert failed == 0
